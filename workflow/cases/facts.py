"""Facts for many cases at once: what guards look at, in a number of statements that does not grow with the cases."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from workflow.accounts import queries as accounts
from workflow.cases.models import Case, CaseDuty
from workflow.cases.registry import ActorFacts, CaseFacts, registry
from workflow.engine import SYSTEM_ACTOR, CaseView
from workflow.engine import Actor as CaseActor


def view_of(case: Case) -> CaseView:
    """What the engine sees of a case."""
    return CaseView(case.id, case.workflow_key, case.workflow_version, case.state, case.rev)


def facts_for(
    session: Session, cases: Sequence[Case], *, now: datetime, person_id: int | None
) -> dict[int, dict[str, Any]]:
    """All facts of all rooms, by case id and then by room; one case is a batch of one."""
    ids = [case.id for case in cases]
    gathered = {
        name: load(session, ids, now=now, person_id=person_id) for name, load in registry().facts.items()
    }
    duties = duties_of(session, ids)
    actors = _actor_facts(session, cases, now=now, person_id=person_id)
    return {
        case.id: {
            "now": now,
            "case": CaseFacts(
                duties[case.id], case.department_id, case.proposer_id, case.amount_pence, case.opened_at
            ),
            "actor": actors[case.department_id],
            **{name: found.get(case.id) for name, found in gathered.items()},
        }
        for case in cases
    }


def duties_of(session: Session, case_ids: Sequence[int]) -> dict[int, frozenset[tuple[str, int]]]:
    """Who ever did which duty: (duty, person id), the people stood in for included."""
    found: dict[int, set[tuple[str, int]]] = {case_id: set() for case_id in case_ids}
    for row in session.scalars(select(CaseDuty).where(CaseDuty.case_id.in_(case_ids))):
        found[row.case_id].update((row.duty, person) for person in (row.person_id, *row.principal_ids))
    return {case_id: frozenset(duties) for case_id, duties in found.items()}


def _actor_facts(
    session: Session, cases: Sequence[Case], *, now: datetime, person_id: int | None
) -> Mapping[int, ActorFacts]:
    """What is known of the person, by department, because a limit is delegated by one department."""
    departments = {case.department_id for case in cases}
    if person_id is None:
        nobody = ActorFacts(None, None, None, frozenset(), frozenset(), frozenset())
        return dict.fromkeys(departments, nobody)
    standing = accounts.standing_of(session, person_id, now)
    return {
        department: ActorFacts(
            person_id,
            standing.organisation_id,
            standing.limits.get(department),
            standing.interests,
            standing.interest_cases,
            standing.principals,
        )
        for department in departments
    }


def actor_for(
    viewer: accounts.Viewer | None, case: Case, principals: frozenset[int] = frozenset()
) -> CaseActor:
    """Who acts on this very case: the roles that the person holds for its department or its proposer.

    None is the system.
    """
    if viewer is None:
        return SYSTEM_ACTOR
    sides = {case.department_id, case.proposer_id}
    roles = frozenset(str(grant.role) for grant in viewer.grants if grant.organisation_id in sides)
    return CaseActor(viewer.person_id, roles, principal_ids=principals)
