"""The facts of mail to the network."""

from collections.abc import Mapping

from sqlalchemy.orm import Session

from workflow.bids.models import Bid
from workflow.bids.rules import is_withheld
from workflow.cases import Case
from workflow.reports.network import WITHHELD
from workflow.wiring.mailroom.terms import Extra, Found, Payload, Room

WORDS = {
    "consulting": "Councils are asked about this bid",
    "approved": "This bid was approved",
    "rejected": "This bid was not approved",
    "ineligible": "This bid was found not eligible",
}
"""What happened, by the state that the bid came to with it."""


def _news(room: Room, session: Session, case: Case, payload: Payload) -> Found:
    """What happened then, whatever came after it; the councils of a bid that would help them are not told of early."""
    state = payload["said"]["to"]
    bid, about = session.get_one(Bid, case.id), room.bid(session, case)
    if is_withheld(bid.main_support, bid.area_kind, state):
        about |= {"title": WITHHELD}
    base = about["url"].rpartition("/bids/")[0]
    return {"bid": about | {"url": f"{base}/network"}, "what": WORDS[state]}


EXTRA: Mapping[str, Extra] = {"network_news": _news}
"""By template."""
