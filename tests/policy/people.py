"""Who may come to a bid: the people of the matrix, as the rules see them and as the product sees them.

The roles go through `actor_for`, the one place that says which roles count for a bid. For every step that somebody may have
done before, one person did it; a person of the matrix is that one, or stands in for that one.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from tests.policy import oracle
from tests.policy import worlds as w
from workflow.accounts.queries import Grant, Standing
from workflow.accounts.roles import Role
from workflow.cases.facts import actor_for
from workflow.cases.models import Case
from workflow.cases.registry import ActorFacts, CaseFacts
from workflow.engine import SYSTEM_ACTOR, Actor

DID = {
    "submit": 101,
    "screen": 102,
    "exclude": 103,
    "review": 104,
    "appraise": 105,
    "reject": 106,
    "propose_rejection": 107,
    "offer": 108,
    "check": 109,
    "pay": 110,
    "propose_closure": 111,
}
DUTIES = frozenset(DID.items()) | {("approve", w.VOTER), ("approve", w.EARLIER_VOTER)}
"""Who did which step; both who approved now and who approved in an earlier round did approve."""

OUTSIDE_ROLES = [
    "partner",
    "council_officer",
    "corporate_mailbox",
    "private_office",
    "network_official",
    "network_body",
    "review_owner",
]
NEVER_ACT = ("auditor", "administrator")
LIMITS = {"none": None, "below": -1, "at": 0, "above": 1}
FRESH = 1


@dataclass(frozen=True)
class Persona:
    """One person twice: `person` for the oracle; `actor` and the rest for the engine."""

    name: str
    person: oracle.Person
    actor: Actor
    home: int | None
    interests: frozenset[int] = frozenset()
    interest_cases: frozenset[int] = frozenset()
    key: bool = False

    def facts(self, value: int) -> ActorFacts:
        """What the product knows of who acts, where `value` is what a limit is measured against (pence)."""
        over = LIMITS[self.person.limit]
        limit = None if over is None else value + over
        principals = self.actor.principal_ids
        return ActorFacts(
            self.actor.person_id, self.home, limit, self.interests, self.interest_cases, principals
        )


def case_facts() -> CaseFacts:
    """What the shell knows of the bid."""
    opened = datetime(2011, 1, 1, tzinfo=w.NOW.tzinfo)
    return CaseFacts(DUTIES, w.DEPARTMENT, w.LEAD, w.VALUE, opened)


def _persona(
    name: str,
    roles: frozenset[str] | set[str],
    *,
    who: int = FRESH,
    stands_in_for: int | None = None,
    home: int = w.DEPARTMENT,
    department: int = w.DEPARTMENT,
    body: int = w.LEAD,
    interests: frozenset[int] = frozenset(),
    interest_cases: frozenset[int] = frozenset(),
    limit: str = "above",
    key: bool = False,
) -> Persona:
    grants = frozenset(Grant(Role(role), body if role in oracle.BODY else department) for role in roles)
    principals = frozenset() if stands_in_for is None else frozenset({stands_in_for})
    standing = Standing(who, home, grants, interests, interest_cases, principals, {})
    actor = actor_for(standing, Case(id=w.CASE, department_id=w.DEPARTMENT, proposer_id=w.LEAD), principals)
    silenced = bool(roles & set(NEVER_ACT))
    kept = {
        r
        for r in roles & oracle.ROLES
        if (body == w.LEAD if r in oracle.BODY else department == w.DEPARTMENT)
    }
    counted = {who, stands_in_for}
    did = {duty for duty, doer in DUTIES if doer in counted}
    person = oracle.Person(
        holds=frozenset() if silenced else frozenset(kept),
        did=frozenset(did | ({"claim"} if who == w.CLAIMANT else set())),
        connected=bool({home, *interests} & {w.LEAD, w.PARTNER, w.NAMED} or w.CASE in interest_cases),
        takes_part=home in {w.LEAD, w.PARTNER},
        judged_before_appeal=w.BARRED in counted,
        approved_now=who == w.VOTER,
        agreed_to_change=w.AGREED in counted,
        limit=limit,
    )
    return Persona(name, person, actor, home, interests, interest_cases, key=key)


def everybody() -> tuple[Persona, ...]:
    """All people of the matrix; the `key` ones meet every world, the others the worlds in which they matter."""
    system = Persona("the calendar", oracle.Person(frozenset({oracle.SYSTEM})), SYSTEM_ACTOR, None, key=True)
    pretender = Persona(
        "who claims to be the calendar", oracle.Person(frozenset()), Actor(1, frozenset({"system"})), 1
    )
    return (system, pretender, *_by_role(), *_elsewhere(), *_connected(), *_by_past())


def _by_role() -> Iterator[Persona]:
    yield _persona("without a role", frozenset(), key=True)
    for role in sorted(oracle.BODY | oracle.DEPARTMENT):
        home = w.LEAD if role in oracle.BODY else w.DEPARTMENT
        yield _persona(role, {role}, home=home, key=True)
    yield _persona("all of the body", oracle.BODY, home=w.LEAD, key=True)
    yield _persona("all of the department", oracle.DEPARTMENT, key=True)
    yield _persona("all of both", oracle.BODY | oracle.DEPARTMENT, key=True)
    for role in sorted(oracle.DEPARTMENT):
        yield _persona(f"all of the department but {role}", oracle.DEPARTMENT - {role})


def _elsewhere() -> Iterator[Persona]:
    for role in OUTSIDE_ROLES:
        yield _persona(f"{role} of the department", {role})
    for role in NEVER_ACT:
        yield _persona(role, {role})
        yield _persona(f"{role} with every role", {role} | oracle.DEPARTMENT | oracle.BODY)
    yield _persona(
        "all of another department", oracle.DEPARTMENT, department=w.ELSEWHERE, home=w.ELSEWHERE, key=True
    )
    yield _persona("the department's roles in the lead body", oracle.DEPARTMENT, department=w.LEAD)
    yield _persona("all of another body", oracle.BODY, body=w.ELSEWHERE, home=w.ELSEWHERE, key=True)
    yield _persona("the body's roles in the department", oracle.BODY, body=w.DEPARTMENT)
    yield _persona("all of the partner", oracle.BODY, body=w.PARTNER, home=w.PARTNER)


def _connected() -> Iterator[Persona]:
    every = oracle.DEPARTMENT
    for role in [None, *sorted(every)]:
        roles, said = (every, "all") if role is None else ({role}, role)
        yield _persona(f"{said}, at home in the lead", roles, home=w.LEAD, key=role is None)
        yield _persona(f"{said}, at home in a partner", roles, home=w.PARTNER)
        yield _persona(f"{said}, at home in a council that it names", roles, home=w.NAMED)
        yield _persona(f"{said}, at home elsewhere", roles, home=w.ELSEWHERE)
        yield _persona(f"{said}, with an interest in the lead", roles, interests=frozenset({w.LEAD}))
        yield _persona(f"{said}, with an interest in a partner", roles, interests=frozenset({w.PARTNER}))
        yield _persona(f"{said}, with an interest in another", roles, interests=frozenset({w.ELSEWHERE}))
        yield _persona(
            f"{said}, with an interest in the bid",
            roles,
            interest_cases=frozenset({w.CASE}),
            key=role is None,
        )
        yield _persona(
            f"{said}, with an interest in another bid", roles, interest_cases=frozenset({w.CASE + 1})
        )
    for limit in ("none", "below", "at"):
        yield _persona(f"all, limit {limit}", every, limit=limit, key=limit != "at")
        yield _persona(f"approver, limit {limit}", {"approver"}, limit=limit)


def _by_past() -> Iterator[Persona]:
    doers = DID | {
        "approve": w.VOTER,
        "approve in an earlier round": w.EARLIER_VOTER,
        "judge before the appeal": w.BARRED,
        "agree to the change": w.AGREED,
    }
    for roles, said in ((oracle.DEPARTMENT, "all"), (oracle.DEPARTMENT | oracle.BODY, "all of both")):
        for did, doer in doers.items():
            yield _persona(f"{said}, did {did}", roles, who=doer, key=said == "all")
            yield _persona(f"{said}, covers who did {did}", roles, stands_in_for=doer)
    for role in (
        "approver",
        "accounting_officer",
        "assessor",
        "payment_authoriser",
        "second_officer",
        "senior_officer",
    ):
        for did, doer in doers.items():
            yield _persona(f"{role}, did {did}", {role}, who=doer)
            yield _persona(f"{role}, covers who did {did}", {role}, stands_in_for=doer)
    for role in sorted(oracle.BODY | oracle.DEPARTMENT):
        yield _persona(f"{role}, approved now", {role}, who=w.VOTER, key=role in oracle.BODY)
        yield _persona(f"{role}, at home in the department", {role}, key=role in oracle.BODY)
    yield _persona("all, made the payment request", oracle.DEPARTMENT, who=w.CLAIMANT, key=True)
    yield _persona("all, covers nobody who did anything", oracle.DEPARTMENT, stands_in_for=999)
