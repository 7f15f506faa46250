"""How long bids take, from their events: time in each state, how often they come back, and how many keep their date.

Two times are counted: what a bid waits for the body that proposes it does not count against the department. A financial year
is asked at a time, so that a question reads the bids that moved since its start and no others.
Source: the events alone; nothing is kept beside them.
"""

import enum
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from sqlalchemy import Select, bindparam, select, text
from sqlalchemy.orm import Session

from workflow.accounts.queries import Viewer
from workflow.accounts.roles import ROLES, Role, Side, Thing
from workflow.cases import Case
from workflow.cases.queries import seen_whole
from workflow.cases.registry import registry
from workflow.clock import LONDON
from workflow.engine import State
from workflow.errors import NotHere


class Waits(enum.StrEnum):
    """For whom a bid waits in a state: the department, the body that proposes it, or councils and the calendar."""

    DEPARTMENT = "department"
    PROPOSER = "proposer"
    OTHERS = "others"


@dataclass(frozen=True, slots=True)
class StateTime:
    """One state in a year. `ended` stays were left in it, and their median and 90th percentile are in seconds.

    `came_back` counts the stays begun in the year that were not a bid's first there. `kept` of `dated` stays with a deadline
    were left before it was over, where somebody's move was waited for. `now` is how many bids stand there today.
    """

    state: str
    label: str
    waits: Waits
    ended: int
    median_s: int | None
    ninth_s: int | None
    came_back: int
    dated: int
    kept: int
    now: int


@dataclass(frozen=True, slots=True)
class ToDecision:
    """How long the bids decided in a year took from their sending, in seconds, by who they waited for."""

    waits: Waits
    bids: int
    median_s: int | None
    ninth_s: int | None


@dataclass(frozen=True, slots=True)
class Stay:
    """One stay of one bid in one state; `left_at` is None while it stands there, `visit` counts from 1."""

    reference: str
    state: str
    waits: Waits
    visit: int
    entered_at: datetime
    left_at: datetime | None
    due_at: datetime | None


def waits_for(state: State) -> Waits:
    """For whom a bid waits in a state, by the side of the state's owner."""
    side = ROLES[Role(state.owner)].side if state.owner in set(Role) else None
    return {Side.DEPARTMENT: Waits.DEPARTMENT, Side.BODY: Waits.PROPOSER}.get(side, Waits.OTHERS)  # type: ignore[arg-type]


# A stay begins with the event that comes to another state than the one before. A deadline belongs to the stay in which it was
# started; the newest counts, because a step may start it anew.
_STAYS = """
    WITH said AS (
        SELECT c.id, c.reference, e.seq, e.at, e.canonical::json #>> '{payload,to}' AS state
        FROM "case" c JOIN event e ON e.stream = 'case:' || c.id
        WHERE c.id = ANY(CAST(:ids AS bigint[]))
    ), moved AS (
        SELECT *, lag(state) OVER (PARTITION BY id ORDER BY seq) AS before FROM said WHERE state IS NOT NULL
    ), stay AS (
        SELECT id, reference, seq, state, at AS entered_at,
               lead(at) OVER (PARTITION BY id ORDER BY seq) AS left_at,
               row_number() OVER (PARTITION BY id, state ORDER BY seq) AS visit
        FROM moved WHERE before IS DISTINCT FROM state
    ), dated AS (
        SELECT stay.*, due.due_at FROM stay LEFT JOIN LATERAL (
            SELECT d.due_at FROM deadline d
            WHERE d.subject = 'case:' || stay.id AND d.armed_at >= stay.entered_at
              AND (stay.left_at IS NULL OR d.armed_at < stay.left_at)
            ORDER BY d.armed_at DESC, d.id DESC LIMIT 1
        ) due ON true
    )
"""
_BY_STATE = text(
    _STAYS  # noqa: S608 - both parts are written here.
    + """
    SELECT state,
           count(*) FILTER (WHERE ends) AS ended,
           percentile_cont(0.5) WITHIN GROUP (ORDER BY seconds) FILTER (WHERE ends) AS median_s,
           percentile_cont(0.9) WITHIN GROUP (ORDER BY seconds) FILTER (WHERE ends) AS ninth_s,
           count(*) FILTER (WHERE visit > 1 AND entered_at >= :since AND entered_at < :until) AS came_back,
           count(*) FILTER (WHERE ends AND due_at IS NOT NULL) AS dated,
           count(*) FILTER (WHERE ends AND left_at < due_at) AS kept,
           count(*) FILTER (WHERE left_at IS NULL) AS now
    FROM (SELECT *, extract(epoch FROM left_at - entered_at) AS seconds,
                 coalesce(left_at >= :since AND left_at < :until, false) AS ends FROM dated) one
    GROUP BY state ORDER BY state
    """
)
_TO_DECISION = text(
    _STAYS  # noqa: S608 - both parts are written here.
    + """
    , decided AS (
        SELECT id, min(seq) AS seq, min(entered_at) AS at FROM stay WHERE state = ANY(CAST(:decided AS text[])) GROUP BY id
    ), spent AS (
        SELECT stay.id, w.waits,
               coalesce(sum(extract(epoch FROM stay.left_at - stay.entered_at))
                        FILTER (WHERE o.waits = w.waits), 0) AS seconds
        FROM decided JOIN stay ON stay.id = decided.id AND stay.seq < decided.seq AND stay.state <> :first
        JOIN unnest(CAST(:states AS text[]), CAST(:owners AS text[])) AS o (state, waits) ON o.state = stay.state
        CROSS JOIN unnest(CAST(:kinds AS text[])) AS w (waits)
        WHERE decided.at >= :since AND decided.at < :until GROUP BY stay.id, w.waits
    )
    SELECT waits, count(*) AS bids, percentile_cont(0.5) WITHIN GROUP (ORDER BY seconds) AS median_s,
           percentile_cont(0.9) WITHIN GROUP (ORDER BY seconds) AS ninth_s
    FROM spent GROUP BY waits ORDER BY waits
    """
)
_EACH = text(_STAYS + "SELECT * FROM dated ORDER BY id, seq")  # noqa: S608 - both parts are written here.
_DECIDED = ("approved", "rejected")
_AT_ONCE = 500


def _bounds(year: int) -> dict[str, datetime]:
    """The moments between which a financial year lies, from 1 April to 1 April in London."""
    return {
        name: datetime.combine(date(one, 4, 1), time(), LONDON)
        for name, one in (("since", year), ("until", year + 1))
    }


def _moved(viewer: Viewer, year: int) -> Select[Any]:
    """The bids of the viewer's department, or all for an auditor, that moved since the year began; no drafts.

    Raises:
        NotHere: when the viewer reads no department's times.
    """
    if not viewer.opens(Thing.TIMES):
        raise NotHere
    since = _bounds(year)["since"]
    return select(Case.id).where(
        Case.kind == "bid", Case.shared, seen_whole(viewer), (Case.changed_at >= since) | ~Case.ended
    )


def _states() -> Mapping[str, State]:
    """Every state of a bid by name, in the words of the newest version that has it."""
    found: dict[str, State] = {}
    for (key, _), workflow in sorted(registry().definitions.items(), reverse=True):
        if key == "bid":
            # The newest version is read first, and gives the order; an older one adds only what it alone has.
            found |= {name: state for name, state in workflow.state_by_name.items() if name not in found}
    return found


def state_times(session: Session, viewer: Viewer, year: int) -> list[StateTime]:
    """Each state that a bid of the viewer's stood in, in the order of a bid's life; two statements.

    Raises:
        NotHere: when the viewer reads no department's times.
    """
    states = _states()
    given = {"ids": list(session.scalars(_moved(viewer, year))), **_bounds(year)}
    rows = {row.state: row for row in session.execute(_BY_STATE, given)}
    return [
        StateTime(
            name,
            state.label,
            waits_for(state),
            row.ended,
            _whole(row.median_s),
            _whole(row.ninth_s),
            row.came_back,
            # Where nobody's move is waited for, the calendar leaves the state when the date is over, as it should.
            0 if waits_for(state) is Waits.OTHERS else row.dated,
            0 if waits_for(state) is Waits.OTHERS else row.kept,
            row.now,
        )
        for name, state in states.items()
        if (row := rows.get(name)) is not None
    ]


def to_decision(session: Session, viewer: Viewer, year: int) -> list[ToDecision]:
    """How long the bids took that were first approved or rejected in the year, by who they waited for; two statements.

    A bid's own draft does not count; it begins with its sending.

    Raises:
        NotHere: when the viewer reads no department's times.
    """
    states = _states()
    given = {
        "ids": list(session.scalars(_moved(viewer, year))),
        "decided": list(_DECIDED),
        "first": next(state.name for state in states.values() if state.initial),
        "states": list(states),
        "owners": [str(waits_for(state)) for state in states.values()],
        "kinds": [str(one) for one in Waits],
    }
    rows = {row.waits: row for row in session.execute(_TO_DECISION, {**given, **_bounds(year)})}
    return [
        ToDecision(one, row.bids, _whole(row.median_s), _whole(row.ninth_s))
        for one in Waits
        if (row := rows.get(one)) is not None
    ]


def stays(session: Session, viewer: Viewer, year: int) -> Iterator[Stay]:
    """Every stay of those bids, for analysts, read in pieces; a piece of 500 bids is one statement.

    Raises:
        NotHere: when the viewer reads no department's times, before anything is read.
    """
    wanted, states = _moved(viewer, year), _states()
    return _pieces(session, wanted, states)


def _pieces(session: Session, wanted: Select[Any], states: Mapping[str, State]) -> Iterator[Stay]:
    after, piece = 0, wanted.where(Case.id > bindparam("after")).order_by(Case.id).limit(_AT_ONCE)
    while ids := list(session.scalars(piece, {"after": after})):
        for row in session.execute(_EACH, {"ids": ids}):
            state = states.get(row.state)
            waits = Waits.OTHERS if state is None else waits_for(state)
            label = row.state if state is None else state.label
            yield Stay(row.reference, label, waits, row.visit, row.entered_at, row.left_at, row.due_at)
        after = ids[-1]


def _whole(seconds: Any) -> int | None:
    return None if seconds is None else round(seconds)
