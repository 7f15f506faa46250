"""Who somebody is and what they are for which organisation, on a London day."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, Select, func, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import InstrumentedAttribute, Session

from workflow.accounts.models import (
    Cover,
    Delegation,
    Interest,
    Organisation,
    OrganisationKind,
    Person,
    RoleAssignment,
    UserSession,
)
from workflow.accounts.roles import Role
from workflow.clock import london_date
from workflow.errors import NotHere
from workflow.money import Pence

IDLE = timedelta(hours=12)
"""A sign-in that was not used for this long has ended."""


@dataclass(frozen=True, slots=True)
class Grant:
    """A role that somebody holds for an organisation today."""

    role: Role
    organisation_id: int


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who looks: a person with the home organisation and all roles of today. Queries scope by it."""

    person_id: int
    name: str
    email: str
    organisation_id: int
    organisation_code: str
    organisation_name: str
    organisation_kind: OrganisationKind
    grants: frozenset[Grant]

    @property
    def roles(self) -> frozenset[Role]:
        """The roles held for any organisation."""
        return frozenset(grant.role for grant in self.grants)

    def has(self, role: Role, organisation_id: int | None = None) -> bool:
        """Whether the role is held, for one organisation or for any."""
        return any(
            grant.role is role and organisation_id in {None, grant.organisation_id} for grant in self.grants
        )

    def organisations(self, *roles: Role) -> frozenset[int]:
        """The organisations for which one of the roles is held."""
        return frozenset(grant.organisation_id for grant in self.grants if grant.role in roles)


def viewer_for(session: Session, person_id: int, now: datetime) -> Viewer:
    """A person with the roles of the London day of `now`.

    Raises:
        NotHere: when there is no such person, or the person left.
    """
    row = session.execute(
        select(Person, Organisation, _roles_of(Person.id, now))
        .join(Organisation, Organisation.id == Person.organisation_id)
        .where(Person.id == person_id, Person.active)
    ).one_or_none()
    if row is None:
        raise NotHere
    person, home, roles = row
    return Viewer(
        person_id=person.id,
        name=person.name,
        email=person.email,
        organisation_id=home.id,
        organisation_code=home.code,
        organisation_name=home.name,
        organisation_kind=home.kind,
        grants=_grants(roles),
    )


def _grants(roles: Iterable[tuple[str, int]] | None) -> frozenset[Grant]:
    return frozenset(Grant(Role(role), organisation_id) for role, organisation_id in roles or ())


def _roles_of(person_id: InstrumentedAttribute[int], now: datetime) -> ScalarSelect[Any]:
    """The roles of a person on the London day of `now` as one JSON list of (role, organisation id)."""
    return (
        select(
            func.jsonb_agg(
                func.jsonb_build_array(RoleAssignment.role, RoleAssignment.organisation_id), type_=JSONB
            )
        )
        .where(
            RoleAssignment.person_id == person_id,
            in_force(RoleAssignment.valid_from, RoleAssignment.valid_to, now),
        )
        .scalar_subquery()
    )


@dataclass(frozen=True, slots=True)
class Standing:
    """What a person may do and what bars it: roles, connections on record, people stood in for, limits by department."""

    person_id: int
    organisation_id: int
    grants: frozenset[Grant]
    interests: frozenset[int]
    interest_cases: frozenset[int]
    principals: frozenset[int]
    limits: dict[int, Pence]


def standing_of(session: Session, person_id: int, now: datetime) -> Standing:
    """The standing of a person on the London day of `now`, in one statement.

    Raises:
        NotHere: when there is no such person, or the person left.
    """
    interests = _listed(Interest.organisation_id, Interest.case_id).where(
        Interest.person_id == person_id, _is_open(now)
    )
    covers = _listed(Cover.for_person_id).where(
        Cover.person_id == person_id, in_force(Cover.valid_from, Cover.valid_to, now)
    )
    limits = _listed(Delegation.organisation_id, Delegation.limit_pence).where(
        Delegation.person_id == person_id, in_force(Delegation.valid_from, Delegation.valid_to, now)
    )
    row = session.execute(
        select(
            Person.organisation_id,
            _roles_of(Person.id, now),
            *(statement.scalar_subquery() for statement in (interests, covers, limits)),
        ).where(Person.id == person_id, Person.active)
    ).one_or_none()
    if row is None:
        raise NotHere
    home, roles, connected, covered, delegated = row
    highest: dict[int, Pence] = {}
    for department, pence in delegated or ():
        highest[department] = max(highest.get(department, Pence(0)), Pence(pence))
    return Standing(
        person_id,
        home,
        _grants(roles),
        frozenset(body for body, _ in connected or () if body is not None),
        frozenset(case for _, case in connected or () if case is not None),
        frozenset(principal for (principal,) in covered or ()),
        highest,
    )


def _listed(*columns: InstrumentedAttribute[Any]) -> Select[Any]:
    """Rows as one JSON list, so that several short lists are one statement."""
    return select(func.jsonb_agg(func.jsonb_build_array(*columns), type_=JSONB))


def grants_of(session: Session, person_ids: Sequence[int], now: datetime) -> dict[int, frozenset[Grant]]:
    """The roles of some people on the London day of `now`, in one statement."""
    found: dict[int, set[Grant]] = {person_id: set() for person_id in person_ids}
    rows = session.execute(
        select(RoleAssignment.person_id, RoleAssignment.role, RoleAssignment.organisation_id).where(
            RoleAssignment.person_id.in_(person_ids),
            in_force(RoleAssignment.valid_from, RoleAssignment.valid_to, now),
        )
    )
    for person_id, role, organisation_id in rows:
        found[person_id].add(Grant(role, organisation_id))
    return {person_id: frozenset(grants) for person_id, grants in found.items()}


def people_with(session: Session, role: Role, organisation_id: int, now: datetime) -> list[Person]:
    """The people who hold a role for an organisation on the London day of `now`, by id."""
    return list(
        session.scalars(
            select(Person)
            .join(RoleAssignment, RoleAssignment.person_id == Person.id)
            .where(
                RoleAssignment.role == role,
                RoleAssignment.organisation_id == organisation_id,
                in_force(RoleAssignment.valid_from, RoleAssignment.valid_to, now),
                Person.active,
            )
            .order_by(Person.id)
        ).unique()
    )


def limits_of(session: Session, person_id: int, organisation_id: int, now: datetime) -> Pence | None:
    """What a person may approve for a department on the London day of `now`, in pence; None when nothing is delegated."""
    return session.scalar(
        select(func.max(Delegation.limit_pence)).where(
            Delegation.person_id == person_id,
            Delegation.organisation_id == organisation_id,
            in_force(Delegation.valid_from, Delegation.valid_to, now),
        )
    )


def interests_of(session: Session, person_id: int, now: datetime) -> list[Interest]:
    """The connections of a person that are on record and not resolved at `now`."""
    return list(
        session.scalars(
            select(Interest)
            .where(
                Interest.person_id == person_id,
                _is_open(now),
            )
            .order_by(Interest.id)
        )
    )


def _is_open(now: datetime) -> ColumnElement[bool]:
    """The condition that a connection is on record and not resolved at `now`."""
    return (Interest.declared_at <= now) & (Interest.resolved_at.is_(None) | (Interest.resolved_at > now))


def principals_of(session: Session, person_id: int, now: datetime) -> frozenset[int]:
    """The people whom a person stands in for on the London day of `now`."""
    return frozenset(
        session.scalars(
            select(Cover.for_person_id).where(
                Cover.person_id == person_id, in_force(Cover.valid_from, Cover.valid_to, now)
            )
        )
    )


def people_named(session: Session, ids: Iterable[int]) -> dict[int, str]:
    """The names of some people by id, in one statement."""
    wanted = sorted(set(ids))
    if not wanted:
        return {}
    return dict(session.execute(select(Person.id, Person.name).where(Person.id.in_(wanted))).all())


def organisations_named(session: Session, ids: Iterable[int]) -> dict[int, str]:
    """The names of some organisations by id, in one statement."""
    wanted = sorted(set(ids))
    if not wanted:
        return {}
    rows = session.execute(select(Organisation.id, Organisation.name).where(Organisation.id.in_(wanted)))
    return dict(rows.all())


def organisation(session: Session, code: str) -> Organisation:
    """The organisation with a code.

    Raises:
        NotHere: when there is none.
    """
    found = session.scalars(select(Organisation).where(Organisation.code == code)).one_or_none()
    if found is None:
        raise NotHere
    return found


def person_of_session(session: Session, token_digest: str, real: datetime) -> int | None:
    """The person whose sign-in has this token digest, while it runs; None when it ended, idled out or was revoked."""
    return session.scalar(
        select(UserSession.person_id).where(
            UserSession.token_digest == token_digest,
            UserSession.revoked_at.is_(None),
            UserSession.expires_at > real,
            UserSession.last_seen_at > real - IDLE,
        )
    )


def in_force(
    valid_from: InstrumentedAttribute[object], valid_to: InstrumentedAttribute[object], now: datetime
) -> ColumnElement[bool]:
    """The condition that a dated row holds on the London day of `now`; both ends are included, an open end has none."""
    today = london_date(now)
    return (valid_from <= today) & (func.coalesce(valid_to, today) >= today)
