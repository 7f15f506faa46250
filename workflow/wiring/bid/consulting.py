"""From asking councils to answering them: the states and actions, and the effects, mail and dates that they name."""

from workflow.bids import effects as bid_effects
from workflow.bids import rules as bids
from workflow.bids.branches import rules as branches
from workflow.cases.registry import DeadlineNotice, DueOn, Effect, Notice
from workflow.consultation import audiences as councils
from workflow.consultation import change_effects, changes
from workflow.consultation import effects as consultation_effects
from workflow.consultation import queries as consultation_queries
from workflow.consultation import rules as consultation
from workflow.engine import SYSTEM, Action, DeadlineRule, State
from workflow.wiring import audiences as who

STATES = (
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
)

ACTIONS = (
    Action(
        "open_consultation",
        "Ask councils",
        sources=("screening",),
        targets=("consulting",),
        roles=("case_officer",),
        event="consultation_opened",
        guards=(
            bids.not_of_proposer,
            bids.first_check_passed,
            branches.no_finding_waits,
            consultation.consultees_chosen,
            consultation.closing_date_good,
            changes.covered_allowed,
            changes.outside_elections,
        ),
        form="open_consultation",
        effects=("open_consultation",),
        notices=("consultation_invitation", "consultation_started"),
    ),
    Action(
        "extend_consultation",
        "Give councils more time",
        sources=("consulting",),
        targets=("consulting",),
        roles=("case_officer",),
        event="consultation_extended",
        guards=(bids.not_of_proposer, changes.still_open, changes.later_date),
        form="extend_consultation",
        reason_required=True,
        effects=("extend_consultation",),
        notices=("consultation_extended", "consultation_extended_lead"),
        restarts_deadline=True,
        optional=True,
    ),
    Action(
        "restart_consultation",
        "Ask councils anew",
        sources=("consulting", "responding"),
        targets=("consulting",),
        roles=("case_officer",),
        event="consultation_restarted",
        guards=(
            bids.not_of_proposer,
            changes.material_change_waits,
            changes.restart_date_good,
            changes.outside_elections,
        ),
        form="restart_consultation",
        reason_required=True,
        effects=("restart_consultation",),
        notices=("consultation_restarted", "consultation_started"),
        restarts_deadline=True,
        optional=True,
    ),
    Action(
        "close_consultation",
        "Close the consultation",
        sources=("consulting",),
        targets=("responding",),
        roles=(SYSTEM,),
        event="consultation_closed",
        guards=(consultation.consultation_is_over,),
        effects=("close_consultation",),
        notices=("consultation_closed",),
    ),
    Action(
        "accept_late",
        "Count a late answer",
        sources=("responding",),
        targets=("responding",),
        roles=("case_officer",),
        event="late_answer_accepted",
        guards=(bids.not_of_proposer, changes.late_answer_in_time, changes.late_answer_chosen),
        form="accept_late",
        reason_required=True,
        effects=("accept_late",),
        notices=("late_answer_accepted", "late_answer_accepted_lead"),
        optional=True,
    ),
    Action(
        "send_change",
        "Send the changed text",
        sources=("consulting", "responding"),
        targets=("consulting", "responding"),
        roles=("signatory",),
        event="change_sent",
        guards=(
            bids.something_changed,
            bids.sections_are_complete,
            bids.amount_fits_the_round,
            bids.power_fits_recipient,
        ),
        form="send_change",
        effects=("send_change",),
        notices=("change_sent", "change_to_see"),
        decide=bids.where_it_stands,
        optional=True,
    ),
    Action(
        "send_response",
        "Send what you did about each answer",
        sources=("responding",),
        targets=("responding",),
        roles=("drafter", "signatory"),
        event="response_sent",
        guards=(
            consultation.response_not_sent_before,
            consultation.every_answer_has_a_disposition,
            bids.nothing_unsent,
        ),
        form="send_response",
        effects=("mark_response_sent",),
        notices=("response_sent",),
    ),
    Action(
        "accept_response",
        "Accept what the lead body did",
        sources=("responding",),
        targets=("appraisal",),
        roles=("case_officer",),
        event="response_accepted",
        guards=(
            bids.not_of_proposer,
            consultation.response_was_sent,
            consultation.every_answer_has_a_disposition,
            changes.nothing_is_held,
            changes.no_material_change_waits,
            changes.nobody_objected,
            bids.nothing_unsent,
        ),
        form="accept_response",
        effects=("accept_response",),
        notices=("response_accepted", "bid_to_assess", "answers_considered"),
    ),
)

EFFECTS: dict[str, Effect] = {
    "send_change": bid_effects.send_change,
    "open_consultation": consultation_effects.open_consultation,
    "close_consultation": consultation_effects.close_consultation,
    "mark_response_sent": consultation_effects.mark_response_sent,
    "accept_response": consultation_effects.accept_response,
    "extend_consultation": change_effects.extend_consultation,
    "restart_consultation": change_effects.restart_consultation,
    "accept_late": change_effects.accept_late,
}

MONEY_EFFECTS: dict[str, Effect] = {}

NOTICES: dict[str, Notice] = {
    "consultation_invitation": Notice("consultation_invitation", councils.invited_councils, statutory=True),
    "consultation_started": Notice("consultation_started", who.LEAD_BODY),
    "consultation_extended": Notice("consultation_extended", councils.invited_councils, statutory=True),
    "consultation_extended_lead": Notice("consultation_extended", who.LEAD_BODY),
    "consultation_restarted": Notice("consultation_restarted", councils.invited_councils, statutory=True),
    "late_answer_accepted": Notice("answer_settled", councils.council_of_answer, statutory=True),
    "late_answer_accepted_lead": Notice("late_answer_counted", who.LEAD_BODY),
    "answers_considered": Notice("answers_considered", councils.councils_that_answered),
    "decision_told": Notice("decision_told", councils.councils_told_of_decision),
    "consultation_closed": Notice("consultation_closed", who.LEAD_BODY | who.CASE_OFFICERS),
    "change_sent": Notice("change_sent", councils.councils_that_answered),
    "change_to_see": Notice("change_to_see", who.CASE_OFFICERS),
    "response_sent": Notice("response_sent", who.CASE_OFFICERS),
    "response_accepted": Notice("response_accepted", who.LEAD_BODY),
}

DEADLINE_NOTICES: dict[str, DeadlineNotice] = {
    "consultation_close": DeadlineNotice(
        "consultation_reminder",
        councils.silent_councils,
        escalation="low_response",
        escalate_to=who.ESCALATE_TO,
    ),
    "sector_response": DeadlineNotice("deadline_reminder", who.LEAD_BODY, escalate_to=who.ESCALATE_TO),
}

DUE_ON: dict[str, DueOn] = {"consultation_close": consultation_queries.consultation_closes_on}
