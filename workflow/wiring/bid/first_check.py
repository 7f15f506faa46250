"""From the first word to the end of the first check: the states and actions, and the effects, mail and dates that they name."""

from workflow.bids import effects as bid_effects
from workflow.bids import queries as bids_queries
from workflow.bids import rules as bids
from workflow.cases.registry import DeadlineNotice, DueOn, Effect, Notice
from workflow.engine import SYSTEM, Action, DeadlineRule, State
from workflow.wiring import audiences as who

STATES = (
    State(
        "draft",
        "Draft",
        owner="signatory",
        outside_label="Draft",
        initial=True,
        deadline=DeadlineRule("round_close"),
        breach_action="lapse_draft",
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
)

ACTIONS = (
    Action(
        "submit",
        "Sign and send the bid",
        sources=("draft",),
        targets=("submitted",),
        roles=("signatory",),
        event="bid_submitted",
        guards=(
            bids.round_is_open,
            bids.sections_are_complete,
            bids.amount_fits_the_round,
            bids.power_fits_recipient,
        ),
        form="submit",
        effects=("take_snapshot",),
        notices=("bid_received", "bid_to_check"),
        duty="submit",
    ),
    Action(
        "take_case",
        "Take this bid for its first check",
        sources=("submitted",),
        targets=("screening",),
        roles=("case_officer",),
        event="case_taken",
        guards=(bids.not_of_proposer,),
        form="take_case",
        duty="screen",
    ),
    Action(
        "pass_first_check",
        "Pass the first check",
        sources=("screening",),
        targets=("screening",),
        roles=("case_officer",),
        event="first_check_passed",
        guards=(bids.not_of_proposer, bids.criteria_answered),
        form="pass_first_check",
        effects=("record_first_check",),
        duty="screen",
    ),
    Action(
        "lapse_draft",
        "End a draft whose round has closed",
        sources=("draft",),
        targets=("lapsed",),
        roles=(SYSTEM,),
        event="bid_lapsed",
        guards=(bids.round_is_over,),
        notices=("bid_lapsed",),
    ),
)

EFFECTS: dict[str, Effect] = {
    "take_snapshot": bid_effects.take_snapshot,
    "record_first_check": bid_effects.record_first_check,
}

MONEY_EFFECTS: dict[str, Effect] = {}

NOTICES: dict[str, Notice] = {
    "bid_received": Notice("bid_received", who.LEAD_BODY),
    "bid_to_check": Notice("bid_to_check", who.CASE_OFFICERS),
    "bid_lapsed": Notice("bid_lapsed", who.LEAD_BODY),
}

DEADLINE_NOTICES: dict[str, DeadlineNotice] = {
    "round_close": DeadlineNotice("deadline_reminder", who.LEAD_BODY, escalate_to=who.ESCALATE_TO),
    "screening": DeadlineNotice("deadline_reminder", who.CASE_OFFICERS, escalate_to=who.ESCALATE_TO),
}

DUE_ON: dict[str, DueOn] = {"round_close": bids_queries.round_closes_on}
