"""Who is written to about a consultation. A council's people are its officers and its corporate mailbox.

Councils' addresses are read in one statement, whatever their number, and mail is grouped by address: somebody who looks after
two councils gets one message that names both.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from workflow.accounts.models import Organisation, Person, RoleAssignment
from workflow.accounts.queries import in_force, people_with
from workflow.accounts.roles import Role
from workflow.cases import Case
from workflow.cases.notices import address_hash
from workflow.consultation.models import Invitation, Response
from workflow.consultation.tallies import newest
from workflow.notifications import Message, Named, Recipient

COUNCIL_ROLES = (Role.COUNCIL_OFFICER, Role.CORPORATE_MAILBOX)


def consultation_started(
    session: Session, case: Case, *, now: datetime, data: Mapping[str, Any]
) -> list[Recipient]:
    """The lead body and the case officers: councils are being asked. The councils' own invitations are owed by the effect."""
    return consultation_closed(session, case, now=now, data=data)


def not_answered(session: Session, case: Case, *, now: datetime, data: Mapping[str, Any]) -> list[Recipient]:
    """Everybody who may answer for a council that has not answered yet: nobody is reminded of a duty that is met."""
    del data
    consultation = newest(session, case.id)
    if consultation is None:
        return []
    found: dict[str, list[Named]] = {}
    for one in to_invite(session, consultation.id, now=now, silent_only=True):
        found.setdefault(one.address.strip().casefold(), []).append(one)
    return [
        Recipient(
            ones[0].address,
            str(ones[0].payload["name"]),
            ones[0].person_id,
            {"named": [dict(one.payload) for one in ones]},
        )
        for ones in found.values()
    ]


def to_invite(
    session: Session,
    consultation_id: int,
    *,
    now: datetime,
    silent_only: bool = False,
    only: int | None = None,
) -> list[Named]:
    """Each invitation with its council's mailbox and each person who may answer, once an address, in one statement.

    `silent_only` leaves out the councils that have answered; `only` takes one invitation.
    """
    query = (
        select(Invitation.id, Organisation.name, Organisation.mailbox, Person.id, Person.name, Person.email)
        .join(Organisation, Organisation.id == Invitation.organisation_id)
        .outerjoin(
            RoleAssignment,
            (RoleAssignment.organisation_id == Organisation.id)
            & RoleAssignment.role.in_(COUNCIL_ROLES)
            & in_force(RoleAssignment.valid_from, RoleAssignment.valid_to, now),
        )
        .outerjoin(Person, (Person.id == RoleAssignment.person_id) & Person.active)
        .where(Invitation.consultation_id == consultation_id)
        .order_by(Organisation.name, Invitation.id, Person.id)
    )
    if silent_only:
        query = query.where(Invitation.response_id.is_(None))
    if only is not None:
        query = query.where(Invitation.id == only)
    found: dict[tuple[str, int], Named] = {}
    for invitation_id, council, mailbox, person_id, name, email in session.execute(query):
        for address, called, someone in ((email, name, person_id), (mailbox, council, None)):
            if address:
                payload = {"invitation_id": invitation_id, "name": called}
                one = Named(address, f"invitation:{invitation_id}", someone, payload)
                found.setdefault((address.strip().lower(), invitation_id), one)
    return list(found.values())


def consultation_closed(
    session: Session, case: Case, *, now: datetime, data: Mapping[str, Any]
) -> list[Recipient]:
    """The lead body, which must now say what it did about each answer, and the department's case officers."""
    del data
    lead = _people(session, (Role.DRAFTER, Role.SIGNATORY), case.proposer_id, now)
    return [*lead, *_people(session, (Role.CASE_OFFICER,), case.department_id, now)]


def response_sent(session: Session, case: Case, *, now: datetime, data: Mapping[str, Any]) -> list[Recipient]:
    """The case officers, who accept the response or do not."""
    del data
    return _people(session, (Role.CASE_OFFICER,), case.department_id, now)


def response_accepted(
    session: Session, case: Case, *, now: datetime, data: Mapping[str, Any]
) -> list[Recipient]:
    """The lead body, whose bid goes on to its assessment."""
    del data
    return _people(session, (Role.DRAFTER, Role.SIGNATORY), case.proposer_id, now)


def _people(session: Session, roles: Sequence[Role], organisation_id: int, now: datetime) -> list[Recipient]:
    people = {
        person.id: person for role in roles for person in people_with(session, role, organisation_id, now)
    }
    return [Recipient(person.email, person.name, person.id, {}) for _, person in sorted(people.items())]


def confirmations(
    session: Session, case: Case, invitation: Invitation, response: Response, *, now: datetime
) -> list[Message]:
    """The confirmation of an answer, to whoever sent it and to everybody who may answer for the council.

    A council so learns of an answer that it did not mean to give, while it can still replace it.
    """
    sender = Named(response.by_email, "", response.by_person, {"name": response.by_name})
    council = to_invite(session, invitation.consultation_id, now=now, only=invitation.id)
    names = {one.address.strip().lower(): one for one in reversed([sender, *council])}
    payload = {"case_id": case.id, "invitation_id": invitation.id, "response_id": response.id}
    return [
        Message(
            key=f"answer_received:response:{response.id}:{address_hash(address)}",
            template="answer_received",
            address=address,
            subject=f"invitation:{invitation.id}",
            person_id=one.person_id,
            payload={**payload, "name": one.payload["name"]},
        )
        for address, one in names.items()
    ]
