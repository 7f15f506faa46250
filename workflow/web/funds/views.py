"""The list of funds, and one fund: its envelope by year and every entry behind it."""

from flask import Blueprint, request, url_for
from werkzeug.wrappers import Response

from workflow.accounts.queries import Viewer
from workflow.accounts.roles import Role
from workflow.cases.queries import DEPARTMENT_ROLES
from workflow.clock import london_date
from workflow.funds import statements
from workflow.funds.models import Fund
from workflow.funds.queries import YearBalance
from workflow.money import financial_year
from workflow.web.context import now, read_session, viewer
from workflow.web.funds.words import ENTRY_WORDS, STATUS_WORDS
from workflow.web.pages import render

blueprint = Blueprint("funds", __name__)


@blueprint.get("/funds")
def index() -> Response:
    """The funds that the viewer sees, with their totals."""
    return render("pages/funds/index.html", lines=statements.fund_lines(read_session(), viewer()))


@blueprint.get("/funds/<code>")
def show(code: str) -> Response:
    """One envelope by year, and one year's entries, the newest first."""
    session, who = read_session(), viewer()
    found = statements.envelope(session, who, code)
    year = _chosen(found.years, request.args.get("year", type=int))
    lines, older = (
        ([], None)
        if year is None
        else statements.statement(session, who, code, year, request.args.get("after", type=int))
    )
    return render(
        "pages/funds/show.html",
        envelope=found,
        chosen=year,
        lines=lines,
        older_href=url_for("funds.show", code=code, year=year.year, after=older) if year and older else "",
        newest_href=url_for("funds.show", code=code, year=year.year)
        if year and "after" in request.args
        else "",
        opens_bids=_opens_bids(who, found.fund),
        entry_words=ENTRY_WORDS,
        status_words=STATUS_WORDS,
    )


def _chosen(years: tuple[YearBalance, ...], asked: int | None) -> YearBalance | None:
    """The year asked for; without a question this financial year, else the first to come, else the last.

    A year that the fund does not have shows no entries.
    """
    if asked is not None:
        return next((year for year in years if year.year == asked), None)
    this_year = financial_year(london_date(now()))
    return next((year for year in years if year.year >= this_year), years[-1] if years else None)


def _opens_bids(who: Viewer, fund: Fund) -> bool:
    """Whether the viewer can open the bids of a fund: its department can, and auditors."""
    return who.has(Role.AUDITOR) or fund.department_id in who.organisations(*DEPARTMENT_ROLES)
