"""The facts of mail about assessment and decision."""

from collections.abc import Mapping

from sqlalchemy.orm import Session

from workflow.approval import queries as approval
from workflow.cases import Case
from workflow.wiring.mailroom.terms import Extra, Found, Payload, Room


def _approval(_room: Room, _session: Session, _case: Case, payload: Payload) -> Found:
    """Whether this very approval was the last one needed, whatever came after it."""
    return {"is_approved": payload["said"]["to"] == "approved"}


def _to_decide(room: Room, session: Session, case: Case, _payload: Payload) -> Found:
    """The amount that is recommended, which is not the case's before it is approved."""
    facts = approval.facts(session, [case.id], now=room.clock.now(), person_id=None)[case.id]
    return {"bid": room.bid(session, case) | {"amount_pence": facts.whole_life_pence}}


EXTRA: Mapping[str, Extra] = {
    "approval_given": _approval,
    "bid_to_decide": _to_decide,
}
"""By template."""
