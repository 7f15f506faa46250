"""The public register: its first page, awards, and bids that ended without one; each with its file."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime

from flask import Blueprint, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from workflow.accounts.queries import Viewer
from workflow.cases.registry import registry
from workflow.clock import london_date
from workflow.consultation.queries import public_consultations
from workflow.reports import published
from workflow.web.bids.words import COLOURS
from workflow.web.context import current_viewer, read_session, sessions
from workflow.web.pages import render
from workflow.web.reports.csv_files import csv_file, pounds_of

blueprint = Blueprint("published", __name__)

AWARD_HEADINGS = (
    "Reference",
    "Title",
    "Lead body",
    "Department",
    "Fund",
    "Amount",
    "Accepted on",
    "Work ends on",
    "Stage",
)
END_HEADINGS = ("Department", "Fund", "How they ended", "Bids", "Asked for together")


@blueprint.get("/open")
def index() -> Response:
    """Open and closed consultations, the newest awards, and the numbers of bids that ended without one."""
    session, reader = read_session(), current_viewer()
    consultations, _ = public_consultations(session, reader, show="open")
    closed, more_closed = public_consultations(session, reader, show="closed", limit=5)
    awards, _ = published.awards(session, reader)
    return render(
        "pages/published/index.html",
        consultations=consultations,
        closed=closed,
        more_closed=more_closed,
        awards=awards[:5],
        in_all=published.awards_in_all(session, reader),
        ended=published.ended_in_all(session, reader),
        stages=_stages(),
        colours=COLOURS,
    )


@blueprint.get("/open/awards")
def awards() -> Response:
    """Every award, the newest first."""
    session, reader = read_session(), current_viewer()
    found, more = published.awards(session, reader, after=_after(request.args.get("after", "")))
    key = f"{found[-1].accepted_at.isoformat()}~{found[-1].id}" if more else ""
    return render(
        "pages/published/awards.html",
        awards=found,
        in_all=published.awards_in_all(session, reader),
        stages=_stages(),
        colours=COLOURS,
        next_href=url_for("published.awards", after=key) if key else "",
    )


@blueprint.get("/open/awards.csv")
def awards_file() -> Response:
    """The same as a file, sent as it is read."""
    opened = sessions()()
    answer = csv_file("awards.csv", AWARD_HEADINGS, _award_rows(opened, current_viewer(), _stages()))
    answer.call_on_close(opened.close)
    return answer


def _award_rows(
    session: Session, reader: Viewer | None, stages: Mapping[str, str]
) -> Iterator[tuple[str, ...]]:
    for one in published.all_awards(session, reader):
        yield (
            one.reference,
            one.title,
            one.lead,
            one.department,
            one.fund,
            pounds_of(one.amount_pence),
            london_date(one.accepted_at).isoformat(),
            one.ends_on.isoformat(),
            stages.get(one.state, ""),
        )


@blueprint.get("/open/ended")
def ended() -> Response:
    """Bids that ended without an award: how many and for how much, and those about which councils were asked."""
    session, reader = read_session(), current_viewer()
    found, following = published.ended(session, reader, after=request.args.get("after", type=int))
    return render(
        "pages/published/ended.html",
        bids=found,
        ended=published.ended_in_all(session, reader),
        stages=_stages(),
        colours=COLOURS,
        next_href=url_for("published.ended", after=following) if following else "",
    )


@blueprint.get("/open/ended.csv")
def ended_file() -> Response:
    """The numbers as a file."""
    stages = _stages()
    rows = [
        (one.department, one.fund, stages.get(one.state, ""), one.count, pounds_of(one.asked_pence))
        for one in published.ended_in_all(read_session(), current_viewer())
    ]
    return csv_file("ended.csv", END_HEADINGS, rows)


def _stages() -> dict[str, str]:
    """The words of each state for people outside, by its name, of the current definition."""
    found = registry()
    workflow = found.definitions["bid", found.current["bid"]]
    return {state.name: state.outside_label for state in workflow.states}


def _after(key: str) -> tuple[datetime, int] | None:
    """A place in the list of awards, as a page's address carries it; one that means nothing is the beginning."""
    moment, _, number = key.partition("~")
    if not (number.isascii() and number.isdecimal() and len(number) < 19):
        return None
    try:
        at = datetime.fromisoformat(moment)
    except ValueError:
        return None
    return (at if at.tzinfo else at.replace(tzinfo=UTC)), int(number)
