"""The words for what a bid holds, and the colour of each state; bidders and councils read them. No rule reads a label."""

from collections.abc import Mapping

from workflow.bids.models import AreaKind, CostHead, SpendRoute, SupportType

SUPPORT: Mapping[SupportType, tuple[str, str]] = {
    SupportType.INNOVATION: ("Innovation", "Trying what nobody has done before"),
    SupportType.DIFFUSION: ("Spreading what works", "Helping others to do what has worked somewhere"),
    SupportType.CHALLENGE_REVIEW: (
        "Peer challenge and review",
        "Colleagues from elsewhere look and say what they see",
    ),
    SupportType.INTERVENTION: (
        "Help for a council in difficulty",
        "Support where something has failed or may fail",
    ),
}
"""Each kind of support with what it means. Source: seed, paragraph 1."""

ROUTES: Mapping[SpendRoute, tuple[str, str]] = {
    SpendRoute.SECTOR_LED: ("Councils and their bodies", "The rule: the sector leads its own improvement"),
    SpendRoute.CENTRAL_TRANSITIONAL: (
        "Temporary government support",
        "Needs a reason, an end date and a plan for what happens then",
    ),
    SpendRoute.CENTRAL: ("Central government", "Only where the sector cannot lead"),
}
"""Who leads the work, with what it means. Source: seed, paragraph 3."""

AREAS: Mapping[AreaKind, str] = {
    AreaKind.NATIONAL: "All of England",
    AreaKind.REGION: "One region",
    AreaKind.AUTHORITIES: "Certain councils",
}

HEADS: Mapping[CostHead, str] = {
    CostHead.STAFF: "Staff",
    CostHead.DELIVERY: "Experts and delivery",
    CostHead.TRAVEL: "Travel and events",
    CostHead.EVALUATION: "Evaluation",
    CostHead.OTHER: "Other costs",
}

COLOURS: Mapping[str, str] = {
    "draft": "grey",
    "returned": "orange",
    "submitted": "blue",
    "screening": "blue",
    "ineligible": "red",
    "consulting": "purple",
    "responding": "orange",
    "appraisal": "blue",
    "deciding": "yellow",
    "deferred": "yellow",
    "referred": "yellow",
    "direction_sought": "yellow",
    "rejected": "red",
    "approved": "green",
    "offered": "orange",
    "declined": "grey",
    "active": "green",
    "suspended": "red",
    "closing": "blue",
    "terminated": "red",
    "closed": "grey",
    "lapsed": "red",
    "withdrawn": "grey",
}
"""The colour of each state says whose move it is: grey nobody, blue the department, purple councils, orange the lead body,
yellow a decision, green money agreed or running, red stopped or failed. Source: comps/README, status colour."""

Stages = tuple[tuple[str, tuple[str, ...]], ...]

STAGES: Stages = (
    ("Sent", ("submitted",)),
    ("First check", ("screening", "returned")),
    ("Councils asked", ("consulting",)),
    ("Answers to councils", ("responding",)),
    ("Assessment", ("appraisal",)),
    ("Decision", ("deciding", "deferred", "referred", "direction_sought", "approved")),
    ("Offer", ("offered",)),
    ("Running", ("active", "suspended")),
    ("Closed", ("closing", "terminated", "closed")),
)
"""The strip of stages as the department reads it: each with its states, in order. A bid that ended otherwise
(`STOPPED`) stands at the stage where it was stopped."""

OUTSIDE_STAGES: Stages = (
    ("Sent", ("submitted",)),
    ("First check", ("screening", "returned")),
    ("Councils asked", ("consulting",)),
    ("Answers to councils", ("responding",)),
    (
        "With the department",
        ("appraisal", "deciding", "deferred", "referred", "direction_sought", "approved"),
    ),
    ("Offer", ("offered",)),
    ("Running", ("active", "suspended")),
    ("Closed", ("closing", "terminated", "closed")),
)
"""The same for people outside, who are not shown an internal stage."""

STOPPED: Mapping[str, str] = {
    "ineligible": "Not eligible",
    "rejected": "Not approved",
    "declined": "Offer declined",
    "lapsed": "Ran out of time",
    "withdrawn": "Withdrawn",
}
"""The ends that may be reached from many stages, and so have none of their own, with the words at the place of the stop."""

BESIDE: Mapping[str, str] = {
    "returned": "sent back for changes",
    "suspended": "paused, no payments",
    "terminated": "ended early",
    "deferred": "put off",
    "referred": "with the accounting officer",
    "direction_sought": "minister’s direction sought",
}
"""What the strip says at a stage while a bid stands beside its straight line there."""

PRIVATE = frozenset({"deferred", "referred", "direction_sought"})
"""Those among them that people outside are not told of."""

EVENTS: Mapping[str, str] = {
    "bid_opened": "Bid started",
    "rules_changed": "Moved to newer rules",
    "bid_submitted": "Signed and sent",
    "case_taken": "Taken for the first check",
    "first_check_passed": "First check passed",
    "bid_returned": "Sent back for changes",
    "ineligibility_proposed": "Proposed as not eligible",
    "ineligibility_confirmed": "Not eligible",
    "ineligibility_declined": "Not confirmed as not eligible; the first check goes on",
    "review_asked": "Review asked for",
    "review_accepted": "Review accepted; the first check begins again",
    "review_refused": "Review refused",
    "bid_lapsed": "Ran out of time",
    "bid_withdrawn": "Withdrawn",
    "change_sent": "Changed text sent",
    "consultation_opened": "Councils asked",
    "consultation_extended": "More time for answers",
    "consultation_restarted": "Councils asked again",
    "consultation_closed": "Time for answers over",
    "late_answer_accepted": "Late answer accepted",
    "response_sent": "Lead body said what it did about the answers",
    "response_accepted": "Answers to councils accepted",
    "rejection_advised": "Advised not to approve",
    "bid_recommended": "Recommended, money set aside",
    "bid_approved": "Approval given",
    "rejection_proposed": "Proposed not to approve",
    "rejection_declined": "Proposal not to approve turned down",
    "bid_rejected": "Not approved",
    "decision_deferred": "Decision put off",
    "decision_resumed": "Decision taken up again",
    "bid_referred": "Passed to the accounting officer",
    "consent_recorded": "Treasury’s consent recorded",
    "direction_sought": "Minister’s direction sought",
    "direction_recorded": "Minister’s direction recorded",
    "bid_sent_back": "Sent back for assessment",
    "conflict_declared": "Connection to this bid declared",
    "appeal_asked": "Asked to look at the decision again",
    "appeal_accepted": "Decision to be looked at again",
    "appeal_refused": "Decision stands",
    "offer_made": "Offer made",
    "offer_accepted": "Offer accepted",
    "offer_declined": "Offer declined",
    "offer_lapsed": "Offer ended, not accepted in time",
    "claim_made": "Payment requested",
    "claim_checked": "Payment request checked",
    "claim_paid": "Payment made",
    "return_sent": "Progress report sent",
    "award_suspended": "Paused, no payments",
    "suspension_lifted": "Payments go on",
    "variation_asked": "Change to the agreement asked for",
    "variation_agreed": "Change to the agreement agreed",
    "variation_refused": "Change to the agreement refused",
    "variation_withdrawn": "Request for a change taken back",
    "year_settled": "Year settled",
    "closing_started": "Closing started",
    "award_terminated": "Ended early",
    "closure_proposed": "Closing figures proposed",
    "closure_declined": "Closing figures not confirmed",
    "award_closed": "Closed",
    "recovery_recorded": "Money paid back",
}
"""What happened, by the stable name of the event."""

CRITERIA_HINTS: Mapping[str, str] = {
    "complete": "Every section is whole, and the years add up to the amount asked for",
    "fits_prospectus": "It names at least one outcome, and its work serves it",
    "not_operational": "Technical policing or healthcare, for instance, is not improvement support",
    "power_fits": "The law of this fund, and what kind of body leads",
    "route_explained": "Yes, too, when councils and their bodies lead the work",
}
"""What each question of the first check looks at."""


def event_words(event: str) -> str:
    """The words of an event; one without words is shown by its name with spaces."""
    return EVENTS.get(event) or event.replace("_", " ").capitalize()
