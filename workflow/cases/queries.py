"""What may be read of cases, always within what the viewer may see."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, false, or_, select, true
from sqlalchemy.orm import Session

from workflow import audit
from workflow.accounts.models import Person
from workflow.accounts.queries import Viewer, people_named
from workflow.accounts.roles import ROLES, Role, Side, Thing
from workflow.audit.streams import payload_of
from workflow.cases.facts import actor_for, facts_for, view_of
from workflow.cases.models import Case
from workflow.cases.registry import registry
from workflow.engine import Offer, offers
from workflow.errors import NotHere

DEPARTMENT_ROLES = tuple(
    role for role, row in ROLES.items() if row.side is Side.DEPARTMENT and row.shows(Thing.SENT_BID)
)
"""Who sees the bids of the department that gave them the role; drafts are the bidder's own until they are submitted."""

PROPOSER_ROLES = tuple(
    role for role, row in ROLES.items() if row.side is Side.BODY and row.shows(Thing.OWN_DRAFT)
)
"""Who sees the bids of the body that gave them the role."""


_NO_TEXTS: Mapping[str, Collection[str]] = {}


def visible(viewer: Viewer) -> ColumnElement[bool]:
    """The condition on `Case` for what a viewer may see: own department's, own body's, or everything for an auditor."""
    if viewer.has(Role.AUDITOR):
        return true()
    departments = viewer.organisations(*DEPARTMENT_ROLES)
    bodies = viewer.organisations(*PROPOSER_ROLES)
    conditions: list[ColumnElement[bool]] = []
    if departments:
        conditions.append(Case.department_id.in_(departments) & Case.shared)
    if bodies:
        conditions.append(Case.proposer_id.in_(bodies))
    return or_(*conditions) if conditions else false()


def seen_whole(viewer: Viewer) -> ColumnElement[bool]:
    """The condition on `Case` for those whose every stage and date a viewer reads: own department's, or all for an auditor."""
    if viewer.has(Role.AUDITOR):
        return true()
    departments = viewer.organisations(*DEPARTMENT_ROLES)
    return Case.department_id.in_(departments) if departments else false()


def case_by_reference(session: Session, viewer: Viewer, reference: str) -> Case:
    """The case with a reference.

    Raises:
        NotHere: when there is none, or the viewer may not see it.
    """
    found = session.scalars(select(Case).where(Case.reference == reference, visible(viewer))).one_or_none()
    if found is None:
        raise NotHere
    return found


def offers_for(
    session: Session, viewer: Viewer, cases: Sequence[Case], now: datetime
) -> dict[int, tuple[Offer, ...]]:
    """Every action of every case with the reasons that stand in this viewer's way, by case id; constant statements."""
    if not cases:
        return {}
    facts = facts_for(session, cases, now=now, person_id=viewer.person_id)
    found: dict[int, tuple[Offer, ...]] = {}
    for case in cases:
        workflow = registry().workflow_of(case)
        actor = actor_for(viewer, case, facts[case.id]["actor"].principals)
        found[case.id] = () if workflow is None else offers(workflow, view_of(case), actor, facts[case.id])
    return found


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """One event of a case as the timeline shows it; `who` is a name or `The system`."""

    seq: int
    event: str
    at: datetime
    who: str
    payload: dict[str, object]
    texts: dict[str, str]
    hash: str


def history(
    session: Session,
    viewer: Viewer,
    case: Case,
    *,
    limit: int = 200,
    open_texts: Mapping[str, Collection[str]] = _NO_TEXTS,
) -> list[HistoryEntry]:
    """What happened to a case, newest first.

    People outside the department read that the department acted, not who. Free texts are shown only inside it, but for
    `open_texts`: by the name of an event those that were written for the reader.
    """
    inside = viewer.has(Role.AUDITOR) or case.department_id in viewer.organisations(*DEPARTMENT_ROLES)
    found = audit.events_of(session, f"case:{case.id}", limit)
    texts = audit.texts_of(session, [event.id for event in found])
    people = {event.id: _person_of(event.actor) for event in found}
    ids = [person for person in people.values() if person is not None]
    names = people_named(session, ids)
    own = _own_people(session, viewer, ids)
    return [
        HistoryEntry(
            event.seq,
            event.event,
            event.at,
            _who(people[event.id], names, show=inside or people[event.id] in own),
            payload_of(event),
            {
                name: text or ""
                for name, text in texts.get(event.id, {}).items()
                if inside or people[event.id] in own or name in open_texts.get(event.event, ())
            },
            event.hash,
        )
        for event in found
    ]


def newest_events(session: Session, viewer: Viewer, cases: Sequence[Case]) -> dict[int, str]:
    """The name of the newest event of some cases by case id, in one statement; only of those whose every step the viewer sees."""
    departments = viewer.organisations(*DEPARTMENT_ROLES)
    seen = [case for case in cases if viewer.has(Role.AUDITOR) or case.department_id in departments]
    newest = audit.events_named(session, {f"case:{case.id}": case.rev for case in seen})
    return {case.id: newest[f"case:{case.id}"] for case in seen if f"case:{case.id}" in newest}


def _person_of(actor: str) -> int | None:
    kind, _, number = actor.partition(":")
    return int(number) if kind == "person" else None


def _who(person_id: int | None, names: dict[int, str], *, show: bool) -> str:
    if person_id is None:
        return "The system"
    return names.get(person_id, "Somebody who has left") if show else "The department"


def _own_people(session: Session, viewer: Viewer, ids: Sequence[int]) -> frozenset[int]:
    """Those among the people who belong to the viewer's own organisation, whom the viewer may see by name."""
    rows = session.scalars(
        select(Person.id).where(Person.id.in_(ids), Person.organisation_id == viewer.organisation_id)
    )
    return frozenset(rows)
