"""What waits on the pages of those whose work is no step of a bid, in a sentence each, by the page's address."""

from datetime import datetime

from sqlalchemy.orm import Session

from workflow.accounts.queries import Viewer
from workflow.accounts.roles import Role
from workflow.errors import NotHere
from workflow.reports import exceptions, network, people
from workflow.reports.review import review_report
from workflow.web.filters import counted
from workflow.web.reports.words import hundredths


def waiting_for(session: Session, reader: Viewer, now: datetime) -> dict[str, str]:
    """What there is to look at for the reader's roles; a page about which nothing can be said is left out."""
    found: dict[str, str] = {}
    if reader.has(Role.AUDITOR):
        number = len(exceptions.exceptions(session, reader))
        found["/reports/exceptions"] = f"{counted(number, 'exception')} to look at, and a sample of bids"
    if reader.has(Role.ADMINISTRATOR):
        found["/admin"] = _people(session, reader, now)
    if reader.has(Role.NETWORK_OFFICIAL) or reader.has(Role.NETWORK_BODY):
        number = len(network.overlaps(session, reader))
        found["/network"] = f"{counted(number, 'overlap')} between bids of different departments"
    if reader.has(Role.REVIEW_OWNER):
        found |= _review(session, reader, now)
    return found


def _people(session: Session, reader: Viewer, now: datetime) -> str:
    leave, broken = people.leavers(session, reader, now), people.broken_addresses(session, reader)
    said = []
    if leave:
        bids = counted(sum(one.open_cases for one in leave), "open bid")
        said.append(f"{counted(len(leave), 'person leaves', 'people leave')} with {bids}")
    if broken:
        said.append(counted(len(broken), "address does not work", "addresses do not work"))
    return "; ".join(said) or "Nobody leaves, and every address works"


def _review(session: Session, reader: Viewer, now: datetime) -> dict[str, str]:
    try:
        found = review_report(session, reader, now)
    except NotHere:
        return {}
    return {
        "/reports/review": f"The closing report: {hundredths(found.whole.reduction_points)} less is spent"
    }
