"""The list of funds, and one fund: its envelope by year and every entry behind it."""

import csv
import io
from collections.abc import Iterator

from flask import Blueprint, current_app, request, url_for
from sqlalchemy.orm import Session
from werkzeug.utils import secure_filename
from werkzeug.wrappers import Response

from workflow.accounts.queries import Viewer
from workflow.accounts.roles import Role
from workflow.cases.queries import DEPARTMENT_ROLES
from workflow.clock import london_date
from workflow.errors import NotHere
from workflow.funds import statements
from workflow.funds.models import Fund
from workflow.funds.queries import YearBalance
from workflow.money import financial_year
from workflow.web.context import now, read_session, sessions, viewer
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


@blueprint.get("/funds/<code>/entries.csv")
def export(code: str) -> Response:
    """One year's entries as a file of comma-separated values; it is sent as it is read.

    Raises:
        NotHere: when there is no such fund or year, or the viewer may not see it.
    """
    who = viewer()
    found = statements.envelope(read_session(), who, code)
    year = _chosen(found.years, request.args.get("year", type=int))
    if year is None:
        raise NotHere
    # The request's own session ends before the file is sent, so the file is read with one of its own.
    opened = sessions()()
    answer = current_app.response_class(_file(opened, who, code, year), mimetype="text/csv")
    answer.headers["Content-Disposition"] = f'attachment; filename="{secure_filename(code)}-{year.year}.csv"'
    answer.call_on_close(opened.close)
    return answer


HEADINGS = (
    "number",
    "date",
    "what",
    "bid",
    "set aside",
    "promised",
    "paid",
    "left to promise after",
    "decision",
)


def _file(session: Session, who: Viewer, code: str, year: YearBalance) -> Iterator[str]:
    yield _csv_line(HEADINGS)
    for line in statements.every_entry(session, who, code, year):
        entry = line.entry
        yield _csv_line(
            (
                str(entry.balance_version),
                london_date(entry.at).isoformat(),
                ENTRY_WORDS[entry.kind],
                entry.reference or "",
                _plain(entry.reserved),
                _plain(entry.committed),
                _plain(entry.paid),
                _plain(line.left_after),
                entry.decision or "",
            )
        )


def _plain(pence: int) -> str:
    """Pounds as a spreadsheet reads a number: no sign of money, no commas."""
    sign = "-" if pence < 0 else ""
    return f"{sign}{abs(pence) // 100}.{abs(pence) % 100:02d}"


def _csv_line(values: tuple[str, ...]) -> str:
    """One line; every value here is the product's own word or number, so that none is read as a formula."""
    made = io.StringIO()
    csv.writer(made, lineterminator="\r\n").writerow(values)
    return made.getvalue()


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
