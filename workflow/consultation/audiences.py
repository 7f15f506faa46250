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
from workflow.consultation.contacts import COUNCIL_ROLES
from workflow.consultation.models import Invitation, Response
from workflow.consultation.tallies import newest, tally_of
from workflow.consultation.terms import ConsultationKind
from workflow.notifications import Named, Recipient


def invited_councils(
    session: Session, case: Case, *, now: datetime, data: Mapping[str, Any]
) -> list[Recipient]:
    """Everybody who may answer for a council that the newest consultation asks; `named` lists their invitations."""
    del data
    consultation = newest(session, case.id)
    return [] if consultation is None else _by_address(to_invite(session, consultation.id, now=now))


def silent_councils(
    session: Session, case: Case, *, now: datetime, data: Mapping[str, Any]
) -> list[Recipient]:
    """The same for the councils that have not answered yet: nobody is reminded of a duty that is met."""
    del data
    consultation = newest(session, case.id)
    # Who was only told need not answer, so silence is no duty that is not met.
    if consultation is None or consultation.kind is ConsultationKind.COVERED:
        return []
    return _by_address(to_invite(session, consultation.id, now=now, silent_only=True))


def council_of_answer(
    session: Session, case: Case, *, now: datetime, data: Mapping[str, Any]
) -> list[Recipient]:
    """Everybody who may answer for the council whose answer an action is about, and whoever sent that answer."""
    del case
    response = session.get_one(Response, data["response_id"])
    invitation = session.get_one(Invitation, response.invitation_id)
    council = to_invite(session, invitation.consultation_id, now=now, only=invitation.id)
    sender = Named(response.by_email, "", response.by_person, {"name": response.by_name})
    about = {"invitation_id": invitation.id, "response_id": response.id}
    return [
        Recipient(one.address, str(one.payload["name"]), one.person_id, about) for one in (*council, sender)
    ]


def councils_that_answered(
    session: Session, case: Case, *, now: datetime, data: Mapping[str, Any]
) -> list[Recipient]:
    """Everybody who may answer for a council whose answer counts; `named` lists their invitations."""
    del data
    consultation = newest(session, case.id)
    if consultation is None:
        return []
    return _by_address(to_invite(session, consultation.id, now=now, answered_only=True))


DECIDED = frozenset({"approved", "rejected"})
"""States that say what the department decided; a vote that leaves the bid where it was is told to nobody outside."""


def councils_told_of_decision(
    session: Session, case: Case, *, now: datetime, data: Mapping[str, Any]
) -> list[Recipient]:
    """The councils that answered, once the bid is decided; nobody while another decision is needed."""
    return councils_that_answered(session, case, now=now, data=data) if case.state in DECIDED else []


def _by_address(named: Sequence[Named]) -> list[Recipient]:
    """One recipient an address, whose payload names every invitation that can be answered from there."""
    found: dict[str, list[Named]] = {}
    for one in named:
        found.setdefault(one.address.strip().lower(), []).append(one)
    return [
        Recipient(
            ones[0].address,
            str(ones[0].payload["name"]),
            ones[0].person_id,
            {
                "named": [
                    {"invitation_id": one.payload["invitation_id"], "subject": one.subject} for one in ones
                ]
            },
        )
        for ones in found.values()
    ]


def lead_body_if_few_answered(
    session: Session, case: Case, *, now: datetime, data: Mapping[str, Any]
) -> list[Recipient]:
    """The lead body's people while fewer than three in ten councils have answered; nobody otherwise.

    Source: domain, section 6: low response to the lead body.
    """
    del data
    consultation = newest(session, case.id)
    if consultation is None or consultation.kind is ConsultationKind.COVERED:
        return []
    tally = tally_of(session, consultation.id)
    if 10 * tally.answered >= 3 * tally.invited:
        return []
    roles = (Role.DRAFTER, Role.SIGNATORY)
    people = {one.id: one for role in roles for one in people_with(session, role, case.proposer_id, now)}
    return [Recipient(one.email, one.name, one.id, {}) for _, one in sorted(people.items())]


def to_invite(
    session: Session,
    consultation_id: int,
    *,
    now: datetime,
    silent_only: bool = False,
    answered_only: bool = False,
    only: int | None = None,
) -> list[Named]:
    """Each invitation with its council's mailbox and each person who may answer, once an address, in one statement.

    `silent_only` leaves out the councils whose answer counts, `answered_only` the others; `only` takes one invitation.
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
    if answered_only:
        query = query.where(Invitation.response_id.is_not(None))
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
