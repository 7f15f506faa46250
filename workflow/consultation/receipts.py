"""Mail about single answers: that one arrived, that it is disputed, and what was decided about it.

Everybody who may answer for a council reads of every answer given in its name. Somebody whom the council does not know gets
a copy too, but only a few a day, so that nobody can have strangers written to.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from workflow.cases import Case
from workflow.cases.notices import address_hash
from workflow.clock import london_date
from workflow.consultation.audiences import to_invite
from workflow.consultation.contacts import Contacts
from workflow.consultation.models import Invitation, Response
from workflow.db import Work
from workflow.engine.working_days import due_at
from workflow.notifications import Message, Named, Notification
from workflow.notifications.models import NotificationSubject

COPIES_A_DAY = 3
"""How many copies a day go to one address that the council does not know, and to all such addresses from one invitation."""


def confirmations(
    work: Work, case: Case, invitation: Invitation, response: Response, contacts: Contacts
) -> list[Message]:
    """The confirmation of an answer, to whoever sent it and to everybody who may answer for the council.

    A council so learns of an answer that it did not mean to give, while it can still replace it.
    """
    session = work.session
    council = to_invite(session, invitation.consultation_id, now=work.now, only=invitation.id)
    names = {one.address.strip().lower(): one for one in reversed(council)}
    sender = response.by_email.strip().lower()
    is_stranger = not contacts.knows(sender)
    if sender not in names and not (is_stranger and _has_copies(session, invitation.id, sender, work.now)):
        names[sender] = Named(response.by_email, "", response.by_person, {"name": response.by_name})
    return [
        _message(
            "answer_received",
            case,
            invitation,
            response,
            one,
            contact=contacts.holds(address),
            stranger=is_stranger and address == sender,
        )
        for address, one in names.items()
    ]


def told(
    work: Work, case: Case, invitation: Invitation, response: Response, template: str, *, step: int
) -> list[Message]:
    """A message about one answer to everybody who may answer for its council. `step` is what makes it one of its kind."""
    council = to_invite(work.session, invitation.consultation_id, now=work.now, only=invitation.id)
    return [
        _message(template, case, invitation, response, one, step=step, contact=True)
        for one in {named.address.strip().lower(): named for named in reversed(council)}.values()
    ]


def to_officers(
    case: Case,
    invitation: Invitation,
    response: Response,
    template: str,
    officers: Sequence[Named],
    *,
    step: int,
) -> list[Message]:
    """The same for people of the department."""
    return [_message(template, case, invitation, response, one, step=step, inside=True) for one in officers]


def _message(
    template: str,
    case: Case,
    invitation: Invitation,
    response: Response,
    to: Named,
    *,
    step: int = 0,
    **flags: bool,
) -> Message:
    about = f"response:{response.id}:{step}" if step else f"response:{response.id}"
    return Message(
        key=f"{template}:{about}:{address_hash(to.address)}",
        template=template,
        address=to.address,
        subject=f"invitation:{invitation.id}",
        person_id=to.person_id,
        payload={
            "case_id": case.id,
            "invitation_id": invitation.id,
            "response_id": response.id,
            "name": to.payload["name"],
            **flags,
        },
    )


def _has_copies(session: Session, invitation_id: int, address: str, now: datetime) -> bool:
    """Whether an unknown address, or this invitation, has had as many copies to strangers today as there may be."""
    begins = _day_begins(now)
    copies = (
        select(
            func.count().filter(Notification.address == address).label("to_address"),
            func.count()
            .filter(NotificationSubject.subject == f"invitation:{invitation_id}")
            .label("of_invitation"),
        )
        .select_from(Notification)
        .join(NotificationSubject, NotificationSubject.notification_id == Notification.id)
        .where(
            Notification.template == "answer_received",
            Notification.created_at >= begins,
            Notification.payload["stranger"].as_boolean(),
            or_(
                Notification.address == address, NotificationSubject.subject == f"invitation:{invitation_id}"
            ),
        )
    )
    found = session.execute(copies).one()
    return bool(max(found.to_address, found.of_invitation) >= COPIES_A_DAY)


def _day_begins(now: datetime) -> datetime:
    """The first moment of the London day of a moment."""
    today = london_date(now)
    return due_at(today.fromordinal(today.toordinal() - 1))
