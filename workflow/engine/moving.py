"""Whether a case may go on under another version of its definition: pure, and every reason against it is named.

A version may be joined halfway only where nothing of the life so far would be missing from it: the state and its deadline are
there, and every step that was done would have left the same duties and the same rows.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from hashlib import sha256

from workflow.engine.definition import Action, Workflow
from workflow.engine.digest import structure_digest


@dataclass(frozen=True, slots=True)
class OpenDeadline:
    """A running deadline of a case's state: its kind, whether its date has passed, and whether it ends the state by itself."""

    kind: str
    is_past: bool
    acts: bool


@dataclass(frozen=True, slots=True)
class Life:
    """What a case brings along: its state, the running deadlines of that state, and each action done under which version."""

    state: str
    deadlines: tuple[OpenDeadline, ...]
    done: frozenset[tuple[str, int]]


def move_digest(source: Workflow, target: Workflow) -> str:
    """The fingerprint of a move as 64 hexadecimal digits: other structures, or the other way round, give another."""
    return sha256(f"{structure_digest(source)}\n{structure_digest(target)}".encode()).hexdigest()


def obstacles(life: Life, target: Workflow, known: Mapping[int, Workflow]) -> tuple[str, ...]:
    """Why a case cannot go on under `target`, a sentence each; none when it can.

    `known` are all versions of the definition that this program has, by number.
    """
    if life.state not in target.state_by_name:
        return (f"version {target.version} has no state {life.state}",)
    return (*_deadlines(life, target), *_steps(life.done, target, known))


def _kinds(target: Workflow, state: str) -> frozenset[str]:
    """The kinds of deadline that may run in a state: its own, and those with which a step restarts it."""
    own = target.state_by_name[state].deadline
    restarted = {
        action.restarts_with.kind
        for action in target.actions
        if action.restarts_with is not None and state in action.targets
    }
    return frozenset(restarted if own is None else restarted | {own.kind})


def _deadlines(life: Life, target: Workflow) -> list[str]:
    state, kinds = target.state_by_name[life.state], _kinds(target, life.state)
    found = [
        f"the deadline {one.kind} is open, and {life.state} of version {target.version} does not have it"
        for one in life.deadlines
        if one.kind not in kinds
    ]
    if state.deadline is None:
        return found
    running = [one for one in life.deadlines if one.kind in kinds]
    if not running:
        found.append(
            f"{life.state} of version {target.version} has the deadline {state.deadline.kind}, and none is open"
        )
    if state.breach_action is not None:
        found += _ending(running, state.breach_action)
    return found


def _ending(running: Collection[OpenDeadline], breach_action: str) -> list[str]:
    """What is wrong with deadlines by which the target would end the state: one that is over, or one that never acts."""
    found = [
        f"the deadline {one.kind} has passed, so {breach_action} would be done at once"
        for one in running
        if one.is_past
    ]
    return found + [
        f"the deadline {one.kind} was started without an end, so {breach_action} would never be done"
        for one in running
        if not one.acts
    ]


def _steps(done: Collection[tuple[str, int]], target: Workflow, known: Mapping[int, Workflow]) -> list[str]:
    found = []
    for name, version in sorted(done):
        under = known.get(version)
        before = None if under is None else under.action_by_name.get(name)
        after = target.action_by_name.get(name)
        if before is None:
            found.append(f"{name} was done under version {version}, which this program does not know")
        elif after is None:
            found.append(f"{name} was done, and version {target.version} has no such action")
        elif _left(before) != _left(after):
            what = "another duty" if before.duty != after.duty else "other effects"
            found.append(f"{name} was done, and in version {target.version} it has {what}")
    return found


def _left(action: Action) -> tuple[object, ...]:
    """What an action leaves behind: the duty by which people are kept apart, and its effects in their order."""
    return action.duty, action.effects, action.money
