"""What changes a fund's envelope: opening a fund, and the dated revisions that alone move a year's ceiling."""

from datetime import date
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from workflow import audit
from workflow.cases.models import Case
from workflow.clock import london_date
from workflow.db import Work
from workflow.errors import Invalid, NotHere
from workflow.funds.errors import CutBelowCommitted, EntryKeyMisused
from workflow.funds.ledger import Deltas, Posting, move
from workflow.funds.models import AllocationRevision, AwardYear, Fund, FundYear, LedgerEntry
from workflow.funds.rules import ConsultationRule, EntryKind, Recovery, YearStatus
from workflow.money import LARGEST, format_pounds


def open_fund(
    work: Work,
    *,
    code: str,
    title: str,
    department_id: int,
    holder_id: int,
    power_id: int,
    consultation_rule: ConsultationRule,
    recovery_rule: Recovery,
    cost_centre: str = "",
    account: str = "",
    programme: str = "",
    provenance: str = "",
) -> Fund:
    """Open a fund and record it; one with this code that exists already is given back as it is."""
    found = work.session.scalars(select(Fund).where(Fund.code == code)).one_or_none()
    if found is not None:
        return found
    fund = Fund(
        code=code,
        title=title,
        department_id=department_id,
        holder_id=holder_id,
        power_id=power_id,
        consultation_rule=consultation_rule,
        recovery_rule=recovery_rule,
        cost_centre=cost_centre,
        account=account,
        programme=programme,
        provenance=provenance,
    )
    work.session.add(fund)
    work.session.flush()  # The fund's id names its stream.
    audit.record(
        work, f"fund:{fund.id}", "fund_opened", {"code": code, "power": power_id}, texts={"title": title}
    )
    return fund


def set_ceiling(
    work: Work,
    fund_id: int,
    year: int,
    amount: int,
    *,
    key: str,
    status: YearStatus = YearStatus.CONFIRMED,
    consent: str = "",
    report: str = "",
    reason: str = "",
    effective_on: date | None = None,
) -> FundYear:
    """Set a year's allocation (pence) by a dated revision; setting what is set already changes nothing.

    `consent` and `report` are references: whose consent, and the report that Parliament approved.

    Raises:
        CutBelowCommitted: naming the bids that hold the money.
        Invalid: for an amount beyond all sense, or a confirmed year made indicative while money is promised from it.
    """
    if not 0 <= amount <= LARGEST:
        raise Invalid(f"The allocation must be between £0 and {format_pounds(LARGEST)}.", field="amount")
    # The stream before the fund-year, in every transaction, so that two revisions of two years cannot wait in a ring.
    audit.hold_stream(work, f"fund:{fund_id}")
    found = _locked_year(work.session, fund_id, year, status)
    delta = amount - found.ceiling
    if _revised_before(work.session, key, found, amount) or (
        delta == 0 and status is found.status and found.version
    ):
        return found
    if status is YearStatus.INDICATIVE and found.committed:
        raise Invalid(
            "Money is promised from this year, so its allocation must stay confirmed.", field="status"
        )
    before, entry_id = found.ceiling, None
    if delta or not found.version:
        made = move(work, found.id, Deltas(ceiling=delta), Posting(fund_id, None, EntryKind.CEILING, key))
        if made is None:
            raise _cut(work.session, found, amount)
        entry_id = made[0]
    work.session.execute(update(FundYear).where(FundYear.id == found.id).values(status=status))
    revision: dict[str, Any] = {"amount": amount, "status": status, "consent": consent, "report": report}
    revision |= {"reason": reason, "effective_on": effective_on or london_date(work.now)}
    own = {"fund_year_id": found.id, "entry_id": entry_id, "at": work.now, "actor": str(work.actor)}
    work.session.execute(insert(AllocationRevision).values(**revision, **own))
    audit.record(
        work,
        f"fund:{fund_id}",
        "allocation_set",
        {"year": year, "from_pence": before, "to_pence": amount, "status": status.value, "entry": entry_id},
        texts={
            name: text
            for name, text in (("reason", reason), ("consent", consent), ("report", report))
            if text
        },
    )
    work.session.refresh(found)
    return found


def _locked_year(session: Session, fund_id: int, year: int, status: YearStatus) -> FundYear:
    """The fund-year, locked, made with nothing in it when the year is new."""
    if session.get(Fund, fund_id) is None:
        raise NotHere
    session.execute(
        upsert(FundYear)
        .values(fund_id=fund_id, year=year, status=status)
        .on_conflict_do_nothing(index_elements=["fund_id", "year"])
    )
    statement = select(FundYear).where(FundYear.fund_id == fund_id, FundYear.year == year)
    return session.scalars(
        statement.with_for_update(key_share=True).execution_options(populate_existing=True)
    ).one()


def _revised_before(session: Session, key: str, found: FundYear, amount: int) -> bool:
    entry = session.scalars(select(LedgerEntry).where(LedgerEntry.idempotency_key == key)).one_or_none()
    if entry is None:
        return False
    statement = select(AllocationRevision.amount).where(AllocationRevision.entry_id == entry.id)
    if entry.fund_year_id != found.id or session.scalars(statement).one_or_none() != amount:
        raise EntryKeyMisused(key)
    return True


def _cut(session: Session, found: FundYear, amount: int) -> CutBelowCommitted:
    held = (AwardYear.reserved + AwardYear.committed).label("held")
    statement = (
        select(Case.reference, held)
        .join(AwardYear, AwardYear.case_id == Case.id)
        .where(AwardYear.fund_year_id == found.id, held > 0)
        .order_by(held.desc(), Case.id)
    )
    bids = [(row.reference, row.held) for row in session.execute(statement)]
    return CutBelowCommitted(found.year, amount, found.reserved + found.committed, bids)
