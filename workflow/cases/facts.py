"""Facts for many cases at once: what guards look at, in a number of statements that does not grow with the cases."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from workflow.accounts import queries as accounts
from workflow.accounts.roles import NEVER_TOGETHER, ROLES, Side
from workflow.cases.models import Case, CaseDuty
from workflow.cases.registry import ActorFacts, CaseFacts, registry
from workflow.db import read_columns
from workflow.engine import SYSTEM_ACTOR, CaseView
from workflow.engine import Actor as CaseActor

_DUTIES = select(CaseDuty.case_id, CaseDuty.duty, CaseDuty.person_id, CaseDuty.principal_ids).where(
    CaseDuty.case_id.in_(bindparam("ids", expanding=True))
)
_NOBODY = ActorFacts(None, None, None, frozenset(), frozenset(), frozenset())


def view_of(case: Case) -> CaseView:
    """What the engine sees of a case."""
    return CaseView(case.id, case.workflow_key, case.workflow_version, case.state, case.rev)


class Facts(Mapping[str, Any]):
    """What is known of one case, by room, with `now`, `case` and `actor`.

    A room is read when it is first asked for, and then for all cases of the batch, so that a decision pays only for what
    its guards look at. Whoever changes rows reads the facts before.
    """

    __slots__ = ("_batch", "_case")

    def __init__(self, batch: "_Batch", case: Case) -> None:
        self._batch, self._case = batch, case

    @property
    def standing(self) -> accounts.Standing | None:
        """The standing of who asks or acts; None for the system."""
        return self._batch.standing

    def __getitem__(self, name: str) -> Any:
        return self._batch.read(name, self._case)

    def __contains__(self, name: object) -> bool:
        return name in self._batch.names

    def __iter__(self) -> Iterator[str]:
        return iter(self._batch.names)

    def __len__(self) -> int:
        return len(self._batch.names)


class _Batch:
    """The cases that are read together, and what was read of them so far."""

    def __init__(
        self, session: Session, cases: Sequence[Case], *, now: datetime, person_id: int | None
    ) -> None:
        self._session, self._now, self._person_id = session, now, person_id
        self._ids = [case.id for case in cases]
        self._found: dict[str, Mapping[int, Any]] = {}
        self._standing: accounts.Standing | None = None
        self.names = ("now", "case", "actor", *registry().facts)

    @property
    def standing(self) -> accounts.Standing | None:
        """The standing of who asks, read once.

        Raises:
            NotHere: when there is no such person, or the person left.
        """
        if self._standing is None and self._person_id is not None:
            self._standing = accounts.standing_of(self._session, self._person_id, self._now)
        return self._standing

    def read(self, name: str, case: Case) -> Any:
        """One room's facts of a case.

        Raises:
            KeyError: when there is no such room.
        """
        match name:
            case "now":
                return self._now
            case "case":
                return self._case_facts(case)
            case "actor":
                return self._actor_facts(case)
            case _:
                return self._of_room(name).get(case.id)

    def _of_room(self, name: str) -> Mapping[int, Any]:
        if name not in self._found:
            load = registry().facts[name]
            self._found[name] = load(self._session, self._ids, now=self._now, person_id=self._person_id)
        return self._found[name]

    def _case_facts(self, case: Case) -> CaseFacts:
        if "case" not in self._found:
            self._found["case"] = duties_of(self._session, self._ids)
        duties = self._found["case"][case.id]
        return CaseFacts(duties, case.department_id, case.proposer_id, case.amount_pence, case.opened_at)

    def _actor_facts(self, case: Case) -> ActorFacts:
        standing = self.standing
        if standing is None:
            return _NOBODY
        return ActorFacts(
            standing.person_id,
            standing.organisation_id,
            standing.limits.get(case.department_id),
            standing.interests,
            standing.interest_cases,
            standing.principals,
        )


def facts_for(
    session: Session, cases: Sequence[Case], *, now: datetime, person_id: int | None
) -> dict[int, Facts]:
    """The facts of all rooms by case id and then by room, each read when it is asked for; one case is a batch of one."""
    batch = _Batch(session, cases, now=now, person_id=person_id)
    return {case.id: Facts(batch, case) for case in cases}


def duties_of(session: Session, case_ids: Sequence[int]) -> dict[int, frozenset[tuple[str, int]]]:
    """Who ever did which duty: (duty, person id), the people stood in for included."""
    found: dict[int, set[tuple[str, int]]] = {case_id: set() for case_id in case_ids}
    for case_id, duty, person_id, principal_ids in read_columns(session, _DUTIES, {"ids": list(case_ids)}):
        found[case_id].update((duty, someone) for someone in (person_id, *principal_ids))
    return {case_id: frozenset(duties) for case_id, duties in found.items()}


def actor_for(
    viewer: accounts.Viewer | accounts.Standing | None, case: Case, principals: frozenset[int] = frozenset()
) -> CaseActor:
    """Who acts on this very case: the department's roles held for its department, the body's for its proposer.

    A role of the other side counts for nothing, or a department that bids could decide its own bid. None is the system.
    Whoever looks after people, or reads everything, does nothing to any bid, whatever else they hold.
    """
    if viewer is None:
        return SYSTEM_ACTOR
    if any(grant.role in NEVER_TOGETHER for grant in viewer.grants):
        return CaseActor(viewer.person_id, frozenset(), principal_ids=principals)
    sides = {Side.DEPARTMENT: case.department_id, Side.BODY: case.proposer_id}
    roles = frozenset(
        str(grant.role)
        for grant in viewer.grants
        if sides.get(ROLES[grant.role].side) == grant.organisation_id
    )
    return CaseActor(viewer.person_id, roles, principal_ids=principals)
