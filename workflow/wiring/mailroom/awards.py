"""The facts of mail about awards and payments."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from workflow.cases import Case
from workflow.deadlines import open_deadlines
from workflow.monitoring.branches.duties import claim_subject
from workflow.monitoring.branches.models import (
    AgreementChange,
    AwardStep,
    AwardStepKind,
    ChangeKind,
    ChangeStatus,
    ProgressReport,
    Termination,
)
from workflow.monitoring.branches.rules import quarter_words
from workflow.monitoring.models import Claim, Closure
from workflow.wiring.mailroom.terms import Extra, Found, Payload, Room


def _claim_of(session: Session, case: Case, payload: Payload) -> Claim:
    """The payment request that the action was about, which need not be the newest."""
    number = payload["said"]["claim"]
    return session.scalars(select(Claim).where(Claim.case_id == case.id, Claim.number == number)).one()


def _claim_made(_room: Room, session: Session, case: Case, payload: Payload) -> Found:
    claim = _claim_of(session, case, payload)
    return {"claim_pence": claim.claimed_pence, "due_on": _due_of(session, claim)}


def _due_of(session: Session, claim: Claim) -> date | None:
    """The payment request's own date, not the award's."""
    subject = claim_subject(claim.case_id, claim.number)
    found = open_deadlines(session, [subject]).get(subject, [])
    return found[0].due_on if found else None


def _claim_accepted(_room: Room, session: Session, case: Case, payload: Payload) -> Found:
    """None when nothing was accepted, because then nothing is to be paid."""
    claim = _claim_of(session, case, payload)
    if not claim.accepted_pence:
        return None
    return {"claim_pence": claim.accepted_pence, "due_on": _due_of(session, claim)}


def _claim_cut(_room: Room, session: Session, case: Case, payload: Payload) -> Found:
    """None when all of it was accepted, because then there is no reason to tell."""
    claim = _claim_of(session, case, payload)
    if claim.accepted_pence == claim.claimed_pence:
        return None
    return {
        "claim_number": claim.number,
        "claimed_pence": claim.claimed_pence,
        "claim_pence": claim.accepted_pence,
        "why": claim.check_reason,
    }


def _step_told(kind: AwardStepKind) -> Extra:
    """The reason that was given for the newest step of this kind."""

    def words(_room: Room, session: Session, case: Case, _payload: Payload) -> Found:
        told = session.scalars(
            select(AwardStep.told)
            .where(AwardStep.case_id == case.id, AwardStep.kind == kind)
            .order_by(AwardStep.id.desc())
            .limit(1)
        ).one_or_none()
        return None if told is None else {"why": told}

    return words


def _report(room: Room, session: Session, case: Case, number: int) -> dict[str, Any]:
    report = session.get_one(ProgressReport, (case.id, number))
    return {
        "quarter": quarter_words(report.period_from, report.period_to),
        "report_url": f"{room.bid(session, case)['url']}/award/returns/{number}",
        "is_sent": report.sent_at is not None,
    }


def _report_sent(room: Room, session: Session, case: Case, payload: Payload) -> Found:
    return _report(room, session, case, payload["said"]["report"])


def _payments_held(room: Room, session: Session, case: Case, payload: Payload) -> Found:
    """None when the report was sent since, because then payments go on."""
    found = _report(room, session, case, int(payload["subject"].rpartition(":")[2]))
    return None if found["is_sent"] or case.ended else found


def _year_settled(_room: Room, _session: Session, _case: Case, payload: Payload) -> Found:
    said = payload["said"]
    names = ("year", "paid_pence", "accrued_pence", "carried_pence", "lapsed_pence")
    return {name: said[name] for name in names}


def _terminated(_room: Room, session: Session, case: Case, _payload: Payload) -> Found:
    ended = session.get_one(Termination, case.id)
    return {
        "why": ended.reason,
        "notice_ends_on": ended.notice_ends_on,
        "recovery_pence": ended.recovery_pence,
    }


def _paid_back(_room: Room, _session: Session, _case: Case, payload: Payload) -> Found:
    said = payload["said"]
    return {"paid_back_pence": said["amount_pence"], "left_pence": said["left_pence"]}


def _change(_room: Room, session: Session, case: Case, payload: Payload) -> Found:
    """The change that the action was about; a request that was settled meanwhile asks nobody any more."""
    change = session.get_one(AgreementChange, (case.id, payload["said"]["change"]))
    return {
        "change": {
            "words": CHANGE_WORDS[change.kind],
            "total_before": change.total_before,
            "total_after": change.total_after,
            "ends_on": change.ends_on_after,
            "reason": change.reason,
            "is_agreed": payload["said"].get("agreed", False),
        },
        "why": change.answer,
    }


def _change_to_decide(room: Room, session: Session, case: Case, payload: Payload) -> Found:
    change = session.get_one(AgreementChange, (case.id, payload["said"]["change"]))
    return _change(room, session, case, payload) if change.status is ChangeStatus.ASKED else None


def _figures_declined(_room: Room, session: Session, case: Case, payload: Payload) -> Found:
    """Why the figures that the action was about were not confirmed, however often figures were declined since."""
    declined = session.get_one(Closure, (case.id, payload["said"]["declined"]))
    return {"why": declined.decline_reason}


CHANGE_WORDS = {
    ChangeKind.AMOUNT_UP: "more money",
    ChangeKind.AMOUNT_DOWN: "less money",
    ChangeKind.TIME: "another time",
    ChangeKind.SCOPE: "a change of the work",
}
"""What a change is about, in words for mail."""


EXTRA: Mapping[str, Extra] = {
    "claim_to_check": _claim_made,
    "claim_to_pay": _claim_accepted,
    "claim_paid": _claim_accepted,
    "claim_cut": _claim_cut,
    "offer_declined": _step_told(AwardStepKind.DECLINED),
    "award_suspended": _step_told(AwardStepKind.SUSPENDED),
    "suspension_lifted": _step_told(AwardStepKind.LIFTED),
    "report_received": _report_sent,
    "payments_held": _payments_held,
    "year_settled": _year_settled,
    "award_terminated": _terminated,
    "recovery_recorded": _paid_back,
    "closure_declined": _figures_declined,
    "variation_to_decide": _change_to_decide,
    "variation_agreed": _change,
    "variation_refused": _change,
    "variation_withdrawn": _change,
}
"""By template."""
