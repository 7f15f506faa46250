"""The facts of mail about consultations."""

from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from workflow.accounts.models import Organisation
from workflow.accounts.queries import people_named
from workflow.cases import Case
from workflow.clock import london_date
from workflow.consultation.models import (
    Consultation,
    ConsultationMove,
    ConsultationQuestion,
    Invitation,
)
from workflow.consultation.tallies import newest, tally_of
from workflow.consultation.terms import ConsultationKind
from workflow.notifications import SecretLink
from workflow.wiring.mailroom import answers
from workflow.wiring.mailroom.terms import Extra, Found, Payload, Room

STANDARD_QUESTIONS = ("What is your council’s position?", "What should change, or why do you oppose it?")
"""What every consultation asks before the questions of its own."""


def _invitation(room: Room, session: Session, case: Case, payload: Payload) -> Found:
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
        "is_covered": consultation.kind is ConsultationKind.COVERED,
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


def _consultation(_room: Room, session: Session, case: Case, _payload: Payload) -> Found:
    consultation = newest(session, case.id)
    return None if consultation is None else _counts(session, consultation)


def _restarted(room: Room, session: Session, case: Case, payload: Payload) -> Found:
    found = _invitation(room, session, case, payload)
    consultation = newest(session, case.id)
    return (
        None if found is None or consultation is None else {**found, "why": consultation.change_reason or ""}
    )


def _extended(room: Room, session: Session, case: Case, payload: Payload) -> Found:
    """The new last day, for councils with their links, for the lead body without; None when it was moved again."""
    consultation = newest(session, case.id)
    if consultation is None or consultation.closes_on.isoformat() != payload["said"]["closes_on"]:
        return None
    moved = session.scalars(
        select(ConsultationMove)
        .where(ConsultationMove.consultation_id == consultation.id)
        .order_by(ConsultationMove.id.desc())
        .limit(1)
    ).one()
    facts = {"was_on": moved.from_on, "due_on": moved.to_on, "why": moved.reason}
    if "named" not in payload:
        return {**facts, "invitations": []}
    found = _invitation(room, session, case, payload)
    return None if found is None else {**found, **facts}


EXTRA: Mapping[str, Extra] = {
    "consultation_invitation": _invitation,
    "consultation_reminder": _invitation,
    "consultation_started": _consultation,
    "consultation_closed": _consultation,
    "low_response": _consultation,
    "consultation_restarted": _restarted,
    "consultation_extended": _extended,
    **answers.EXTRA,
}
"""By template."""
