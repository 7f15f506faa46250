"""The facts of mail about awards and payments."""

from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from workflow.cases import Case
from workflow.monitoring.models import Claim
from workflow.wiring.mailroom.terms import Extra, Found, Payload, Room


def _claim_of(session: Session, case: Case, payload: Payload) -> Claim:
    """The payment request that the action was about, which need not be the newest."""
    number = payload["said"]["claim"]
    return session.scalars(select(Claim).where(Claim.case_id == case.id, Claim.number == number)).one()


def _claim_made(_room: Room, session: Session, case: Case, payload: Payload) -> Found:
    # A payment request has no deadline of its own yet, and the award's own date is no date for it.
    return {"claim_pence": _claim_of(session, case, payload).claimed_pence, "due_on": None}


def _claim_accepted(_room: Room, session: Session, case: Case, payload: Payload) -> Found:
    """None when nothing was accepted, because then nothing is to be paid."""
    claim = _claim_of(session, case, payload)
    return {"claim_pence": claim.accepted_pence, "due_on": None} if claim.accepted_pence else None


EXTRA: Mapping[str, Extra] = {
    "claim_to_check": _claim_made,
    "claim_to_pay": _claim_accepted,
    "claim_paid": _claim_accepted,
}
"""By template."""
