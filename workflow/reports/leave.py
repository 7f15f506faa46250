"""Who is away in the days to come, and which roles and limits end, for those who look ahead in a department."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, select, true
from sqlalchemy.orm import Session, aliased

from workflow.accounts.models import Cover, Delegation, Person, RoleAssignment
from workflow.accounts.roles import ROLES, Side
from workflow.money import format_pounds

MOST = 100
_OF_DEPARTMENTS = tuple(role for role, row in ROLES.items() if row.side is Side.DEPARTMENT)


@dataclass(frozen=True, slots=True)
class Away:
    """Somebody who is away from a day to a day, and who stands in."""

    name: str
    stands_in: str
    first: date
    last: date


@dataclass(frozen=True, slots=True)
class Ending:
    """A role or a limit in words, whose last day comes."""

    name: str
    what: str
    last: date


def away_ahead(session: Session, departments: Collection[int] | None, today: date, until: date) -> list[Away]:
    """Who of some departments, or of all when None, is away on a day from today to `until`, the first to leave first."""
    absent, by = aliased(Person), aliased(Person)
    own = select(RoleAssignment.person_id).where(
        RoleAssignment.role.in_(_OF_DEPARTMENTS), _of(RoleAssignment, departments)
    )
    rows = session.execute(
        select(absent.name, by.name, Cover.valid_from, Cover.valid_to)
        .select_from(Cover)
        .join(absent, absent.id == Cover.for_person_id)
        .join(by, by.id == Cover.person_id)
        .where(Cover.for_person_id.in_(own), Cover.valid_from <= until, Cover.valid_to >= today)
        .order_by(Cover.valid_from, Cover.id)
        .limit(MOST)
    )
    return [Away(*row) for row in rows]


def endings_ahead(
    session: Session, departments: Collection[int] | None, today: date, until: date
) -> list[Ending]:
    """The roles and limits for some departments, or for all when None, whose last day comes, the soonest first."""
    roles = session.execute(
        select(Person.name, RoleAssignment.role, RoleAssignment.valid_to)
        .join(Person, Person.id == RoleAssignment.person_id)
        .where(
            RoleAssignment.role.in_(_OF_DEPARTMENTS),
            _of(RoleAssignment, departments),
            RoleAssignment.valid_to.between(today, until),
        )
        .order_by(RoleAssignment.valid_to, RoleAssignment.id)
        .limit(MOST)
    )
    found = [Ending(name, ROLES[role].label, last) for name, role, last in roles if last]
    limits = session.execute(
        select(Person.name, Delegation.limit_pence, Delegation.valid_to)
        .join(Person, Person.id == Delegation.person_id)
        .where(_of(Delegation, departments), Delegation.valid_to.between(today, until))
        .order_by(Delegation.valid_to, Delegation.id)
        .limit(MOST)
    )
    found += [
        Ending(name, f"Approving up to {format_pounds(pence)}", last) for name, pence, last in limits if last
    ]
    return sorted(found, key=lambda one: (one.last, one.name))


def _of(
    model: type[RoleAssignment] | type[Delegation], departments: Collection[int] | None
) -> ColumnElement[bool]:
    return true() if departments is None else model.organisation_id.in_(departments)
