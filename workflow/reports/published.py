"""What everybody may read: awards, and how many bids ended without one and for how much.

The title of a bid that ended without an award is told only where councils were asked about it in public; of all others there
are numbers and totals. Source: domain, section 8, public.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, func, select, tuple_
from sqlalchemy.orm import Session, aliased

from workflow.accounts.models import Organisation
from workflow.accounts.queries import Viewer
from workflow.bids.models import Bid
from workflow.bids.rules import is_withheld
from workflow.cases import Case
from workflow.consultation.models import Consultation
from workflow.funds.models import Fund
from workflow.money import Pence
from workflow.monitoring.models import Award

PAGE = 25
ENDED_WITHOUT = ("rejected", "ineligible", "withdrawn", "lapsed", "declined")
"""The ends of a bid that are no award, by the name of the state."""

_LEAD = aliased(Organisation)
_DEPARTMENT = aliased(Organisation)


@dataclass(frozen=True, slots=True)
class PublicAward:
    """An award as everybody may read it. `ends_on` is the last day of the work that it pays for."""

    id: int
    reference: str
    title: str
    lead: str
    department: str
    fund: str
    amount_pence: Pence
    accepted_at: datetime
    ends_on: date
    state: str
    consultation_id: int | None


@dataclass(frozen=True, slots=True)
class PublicEnd:
    """A bid that ended without an award and about which councils had been asked in public."""

    id: int
    reference: str
    title: str
    lead: str
    department: str
    fund: str
    amount_pence: Pence
    ended_at: datetime
    state: str
    consultation_id: int


@dataclass(frozen=True, slots=True)
class Ended:
    """How many bids to one fund ended in one way, and what they asked for together."""

    department: str
    fund: str
    state: str
    count: int
    asked_pence: Pence


def awards(
    session: Session, viewer: Viewer | None, *, after: tuple[datetime, int] | None = None
) -> tuple[list[PublicAward], bool]:
    """A page of awards, the newest first, and whether more follow; `after` is (accepted at, id) of the last one seen."""
    del viewer
    statement = _awards().limit(PAGE + 1)
    if after is not None:
        statement = statement.where(tuple_(Award.accepted_at, Award.case_id) < after)
    found = [PublicAward(*row) for row in session.execute(statement)]
    return found[:PAGE], len(found) > PAGE


def all_awards(session: Session, viewer: Viewer | None) -> Iterator[PublicAward]:
    """Every award, one after the other, for a file."""
    del viewer
    for row in session.execute(_awards().execution_options(yield_per=500)):
        yield PublicAward(*row)


def awards_in_all(session: Session, viewer: Viewer | None) -> tuple[int, Pence]:
    """How many awards there are, and what they come to."""
    del viewer
    total = func.coalesce(func.sum(Award.total_pence), 0)
    count, pence = session.execute(select(func.count(), total).where(Award.accepted_at.is_not(None))).one()
    return count, Pence(int(pence))


def ended_in_all(session: Session, viewer: Viewer | None) -> list[Ended]:
    """The bids that ended without an award, counted by fund and by how they ended."""
    del viewer
    rows = session.execute(
        select(
            _DEPARTMENT.code,
            Fund.title,
            Case.state,
            func.count(),
            func.coalesce(func.sum(Case.amount_pence), 0),
        )
        .join(Fund, Fund.id == Case.fund_id)
        .join(_DEPARTMENT, _DEPARTMENT.id == Case.department_id)
        .where(Case.kind == "bid", Case.ended, Case.shared, Case.state.in_(ENDED_WITHOUT))
        .group_by(_DEPARTMENT.code, Fund.title, Fund.id, Case.state)
        .order_by(_DEPARTMENT.code, Fund.title, Fund.id, Case.state)
    )
    return [Ended(code, fund, state, count, Pence(int(pence))) for code, fund, state, count, pence in rows]


def ended(
    session: Session, viewer: Viewer | None, *, after: int | None = None
) -> tuple[list[PublicEnd], int | None]:
    """A page of the bids that ended without an award after councils had been asked, the newest bid first.

    Beside it stands where the next page begins, None where there is none.
    """
    del viewer
    asked = _asked()
    statement = (
        select(
            Case.id,
            Case.reference,
            Case.title,
            _LEAD.name,
            _DEPARTMENT.code,
            Fund.title,
            Case.amount_pence,
            Case.changed_at,
            Case.state,
            asked,
            Bid.main_support,
            Bid.area_kind,
        )
        .join(Bid, Bid.id == Case.id)
        .join(Fund, Fund.id == Case.fund_id)
        .join(_LEAD, _LEAD.id == Case.proposer_id)
        .join(_DEPARTMENT, _DEPARTMENT.id == Case.department_id)
        .where(Case.ended, Case.shared, Case.state.in_(ENDED_WITHOUT), asked.is_not(None))
        .order_by(Case.id.desc())
        .limit(PAGE + 1)
    )
    if after is not None:
        statement = statement.where(Case.id < after)
    rows = session.execute(statement).all()
    shown = [row for row in rows[:PAGE] if not is_withheld(row.main_support, row.area_kind, row.state)]
    return [PublicEnd(*row[:-2]) for row in shown], rows[PAGE - 1].id if len(rows) > PAGE else None


def _asked() -> Any:
    """The newest consultation of a case, or NULL."""
    return (
        select(func.max(Consultation.id))
        .where(Consultation.bid_id == Case.id)
        .correlate(Case)
        .scalar_subquery()
    )


def _awards() -> Select[*tuple[Any, ...]]:
    return (
        select(
            Case.id,
            Case.reference,
            Case.title,
            _LEAD.name,
            _DEPARTMENT.code,
            Fund.title,
            Award.total_pence,
            Award.accepted_at,
            Award.ends_on,
            Case.state,
            _asked(),
        )
        .join(Award, Award.case_id == Case.id)
        .join(Fund, Fund.id == Case.fund_id)
        .join(_LEAD, _LEAD.id == Case.proposer_id)
        .join(_DEPARTMENT, _DEPARTMENT.id == Case.department_id)
        .where(Award.accepted_at.is_not(None))
        .order_by(Award.accepted_at.desc(), Award.case_id.desc())
    )
