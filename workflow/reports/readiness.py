"""Which bids of a fund, and which amounts, could not be decided for want of people, limits or freedom from conflict, and when.

Read by those who can cure it, for their own department, by auditors and by those who look after people: they read of people and
see no bid. The number of statements does not grow with the bids. Source: domain, section 5, readiness; section 8.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, func, select, true
from sqlalchemy.orm import Session

from workflow.accounts.models import Organisation
from workflow.accounts.queries import Viewer
from workflow.accounts.roles import Role, Thing
from workflow.approval import queries as approval
from workflow.approval.readiness import (
    UNDECIDED,
    Lack,
    Spell,
    Team,
    Wanted,
    amounts,
    days_of_change,
    of_amount,
    spells,
)
from workflow.approval.rules import ApprovalFacts
from workflow.bids.models import Partner
from workflow.cases import Case
from workflow.cases.facts import duties_of
from workflow.clock import london_date
from workflow.errors import NotHere
from workflow.funds.models import Fund, FundYear
from workflow.money import financial_year
from workflow.reports.teams import Teams, teams_of

DAYS = 30
"""How many days are looked ahead where nothing else is asked for."""
BIDS = 200
"""So many bids are looked at on one page, by the order in which they began."""
NAMED = 10
"""So many bids of one finding are named; the rest is counted."""

OWN_DEPARTMENT = (Role.SENIOR_OFFICER, Role.HEAD_OF_TEAM, Role.ACCOUNTING_OFFICER)
"""Who reads this of the department that gave them the role."""


@dataclass(frozen=True, slots=True)
class NamedBid:
    """A bid of a finding; `title` is empty for whoever sees no bids, and then `reference` is too."""

    reference: str
    title: str
    pence: int


@dataclass(frozen=True, slots=True)
class Finding:
    """What could not be decided from a day to a day, in which department and funds.

    It is about `count` bids of up to `up_to` pence, or, where `count` is 0, about bids that could come: above `above` pence and
    up to `up_to`, None where there is no upper end.
    """

    lack: Lack
    first: date
    last: date | None
    department: str
    funds: tuple[str, ...]
    count: int
    above: int
    up_to: int | None
    bids: tuple[NamedBid, ...] = ()


@dataclass(frozen=True, slots=True)
class Readiness:
    """What was found from `today` to `until`, the earliest first; `looked_at` bids were looked at, `next_after` has the next."""

    findings: tuple[Finding, ...]
    today: date
    until: date
    looked_at: int
    next_after: int | None
    funds: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class _FundRow:
    id: int
    code: str
    title: str
    department_id: int
    department: str
    left_pence: int


def readiness(
    session: Session,
    viewer: Viewer,
    now: datetime,
    *,
    fund: str = "",
    days: int = DAYS,
    after: int | None = None,
) -> Readiness:
    """What could not be decided in the viewer's funds, or in one of them by its code, from today and for some days.

    Raises:
        NotHere: when the viewer may not see this, or there is no such fund for them.
    """
    if not viewer.opens(Thing.READINESS):
        raise NotHere
    sees_all = viewer.has(Role.AUDITOR) or viewer.has(Role.ADMINISTRATOR)
    departments = None if sees_all else viewer.organisations(*OWN_DEPARTMENT)
    names_bids = viewer.has(Role.AUDITOR) or not viewer.has(Role.ADMINISTRATOR)
    found = _readiness(session, departments, now, fund=fund, days=days, after=after, names_bids=names_bids)
    if fund and fund not in {code for code, _ in found.funds}:
        raise NotHere
    return found


def everything(session: Session, now: datetime, *, days: int = DAYS) -> Iterable[Finding]:
    """The findings of all funds and all bids, for the command line; no bid is named."""
    after: int | None = None
    while True:
        found = _readiness(session, None, now, days=days, after=after, names_bids=False)
        yield from found.findings
        after = found.next_after
        if after is None:
            return


def _readiness(
    session: Session,
    departments: Collection[int] | None,
    now: datetime,
    *,
    days: int,
    names_bids: bool,
    fund: str = "",
    after: int | None = None,
) -> Readiness:
    today = london_date(now)
    until = today + timedelta(days=days)
    funds = _funds(session, departments, today)
    chosen = [one for one in funds if fund in {"", one.code}]
    teams = teams_of(session, {one.department_id for one in chosen}, today, until, now)
    cases, more = _undecided(session, chosen, after)
    findings = _of_bids(session, cases, chosen, teams, now, until, names_bids=names_bids)
    if after is None:
        findings += _of_amounts(chosen, teams, today, until)
    return Readiness(
        tuple(sorted(findings, key=lambda one: (one.first, one.department, not one.count, one.above))),
        today,
        until,
        len(cases),
        cases[-1].id if more else None,
        tuple((one.code, one.title) for one in funds),
    )


def _funds(session: Session, departments: Collection[int] | None, today: date) -> list[_FundRow]:
    """The funds with what they have left in the years that have not ended."""
    own: ColumnElement[bool] = true() if departments is None else Fund.department_id.in_(departments)
    left = func.coalesce(func.sum(FundYear.ceiling - FundYear.reserved - FundYear.committed), 0)
    rows = session.execute(
        select(Fund.id, Fund.code, Fund.title, Fund.department_id, Organisation.name, left)
        .join(Organisation, Organisation.id == Fund.department_id)
        .outerjoin(FundYear, (FundYear.fund_id == Fund.id) & (FundYear.year >= financial_year(today)))
        .where(own)
        .group_by(Fund.id, Organisation.name)
        .order_by(Fund.code)
    )
    return [
        _FundRow(id_, code, title, dept, name, int(pence)) for id_, code, title, dept, name, pence in rows
    ]


def _undecided(session: Session, funds: Sequence[_FundRow], after: int | None) -> tuple[Sequence[Case], bool]:
    """The bids of some funds that were sent and are not decided, by id, and whether more follow."""
    statement = select(Case).where(
        Case.fund_id.in_([one.id for one in funds]),
        Case.kind == "bid",
        Case.shared,
        ~Case.ended,
        Case.state.in_(UNDECIDED),
    )
    if after is not None:
        statement = statement.where(Case.id > after)
    rows = session.scalars(statement.order_by(Case.id).limit(BIDS + 1)).all()
    return rows[:BIDS], len(rows) > BIDS


def _of_bids(  # noqa: PLR0917 - what was read of one page
    session: Session,
    cases: Sequence[Case],
    funds: Sequence[_FundRow],
    teams: Teams,
    now: datetime,
    until: date,
    *,
    names_bids: bool,
) -> list[Finding]:
    """The findings about bids: those that lack the same people on the same days are one."""
    by_id = {one.id: one for one in funds}
    together: dict[tuple[int, Spell], list[tuple[Case, int]]] = {}
    for case, wanted in _wanted(session, cases, teams, now):
        team = teams.team(case.department_id)
        days = days_of_change(team, london_date(now), until)
        for spell in spells(wanted, team, days):
            together.setdefault((case.department_id, spell), []).append((case, wanted.pence))
    return [
        Finding(
            spell.lack,
            spell.first,
            spell.last,
            by_id[listed[0][0].fund_id].department,
            tuple(sorted({by_id[case.fund_id].code for case, _ in listed})),
            len(listed),
            0,
            max(pence for _, pence in listed),
            tuple(NamedBid(case.reference, case.title, pence) for case, pence in listed[:NAMED])
            if names_bids
            else (),
        )
        for (_, spell), listed in together.items()
    ]


def _wanted(
    session: Session, cases: Sequence[Case], teams: Teams, now: datetime
) -> Iterable[tuple[Case, Wanted]]:
    ids = [case.id for case in cases]
    facts = approval.facts(session, ids, now=now, person_id=None)
    duties = duties_of(session, ids)
    touched: dict[int, set[int]] = {case.id: {case.proposer_id} for case in cases}
    for bid_id, body in session.execute(
        select(Partner.bid_id, Partner.organisation_id).where(Partner.bid_id.in_(ids))
    ):
        touched[bid_id].add(body)
    for case in cases:
        connected = teams.connected(case.department_id, case.id, touched[case.id])
        yield case, _one(case, facts[case.id], duties[case.id], connected)


def _one(
    case: Case, known: ApprovalFacts, did: frozenset[tuple[str, int]], connected: frozenset[int]
) -> Wanted:
    """What is wanted for one bid; marks and votes of a round count until the bid is assessed again."""
    is_assessed = case.state in {"deciding", "deferred", "referred", "direction_sought"}
    put_off_there = case.state == "deferred" and known.deferred_from == "referred"
    return Wanted(
        case.state,
        known.whole_life_pence,
        votes=len(known.voters) if is_assessed else 0,
        marked=is_assessed and (bool(known.marks) or put_off_there),
        did=did,
        barred=known.barred,
        connected=connected,
    )


def _of_amounts(funds: Sequence[_FundRow], teams: Teams, today: date, until: date) -> list[Finding]:
    """The findings about bids that could come: the same for several funds of one department is one."""
    together: dict[tuple[str, Spell, int, int | None], list[str]] = {}
    for fund in funds:
        team: Team = teams.team(fund.department_id)
        days = days_of_change(team, today, until)
        for above, up_to in amounts(team, fund.left_pence):
            for spell in spells(of_amount(above, up_to), team, days):
                together.setdefault((fund.department, spell, above, up_to), []).append(fund.code)
    findings: list[Finding] = []
    for (department, spell, above, up_to), codes in together.items():
        made = Finding(spell.lack, spell.first, spell.last, department, tuple(codes), 0, above, up_to)
        before = next((one for one in findings if _goes_on(one, made)), None)
        if before is not None:
            findings.remove(before)
            made = replace(made, above=before.above)
        findings.append(made)
    return findings


def _goes_on(before: Finding, following: Finding) -> bool:
    """Whether two bands of amounts touch and lack the same people on the same days."""
    return before.up_to == following.above and (
        before.lack,
        before.first,
        before.last,
        before.funds,
        before.department,
    ) == (following.lack, following.first, following.last, following.funds, following.department)
