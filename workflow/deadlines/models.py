"""The tables of time: holidays, rules by date, deadlines with their steps and moves, and the business clock."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from workflow.db import Base, TextEnum, WithId, enum_check
from workflow.deadlines.rules import Escalation, Terms


class Unit(StrEnum):
    """In what a period is counted; `date` is a day that somebody chose."""

    WORKING_DAYS = "working_days"
    DAYS = "days"
    MONTHS = "months"
    DATE = "date"


class DeadlineState(StrEnum):
    """What became of a deadline; `breached` means that its breach was carried out."""

    OPEN = "open"
    MET = "met"
    CANCELLED = "cancelled"
    BREACHED = "breached"


class StepAction(StrEnum):
    """What a step does: remind whose move it is, tell somebody else, or have the product act by itself."""

    REMIND = "remind"
    ESCALATE = "escalate"
    BREACH = "breach"


class StepState(StrEnum):
    """What became of a step; `collapsed` gave way to a newer one, `dead` could not be carried out."""

    PENDING = "pending"
    FIRED = "fired"
    COLLAPSED = "collapsed"
    CANCELLED = "cancelled"
    DEAD = "dead"


class BankHoliday(Base):
    """A day off in England, with where it is known from."""

    __tablename__ = "bank_holiday"

    day: Mapped[date] = mapped_column(primary_key=True)
    title: Mapped[str]
    source: Mapped[str]


class DeadlineRule(WithId, Base):
    """The default of one kind of deadline, in force between two London dates, both included.

    `reminders` are offsets from the due date in `reminder_unit`, negative before it. `escalations` are
    `{"offset": working days, "to": audience}`, with `"group"` when they do not stand in for the reminders.
    `breach_after` is in working days after the due date: 0 at its end, n at the start of the n-th.
    """

    __tablename__ = "deadline_rule"
    __table_args__ = (
        UniqueConstraint("kind", "valid_from"),
        enum_check("unit", Unit),
        CheckConstraint("reminder_unit IN ('working_days', 'months')", name="reminder_unit"),
        CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", name="valid_period"),
        CheckConstraint("amount IS NULL OR amount > 0", name="amount_positive"),
        CheckConstraint("unit = 'date' OR amount IS NOT NULL", name="period_has_amount"),
        CheckConstraint("breach_action = (breach_after IS NOT NULL)", name="breach_has_moment"),
        CheckConstraint("breach_after IS NULL OR breach_after >= 0", name="breach_after_due"),
        CheckConstraint("grace_seconds >= 0", name="grace_not_negative"),
    )

    kind: Mapped[str]
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    unit: Mapped[Unit] = mapped_column(TextEnum(Unit))
    amount: Mapped[int | None]
    reminder_unit: Mapped[Unit] = mapped_column(TextEnum(Unit))
    reminders: Mapped[list[int]] = mapped_column(JSONB)
    escalations: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    breach_action: Mapped[bool]
    breach_after: Mapped[int | None]
    grace_seconds: Mapped[int]
    source: Mapped[str]

    @property
    def terms(self) -> Terms:
        """The numbers, as the arithmetic takes them."""
        return Terms(
            unit=self.unit,
            amount=self.amount,
            reminders=tuple(self.reminders),
            reminder_unit=self.reminder_unit,
            escalations=tuple(Escalation(**told) for told in self.escalations),
            breach_after=self.breach_after,
            grace_seconds=self.grace_seconds,
        )


class Deadline(WithId, Base):
    """Something is due by the end of a London day. `subject` names whose it is, such as `case:12`.

    `version` rises with every move, so that nothing planned for an older date is done. `due_at` is the first
    moment at which it is late; `breach_at` is when the product acts by itself, if it does.
    """

    __tablename__ = "deadline"
    __table_args__ = (
        UniqueConstraint("subject", "kind", "occurrence"),
        enum_check("state", DeadlineState),
        CheckConstraint("occurrence > 0", name="occurrence_positive"),
        CheckConstraint("version > 0", name="version_positive"),
        CheckConstraint("(state = 'open') = (ended_at IS NULL)", name="ended_when_not_open"),
        CheckConstraint("breach_at IS NULL OR breach_at >= due_at", name="breach_not_before_due"),
        # One subject has one open deadline of a kind, whoever arms it at the same time.
        Index(
            "uq_deadline_open",
            "subject",
            "kind",
            unique=True,
            postgresql_where=text("state = 'open'"),
        ),
    )

    subject: Mapped[str]
    kind: Mapped[str]
    occurrence: Mapped[int]
    rule_id: Mapped[int] = mapped_column(ForeignKey("deadline_rule.id"))
    due_on: Mapped[date]
    due_at: Mapped[datetime]
    breach_at: Mapped[datetime | None]
    version: Mapped[int]
    state: Mapped[DeadlineState] = mapped_column(TextEnum(DeadlineState))
    armed_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class DeadlineStep(WithId, Base):
    """One thing to do for one version of a deadline at `fire_at`. `audience` names who is told, where it is not the owner.

    `offset_days` is its distance from the due date in the rule's unit. Steps of one `collapse_group` give way
    to the newest of them that is due.
    """

    __tablename__ = "deadline_step"
    __table_args__ = (
        UniqueConstraint("deadline_id", "deadline_version", "step"),
        enum_check("action", StepAction),
        enum_check("state", StepState),
        CheckConstraint("(state = 'pending') = (done_at IS NULL)", name="done_when_not_pending"),
        CheckConstraint("(action = 'escalate') = (audience IS NOT NULL)", name="escalation_has_audience"),
        # A plain index on the moment reads every step that ever fired; this one holds only what is still to do.
        Index("ix_deadline_step_pending", "fire_at", "id", postgresql_where=text("state = 'pending'")),
    )

    deadline_id: Mapped[int] = mapped_column(ForeignKey("deadline.id"))
    deadline_version: Mapped[int]
    step: Mapped[str]
    action: Mapped[StepAction] = mapped_column(TextEnum(StepAction))
    audience: Mapped[str | None]
    offset_days: Mapped[int]
    collapse_group: Mapped[str]
    fire_at: Mapped[datetime]
    state: Mapped[StepState] = mapped_column(TextEnum(StepState))
    done_at: Mapped[datetime | None]


class DeadlineMove(WithId, Base):
    """That a deadline was moved, from which date to which, why and by whom; kept for good."""

    __tablename__ = "deadline_move"
    __table_args__ = (
        UniqueConstraint("deadline_id", "from_version"),
        CheckConstraint("reason <> ''", name="has_reason"),
    )

    deadline_id: Mapped[int] = mapped_column(ForeignKey("deadline.id"))
    from_version: Mapped[int]
    from_on: Mapped[date]
    to_on: Mapped[date]
    reason: Mapped[str]
    moved_at: Mapped[datetime]
    actor: Mapped[str]


class BusinessClock(Base):
    """The one row of business time: `business_at` was the business moment when the machine's clock said `real_at`."""

    __tablename__ = "business_clock"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    business_at: Mapped[datetime]
    real_at: Mapped[datetime]
