"""Changes to the agreement. Each leaves the award where it stands."""

from workflow.approval import linked_facts
from workflow.approval import rules as approval
from workflow.cases.registry import AlsoLocked
from workflow.engine import Action
from workflow.monitoring.branches import change_rules as changes

ACTIONS = (
    Action(
        "ask_variation",
        "Ask for a change to the agreement",
        sources=("active",),
        targets=("active",),
        roles=("signatory",),
        event="variation_asked",
        guards=(
            changes.no_change_waits,
            changes.change_changes_something,
            changes.change_leaves_what_happened,
        ),
        form="ask_variation",
        reason_required=True,
        effects=("ask_change",),
        notices=("variation_to_decide",),
        optional=True,
    ),
    Action(
        "agree_variation",
        "Agree to the change",
        sources=("active",),
        targets=("active",),
        roles=("approver",),
        event="variation_agreed",
        guards=(
            approval.no_conflict,
            approval.separated_from("submit", "appraise", "check", "pay"),
            changes.change_waits,
            changes.change_within_limit,
            changes.not_agreed_before,
            changes.difference_is_available,
        ),
        form="agree_variation",
        effects=("agree_change",),
        money=("move_the_difference",),
        notices=("variation_agreed",),
        duty="approve",
        restarts_deadline=True,
    ),
    Action(
        "refuse_variation",
        "Refuse the change",
        sources=("active",),
        targets=("active",),
        roles=("approver",),
        event="variation_refused",
        guards=(approval.no_conflict, changes.change_waits),
        form="refuse_variation",
        reason_required=True,
        effects=("refuse_change",),
        notices=("variation_refused",),
    ),
    Action(
        "withdraw_variation",
        "Take back the request for a change",
        sources=("active",),
        targets=("active",),
        roles=("signatory",),
        event="variation_withdrawn",
        guards=(changes.change_waits,),
        form="withdraw_variation",
        reason_required=True,
        effects=("withdraw_change",),
        notices=("variation_withdrawn",),
        optional=True,
    ),
)

ALSO_LOCKED: dict[str, AlsoLocked] = {"agree_variation": linked_facts.linked_ids}
"""More money is promised on the total with linked bids, as in a decision. Source: domain, section 5, limits."""
