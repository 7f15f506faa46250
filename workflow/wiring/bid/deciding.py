"""Assessment and decision: the states and actions, and the effects, mail and dates that they name."""

from datetime import date
from typing import Any

from workflow.approval import branching, referral, standing, steps
from workflow.approval import effects as approval_effects
from workflow.approval import rules as approval
from workflow.approval.terms import StepKind
from workflow.bids import rules as bids
from workflow.cases.registry import DeadlineNotice, DueOn, Effect, Notice
from workflow.engine import SYSTEM, Action, DeadlineRule, State
from workflow.wiring import audiences as who
from workflow.wiring import deciders
from workflow.wiring.bid import referring, refusing

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
        waits_for=branching.waits_for_approver,
    ),
    State(
        "deferred",
        "Decision put off",
        owner="approver",
        outside_label="With the department for a decision",
        deadline=DeadlineRule("deferral"),
        breach_action="resume",
    ),
    referring.REFERRED,
    referring.DIRECTION_SOUGHT,
    refusing.REJECTED,
)

_OPEN = refusing.OPEN
_DECIDERS = refusing.DECIDERS
_UNTOUCHED = (approval.separated_from("submit", "appraise"), approval.no_conflict, branching.not_barred)
"""Who moves a decision without taking it had no part in the bid's assessment, and has no connection to it."""

ACTIONS = (
    Action(
        "recommend",
        "Recommend, and set the money aside",
        sources=("appraisal",),
        targets=("deciding", "referred"),
        roles=("assessor",),
        event="bid_recommended",
        guards=(
            approval.no_conflict,
            approval.separated_from("submit", "approve", "propose_rejection", "reject"),
            branching.not_barred,
            bids.power_fits_recipient,
            approval.tests_answered,
            referral.marks_explained,
            approval.amounts_fit_the_request,
            approval.money_is_available,
        ),
        form="recommend",
        effects=("record_appraisal",),
        money=("reserve_money",),
        notices=("bid_to_decide", "bid_referred", "nobody_left"),
        duty="appraise",
        decide=branching.where_to_decide,
    ),
    Action(
        "approve",
        "Approve this bid",
        sources=("deciding",),
        targets=("deciding", "approved"),
        roles=("approver",),
        event="bid_approved",
        guards=(
            referral.not_marked,
            branching.no_rejection_waits,
            approval.separated_from("submit", "appraise", "approve"),
            approval.no_conflict,
            branching.not_barred,
            approval.within_limit,
            standing.power_still_fits,
            approval.version_is_assessed,
            approval.money_is_set_aside,
            approval.declares_no_conflict,
        ),
        form="approve",
        reason_required=True,
        effects=("record_vote",),
        money=("commit_money",),
        notices=("approval_given", "nobody_left", "decision_told"),
        duty="approve",
        decide=approval.outcome_of_votes,
        # Whoever approves next has days of their own from this vote. Source: domain, section 6.
        restarts_deadline=True,
        restarts_with=DeadlineRule("second_approval", escalates_only=True),
    ),
    Action(
        "send_back",
        "Send it back to be assessed again",
        # A year can also end while a direction is sought; its money cannot be promised then. Source: decision 0011.
        # What was approved goes back only when its money cannot be offered any more.
        sources=(*_OPEN, "direction_sought", "approved"),
        targets=("appraisal",),
        roles=_DECIDERS,
        event="bid_sent_back",
        guards=(standing.approval_can_go_back, *_UNTOUCHED, bids.money_can_go_back),
        form="send_back",
        reason_required=True,
        effects=("record_sending_back", "say_what_was_released"),
        money=("release_all",),
        notices=("bid_sent_back",),
        optional=True,
    ),
    Action(
        "defer",
        "Put the decision off",
        sources=_OPEN,
        targets=("deferred",),
        roles=_DECIDERS,
        event="decision_deferred",
        guards=(*_UNTOUCHED, branching.put_off_within_the_year),
        form="defer",
        reason_required=True,
        effects=("record_deferral",),
        notices=("decision_put_off",),
        optional=True,
    ),
    Action(
        "resume",
        "Take the decision up again",
        sources=("deferred",),
        targets=_OPEN,
        roles=(*_DECIDERS, SYSTEM),
        event="decision_resumed",
        guards=_UNTOUCHED,
        form="resume",
        effects=("record_resumption",),
        notices=("bid_to_decide", "bid_referred", "nobody_left"),
        decide=branching.where_it_was,
        optional=True,
    ),
    Action(
        "declare_conflict",
        "Take back my approval: I have a connection",
        sources=_OPEN,
        targets=_OPEN,
        roles=("approver",),
        event="conflict_declared",
        guards=(branching.voted,),
        form="declare_conflict",
        reason_required=True,
        effects=("void_own_vote",),
        notices=("conflict_declared", "nobody_left"),
        decide=branching.where_it_stands,
        optional=True,
    ),
    *referring.ACTIONS,
    *refusing.ACTIONS,
)

EFFECTS: dict[str, Effect] = {
    "record_appraisal": approval_effects.record_appraisal,
    "record_vote": approval_effects.record_vote,
    "record_sending_back": steps.step(StepKind.SENT_BACK),
    "record_deferral": steps.step(StepKind.DEFERRED),
    "record_resumption": steps.step(StepKind.RESUMED),
    "void_own_vote": steps.void_own_vote,
    **referring.EFFECTS,
    **refusing.EFFECTS,
}

MONEY_EFFECTS: dict[str, Effect] = {
    "reserve_money": approval_effects.reserve_money,
    "commit_money": approval_effects.commit_money,
}

NOTICES: dict[str, Notice] = {
    "bid_to_assess": Notice("bid_to_assess", deciders.ASSESSORS_LEFT),
    "bid_to_decide": Notice(
        "bid_to_decide", deciders.in_state("deciding", deciders.able(deciders.APPROVERS_LEFT))
    ),
    "approval_given": Notice("approval_given", who.APPROVERS | who.FINANCE),
    "nobody_left": Notice("nobody_left", deciders.if_nobody_is_left),
    "bid_sent_back": Notice("bid_sent_back", deciders.ASSESSORS_LEFT),
    "decision_put_off": Notice("decision_put_off", who.APPROVERS | deciders.ACCOUNTING_OFFICERS),
    "conflict_declared": Notice("conflict_declared", deciders.in_state("deciding", deciders.APPROVERS_LEFT)),
    **referring.NOTICES,
    **refusing.NOTICES,
}

_DECISION = DeadlineNotice("deadline_reminder", deciders.APPROVERS_LEFT, escalate_to=who.ESCALATE_TO)

DEADLINE_NOTICES: dict[str, DeadlineNotice] = {
    "appraisal": DeadlineNotice("deadline_reminder", deciders.ASSESSORS_LEFT, escalate_to=who.ESCALATE_TO),
    "first_approval": _DECISION,
    "second_approval": _DECISION,
    "deferral": _DECISION,
    "accounting_officer": DeadlineNotice(
        "deadline_reminder", deciders.ACCOUNTING_OFFICERS_LEFT, escalate_to=deciders.ESCALATE_TO
    ),
    "direction": DeadlineNotice(
        "deadline_reminder", deciders.ACCOUNTING_OFFICERS_LEFT, escalate_to=deciders.ESCALATE_TO
    ),
    "question": DeadlineNotice(
        "deadline_reminder", deciders.WHO_OWES_AN_ANSWER, escalate_to={"asker": deciders.WHO_ASKED}
    ),
    "appeal": DeadlineNotice("deadline_reminder", who.SIGNATORIES, escalate_to=who.ESCALATE_TO),
    **refusing.DEADLINE_NOTICES,
}


def _put_off_until(*_: object, data: Any, **__: object) -> date:
    until: date = data["until_on"]
    return until


DUE_ON: dict[str, DueOn] = {"deferral": _put_off_until}
