"""The list of reports, and the report of the review with its file."""

from flask import Blueprint
from werkzeug.wrappers import Response

from workflow.reports.review import Line, review_report
from workflow.web.context import current_viewer, now, read_session
from workflow.web.pages import render
from workflow.web.reports.csv_files import csv_file, pounds_of
from workflow.web.reports.words import ROUTES, SUPPORT, hundredths, met

blueprint = Blueprint("reports", __name__)


@blueprint.get("/reports")
def index() -> Response:
    """The reports that the reader may open."""
    return render("pages/reports/index.html")


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
        met=met,
    )


@blueprint.get("/reports/review.csv")
def review_file() -> Response:
    """Every mapping line with its source, in scope or not."""
    found = review_report(read_session(), current_viewer(), now())
    headings = ["Line", "Department", "Title", "Support type", "Who leads", "In scope", "Before, a year"]
    headings += [f"{year} to {year + 1}" for year in found.years]
    rows = [_row(one, found.years) for one in (*found.lines, *found.excluded)]
    return csv_file("review.csv", [*headings, "Ends in", "Where this comes from"], rows)


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
