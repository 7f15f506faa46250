"""Lists of bids, always within what the viewer may see: all of them by age, and the queue of live ones by due date."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import (
    ColumnElement,
    Date,
    Select,
    cast,
    false,
    func,
    literal,
    literal_column,
    or_,
    select,
    true,
    tuple_,
)
from sqlalchemy.orm import Session

from workflow.accounts.models import Organisation
from workflow.accounts.queries import Viewer
from workflow.accounts.roles import Role
from workflow.cases import Case
from workflow.cases.queries import DEPARTMENT_ROLES, PROPOSER_ROLES, visible
from workflow.funds.models import Fund

PAGE = 25
"""How many bids one page shows."""

MOST_COUNTED = 1000
"""Beyond this many the queue says "more than": counting all of them would cost more than showing a page."""

LATE, SOON = "late", "soon"
"""What may be asked of due dates."""

NO_DATE = "none"
"""How a page's key writes a bid without a due date, which comes last."""

# The expression of the index of the queue, so that a page is read from it in order.
_DUE = func.coalesce(Case.due_on, literal_column("'infinity'::date"))


@dataclass(frozen=True, slots=True)
class BidRow:
    """A bid in a list."""

    case: Case
    lead: str
    fund_code: str
    fund: str


@dataclass(frozen=True, slots=True)
class QueueFilter:
    """What the reader asked to see. A value that means nothing shows no bids; an empty one asks for nothing.

    `text` is looked for in title, reference and lead body; `states` are names of states, `funds` codes; `due` is LATE or
    SOON; `soon` is the last London date that counts as soon.
    """

    today: date
    soon: date
    text: str = ""
    states: tuple[str, ...] = ()
    funds: tuple[str, ...] = ()
    due: str = ""


@dataclass(frozen=True, slots=True)
class QueuePage:
    """One page of the queue. `count` stops at MOST_COUNTED + 1; `next_key` is None on the last page."""

    rows: tuple[BidRow, ...]
    count: int
    total_pence: int
    next_key: str | None


def _rows() -> Select[Case, str, str, str]:
    return (
        select(Case, Organisation.name, Fund.code, Fund.title)
        .join(Organisation, Organisation.id == Case.proposer_id)
        .join(Fund, Fund.id == Case.fund_id)
    )


def bids(session: Session, viewer: Viewer, *, after: int | None = None) -> tuple[list[BidRow], bool]:
    """One page of all bids that the viewer may see, the newest first, and whether there are more."""
    statement = _rows().where(visible(viewer)).order_by(Case.id.desc()).limit(PAGE + 1)
    if after is not None:
        statement = statement.where(Case.id < after)
    found = [BidRow(*row) for row in session.execute(statement)]
    return found[:PAGE], len(found) > PAGE


def queue(session: Session, viewer: Viewer, asked: QueueFilter, *, after: str = "") -> QueuePage:
    """One page of the live bids that the viewer may see, late and soonest due first; two statements."""
    chosen = _conditions(viewer, asked)
    statement = _rows().where(*chosen, *_beyond(after)).order_by(_DUE, Case.id).limit(PAGE + 1)
    found = [BidRow(*row) for row in session.execute(statement)]
    # Counting reads the cases alone: no join is paid for a thousand rows that the page does not show.
    # In the page's order it reads the same index, where a reader of few bids among many would else meet a whole scan.
    counted = (
        select(Case.amount_pence).where(*chosen).order_by(_DUE, Case.id).limit(MOST_COUNTED + 1).subquery()
    )
    count, total = session.execute(
        select(func.count(), func.coalesce(func.sum(counted.c.amount_pence), 0)).select_from(counted)
    ).one()
    more = len(found) > PAGE
    rows = tuple(found[:PAGE])
    return QueuePage(rows, count, int(total), key_of(rows[-1].case) if more else None)


def waiting(session: Session, viewer: Viewer, states: Sequence[str], *, limit: int = 50) -> list[BidRow]:
    """The live bids that the viewer may see in some states, soonest due first: what may wait for the viewer."""
    statement = (
        _rows()
        .where(visible(viewer), ~Case.ended, Case.state.in_(states))
        .order_by(_DUE, Case.id)
        .limit(limit)
    )
    return [BidRow(*row) for row in session.execute(statement)]


def changed(session: Session, viewer: Viewer, *, limit: int = 5) -> list[BidRow]:
    """The bids that the viewer may see and that changed last, the newest change first."""
    statement = _rows().where(visible(viewer)).order_by(Case.changed_at.desc(), Case.id.desc()).limit(limit)
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


def key_of(case: Case) -> str:
    """A bid's place in the queue, as a page's address carries it: `2011-03-24.17`, or `none.17` without a date."""
    return f"{case.due_on.isoformat() if case.due_on else NO_DATE}.{case.id}"


def _conditions(viewer: Viewer, asked: QueueFilter) -> list[ColumnElement[bool]]:
    """What the queue's bids have in common, over cases alone."""
    found = [visible(viewer), ~Case.ended]
    if asked.states:
        found.append(Case.state.in_(asked.states))
    if asked.funds:
        found.append(Case.fund_id.in_(select(Fund.id).where(Fund.code.in_(asked.funds))))
    if asked.text:
        words = f"%{_plain(asked.text)}%"
        leads = select(Organisation.id).where(Organisation.name.ilike(words, escape="\\"))
        named = (column.ilike(words, escape="\\") for column in (Case.title, Case.reference))
        found.append(or_(*named, Case.proposer_id.in_(leads)))
    match asked.due:
        case "":
            return found
        case "late":
            return [*found, Case.due_on < asked.today]
        case "soon":
            return [*found, Case.due_on.between(asked.today, asked.soon)]
        case _:
            return [false()]


def _plain(text: str) -> str:
    """The text with the marks that a search would read as wild cards taken literally."""
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _beyond(after: str) -> list[ColumnElement[bool]]:
    """Only what comes after a key; a key that means nothing shows nothing."""
    if not after:
        return []
    day, _, number = after.partition(".")
    if not (number.isascii() and number.isdecimal() and len(number) < 19):
        return [false()]
    try:
        written = "infinity" if day == NO_DATE else date.fromisoformat(day).isoformat()
    except ValueError:
        return [false()]
    return [tuple_(_DUE, Case.id) > tuple_(cast(literal(written), Date), literal(int(number)))]
