"""The queue: the live bids that a viewer may see, filtered, in one of a few orders, by key; and how many there are of each."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Date,
    DateTime,
    Subquery,
    cast,
    false,
    func,
    literal,
    literal_column,
    or_,
    select,
    tuple_,
)
from sqlalchemy import case as case_when
from sqlalchemy.orm import Session

from workflow.accounts.models import Organisation
from workflow.accounts.queries import Viewer
from workflow.accounts.roles import Role
from workflow.bids.lists import DUE, PAGE, BidRow, rows
from workflow.bids.models import Bid, SpendRoute
from workflow.bids.told import first_alike, read_alike, with_a_date
from workflow.cases import Case
from workflow.cases.queries import DEPARTMENT_ROLES, PROPOSER_ROLES, seen_whole, visible
from workflow.funds.models import Fund

MOST_COUNTED = 1000
"""Beyond this many the queue says "more than": counting all of them would cost more than showing a page."""

LATE, SOON = "late", "soon"
"""What may be asked of due dates."""

TEMPORARY = "temporary"
"""What may be asked of who leads the work: bids for temporary government support."""

NO_DATE = "none"
"""How a page's key writes a bid without a due date, which comes last."""

LONGEST_EXPORT = 100_000
"""No file holds more bids than this."""


class Sort(StrEnum):
    """The orders of the queue, each read from an index."""

    DUE = "due"
    CHANGED = "changed"
    NEWEST = "newest"


@dataclass(frozen=True, slots=True)
class QueueFilter:
    """What the reader asked to see. A value that means nothing shows no bids; an empty one asks for nothing.

    `text` is looked for in title, reference and lead body; `states` are names of states, `funds` codes; `due` is LATE or
    SOON; `route` is TEMPORARY; `soon` is the last London date that counts as soon.
    """

    today: date
    soon: date
    text: str = ""
    states: tuple[str, ...] = ()
    funds: tuple[str, ...] = ()
    due: str = ""
    route: str = ""
    sort: Sort = Sort.DUE


@dataclass(frozen=True, slots=True)
class QueuePage:
    """One page of the queue. `count` stops at MOST_COUNTED + 1; `next_key` is None on the last page."""

    rows: tuple[BidRow, ...]
    count: int
    total_pence: int
    next_key: str | None


@dataclass(frozen=True, slots=True)
class Counts:
    """How many live bids the viewer may see: of all, of each state, late, soon, and for temporary support.

    `is_whole` is false beyond MOST_COUNTED, where nobody is told a number. Outside the department states that read alike are
    counted together, under the first of them.
    """

    is_whole: bool
    count: int = 0
    by_state: Mapping[str, int] = field(default_factory=dict)
    late: int = 0
    soon: int = 0
    temporary: int = 0


class _Order(NamedTuple):
    """How one order reads: its columns, the place of a bid in it, and what comes after a place."""

    columns: tuple[Any, ...]
    key: Callable[[Case], str]
    beyond: Callable[[str, int], ColumnElement[bool]]


def queue(
    session: Session, viewer: Viewer, asked: QueueFilter, *, after: str = "", limit: int = PAGE
) -> QueuePage:
    """One page of the live bids that the viewer may see, in the order asked for; two statements."""
    chosen, order = _conditions(viewer, asked), _order_of(viewer, asked.sort)
    statement = rows().where(*chosen, *_beyond(order, after)).order_by(*order.columns).limit(limit + 1)
    found = [BidRow(*row) for row in session.execute(statement)]
    counted = _counted(chosen, Case.amount_pence)
    count, total = session.execute(
        select(func.count(), func.coalesce(func.sum(counted.c.amount_pence), 0)).select_from(counted)
    ).one()
    shown = tuple(found[:limit])
    return QueuePage(shown, count, int(total), order.key(shown[-1].case) if len(found) > limit else None)


def counts(session: Session, viewer: Viewer, asked: QueueFilter) -> Counts:
    """How many of everything, whatever is asked for, in one statement."""
    plain = replace(asked, text="", states=(), funds=(), due="", route="")
    columns = (Case.state, _due_told(viewer).label("due_on"), Bid.spend_route)
    seen = _counted(_conditions(viewer, plain), *columns, joined=True)
    late = func.count().filter(seen.c.due_on < asked.today)
    soon = func.count().filter(seen.c.due_on.between(asked.today, asked.soon))
    temporary = func.count().filter(seen.c.spend_route == SpendRoute.CENTRAL_TRANSITIONAL)
    found = session.execute(
        select(seen.c.state, func.count(), late, soon, temporary)
        .group_by(seen.c.state)
        .order_by(seen.c.state)
    ).all()
    count = sum(row[1] for row in found)
    if count > MOST_COUNTED:
        return Counts(is_whole=False)
    return Counts(
        is_whole=True,
        count=count,
        by_state=_by_state(viewer, [(row[0], row[1]) for row in found]),
        late=sum(row[2] for row in found),
        soon=sum(row[3] for row in found),
        temporary=sum(row[4] for row in found),
    )


def _by_state(viewer: Viewer, found: Sequence[tuple[str, int]]) -> dict[str, int]:
    if _sees_whole(viewer):
        return dict(found)
    counted: dict[str, int] = {}
    for state, count in found:
        counted[first_alike(state)] = counted.get(first_alike(state), 0) + count
    return counted


def every(session: Session, viewer: Viewer, asked: QueueFilter) -> Iterator[BidRow]:
    """All bids that the filter lets through, in its order, read a few hundred at a time so that a file of them can stream."""
    order = _order_of(viewer, asked.sort)
    statement = rows().where(*_conditions(viewer, asked)).order_by(*order.columns).limit(LONGEST_EXPORT)
    for row in session.execute(statement.execution_options(yield_per=500)):
        yield BidRow(*row)


def key_of(case: Case, *, is_told: bool = True) -> str:
    """A bid's place in the queue, as a page's address carries it: `2011-03-24.17`, or `none.17` without a date that is told."""
    return f"{case.due_on.isoformat() if case.due_on and is_told else NO_DATE}.{case.id}"


def _order_of(viewer: Viewer, sort: Sort) -> _Order:
    """The order asked for; to those who are not told every date, bids whose date they are not told come last."""
    if sort is not Sort.DUE or _sees_whole(viewer):
        return _ORDERS[sort]
    due, departments = func.coalesce(_due_told(viewer), _NEVER), viewer.organisations(*DEPARTMENT_ROLES)
    dated = with_a_date()
    return _Order(
        (due, Case.id),
        lambda case: key_of(case, is_told=case.department_id in departments or case.state in dated),
        lambda place, number: _beyond_due(place, number, due),
    )


def _counted(chosen: Sequence[ColumnElement[bool]], *columns: Any, joined: bool = False) -> Subquery:
    """The first thousand and one of what is asked for.

    No join is paid for rows that the page does not show. In the page's order it reads the same index, where a reader of few
    bids among many would else meet a whole scan.
    """
    statement = select(*columns)
    if joined:
        statement = statement.select_from(Case).join(Bid, Bid.id == Case.id)
    return statement.where(*chosen).order_by(DUE, Case.id).limit(MOST_COUNTED + 1).subquery()


def _conditions(viewer: Viewer, asked: QueueFilter) -> list[ColumnElement[bool]]:
    """What the queue's bids have in common, over cases alone."""
    found = [visible(viewer), ~Case.ended]
    if asked.states:
        found.append(_stands_in(viewer, asked.states))
    if asked.funds:
        found.append(Case.fund_id.in_(select(Fund.id).where(Fund.code.in_(asked.funds))))
    if asked.text:
        words = f"%{_plain(asked.text)}%"
        leads = select(Organisation.id).where(Organisation.name.ilike(words, escape="\\"))
        named = (column.ilike(words, escape="\\") for column in (Case.title, Case.reference))
        found.append(or_(*named, Case.proposer_id.in_(leads)))
    if asked.route:
        temporary = select(Bid.id).where(Bid.spend_route == SpendRoute.CENTRAL_TRANSITIONAL)
        found.append(Case.id.in_(temporary) if asked.route == TEMPORARY else false())
    match asked.due:
        case "":
            return found
        case "late":
            return [*found, _due_told(viewer) < asked.today]
        case "soon":
            return [*found, _due_told(viewer).between(asked.today, asked.soon)]
        case _:
            return [false()]


def _sees_whole(viewer: Viewer) -> bool:
    """Whether the viewer reads of every bid in the queue all that the department does."""
    return viewer.has(Role.AUDITOR) or not viewer.organisations(*PROPOSER_ROLES)


def _stands_in(viewer: Viewer, states: Sequence[str]) -> ColumnElement[bool]:
    """In one of these states; outside the department in any that reads alike there, so that a filter tells no more."""
    if _sees_whole(viewer):
        return Case.state.in_(states)
    return (seen_whole(viewer) & Case.state.in_(states)) | (
        ~seen_whole(viewer) & Case.state.in_(sorted(read_alike(states)))
    )


def _due_told(viewer: Viewer) -> ColumnElement[Any]:
    """The due date where the viewer is told of it."""
    if _sees_whole(viewer):
        return cast(Case.due_on, Date)
    return case_when((seen_whole(viewer) | Case.state.in_(sorted(with_a_date())), Case.due_on))


def _plain(text: str) -> str:
    """The text with the marks that a search would read as wild cards taken literally."""
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _beyond(order: _Order, after: str) -> list[ColumnElement[bool]]:
    """Only what comes after a key; a key that means nothing shows nothing."""
    if not after:
        return []
    place, _, number = after.rpartition(".")
    if not (number.isascii() and number.isdecimal() and len(number) < 19):
        return [false()]
    try:
        return [order.beyond(place, int(number))]
    except (ValueError, OverflowError):
        return [false()]


_NEVER: ColumnElement[Any] = literal_column("'infinity'::date")


def _beyond_due(place: str, number: int, due: ColumnElement[Any] = DUE) -> ColumnElement[bool]:
    written = "infinity" if place == NO_DATE else date.fromisoformat(place).isoformat()
    return tuple_(due, Case.id) > tuple_(cast(literal(written), Date), literal(number))


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def _changed_key(case: Case) -> str:
    return f"{(case.changed_at - _EPOCH) // timedelta(microseconds=1)}.{case.id}"


def _beyond_changed(place: str, number: int) -> ColumnElement[bool]:
    moment = _EPOCH + timedelta(microseconds=int(place))
    pair = tuple_(cast(literal(moment, DateTime(timezone=True)), DateTime(timezone=True)), literal(number))
    return tuple_(Case.changed_at, Case.id) < pair


_ORDERS: Mapping[Sort, _Order] = {
    Sort.DUE: _Order((DUE, Case.id), key_of, _beyond_due),
    Sort.CHANGED: _Order((Case.changed_at.desc(), Case.id.desc()), _changed_key, _beyond_changed),
    Sort.NEWEST: _Order(
        (Case.id.desc(),), lambda case: f"id.{case.id}", lambda _place, number: Case.id < number
    ),
}
