"""Who is written to about a consultation. A council's people are its officers and its corporate mailbox.

Councils' addresses are read in one statement, whatever their number, and mail is grouped by address: somebody who looks after
two councils gets one message that names both.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from workflow.accounts.models import Organisation, Person
from workflow.accounts.queries import has_role_in, people_with
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
    session: Session, consultation_id: int, *, now: datetime, silent_only: bool = False
) -> list[Named]:
    """Each invitation with each person who may answer it, in one statement; `silent_only` leaves out who has answered."""
    query = (
        select(Invitation.id, Organisation.name, Person.id, Person.name, Person.email)
        .join(Organisation, Organisation.id == Invitation.organisation_id)
        .join(Person, has_role_in(Person.id, Organisation.id, COUNCIL_ROLES, now))
        .where(Invitation.consultation_id == consultation_id)
        .order_by(Organisation.name, Invitation.id, Person.id)
    )
    if silent_only:
        query = query.where(Invitation.response_id.is_(None))
    return [
        Named(email, f"invitation:{invitation_id}", person_id, {"invitation_id": invitation_id, "name": name})
        for invitation_id, _, person_id, name, email in session.execute(query)
    ]


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
    names = {response.by_email.strip().casefold(): (response.by_email, response.by_name, response.by_person)}
    for role in COUNCIL_ROLES:
        for person in people_with(session, role, invitation.organisation_id, now):
            names.setdefault(person.email.strip().casefold(), (person.email, person.name, person.id))
    payload = {"case_id": case.id, "invitation_id": invitation.id, "response_id": response.id}
    return [
        Message(
            key=f"answer_received:response:{response.id}:{address_hash(address)}",
            template="answer_received",
            address=address,
            subject=f"invitation:{invitation.id}",
            person_id=person_id,
            payload={**payload, "name": name},
            mandatory=True,
        )
        for address, name, person_id in names.values()
    ]
