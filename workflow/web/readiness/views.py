"""What could not be decided for want of people, limits or freedom from conflict: by fund, from today and for some days."""

from typing import Any, NamedTuple

from flask import Blueprint, request, url_for
from werkzeug.wrappers import Response

from workflow.accounts.queries import Viewer
from workflow.accounts.roles import Role, Thing
from workflow.approval.readiness import Bar
from workflow.reports import ready_words as words
from workflow.reports.readiness import DAYS, Finding, NamedBid, readiness
from workflow.web.context import now, read_session, viewer
from workflow.web.pages import Link, render

blueprint = Blueprint("readiness", __name__)

PERIODS = (7, 30, 90)
"""How many days can be looked ahead."""


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


def _address(days: int, fund: str, after: int) -> str:
    given: dict[str, Any] = {"days": days, "after": after} | ({"fund": fund} if fund else {})
    return url_for("readiness.index", **given)


def _days() -> int:
    asked = request.args.get("days", DAYS, type=int)
    return asked if asked in PERIODS else DAYS


def _shown(reader: Viewer, finding: Finding, today: Any) -> Shown:
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
