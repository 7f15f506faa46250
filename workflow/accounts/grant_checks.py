"""What holds for everything that people give each other: by whom, to whom, and on which days."""

from collections.abc import Collection
from datetime import date

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import InstrumentedAttribute

from workflow.accounts.models import (
    Person,
    RoleAssignment,
)
from workflow.accounts.queries import standing_of
from workflow.accounts.roles import GRANTERS, ROLES, Grantable, Role, Side
from workflow.clock import london_date
from workflow.db import Work
from workflow.errors import Invalid, NotAllowed, NotHere

TO_ONESELF = "Nobody grants anything to themselves. Ask somebody else who may."
"""What somebody is told who tries."""


def may_give(work: Work, what: Grantable, organisation_id: int, person_id: int) -> None:
    """Refuse a grant to oneself, or by somebody whose role does not give it for an organisation.

    Raises:
        NotAllowed: always with whom to ask.
    """
    if work.actor.person_id == person_id:
        raise NotAllowed(TO_ONESELF)
    if not given_for(work, what, {organisation_id}):
        raise NotAllowed(whose(what))


def given_for(work: Work, what: Grantable, organisations: Collection[int]) -> frozenset[int]:
    """Those of some organisations for which the actor gives this; the system, which sets up, for all."""
    if work.actor.person_id is None:
        return frozenset(organisations)
    grants = standing_of(work.session, work.actor.person_id, work.now).grants
    held = [grant for grant in grants if grant.role in GRANTERS[what]]
    if any(ROLES[grant.role].side is Side.ALL for grant in held):
        return frozenset(organisations)
    return frozenset(organisations) & {grant.organisation_id for grant in held}


def whose(what: Grantable) -> str:
    """Whom to ask for what one may not give."""
    who = " or ".join(sorted(ROLES[role].label.lower() for role in GRANTERS[what]))
    return f"Only somebody who is {who} does this. Ask one of them."


def people_held(work: Work, *ids: int) -> list[Person]:
    """The people with these ids, locked by ascending id, so that two grants to one person wait for each other.

    Raises:
        NotHere: when there is no such person, or the person left.
    """
    found = work.session.scalars(
        select(Person)
        .where(Person.id.in_(ids), Person.active)
        .order_by(Person.id)
        .with_for_update(key_share=True)
    ).all()
    by_id = {person.id: person for person in found}
    if len(by_id) < len(set(ids)):
        raise NotHere
    return [by_id[one] for one in ids]


def fit(work: Work, first: date, last: date | None) -> None:
    """Refuse days out of order, or that have passed: what was so on a past day is not changed afterwards.

    Raises:
        Invalid: beside the day.
    """
    if first < london_date(work.now):
        raise Invalid("The first day must be today or later.", field="valid_from")
    if last is not None and last < first:
        raise Invalid("The last day must not be before the first.", field="valid_to")


def may_end(work: Work, first: date, last: date | None, last_day: date) -> None:
    """Refuse a last day that has passed, or that would make the grant longer.

    Raises:
        Invalid: beside the last day.
    """
    if last_day < first:
        raise Invalid("The last day must not be before the first.", field="last_day")
    if last_day < london_date(work.now):
        raise Invalid("The last day must be today or later.", field="last_day")
    if last is not None and last_day > last:
        raise Invalid(
            "It ends before that day already. To make it longer, give it anew from the day after.",
            field="last_day",
        )


def overlaps(
    valid_from: InstrumentedAttribute[date],
    valid_to: InstrumentedAttribute[date] | InstrumentedAttribute[date | None],
    first: date,
    last: date | None,
) -> ColumnElement[bool]:
    """The condition that a dated row holds on some day between two, both included; an open end has none."""
    return (valid_from <= (last or date.max)) & or_(valid_to.is_(None), valid_to >= first)


def roles_on(work: Work, person_id: int, organisation_id: int, day: date) -> frozenset[Role]:
    """The roles that somebody holds for an organisation on a day."""
    rows = work.session.scalars(
        select(RoleAssignment.role).where(
            RoleAssignment.person_id == person_id,
            RoleAssignment.organisation_id == organisation_id,
            overlaps(RoleAssignment.valid_from, RoleAssignment.valid_to, day, day),
        )
    )
    return frozenset(rows)


def departments_on(work: Work, person_id: int, day: date) -> frozenset[int]:
    """The departments for which somebody holds a role on a day."""
    rows = work.session.execute(
        select(RoleAssignment.organisation_id, RoleAssignment.role).where(
            RoleAssignment.person_id == person_id,
            overlaps(RoleAssignment.valid_from, RoleAssignment.valid_to, day, day),
        )
    )
    return frozenset(one for one, role in rows if ROLES[role].side is Side.DEPARTMENT)
