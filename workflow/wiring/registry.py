"""The one list of definitions with their facts, effects, notices and deadlines, by name."""

from workflow.approval import effects as approval_effects
from workflow.approval import queries as approval
from workflow.bids import effects as bid_effects
from workflow.bids import queries as bids
from workflow.cases.registry import Audience, DeadlineNotice, Notice, Registry
from workflow.consultation import audiences as councils
from workflow.consultation import effects as consultation_effects
from workflow.consultation import queries as consultation
from workflow.funds import queries as funds
from workflow.monitoring import effects as monitoring_effects
from workflow.monitoring import queries as monitoring
from workflow.wiring import audiences as who
from workflow.wiring.bid_lifecycle import BID

EFFECTS = {
    "take_snapshot": bid_effects.take_snapshot,
    "record_first_check": bid_effects.record_first_check,
    "open_consultation": consultation_effects.open_consultation,
    "close_consultation": consultation_effects.close_consultation,
    "mark_response_sent": consultation_effects.mark_response_sent,
    "accept_response": consultation_effects.accept_response,
    "record_appraisal": approval_effects.record_appraisal,
    "record_vote": approval_effects.record_vote,
    "make_award": monitoring_effects.make_award,
    "accept_award": monitoring_effects.accept_award,
    "record_claim": monitoring_effects.record_claim,
    "check_claim": monitoring_effects.check_claim,
    "record_payment": monitoring_effects.record_payment,
    "propose_closure": monitoring_effects.propose_closure,
    "confirm_closure": monitoring_effects.confirm_closure,
}

MONEY_EFFECTS = {
    "reserve_money": approval_effects.reserve_money,
    "commit_money": approval_effects.commit_money,
    "pay_money": monitoring_effects.pay_money,
    "release_unspent": monitoring_effects.release_unspent,
}

NOTICES = {
    "bid_received": Notice("bid_received", who.LEAD_BODY),
    "bid_to_check": Notice("bid_to_check", who.CASE_OFFICERS),
    "consultation_invitation": Notice("consultation_invitation", councils.invited_councils, statutory=True),
    "consultation_started": Notice("consultation_started", who.LEAD_BODY),
    "consultation_closed": Notice("consultation_closed", who.LEAD_BODY | who.CASE_OFFICERS),
    "response_sent": Notice("response_sent", who.CASE_OFFICERS),
    "response_accepted": Notice("response_accepted", who.LEAD_BODY),
    "bid_to_assess": Notice("bid_to_assess", who.ASSESSORS),
    "bid_to_decide": Notice("bid_to_decide", who.APPROVERS_LEFT),
    "approval_given": Notice("approval_given", who.APPROVERS | who.FINANCE),
    "offer_made": Notice("offer_made", who.SIGNATORIES, statutory=True),
    "offer_accepted": Notice("offer_accepted", who.FINANCE | who.GRANT_MANAGERS),
    "claim_to_check": Notice("claim_to_check", who.GRANT_MANAGERS),
    "claim_to_pay": Notice("claim_to_pay", who.AUTHORISERS),
    "claim_paid": Notice("claim_paid", who.LEAD_BODY, statutory=True),
    "closing_started": Notice("closing_started", who.LEAD_BODY | who.FINANCE),
    "closure_to_confirm": Notice("closure_to_confirm", who.RESPONSIBLE),
    "award_closed": Notice("award_closed", who.LEAD_BODY, statutory=True),
}

ESCALATE_TO: dict[str, Audience] = {
    "head_of_team": who.HEADS,
    "senior_officer": who.RESPONSIBLE,
    "finance_head": who.HEADS,
    "cover": who.APPROVERS_LEFT,
    "lead_body_head": who.SIGNATORIES,
    "lead_body_if_few_answered": councils.lead_body_if_few_answered,
}

DEADLINE_NOTICES = {
    "round_close": DeadlineNotice("deadline_reminder", who.LEAD_BODY, escalate_to=ESCALATE_TO),
    "screening": DeadlineNotice("deadline_reminder", who.CASE_OFFICERS, escalate_to=ESCALATE_TO),
    "consultation_close": DeadlineNotice(
        "consultation_reminder", councils.silent_councils, escalation="low_response", escalate_to=ESCALATE_TO
    ),
    "sector_response": DeadlineNotice("deadline_reminder", who.LEAD_BODY, escalate_to=ESCALATE_TO),
    "appraisal": DeadlineNotice("deadline_reminder", who.ASSESSORS, escalate_to=ESCALATE_TO),
    "first_approval": DeadlineNotice("deadline_reminder", who.APPROVERS_LEFT, escalate_to=ESCALATE_TO),
    "acceptance": DeadlineNotice("deadline_reminder", who.SIGNATORIES, escalate_to=ESCALATE_TO),
    "award_end": DeadlineNotice("deadline_reminder", who.GRANT_MANAGERS, escalate_to=ESCALATE_TO),
    "closure": DeadlineNotice("deadline_reminder", who.FINANCE, escalate_to=ESCALATE_TO),
}

REGISTRY = Registry(
    definitions={(BID.key, BID.version): BID},
    current={BID.key: BID.version},
    facts={
        "funds": funds.facts,
        "bids": bids.facts,
        "consultation": consultation.facts,
        "approval": approval.facts,
        "monitoring": monitoring.facts,
    },
    effects=EFFECTS | MONEY_EFFECTS,
    notices=NOTICES,
    due_on={
        "round_close": bids.round_closes_on,
        "consultation_close": consultation.consultation_closes_on,
        "award_end": monitoring.award_ends_on,
    },
    deadline_notices=DEADLINE_NOTICES,
)
"""What `wire()` installs."""
