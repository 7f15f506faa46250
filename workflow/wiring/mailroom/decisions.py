"""The facts of mail about assessment and decision."""

from collections.abc import Mapping
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from workflow.approval import queries as approval
from workflow.approval.models import DecisionStep, StepKind
from workflow.approval.referral import MARKS, listed
from workflow.cases import Case
from workflow.wiring.mailroom.terms import Extra, Found, Payload, Room


def _approval(_room: Room, _session: Session, _case: Case, payload: Payload) -> Found:
    """Whether this very approval was the last one needed, whatever came after it."""
    return {"is_approved": payload["said"]["to"] == "approved"}


def _to_decide(room: Room, session: Session, case: Case, _payload: Payload) -> Found:
    """The amount that is recommended, which is not the case's before it is approved."""
    facts = approval.facts(session, [case.id], now=room.clock.now(), person_id=None)[case.id]
    marks = listed(mark for mark in MARKS if mark in facts.marks)
    return {"bid": room.bid(session, case) | {"amount_pence": facts.whole_life_pence}, "marks": marks}


def _told(kind: StepKind) -> Extra:
    """The words that were written for the lead body, or by it, with the newest step of this kind."""

    def words(_room: Room, session: Session, case: Case, _payload: Payload) -> Found:
        told = session.scalars(
            select(DecisionStep.told)
            .where(DecisionStep.case_id == case.id, DecisionStep.kind == kind)
            .order_by(DecisionStep.id.desc())
            .limit(1)
        ).one_or_none()
        return None if told is None else {"told": told}

    return words


def _put_off(_room: Room, _session: Session, _case: Case, payload: Payload) -> Found:
    """The date that was chosen, whatever came after it."""
    return {"due_on": date.fromisoformat(payload["said"]["until"])}


EXTRA: Mapping[str, Extra] = {
    "approval_given": _approval,
    "bid_to_decide": _to_decide,
    "bid_referred": _to_decide,
    "nobody_left": _to_decide,
    "decision_put_off": _put_off,
    "bid_rejected": _told(StepKind.REJECTED),
    "appeal_asked": _told(StepKind.APPEAL_ASKED),
    "appeal_accepted": _told(StepKind.APPEAL_ACCEPTED),
    "appeal_refused": _told(StepKind.APPEAL_REFUSED),
}
"""By template."""
