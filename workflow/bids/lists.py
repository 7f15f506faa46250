"""Lists of bids, always within what the viewer may see; the queue of live ones is in `live.py`."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, Select, func, literal_column, or_, select, true
from sqlalchemy import case as case_when
from sqlalchemy.orm import Session

from workflow.accounts.models import Organisation
from workflow.accounts.queries import Viewer
from workflow.accounts.roles import Role
from workflow.bids.models import Bid, SpendRoute
from workflow.cases import Case
from workflow.cases.queries import DEPARTMENT_ROLES, PROPOSER_ROLES, visible
from workflow.funds.models import Fund

PAGE = 25
"""How many bids one page shows."""

DUE = func.coalesce(Case.due_on, literal_column("'infinity'::date"))
"""The expression of the index of the queue, so that a page is read from it in order."""


@dataclass(frozen=True, slots=True)
class BidRow:
    """A bid in a list, with the short name of its lead body.

    `ends_on` is the end of temporary government support, for a bid that asks for that.
    """

    case: Case
    lead: str
    fund_code: str
    fund: str
    ends_on: date | None = None


def rows() -> Select[Case, str, str, str, date | None]:
    """The statement of every list: a case with its lead body, its fund and the end of temporary support."""
    ends_on = case_when((Bid.spend_route == SpendRoute.CENTRAL_TRANSITIONAL, Bid.transition_ends_on))
    return (
        select(Case, Organisation.short_name, Fund.code, Fund.title, ends_on)
        .join(Organisation, Organisation.id == Case.proposer_id)
        .join(Fund, Fund.id == Case.fund_id)
        .join(Bid, Bid.id == Case.id)
    )


def bids(session: Session, viewer: Viewer, *, after: int | None = None) -> tuple[list[BidRow], bool]:
    """One page of all bids that the viewer may see, the newest first, and whether there are more."""
    statement = rows().where(visible(viewer)).order_by(Case.id.desc()).limit(PAGE + 1)
    if after is not None:
        statement = statement.where(Case.id < after)
    found = [BidRow(*row) for row in session.execute(statement)]
    return found[:PAGE], len(found) > PAGE


def waiting(session: Session, viewer: Viewer, states: Sequence[str], *, limit: int = 50) -> list[BidRow]:
    """The live bids that the viewer may see in some states, soonest due first: what may wait for the viewer."""
    statement = (
        rows().where(visible(viewer), ~Case.ended, Case.state.in_(states)).order_by(DUE, Case.id).limit(limit)
    )
    return [BidRow(*row) for row in session.execute(statement)]


def asked_anew(
    session: Session, viewer: Viewer, states: Sequence[str], since: datetime, *, limit: int = 50
) -> list[BidRow]:
    """The ended bids in some states that changed since a moment: those of which a review or an appeal may wait."""
    statement = (
        rows()
        .where(visible(viewer), Case.ended, Case.state.in_(states), Case.changed_at >= since)
        .order_by(Case.changed_at, Case.id)
        .limit(limit)
    )
    return [BidRow(*row) for row in session.execute(statement)]


def changed(session: Session, viewer: Viewer, *, limit: int = 5) -> list[BidRow]:
    """The bids that the viewer may see and that changed last, the newest change first."""
    statement = rows().where(visible(viewer)).order_by(Case.changed_at.desc(), Case.id.desc()).limit(limit)
    return [BidRow(*row) for row in session.execute(statement)]


def funds_in_queue(session: Session, viewer: Viewer) -> list[tuple[str, str]]:
    """The code and title of the funds that the viewer's queue may hold bids to, by title."""
    departments, bodies = viewer.organisations(*DEPARTMENT_ROLES), viewer.organisations(*PROPOSER_ROLES)
    places: list[ColumnElement[bool]] = (
        [true()] if viewer.has(Role.AUDITOR) else [Fund.department_id.in_(departments)]
    )
    if bodies:
        # Only a body's own bids are read for this; a department's would be every one of its funds'.
        places.append(Fund.id.in_(select(Case.fund_id).where(Case.proposer_id.in_(bodies))))
    rows = session.execute(select(Fund.code, Fund.title).where(or_(*places)).order_by(Fund.title, Fund.id))
    return [(code, title) for code, title in rows]
