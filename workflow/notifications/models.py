"""The outbox: what is owed to whom, every attempt to deliver it, and what stands in the way."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from workflow.db import Base, TextEnum, WithId, enum_check


class State(StrEnum):
    """Where a message stands.

    `unknown`: the sender died or lost the connection when the server may already have taken it. `dead`: given up.
    `suppressed`: not sent, because of the address or the person's choice. `cancelled`: no longer due.
    """

    READY = "ready"
    SENDING = "sending"
    UNKNOWN = "unknown"
    SENT = "sent"
    DELIVERED = "delivered"
    BOUNCED = "bounced"
    DEAD = "dead"
    SUPPRESSED = "suppressed"
    CANCELLED = "cancelled"


class Outcome(StrEnum):
    """How one attempt ended. `provider`: the provider's fault, so that the message loses no attempt by it."""

    SENT = "sent"
    TRANSIENT = "transient"
    BOUNCED = "bounced"
    PROVIDER = "provider"
    FAILED = "failed"
    UNKNOWN = "unknown"


class Choice(StrEnum):
    """How a person wants the mail of one category."""

    NOW = "now"
    DAILY_DIGEST = "daily_digest"
    OFF = "off"


class Notification(WithId, Base):
    """One message owed to one address, made once: `dedupe_key` is unique for ever.

    `not_before`, `expires_at`, `created_at` and `sent_at` are business time. `retry_at`, `lease_until` and
    `sent_real_at` are the machine's. `attempts` counts every attempt, `failures` those that were held against it.
    `sent_text` is the text as it was sent, with its secret links masked.
    """

    __tablename__ = "notification"
    __table_args__ = (
        UniqueConstraint("dedupe_key"),
        enum_check("state", State),
        CheckConstraint("priority BETWEEN 1 AND 9", name="priority_range"),
        CheckConstraint("attempts >= failures AND failures >= 0", name="attempts_counted"),
        CheckConstraint(
            "(state = 'sending') = (lease_until IS NOT NULL AND worker IS NOT NULL)",
            name="leased_while_sending",
        ),
        CheckConstraint(
            "state NOT IN ('sent', 'delivered') OR (sent_at IS NOT NULL AND sent_text IS NOT NULL)",
            name="sent_has_text",
        ),
        CheckConstraint("address = lower(btrim(address)) AND address <> ''", name="address_normalised"),
        Index(
            "ix_notification_ready", "priority", "not_before", "id", postgresql_where=text("state = 'ready'")
        ),
        Index("ix_notification_lease", "lease_until", "id", postgresql_where=text("state = 'sending'")),
        Index(
            "ix_notification_trouble",
            "created_at",
            "id",
            postgresql_where=text("state IN ('unknown', 'dead', 'bounced')"),
        ),
        Index("ix_notification_person", "person_id", "id", postgresql_where=text("person_id IS NOT NULL")),
    )

    dedupe_key: Mapped[str]
    template: Mapped[str]
    template_version: Mapped[int]
    category: Mapped[str]
    mandatory: Mapped[bool]
    priority: Mapped[int]
    address: Mapped[str]
    person_id: Mapped[int | None]
    payload: Mapped[dict[str, Any]]
    state: Mapped[State] = mapped_column(TextEnum(State))
    not_before: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    retry_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    created_real_at: Mapped[datetime]
    attempts: Mapped[int]
    failures: Mapped[int]
    worker: Mapped[str | None]
    lease_until: Mapped[datetime | None]
    message_id: Mapped[str | None]
    last_code: Mapped[str | None]
    sent_at: Mapped[datetime | None]
    sent_real_at: Mapped[datetime | None]
    sent_subject: Mapped[str | None]
    sent_text: Mapped[str | None]


class NotificationSubject(Base):
    """What a message is about, such as `case:12` and every `invitation:34` that it names."""

    __tablename__ = "notification_subject"
    __table_args__ = (Index("ix_notification_subject_subject", "subject", "notification_id"),)

    notification_id: Mapped[int] = mapped_column(ForeignKey("notification.id"), primary_key=True)
    subject: Mapped[str] = mapped_column(primary_key=True)


class Attempt(WithId, Base):
    """One attempt to hand a message over; begun before the first byte, and finished once. Moments are the machine's."""

    __tablename__ = "attempt"
    __table_args__ = (
        UniqueConstraint("notification_id", "n"),
        enum_check("outcome", Outcome),
        CheckConstraint("(finished_at IS NULL) = (outcome IS NULL)", name="finished_has_outcome"),
    )

    notification_id: Mapped[int] = mapped_column(ForeignKey("notification.id"))
    n: Mapped[int]
    worker: Mapped[str]
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    outcome: Mapped[Outcome | None] = mapped_column(TextEnum(Outcome))
    code: Mapped[str | None]


class Preference(Base):
    """How a person wants the mail of a category; without a row, at once."""

    __tablename__ = "preference"
    __table_args__ = (enum_check("choice", Choice),)

    person_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    category: Mapped[str] = mapped_column(primary_key=True)
    choice: Mapped[Choice] = mapped_column(TextEnum(Choice))
    changed_at: Mapped[datetime]


class Suppression(WithId, Base):
    """An address that is not written to until somebody lifts it, because the server said it does not exist."""

    __tablename__ = "suppression"
    __table_args__ = (
        Index("uq_suppression_active", "address", unique=True, postgresql_where=text("lifted_at IS NULL")),
        CheckConstraint("(lifted_at IS NULL) = (lifted_reason IS NULL)", name="lifted_has_reason"),
    )

    address: Mapped[str]
    code: Mapped[str]
    since: Mapped[datetime]
    lifted_at: Mapped[datetime | None]
    lifted_reason: Mapped[str | None]


class Provider(Base):
    """One way out for mail: how many transient failures came in a row, and until when (machine time) it is paused."""

    __tablename__ = "provider"
    __table_args__ = (
        CheckConstraint("failures_in_row >= 0", name="failures_not_negative"),
        CheckConstraint("(paused_until IS NULL) = (paused_code IS NULL)", name="paused_has_code"),
    )

    name: Mapped[str] = mapped_column(primary_key=True)
    failures_in_row: Mapped[int]
    paused_until: Mapped[datetime | None]
    paused_code: Mapped[str | None]


class ProviderEvent(WithId, Base):
    """What a provider told us of a message; the same telling twice is one row."""

    __tablename__ = "provider_event"
    __table_args__ = (UniqueConstraint("provider", "event"),)

    provider: Mapped[str]
    event: Mapped[str]
    kind: Mapped[str]
    message_id: Mapped[str | None]
    received_at: Mapped[datetime]
    payload: Mapped[dict[str, Any]]


class WorkDay(Base):
    """That a daily task was done for a London day, so that it is done once."""

    __tablename__ = "work_day"

    name: Mapped[str] = mapped_column(primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    done_at: Mapped[datetime]


class Heartbeat(Base):
    """When (machine time) a background task last ended well."""

    __tablename__ = "heartbeat"

    name: Mapped[str] = mapped_column(primary_key=True)
    real_at: Mapped[datetime]
