"""Which addresses belong to a council, so that an answer from elsewhere waits for somebody of the council."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from workflow.accounts.models import Organisation, Person, RoleAssignment
from workflow.accounts.queries import in_force
from workflow.accounts.roles import Role

COUNCIL_ROLES = (Role.COUNCIL_OFFICER, Role.CORPORATE_MAILBOX)

PUBLIC_PROVIDERS = frozenset(
    {
        "aol.com",
        "btinternet.com",
        "gmail.com",
        "googlemail.com",
        "hotmail.co.uk",
        "hotmail.com",
        "icloud.com",
        "live.co.uk",
        "outlook.com",
        "yahoo.co.uk",
        "yahoo.com",
    }
)
"""Where anybody may have an address: one contact there makes no other address there the council's."""


@dataclass(frozen=True, slots=True)
class Contacts:
    """The addresses that a council was invited at, in small letters."""

    addresses: frozenset[str]

    def holds(self, email: str) -> bool:
        """Whether an address is one of them."""
        return email.strip().lower() in self.addresses

    def knows(self, email: str) -> bool:
        """Whether an address is one of them, or is at a domain of theirs or under one.

        Source: domain, section 8: an answer from outside the council's known domains waits for one invited contact.
        """
        host = _host(email)
        own = {_host(address) for address in self.addresses} - PUBLIC_PROVIDERS
        return self.holds(email) or any(host == one or host.endswith(f".{one}") for one in own)


def _host(address: str) -> str:
    return address.strip().lower().rpartition("@")[2]


def contacts_of(session: Session, organisation_id: int, now: datetime) -> Contacts:
    """The mailbox of a council and everybody who may answer for it today."""
    people = session.scalars(
        select(Person.email)
        .join(RoleAssignment, RoleAssignment.person_id == Person.id)
        .where(
            RoleAssignment.organisation_id == organisation_id,
            RoleAssignment.role.in_(COUNCIL_ROLES),
            in_force(RoleAssignment.valid_from, RoleAssignment.valid_to, now),
            Person.active,
        )
    )
    mailbox = session.scalar(select(Organisation.mailbox).where(Organisation.id == organisation_id))
    return Contacts(frozenset(one.strip().lower() for one in (*people, mailbox) if one))
