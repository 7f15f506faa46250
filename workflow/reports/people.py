"""What those who look after people see: who has which role, who leaves and what waits for them, addresses that do not work.

No bid is named here: they are counted, because whoever looks after people sees none. Source: domain, section 8.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, aliased

from workflow.accounts.models import Organisation, Person, RoleAssignment
from workflow.accounts.queries import Viewer, in_force
from workflow.accounts.roles import ROLES, Role, Thing
from workflow.cases import Case
from workflow.cases.models import CaseDuty
from workflow.clock import london_date
from workflow.errors import NotHere
from workflow.notifications.models import Suppression

PAGE = 50


@dataclass(frozen=True, slots=True)
class Held:
    """A role that somebody holds, for which organisation and until when; `others` are those who could take over today."""

    id: int
    role: Role
    organisation: str
    valid_from: date
    valid_to: date | None
    others: tuple[str, ...]

    @property
    def nobody_else(self) -> bool:
        """Whether nobody else holds a role that an organisation needs at least one person in."""
        return not self.others and ROLES[self.role].at_least > 0


@dataclass(frozen=True, slots=True)
class Listed:
    """A line of the list of people, with the roles of today."""

    id: int
    name: str
    email: str
    home: str
    active: bool
    leaves_on: date | None
    roles: tuple[Role, ...]


@dataclass(frozen=True, slots=True)
class Leaver:
    """Somebody who leaves: how many live bids they have worked on, and the roles they still hold."""

    id: int
    name: str
    home: str
    leaves_on: date
    open_cases: int
    roles: tuple[Held, ...]


@dataclass(frozen=True, slots=True)
class BrokenAddress:
    """An address that messages do not reach, with the organisation or the person it belongs to."""

    address: str
    since: datetime
    organisation_code: str | None
    organisation: str | None
    person_id: int | None
    person: str | None


@dataclass(frozen=True, slots=True)
class PersonPage:
    """All about one person."""

    person: Person
    home: str
    roles: tuple[Held, ...]
    open_cases: int


def people(
    session: Session, viewer: Viewer, now: datetime, *, text: str = "", after: int | None = None
) -> tuple[list[Listed], bool]:
    """A page of people by id, and whether more follow; `text` is a part of a name, an address or an organisation.

    Raises:
        NotHere: when the viewer does not look after people.
    """
    _may(viewer)
    today = in_force(RoleAssignment.valid_from, RoleAssignment.valid_to, now)
    roles = (
        select(func.array_agg(RoleAssignment.role.distinct()))
        .where(RoleAssignment.person_id == Person.id, today)
        .correlate(Person)
        .scalar_subquery()
    )
    statement = (
        select(Person, Organisation.name, roles)
        .join(Organisation, Organisation.id == Person.organisation_id)
        .order_by(Person.id)
        .limit(PAGE + 1)
    )
    if text:
        words = f"%{_plain(text)}%"
        columns = (Person.name, Person.email, Organisation.name, Organisation.code)
        statement = statement.where(or_(*(column.ilike(words, escape="\\") for column in columns)))
    if after is not None:
        statement = statement.where(Person.id > after)
    rows = session.execute(statement).all()
    found = [
        Listed(
            one.id,
            one.name,
            one.email,
            home,
            one.active,
            one.leaves_on,
            tuple(sorted(Role(role) for role in held or ())),
        )
        for one, home, held in rows[:PAGE]
    ]
    return found, len(rows) > PAGE


def person_page(session: Session, viewer: Viewer, person_id: int, now: datetime) -> PersonPage:
    """One person.

    Raises:
        NotHere: when there is nobody, or the viewer does not look after people.
    """
    _may(viewer)
    row = session.execute(
        select(Person, Organisation.name)
        .join(Organisation, Organisation.id == Person.organisation_id)
        .where(Person.id == person_id)
    ).one_or_none()
    if row is None:
        raise NotHere
    person, home = row
    held = _held(session, [person_id], now).get(person_id, ())
    return PersonPage(person, home, held, _open_cases(session, [person_id]).get(person_id, 0))


def leavers(session: Session, viewer: Viewer, now: datetime) -> list[Leaver]:
    """Those who leave or have left and still hold a role, the first to leave at the top.

    Raises:
        NotHere: when the viewer does not look after people.
    """
    _may(viewer)
    rows = session.execute(
        select(Person.id, Person.name, Organisation.name, Person.leaves_on)
        .join(Organisation, Organisation.id == Person.organisation_id)
        .where(Person.leaves_on.is_not(None))
        .order_by(Person.leaves_on, Person.id)
    ).all()
    ids = [row[0] for row in rows]
    held, cases = _held(session, ids, now), _open_cases(session, ids)
    return [
        Leaver(person_id, name, home, leaves_on, cases.get(person_id, 0), held[person_id])
        for person_id, name, home, leaves_on in rows
        if leaves_on is not None and _outlasts(held.get(person_id, ()), leaves_on)
    ]


def _outlasts(held: Sequence[Held], day: date) -> bool:
    """Whether some role goes on after a day."""
    return any(one.valid_to is None or one.valid_to > day for one in held)


def broken_addresses(session: Session, viewer: Viewer) -> list[BrokenAddress]:
    """The addresses of organisations and people that messages do not reach, the newest first.

    Raises:
        NotHere: when the viewer does not look after people.
    """
    _may(viewer)
    rows = session.execute(
        select(
            Suppression.address,
            Suppression.since,
            Organisation.code,
            Organisation.name,
            Person.id,
            Person.name,
        )
        .outerjoin(Organisation, func.lower(Organisation.mailbox) == Suppression.address)
        .outerjoin(Person, Person.email == Suppression.address)
        .where(Suppression.lifted_at.is_(None), or_(Organisation.id.is_not(None), Person.id.is_not(None)))
        .order_by(Suppression.since.desc(), Suppression.id.desc(), Organisation.id)
        .limit(PAGE)
    )
    return [BrokenAddress(*row) for row in rows]


def _may(viewer: Viewer) -> None:
    if not viewer.opens(Thing.PEOPLE):
        raise NotHere


def _open_cases(session: Session, person_ids: Sequence[int]) -> dict[int, int]:
    """How many live bids each person did a step of, by person."""
    rows = session.execute(
        select(CaseDuty.person_id, func.count(CaseDuty.case_id.distinct()))
        .join(Case, Case.id == CaseDuty.case_id)
        .where(CaseDuty.person_id.in_(person_ids), ~Case.ended)
        .group_by(CaseDuty.person_id)
    )
    return dict(rows.all())


def _held(session: Session, person_ids: Sequence[int], now: datetime) -> dict[int, tuple[Held, ...]]:
    """The roles that each person holds now or later, each with the others who hold it today, in two statements."""
    today = london_date(now)
    rows = session.execute(
        select(RoleAssignment, Organisation.name)
        .join(Organisation, Organisation.id == RoleAssignment.organisation_id)
        .where(
            RoleAssignment.person_id.in_(person_ids),
            or_(RoleAssignment.valid_to.is_(None), RoleAssignment.valid_to >= today),
        )
        .order_by(RoleAssignment.id)
    ).all()
    others = _others(session, now, [one for one, _ in rows])
    found: dict[int, tuple[Held, ...]] = {}
    for one, name in rows:
        held = Held(one.id, one.role, name, one.valid_from, one.valid_to, others.get(one.id, ()))
        found[one.person_id] = (*found.get(one.person_id, ()), held)
    return found


def _others(
    session: Session, now: datetime, assignments: Sequence[RoleAssignment]
) -> dict[int, tuple[str, ...]]:
    """Who else holds the role of each assignment for the same organisation today, and stays; by the assignment's id."""
    other = aliased(RoleAssignment)
    rows = session.execute(
        select(RoleAssignment.id, Person.name)
        .join(
            other,
            (other.role == RoleAssignment.role)
            & (other.organisation_id == RoleAssignment.organisation_id)
            & (other.person_id != RoleAssignment.person_id),
        )
        .join(Person, Person.id == other.person_id)
        .where(
            RoleAssignment.id.in_([one.id for one in assignments]),
            Person.active,
            Person.leaves_on.is_(None),
            in_force(other.valid_from, other.valid_to, now),
        )
        .order_by(RoleAssignment.id, Person.name, Person.id)
    )
    found: dict[int, tuple[str, ...]] = {}
    for assignment_id, name in rows:
        found[assignment_id] = (*found.get(assignment_id, ()), name)
    return found


def _plain(text: str) -> str:
    """The text with the marks that a search would read as wild cards taken literally."""
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
