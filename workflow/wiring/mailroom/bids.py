"""The facts of mail about a bid before it is assessed, and about leaving."""

from collections.abc import Mapping

from sqlalchemy.orm import Session

from workflow.cases import Case
from workflow.wiring.mailroom.terms import Extra, Found, Payload, Room


def _lapsed(_room: Room, _session: Session, case: Case, _payload: Payload) -> Found:
    return {"was_draft": not case.shared}


def _withdrawn(_room: Room, _session: Session, _case: Case, payload: Payload) -> Found:
    return {"released_pence": payload["said"].get("released_pence", 0)}


EXTRA: Mapping[str, Extra] = {"bid_lapsed": _lapsed, "bid_withdrawn_office": _withdrawn}
"""By template."""
