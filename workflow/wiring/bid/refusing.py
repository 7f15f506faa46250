"""Rejecting a bid by one person or two, on the assessor's advice, and the appeal against it."""

from workflow.approval import branching, steps
from workflow.approval import rules as approval
from workflow.approval.terms import StepKind
from workflow.bids import rules as bids
from workflow.cases.registry import DeadlineNotice, Effect, Notice
from workflow.engine import NOBODY, Action, DeadlineRule, State
from workflow.wiring import audiences as who
from workflow.wiring import deciders

REJECTED = State(
    "rejected",
    "Not approved",
    owner=NOBODY,
    outside_label="Not funded",
    final=True,
    deadline=DeadlineRule("appeal", escalates_only=True),
)

DECIDERS = ("approver", "accounting_officer")
OPEN = ("deciding", "referred")
"""The states in which a decision is awaited."""

ACTIONS = (
    Action(
        "advise_rejection",
        "Advise to reject it",
        sources=("appraisal",),
        targets=("appraisal",),
        roles=("assessor",),
        event="rejection_advised",
        guards=(
            approval.no_conflict,
            approval.separated_from("submit", "approve", "propose_rejection", "reject"),
            branching.not_barred,
        ),
        form="advise_rejection",
        reason_required=True,
        effects=("record_advice",),
        notices=("rejection_advised",),
        duty="appraise",
        optional=True,
    ),
    Action(
        "reject_on_advice",
        "Reject it, as the assessor advises",
        sources=("appraisal",),
        targets=("rejected",),
        roles=("approver",),
        event="bid_rejected",
        guards=(
            branching.rejection_advised,
            approval.separated_from("submit", "appraise", "approve"),
            approval.no_conflict,
            branching.not_barred,
        ),
        form="reject_on_advice",
        reason_required=True,
        effects=("record_rejection",),
        notices=("bid_rejected", "decision_told"),
        duty="reject",
    ),
    Action(
        "reject",
        "Reject this bid",
        sources=OPEN,
        targets=("rejected",),
        roles=DECIDERS,
        event="bid_rejected",
        guards=(
            branching.one_person_rejects,
            approval.separated_from("submit", "appraise", "approve"),
            approval.no_conflict,
            branching.not_barred,
            bids.money_can_go_back,
        ),
        form="reject",
        reason_required=True,
        effects=("record_rejection",),
        money=("release_all",),
        notices=("bid_rejected", "decision_told"),
        duty="reject",
        optional=True,
    ),
    Action(
        "propose_rejection",
        "Propose to reject this bid",
        sources=OPEN,
        targets=OPEN,
        roles=DECIDERS,
        event="rejection_proposed",
        guards=(
            branching.two_people_reject,
            branching.no_rejection_waits,
            approval.separated_from("submit", "appraise", "approve"),
            approval.no_conflict,
            branching.not_barred,
        ),
        form="propose_rejection",
        reason_required=True,
        effects=("record_proposal",),
        notices=("rejection_to_confirm",),
        duty="propose_rejection",
        decide=branching.where_it_stands,
        optional=True,
    ),
    Action(
        "confirm_rejection",
        "Confirm the rejection",
        sources=OPEN,
        targets=("rejected",),
        roles=DECIDERS,
        event="bid_rejected",
        guards=(
            branching.rejection_waits,
            approval.separated_from("submit", "appraise", "approve", "propose_rejection"),
            approval.no_conflict,
            branching.not_barred,
            bids.money_can_go_back,
        ),
        form="confirm_rejection",
        effects=("confirm_rejection",),
        money=("release_all",),
        notices=("bid_rejected", "decision_told"),
        duty="reject",
    ),
    Action(
        "decline_rejection",
        "Decline the rejection",
        sources=OPEN,
        targets=OPEN,
        roles=DECIDERS,
        event="rejection_declined",
        guards=(
            branching.rejection_waits,
            approval.separated_from("submit", "appraise", "propose_rejection"),
            approval.no_conflict,
            branching.not_barred,
        ),
        form="decline_rejection",
        reason_required=True,
        effects=("record_decline",),
        notices=("rejection_declined",),
        decide=branching.where_it_stands,
        optional=True,
    ),
    Action(
        "ask_appeal",
        "Ask for another look at the decision",
        sources=("rejected",),
        targets=("rejected",),
        roles=("signatory",),
        event="appeal_asked",
        guards=(branching.appeal_in_time,),
        form="ask_appeal",
        reason_required=True,
        effects=("record_appeal",),
        notices=("appeal_asked",),
        optional=True,
    ),
    Action(
        "accept_appeal",
        "Have it judged again by others",
        sources=("rejected",),
        targets=("appraisal",),
        roles=("accounting_officer",),
        event="appeal_accepted",
        guards=(branching.appeal_waits, approval.no_conflict),
        form="accept_appeal",
        reason_required=True,
        effects=("accept_appeal",),
        notices=("appeal_accepted", "bid_to_assess"),
        reopens_within="appeal",
    ),
    Action(
        "refuse_appeal",
        "Keep the decision",
        sources=("rejected",),
        targets=("rejected",),
        roles=("accounting_officer", "senior_officer"),
        event="appeal_refused",
        guards=(
            branching.appeal_waits,
            approval.separated_from("appraise", "approve", "propose_rejection", "reject"),
            approval.no_conflict,
        ),
        form="refuse_appeal",
        reason_required=True,
        effects=("refuse_appeal",),
        notices=("appeal_refused",),
        optional=True,
    ),
)

EFFECTS: dict[str, Effect] = {
    "record_advice": steps.step(StepKind.REJECTION_ADVISED),
    "record_rejection": steps.step(StepKind.REJECTED),
    "record_proposal": steps.step(StepKind.REJECTION_PROPOSED),
    "confirm_rejection": steps.confirm_rejection,
    "record_decline": steps.step(StepKind.REJECTION_DECLINED),
    "record_appeal": steps.ask_appeal,
    "accept_appeal": steps.answer_appeal(StepKind.APPEAL_ACCEPTED),
    "refuse_appeal": steps.answer_appeal(StepKind.APPEAL_REFUSED),
}

NOTICES: dict[str, Notice] = {
    "rejection_advised": Notice("rejection_advised", deciders.APPROVERS_LEFT),
    "bid_rejected": Notice("bid_rejected", who.LEAD_BODY, statutory=True),
    "rejection_to_confirm": Notice("rejection_to_confirm", deciders.FOR_REJECTION),
    "rejection_declined": Notice("rejection_declined", who.APPROVERS | deciders.ACCOUNTING_OFFICERS),
    "appeal_asked": Notice("appeal_asked", deciders.ACCOUNTING_OFFICERS | who.RESPONSIBLE),
    "appeal_accepted": Notice("appeal_accepted", who.LEAD_BODY, statutory=True),
    "appeal_refused": Notice("appeal_refused", who.LEAD_BODY, statutory=True),
}

DEADLINE_NOTICES: dict[str, DeadlineNotice] = {
    "appeal_answer": DeadlineNotice(
        "deadline_reminder",
        deciders.ACCOUNTING_OFFICERS | who.RESPONSIBLE,
        escalate_to=deciders.ESCALATE_TO,
    ),
}
