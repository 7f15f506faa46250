"""Tables of evidence. All are append-only by trigger and by privilege; only a text can be erased, once and for good."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from workflow.db import Base, WithId


class Event(WithId, Base):
    """One thing that happened, in its stream. `canonical` is the text that was hashed; the other columns repeat it.

    `at` is business time, `real_at` the machine's, both UTC. On case streams `seq` is the case's revision.
    """

    __tablename__ = "event"
    __table_args__ = (
        UniqueConstraint("stream", "seq"),
        CheckConstraint("seq > 0", name="seq_positive"),
        CheckConstraint("length(hash) = 64 AND length(previous_hash) = 64", name="hashes_whole"),
        Index("ix_event_at", "at", "id"),
        Index("ix_event_actor_at", "actor", "at", "id"),
    )

    stream: Mapped[str]
    seq: Mapped[int]
    event: Mapped[str]
    at: Mapped[datetime]
    real_at: Mapped[datetime]
    actor: Mapped[str]
    definition: Mapped[str | None]
    canonical: Mapped[str]
    previous_hash: Mapped[str]
    hash: Mapped[str]


class EventText(Base):
    """Long or free text beside an event. The event holds its digest, so the text and its salt can be erased."""

    __tablename__ = "event_text"
    __table_args__ = (
        CheckConstraint("length(digest) = 64", name="digest_whole"),
        CheckConstraint("(text IS NULL) = (salt IS NULL)", name="erased_with_salt"),
        CheckConstraint("(text IS NULL) = (erased_at IS NOT NULL)", name="erased_at_known"),
    )

    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)
    digest: Mapped[str]
    salt: Mapped[str | None]
    text: Mapped[str | None]
    erased_at: Mapped[datetime | None]


class Anchor(WithId, Base):
    """A day's root over the heads of all streams. `heads` is the text of those that changed since the anchor before.

    The root covers the root before it, so anchors form a chain of their own. `made_at` is the machine's time.
    """

    __tablename__ = "anchor"
    __table_args__ = (
        UniqueConstraint("day"),
        CheckConstraint("length(root) = 64 AND length(previous_root) = 64", name="roots_whole"),
    )

    day: Mapped[date]
    previous_root: Mapped[str]
    root: Mapped[str]
    heads: Mapped[str]
    made_at: Mapped[datetime]
