"""What stands at home beside the bids: a partner's part to confirm, and the pages of those whose work is not a bid."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy.orm import Session

from workflow.accounts.queries import Viewer
from workflow.accounts.roles import Role
from workflow.bids.taking_part import parts_of
from workflow.cases import Case
from workflow.web.pages import exists
from workflow.web.reports.waiting import waiting_for


class Part(NamedTuple):
    """A bid in which the reader's body is named as a partner, and whether it has confirmed its part."""

    case: Case
    task: str
    href: str
    is_confirmed: bool


class OwnPage(NamedTuple):
    """A page that a role works in: its words, address and what it is for."""

    text: str
    href: str
    hint: str


PAGES: dict[Role, tuple[OwnPage, ...]] = {
    Role.NETWORK_OFFICIAL: (
        OwnPage(
            "News of all departments’ bids", "/network", "What was opened and decided, and where bids overlap"
        ),
    ),
    Role.NETWORK_BODY: (
        OwnPage(
            "News of all departments’ bids", "/network", "What was opened and decided, and where bids overlap"
        ),
    ),
    Role.AUDITOR: (
        OwnPage(
            "What was done differently", "/reports/exceptions", "Every exception, and samples to look into"
        ),
        OwnPage("All live bids", "/queue", "Read only; what you read is noted"),
        OwnPage("The funds", "/funds", "Every entry of the ledger"),
    ),
    Role.PRIVATE_OFFICE: (
        OwnPage(
            "Before the accounting officer",
            "/queue?state=referred&state=direction_sought",
            "Bids that the accounting officer decides, and directions that are sought: read, to prepare them",
        ),
    ),
    Role.ADMINISTRATOR: (
        OwnPage(
            "People and their roles", "/admin", "Who may do what, leavers, and addresses that do not work"
        ),
    ),
    Role.REVIEW_OWNER: (
        OwnPage(
            "The review",
            "/reports/review",
            "The 30 % test, the sector’s share, and the paper beside the figures",
        ),
        OwnPage("Actions of the review", "/reports/review/actions", "Who owes what, and what was delivered"),
    ),
}
"""The pages of roles whose work is no step of a bid; one that no room answers is not promised."""

PART_PAGES = ("part", "partner")
"""Where a partner's own page of a bid may be."""


def pages_of(session: Session, reader: Viewer, now: datetime) -> list[OwnPage]:
    """The pages that the reader's roles work in, each once, with what waits there."""
    found: dict[str, OwnPage] = {}
    for role, pages in PAGES.items():
        if reader.has(role):
            for page in pages:
                if exists(page.href.partition("?")[0]):
                    found.setdefault(page.text, page)
    waiting = waiting_for(session, reader, now) if found else {}
    return [page._replace(hint=waiting.get(page.href, page.hint)) for page in found.values()]


def parts_in(session: Session, reader: Viewer) -> list[Part]:
    """The reader's parts in other bodies' live bids, those that wait to be confirmed first; none that it withdrew from."""
    if not reader.has(Role.PARTNER):
        return []
    return [
        Part(
            case,
            part.task,
            next((h for h in _pages(case) if exists(h)), f"/bids/{case.reference}"),
            is_confirmed=part.confirmed_at is not None,
        )
        for case, part in parts_of(session, reader)
        if part.withdrawn_at is None
    ]


def _pages(case: Case) -> tuple[str, ...]:
    return tuple(f"/bids/{case.reference}/{name}" for name in PART_PAGES)
