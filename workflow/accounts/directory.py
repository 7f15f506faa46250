"""Who and what is known: adding organisations and people, and the addresses that councils are reached at."""

from collections.abc import Mapping

from sqlalchemy import Text, column, select, update, values

from workflow import audit
from workflow.accounts.models import Organisation, OrganisationKind, Person
from workflow.db import Work
from workflow.errors import Invalid


def add_organisation(
    work: Work,
    *,
    code: str,
    name: str,
    kind: OrganisationKind,
    is_legal_person: bool = True,
    is_charitable: bool = False,
    provenance: str = "",
) -> Organisation:
    """Add an organisation that no register of the product holds."""
    made = Organisation(
        code=code,
        name=name,
        short_name=code,
        kind=kind,
        is_legal_person=is_legal_person,
        is_charitable=is_charitable,
        provenance=provenance,
    )
    work.session.add(made)
    work.session.flush()  # Its id names its stream.
    payload = {"code": code, "kind": kind.value}
    audit.record(work, f"organisation:{made.id}", "organisation_added", payload, texts={"name": name})
    return made


def set_mailboxes(work: Work, addresses: Mapping[str, str]) -> int:
    """Set the corporate addresses of organisations by their codes, in one statement; returns how many changed."""
    given = [(code, address.strip().lower()) for code, address in sorted(addresses.items())]
    if not given:
        return 0
    rows = values(column("code", Text), column("address", Text), name="given").data(given)
    changed = work.session.execute(
        update(Organisation)
        .where(Organisation.code == rows.c.code, Organisation.mailbox.is_distinct_from(rows.c.address))
        .values(mailbox=rows.c.address)
        .returning(Organisation.id)
        .execution_options(synchronize_session=False)
    ).all()
    if changed:
        listed = sorted(row.id for row in changed)
        audit.record(work, "organisations", "mailboxes_set", {"organisations": listed})
    return len(changed)


def add_person(
    work: Work, *, email: str, name: str, organisation_id: int, password_hash: str | None = None
) -> Person:
    """Add somebody at home in an organisation; without a password they sign in by a mailed link.

    Raises:
        Invalid: when the address belongs to somebody already, or is none.
    """
    address = email.strip().lower()
    if not 3 <= len(address) <= 254 or "@" not in address:
        raise Invalid("Enter an email address, like name@example.org.", field="email")
    if work.session.scalar(select(Person.id).where(Person.email == address)) is not None:
        raise Invalid("Somebody has this email address already.", field="email")
    made = Person(
        email=address,
        name=name.strip(),
        organisation_id=organisation_id,
        active=True,
        password_hash=password_hash,
    )
    work.session.add(made)
    work.session.flush()  # Their id names their stream.
    payload = {"organisation": organisation_id}
    audit.record(
        work, f"person:{made.id}", "person_added", payload, texts={"name": made.name, "email": address}
    )
    return made
