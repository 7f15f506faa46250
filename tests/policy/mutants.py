"""The definition broken in one place at a time, to see that the matrix notices.

A mutant drops a guard, drops or adds a role, drops or adds a source, leads elsewhere, forgets how it chooses, asks for no
reason or records no step. One that the matrix does not notice is a survivor, and needs its reason in `SURVIVORS`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from tests.policy import matrix, oracle
from workflow.engine import Action, Workflow

SURVIVORS: Mapping[str, str] = {
    "declare_conflict also by system": "the calendar never approves, so it has no approval to take back",
}
"""Mutants that nothing can notice, by name, each with the reason why that is right."""


@dataclass(frozen=True)
class Mutant:
    """One broken action; `states` are those in which the difference must show."""

    name: str
    kind: str
    action: Action
    states: tuple[str, ...]


def mutants_of(action: Action) -> Iterator[Mutant]:
    """Every mutant of an action."""
    yield from _guards(action)
    yield from _roles(action)
    yield from _sources(action)
    yield from _targets(action)
    yield from _records(action)


def _guards(action: Action) -> Iterator[Mutant]:
    for guard in action.guards:
        rest = tuple(one for one in action.guards if one is not guard)
        broken = replace(action, guards=rest)
        yield Mutant(f"{action.name} without {guard.name}", "guard", broken, action.sources)


def _roles(action: Action) -> Iterator[Mutant]:
    for role in action.roles:
        rest = tuple(one for one in action.roles if one != role) or ("nobody_at_all",)
        yield Mutant(f"{action.name} not by {role}", "role", replace(action, roles=rest), action.sources)
    for role in sorted(oracle.ROLES - set(action.roles)):
        broken = replace(action, roles=(*action.roles, role))
        yield Mutant(f"{action.name} also by {role}", "role", broken, action.sources)


def _sources(action: Action) -> Iterator[Mutant]:
    for state in action.sources:
        rest = tuple(one for one in action.sources if one != state)
        yield Mutant(f"{action.name} not from {state}", "edge", replace(action, sources=rest), (state,))
    for state in sorted(oracle.STATES - set(action.sources)):
        broken = replace(action, sources=(*action.sources, state))
        yield Mutant(f"{action.name} also from {state}", "edge", broken, (state,))


def _targets(action: Action) -> Iterator[Mutant]:
    for state in action.targets:
        rest = tuple(one for one in action.targets if one != state)
        for other in sorted(oracle.STATES - set(action.targets)):
            broken = replace(action, targets=(*rest, other))
            yield Mutant(f"{action.name} to {other} and not to {state}", "edge", broken, action.sources)
    if action.decide is not None:
        yield Mutant(
            f"{action.name} without its choice", "edge", replace(action, decide=None), action.sources
        )


def _records(action: Action) -> Iterator[Mutant]:
    flipped = replace(action, reason_required=not action.reason_required)
    yield Mutant(f"{action.name} with the reason turned round", "record", flipped, action.sources)
    if action.duty:
        yield Mutant(
            f"{action.name} recorded as nobody's step", "record", replace(action, duty=None), action.sources
        )


def is_killed(workflow: Workflow, mutant: Mutant) -> bool:
    """Whether the matrix notices the mutant."""
    if matrix.structure_of(mutant.action):
        return True
    others = tuple(mutant.action if one.name == mutant.action.name else one for one in workflow.actions)
    broken = replace(workflow, actions=others)
    return bool(matrix.compare(broken, mutant.action.name, states=mutant.states, first=True).differences)


def survivors(workflow: Workflow, *, every: int = 1) -> tuple[int, list[Mutant]]:
    """How many mutants were made, and those that live; `every` nth role and edge, and all guards, choices and records."""
    made = [mutant for action in workflow.actions for mutant in mutants_of(action)]
    always = {"guard", "record"}
    chosen = [one for number, one in enumerate(made) if one.kind in always or number % every == 0]
    return len(chosen), [one for one in chosen if not is_killed(workflow, one)]
