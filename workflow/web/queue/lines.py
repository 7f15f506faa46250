"""The rows of the queue in words: whose move a bid is, what stands in the way, how far its date is."""

from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy.orm import Session

from workflow.accounts.queries import Viewer
from workflow.bids.lists import BidRow
from workflow.engine import SYSTEM
from workflow.engine.working_days import Calendar
from workflow.web.bids.ball import Move, is_stuck, moves_of, personal_bars, whose
from workflow.web.bids.frame import due_told, is_inside, state_of, state_words
from workflow.web.context import now
from workflow.web.filters import due_words

TEMPORARY_LABEL = "Temporary support"
BLOCKED_LABEL = "Blocked"
NOT_YOURS_LABEL = "Not for you to do"


class Line(NamedTuple):
    """A row as the page shows it. `more` is the grey line under the state, `labels` facts about the bid, `due` words.

    `is_mine` says that the reader can take it forward now, `why` why nobody, or not the reader, can.
    """

    row: BidRow
    label: str
    colour: str
    more: str
    labels: tuple[str, ...]
    due: str
    is_mine: bool
    is_blocked: bool
    why: str


def lines_of(
    session: Session, reader: Viewer, rows: Sequence[BidRow], *, days: Calendar, today: date
) -> list[Line]:
    """The rows with their words; what may be done with all of them is asked for at once."""
    moves = moves_of(session, reader, [row.case for row in rows], now())
    return [_line(reader, row, moves[row.case.id], days=days, today=today) for row in rows]


def _line(reader: Viewer, row: BidRow, move: Move, *, days: Calendar, today: date) -> Line:
    case, state = row.case, state_of(row.case)
    bars = personal_bars(move)
    # What the department waits for tells its inner stages apart, so people outside read nothing of it.
    stuck = is_stuck(case, move) if is_inside(reader, case) else ()
    verb = "Closes" if state is not None and state.owner == SYSTEM else "Due"
    due_on = due_told(reader, case)
    due = due_words(days.working_days_left(today, due_on), verb) if due_on else ""
    labels = [BLOCKED_LABEL] if stuck else [NOT_YOURS_LABEL] if bars and not move.may else []
    if row.ends_on:
        labels.append(TEMPORARY_LABEL)
    return Line(
        row,
        *state_words(reader, case),
        more=whose(reader, case, move),
        labels=tuple(labels),
        due=due,
        is_mine=bool(move.may),
        is_blocked=bool(stuck),
        why=(stuck or bars or ("",))[0],
    )


def grouped(lines: list[Line], today: date, soon: date) -> dict[str, list[Line]]:
    """The lines as late, soon and later, for a list of what to do."""
    groups: dict[str, list[Any]] = {"late": [], "soon": [], "later": []}
    for line in lines:
        due_on = line.row.case.due_on
        name = "later" if due_on is None or due_on > soon else ("late" if due_on < today else "soon")
        groups[name].append(line)
    return groups
