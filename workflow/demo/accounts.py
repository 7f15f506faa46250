"""The accounts of the demonstration: who can sign in, and how they come into the database."""

from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from workflow.accounts.commands import grant_delegation, grant_role, hash_password
from workflow.accounts.covering import give_cover
from workflow.accounts.directory import add_organisation, add_person, set_mailboxes
from workflow.accounts.models import Organisation, OrganisationKind, Person
from workflow.accounts.roles import ROLES
from workflow.db import Work
from workflow.demo.people import AWAY_FROM, AWAY_TO, COVER, EXTRAS, IN_OFFICE_FROM, PEOPLE, Someone
from workflow.reference.files import DATA, read

PASSWORD = "improvement-2011"  # noqa: S105 - of invented people, and only where the demonstration is on.
"""The one password of everybody; it exists only where the demonstration is on."""


def accounts() -> list[dict[str, str]]:
    """Who can sign in: e-mail, password, role, organisation and name of each."""
    return [
        {
            "email": someone.email,
            "password": PASSWORD,
            "role": ", ".join(ROLES[role].label for role in someone.roles),
            "organisation": someone.home,
            "name": someone.name,
        }
        for someone in PEOPLE
    ]


def make_accounts(work: Work) -> int:
    """Add the people that are not there yet, with their roles, limits and mailboxes; returns how many are new."""
    _organisations(work)
    ids = dict(work.session.execute(select(Organisation.code, Organisation.id)).all())
    there = set(work.session.scalars(select(Person.email)))
    new = [someone for someone in PEOPLE if someone.email not in there]
    if new:
        known = hash_password(PASSWORD)
        for someone in new:
            _person(work, someone, ids, known)
    set_mailboxes(work, _mailboxes(work.session))
    return len(new)


def make_cover(work: Work) -> None:
    """Let an approver stand in for another who is away when the demonstration opens; told before it begins."""
    ids = dict(work.session.execute(select(Person.email, Person.id)).all())
    away, stands_in = (ids[email] for email in COVER)
    give_cover(work, away, stands_in, valid_from=AWAY_FROM, valid_to=AWAY_TO)


def _organisations(work: Work) -> None:
    there = set(work.session.scalars(select(Organisation.code)))
    for extra in EXTRAS:
        if extra.code not in there:
            add_organisation(
                work,
                code=extra.code,
                name=extra.name,
                kind=OrganisationKind(extra.kind),
                is_charitable=extra.is_charitable,
                provenance=extra.provenance,
            )


def _person(work: Work, someone: Someone, ids: Mapping[str, int], known: str) -> None:
    home, served = ids[someone.home], ids[someone.serves or someone.home]
    made = add_person(work, email=someone.email, name=someone.name, organisation_id=home, password_hash=known)
    for role in someone.roles:
        grant_role(work, made.id, role, served, valid_from=IN_OFFICE_FROM)
    if someone.limit is not None:
        grant_delegation(work, made.id, served, someone.limit, valid_from=IN_OFFICE_FROM)


def _mailboxes(session: Session) -> dict[str, str]:
    """An invented corporate address for every council of 2011 that has none yet, by code."""
    rows = read(DATA, "local_authorities_england_2011.csv", ("code", "gov_uk_slug"), key=("code",))
    without = set(
        session.scalars(
            select(Organisation.code).where(
                Organisation.kind == OrganisationKind.LOCAL_AUTHORITY, Organisation.mailbox.is_(None)
            )
        )
    )
    return {
        row.text("code"): f"corporate@{row.text('gov_uk_slug')}.example"
        for row in rows
        if row.text("code") in without
    }
