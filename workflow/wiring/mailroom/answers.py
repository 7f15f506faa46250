"""The facts of mail about what councils answered: that it arrived, is disputed, counts, was considered, and was decided on."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from workflow.accounts.models import Organisation
from workflow.cases import Case
from workflow.consultation.models import (
    Consultation,
    Disposition,
    Invitation,
    Response,
    ResponseHold,
)
from workflow.consultation.tallies import newest
from workflow.consultation.terms import HoldKind, Outcome, Position, Resolution
from workflow.notifications import SecretLink
from workflow.wiring.mailroom.terms import Extra, Found, Payload, Room

POSITIONS = {
    Position.SUPPORT: "support",
    Position.SUPPORT_WITH_CHANGES: "we would support it if it changed",
    Position.NEUTRAL: "neutral, or no view",
    Position.OPPOSE: "oppose",
}
"""The positions as mail words them."""

OUTCOMES = {
    Outcome.CHANGED: "The bid was changed.",
    Outcome.CHANGED_IN_PART: "The bid was changed in part.",
    Outcome.NOT_CHANGED: "The bid was not changed.",
    Outcome.NOTED: "Nothing needed to change.",
}
"""What was done about an answer, as mail words it."""

DECISIONS = {"approved": "approved this bid", "rejected": "decided not to approve this bid"}
"""What the department did, by the state that the bid came to."""


def _received(_room: Room, session: Session, _case: Case, payload: Payload) -> Found:
    answer = _one(session, payload)
    if answer is None:
        return None
    response, invitation, consultation, council = answer
    held = _open_kinds(session, response.id)
    asked = HoldKind.OUTSIDE in held
    return {
        **_said(response, council),
        "is_late": response.late,
        "is_outside": asked,
        "sender": response.by_email,
        "due_on": consultation.closes_on,
        "confirm": _link("confirm_answer", response, invitation)
        if asked and payload.get("contact")
        else None,
        "wrong": _link("dispute_answer", response, invitation),
    }


def _disputed(room: Room, session: Session, case: Case, payload: Payload) -> Found:
    answer = _one(session, payload)
    if answer is None:
        return None
    response, invitation, _, council = answer
    held = session.scalars(
        select(ResponseHold)
        .where(ResponseHold.response_id == response.id, ResponseHold.kind == HoldKind.DISPUTED)
        .order_by(ResponseHold.id.desc())
        .limit(1)
    ).one_or_none()
    if held is None or held.resolved_at is not None:
        return None
    inside = bool(payload.get("inside"))
    return {
        **_said(response, council),
        "disputed": held.said,
        "is_inside": inside,
        "confirm": None if inside else _link("confirm_answer", response, invitation),
        "register_url": f"{room.bid(session, case)['url']}/consultation?show=held",
    }


def _settled(_room: Room, session: Session, _case: Case, payload: Payload) -> Found:
    answer = _one(session, payload)
    if answer is None:
        return None
    response, _, _, council = answer
    held = session.scalars(
        select(ResponseHold)
        .where(ResponseHold.response_id == response.id, ResponseHold.resolved_at.is_not(None))
        .order_by(ResponseHold.resolved_at.desc(), ResponseHold.id.desc())
        .limit(1)
    ).one_or_none()
    if held is None:
        return None
    return {
        **_said(response, council),
        "counts": held.resolution is Resolution.COUNTED,
        "is_late": response.late,
        "why": held.reason,
    }


def _late_counted(_room: Room, session: Session, _case: Case, payload: Payload) -> Found:
    answer = _one(session, {"response_id": payload["said"]["response"]})
    return None if answer is None else _said(answer[0], answer[3])


def _considered(_room: Room, session: Session, case: Case, payload: Payload) -> Found:
    """Each council's own words with what was done about them; None when councils were asked anew since."""
    consultation = newest(session, case.id)
    if consultation is None:
        return None
    given = _given(session, consultation, payload)
    return {"given": given} if given else None


def _decided(_room: Room, session: Session, case: Case, payload: Payload) -> Found:
    told = _considered(_room, session, case, payload)
    decision = DECISIONS.get(payload["said"]["to"])
    return None if told is None or decision is None else {**told, "decision": decision}


def _given(session: Session, consultation: Consultation, payload: Payload) -> list[dict[str, Any]]:
    ids = [one["invitation_id"] for one in payload["named"]]
    rows = session.execute(
        select(Invitation, Organisation.name, Response, Disposition)
        .join(Organisation, Organisation.id == Invitation.organisation_id)
        .join(Response, Response.id == Invitation.response_id)
        .outerjoin(Disposition, Disposition.response_id == Response.id)
        .where(Invitation.id.in_(ids), Invitation.consultation_id == consultation.id)
        .order_by(Organisation.name, Invitation.id)
    )
    return [
        {
            **_said(response, council),
            "words": response.text,
            **_done(done),
            "link": SecretLink("answer", invitation.id, invitation.version),
        }
        for invitation, council, response, done in rows
    ]


def _done(done: Disposition | None) -> dict[str, str]:
    if done is None:
        return {"outcome": "", "done": ""}
    return {"outcome": OUTCOMES[done.outcome], "done": done.text}


def _one(session: Session, payload: Payload) -> tuple[Response, Invitation, Consultation, str] | None:
    row = session.execute(
        select(Response, Invitation, Consultation, Organisation.name)
        .join(Invitation, Invitation.id == Response.invitation_id)
        .join(Consultation, Consultation.id == Invitation.consultation_id)
        .join(Organisation, Organisation.id == Invitation.organisation_id)
        .where(Response.id == payload["response_id"])
    ).one_or_none()
    return None if row is None else (row[0], row[1], row[2], row[3])


def _open_kinds(session: Session, response_id: int) -> set[HoldKind]:
    return set(
        session.scalars(
            select(ResponseHold.kind).where(
                ResponseHold.response_id == response_id, ResponseHold.resolved_at.is_(None)
            )
        )
    )


def _said(response: Response, council: str) -> dict[str, Any]:
    return {
        "organisation": council,
        "position": POSITIONS[response.position],
        "answered_at": response.arrived_at,
    }


def _link(purpose: str, response: Response, invitation: Invitation) -> SecretLink:
    """A link about one answer; renewing the council's own link makes it worthless too."""
    return SecretLink(purpose, response.id, invitation.version)


EXTRA: Mapping[str, Extra] = {
    "answer_received": _received,
    "answer_disputed": _disputed,
    "answer_settled": _settled,
    "late_answer_counted": _late_counted,
    "answers_considered": _considered,
    "decision_told": _decided,
}
"""By template."""
