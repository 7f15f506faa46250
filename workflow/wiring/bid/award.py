"""The offer, the running award and its end: the states and actions, and the effects, mail and dates that they name."""

from workflow.cases.registry import DeadlineNotice, DueOn, Effect, Notice
from workflow.engine import NOBODY, DeadlineRule, State
from workflow.monitoring import effects as monitoring_effects
from workflow.monitoring import queries as monitoring_queries
from workflow.monitoring.branches import change_effects, duties
from workflow.monitoring.branches import effects as branch_effects
from workflow.monitoring.branches.models import AwardStepKind, ChangeStatus
from workflow.wiring import audiences as who
from workflow.wiring.bid.awards import changing, ending, offering, running
from workflow.wiring.bid.news import support_told

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
        deadline=DeadlineRule("acceptance"),
        breach_action="lapse_offer",
    ),
    State("declined", "Offer declined", owner=NOBODY, outside_label="Offer declined", final=True),
    State(
        "active",
        "Running",
        owner="grant_manager",
        outside_label="Running",
        deadline=DeadlineRule("award_end"),
        breach_action="end_award",
    ),
    State(
        "suspended",
        "Paused",
        owner="approver",
        outside_label="Paused, no payments",
        deadline=DeadlineRule("award_end"),
        breach_action="end_award",
    ),
    State(
        "closing",
        "Closing",
        owner="finance_officer",
        outside_label="Closing",
        deadline=DeadlineRule("closure", escalates_only=True),
    ),
    State(
        "terminated",
        "Ended early",
        owner="finance_officer",
        outside_label="Ended early",
        deadline=DeadlineRule("termination", escalates_only=True),
    ),
    State("closed", "Closed", owner=NOBODY, outside_label="Closed", final=True),
)

ACTIONS = (*offering.ACTIONS, *running.ACTIONS, *changing.ACTIONS, *ending.ACTIONS)

EFFECTS: dict[str, Effect] = {
    "make_award": monitoring_effects.make_award,
    "accept_award": monitoring_effects.accept_award,
    "record_claim": monitoring_effects.record_claim,
    "check_claim": monitoring_effects.check_claim,
    "record_payment": monitoring_effects.record_payment,
    "propose_closure": monitoring_effects.propose_closure,
    "confirm_closure": monitoring_effects.confirm_closure,
    "decline_closure": monitoring_effects.decline_closure,
    "offer_declined": branch_effects.award_step(AwardStepKind.DECLINED),
    "payments_paused": branch_effects.award_step(AwardStepKind.SUSPENDED),
    "payments_go_on": branch_effects.award_step(AwardStepKind.LIFTED),
    "send_report": duties.send_report,
    "drop_change": duties.drop_change,
    "settle_year": branch_effects.settle_year,
    "terminate": branch_effects.terminate,
    "record_money_back": branch_effects.record_money_back,
    "ask_change": change_effects.ask_change,
    "agree_change": change_effects.agree_change,
    "refuse_change": change_effects.settle_change(ChangeStatus.REFUSED),
    "withdraw_change": change_effects.settle_change(ChangeStatus.WITHDRAWN),
}

MONEY_EFFECTS: dict[str, Effect] = {
    "pay_money": monitoring_effects.pay_money,
    "release_unspent": monitoring_effects.release_unspent,
    "move_year_end": branch_effects.move_year_end,
    "move_money_back": branch_effects.move_money_back,
    "move_the_difference": change_effects.move_the_difference,
}

NOTICES: dict[str, Notice] = {
    "offer_made": Notice("offer_made", who.SIGNATORIES, statutory=True),
    "offer_accepted": Notice("offer_accepted", who.FINANCE | who.GRANT_MANAGERS),
    "claim_to_check": Notice("claim_to_check", who.GRANT_MANAGERS),
    "claim_to_pay": Notice("claim_to_pay", who.AUTHORISERS_LEFT),
    "claim_paid": Notice("claim_paid", who.LEAD_BODY, statutory=True),
    "closing_started": Notice("closing_started", who.LEAD_BODY | who.FINANCE),
    "closure_to_confirm": Notice("closure_to_confirm", who.RESPONSIBLE),
    "closure_declined": Notice("closure_declined", who.FINANCE),
    "award_closed": Notice("award_closed", who.LEAD_BODY, statutory=True),
    "offer_declined": Notice("offer_declined", who.FINANCE | who.GRANT_MANAGERS),
    "offer_lapsed": Notice("offer_lapsed", who.LEAD_BODY, statutory=True),
    "offer_lapsed_office": Notice("offer_lapsed_office", who.FINANCE | who.GRANT_MANAGERS),
    "claim_cut": Notice("claim_cut", who.where_cut(who.LEAD_BODY), statutory=True),
    "report_received": Notice("report_received", who.GRANT_MANAGERS),
    "award_suspended": Notice("award_suspended", who.LEAD_BODY | who.AUTHORISERS, statutory=True),
    "suspension_lifted": Notice("suspension_lifted", who.LEAD_BODY | who.AUTHORISERS, statutory=True),
    "year_settled": Notice("year_settled", who.LEAD_BODY),
    "award_terminated": Notice("award_terminated", who.LEAD_BODY | who.FINANCE, statutory=True),
    "recovery_recorded": Notice("recovery_recorded", who.LEAD_BODY),
    "variation_to_decide": Notice(
        "variation_to_decide", who.without(who.APPROVERS, "submit", "appraise", "check", "pay")
    ),
    "variation_agreed": Notice("variation_agreed", who.LEAD_BODY | who.FINANCE | who.GRANT_MANAGERS),
    "variation_refused": Notice("variation_refused", who.LEAD_BODY),
    "variation_withdrawn": Notice("variation_withdrawn", who.APPROVERS),
}

_UNLESS_PAUSED = {name: who.unless_paused(audience) for name, audience in who.ESCALATE_TO.items()}

DEADLINE_NOTICES: dict[str, DeadlineNotice] = {
    "acceptance": DeadlineNotice("deadline_reminder", who.SIGNATORIES, escalate_to=who.ESCALATE_TO),
    "award_end": DeadlineNotice("deadline_reminder", who.GRANT_MANAGERS, escalate_to=who.ESCALATE_TO),
    "closure": DeadlineNotice("deadline_reminder", who.FINANCE, escalate_to=who.ESCALATE_TO),
    "termination": DeadlineNotice("deadline_reminder", who.FINANCE, escalate_to=who.ESCALATE_TO),
    "quarterly_return": DeadlineNotice(
        "deadline_reminder",
        who.LEAD_BODY,
        escalate_to=who.ESCALATE_TO,
        breach="payments_held",
        breach_to=who.LEAD_BODY | who.GRANT_MANAGERS,
    ),
    "claim_check": DeadlineNotice(
        "deadline_reminder", who.unless_paused(who.GRANT_MANAGERS), escalate_to=_UNLESS_PAUSED
    ),
    "claim_payment": DeadlineNotice(
        "deadline_reminder", who.unless_paused(who.AUTHORISERS_LEFT), escalate_to=_UNLESS_PAUSED
    ),
    "transitional_end": DeadlineNotice(
        "support_ends", support_told, escalation="support_ends", escalate_to={"network": support_told}
    ),
    "recovery": DeadlineNotice("deadline_reminder", who.LEAD_BODY, escalate_to=who.ESCALATE_TO),
}

DUE_ON: dict[str, DueOn] = {"award_end": monitoring_queries.award_ends_on}
