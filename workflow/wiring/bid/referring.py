"""What only the accounting officer decides: the referral, the Treasury's consent, a minister's direction."""

from workflow.approval import branching, referral, standing, steps
from workflow.approval import rules as approval
from workflow.approval.terms import StepKind
from workflow.bids import rules as bids
from workflow.cases.registry import Effect, Notice
from workflow.engine import Action, DeadlineRule, State
from workflow.wiring import audiences as who
from workflow.wiring import deciders

REFERRED = State(
    "referred",
    "With the accounting officer",
    owner="accounting_officer",
    outside_label="With the department for a decision",
    deadline=DeadlineRule("accounting_officer", escalates_only=True),
    waits_for=referral.waits_for_accounting_officer,
)
DIRECTION_SOUGHT = State(
    "direction_sought",
    "Minister’s direction sought",
    owner="accounting_officer",
    outside_label="With the department for a decision",
    deadline=DeadlineRule("direction", escalates_only=True),
)

JUDGES = (
    approval.separated_from("submit", "appraise", "approve"),
    approval.no_conflict,
    branching.not_barred,
)

ACTIONS = (
    Action(
        "refer",
        "Refer it to the accounting officer",
        sources=("deciding",),
        targets=("referred",),
        roles=("approver",),
        event="bid_referred",
        guards=(approval.separated_from("submit", "appraise"), approval.no_conflict, branching.not_barred),
        form="refer",
        reason_required=True,
        effects=("record_referral",),
        notices=("bid_referred", "nobody_left"),
        optional=True,
    ),
    Action(
        "record_consent",
        "Record the Treasury’s consent",
        sources=("referred",),
        targets=("referred",),
        roles=("finance_officer",),
        event="consent_recorded",
        guards=(referral.consent_is_needed, approval.no_conflict, referral.letter_is_dated),
        form="record_consent",
        effects=("record_consent",),
        notices=("consent_recorded",),
        optional=True,
    ),
    Action(
        "approve_referred",
        "Approve this bid",
        sources=("referred",),
        targets=("approved",),
        roles=("accounting_officer",),
        event="bid_approved",
        guards=(
            referral.consent_recorded,
            branching.no_rejection_waits,
            *JUDGES,
            standing.power_still_fits,
            approval.version_is_assessed,
            approval.money_is_set_aside,
            approval.declares_no_conflict,
        ),
        form="approve_referred",
        reason_required=True,
        effects=("approve_alone",),
        money=("commit_money",),
        notices=("approval_given", "decision_told"),
        duty="approve",
    ),
    Action(
        "seek_direction",
        "Seek a minister’s direction",
        sources=("referred",),
        targets=("direction_sought",),
        roles=("accounting_officer",),
        event="direction_sought",
        guards=(*JUDGES, referral.objection_stated),
        form="seek_direction",
        effects=("seek_direction",),
        notices=("direction_sought",),
        optional=True,
    ),
    Action(
        "record_direction",
        "Record the minister’s direction",
        sources=("direction_sought",),
        targets=("approved",),
        roles=("accounting_officer",),
        event="direction_recorded",
        guards=(
            *JUDGES,
            standing.power_still_fits,
            approval.version_is_assessed,
            approval.money_is_set_aside,
            referral.letter_is_dated,
            referral.copied_to_both,
        ),
        form="record_direction",
        effects=("record_direction",),
        money=("commit_money",),
        notices=("direction_recorded", "decision_told"),
        duty="approve",
    ),
    Action(
        "give_up_direction",
        "Reject it: no direction came",
        sources=("direction_sought",),
        targets=("rejected",),
        roles=("accounting_officer",),
        event="bid_rejected",
        guards=(*JUDGES, bids.money_can_go_back),
        form="give_up_direction",
        reason_required=True,
        effects=("record_rejection",),
        money=("release_all",),
        notices=("bid_rejected", "decision_told"),
        duty="reject",
        optional=True,
    ),
)

EFFECTS: dict[str, Effect] = {
    "record_referral": steps.step(StepKind.REFERRED),
    "record_consent": steps.record_consent,
    "approve_alone": steps.approve_alone,
    "seek_direction": steps.seek_direction,
    "record_direction": steps.record_direction,
}

NOTICES: dict[str, Notice] = {
    "bid_referred": Notice("bid_referred", deciders.in_state("referred", deciders.REFERRED_TO)),
    "consent_recorded": Notice("consent_recorded", deciders.ACCOUNTING_OFFICERS_LEFT),
    "direction_sought": Notice("direction_sought", who.RESPONSIBLE | who.FINANCE),
    "direction_recorded": Notice("direction_recorded", who.FINANCE | who.RESPONSIBLE),
}
