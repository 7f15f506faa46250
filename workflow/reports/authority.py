"""What somebody may decide, until when and for whom: limits, cover, roles and connections, as they were on a London day.

Oneself reads all of one's own. Of others it is read by those who give it, for their own department, and by auditors. What one
may not see answers as if it were not there. Source: domain, sections 5 and 8.
"""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from workflow.accounts.models import Cover, Delegation, Interest, Organisation, Person, RoleAssignment
from workflow.accounts.queries import Viewer
from workflow.accounts.roles import GRANTERS, ROLES, Grantable, Role, Side, Thing
from workflow.cases import Case
from workflow.clock import LONDON, london_date
from workflow.errors import NotHere
from workflow.money import Pence

PAGE = 25
MOST = 100
"""How many rows of one kind a page shows of one person, the newest first."""

_OF_DEPARTMENTS = tuple(role for role, row in ROLES.items() if row.side is Side.DEPARTMENT)


@dataclass(frozen=True, slots=True)
class Dated:
    """One grant of a person: `what` and `whose` in words, its first and last day, and who gave it where that is known."""

    id: int
    what: str
    whose: str
    valid_from: date
    valid_to: date | None
    given_by: str | None
    pence: Pence | None = None

    def is_on(self, day: date) -> bool:
        """Whether it holds on a day."""
        return self.valid_from <= day and (self.valid_to is None or self.valid_to >= day)

    def can_end(self, day: date) -> bool:
        """Whether it may be given an earlier last day on a day."""
        return self.valid_to is None or self.valid_to > max(day, self.valid_from)


@dataclass(frozen=True, slots=True)
class Connection:
    """A connection on record, to an organisation or to one bid (its reference), with what was said."""

    id: int
    whose: str
    nature: str
    declared_on: date
    settled_on: date | None
    resolution: str

    def is_on(self, day: date) -> bool:
        """Whether it was on record and not settled at the end of a day."""
        return self.declared_on <= day and (self.settled_on is None or self.settled_on > day)


@dataclass(frozen=True, slots=True)
class Authority:
    """All that one person may decide; `stands_in` for others, `away` while others stand in."""

    person_id: int
    name: str
    home: str
    limits: tuple[Dated, ...]
    stands_in: tuple[Dated, ...]
    away: tuple[Dated, ...]
    roles: tuple[Dated, ...]
    connections: tuple[Connection, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """One person in the list, as on the day asked for."""

    id: int
    name: str
    roles: tuple[Role, ...]
    limit: Pence | None
    stands_in_for: tuple[str, ...]
    stood_in_by: tuple[str, ...]
    connections: int


def own_authority(session: Session, viewer: Viewer) -> Authority:
    """What the viewer may decide."""
    return _authority(session, viewer.person_id)


def authority_of(session: Session, viewer: Viewer, person_id: int, now: datetime) -> Authority:
    """What somebody may decide, for those who give it, and for auditors.

    Raises:
        NotHere: when the viewer may not see it, or there is nobody.
    """
    departments = departments_of(viewer)
    statement = select(RoleAssignment.id).where(
        RoleAssignment.person_id == person_id, RoleAssignment.role.in_(_OF_DEPARTMENTS)
    )
    if departments is not None:
        # Who left the department is not its business any more, but who joins it soon is.
        statement = statement.where(
            RoleAssignment.organisation_id.in_(departments), _not_over(london_date(now))
        )
    if session.scalar(statement.limit(1)) is None:
        raise NotHere
    return _authority(session, person_id)


def departments_of(viewer: Viewer) -> frozenset[int] | None:
    """The departments whose people the viewer sees; None for an auditor, who sees those of all.

    Raises:
        NotHere: when the viewer sees nobody's.
    """
    if not viewer.opens(Thing.AUTHORITY):
        raise NotHere
    if viewer.has(Role.AUDITOR):
        return None
    return viewer.organisations(*GRANTERS[Grantable.COVER], *GRANTERS[Grantable.LIMIT])


def people_of(
    session: Session, viewer: Viewer, day: date, *, after: int | None = None
) -> tuple[list[Line], bool]:
    """A page of the people with a role for the viewer's departments on a day, by id, and whether more follow.

    Raises:
        NotHere: when the viewer sees nobody's.
    """
    departments = departments_of(viewer)
    held = (
        RoleAssignment.person_id == Person.id,
        RoleAssignment.role.in_(_OF_DEPARTMENTS),
        _holds(RoleAssignment, day),
        *([] if departments is None else [RoleAssignment.organisation_id.in_(departments)]),
    )
    roles = select(func.array_agg(RoleAssignment.role.distinct())).where(*held).scalar_subquery()
    limit = select(func.max(Delegation.limit_pence)).where(
        Delegation.person_id == Person.id,
        _holds(Delegation, day),
        *([] if departments is None else [Delegation.organisation_id.in_(departments)]),
    )
    closes = datetime.combine(day, datetime.max.time(), LONDON)
    connections = select(func.count(Interest.id)).where(
        Interest.person_id == Person.id,
        Interest.declared_at <= closes,
        or_(Interest.resolved_at.is_(None), Interest.resolved_at > closes),
    )
    statement = select(
        Person.id, Person.name, roles, limit.scalar_subquery(), connections.scalar_subquery()
    ).where(select(RoleAssignment.id).where(*held).exists())
    if after is not None:
        statement = statement.where(Person.id > after)
    rows = session.execute(statement.order_by(Person.id).limit(PAGE + 1)).all()
    covers = _covers_on(session, [row[0] for row in rows[:PAGE]], day)
    found = [
        Line(
            person_id,
            name,
            tuple(sorted(Role(role) for role in held_roles or ())),
            None if pence is None else Pence(pence),
            tuple(covered for by, _, _, covered in covers if by == person_id),
            tuple(name for _, covered_id, name, _ in covers if covered_id == person_id),
            open_connections,
        )
        for person_id, name, held_roles, pence, open_connections in rows[:PAGE]
    ]
    return found, len(rows) > PAGE


def colleagues_of(session: Session, viewer: Viewer, person_id: int, now: datetime) -> list[tuple[int, str]]:
    """Those who could stand in for somebody: everybody else with a role for the viewer's departments today, by name.

    Raises:
        NotHere: when the viewer sees nobody's.
    """
    departments = departments_of(viewer) or frozenset()
    rows = session.execute(
        select(Person.id, Person.name)
        .join(RoleAssignment, RoleAssignment.person_id == Person.id)
        .where(
            RoleAssignment.organisation_id.in_(departments),
            RoleAssignment.role.in_(_OF_DEPARTMENTS),
            _holds(RoleAssignment, london_date(now)),
            Person.active,
            Person.id.not_in([person_id, viewer.person_id]),
        )
        .distinct()
        .order_by(Person.name, Person.id)
    )
    return [(one, name) for one, name in rows]


def _authority(session: Session, person_id: int) -> Authority:
    row = session.execute(
        select(Person.name, Organisation.name)
        .join(Organisation, Organisation.id == Person.organisation_id)
        .where(Person.id == person_id)
    ).one_or_none()
    if row is None:
        raise NotHere
    limits, roles = _limits(session, person_id), _roles(session, person_id)
    stands_in, away = _covers(session, person_id)
    return Authority(
        person_id, row[0], row[1], limits, stands_in, away, roles, _connections(session, person_id)
    )


def _limits(session: Session, person_id: int) -> tuple[Dated, ...]:
    rows = session.execute(
        select(Delegation, Organisation.name, Person.name)
        .join(Organisation, Organisation.id == Delegation.organisation_id)
        .outerjoin(Person, Person.id == Delegation.granted_by)
        .where(Delegation.person_id == person_id)
        .order_by(Delegation.valid_from.desc(), Delegation.id.desc())
        .limit(MOST)
    )
    return tuple(
        Dated(one.id, "", whose, one.valid_from, one.valid_to, by, one.limit_pence) for one, whose, by in rows
    )


def _roles(session: Session, person_id: int) -> tuple[Dated, ...]:
    rows = session.execute(
        select(RoleAssignment, Organisation.name, Person.name)
        .join(Organisation, Organisation.id == RoleAssignment.organisation_id)
        .outerjoin(Person, Person.id == RoleAssignment.granted_by)
        .where(RoleAssignment.person_id == person_id)
        .order_by(RoleAssignment.valid_from.desc(), RoleAssignment.id.desc())
        .limit(MOST)
    )
    return tuple(
        Dated(one.id, ROLES[one.role].label, whose, one.valid_from, one.valid_to, by)
        for one, whose, by in rows
    )


def _covers(session: Session, person_id: int) -> tuple[tuple[Dated, ...], tuple[Dated, ...]]:
    """For whom somebody stands in, and who stands in for them."""
    other = func.coalesce(func.nullif(Cover.for_person_id, person_id), Cover.person_id)
    rows = session.execute(
        select(Cover, Person.name)
        .join(Person, Person.id == other)
        .where(or_(Cover.person_id == person_id, Cover.for_person_id == person_id))
        .order_by(Cover.valid_from.desc(), Cover.id.desc())
        .limit(MOST)
    ).all()
    lines = [
        (one.person_id, Dated(one.id, "", name, one.valid_from, one.valid_to, None)) for one, name in rows
    ]
    return (
        tuple(line for by, line in lines if by == person_id),
        tuple(line for by, line in lines if by != person_id),
    )


def _covers_on(session: Session, person_ids: list[int], day: date) -> list[tuple[int, int, str, str]]:
    """(who stands in, for whom, and both names) of the covers that touch some people on a day."""
    by, away = Person.__table__.alias(), Person.__table__.alias()
    rows = session.execute(
        select(Cover.person_id, Cover.for_person_id, by.c.name, away.c.name)
        .join(by, by.c.id == Cover.person_id)
        .join(away, away.c.id == Cover.for_person_id)
        .where(or_(Cover.person_id.in_(person_ids), Cover.for_person_id.in_(person_ids)), _holds(Cover, day))
        .order_by(Cover.id)
    )
    return [(one, other, stands_in, covered) for one, other, stands_in, covered in rows]


def _connections(session: Session, person_id: int) -> tuple[Connection, ...]:
    rows = session.execute(
        select(Interest, Organisation.name, Case.reference)
        .outerjoin(Organisation, Organisation.id == Interest.organisation_id)
        .outerjoin(Case, Case.id == Interest.case_id)
        .where(Interest.person_id == person_id)
        .order_by(Interest.declared_at.desc(), Interest.id.desc())
        .limit(MOST)
    )
    return tuple(
        Connection(
            one.id,
            name or f"Bid {reference}",
            one.nature,
            london_date(one.declared_at),
            london_date(one.resolved_at) if one.resolved_at else None,
            one.resolution or "",
        )
        for one, name, reference in rows
    )


def _holds(model: type[RoleAssignment] | type[Delegation] | type[Cover], day: date) -> ColumnElement[bool]:
    return (model.valid_from <= day) & or_(model.valid_to.is_(None), model.valid_to >= day)


def _not_over(day: date) -> ColumnElement[bool]:
    return or_(RoleAssignment.valid_to.is_(None), RoleAssignment.valid_to >= day)
