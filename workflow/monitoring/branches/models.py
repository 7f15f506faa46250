"""What is kept of an award beside the straight line. All amounts are pence, a financial year is named by its first year."""

import enum
from datetime import date, datetime

from sqlalchemy import CheckConstraint, Date, ForeignKey, ForeignKeyConstraint, Index, SmallInteger, text
from sqlalchemy.orm import Mapped, mapped_column

from workflow.db import Base, TextEnum, WithId, enum_check
from workflow.money import Pence


class AwardStepKind(enum.StrEnum):
    """What was done to an award for a reason that its recipient reads."""

    DECLINED = "declined"
    SUSPENDED = "suspended"
    LIFTED = "lifted"


class Confidence(enum.StrEnum):
    """How sure the lead body is that the work will be done as agreed."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class ChangeKind(enum.StrEnum):
    """What a change to the agreement is about."""

    AMOUNT_UP = "amount_up"
    AMOUNT_DOWN = "amount_down"
    TIME = "time"
    SCOPE = "scope"


class ChangeStatus(enum.StrEnum):
    """Where a change to the agreement stands; it has no state of its own beside the award's."""

    ASKED = "asked"
    AGREED = "agreed"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class AwardStep(WithId, Base):
    """An offer declined, a pause or its end, with the reason that both sides read. Append-only."""

    __tablename__ = "award_step"
    __table_args__ = (
        enum_check("kind", AwardStepKind),
        CheckConstraint("told <> ''", name="reason_there"),
        Index("ix_award_step_case", "case_id", "id"),
    )

    case_id: Mapped[int] = mapped_column(ForeignKey("award.case_id"))
    kind: Mapped[AwardStepKind] = mapped_column(TextEnum(AwardStepKind))
    told: Mapped[str]
    made_at: Mapped[datetime]
    made_by: Mapped[int] = mapped_column(ForeignKey("person.id"))


class ProgressReport(Base):
    """A report that an award owes for one quarter, kept as a draft until it is sent.

    `progress` is in percent of the work. `spent_pence` is from the beginning to the quarter's end, `forecast_pence` what will
    be spent in the quarter's financial year. From `held_from` (a London date) payments wait while it is not sent. `draft_rev`
    counts how often it was kept, so that two people who write it at once both keep their words.
    """

    __tablename__ = "progress_report"
    __table_args__ = (
        enum_check("confidence", Confidence),
        CheckConstraint("number > 0", name="number_positive"),
        CheckConstraint("period_from < period_to AND period_to < due_on", name="dates_in_order"),
        CheckConstraint("due_on < held_from", name="held_after_due"),
        CheckConstraint("progress BETWEEN 0 AND 100", name="progress_in_range"),
        CheckConstraint("spent_pence >= 0", name="spent_not_negative"),
        CheckConstraint("forecast_pence >= 0", name="forecast_not_negative"),
        CheckConstraint("(saved_at IS NULL) = (saved_by IS NULL)", name="saved_by_somebody"),
        CheckConstraint("(sent_at IS NULL) = (sent_by IS NULL)", name="sent_by_somebody"),
        CheckConstraint(
            "sent_at IS NULL OR (progress IS NOT NULL AND confidence IS NOT NULL AND narrative <> '' "
            "AND spent_pence IS NOT NULL AND forecast_pence IS NOT NULL)",
            name="whole_when_sent",
        ),
    )

    case_id: Mapped[int] = mapped_column(ForeignKey("award.case_id"), primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    period_from: Mapped[date] = mapped_column(Date)
    period_to: Mapped[date] = mapped_column(Date)
    due_on: Mapped[date] = mapped_column(Date)
    held_from: Mapped[date] = mapped_column(Date)
    progress: Mapped[int | None] = mapped_column(SmallInteger)
    confidence: Mapped[Confidence | None] = mapped_column(TextEnum(Confidence))
    narrative: Mapped[str] = mapped_column(default="")
    spent_pence: Mapped[Pence | None]
    forecast_pence: Mapped[Pence | None]
    saved_at: Mapped[datetime | None]
    saved_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    draft_rev: Mapped[int] = mapped_column(default=0)
    sent_at: Mapped[datetime | None]
    sent_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))


class AgreementChange(Base):
    """A change to the agreement that the lead body asked for, with what it makes of the total and the end date."""

    __tablename__ = "variation"
    __table_args__ = (
        enum_check("kind", ChangeKind),
        enum_check("status", ChangeStatus),
        CheckConstraint("number > 0", name="number_positive"),
        CheckConstraint("reason <> ''", name="reason_there"),
        CheckConstraint("total_before > 0 AND total_after > 0", name="totals_positive"),
        CheckConstraint("(status = 'asked') = (settled_at IS NULL)", name="settled_unless_asked"),
        Index(
            "uq_variation_asked",
            "case_id",
            unique=True,
            postgresql_where=text("status = 'asked'"),
        ),
    )

    case_id: Mapped[int] = mapped_column(ForeignKey("award.case_id"), primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kind: Mapped[ChangeKind] = mapped_column(TextEnum(ChangeKind))
    status: Mapped[ChangeStatus] = mapped_column(TextEnum(ChangeStatus))
    reason: Mapped[str]
    total_before: Mapped[Pence]
    total_after: Mapped[Pence]
    ends_on_before: Mapped[date] = mapped_column(Date)
    ends_on_after: Mapped[date] = mapped_column(Date)
    asked_at: Mapped[datetime]
    asked_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    settled_at: Mapped[datetime | None]
    settled_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    answer: Mapped[str] = mapped_column(default="")


class ChangeYear(Base):
    """What a change makes of one year of the payment plan."""

    __tablename__ = "variation_year"
    __table_args__ = (
        ForeignKeyConstraint(["case_id", "number"], ["variation.case_id", "variation.number"]),
        CheckConstraint("before_pence >= 0 AND after_pence >= 0", name="amounts_not_negative"),
    )

    case_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    year: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    before_pence: Mapped[Pence]
    after_pence: Mapped[Pence]


class ChangeVote(Base):
    """One person's approval of a change, with the limit that it used. Append-only."""

    __tablename__ = "variation_vote"
    __table_args__ = (
        ForeignKeyConstraint(["case_id", "number"], ["variation.case_id", "variation.number"]),
        CheckConstraint("limit_pence > 0", name="limit_positive"),
    )

    case_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True, autoincrement=False)
    limit_pence: Mapped[Pence]
    reason: Mapped[str]
    voted_at: Mapped[datetime]


class YearEnd(Base):
    """What became of a year's money when the year had ended: C = paid + accrued + carried forward + lapsed.

    Source: domain, section 7, number 9.
    """

    __tablename__ = "year_end"
    __table_args__ = (
        CheckConstraint(
            "paid_pence >= 0 AND accrued_pence >= 0 AND carried_pence >= 0 AND lapsed_pence >= 0",
            name="amounts_not_negative",
        ),
        CheckConstraint(
            "promised_pence = paid_pence + accrued_pence + carried_pence + lapsed_pence", name="adds_up"
        ),
        CheckConstraint("carried_pence = 0 OR agreement <> ''", name="carried_by_agreement"),
    )

    case_id: Mapped[int] = mapped_column(ForeignKey("award.case_id"), primary_key=True, autoincrement=False)
    year: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    promised_pence: Mapped[Pence]
    paid_pence: Mapped[Pence]
    accrued_pence: Mapped[Pence]
    carried_pence: Mapped[Pence]
    lapsed_pence: Mapped[Pence]
    agreement: Mapped[str]
    reason: Mapped[str]
    settled_at: Mapped[datetime]
    settled_by: Mapped[int] = mapped_column(ForeignKey("person.id"))


class Termination(Base):
    """An award ended early: why, the last London day of the notice, and what of the money paid was spent as agreed."""

    __tablename__ = "termination"
    __table_args__ = (
        CheckConstraint("reason <> ''", name="reason_there"),
        CheckConstraint("eligible_pence >= 0", name="eligible_not_negative"),
        CheckConstraint("recovery_pence >= 0", name="recovery_not_negative"),
    )

    case_id: Mapped[int] = mapped_column(ForeignKey("award.case_id"), primary_key=True, autoincrement=False)
    reason: Mapped[str]
    notice_ends_on: Mapped[date] = mapped_column(Date)
    eligible_pence: Mapped[Pence]
    recovery_pence: Mapped[Pence]
    made_at: Mapped[datetime]
    made_by: Mapped[int] = mapped_column(ForeignKey("person.id"))


class MoneyBack(Base):
    """What a recipient has to pay back: paid and not spent as agreed, asked for when the closing figures are confirmed."""

    __tablename__ = "recovery"
    __table_args__ = (
        CheckConstraint("asked_pence > 0", name="asked_positive"),
        CheckConstraint("recovered_pence BETWEEN 0 AND asked_pence", name="recovered_within_asked"),
    )

    case_id: Mapped[int] = mapped_column(ForeignKey("award.case_id"), primary_key=True, autoincrement=False)
    asked_pence: Mapped[Pence]
    recovered_pence: Mapped[Pence]
    due_on: Mapped[date] = mapped_column(Date)
    asked_at: Mapped[datetime]


class MoneyBackReceipt(Base):
    """Money that came back for one year of an award; `restored` when it went back into the fund. Append-only."""

    __tablename__ = "recovery_receipt"
    __table_args__ = (CheckConstraint("amount_pence > 0", name="amount_positive"),)

    case_id: Mapped[int] = mapped_column(
        ForeignKey("recovery.case_id"), primary_key=True, autoincrement=False
    )
    rev: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    year: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    amount_pence: Mapped[Pence]
    restored: Mapped[bool]
    received_at: Mapped[datetime]
    recorded_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
