"""The roles and the states of a bid: whose move it is, what outside people read, and which deadline runs."""

from workflow.engine import NOBODY, SYSTEM, DeadlineRule, Role, State

ROLES = (
    Role("drafter", "bid writer"),
    Role("signatory", "signatory of the lead body"),
    Role("case_officer", "case officer"),
    Role("assessor", "assessor"),
    Role("approver", "approver"),
    Role("finance_officer", "finance officer"),
    Role("grant_manager", "grant manager"),
    Role("payment_authoriser", "payment authoriser"),
    Role("senior_officer", "person responsible"),
)

STATES = (
    State(
        "draft",
        "Draft",
        owner="signatory",
        outside_label="Draft",
        initial=True,
        deadline=DeadlineRule("round_close", escalates_only=True),
    ),
    State(
        "submitted",
        "Submitted",
        owner="case_officer",
        outside_label="Sent",
        deadline=DeadlineRule("screening", escalates_only=True),
    ),
    State(
        "screening",
        "Being checked",
        owner="case_officer",
        outside_label="First check",
        deadline=DeadlineRule("screening", escalates_only=True),
    ),
    State(
        "consulting",
        "Councils are asked",
        owner=SYSTEM,
        outside_label="Councils are being asked",
        deadline=DeadlineRule("consultation_close"),
        breach_action="close_consultation",
    ),
    State(
        "responding",
        "Answering councils",
        owner="signatory",
        outside_label="Answering councils",
        deadline=DeadlineRule("sector_response", escalates_only=True),
    ),
    State(
        "appraisal",
        "Being assessed",
        owner="assessor",
        outside_label="With the department",
        deadline=DeadlineRule("appraisal", escalates_only=True),
    ),
    State(
        "deciding",
        "Awaiting decision",
        owner="approver",
        outside_label="With the department for a decision",
        deadline=DeadlineRule("first_approval", escalates_only=True),
    ),
    State(
        "approved",
        "Approved, to be offered",
        owner="finance_officer",
        outside_label="Approved, the offer follows",
        waiver="The offer follows the decision within the finance officer's own timetable; no rule sets its days.",
    ),
    State(
        "offered",
        "Offered",
        owner="signatory",
        outside_label="Offered, to be accepted",
        deadline=DeadlineRule("acceptance", escalates_only=True),
    ),
    State(
        "active",
        "Running",
        owner="grant_manager",
        outside_label="Running",
        deadline=DeadlineRule("award_end", escalates_only=True),
    ),
    State(
        "closing",
        "Closing",
        owner="finance_officer",
        outside_label="Closing",
        deadline=DeadlineRule("closure", escalates_only=True),
    ),
    State("closed", "Closed", owner=NOBODY, outside_label="Closed", final=True),
)
