"""The queue: the live bids that the reader may see, and the file of them."""

import csv
import io
from collections.abc import Iterator
from urllib.parse import urlencode

from flask import Blueprint, current_app, flash, redirect, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from workflow.accounts.queries import Viewer
from workflow.bids import lists, live
from workflow.bids.live import LATE, SOON, TEMPORARY, Counts, QueuePage
from workflow.bids.saved import Saved, remove_filter, save_filter, saved_filters
from workflow.clock import london_date
from workflow.deadlines import calendar
from workflow.errors import Invalid
from workflow.web.bids.frame import due_told, state_words
from workflow.web.context import now, read_session, sessions, viewer, work
from workflow.web.filters import day_month
from workflow.web.pages import render
from workflow.web.queue.asked import (
    BLOCKED,
    DUE_WORDS,
    MINE,
    ROUTE_WORDS,
    SOON_DAYS,
    Asked,
    address,
    asked_of_request,
    chips,
    href,
    pairs_of,
    sorts,
    state_choices,
)
from workflow.web.queue.forms import RemoveForm, SaveForm
from workflow.web.queue.lines import Line, lines_of

blueprint = Blueprint("queue", __name__)

LOOKED_THROUGH = 200
"""How many bids a view that is worked out looks through; it says so when there are more."""

HEADINGS = ("Reference", "Title", "Lead body", "Status", "Amount in pounds", "Due", "Fund", "Temporary until")


@blueprint.get("/queue")
def queue() -> Response:
    """One page of the queue, as filtered."""
    return _queue(SaveForm(formdata=None))


@blueprint.post("/queue/saved")
def save() -> Response:
    """Keep what the address asks of the queue, under the name that was given; one of that name is replaced."""
    form = SaveForm()
    days, today = calendar(read_session()), london_date(now())
    asks = pairs_of(asked_of_request(today, days.add_working_days(today, SOON_DAYS)))
    if not form.validate_on_submit():
        return _queue(form)
    try:
        with work() as opened:
            save_filter(opened, viewer().person_id, name=form.data_tuple(), asks=urlencode(asks))
    except Invalid as error:
        if not form.refuse(error):
            raise
        return _queue(form)
    flash(f"The filter “{form.data_tuple()}” is kept. It stands above your queue.")
    return redirect(address(asks), 303)


@blueprint.post("/queue/saved/<int:filter_id>/remove")
def remove(filter_id: int) -> Response:
    """Forget one of the reader's own filters."""
    form = RemoveForm()
    if not form.validate_on_submit():
        return _queue(SaveForm(formdata=None), wrong=form)
    with work() as opened:
        name = remove_filter(opened, viewer().person_id, filter_id)
    flash(f"The filter “{name}” is removed.")
    return redirect(url_for("queue.queue"), 303)


def _queue(form: SaveForm, wrong: RemoveForm | None = None) -> Response:
    session, reader = read_session(), viewer()
    days, today = calendar(session), london_date(now())
    asked = asked_of_request(today, days.add_working_days(today, SOON_DAYS))
    funds = lists.funds_in_queue(session, reader)
    page, lines = _page_of(session, reader, asked)
    counts = live.counts(session, reader, asked.filter)
    return render(
        "pages/queue/queue.html",
        lines=lines,
        form=form,
        wrong=wrong or form,
        removing=RemoveForm(formdata=None),
        saved=_saved(session, reader, asked),
        save_href=address(pairs_of(asked), "queue.save"),
        page=page,
        most_counted=live.MOST_COUNTED,
        looked_through=LOOKED_THROUGH if asked.view else 0,
        asked=asked.filter,
        view=asked.view,
        is_filtered=asked.is_filtered,
        counts=counts,
        views=_views(asked, counts),
        states=_states(reader, asked, counts),
        funds=funds,
        due_choices=[
            (name, words, counts.late if name == LATE else counts.soon) for name, words in DUE_WORDS.items()
        ],
        route_choices=[(name, words, counts.temporary) for name, words in ROUTE_WORDS.items()],
        chips=chips(reader, asked, funds),
        sorts=sorts(asked),
        csv_href=address(pairs_of(asked), "queue.export") if not asked.view else "",
        next_href=href(asked, after=page.next_key) if page.next_key else "",
        first_href=href(asked) if "after" in request.args else "",
    )


@blueprint.get("/queue.csv")
def export() -> Response:
    """The queue, as filtered, as a file of comma-separated values; it is sent as it is read."""
    days, today = calendar(read_session()), london_date(now())
    asked = asked_of_request(today, days.add_working_days(today, SOON_DAYS))
    # The request's own session ends before the file is sent, so the file is read with one of its own.
    opened, reader = sessions()(), viewer()
    answer = current_app.response_class(_file(opened, reader, asked), mimetype="text/csv")
    answer.headers["Content-Disposition"] = 'attachment; filename="queue.csv"'
    answer.call_on_close(opened.close)
    return answer


def _file(session: Session, reader: Viewer, asked: Asked) -> Iterator[str]:
    yield _csv_line(HEADINGS)
    for row in live.every(session, reader, asked.filter):
        case, due_on = row.case, due_told(reader, row.case)
        yield _csv_line(
            (
                case.reference,
                case.title,
                row.lead,
                state_words(reader, case)[0],
                f"{case.amount_pence // 100}.{case.amount_pence % 100:02d}",
                due_on.isoformat() if due_on else "",
                row.fund,
                row.ends_on.isoformat() if row.ends_on else "",
            )
        )


def _csv_line(values: tuple[str, ...]) -> str:
    made = io.StringIO()
    # What a spreadsheet would read as a formula is kept a text.
    plain = [f"'{value}" if value.startswith(("=", "+", "-", "@", "\t", "\r")) else value for value in values]
    csv.writer(made, lineterminator="\r\n").writerow(plain)
    return made.getvalue()


def _page_of(session: Session, reader: Viewer, asked: Asked) -> tuple[QueuePage, list[Line]]:
    """The page of what was asked for, and its lines; a view that is worked out is one page."""
    days, today = calendar(session), london_date(now())
    if not asked.view:
        page = live.queue(session, reader, asked.filter, after=request.args.get("after", ""))
        return page, lines_of(session, reader, page.rows, days=days, today=today)
    if asked.view not in {MINE, BLOCKED}:
        return QueuePage((), 0, 0, None), []
    found = live.queue(session, reader, asked.filter, limit=LOOKED_THROUGH)
    lines = lines_of(session, reader, found.rows, days=days, today=today)
    kept = [line for line in lines if (line.is_mine if asked.view == MINE else line.is_blocked)]
    total = sum(line.row.case.amount_pence for line in kept)
    return QueuePage(tuple(line.row for line in kept), len(kept), total, None), kept


def _saved(session: Session, reader: Viewer, asked: Asked) -> list[tuple[Saved, str, bool]]:
    """The reader's own filters with their addresses, and whether one is what was asked for."""
    now_asked = urlencode(pairs_of(asked))
    return [
        (one, f"{url_for('queue.queue')}?{one.asks}", one.asks == now_asked)
        for one in saved_filters(session, reader)
    ]


def _states(reader: Viewer, asked: Asked, counts: Counts) -> list[tuple[str, str, int]]:
    """The states to choose from with their counts; one in which no bid stands is left out unless it was chosen."""
    return [
        (name, words, counts.by_state.get(name, 0))
        for name, words in state_choices(reader)
        if not counts.is_whole or name in counts.by_state or name in asked.filter.states
    ]


def _views(asked: Asked, counts: Counts) -> list[tuple[str, str, bool, str]]:
    """The ready-made views as chips: each replaces what was asked for."""
    soon = f"By {day_month(asked.filter.soon, asked.filter.today.year)}"
    views: list[tuple[str, list[tuple[str, str]], int | None]] = [
        ("All live bids", [], counts.count),
        ("Waiting for you", [("view", MINE)], None),
        ("Late", [("due", LATE)], counts.late),
        (soon, [("due", SOON)], counts.soon),
        ("Temporary support", [("route", TEMPORARY)], counts.temporary),
        ("Blocked", [("view", BLOCKED)], None),
    ]
    now_asked = [pair for pair in pairs_of(asked) if pair[0] != "sort"]
    return [
        (
            f"{words} {count}" if count is not None and counts.is_whole else words,
            address(pairs),
            pairs == now_asked,
            "",
        )
        for words, pairs, count in views
    ]
