"""From the first word to the end of the first check: the states and actions, and the effects, mail and dates that they name."""

from workflow.bids import effects as bid_effects
from workflow.bids import queries as bids_queries
from workflow.bids import rules as bids
from workflow.bids.branches import effects as branch_effects
from workflow.bids.branches import rules as branches
from workflow.cases.registry import DeadlineNotice, DueOn, Effect, Notice
from workflow.engine import NOBODY, SYSTEM, Action, DeadlineRule, State
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
    State(
        "returned",
        "Sent back for changes",
        owner="signatory",
        outside_label="Sent back for changes",
        deadline=DeadlineRule("returned_bid"),
        breach_action="lapse_returned",
    ),
    State("ineligible", "Not eligible", owner=NOBODY, outside_label="Not eligible", final=True),
)

LOOK_AGAIN = ("second_officer", "head_of_team")
"""Who may look again at a bid that was found not eligible, when they had no part in it."""

ACTIONS = (
    Action(
        "submit",
        "Sign and send the bid",
        sources=("draft", "returned"),
        targets=("submitted",),
        roles=("signatory",),
        event="bid_submitted",
        guards=(
            bids.round_is_open,
            branches.sent_back_in_time,
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
        guards=(
            bids.not_of_proposer,
            branches.no_finding_waits,
            bids.first_check_not_passed,
            bids.criteria_answered,
        ),
        form="pass_first_check",
        effects=("record_first_check",),
        duty="screen",
    ),
    Action(
        "return_bid",
        "Send this bid back for changes",
        sources=("screening",),
        targets=("returned",),
        roles=("case_officer",),
        event="bid_returned",
        guards=(bids.not_of_proposer, branches.no_finding_waits, branches.defects_named),
        form="return_bid",
        effects=("record_defects",),
        notices=("bid_returned",),
        duty="screen",
    ),
    Action(
        "propose_ineligible",
        "Propose that this bid is not eligible",
        sources=("screening",),
        targets=("screening",),
        roles=("case_officer",),
        event="ineligibility_proposed",
        guards=(bids.not_of_proposer, branches.no_finding_waits, branches.criterion_named),
        form="propose_ineligible",
        reason_required=True,
        effects=("propose_ineligible",),
        notices=("ineligibility_to_check",),
        duty="screen",
    ),
    Action(
        "confirm_ineligible",
        "Confirm that this bid is not eligible",
        sources=("screening",),
        targets=("ineligible",),
        roles=("second_officer",),
        event="ineligibility_confirmed",
        guards=(bids.not_of_proposer, branches.finding_waits, branches.another_officer_than("screen")),
        form="confirm_ineligible",
        effects=("confirm_ineligible",),
        notices=("bid_ineligible", "partner_bid_ended"),
        duty="exclude",
    ),
    Action(
        "decline_ineligible",
        "Say that this bid is eligible",
        sources=("screening",),
        targets=("screening",),
        roles=("second_officer",),
        event="ineligibility_declined",
        guards=(bids.not_of_proposer, branches.finding_waits, branches.another_officer_than("screen")),
        form="decline_ineligible",
        reason_required=True,
        effects=("decline_ineligible",),
        notices=("ineligibility_declined",),
    ),
    Action(
        "ask_review",
        "Ask for this to be looked at again",
        sources=("ineligible",),
        targets=("ineligible",),
        roles=("signatory",),
        event="review_asked",
        guards=(branches.review_may_be_asked,),
        form="ask_review",
        reason_required=True,
        effects=("ask_review",),
        notices=("review_to_decide", "review_received"),
        optional=True,
    ),
    Action(
        "accept_review",
        "Check this bid again",
        sources=("ineligible",),
        targets=("screening",),
        roles=LOOK_AGAIN,
        event="review_accepted",
        guards=(
            bids.not_of_proposer,
            branches.review_waits,
            branches.another_officer_than("screen", "exclude"),
        ),
        form="accept_review",
        reason_required=True,
        effects=("accept_review",),
        notices=("review_accepted",),
        reopens_within="review_request",
        duty="review",
    ),
    Action(
        "refuse_review",
        "Leave this bid not eligible",
        sources=("ineligible",),
        targets=("ineligible",),
        roles=LOOK_AGAIN,
        event="review_refused",
        guards=(
            bids.not_of_proposer,
            branches.review_waits,
            branches.another_officer_than("screen", "exclude"),
        ),
        form="refuse_review",
        reason_required=True,
        effects=("refuse_review",),
        notices=("review_refused",),
        duty="review",
    ),
    Action(
        "lapse_returned",
        "End a bid whose time for changes is over",
        sources=("returned",),
        targets=("lapsed",),
        roles=(SYSTEM,),
        event="bid_lapsed",
        guards=(branches.time_for_changes_is_over,),
        notices=("bid_lapsed", "bid_lapsed_office", "partner_bid_ended"),
    ),
    Action(
        "lapse_draft",
        "End a draft whose round has closed",
        sources=("draft",),
        targets=("lapsed",),
        roles=(SYSTEM,),
        event="bid_lapsed",
        guards=(bids.round_is_over,),
        notices=("bid_lapsed", "partner_bid_ended"),
    ),
)

EFFECTS: dict[str, Effect] = {
    "take_snapshot": bid_effects.take_snapshot,
    "record_first_check": bid_effects.record_first_check,
    "record_defects": branch_effects.record_defects,
    "propose_ineligible": branch_effects.propose_ineligible,
    "confirm_ineligible": branch_effects.confirm_ineligible,
    "decline_ineligible": branch_effects.decline_ineligible,
    "ask_review": branch_effects.ask_review,
    "accept_review": branch_effects.accept_review,
    "refuse_review": branch_effects.refuse_review,
}

MONEY_EFFECTS: dict[str, Effect] = {}

_LOOK_AGAIN = who.without(who.SECOND_OFFICERS | who.TEAM_HEADS, "submit", "screen", "exclude")

NOTICES: dict[str, Notice] = {
    "bid_received": Notice("bid_received", who.LEAD_BODY),
    "bid_to_check": Notice("bid_to_check", who.CASE_OFFICERS),
    "bid_returned": Notice("bid_returned", who.LEAD_BODY),
    "bid_lapsed": Notice("bid_lapsed", who.LEAD_BODY),
    "bid_lapsed_office": Notice("bid_lapsed_office", who.CASE_OFFICERS),
    "ineligibility_to_check": Notice(
        "ineligibility_to_check", who.without(who.SECOND_OFFICERS, "submit", "screen")
    ),
    "ineligibility_declined": Notice("ineligibility_declined", who.CASE_OFFICERS),
    "bid_ineligible": Notice("bid_ineligible", who.LEAD_BODY),
    "review_to_decide": Notice("review_to_decide", _LOOK_AGAIN),
    "review_received": Notice("review_received", who.LEAD_BODY),
    "review_accepted": Notice("review_accepted", who.LEAD_BODY | who.CASE_OFFICERS),
    "review_refused": Notice("review_refused", who.LEAD_BODY),
}

DEADLINE_NOTICES: dict[str, DeadlineNotice] = {
    "round_close": DeadlineNotice("deadline_reminder", who.LEAD_BODY, escalate_to=who.ESCALATE_TO),
    "screening": DeadlineNotice("deadline_reminder", who.CASE_OFFICERS, escalate_to=who.ESCALATE_TO),
    "returned_bid": DeadlineNotice("deadline_reminder", who.LEAD_BODY, escalate_to=who.ESCALATE_TO),
    "review_answer": DeadlineNotice("deadline_reminder", _LOOK_AGAIN, escalate_to=who.ESCALATE_TO),
    # It reminds of nothing: a right to ask is not a duty.
    "review_request": DeadlineNotice("deadline_reminder", who.LEAD_BODY, escalate_to=who.ESCALATE_TO),
}

DUE_ON: dict[str, DueOn] = {"round_close": bids_queries.round_closes_on}
