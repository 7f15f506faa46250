"""The people who decide for some departments, with the days of all that they hold; in a constant number of statements."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from workflow.accounts.models import Cover, Delegation, Interest, Person, RoleAssignment
from workflow.accounts.queries import people_named
from workflow.accounts.roles import Role
from workflow.approval.models import ApprovalTier
from workflow.approval.readiness import DECIDING_ROLES, Official, Span, Team, Tier

_Held = dict[tuple[int, int], list[tuple[Role, Span]]]
_Limits = dict[tuple[int, int], list[tuple[int, Span]]]


@dataclass(frozen=True, slots=True)
class Teams:
    """The team of each department by its id, with the home and the connections of each person."""

    by_department: dict[int, Team]
    homes: dict[int, int]
    bodies: dict[int, frozenset[int]]
    cases: dict[int, frozenset[int]]

    def team(self, department_id: int) -> Team:
        """The team of a department; one in which nobody decides is empty."""
        return self.by_department.get(department_id, Team((), ()))

    def connected(self, department_id: int, case_id: int, touched: Collection[int]) -> frozenset[int]:
        """Who of a department is at home in one of the bodies that a bid touches, or has a connection to it or to them.

        Source: domain, section 5, conflict.
        """
        return frozenset(
            one.person_id
            for one in self.team(department_id).officials
            if self.homes[one.person_id] in touched
            or not self.bodies.get(one.person_id, frozenset()).isdisjoint(touched)
            or case_id in self.cases.get(one.person_id, ())
        )


def teams_of(
    session: Session, departments: Collection[int], today: date, until: date, now: datetime
) -> Teams:
    """Everybody who holds a role in the decisions of these departments on a day from today to `until`."""
    held, people = _roles(session, departments, today, until)
    ids = list(people)
    limits = _limits(session, departments, ids, today, until)
    away, stands_in = _cover(session, ids, today, until)
    tiers = _tiers(session, departments, today, until)
    bodies, cases = _connections(session, ids, now)
    teams: dict[int, Team] = {}
    for department in departments:
        officials = tuple(
            Official(
                person_id,
                people[person_id].name,
                tuple(roles),
                tuple(limits.get((whose, person_id), ())),
                tuple(away.get(person_id, ())),
                tuple(stands_in.get(person_id, ())),
                people[person_id].leaves_on,
            )
            for (whose, person_id), roles in held.items()
            if whose == department
        )
        teams[department] = Team(officials, tuple(tiers.get(department, ())))
    homes = {one.id: one.organisation_id for one in people.values()}
    return Teams(teams, homes, bodies, cases)


def _roles(
    session: Session, departments: Collection[int], today: date, until: date
) -> tuple[_Held, dict[int, Person]]:
    held: _Held = {}
    people: dict[int, Person] = {}
    for role, person in session.execute(
        select(RoleAssignment, Person)
        .join(Person, Person.id == RoleAssignment.person_id)
        .where(
            RoleAssignment.organisation_id.in_(departments),
            RoleAssignment.role.in_(DECIDING_ROLES),
            RoleAssignment.valid_from <= until,
            or_(RoleAssignment.valid_to.is_(None), RoleAssignment.valid_to >= today),
            Person.active,
        )
        .order_by(Person.name, Person.id, RoleAssignment.id)
    ):
        held.setdefault((role.organisation_id, person.id), []).append((role.role, _span(role)))
        people[person.id] = person
    return held, people


def _limits(
    session: Session, departments: Collection[int], ids: list[int], today: date, until: date
) -> _Limits:
    limits: _Limits = {}
    for one in session.scalars(
        select(Delegation)
        .where(
            Delegation.organisation_id.in_(departments),
            Delegation.person_id.in_(ids),
            Delegation.valid_from <= until,
            or_(Delegation.valid_to.is_(None), Delegation.valid_to >= today),
        )
        .order_by(Delegation.id)
    ):
        key = (one.organisation_id, one.person_id)
        limits.setdefault(key, []).append((int(one.limit_pence), _span(one)))
    return limits


def _cover(
    session: Session, ids: list[int], today: date, until: date
) -> tuple[dict[int, list[tuple[str, Span]]], dict[int, list[tuple[int, Span]]]]:
    """Who stands in for each person, by name, and for whom each person stands in."""
    rows = session.scalars(
        select(Cover)
        .where(
            or_(Cover.for_person_id.in_(ids), Cover.person_id.in_(ids)),
            Cover.valid_from <= until,
            Cover.valid_to >= today,
        )
        .order_by(Cover.id)
    ).all()
    names = people_named(session, [one.person_id for one in rows])
    away: dict[int, list[tuple[str, Span]]] = {}
    stands_in: dict[int, list[tuple[int, Span]]] = {}
    for one in rows:
        away.setdefault(one.for_person_id, []).append((names[one.person_id], _span(one)))
        stands_in.setdefault(one.person_id, []).append((one.for_person_id, _span(one)))
    return away, stands_in


def _tiers(session: Session, departments: Collection[int], today: date, until: date) -> dict[int, list[Tier]]:
    tiers: dict[int, list[Tier]] = {}
    for one in session.scalars(
        select(ApprovalTier)
        .where(
            ApprovalTier.department_id.in_(departments),
            ApprovalTier.valid_from <= until,
            or_(ApprovalTier.valid_to.is_(None), ApprovalTier.valid_to >= today),
        )
        .order_by(ApprovalTier.id)
    ):
        made = Tier(int(one.over_pence), one.quorum, _span(one))
        tiers.setdefault(one.department_id, []).append(made)
    return tiers


def _connections(
    session: Session, ids: list[int], now: datetime
) -> tuple[dict[int, frozenset[int]], dict[int, frozenset[int]]]:
    """The organisations and the bids to which people have a connection on record that is not settled."""
    bodies: dict[int, set[int]] = {}
    cases: dict[int, set[int]] = {}
    for one in session.scalars(
        select(Interest).where(
            Interest.person_id.in_(ids),
            Interest.declared_at <= now,
            or_(Interest.resolved_at.is_(None), Interest.resolved_at > now),
        )
    ):
        if one.organisation_id is not None:
            bodies.setdefault(one.person_id, set()).add(one.organisation_id)
        if one.case_id is not None:
            cases.setdefault(one.person_id, set()).add(one.case_id)
    return (
        {person: frozenset(found) for person, found in bodies.items()},
        {person: frozenset(found) for person, found in cases.items()},
    )


def _span(row: RoleAssignment | Delegation | Cover | ApprovalTier) -> Span:
    return Span(row.valid_from, row.valid_to)
