"""The list of reports, and the report of the review with its file."""

from flask import Blueprint, request
from werkzeug.wrappers import Response

from workflow.accounts.roles import Thing
from workflow.cases.reads import reads
from workflow.clock import london_date
from workflow.reports import exceptions as different
from workflow.reports.review import Line, review_report
from workflow.web.context import current_viewer, now, read_session, viewer
from workflow.web.pages import render
from workflow.web.reports.csv_files import csv_file, pounds_of
from workflow.web.reports.words import DIFFERENT, ROUTES, SUPPORT, hundredths, met, millions, sourced

blueprint = Blueprint("reports", __name__)

SAMPLE = 10
"""So many bids are drawn when nobody says how many."""


@blueprint.get("/reports")
def index() -> Response:
    """The reports that the reader may open."""
    reader = current_viewer()
    audits = reader is not None and reader.opens(Thing.EXCEPTIONS)
    networks = reader is not None and reader.opens(Thing.NETWORK)
    return render("pages/reports/index.html", audits=audits, networks=networks)


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
