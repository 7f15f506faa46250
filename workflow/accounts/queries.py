"""Who somebody is and what they are for which organisation, on a London day."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Date,
    ScalarSelect,
    Select,
    bindparam,
    func,
    literal,
    select,
    text,
)
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
from workflow.accounts.roles import ROLES, Role, Thing
from workflow.clock import london_date
from workflow.db import UtcDateTime, read_columns
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

    def opens(self, thing: Thing) -> bool:
        """Whether a role held for any organisation opens pages of this kind, by the table of roles."""
        return any(ROLES[role].shows(thing) for role in self.roles)

    def organisations(self, *roles: Role) -> frozenset[int]:
        """The organisations for which one of the roles is held."""
        return frozenset(grant.organisation_id for grant in self.grants if grant.role in roles)


def viewer_for(session: Session, person_id: int, now: datetime) -> Viewer:
    """A person with the roles of the London day of `now`.

    Raises:
        NotHere: when there is no such person, or the person left.
    """
    row = session.execute(_VIEWER, {"person_id": person_id, "today": london_date(now)}).one_or_none()
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
    given = {"person_id": person_id, "today": london_date(now), "now": now}
    row = read_columns(session, _STANDING, given).one_or_none()
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


class Holder(NamedTuple):
    """Somebody who holds a role, as far as it takes to write to them."""

    person_id: int
    name: str
    email: str


def holders_of(session: Session, wanted: Iterable[tuple[Role, int]], now: datetime) -> list[Holder]:
    """Everybody who holds one of the (role, organisation id) on the London day of `now`, once, by id; in one statement."""
    pairs = list(wanted)
    given = {
        "roles": [role.value for role, _ in pairs],
        "organisations": [organisation_id for _, organisation_id in pairs],
        "today": london_date(now),
    }
    return [Holder(*row) for row in read_columns(session, _HOLDERS, given)]


def _is_open(now: datetime | ColumnElement[datetime]) -> ColumnElement[bool]:
    """The condition that a connection is on record and not resolved at `now`."""
    return (Interest.declared_at <= now) & (Interest.resolved_at.is_(None) | (Interest.resolved_at > now))


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
    valid_from: InstrumentedAttribute[Any], valid_to: InstrumentedAttribute[Any], now: datetime
) -> ColumnElement[bool]:
    """The condition that a dated row holds on the London day of `now`; both ends are included, an open end has none."""
    return _in_force_on(valid_from, valid_to, literal(london_date(now), Date))


def _in_force_on(
    valid_from: InstrumentedAttribute[Any], valid_to: InstrumentedAttribute[Any], day: ColumnElement[date]
) -> ColumnElement[bool]:
    return (valid_from <= day) & (func.coalesce(valid_to, day) >= day)


# What every page and every decision asks first is put together once.
_PERSON, _TODAY, _NOW = (
    bindparam("person_id", type_=BigInteger),
    bindparam("today", type_=Date),
    bindparam("now", type_=UtcDateTime),
)


def _listed(model: type[Any], *columns: InstrumentedAttribute[Any]) -> Select[Any]:
    """A person's rows of a table as one JSON list, so that several short lists are one statement."""
    gathered = func.jsonb_agg(func.jsonb_build_array(*columns), type_=JSONB)
    return select(gathered).where(model.person_id == _PERSON)


def _listed_today(model: type[Any], *columns: InstrumentedAttribute[Any]) -> ScalarSelect[Any]:
    dated = _in_force_on(model.valid_from, model.valid_to, _TODAY)
    return _listed(model, *columns).where(dated).scalar_subquery()


_ROLES = _listed_today(RoleAssignment, RoleAssignment.role, RoleAssignment.organisation_id)
_VIEWER = (
    select(Person, Organisation, _ROLES)
    .join(Organisation, Organisation.id == Person.organisation_id)
    .where(Person.id == _PERSON, Person.active)
)
_STANDING = select(
    Person.organisation_id,
    _ROLES,
    _listed(Interest, Interest.organisation_id, Interest.case_id).where(_is_open(_NOW)).scalar_subquery(),
    _listed_today(Cover, Cover.for_person_id),
    _listed_today(Delegation, Delegation.organisation_id, Delegation.limit_pence),
).where(Person.id == _PERSON, Person.active)
_HOLDERS = text("""
    SELECT DISTINCT p.id, p.name, p.email
    FROM unnest(CAST(:roles AS text[]), CAST(:organisations AS bigint[])) AS asked (role, organisation_id)
    JOIN role_assignment AS r ON r.role = asked.role AND r.organisation_id = asked.organisation_id
        AND r.valid_from <= :today AND coalesce(r.valid_to, :today) >= :today
    JOIN person AS p ON p.id = r.person_id AND p.active
    ORDER BY p.id
""")
