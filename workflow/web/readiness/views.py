"""What lies ahead: what could not be decided for want of people or limits, and what happens if nobody does anything."""

from collections.abc import Sequence
from datetime import date, datetime
from itertools import groupby
from typing import Any, NamedTuple

from flask import Blueprint, request, url_for
from werkzeug.wrappers import Response

from workflow.accounts.queries import Viewer
from workflow.accounts.roles import Role, Thing
from workflow.approval.readiness import Bar
from workflow.clock import london_date
from workflow.deadlines import calendar
from workflow.engine.working_days import Calendar
from workflow.reports import ready_words as words
from workflow.reports.leave import away_ahead, endings_ahead
from workflow.reports.readiness import DAYS, Finding, NamedBid, readiness
from workflow.web.context import now, read_session, viewer
from workflow.web.pages import Link, render
from workflow.wiring.foreseeing import MOST, Sent, departments_ahead, foresee

blueprint = Blueprint("readiness", __name__)

PERIODS = (7, 30, 90)
"""How many days can be looked ahead."""
NEAR = (7, 30)
"""The same for what happens if nobody does anything."""


class Shown(NamedTuple):
    """A finding as the page shows it; each of `people` is a sentence with the way to its cure, where the reader has one."""

    heading: str
    when: str
    people: list[tuple[str, str, Link | None]]
    cure: str
    link: Link | None
    bids: tuple[NamedBid, ...]
    more: int
    department: str
    funds: str


@blueprint.get("/readiness")
def index() -> Response:
    """The findings of the reader's funds."""
    reader = viewer()
    days, fund, after = _days(), request.args.get("fund", ""), request.args.get("after", type=int)
    found = readiness(read_session(), reader, now(), fund=fund, days=days, after=after)
    asked: dict[str, Any] = {"fund": fund} if fund else {}
    return render(
        "pages/readiness/index.html",
        found=found,
        findings=[_shown(reader, one, found.today) for one in found.findings],
        periods=[
            (f"{one} days", url_for("readiness.index", days=one, **asked), one == days, "") for one in PERIODS
        ],
        funds=[
            ("All funds", url_for("readiness.index", days=days), not fund, ""),
            *(
                (title, url_for("readiness.index", days=days, fund=code), code == fund, "")
                for code, title in found.funds
            ),
        ],
        next_href=_address(days, fund, found.next_after) if found.next_after else "",
    )


@blueprint.get("/foresee")
def ahead() -> Response:
    """What happens in the days to come if nobody does anything."""
    session, reader = read_session(), viewer()
    asked = request.args.get("days", NEAR[0], type=int)
    days = asked if asked in NEAR else NEAR[0]
    departments = departments_ahead(reader)
    found = foresee(session, reader, now(), days)
    working = calendar(session)
    return render(
        "pages/readiness/ahead.html",
        found=found,
        by_day=_by_day(found.sent),
        away=away_ahead(session, departments, found.today, found.until),
        endings=endings_ahead(session, departments, found.today, found.until),
        most=MOST,
        far=lambda when: _far(working, found.today, when),
        periods=[(f"{one} days", url_for("readiness.ahead", days=one), one == days, "") for one in NEAR],
        sees_readiness=reader.opens(Thing.READINESS),
        sees_authority=reader.opens(Thing.AUTHORITY),
    )


def _far(working: Calendar, today: date, when: date | datetime) -> str:
    """How far a day or a moment is, in working days."""
    day = london_date(when) if isinstance(when, datetime) else when
    if day == today:
        return "today"
    left = working.working_days_left(today, day)
    if left < 1:
        return "before the next working day"
    return "in 1 working day" if left == 1 else f"in {left} working days"


def _by_day(sent: Sequence[Sent]) -> list[tuple[date, list[Sent]]]:
    return [(day, list(ones)) for day, ones in groupby(sent, key=lambda one: london_date(one.at))]


def _address(days: int, fund: str, after: int) -> str:
    given: dict[str, Any] = {"days": days, "after": after} | ({"fund": fund} if fund else {})
    return url_for("readiness.index", **given)


def _days() -> int:
    asked = request.args.get("days", DAYS, type=int)
    return asked if asked in PERIODS else DAYS


def _shown(reader: Viewer, finding: Finding, today: date) -> Shown:
    knows_bids = reader.opens(Thing.SENT_BID)
    return Shown(
        words.heading(finding),
        words.when(finding, today),
        [(one.text, one.cure, _way(reader, one)) for one in words.people(finding, knows_bids=knows_bids)],
        words.cure(finding),
        _to_cure(reader),
        finding.bids,
        max(finding.count - len(finding.bids), 0) if finding.bids else 0,
        finding.department,
        ", ".join(finding.funds),
    )


def _way(reader: Viewer, said: words.Said) -> Link | None:
    """Where the reader cures what is said of one person, or at least sees it; None where nothing can be put right."""
    if said.bar is Bar.DID or said.cure == words.PERMANENT:
        return None
    if reader.has(Role.ADMINISTRATOR):
        return Link("Roles", url_for("admin.person", person_id=said.person_id))
    if reader.opens(Thing.AUTHORITY) and said.person_id != reader.person_id:
        return Link("What they may decide", url_for("authority.person", person_id=said.person_id))
    return None


def _to_cure(reader: Viewer) -> Link | None:
    if reader.has(Role.ADMINISTRATOR):
        return Link("People and their roles", url_for("admin.index"))
    if reader.opens(Thing.AUTHORITY):
        return Link("Who may decide", url_for("authority.index"))
    return None
