"""The facts of a message at the moment it is sent; a message that is no longer due has none and is cancelled."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from workflow.accounts.models import Organisation
from workflow.accounts.queries import organisations_named, people_named, standing_of
from workflow.approval import queries as approval
from workflow.cases import Case
from workflow.cases.registry import registry
from workflow.clock import Clock, london_date
from workflow.consultation.models import Consultation, ConsultationQuestion, Invitation, Response
from workflow.consultation.tallies import newest, tally_of
from workflow.consultation.terms import Position
from workflow.deadlines import open_deadlines
from workflow.deadlines.models import Deadline, DeadlineState
from workflow.errors import NotHere
from workflow.funds.models import Fund
from workflow.monitoring.models import Claim
from workflow.notifications import Notification, SecretLink

Payload = Mapping[str, Any]
Found = dict[str, Any] | None

POSITIONS = {
    Position.SUPPORT: "support",
    Position.SUPPORT_WITH_CHANGES: "we would support it if it changed",
    Position.NEUTRAL: "neutral, or no view",
    Position.OPPOSE: "oppose",
}
"""The positions as mail words them."""

STANDARD_QUESTIONS = ("What is your council’s position?", "What should change, or why do you oppose it?")
"""What every consultation asks before the questions of its own."""


@dataclass(frozen=True, slots=True)
class Mailroom:
    """What delivery asks of the rooms above it. `base_url` is the address that links in mail begin with."""

    base_url: str
    clock: Clock

    def context(self, session: Session, notification: Notification) -> Found:
        """The facts for a message's text now, or None when the duty is met, moved, cancelled or closed meanwhile."""
        payload = notification.payload
        case = session.get(Case, payload["case_id"])
        if case is None or not _is_due(session, case, payload):
            return None
        if not _still_concerns(session, case, notification, self.clock.now()):
            return None
        extra = _EXTRA.get(notification.template, _nothing)(self, session, case, payload)
        if extra is None:
            return None
        due = open_deadlines(session, [f"case:{case.id}"]).get(f"case:{case.id}", [])
        return {
            "name": payload.get("name", ""),
            "bid": self._bid(session, case),
            "due_on": due[0].due_on if due else None,
            **extra,
        }

    def _bid(self, session: Session, case: Case) -> dict[str, Any]:
        names = organisations_named(session, [case.department_id, case.proposer_id])
        return {
            "title": case.title,
            "reference": case.reference,
            "lead": names[case.proposer_id],
            "department": names[case.department_id],
            "fund": session.get_one(Fund, case.fund_id).title,
            "amount_pence": case.amount_pence,
            "url": f"{self.base_url}/bids/{case.reference}",
        }


def _is_due(session: Session, case: Case, payload: Payload) -> bool:
    """Whether a reminder or an escalation still has its deadline, in the version it was planned for."""
    if "deadline_id" not in payload:
        return True
    deadline = session.get(Deadline, payload["deadline_id"])
    running = {DeadlineState.OPEN, DeadlineState.BREACHED}
    return (
        not case.ended
        and deadline is not None
        and deadline.state in running
        and deadline.version == payload["deadline_version"]
    )


def _still_concerns(session: Session, case: Case, notification: Notification, now: datetime) -> bool:
    """Whether a person is still of a side of the case or of a council asked; a corporate mailbox always is."""
    if notification.person_id is None:
        return True
    try:
        grants = standing_of(session, notification.person_id, now).grants
    except NotHere:
        return False
    own = {grant.organisation_id for grant in grants}
    if own & {case.department_id, case.proposer_id}:
        return True
    asked = select(Invitation.id).where(
        Invitation.id.in_(_invitations_named(notification.payload)), Invitation.organisation_id.in_(own)
    )
    return session.execute(asked.limit(1)).first() is not None


def _invitations_named(payload: Payload) -> list[int]:
    named = [one["invitation_id"] for one in payload.get("named", ())]
    return [*named, payload["invitation_id"]] if "invitation_id" in payload else named


def _nothing(_room: Mailroom, _session: Session, _case: Case, _payload: Payload) -> Found:
    return {}


def _invitation(room: Mailroom, session: Session, case: Case, payload: Payload) -> Found:
    """The invitations a message names, each with its link; those that are closed or answered are left out."""
    consultation = newest(session, case.id)
    if consultation is None or room.clock.now() >= consultation.closes_at:
        return None
    silent_only = "deadline_id" in payload
    ids = [one["invitation_id"] for one in payload["named"]]
    rows = session.execute(
        select(Invitation, Organisation.name)
        .join(Organisation, Organisation.id == Invitation.organisation_id)
        .where(Invitation.id.in_(ids), Invitation.consultation_id == consultation.id)
        .order_by(Organisation.name, Invitation.id)
    )
    invitations = [
        {"organisation": name, "link": SecretLink("answer", invitation.id, invitation.version)}
        for invitation, name in rows
        if not (silent_only and invitation.response_id is not None)
    ]
    if not invitations:
        return None
    return {
        "invitations": invitations,
        "due_on": consultation.closes_on,
        "days_left": (consultation.closes_on - london_date(room.clock.now())).days,
        "questions": [*STANDARD_QUESTIONS, *_questions(session, consultation)],
        "opened_by": people_named(session, [consultation.opened_by]).get(
            consultation.opened_by, "a case officer"
        ),
        **_counts(session, consultation),
    }


def _questions(session: Session, consultation: Consultation) -> list[str]:
    return list(
        session.scalars(
            select(ConsultationQuestion.text)
            .where(ConsultationQuestion.consultation_id == consultation.id)
            .order_by(ConsultationQuestion.number)
        )
    )


def _counts(session: Session, consultation: Consultation) -> dict[str, int]:
    tally = tally_of(session, consultation.id)
    return {"consulted_count": tally.invited, "answered_count": tally.answered}


def _consultation(_room: Mailroom, session: Session, case: Case, _payload: Payload) -> Found:
    consultation = newest(session, case.id)
    return None if consultation is None else _counts(session, consultation)


def _answer(_room: Mailroom, session: Session, case: Case, payload: Payload) -> Found:
    response = session.get(Response, payload["response_id"])
    consultation = newest(session, case.id)
    if response is None or consultation is None:
        return None
    council = session.scalars(
        select(Organisation.name)
        .join(Invitation, Invitation.organisation_id == Organisation.id)
        .where(Invitation.id == response.invitation_id)
    ).one()
    return {
        "organisation": council,
        "position": POSITIONS[response.position],
        "answered_at": response.arrived_at,
        "is_late": response.late,
        "due_on": consultation.closes_on,
    }


def _approval(_room: Mailroom, _session: Session, _case: Case, payload: Payload) -> Found:
    """Whether this very approval was the last one needed, whatever came after it."""
    return {"is_approved": payload["said"]["to"] == "approved"}


def _claim_of(session: Session, case: Case, payload: Payload) -> Claim:
    """The payment request that the action was about, which need not be the newest."""
    number = payload["said"]["claim"]
    return session.scalars(select(Claim).where(Claim.case_id == case.id, Claim.number == number)).one()


def _claim_made(_room: Mailroom, session: Session, case: Case, payload: Payload) -> Found:
    # A payment request has no deadline of its own yet, and the award's own date is no date for it.
    return {"claim_pence": _claim_of(session, case, payload).claimed_pence, "due_on": None}


def _claim_accepted(_room: Mailroom, session: Session, case: Case, payload: Payload) -> Found:
    """None when nothing was accepted, because then nothing is to be paid."""
    claim = _claim_of(session, case, payload)
    return {"claim_pence": claim.accepted_pence, "due_on": None} if claim.accepted_pence else None


def _reminder(_room: Mailroom, session: Session, case: Case, payload: Payload) -> Found:
    deadline = session.get_one(Deadline, payload["deadline_id"])
    workflow = registry().workflow_of(case)
    if workflow is None:
        return None
    state = workflow.state_by_name[case.state]
    return {
        "task": TASKS.get(payload["kind"], state.label),
        "owner": workflow.role_label(state.owner),
        "due_on": deadline.due_on,
    }


TASKS = {
    "round_close": "Send your bid before the round closes",
    "screening": "The first check of the bid",
    "sector_response": "Saying what was done about each answer",
    "appraisal": "The assessment of the bid",
    "first_approval": "The decision on the bid",
    "acceptance": "Accepting the offer",
    "award_end": "The end of the award",
    "closure": "Closing the award",
}
"""What each kind of deadline asks of somebody, in words for mail."""


def _to_decide(room: Mailroom, session: Session, case: Case, _payload: Payload) -> Found:
    """The amount that is recommended, which is not the case's before it is approved."""
    facts = approval.facts(session, [case.id], now=room.clock.now(), person_id=None)[case.id]
    return {"bid": room._bid(session, case) | {"amount_pence": facts.whole_life_pence}}  # noqa: SLF001


_EXTRA: Mapping[str, Callable[[Mailroom, Session, Case, Payload], Found]] = {
    "consultation_invitation": _invitation,
    "consultation_reminder": _invitation,
    "consultation_started": _consultation,
    "consultation_closed": _consultation,
    "low_response": _consultation,
    "answer_received": _answer,
    "approval_given": _approval,
    "bid_to_decide": _to_decide,
    "claim_to_check": _claim_made,
    "claim_to_pay": _claim_accepted,
    "claim_paid": _claim_accepted,
    "deadline_reminder": _reminder,
    "deadline_missed": _reminder,
}
