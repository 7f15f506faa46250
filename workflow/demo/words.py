"""The words of the demonstration's pages."""

from workflow.deadlines.models import StepAction
from workflow.demo.travel import Upcoming

KINDS = {
    "round_close": "the closing of a funding round",
    "screening": "the first check of a bid",
    "consultation_close": "the closing of a consultation",
    "sector_response": "the answer to councils",
    "public_report": "the report on a consultation",
    "appraisal": "the assessment of a bid",
    "first_approval": "the decision on a bid",
    "second_approval": "the second approval of a bid",
    "acceptance": "the acceptance of an offer",
    "claim_check": "the check of a payment request",
    "claim_payment": "the payment of a payment request",
    "returned_bid": "changes to a bid that was sent back",
    "deferral": "a decision that was put off",
    "accounting_officer": "a decision of the accounting officer",
    "direction": "a minister’s direction",
    "appeal": "the request for another look at a decision",
    "review_request": "the request for another look at a first check",
    "appeal_answer": "an answer to who asks for another look at a decision",
    "review_answer": "an answer to who asks for another look at a first check",
    "late_response": "late answers of councils",
    "quarterly_return": "a progress report",
    "transitional_end": "the end of temporary government support",
    "termination": "the settling of an award that ended early",
    "recovery": "money to pay back",
    "question": "an answer to a question",
    "award_end": "the end of an award",
    "closure": "the closing of an award",
}

ACTIONS = {
    StepAction.REMIND: "A reminder of {}",
    StepAction.ESCALATE: "Somebody else is told of {}",
    StepAction.BREACH: "The time for {} is over",
}

STORY = (
    "It is Tuesday 29 March 2011.",
    "The review closed today: improvement support is cut by more than 30% and led by the sector.",
    "£116.75m goes to the sector over four years, and other departments have funds of their own.",
    "Consultation on one bid closes tomorrow at 11:59pm, the financial year ends on Thursday, polls are on 5 May.",
)

NOTE = (
    "Demonstration data: the bodies, councils and the £116.75m total are real; people, bids, answers, dates and the split "
    "by year are invented. Nothing leaves this machine: every message lands in the mailbox here."
)

NOT_OURS = (
    "WORKFLOW_DEMO is on, but this database does not hold the demonstration, so that nothing is served. "
    "Set WORKFLOW_DEMO=off, or use the demonstration's own database.\n"
)


def what_happens(one: Upcoming) -> str:
    """What falls due, in a sentence without its full stop."""
    kind = KINDS.get(one.kind, "a deadline")
    of = f": {one.title} ({one.reference})" if one.reference else ""
    return ACTIONS[one.action].format(kind) + of
