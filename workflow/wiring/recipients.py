"""Who will be told, for many cases at once: the audiences of reminders read ahead, in a number of statements that stays the same.

An audience that is made of roles is read on the day on which it is told, less those whom an earlier step excludes. Of the others
it is said in words who they are. Whoever comes by a connection until then is left out when it is sent.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, aliased

from workflow.accounts.models import Person, RoleAssignment
from workflow.accounts.queries import organisations_named
from workflow.accounts.roles import ROLES, Role
from workflow.cases import Case
from workflow.cases.facts import duties_of
from workflow.cases.registry import Audience
from workflow.clock import london_date
from workflow.consultation import audiences as councils
from workflow.consultation.models import Consultation, Invitation
from workflow.consultation.terms import ConsultationKind
from workflow.wiring import deciders
from workflow.wiring.audiences import FirstOf, Narrowed, People


@dataclass(frozen=True, slots=True)
class Told:
    """Who is told: people of the department by `names`, and others in words with their number where it is known."""

    names: tuple[str, ...] = ()
    others: str = ""


Teller = Callable[[Case, Audience, datetime], Told | None]
"""Who of an audience is told of a case at a moment; None when nobody is."""

IN_WORDS: dict[Audience, str] = {
    councils.lead_body_if_few_answered: "The lead body, if fewer than 3 in 10 councils have answered by then",
    deciders.WHO_OWES_AN_ANSWER: "Whoever was asked",
    deciders.WHO_ASKED: "Whoever asked",
}


@dataclass(frozen=True, slots=True)
class _Holding:
    """Somebody who holds a role for an organisation on some days."""

    person: Person
    first: date
    last: date | None

    def holds(self, day: date) -> bool:
        """Whether the role is held on a day."""
        return self.first <= day and (self.last is None or self.last >= day)


@dataclass(frozen=True, slots=True)
class _Known:
    """All that was read for some cases: who holds what, names of bodies, who did what, and councils without an answer."""

    held: Mapping[tuple[int, Role], list[_Holding]]
    names: Mapping[int, str]
    did: Mapping[int, frozenset[tuple[str, int]]]
    silent: Mapping[int, int]

    def tell(self, case: Case, audience: Audience, moment: datetime) -> Told | None:
        """Who of an audience is told of a case at a moment."""
        if audience is councils.silent_councils:
            count = self.silent.get(case.id, 0)
            words = "1 council that has" if count == 1 else f"{count} councils that have"
            return Told(others=f"{words} not answered") if count else None
        choices = _read(audience)
        if not choices:
            return Told(others=IN_WORDS.get(audience, "Those whom it concerns"))
        for roles, duties in choices:
            barred = frozenset(person for duty, person in self.did[case.id] if duty in duties)
            found = self._of_roles(case, roles, barred, london_date(moment))
            if found is not None:
                return found
        return None

    def _of_roles(self, case: Case, audience: People, barred: frozenset[int], day: date) -> Told | None:
        inside: dict[int, str] = {}
        outside: dict[int, Role] = {}
        for side, role in audience.roles:
            body = case.department_id if side == "department" else case.proposer_id
            for one in self.held.get((body, role), ()):
                if not one.holds(day) or one.person.id in barred:
                    continue
                if side == "department":
                    inside[one.person.id] = one.person.name
                else:
                    outside[one.person.id] = role
        if not inside and not outside:
            return None
        labels = ", ".join(sorted({ROLES[role].label.lower() for role in outside.values()}))
        many = "person" if len(outside) == 1 else "people"
        whose = f"{len(outside)} {many} of {self.names[case.proposer_id]} ({labels})"
        return Told(tuple(inside.values()), whose if outside else "")


def tellers(session: Session, cases: Sequence[Case], now: datetime, end: datetime) -> Teller:
    """What says who will be told about these cases between two moments; everything is read here."""
    bodies = {body for case in cases for body in (case.department_id, case.proposer_id)}
    ids = sorted({case.id for case in cases})
    known = _Known(
        _held(session, bodies, london_date(now), london_date(end)),
        organisations_named(session, bodies),
        duties_of(session, ids),
        _silent(session, ids),
    )
    return known.tell


def _read(audience: Audience) -> list[tuple[People, frozenset[str]]]:
    """The roles behind an audience with the duties that exclude, the first that is not empty first; empty when it has none."""
    match audience:
        case People():
            return [(audience, frozenset())]
        case Narrowed():
            return [(roles, duties | set(audience.duties)) for roles, duties in _read(audience.of)]
        case FirstOf():
            return [one for each in audience.audiences for one in _read(each)]
        case _:
            return []


def _held(
    session: Session, bodies: set[int], first: date, last: date
) -> dict[tuple[int, Role], list[_Holding]]:
    found: dict[tuple[int, Role], list[_Holding]] = {}
    for row, person in session.execute(
        select(RoleAssignment, Person)
        .join(Person, Person.id == RoleAssignment.person_id)
        .where(
            RoleAssignment.organisation_id.in_(bodies),
            RoleAssignment.valid_from <= last,
            or_(RoleAssignment.valid_to.is_(None), RoleAssignment.valid_to >= first),
            Person.active,
        )
        .order_by(Person.name, Person.id)
    ):
        holding = _Holding(person, row.valid_from, row.valid_to)
        found.setdefault((row.organisation_id, row.role), []).append(holding)
    return found


def _silent(session: Session, case_ids: Sequence[int]) -> dict[int, int]:
    """How many councils have not answered the newest consultation, by bid."""
    other = aliased(Consultation)
    newest = select(func.max(other.occurrence)).where(other.bid_id == Consultation.bid_id)
    rows = session.execute(
        select(Consultation.bid_id, func.count())
        .join(Invitation, Invitation.consultation_id == Consultation.id)
        .where(
            Consultation.bid_id.in_(case_ids),
            Consultation.occurrence == newest.scalar_subquery(),
            Consultation.kind != ConsultationKind.COVERED,  # Who was only told need not answer.
            Invitation.response_id.is_(None),
        )
        .group_by(Consultation.bid_id)
    )
    return dict(rows.all())
