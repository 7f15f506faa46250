"""The words for whose move a bid is and what follows, state by state; the logic is in `ball.py`. No rule reads them."""

from collections.abc import Mapping
from typing import NamedTuple


class Told(NamedTuple):
    """What is said of a state: what the department does in it, as people outside read it, and what follows for each reader.

    `then_inside` is for the department, `then_lead` for the body that bids, `then_others` for everybody else outside.
    """

    doing: str
    then_inside: str
    then_lead: str
    then_others: str = ""


TOLD: Mapping[str, Told] = {
    "draft": Told(
        "",
        "The department takes it for its first check",
        "The department takes it for its first check",
    ),
    "returned": Told(
        "",
        "The case officer checks it again",
        "The department checks it again",
    ),
    "submitted": Told(
        "It takes the bid for its first check",
        "The officer who takes it checks it",
        "Councils are asked what they think, when it passes the first check",
    ),
    "screening": Told(
        "It does the first check",
        "Councils are asked what they think",
        "Councils are asked what they think",
    ),
    "ineligible": Told("", "Nothing more follows", "Nothing more follows"),
    "consulting": Told(
        "",
        "The lead body says what it did about each answer",
        "You say what you did about each answer",
        "The lead body says what it did about each answer",
    ),
    "responding": Told(
        "It looks at what was done about the answers",
        "The case officer accepts it, and the assessment begins",
        "The department assesses the bid",
    ),
    "appraisal": Told(
        "It assesses the bid",
        "Approvers decide on what is recommended",
        "The department decides",
    ),
    "deciding": Told(
        "It decides on the bid",
        "The finance officer makes the offer",
        "You are told the decision, and why",
        "The decision is published",
    ),
    "deferred": Told(
        "It decides on the bid",
        "The decision is taken up again",
        "You are told the decision, and why",
        "The decision is published",
    ),
    "referred": Told(
        "It decides on the bid",
        "The finance officer makes the offer",
        "You are told the decision, and why",
        "The decision is published",
    ),
    "direction_sought": Told(
        "It decides on the bid",
        "With a direction the finance officer makes the offer; without one the bid ends",
        "You are told the decision, and why",
        "The decision is published",
    ),
    "rejected": Told("", "Nothing more follows", "Nothing more follows"),
    "approved": Told(
        "It prepares the offer",
        "The lead body accepts the offer, or not",
        "You read the offer, and accept it or not",
        "The lead body accepts the offer, or not",
    ),
    "offered": Told(
        "",
        "The award begins to run, and payments can be requested",
        "The award begins to run, and you can request payments",
        "The award begins to run",
    ),
    "declined": Told("", "Nothing more follows", "Nothing more follows"),
    "active": Told(
        "It looks at what you sent",
        "The award is closed with its final figures",
        "The award is closed with its final figures",
    ),
    "suspended": Told(
        "It decides when payments go on",
        "Payments go on, or the award ends early",
        "Payments go on, or the award ends early",
    ),
    "closing": Told(
        "It settles the final figures",
        "It is closed, and what is left goes back to the fund",
        "You are told the final figures",
        "The final figures are published",
    ),
    "terminated": Told(
        "It settles the final figures",
        "It is closed, and what is left goes back to the fund",
        "You are told the final figures",
        "The final figures are published",
    ),
    "closed": Told("", "Nothing more follows", "Nothing more follows"),
    "lapsed": Told("", "Nothing more follows", "Nothing more follows"),
    "withdrawn": Told("", "Nothing more follows", "Nothing more follows"),
}
"""What is said of each state of a bid."""

THEN_AFTER: Mapping[str, str] = {
    "confirm_ineligible": "It ends as not eligible, or the first check goes on",
    "accept_response": "An assessor assesses the bid",
    "accept_review": "The first check begins again, or the bid stays not eligible",
    "accept_appeal": "The bid is assessed again, or the decision stands",
    "confirm_rejection": "The lead body is told, or the decision stays open",
    "reject_on_advice": "The lead body is told, with the reason",
    "record_consent": "The accounting officer decides",
    "check_claim": "What is accepted is paid",
    "pay_claim": "The lead body can request the next payment",
    "confirm_closure": "It is closed, and what is left goes back to the fund",
    "propose_closure": "The person responsible confirms the figures",
}
"""What follows, as the department reads it, where a case waits for one of these actions."""

AFTER_DEADLINE: Mapping[str, str] = {
    "lapse_draft": "After that it can no longer be sent",
    "lapse_returned": "It runs out of time after that",
    "close_consultation": "No answer is taken after that",
    "lapse_offer": "The offer ends after that",
    "end_award": "Closing begins after that",
    "resume": "The decision is taken up again on that day",
}
"""What the calendar does when a date passes, by the name of the action."""

ORDINALS = ("first", "second", "third", "fourth")
"""Which approver a bid waits for, by how many have approved."""

WAITS_FOR_A_DAY: Mapping[str, tuple[str, str]] = {
    "deferred": ("The day until which it was put off", "Whoever decides can take it up before"),
}
"""The states in which the department waits for a day, with what can be done before."""

UNTIL_DONE: Mapping[str, tuple[str, str, str]] = {
    "approved": (
        "The offer is made",
        "The finance officer makes it. No date is set for that",
        "The department makes it, and writes to the lead body. No date is set for that",
    ),
}
"""The states without a date that end with a step, with that step, and who takes it as the department and as others read it."""

UNDATED = ("No date is set", "", "We write to you when there is news")
"""What is said of every other state without a date, to the department and to others."""

NOTHING_PROPOSED = frozenset(
    {
        "no_finding",
        "no_review",
        "no_advice",
        "no_rejection_waits",
        "no_appeal_waits",
        "no_change",
        "no_closure",
        "not_voted",
    }
)
"""Reasons that say that nobody did what an action answers: nobody misses an answer to what was never asked."""

UNBLOCKS = frozenset({"record_consent"})
"""Steps that nobody waits for, until a bid is stuck for want of them."""
