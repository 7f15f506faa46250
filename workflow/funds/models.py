"""Tables of funds. A fund-year is the allocation; every change of it is an entry with the version it made.

All amounts are pence. A financial year is named by the calendar year in which it starts.
"""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, SmallInteger, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from workflow.db import Base, TextEnum, WithId, enum_check
from workflow.funds.rules import ConsultationRule, EntryKind, PowerTerms, Recipients, Recovery, YearStatus
from workflow.money import Pence


class Power(WithId, Base):
    """A legal power as it stood between two dates. Rules read it as `terms`."""

    __tablename__ = "power"
    __table_args__ = (
        UniqueConstraint("code", "in_force_from"),
        enum_check("recipients", Recipients),
        enum_check("recovery", Recovery),
        CheckConstraint("in_force_to IS NULL OR in_force_to >= in_force_from", name="in_force_in_order"),
    )

    code: Mapped[str]
    law: Mapped[str]
    title: Mapped[str]
    recipients: Mapped[Recipients] = mapped_column(TextEnum(Recipients))
    has_conditions: Mapped[bool]
    has_claims: Mapped[bool]
    recovery: Mapped[Recovery] = mapped_column(TextEnum(Recovery))
    consent: Mapped[str] = mapped_column(default="")
    in_force_from: Mapped[date] = mapped_column(Date)
    in_force_to: Mapped[date | None] = mapped_column(Date)
    provenance: Mapped[str] = mapped_column(default="")

    @property
    def terms(self) -> PowerTerms:
        """The power as the pure rules read it."""
        return PowerTerms(
            law=self.law,
            recipients=self.recipients,
            in_force_from=self.in_force_from,
            in_force_to=self.in_force_to,
            has_conditions=self.has_conditions,
            has_claims=self.has_claims,
            recovery=self.recovery,
            consent=self.consent,
        )


class Fund(WithId, Base):
    """A fund: whose it is, who holds it, under which power, with which rules and accounts.

    `provenance` says where its figures come from, and is shown with them.
    """

    __tablename__ = "fund"
    __table_args__ = (
        UniqueConstraint("code"),
        enum_check("consultation_rule", ConsultationRule),
        enum_check("recovery_rule", Recovery),
        Index("ix_fund_department", "department_id", "id"),
        Index("ix_fund_holder", "holder_id", "id"),
    )

    code: Mapped[str]
    title: Mapped[str]
    department_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    holder_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    power_id: Mapped[int] = mapped_column(ForeignKey("power.id"))
    consultation_rule: Mapped[ConsultationRule] = mapped_column(TextEnum(ConsultationRule))
    recovery_rule: Mapped[Recovery] = mapped_column(TextEnum(Recovery))
    cost_centre: Mapped[str] = mapped_column(default="")
    account: Mapped[str] = mapped_column(default="")
    programme: Mapped[str] = mapped_column(default="")
    provenance: Mapped[str] = mapped_column(default="")


class FundYear(WithId, Base):
    """The allocation of a fund for a year, with its balances. Only the ledger's own statement changes it."""

    __tablename__ = "fund_year"
    __table_args__ = (
        UniqueConstraint("fund_id", "year"),
        enum_check("status", YearStatus),
        CheckConstraint("year BETWEEN 2000 AND 2100", name="year_sensible"),
        CheckConstraint("ceiling >= 0", name="ceiling_not_negative"),
        CheckConstraint("reserved >= 0", name="reserved_not_negative"),
        CheckConstraint("committed >= 0", name="committed_not_negative"),
        CheckConstraint("paid >= 0", name="paid_not_negative"),
        CheckConstraint("accrued >= 0", name="accrued_not_negative"),
        CheckConstraint("recovered >= 0", name="recovered_not_negative"),
        CheckConstraint("lapsed >= 0", name="lapsed_not_negative"),
        CheckConstraint("carried_out >= 0", name="carried_out_not_negative"),
        CheckConstraint("version >= 0", name="version_not_negative"),
        CheckConstraint("reserved + committed <= ceiling", name="not_overcommitted"),
        CheckConstraint("paid + accrued <= committed", name="paid_within_committed"),
        CheckConstraint("status = 'confirmed' OR committed = 0", name="promised_when_confirmed"),
    )

    fund_id: Mapped[int] = mapped_column(ForeignKey("fund.id"))
    year: Mapped[int] = mapped_column(SmallInteger)
    status: Mapped[YearStatus] = mapped_column(TextEnum(YearStatus))
    ceiling: Mapped[Pence] = mapped_column(default=Pence(0))
    reserved: Mapped[Pence] = mapped_column(default=Pence(0))
    committed: Mapped[Pence] = mapped_column(default=Pence(0))
    paid: Mapped[Pence] = mapped_column(default=Pence(0))
    accrued: Mapped[Pence] = mapped_column(default=Pence(0))
    recovered: Mapped[Pence] = mapped_column(default=Pence(0))
    lapsed: Mapped[Pence] = mapped_column(default=Pence(0))
    carried_out: Mapped[Pence] = mapped_column(default=Pence(0))
    version: Mapped[int] = mapped_column(default=0)


class AllocationRevision(WithId, Base):
    """A dated change of an allocation, kept for ever; it alone moves the ceiling, with its ledger entry."""

    __tablename__ = "allocation_revision"
    __table_args__ = (
        enum_check("status", YearStatus),
        CheckConstraint("amount >= 0", name="amount_not_negative"),
        Index("ix_allocation_revision_fund_year", "fund_year_id", "id"),
    )

    fund_year_id: Mapped[int] = mapped_column(ForeignKey("fund_year.id"))
    entry_id: Mapped[int | None] = mapped_column(ForeignKey("ledger_entry.id"))
    amount: Mapped[Pence]
    status: Mapped[YearStatus] = mapped_column(TextEnum(YearStatus))
    consent: Mapped[str]
    report: Mapped[str]
    reason: Mapped[str]
    effective_on: Mapped[date] = mapped_column(Date)
    at: Mapped[datetime]
    actor: Mapped[str]


class AwardYear(WithId, Base):
    """What one case holds of a fund-year: the same balances, moved with the fund-year's by the same entries."""

    __tablename__ = "award_year"
    __table_args__ = (
        UniqueConstraint("case_id", "fund_year_id"),
        Index("ix_award_year_fund_year", "fund_year_id", "case_id"),
        CheckConstraint("reserved >= 0", name="reserved_not_negative"),
        CheckConstraint("committed >= 0", name="committed_not_negative"),
        CheckConstraint("paid >= 0", name="paid_not_negative"),
        CheckConstraint("accrued >= 0", name="accrued_not_negative"),
        CheckConstraint("recovered >= 0", name="recovered_not_negative"),
        CheckConstraint("lapsed >= 0", name="lapsed_not_negative"),
        CheckConstraint("carried_out >= 0", name="carried_out_not_negative"),
        CheckConstraint("paid + accrued <= committed", name="paid_within_committed"),
    )

    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"))
    fund_year_id: Mapped[int] = mapped_column(ForeignKey("fund_year.id"))
    reserved: Mapped[Pence] = mapped_column(default=Pence(0))
    committed: Mapped[Pence] = mapped_column(default=Pence(0))
    paid: Mapped[Pence] = mapped_column(default=Pence(0))
    accrued: Mapped[Pence] = mapped_column(default=Pence(0))
    recovered: Mapped[Pence] = mapped_column(default=Pence(0))
    lapsed: Mapped[Pence] = mapped_column(default=Pence(0))
    carried_out: Mapped[Pence] = mapped_column(default=Pence(0))
    version: Mapped[int] = mapped_column(default=0)


class LedgerEntry(WithId, Base):
    """One change of a fund-year, append-only. Its deltas replay to the balances, its versions have no gap.

    `decision` names the event it follows (`case:12/7`), `reverses` the entry that it corrects.
    """

    __tablename__ = "ledger_entry"
    __table_args__ = (
        UniqueConstraint("fund_year_id", "balance_version"),
        UniqueConstraint("idempotency_key"),
        enum_check("kind", EntryKind),
        CheckConstraint("balance_version > 0", name="balance_version_positive"),
        CheckConstraint("(kind = 'ceiling') = (case_id IS NULL)", name="case_unless_ceiling"),
        Index("ix_ledger_entry_case", "case_id", "id"),
    )

    fund_year_id: Mapped[int] = mapped_column(ForeignKey("fund_year.id"))
    case_id: Mapped[int | None] = mapped_column(ForeignKey("case.id"))
    kind: Mapped[EntryKind] = mapped_column(TextEnum(EntryKind))
    ceiling: Mapped[Pence]
    reserved: Mapped[Pence]
    committed: Mapped[Pence]
    paid: Mapped[Pence]
    accrued: Mapped[Pence]
    recovered: Mapped[Pence]
    lapsed: Mapped[Pence]
    carried_out: Mapped[Pence]
    balance_version: Mapped[int]
    idempotency_key: Mapped[str]
    decision: Mapped[str | None]
    reverses_id: Mapped[int | None] = mapped_column(ForeignKey("ledger_entry.id"))
    actor: Mapped[str]
    at: Mapped[datetime]
