"""Assessment and decision: the states and actions, and the effects, mail and dates that they name."""

from workflow.approval import effects as approval_effects
from workflow.approval import rules as approval
from workflow.cases.registry import DeadlineNotice, DueOn, Effect, Notice
from workflow.engine import Action, DeadlineRule, State
from workflow.wiring import audiences as who

STATES = (
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
)

ACTIONS = (
    Action(
        "recommend",
        "Recommend, and set the money aside",
        sources=("appraisal",),
        targets=("deciding",),
        roles=("assessor",),
        event="bid_recommended",
        guards=(
            approval.no_conflict,
            approval.separated_from("submit"),
            approval.tests_answered,
            approval.amounts_fit_the_request,
            approval.money_is_available,
        ),
        form="recommend",
        effects=("record_appraisal",),
        money=("reserve_money",),
        notices=("bid_to_decide",),
        duty="appraise",
    ),
    Action(
        "approve",
        "Approve this bid",
        sources=("deciding",),
        targets=("deciding", "approved"),
        roles=("approver",),
        event="bid_approved",
        guards=(
            approval.separated_from("submit", "appraise", "approve"),
            approval.no_conflict,
            approval.within_limit,
            approval.version_is_assessed,
            approval.money_is_set_aside,
            approval.declares_no_conflict,
        ),
        form="approve",
        reason_required=True,
        effects=("record_vote",),
        money=("commit_money",),
        notices=("approval_given",),
        duty="approve",
        decide=approval.outcome_of_votes,
    ),
)

EFFECTS: dict[str, Effect] = {
    "record_appraisal": approval_effects.record_appraisal,
    "record_vote": approval_effects.record_vote,
}

MONEY_EFFECTS: dict[str, Effect] = {
    "reserve_money": approval_effects.reserve_money,
    "commit_money": approval_effects.commit_money,
}

NOTICES: dict[str, Notice] = {
    "bid_to_assess": Notice("bid_to_assess", who.ASSESSORS),
    "bid_to_decide": Notice("bid_to_decide", who.APPROVERS_LEFT),
    "approval_given": Notice("approval_given", who.APPROVERS | who.FINANCE),
}

DEADLINE_NOTICES: dict[str, DeadlineNotice] = {
    "appraisal": DeadlineNotice("deadline_reminder", who.ASSESSORS, escalate_to=who.ESCALATE_TO),
    "first_approval": DeadlineNotice("deadline_reminder", who.APPROVERS_LEFT, escalate_to=who.ESCALATE_TO),
}

DUE_ON: dict[str, DueOn] = {}
