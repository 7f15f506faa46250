"""The list of reports, and the report of the review with its file."""

from flask import Blueprint, request
from werkzeug.wrappers import Response

from workflow.accounts.roles import Thing
from workflow.cases.reads import reads
from workflow.clock import london_date
from workflow.money import financial_year
from workflow.reports import exceptions as different
from workflow.reports import times as how_long
from workflow.reports.review import Line, review_report
from workflow.web.context import current_viewer, now, read_session, sessions, viewer
from workflow.web.pages import render
from workflow.web.reports.csv_files import csv_file, pounds_of
from workflow.web.reports.words import (
    DIFFERENT,
    ROUTES,
    SUPPORT,
    WAITS,
    days_of,
    hundredths,
    met,
    millions,
    of_all,
    sourced,
)

blueprint = Blueprint("reports", __name__)

EARLIEST_YEAR = 2000
"""No year before this one is asked for."""
SAMPLE = 10
"""So many bids are drawn when nobody says how many."""


@blueprint.get("/reports")
def index() -> Response:
    """The reports that the reader may open."""
    reader = current_viewer()
    audits = reader is not None and reader.opens(Thing.EXCEPTIONS)
    networks = reader is not None and reader.opens(Thing.NETWORK)
    times_too = reader is not None and reader.opens(Thing.TIMES)
    return render("pages/reports/index.html", audits=audits, networks=networks, times_too=times_too)


@blueprint.get("/reports/review")
def review() -> Response:
    """What is spent by department and support type, the 30 % test, the sector-led share, and what the paper says of them."""
    found = review_report(read_session(), current_viewer(), now())
    return render(
        "pages/reports/review.html",
        found=found,
        support_words=SUPPORT,
        route_words=ROUTES,
        hundredths=hundredths,
        millions=millions,
        met=met,
        sourced=sourced,
    )


@blueprint.get("/reports/review.csv")
def review_file() -> Response:
    """Every mapping line with its source, in scope or not."""
    found = review_report(read_session(), current_viewer(), now())
    headings = ["Line", "Department", "Title", "Support type", "Who leads", "In scope", "Before, a year"]
    headings += [f"{year} to {year + 1}" for year in found.years]
    rows = [_row(one, found.years) for one in (*found.lines, *found.excluded)]
    return csv_file("review.csv", [*headings, "Ends in", "Where this comes from"], rows)


@blueprint.get("/reports/exceptions")
def exceptions() -> Response:
    """What was done differently, a sample of bids drawn by a number, and what auditors read."""
    session, reader = read_session(), viewer()
    seed = _number("sample", london_date(now()).year)
    size = _number("size", SAMPLE)
    return render(
        "pages/reports/exceptions.html",
        found=different.exceptions(session, reader),
        sample=different.sample(session, reader, seed=seed, size=size),
        reads=reads(session, reader),
        seed=seed,
        size=size,
        largest=different.LARGEST_SAMPLE,
        words=DIFFERENT,
    )


@blueprint.get("/reports/exceptions.csv")
def exceptions_file() -> Response:
    """What was done differently, as a file."""
    found = different.exceptions(read_session(), viewer())
    rows = [
        (DIFFERENT[one.kind], one.reference, one.title, one.at.isoformat(), one.who, one.why) for one in found
    ]
    return csv_file("exceptions.csv", ("What", "Reference", "Title", "When", "Who", "Why"), rows)


@blueprint.get("/reports/times")
def times() -> Response:
    """How long bids take in a financial year: each state, how often they come back, and the way to a decision."""
    session, reader, year = read_session(), viewer(), _year()
    return render(
        "pages/reports/times.html",
        states=how_long.state_times(session, reader, year),
        decisions=how_long.to_decision(session, reader, year),
        year=year,
        this_year=financial_year(london_date(now())),
        waits=WAITS,
        days=days_of,
        of_all=of_all,
    )


@blueprint.get("/reports/times.csv")
def times_file() -> Response:
    """Every stay of every such bid in every state, as a file that is sent as it is read."""
    reader, year = viewer(), _year()
    # The request's own session ends before the file is sent, so the file is read with one of its own.
    opened = sessions()()
    found = how_long.stays(opened, reader, year)
    rows = (
        (
            one.reference,
            one.state,
            WAITS[one.waits],
            one.visit,
            one.entered_at.isoformat(),
            "" if one.left_at is None else one.left_at.isoformat(),
            "" if one.left_at is None else round((one.left_at - one.entered_at).total_seconds()),
            "" if one.due_at is None else one.due_at.isoformat(),
        )
        for one in found
    )
    headings = ("Bid", "State", "Waits for", "Visit", "Entered", "Left", "Seconds", "Due before")
    answer = csv_file(f"times-{year}.csv", headings, rows)
    answer.call_on_close(opened.close)
    return answer


def _year() -> int:
    """The financial year of the address, or this one."""
    this_year = financial_year(london_date(now()))
    asked = _number("year", this_year)
    return asked if EARLIEST_YEAR <= asked <= this_year else this_year


def _number(name: str, otherwise: int) -> int:
    """A whole number from 0 of the address; anything else is the usual one."""
    given = request.args.get(name, "")
    return int(given) if given.isascii() and given.isdecimal() and len(given) < 10 else otherwise


def _row(one: Line, years: tuple[int, ...]) -> list[object]:
    line = one.line
    return [
        line.ref,
        one.department,
        line.title,
        SUPPORT[line.support_type],
        ROUTES[line.spend_route],
        "yes" if line.in_scope else "no",
        pounds_of(line.baseline_pence),
        *(pounds_of(one.by_year.get(year)) for year in years),
        "" if line.ends_in is None else f"{line.ends_in} to {line.ends_in + 1}",
        line.provenance,
    ]
