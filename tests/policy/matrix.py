"""The matrix: every state, action, person and world, asked of the engine and of the oracle, and where they differ."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from itertools import islice
from typing import Any

from tests.policy import oracle, worlds
from tests.policy.people import Persona, case_facts, everybody
from workflow.engine import Action, CaseView, Plan, UndeclaredTarget, Workflow, offers, plan

STATES = tuple(sorted(oracle.STATES))


@dataclass(slots=True)
class Answer:
    """What a run found: how many cells were asked, how many were allowed, and every difference in words."""

    cells: int = 0
    allowed: int = 0
    differences: list[str] = field(default_factory=list)


@cache
def people() -> tuple[Persona, ...]:
    """Everybody, once."""
    return everybody()


@cache
def key_people() -> tuple[Persona, ...]:
    """Those who meet every world."""
    return tuple(one for one in people() if one.key)


@cache
def worlds_of(name: str) -> tuple[worlds.World, ...]:
    """The worlds in which an action is asked about: where it can be done, and every neighbour of that."""
    rule = oracle.TABLE[name]
    able = worlds.enabling(rule.needs, rule.form)
    return (able, *able.neighbours())


def asked_of(name: str, *, every: int = 1) -> Iterator[tuple[worlds.World, tuple[Persona, ...]]]:
    """The worlds of an action with the people who meet each; `every` nth only of the worlds that change one fact."""
    first, *others = worlds_of(name)
    yield first, people()
    for world in islice(others, 0, None, every):
        yield world, key_people()


def value_of(name: str) -> int:
    """What a limit is measured against for an action (pence)."""
    return worlds.VALUE_AFTER_CHANGE if name == "agree_variation" else worlds.VALUE


@cache
def rooms(name: str, number: int, state: str) -> Mapping[str, Any]:
    """The facts of all rooms in one world of an action."""
    return {**worlds.facts_of(worlds_of(name)[number], state), "case": case_facts()}


def view(workflow: Workflow, state: str) -> CaseView:
    """The bid as the engine sees it."""
    return CaseView(worlds.CASE, workflow.key, workflow.version, state, 7)


def compare(
    workflow: Workflow, name: str, *, every: int = 1, states: tuple[str, ...] = STATES, first: bool = False
) -> Answer:
    """Ask about one action in every cell, or until the `first` difference."""
    answer = Answer()
    for difference in _cells(workflow, name, every, states, answer):
        answer.differences.append(difference)
        if first:
            break
    return answer


def _cells(
    workflow: Workflow, name: str, every: int, states: tuple[str, ...], answer: Answer
) -> Iterator[str]:
    rule, numbers = oracle.TABLE[name], {id(world): number for number, world in enumerate(worlds_of(name))}
    views = {state: view(workflow, state) for state in states}
    for world, those in asked_of(name, every=every):
        form, number = worlds.form_of(name, world), numbers[id(world)]
        known = {persona.name: persona.facts(value_of(name)) for persona in those}
        for state in states:
            here = rooms(name, number, state)
            right = rule.start and state in rule.start.split()
            may_then = (
                right
                and oracle.holds(rule.needs, state, world.facts)
                and oracle.well_filled(rule, state, world.facts)
            )
            to = oracle.lands(name, state, world.facts) if right else ""
            for persona in those:
                answer.cells += 1
                may = (
                    may_then
                    and oracle.comes(rule, persona.person)
                    and not oracle.chooses_own(rule, persona.person)
                )
                answer.allowed += bool(may)
                said = _ask(
                    workflow, views[state], name, persona, {**here, "actor": known[persona.name]}, form
                )
                if said != (to if may else ""):
                    yield _in_words(name, state, persona, world, expected=to if may else "", said=said)


def compare_offers(workflow: Workflow, *, every: int = 1) -> Answer:
    """Ask what each person is offered, with no form filled in, in the worlds of every action that starts there."""
    answer = Answer()
    for name, rule in oracle.TABLE.items():
        for number in range(0, len(worlds_of(name)), every):
            for state in rule.start.split():
                _offered(workflow, name, number, state, answer)
    return answer


def _offered(workflow: Workflow, name: str, number: int, state: str, answer: Answer) -> None:
    world, here = worlds_of(name)[number], rooms(name, number, state)
    starting = {other for other, rule in oracle.TABLE.items() if state in rule.start.split()}
    value = value_of("agree_variation" if state == "active" else name)
    for persona in key_people():
        listed = offers(
            workflow, view(workflow, state), persona.actor, {**here, "actor": persona.facts(value)}
        )
        if {offer.action.name for offer in listed} != starting:
            answer.differences.append(f"from {state} other actions are listed than the rules know")
        for offer in listed:
            answer.cells += 1
            answer.allowed += offer.may
            rule = oracle.TABLE.get(offer.action.name)
            may = rule is not None and oracle.allowed(rule, state, persona.person, world.facts, filled=False)
            if may is not offer.may:
                said = "offered" if offer.may else "not offered"
                told = _in_words(offer.action.name, state, persona, world, expected=str(may), said=said)
                answer.differences.append(told)


def structure(workflow: Workflow) -> list[str]:
    """Where the definition leads elsewhere than the rules, or records another step for the separation of duties."""
    found = [f"{name}: not in both" for name in oracle.TABLE.keys() ^ workflow.action_by_name.keys()]
    found += [f"{name}: not a state of both" for name in oracle.STATES ^ workflow.state_by_name.keys()]
    for name in oracle.TABLE.keys() & workflow.action_by_name.keys():
        found += structure_of(workflow.action_by_name[name])
    return sorted(found)


def structure_of(action: Action) -> list[str]:
    """The same of one action."""
    rule = oracle.TABLE[action.name]
    targets = set((rule.to or rule.start.replace(" ", "|")).split("|"))
    found = [] if set(action.targets) == targets else [f"{action.name}: leads to {', '.join(action.targets)}"]
    if (action.duty or "") != rule.counts_as:
        found.append(f"{action.name}: counts as {action.duty}")
    return found


def _ask(  # noqa: PLR0917 - the order of its arguments is that of the engine.
    workflow: Workflow,
    case: CaseView,
    name: str,
    persona: Persona,
    facts: dict[str, Any],
    form: dict[str, Any],
) -> str:
    """The state in which the engine would put the bid; empty when it refuses."""
    try:
        said = plan(workflow, case, name, persona.actor, facts, form)
    except UndeclaredTarget:
        return "a state that is not declared"
    return said.new_state if isinstance(said, Plan) else ""


def _in_words(
    name: str, state: str, persona: Persona, world: worlds.World, *, expected: str, said: str
) -> str:
    changed = ", ".join(
        f"{fact} is {'so' if so else 'not so'}"
        for fact, so in world.facts.items()
        if so is not worlds.ORDINARY[fact]
    )
    return (
        f"{name} from {state} by “{persona.name}” when {changed or 'all is ordinary'} (way {world.way}): "
        f"the rules say {expected or 'no'}, the engine says {said or 'no'}"
    )
