"""Awards after the decision: the agreement, its payment plan, payment requests, payments, and the closing figures."""

import enum
from datetime import date, datetime

from sqlalchemy import (
    CheckConstraint,
    Date,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    SmallInteger,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from workflow.db import Base, TextEnum, WithId, enum_check
from workflow.money import Pence


class ClaimState(enum.StrEnum):
    """Whose move a payment request is: the checker's, the payer's, or nobody's."""

    WAITING = "waiting"
    CHECKED = "checked"
    REFUSED = "refused"
    PAID = "paid"


class Award(Base):
    """The funding agreement of a bid. `ends_on` is the last day of the work that it pays for."""

    __tablename__ = "award"
    __table_args__ = (
        CheckConstraint("total_pence > 0", name="total_positive"),
        CheckConstraint("(accepted_at IS NULL) = (accepted_by IS NULL)", name="accepted_by_somebody"),
    )

    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), primary_key=True, autoincrement=False)
    total_pence: Mapped[Pence]
    conditions: Mapped[str]
    eligible_heads: Mapped[str]
    ends_on: Mapped[date] = mapped_column(Date)
    offered_at: Mapped[datetime]
    offered_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    accepted_at: Mapped[datetime | None]
    accepted_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))


class ProfileLine(Base):
    """The payment plan: what the agreement foresees for one financial year. The lines add up to the award.

    A year whose money was all moved or given up keeps a line of nothing, because payment requests may name it.
    """

    __tablename__ = "profile_line"
    __table_args__ = (CheckConstraint("amount_pence >= 0", name="amount_not_negative"),)

    case_id: Mapped[int] = mapped_column(ForeignKey("award.case_id"), primary_key=True, autoincrement=False)
    year: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    amount_pence: Mapped[Pence]


class Claim(WithId, Base):
    """A payment request for one financial year: made by one person, checked by a second, paid by a third."""

    __tablename__ = "claim"
    __table_args__ = (
        UniqueConstraint("case_id", "number"),
        ForeignKeyConstraint(["case_id", "year"], ["profile_line.case_id", "profile_line.year"]),
        enum_check("state", ClaimState),
        CheckConstraint("claimed_pence > 0", name="claimed_positive"),
        CheckConstraint("accepted_pence BETWEEN 0 AND claimed_pence", name="accepted_within_claimed"),
        CheckConstraint("(state = 'waiting') = (checked_at IS NULL)", name="checked_unless_waiting"),
        CheckConstraint("(checked_at IS NULL) = (checked_by IS NULL)", name="checked_by_somebody"),
        CheckConstraint("(checked_at IS NULL) = (accepted_pence IS NULL)", name="accepted_when_checked"),
        CheckConstraint("checked_by <> made_by", name="checked_by_another"),
        CheckConstraint(
            "accepted_pence IS NULL OR accepted_pence = claimed_pence OR check_reason <> ''",
            name="part_needs_reason",
        ),
        Index("ix_claim_case", "case_id", "id"),
    )

    case_id: Mapped[int] = mapped_column(ForeignKey("award.case_id"))
    number: Mapped[int]
    year: Mapped[int] = mapped_column(SmallInteger)
    state: Mapped[ClaimState] = mapped_column(TextEnum(ClaimState))
    claimed_pence: Mapped[Pence]
    narrative: Mapped[str]
    made_at: Mapped[datetime]
    made_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    accepted_pence: Mapped[Pence | None]
    check_reason: Mapped[str]
    checked_at: Mapped[datetime | None]
    checked_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))


class Payment(Base):
    """What was paid on a payment request: the whole of what was accepted, once."""

    __tablename__ = "payment"
    __table_args__ = (CheckConstraint("amount_pence > 0", name="amount_positive"),)

    claim_id: Mapped[int] = mapped_column(ForeignKey("claim.id"), primary_key=True, autoincrement=False)
    amount_pence: Mapped[Pence]
    paid_at: Mapped[datetime]
    paid_by: Mapped[int] = mapped_column(ForeignKey("person.id"))


class Closure(Base):
    """Closing figures, proposed by one person and confirmed or declined by another; at most one proposal stands."""

    __tablename__ = "closure"
    __table_args__ = (
        CheckConstraint("paid_pence >= 0", name="paid_not_negative"),
        CheckConstraint("released_pence >= 0", name="released_not_negative"),
        CheckConstraint("eligible_pence >= 0", name="eligible_not_negative"),
        CheckConstraint("recovery_pence >= 0", name="recovery_not_negative"),
        CheckConstraint("(confirmed_at IS NULL) = (confirmed_by IS NULL)", name="confirmed_by_somebody"),
        CheckConstraint("confirmed_by <> proposed_by", name="confirmed_by_another"),
        CheckConstraint("number > 0", name="number_positive"),
        CheckConstraint("(declined_at IS NULL) = (declined_by IS NULL)", name="declined_by_somebody"),
        CheckConstraint("(declined_at IS NULL) = (decline_reason = '')", name="declined_with_reason"),
        CheckConstraint("declined_by <> proposed_by", name="declined_by_another"),
        CheckConstraint("declined_at IS NULL OR confirmed_at IS NULL", name="declined_or_confirmed"),
        Index("uq_closure_standing", "case_id", unique=True, postgresql_where=text("declined_at IS NULL")),
    )

    case_id: Mapped[int] = mapped_column(ForeignKey("award.case_id"), primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    paid_pence: Mapped[Pence]
    released_pence: Mapped[Pence]
    # What of the money paid was spent as agreed; unknown for awards that were closed before it was asked.
    eligible_pence: Mapped[Pence | None]
    recovery_pence: Mapped[Pence] = mapped_column(default=Pence(0))
    summary: Mapped[str]
    proposed_at: Mapped[datetime]
    proposed_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    confirmed_at: Mapped[datetime | None]
    confirmed_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    declined_at: Mapped[datetime | None]
    declined_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    decline_reason: Mapped[str] = mapped_column(default="")
