"""The queue page."""

from collections.abc import Mapping
from datetime import date
from typing import Any, NamedTuple
from urllib.parse import urlencode

from flask import Blueprint, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from workflow.accounts.queries import Viewer
from workflow.bids import lists
from workflow.bids.lists import LATE, SOON, BidRow, QueueFilter
from workflow.cases.queries import offers_for
from workflow.cases.registry import registry
from workflow.clock import london_date
from workflow.deadlines import calendar
from workflow.engine import SYSTEM, Offer
from workflow.engine.working_days import Calendar
from workflow.web.bids.frame import is_called_for, is_inside, state_of, state_words
from workflow.web.context import now, read_session, viewer
from workflow.web.filters import due_words
from workflow.web.pages import render
from workflow.web.roles import is_staff

blueprint = Blueprint("queue", __name__)

SOON_DAYS = 5
LONGEST = 100
DUE_WORDS = {LATE: "Late", SOON: f"In the next {SOON_DAYS} working days"}


class Line(NamedTuple):
    """A row as the page shows it. `more` is the grey line under the state, `labels` facts about the bid, `due` words."""

    row: BidRow
    label: str
    colour: str
    more: str
    labels: tuple[str, ...]
    due: str


@blueprint.get("/queue")
def queue() -> Response:
    """One page of the queue, as filtered."""
    session, reader = read_session(), viewer()
    days = calendar(session)
    today = london_date(now())
    asked = _asked(today, days)
    page = lists.queue(session, reader, asked, after=request.args.get("after", ""))
    return render(
        "pages/queue/queue.html",
        lines=lines_of(session, reader, page.rows, days=days, today=today),
        page=page,
        most_counted=lists.MOST_COUNTED,
        asked=asked,
        is_filtered=bool(asked.text or asked.states or asked.funds or asked.due),
        states=state_choices(reader),
        funds=lists.funds_in_queue(session, reader),
        due_choices=DUE_WORDS,
        chips=_chips(reader, asked),
        next_href=_href(asked, after=page.next_key) if page.next_key else "",
        first_href=_href(asked) if "after" in request.args else "",
    )


def _asked(today: date, days: Calendar) -> QueueFilter:
    def given(name: str) -> tuple[str, ...]:
        return tuple(dict.fromkeys(value for value in request.args.getlist(name)[:20] if value))

    return QueueFilter(
        today=today,
        soon=days.add_working_days(today, SOON_DAYS),
        text=request.args.get("text", "").strip()[:LONGEST].replace("\x00", ""),
        states=given("state"),
        funds=given("fund"),
        due=request.args.get("due", ""),
    )


def lines_of(
    session: Session, reader: Viewer, rows: tuple[BidRow, ...] | list[BidRow], *, days: Calendar, today: date
) -> list[Line]:
    """The rows with their words; offers for all of them are asked for at once."""
    offered = offers_for(session, reader, [row.case for row in rows], now())
    return [_line(reader, row, offered[row.case.id], days=days, today=today) for row in rows]


def _line(reader: Viewer, row: BidRow, offered: tuple[Offer, ...], *, days: Calendar, today: date) -> Line:
    case, state = row.case, state_of(row.case)
    called = [offer for offer in offered if is_called_for(reader, case, offer)]
    mine = next((offer for offer in called if offer.may), None)
    is_blocked = mine is None and bool(called)
    verb = "Closes" if state is not None and state.owner == SYSTEM else "Due"
    due = due_words(days.working_days_left(today, case.due_on), verb) if case.due_on else ""
    more = f"You: {mine.action.label}" if mine else (_owner(row) if is_inside(reader, case) else "")
    return Line(row, *state_words(reader, case), more, ("Blocked for you",) if is_blocked else (), due)


def _owner(row: BidRow) -> str:
    """Whose move it is, by role; people outside the department are not told."""
    state, workflow = state_of(row.case), registry().workflow_of(row.case)
    if state is None or workflow is None or state.owner == SYSTEM:
        return ""
    words = workflow.role_label(state.owner)
    return words[:1].upper() + words[1:]


def state_choices(reader: Viewer) -> list[tuple[str, str]]:
    """The live states of the current definition, as (name, the reader's words), in its order; staff never see a draft."""
    found = registry()
    workflow = found.definitions["bid", found.current["bid"]]
    return [
        (state.name, state.label if is_staff(reader) else state.outside_label)
        for state in workflow.states
        if not state.final and not (state.initial and is_staff(reader))
    ]


def _given(asked: QueueFilter) -> list[tuple[str, str]]:
    pairs = [("text", asked.text), *(("state", one) for one in asked.states)]
    pairs += [*(("fund", one) for one in asked.funds), ("due", asked.due)]
    return [(name, value) for name, value in pairs if value]


def _href(asked: QueueFilter, *, after: str | None = None, without: tuple[str, str] | None = None) -> str:
    pairs = [pair for pair in _given(asked) if pair != without] + ([("after", after)] if after else [])
    return f"{url_for('queue.queue')}?{urlencode(pairs)}" if pairs else url_for("queue.queue")


def _chips(reader: Viewer, asked: QueueFilter) -> list[tuple[str, str, bool, str]]:
    """A chip for each thing that was asked for; pressing one takes it away."""
    words: Mapping[str, Mapping[str, str]] = {"state": dict(state_choices(reader)), "due": DUE_WORDS}
    return [
        (
            words.get(name, {}).get(value, value),
            _href(asked, without=(name, value)),
            False,
            "Remove the filter",
        )
        for name, value in _given(asked)
    ]


def grouped(lines: list[Line], today: date, soon: date) -> dict[str, list[Line]]:
    """The lines as late, soon and later, for a list of what to do."""
    groups: dict[str, list[Any]] = {"late": [], "soon": [], "later": []}
    for line in lines:
        due_on = line.row.case.due_on
        name = "later" if due_on is None or due_on > soon else ("late" if due_on < today else "soon")
        groups[name].append(line)
    return groups
