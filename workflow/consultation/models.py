"""The tables of consultation.

A consultation asks a frozen version of a bid. Its invitations are fixed when it opens. A council may answer several
times until the close; every answer is kept, and the invitation points at the one that counts.
"""

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    UniqueConstraint,
    false,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from workflow.consultation.terms import (
    AppliesTo,
    ConsultationKind,
    HoldKind,
    Outcome,
    Position,
    Resolution,
    Unit,
)
from workflow.db import Base, TextEnum, WithId, enum_check

# A column called `text` would hide the function inside its class.
_ONE = text("1")


class ConsultationLength(WithId, Base):
    """How long a kind of consultation takes at least, in days or working days, from when to when that rule was in force."""

    __tablename__ = "consultation_length"
    __table_args__ = (
        enum_check("kind", ConsultationKind),
        enum_check("unit", Unit),
        CheckConstraint("days > 0", name="days"),
        CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", name="validity"),
        UniqueConstraint("kind", "valid_from", name="uq_consultation_length_kind_valid_from"),
    )

    kind: Mapped[ConsultationKind] = mapped_column(TextEnum(ConsultationKind))
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    days: Mapped[int]
    unit: Mapped[Unit] = mapped_column(TextEnum(Unit), default=Unit.DAYS, server_default=text("'days'"))
    source: Mapped[str]


class ElectionPeriod(WithId, Base):
    """The days before polls, from `starts_on` to polling day, both included, in which no consultation starts unexplained."""

    __tablename__ = "election_period"
    __table_args__ = (
        enum_check("applies_to", AppliesTo),
        CheckConstraint("polls_on >= starts_on", name="in_order"),
        UniqueConstraint("applies_to", "polls_on", name="uq_election_period_applies_to_polls_on"),
    )

    applies_to: Mapped[AppliesTo] = mapped_column(TextEnum(AppliesTo))
    starts_on: Mapped[date]
    polls_on: Mapped[date]
    source: Mapped[str]


class Consultation(WithId, Base):
    """One asking about one version of a bid; `closes_at` is the end of the London day `closes_on`.

    `asked_closes_on` is the date that was typed; `closes_on` is the working day it rolled forward to. `election_reason` is
    the published reason for starting before polls. When the bid changed so much that councils are asked anew, the older
    consultation has `replaced_at`, and the newer one in `change_reason` says what changed.
    """

    __tablename__ = "consultation"
    __table_args__ = (
        enum_check("kind", ConsultationKind),
        CheckConstraint("kind = 'full' OR reason IS NOT NULL", name="light_has_reason"),
        CheckConstraint("closes_on >= asked_closes_on", name="rolls_forward"),
        CheckConstraint("closes_at > opens_at", name="open_before_close"),
        CheckConstraint("closed_at IS NULL OR closed_at >= closes_at", name="never_closed_early"),
        CheckConstraint("replaced_at IS NULL OR replaced_at >= opens_at", name="replaced_after_opening"),
        ForeignKeyConstraint(
            ["bid_id", "version_number"],
            ["bid_version.bid_id", "bid_version.number"],
            name="fk_consultation_bid_version",
        ),
        UniqueConstraint("bid_id", "occurrence", name="uq_consultation_bid_id"),
        Index("ix_consultation_closes_on", "closes_on", "id"),
    )

    bid_id: Mapped[int] = mapped_column(ForeignKey("bid.id"))
    occurrence: Mapped[int] = mapped_column(default=1, server_default=text("1"))
    version_number: Mapped[int]
    kind: Mapped[ConsultationKind] = mapped_column(TextEnum(ConsultationKind))
    reason: Mapped[str | None]
    opens_at: Mapped[datetime]
    opened_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    asked_closes_on: Mapped[date]
    closes_on: Mapped[date]
    closes_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    election_reason: Mapped[str | None]
    change_reason: Mapped[str | None]
    replaced_at: Mapped[datetime | None]


class ConsultationMove(WithId, Base):
    """That the last day for answers was put off, with the reason that councils were told."""

    __tablename__ = "consultation_move"
    __table_args__ = (
        CheckConstraint("to_on > from_on", name="later"),
        CheckConstraint("reason <> ''", name="reason"),
        Index("ix_consultation_move_consultation_id", "consultation_id", "id"),
    )

    consultation_id: Mapped[int] = mapped_column(ForeignKey("consultation.id"))
    from_on: Mapped[date]
    to_on: Mapped[date]
    reason: Mapped[str]
    moved_at: Mapped[datetime]
    moved_by: Mapped[int] = mapped_column(ForeignKey("person.id"))


class ConsultationQuestion(WithId, Base):
    """One question put to every council beside its position, in the order of `number` from 1."""

    __tablename__ = "consultation_question"
    __table_args__ = (
        CheckConstraint("number > 0", name="number"),
        UniqueConstraint("consultation_id", "number", name="uq_consultation_question_number"),
    )

    consultation_id: Mapped[int] = mapped_column(ForeignKey("consultation.id"))
    number: Mapped[int]
    text: Mapped[str]


class Invitation(Base):
    """One council asked. Its secret link is derived from `id` and `version`; renewing it adds one to the version.

    `opened_at` is when Start was pressed. `response_id` is the answer that counts in the tally: at most one. `draft_rev`
    goes on from one draft to the next, so that a page drawn before an answer was sent never passes for a new one.
    """

    __tablename__ = "invitation"
    __table_args__ = (
        CheckConstraint("version > 0", name="version"),
        CheckConstraint("draft_rev >= 0", name="draft_rev"),
        ForeignKeyConstraint(
            ["response_id", "id"],
            ["response.id", "response.invitation_id"],
            name="fk_invitation_own_response",
            use_alter=True,
        ),
        UniqueConstraint("consultation_id", "organisation_id", name="uq_invitation_consultation_id"),
        Index("ix_invitation_organisation_id", "organisation_id", "consultation_id"),
    )

    # It stands in a foreign key too, so it must be said that the database numbers it.
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    consultation_id: Mapped[int] = mapped_column(ForeignKey("consultation.id"))
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    version: Mapped[int] = mapped_column(default=1, server_default=text("1"))
    sent_at: Mapped[datetime]
    opened_at: Mapped[datetime | None]
    last_reminded_at: Mapped[datetime | None]
    response_id: Mapped[int | None]
    draft_rev: Mapped[int] = mapped_column(default=0, server_default=text("0"))


class InvitationStart(WithId, Base):
    """Who pressed Start for a council, once each; without a person it was somebody with the council's link."""

    __tablename__ = "invitation_start"
    __table_args__ = (
        UniqueConstraint(
            "invitation_id", "person_id", name="uq_invitation_start_once", postgresql_nulls_not_distinct=True
        ),
    )

    invitation_id: Mapped[int] = mapped_column(ForeignKey("invitation.id"))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    started_at: Mapped[datetime]


class InvitationFetch(Base):
    """That a secret link was first fetched: an access entry, and no sign that a person read it."""

    __tablename__ = "invitation_fetch"

    invitation_id: Mapped[int] = mapped_column(ForeignKey("invitation.id"), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    fetched_at: Mapped[datetime]


class ResponseDraft(Base):
    """An answer being written: one for each invitation, so that a colleague can go on with it."""

    __tablename__ = "response_draft"
    __table_args__ = (CheckConstraint("rev > 0", name="rev"),)

    invitation_id: Mapped[int] = mapped_column(ForeignKey("invitation.id"), primary_key=True)
    rev: Mapped[int] = mapped_column(default=1)
    position: Mapped[Position | None] = mapped_column(TextEnum(Position))
    text: Mapped[str] = mapped_column(default="")
    answers: Mapped[dict[str, Any]]
    name: Mapped[str] = mapped_column(default="")
    email: Mapped[str] = mapped_column(default="")
    publish: Mapped[bool | None]
    saved_at: Mapped[datetime]
    saved_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))


class Response(WithId, Base):
    """One answer of a council, never changed. `arrived_at` is when the request reached the server.

    `late` says that it came after the close, for ever. `answers` maps the number of a question to its text.
    """

    __tablename__ = "response"
    __table_args__ = (
        enum_check("position", Position),
        CheckConstraint("number > 0", name="number"),
        CheckConstraint("(number = 1) = (supersedes_id IS NULL)", name="supersedes_all_but_first"),
        UniqueConstraint("id", "invitation_id", name="uq_response_id_invitation_id"),
        UniqueConstraint("invitation_id", "number", name="uq_response_invitation_id"),
        UniqueConstraint("supersedes_id", name="uq_response_supersedes_id"),
        ForeignKeyConstraint(
            ["supersedes_id", "invitation_id"],
            ["response.id", "response.invitation_id"],
            name="fk_response_supersedes_own",
        ),
    )

    invitation_id: Mapped[int] = mapped_column(ForeignKey("invitation.id"))
    number: Mapped[int]
    supersedes_id: Mapped[int | None]
    position: Mapped[Position] = mapped_column(TextEnum(Position))
    text: Mapped[str]
    answers: Mapped[dict[str, Any]]
    publish: Mapped[bool]
    late: Mapped[bool] = mapped_column(default=False, server_default=false())
    arrived_at: Mapped[datetime]
    submitted_at: Mapped[datetime]
    by_name: Mapped[str]
    by_email: Mapped[str]
    by_person: Mapped[int | None] = mapped_column(ForeignKey("person.id"))


class ResponseHold(WithId, Base):
    """An answer kept out of the count until somebody resolves it: late, from an address nobody knows, or disputed.

    `said` is what whoever disputed it wrote. Open holds and those resolved as `set_aside` keep their answer out; an answer
    resolved as `counted` counts as if it had never been held, late or not.
    """

    __tablename__ = "response_hold"
    __table_args__ = (
        enum_check("kind", HoldKind),
        enum_check("resolution", Resolution),
        CheckConstraint("(resolved_at IS NULL) = (resolution IS NULL)", name="resolved_one_way"),
        CheckConstraint("(resolved_at IS NULL) = (reason IS NULL)", name="resolved_why"),
        CheckConstraint("resolved_by IS NULL OR resolved_at IS NOT NULL", name="by_whom"),
        Index("ix_response_hold_response_id", "response_id", "id"),
        Index(
            "uq_response_hold_open",
            "response_id",
            "kind",
            unique=True,
            postgresql_where=text("resolved_at IS NULL"),
        ),
    )

    response_id: Mapped[int] = mapped_column(ForeignKey("response.id"))
    kind: Mapped[HoldKind] = mapped_column(TextEnum(HoldKind))
    held_at: Mapped[datetime]
    held_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    said: Mapped[str] = mapped_column(default="", server_default=text("''"))
    resolved_at: Mapped[datetime | None]
    resolution: Mapped[Resolution | None] = mapped_column(TextEnum(Resolution))
    reason: Mapped[str | None]
    resolved_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))


class Disposition(Base):
    """What was done about one answer, and why; it may be reworded until the lead body sends its response."""

    __tablename__ = "disposition"
    __table_args__ = (
        enum_check("outcome", Outcome),
        CheckConstraint("text <> ''", name="text"),
        CheckConstraint("rev > 0", name="rev"),
    )

    response_id: Mapped[int] = mapped_column(ForeignKey("response.id"), primary_key=True)
    outcome: Mapped[Outcome] = mapped_column(TextEnum(Outcome))
    text: Mapped[str]
    rev: Mapped[int] = mapped_column(default=1, server_default=_ONE)
    by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]


class ConsultationReport(Base):
    """What the lead body made of the answers: sent by it, then accepted by the department.

    `report_on` is the London date by which the public report is promised.
    """

    __tablename__ = "consultation_report"
    __table_args__ = (
        CheckConstraint("(accepted_at IS NULL) = (accepted_by IS NULL)", name="accepted_by_somebody"),
        CheckConstraint("(accepted_at IS NULL) = (report_on IS NULL)", name="accepted_with_date"),
    )

    consultation_id: Mapped[int] = mapped_column(ForeignKey("consultation.id"), primary_key=True)
    summary: Mapped[str]
    sent_at: Mapped[datetime]
    sent_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    accepted_at: Mapped[datetime | None]
    accepted_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    report_on: Mapped[date | None]
