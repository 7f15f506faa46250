"""The offer, the running award and its end: the states and actions, and the effects, mail and dates that they name."""

from workflow.approval import rules as approval
from workflow.cases.registry import DeadlineNotice, DueOn, Effect, Notice
from workflow.engine import NOBODY, Action, DeadlineRule, State
from workflow.monitoring import effects as monitoring_effects
from workflow.monitoring import queries as monitoring_queries
from workflow.monitoring import rules as monitoring
from workflow.wiring import audiences as who

STATES = (
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

ACTIONS = (
    Action(
        "offer",
        "Make the offer",
        sources=("approved",),
        targets=("offered",),
        roles=("finance_officer",),
        event="offer_made",
        guards=(approval.no_conflict, monitoring.award_adds_up),
        form="offer",
        effects=("make_award",),
        notices=("offer_made",),
        duty="offer",
    ),
    Action(
        "accept_offer",
        "Accept the offer",
        sources=("offered",),
        targets=("active",),
        roles=("signatory",),
        event="offer_accepted",
        form="accept_offer",
        effects=("accept_award",),
        notices=("offer_accepted",),
    ),
    Action(
        "make_claim",
        "Request a payment",
        sources=("active",),
        targets=("active",),
        roles=("drafter", "signatory"),
        event="claim_made",
        guards=(monitoring.claim_fits_award,),
        form="make_claim",
        effects=("record_claim",),
        notices=("claim_to_check",),
        optional=True,
    ),
    Action(
        "check_claim",
        "Check a payment request",
        sources=("active",),
        targets=("active",),
        roles=("grant_manager",),
        event="claim_checked",
        guards=(approval.no_conflict, monitoring.claim_waits_for_check, monitoring.check_fits_claim),
        form="check_claim",
        effects=("check_claim",),
        notices=("claim_to_pay",),
        duty="check",
    ),
    Action(
        "pay_claim",
        "Pay a payment request",
        sources=("active",),
        targets=("active",),
        roles=("payment_authoriser",),
        event="claim_paid",
        guards=(
            approval.no_conflict,
            approval.separated_from("submit", "appraise", "approve", "check"),
            monitoring.claim_waits_for_payment,
        ),
        form="pay_claim",
        effects=("record_payment",),
        money=("pay_money",),
        notices=("claim_paid",),
        duty="pay",
    ),
    Action(
        "start_closing",
        "Start closing the award",
        sources=("active",),
        targets=("closing",),
        roles=("senior_officer",),
        event="closing_started",
        guards=(approval.no_conflict, monitoring.no_claim_under_way),
        form="start_closing",
        reason_required=True,
        notices=("closing_started",),
        optional=True,
    ),
    Action(
        "propose_closure",
        "Propose the final figures",
        sources=("closing",),
        targets=("closing",),
        roles=("finance_officer",),
        event="closure_proposed",
        guards=(approval.no_conflict, monitoring.no_closure_proposed),
        form="propose_closure",
        effects=("propose_closure",),
        notices=("closure_to_confirm",),
        duty="propose_closure",
    ),
    Action(
        "confirm_closure",
        "Confirm and close",
        sources=("closing",),
        targets=("closed",),
        roles=("senior_officer",),
        event="award_closed",
        guards=(
            approval.no_conflict,
            approval.separated_from("propose_closure"),
            monitoring.closure_is_proposed,
            monitoring.money_closes,
        ),
        form="confirm_closure",
        effects=("confirm_closure",),
        money=("release_unspent",),
        notices=("award_closed",),
    ),
)

EFFECTS: dict[str, Effect] = {
    "make_award": monitoring_effects.make_award,
    "accept_award": monitoring_effects.accept_award,
    "record_claim": monitoring_effects.record_claim,
    "check_claim": monitoring_effects.check_claim,
    "record_payment": monitoring_effects.record_payment,
    "propose_closure": monitoring_effects.propose_closure,
    "confirm_closure": monitoring_effects.confirm_closure,
}

MONEY_EFFECTS: dict[str, Effect] = {
    "pay_money": monitoring_effects.pay_money,
    "release_unspent": monitoring_effects.release_unspent,
}

NOTICES: dict[str, Notice] = {
    "offer_made": Notice("offer_made", who.SIGNATORIES, statutory=True),
    "offer_accepted": Notice("offer_accepted", who.FINANCE | who.GRANT_MANAGERS),
    "claim_to_check": Notice("claim_to_check", who.GRANT_MANAGERS),
    "claim_to_pay": Notice("claim_to_pay", who.AUTHORISERS),
    "claim_paid": Notice("claim_paid", who.LEAD_BODY, statutory=True),
    "closing_started": Notice("closing_started", who.LEAD_BODY | who.FINANCE),
    "closure_to_confirm": Notice("closure_to_confirm", who.RESPONSIBLE),
    "award_closed": Notice("award_closed", who.LEAD_BODY, statutory=True),
}

DEADLINE_NOTICES: dict[str, DeadlineNotice] = {
    "acceptance": DeadlineNotice("deadline_reminder", who.SIGNATORIES, escalate_to=who.ESCALATE_TO),
    "award_end": DeadlineNotice("deadline_reminder", who.GRANT_MANAGERS, escalate_to=who.ESCALATE_TO),
    "closure": DeadlineNotice("deadline_reminder", who.FINANCE, escalate_to=who.ESCALATE_TO),
}

DUE_ON: dict[str, DueOn] = {"award_end": monitoring_queries.award_ends_on}
