"""Where a bid is: the strip of its stages, with what happened beside the straight line and where it was stopped."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from workflow.accounts.queries import Viewer
from workflow.cases import Case
from workflow.cases.queries import HistoryEntry
from workflow.cases.registry import registry
from workflow.clock import london_date
from workflow.engine import NOBODY, SYSTEM
from workflow.web.bids.frame import is_inside
from workflow.web.bids.words import BESIDE, OUTSIDE_STAGES, PRIVATE, STAGES, STOPPED
from workflow.web.filters import day_month

Stage = tuple[str, str, list[str]]
"""A stage's name, its status (done, now, stopped, later) and its lines."""

_TIMES = {1: "once", 2: "twice"}


def stages_of(who: Viewer, case: Case, happened: Sequence[HistoryEntry], now: datetime) -> list[Stage]:
    """The stages as this reader names them; `happened` is the history, newest first."""
    inside = is_inside(who, case)
    stages = STAGES if inside else OUTSIDE_STAGES
    moves = [
        (str(entry.payload.get("from")), str(entry.payload.get("to")), london_date(entry.at))
        for entry in reversed(happened)
    ]
    place = case.state
    if case.state in STOPPED:
        place = next((before for before, after, _ in reversed(moves) if after == case.state), "draft")
    here = next((n for n, (_, states) in enumerate(stages) if place in states), -1)
    year = london_date(now).year
    return [
        (
            name,
            _status(n, here, case),
            [] if n > here else _lines(case, states, moves, is_here=n == here, year=year, inside=inside),
        )
        for n, (name, states) in enumerate(stages)
    ]


def _status(number: int, here: int, case: Case) -> str:
    if number != here:
        return "done" if number < here else "later"
    if case.state in STOPPED:
        return "stopped"
    return "done" if case.ended else "now"


def _lines(
    case: Case,
    states: Sequence[str],
    moves: Sequence[tuple[str, str, date]],
    *,
    is_here: bool,
    year: int,
    inside: bool,
) -> list[str]:
    """When the stage was reached first, what happened beside it, and whether the bid is there."""
    days = [day for before, after, day in moves if after in states and before not in states]
    if is_here and case.ended and case.state in states:
        # What is over is dated by its end, and not by when that began.
        days = [day for before, after, day in moves if after == case.state and before != after][-1:] or days
    lines = [day_month(days[0], year)] if days else []
    told: Mapping[str, str] = {
        s: w for s, w in BESIDE.items() if s in states and (inside or s not in PRIVATE)
    }
    for state, words in told.items():
        count = sum(1 for before, after, _ in moves if after == state and before != state)
        if count and state != case.state:
            lines.append(f"{words} {_TIMES.get(count, f'{count} times')}" if state == "returned" else words)
    if is_here and case.state in STOPPED:
        ended = [day for before, after, day in moves if after == case.state]
        return [*lines, STOPPED[case.state], *([day_month(ended[-1], year)] if ended else [])]
    if is_here and not case.ended:
        lines.append(told.get(case.state, "here now"))
    return lines


def ways_beside(case: Case) -> str:
    """Where a bid can go from its state beside the straight line, for the department: "sent back …, withdrawn"."""
    workflow = registry().workflow_of(case)
    if workflow is None or case.ended or case.state not in workflow.state_by_name:
        return ""
    targets = dict.fromkeys(
        target
        for action in workflow.actions_from[case.state]
        if (not action.is_system_only or workflow.state_by_name[case.state].owner == SYSTEM)
        # What may be done in several states and keeps each of them leads nowhere.
        and not set(action.targets) <= set(action.sources)
        for target in action.targets
        if target != case.state and (target in BESIDE or workflow.state_by_name[target].owner == NOBODY)
    )
    labels = [workflow.state_by_name[name].label for name in targets if name != "closed"]
    return ", ".join(label[:1].lower() + label[1:] for label in labels)
