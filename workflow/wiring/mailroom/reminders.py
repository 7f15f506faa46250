"""The facts of reminders and of what is told when a deadline is missed."""

from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from workflow.accounts.models import Person
from workflow.approval.models import Question
from workflow.cases import Case
from workflow.cases.registry import registry
from workflow.deadlines.models import Deadline
from workflow.wiring.mailroom.terms import Extra, Found, Payload, Room


def _reminder(_room: Room, session: Session, case: Case, payload: Payload) -> Found:
    deadline = session.get_one(Deadline, payload["deadline_id"])
    workflow = registry().workflow_of(case)
    if workflow is None:
        return None
    state = workflow.state_by_name[case.state]
    return {
        "task": TASKS.get(payload["kind"], state.label),
        "owner": _asked(session, case, deadline)
        or workflow.role_label(OWNERS.get(payload["kind"], state.owner)),
        "due_on": deadline.due_on,
    }


def _asked(session: Session, case: Case, deadline: Deadline) -> str | None:
    """The name of who was asked, where what is due is the answer to a question; that is one person and not a role."""
    _, marked, number = deadline.subject.partition("/question:")
    if not marked:
        return None
    asked = (Question.case_id == case.id, Question.number == int(number))
    return session.scalars(
        select(Person.name).join(Question, Question.asked_of == Person.id).where(*asked)
    ).one()


TASKS = {
    "round_close": "Send your bid before the round closes",
    "screening": "The first check of the bid",
    "returned_bid": "Put right what was named, and send your bid again",
    "sector_response": "Saying what was done about each answer",
    "appraisal": "The assessment of the bid",
    "first_approval": "The decision on the bid",
    "second_approval": "The second approval of the bid",
    "review_answer": "An answer to who asks for the first check to be looked at again",
    "appeal_answer": "An answer to who asks for another look at the decision",
    "accounting_officer": "The accounting officer’s decision on the bid",
    "direction": "The minister’s direction",
    "deferral": "Taking up the decision that was put off",
    "question": "Answering a question about the bid",
    "acceptance": "Accepting the offer",
    "award_end": "The end of the award",
    "closure": "Closing the award",
    "termination": "The final figures of an award that ended early",
    "quarterly_return": "Your progress report",
    "claim_check": "Checking a payment request",
    "claim_payment": "Paying a payment request",
    "recovery": "Money to pay back",
}
"""What each kind of deadline asks of somebody, in words for mail."""


OWNERS = {
    "review_answer": "second_officer",
    "appeal_answer": "accounting_officer",
    "quarterly_return": "signatory",
    "claim_check": "grant_manager",
    "claim_payment": "payment_authoriser",
    "recovery": "signatory",
}
"""Whose move it is where the state of the case does not say: what is owed beside the state, or when the bid has ended."""


def _support_ends(_room: Room, session: Session, _case: Case, payload: Payload) -> Found:
    return {"due_on": session.get_one(Deadline, payload["deadline_id"]).due_on}


EXTRA: Mapping[str, Extra] = {
    "support_ends": _support_ends,
    "deadline_reminder": _reminder,
    "deadline_missed": _reminder,
}
"""By template."""
