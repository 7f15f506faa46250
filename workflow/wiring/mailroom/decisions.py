"""The facts of mail about assessment and decision."""

from collections.abc import Mapping
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from workflow.accounts.models import Person
from workflow.accounts.queries import organisations_named
from workflow.approval import queries as approval
from workflow.approval.models import DecisionStep, Question, StepKind
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


def _rejected(room: Room, session: Session, case: Case, payload: Payload) -> Found:
    """The reasons as the lead body reads them, and until when it can ask for another look, which it can ask for once."""
    found = _told(StepKind.REJECTED)(room, session, case, payload)
    facts = approval.facts(session, [case.id], now=room.clock.now(), person_id=None)[case.id]
    return None if found is None else {**found, "due_on": None if facts.has_appealed else facts.appeal_by}


def _put_off(_room: Room, _session: Session, _case: Case, payload: Payload) -> Found:
    """The date that was chosen, whatever came after it."""
    return {"due_on": date.fromisoformat(payload["said"]["until"])}


def _question(_room: Room, session: Session, case: Case, payload: Payload) -> Found:
    """A question with who asks; people outside the department read that the department does. None once it is answered."""
    question = session.get(Question, payload["question_id"])
    if question is None or question.answer is not None:
        return None
    asker, asked = (session.get_one(Person, one) for one in (question.asked_by, question.asked_of))
    department = f"The {organisations_named(session, [case.department_id])[case.department_id]}"
    by = asker.name if asked.organisation_id == case.department_id else department
    return {"asked_by": by, "question": question.text, "due_on": question.due_on}


def _answered(_room: Room, session: Session, _case: Case, payload: Payload) -> Found:
    question = session.get_one(Question, payload["question_id"])
    who = session.get_one(Person, question.asked_of)
    return {"answered_by": who.name, "question": question.text}


EXTRA: Mapping[str, Extra] = {
    "approval_given": _approval,
    "bid_to_decide": _to_decide,
    "bid_referred": _to_decide,
    "nobody_left": _to_decide,
    "decision_put_off": _put_off,
    "bid_rejected": _rejected,
    "question_asked": _question,
    "question_answered": _answered,
    "appeal_asked": _told(StepKind.APPEAL_ASKED),
    "appeal_accepted": _told(StepKind.APPEAL_ACCEPTED),
    "appeal_refused": _told(StepKind.APPEAL_REFUSED),
}
"""By template."""
