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
    "submitted": "blue",
    "screening": "blue",
    "consulting": "purple",
    "responding": "orange",
    "appraisal": "blue",
    "deciding": "yellow",
    "approved": "green",
    "offered": "orange",
    "active": "green",
    "closing": "blue",
    "closed": "grey",
    "lapsed": "red",
    "withdrawn": "grey",
}
"""The colour of each state says whose move it is: blue the department, purple councils, orange the lead body."""

STAGES: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("Sent", ("submitted",)),
    ("First check", ("screening",)),
    ("Councils asked", ("consulting",)),
    ("Answers to councils", ("responding",)),
    ("Assessment", ("appraisal",)),
    ("Decision", ("deciding", "approved")),
    ("Offer", ("offered",)),
    ("Running", ("active",)),
    ("Closed", ("closing", "closed")),
)
"""The strip of stages as the department reads it: each with its states, in order."""

OUTSIDE_STAGES: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("Sent", ("submitted",)),
    ("First check", ("screening",)),
    ("Councils asked", ("consulting",)),
    ("Answers to councils", ("responding",)),
    ("With the department", ("appraisal", "deciding", "approved")),
    ("Offer", ("offered",)),
    ("Running", ("active",)),
    ("Closed", ("closing", "closed")),
)
"""The same for people outside, who are not shown an internal stage."""

EVENTS: Mapping[str, str] = {
    "bid_opened": "Bid started",
    "bid_submitted": "Signed and sent",
    "case_taken": "Taken for the first check",
    "first_check_passed": "First check passed",
    "consultation_opened": "Councils asked",
    "consultation_closed": "Time for answers over",
    "response_sent": "Lead body said what it did about the answers",
    "response_accepted": "Answers to councils accepted",
    "bid_recommended": "Recommended, money set aside",
    "bid_approved": "Approval given",
    "offer_made": "Offer made",
    "offer_accepted": "Offer accepted",
    "claim_made": "Payment requested",
    "claim_checked": "Payment request checked",
    "claim_paid": "Payment made",
    "closing_started": "Closing started",
    "closure_proposed": "Closing figures proposed",
    "award_closed": "Closed",
    "bid_lapsed": "Ran out of time",
    "bid_withdrawn": "Withdrawn",
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
