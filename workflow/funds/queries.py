"""All that reads funds. Pages ask with their viewer; guards and effects ask for many cases at once."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, and_, bindparam, or_, select, true
from sqlalchemy.orm import Session

from workflow.accounts.queries import Viewer
from workflow.accounts.roles import Role
from workflow.cases.models import Case
from workflow.cases.queries import DEPARTMENT_ROLES
from workflow.errors import NotHere
from workflow.funds.models import AllocationRevision, AwardYear, Fund, FundYear, LedgerEntry, Power
from workflow.funds.rules import EntryKind, FundFacts, Held, YearStatus
from workflow.money import Pence

# Who sees the envelope of every fund. Source: domain, section 8.
_SEE_ALL = (Role.AUDITOR, Role.NETWORK_OFFICIAL, Role.REVIEW_OWNER)
# Roles that bring no sight of money with them. Source: the same.
_SEE_NONE = frozenset({Role.ADMINISTRATOR, Role.COUNCIL_OFFICER, Role.CORPORATE_MAILBOX})
# What only concerns bids that are not decided. A promise takes back what was set aside, and that part is not shown either.
_UNDECIDED = (EntryKind.RESERVE, EntryKind.UNRESERVE)
PAGE = 50


class YearBalance(NamedTuple):
    """A fund's balances for a financial year, in pence; `available` is what is left to promise."""

    year: int
    status: YearStatus
    ceiling: Pence
    reserved: Pence
    committed: Pence
    paid: Pence
    accrued: Pence
    recovered: Pence
    lapsed: Pence
    carried_out: Pence
    available: Pence
    version: int

    def without_undecided(self) -> "YearBalance":
        """The same as people see it who do not see what is set aside."""
        return self._replace(reserved=Pence(0), available=Pence(self.ceiling - self.committed))


class EntryRow(NamedTuple):
    """A ledger entry as a page shows it: what it changed in pence, and for which bid."""

    id: int
    at: datetime
    year: int
    kind: EntryKind
    ceiling: Pence
    reserved: Pence
    committed: Pence
    paid: Pence
    accrued: Pence
    recovered: Pence
    lapsed: Pence
    carried_out: Pence
    balance_version: int
    case_id: int | None
    reference: str | None
    title: str | None
    decision: str | None
    actor: str


class CaseBalance(NamedTuple):
    """What a case holds of a financial year, in pence."""

    year: int
    reserved: Pence
    committed: Pence
    paid: Pence
    accrued: Pence
    recovered: Pence
    lapsed: Pence
    carried_out: Pence


def visible(viewer: Viewer) -> ColumnElement[bool]:
    """Which funds a person sees: those of their department or of the body that holds it; some roles see all."""
    if any(viewer.has(role) for role in _SEE_ALL):
        return true()
    own = {grant.organisation_id for grant in viewer.grants if grant.role not in _SEE_NONE}
    return or_(Fund.department_id.in_(own), Fund.holder_id.in_(own))


def sees_undecided(viewer: Viewer, fund: Fund) -> bool:
    """Whether a person sees what is set aside for bids that are not decided: the fund's own department, and auditors.

    Everybody else who sees a fund, such as the network or the body that holds it, sees what is promised and paid. What is
    left to them is what is not promised, or the difference would say what is set aside.
    """
    return viewer.has(Role.AUDITOR) or fund.department_id in viewer.organisations(*DEPARTMENT_ROLES)


def funds_of(session: Session, viewer: Viewer) -> list[Fund]:
    """The funds a person sees, by title."""
    return list(session.scalars(select(Fund).where(visible(viewer)).order_by(Fund.title, Fund.id)))


def fund_by_code(session: Session, viewer: Viewer, fund_code: str) -> Fund:
    """The fund with this code.

    Raises:
        NotHere: when there is none, or the person may not see it.
    """
    found = session.scalars(select(Fund).where(Fund.code == fund_code, visible(viewer))).one_or_none()
    if found is None:
        raise NotHere
    return found


def balances(session: Session, viewer: Viewer, fund_code: str) -> list[YearBalance]:
    """The envelope of a fund, year by year.

    Raises:
        NotHere: when there is no such fund, or the person may not see it.
    """
    fund = fund_by_code(session, viewer, fund_code)
    rows = session.scalars(select(FundYear).where(FundYear.fund_id == fund.id).order_by(FundYear.year))
    years = [balance_of(row) for row in rows]
    return years if sees_undecided(viewer, fund) else [year.without_undecided() for year in years]


def entries(
    session: Session,
    viewer: Viewer,
    fund_code: str,
    year: int | None = None,
    after: int | None = None,
    *,
    limit: int = PAGE,
) -> list[EntryRow]:
    """A fund's ledger, the newest first; `after` is the id at which the page before ended.

    Who does not see what is set aside reads no entry of it.

    Raises:
        NotHere: when there is no such fund, or the person may not see it.
    """
    fund = fund_by_code(session, viewer, fund_code)
    own = {"year", "reference", "title"}
    columns = [getattr(LedgerEntry, name) for name in EntryRow._fields if name not in own]
    statement = (
        select(*columns, FundYear.year, Case.reference, Case.title)
        .join(FundYear, FundYear.id == LedgerEntry.fund_year_id)
        .outerjoin(Case, Case.id == LedgerEntry.case_id)
        .where(FundYear.fund_id == fund.id)
    )
    if year is not None:
        statement = statement.where(FundYear.year == year)
    if after is not None:
        statement = statement.where(LedgerEntry.id < after)
    inside = sees_undecided(viewer, fund)
    if not inside:
        statement = statement.where(LedgerEntry.kind.not_in(_UNDECIDED))
    rows = session.execute(statement.order_by(LedgerEntry.id.desc()).limit(limit)).mappings()
    found = [EntryRow(**row) for row in rows]
    return found if inside else [row._replace(reserved=Pence(0)) for row in found]


def revisions(session: Session, viewer: Viewer, fund_code: str) -> list[tuple[int, AllocationRevision]]:
    """The dated revisions of a fund's allocations, each with its year, the newest first.

    Raises:
        NotHere: when there is no such fund, or the person may not see it.
    """
    fund = fund_by_code(session, viewer, fund_code)
    statement = (
        select(FundYear.year, AllocationRevision)
        .join(FundYear, FundYear.id == AllocationRevision.fund_year_id)
        .where(FundYear.fund_id == fund.id)
        .order_by(AllocationRevision.id.desc())
    )
    return [(year, revision) for year, revision in session.execute(statement)]


def available_by_year(session: Session, fund_ids: Iterable[int]) -> dict[int, dict[int, Pence]]:
    """What is left to promise, by fund and year; for rules, so it is not scoped to a viewer."""
    found: dict[int, dict[int, Pence]] = {fund_id: {} for fund_id in fund_ids}
    for row in _years(session, found):
        found[row.fund_id][row.year] = _left(row)
    return found


def case_balances(session: Session, case_ids: Iterable[int]) -> dict[int, list[CaseBalance]]:
    """What some cases hold, year by year; for rules and for pages that showed the case already."""
    found: dict[int, list[CaseBalance]] = {case_id: [] for case_id in case_ids}
    columns = [getattr(AwardYear, name) for name in CaseBalance._fields if name != "year"]
    statement = (
        select(AwardYear.case_id, FundYear.year, *columns)
        .join(FundYear, FundYear.id == AwardYear.fund_year_id)
        .where(AwardYear.case_id.in_(found))
        .order_by(AwardYear.case_id, FundYear.year)
    )
    for case_id, *balance in session.execute(statement):
        found[case_id].append(CaseBalance(*balance))
    return found


def facts(
    session: Session,
    case_ids: Sequence[int],
    *,
    now: datetime,  # noqa: ARG001 - every room's facts take the same arguments.
    person_id: int | None,  # noqa: ARG001
) -> dict[int, FundFacts]:
    """What guards may know of the money behind some cases, in one statement however many they are."""
    found: dict[int, FundFacts] = {}
    for row in session.execute(_FACTS, {"ids": list(case_ids)}):
        one = found.setdefault(row.id, FundFacts(row.fund_id, row.Power.terms, {}, set(), {}))
        if row.year is not None:
            one.available[row.year] = row.left
        if row.status is YearStatus.CONFIRMED:
            one.confirmed.add(row.year)
        if row.held is not None:
            one.held[row.year] = Held(
                row.reserved,
                row.committed,
                row.paid,
                row.accrued,
                row.lapsed,
                row.carried_out,
                row.recovered,
            )
    return found


_FACTS = (
    select(
        Case.id,
        Case.fund_id,
        Power,
        FundYear.year,
        FundYear.status,
        (FundYear.ceiling - FundYear.reserved - FundYear.committed).label("left"),
        AwardYear.id.label("held"),
        AwardYear.reserved,
        AwardYear.committed,
        AwardYear.paid,
        AwardYear.accrued,
        AwardYear.lapsed,
        AwardYear.carried_out,
        AwardYear.recovered,
    )
    .join(Fund, Fund.id == Case.fund_id)
    .join(Power, Power.id == Fund.power_id)
    .outerjoin(FundYear, FundYear.fund_id == Fund.id)
    .outerjoin(AwardYear, and_(AwardYear.fund_year_id == FundYear.id, AwardYear.case_id == Case.id))
    .where(Case.id.in_(bindparam("ids", expanding=True)))
    .order_by(Case.id, FundYear.year)
)


def _years(session: Session, fund_ids: Iterable[int]) -> list[FundYear]:
    statement = select(FundYear).where(FundYear.fund_id.in_(list(fund_ids)))
    # Balances are moved by statements of their own, so what the session read before may be old.
    ordered = statement.order_by(FundYear.fund_id, FundYear.year).execution_options(populate_existing=True)
    return list(session.scalars(ordered))


def _left(row: FundYear) -> Pence:
    return Pence(row.ceiling - row.reserved - row.committed)


def balance_of(row: FundYear) -> YearBalance:
    """A fund-year as pages show it."""
    same = {name: getattr(row, name) for name in YearBalance._fields if name != "available"}
    return YearBalance(**same, available=_left(row))
