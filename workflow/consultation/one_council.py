"""One council asked, for the case officer: where it can be reached, what was sent to it, and what it answered."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from workflow.accounts.models import Organisation
from workflow.accounts.queries import Viewer
from workflow.accounts.roles import Role
from workflow.cases import Case
from workflow.cases.queries import visible
from workflow.consultation.audiences import to_invite
from workflow.consultation.models import Consultation, Invitation, Response
from workflow.consultation.said import Said, said_of
from workflow.notifications import Notification
from workflow.notifications.models import NotificationSubject


@dataclass(frozen=True, slots=True)
class Sent:
    """A message to one of a council's addresses about the bid."""

    template: str
    address: str
    state: str
    at: datetime


@dataclass(frozen=True, slots=True)
class OneCouncil:
    """A council's invitation as the department sees it; `may_send` says whether the viewer may write to it again."""

    invitation_id: int
    version: int
    consultation_id: int
    reference: str
    title: str
    council: str
    addresses: tuple[tuple[str, str], ...]
    sent: tuple[Sent, ...]
    said: tuple[Said, ...]
    may_send: bool


def one_council(session: Session, viewer: Viewer, invitation_id: int, now: datetime) -> OneCouncil | None:
    """A council's invitation, for those who see the bid; None for everybody else."""
    row = session.execute(
        select(Invitation, Organisation.name, Case)
        .join(Organisation, Organisation.id == Invitation.organisation_id)
        .join(Consultation, Consultation.id == Invitation.consultation_id)
        .join(Case, Case.id == Consultation.bid_id)
        .where(Invitation.id == invitation_id, visible(viewer))
    ).one_or_none()
    if row is None:
        return None
    invitation, council, case = row
    officer = viewer.has(Role.CASE_OFFICER, case.department_id)
    named = to_invite(session, invitation.consultation_id, now=now, only=invitation.id) if officer else []
    return OneCouncil(
        invitation.id,
        invitation.version,
        invitation.consultation_id,
        case.reference,
        case.title,
        council,
        tuple((str(one.payload["name"]), one.address) for one in named),
        _sent(session, case.id, [one.address.strip().lower() for one in named]),
        tuple(said_of(session, Response.invitation_id == invitation.id)),
        officer and case.state == "consulting",
    )


def _sent(session: Session, case_id: int, addresses: list[str]) -> tuple[Sent, ...]:
    rows = session.execute(
        select(Notification.template, Notification.address, Notification.state, Notification.created_at)
        .join(NotificationSubject, NotificationSubject.notification_id == Notification.id)
        .where(NotificationSubject.subject == f"case:{case_id}", Notification.address.in_(addresses))
        .order_by(Notification.id.desc())
        .limit(50)
    )
    return tuple(Sent(template, address, state.value, at) for template, address, state, at in rows)
