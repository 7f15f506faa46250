"""Everything that is wrong with a definition, all at once, before it ever runs.

A definition is code, so a fault in it is found when the product is built and when it starts, never by a person's bid.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from workflow.engine.definition import NOBODY, SYSTEM, Action, State, Workflow

Graph = Mapping[str, frozenset[str]]


@dataclass(frozen=True, slots=True)
class Registry:
    """The names that wiring knows, so that a definition cannot name what is not there.

    `inside_terms` are words that never reach people outside the department.
    """

    roles: frozenset[str] = frozenset()
    guards: frozenset[str] = frozenset()
    effects: frozenset[str] = frozenset()
    money_effects: frozenset[str] = frozenset()
    forms: frozenset[str] = frozenset()
    notices: frozenset[str] = frozenset()
    deadline_kinds: frozenset[str] = frozenset()
    events: frozenset[str] = frozenset()
    inside_terms: frozenset[str] = frozenset()


def validate(workflow: Workflow, *, registry: Registry | None = None) -> list[str]:
    """Every problem of the definition, as plain lines; empty when it is sound. Names are checked with a registry."""
    rules: tuple[Callable[[Workflow], Iterator[str]], ...] = (
        _one_initial_state,
        _duplicates,
        _words,
        _unknown_states,
        _ways,
        _ends_stay_ended,
        _owners,
        _deadlines,
        _breaches,
        _actions,
        _system_cycles,
    )
    problems = [problem for rule in rules for problem in rule(workflow)]
    problems += _leaks(workflow, registry.inside_terms if registry else frozenset())
    if registry is not None:
        problems += _unregistered(workflow, registry)
    return problems


def _one_initial_state(workflow: Workflow) -> Iterator[str]:
    names = [state.name for state in workflow.states if state.initial]
    if len(names) != 1:
        yield f"there must be exactly one initial state, and there are {len(names)}{_listed(names)}"


def _duplicates(workflow: Workflow) -> Iterator[str]:
    yield from _repeated("state", (state.name for state in workflow.states))
    yield from _repeated("state label", (state.label for state in workflow.states))
    yield from _repeated("action", (action.name for action in workflow.actions))
    yield from _repeated("role", (role.name for role in workflow.roles))
    for action in workflow.actions:
        guards = tuple(guard.name for guard in action.guards)
        lists = {"source": action.sources, "target": action.targets, "role": action.roles, "guard": guards}
        lists |= {"effect": action.effects + action.money, "notice": action.notices}
        for what, names in lists.items():
            yield from (f"action {action.name}: {problem}" for problem in _repeated(what, names))
    # A guard made twice by the same maker, with the same name, is the same guard; its code tells.
    checks = {
        (guard.name, getattr(guard.check, "__code__", guard.check))
        for action in workflow.actions
        for guard in action.guards
    }
    yield from (f"{line} with different checks" for line in _repeated("guard", (name for name, _ in checks)))


def _words(workflow: Workflow) -> Iterator[str]:
    for state in workflow.states:
        if not (state.label.strip() and state.outside_label.strip()):
            yield f"state {state.name}: a label or an outside label is missing"
    for action in workflow.actions:
        if not (action.label.strip() and action.event.strip()):
            yield f"action {action.name}: a label or the name of its event is missing"


def _unknown_states(workflow: Workflow) -> Iterator[str]:
    for action in workflow.actions:
        for what, names in (("source", action.sources), ("target", action.targets)):
            for name in names:
                if name not in workflow.state_by_name:
                    yield f"action {action.name}: unknown {what} {name}"


def _ways(workflow: Workflow) -> Iterator[str]:
    """Every state is reached, every live one can be left, and every one leads to an end."""
    graph = _graph(workflow.actions)
    starts = [state.name for state in workflow.states if state.initial]
    reached = _reach(graph, starts) | set(starts)
    ends = {state.name for state in workflow.states if state.final}
    for state in workflow.states:
        if starts and state.name not in reached:
            yield f"state {state.name}: unreachable"
        if state.final:
            continue
        if not graph.get(state.name, frozenset()) - {state.name}:
            yield f"state {state.name}: a dead end, no action leads out of it"
        elif ends.isdisjoint(_reach(graph, [state.name])):
            yield f"state {state.name}: no path to an end"


def _ends_stay_ended(workflow: Workflow) -> Iterator[str]:
    ends = {state.name for state in workflow.states if state.final}
    for action in workflow.actions:
        left = [name for name in action.sources if name in ends and set(action.targets) - {name}]
        if action.reopens_within is None:
            yield from (f"action {action.name}: a way out of the end {name}" for name in left)
        elif not left:
            yield f"action {action.name}: declared a reopening, but starts in no end"
        elif not action.guards:
            yield f"action {action.name}: a reopening without a guard that holds its time limit"


def _owners(workflow: Workflow) -> Iterator[str]:
    for state in _live(workflow):
        if state.owner in {"", NOBODY}:
            yield f"state {state.name}: a live state without an owner"
        elif not any(state.owner in action.roles for action in workflow.actions_from[state.name]):
            yield f"state {state.name}: its owner {state.owner} can do nothing there"


def _deadlines(workflow: Workflow) -> Iterator[str]:
    for state in _live(workflow):
        waived = bool(state.waiver and state.waiver.strip())
        if state.deadline is None and not waived:
            yield f"state {state.name}: no deadline, and no written reason why"
        if state.deadline is not None and state.waiver is not None:
            yield f"state {state.name}: a deadline and a reason why there is none"


def _breaches(workflow: Workflow) -> Iterator[str]:
    for state in workflow.states:
        if state.breach_action is None:
            if state.deadline is not None and not state.deadline.escalates_only:
                yield f"state {state.name}: its deadline has no breach action and does not say that it only escalates"
            continue
        if state.deadline is None or state.deadline.escalates_only:
            yield f"state {state.name}: a breach action without a deadline that calls it"
        action = workflow.action_by_name.get(state.breach_action)
        if action is None:
            yield f"state {state.name}: unknown breach action {state.breach_action}"
        else:
            yield from (
                f"state {state.name}: breach action {action.name} {fault}" for fault in _unfit(action, state)
            )


def _unfit(action: Action, state: State) -> Iterator[str]:
    if state.name not in action.sources:
        yield "is not allowed there"
    if SYSTEM not in action.roles:
        yield f"is not open to {SYSTEM}"
    if action.reason_required:
        yield f"asks for a reason, which {SYSTEM} cannot write"


def _actions(workflow: Workflow) -> Iterator[str]:
    for action in workflow.actions:
        if not action.sources or not action.targets:
            yield f"action {action.name}: no source or no target"
        if len(action.targets) > 1 and action.decide is None:
            yield f"action {action.name}: several targets, and nothing decides between them"
        if not action.roles:
            yield f"action {action.name}: nobody may do it"
        if action.money and not any(guard.money for guard in action.guards):
            yield f"action {action.name}: a money effect without a money guard"


def _system_cycles(workflow: Workflow) -> Iterator[str]:
    """No chain of steps that the system may take by itself returns to where it began, or it would never rest."""
    graph = _graph(action for action in workflow.actions if SYSTEM in action.roles)
    looping = [name for name in workflow.state_by_name if name in _reach(graph, [name])]
    if looping:
        yield f"the system alone can go round for ever{_listed(looping)}"


def _leaks(workflow: Workflow, inside_terms: frozenset[str]) -> Iterator[str]:
    """Internal stages are those that people outside read under another word.

    No outside label says the words of another state that is internal, nor a term for inside use.
    """
    terms = {_plain(term) for term in inside_terms}
    words = {
        state.name: {_plain(state.name), _plain(state.label)}
        for state in workflow.states
        if _plain(state.label) != _plain(state.outside_label)
    }
    for state in workflow.states:
        said = f" {_plain(state.outside_label)} "
        others = terms.union(*(its for name, its in words.items() if name != state.name))
        for word in sorted(word for word in others if word and f" {word} " in said):
            yield f"state {state.name}: its outside label “{state.outside_label}” leaks “{word}”"


def _unregistered(workflow: Workflow, registry: Registry) -> Iterator[str]:
    roles = registry.roles | {SYSTEM}
    for state in workflow.states:
        kinds = () if state.deadline is None else (state.deadline.kind,)
        yield from _unknown(f"state {state.name}", "owner", (state.owner,), roles | {NOBODY})
        yield from _unknown(f"state {state.name}", "deadline kind", kinds, registry.deadline_kinds)
    for action in workflow.actions:
        where = f"action {action.name}"
        yield from _unknown(where, "role", action.roles, roles)
        yield from _unknown(where, "guard", (guard.name for guard in action.guards), registry.guards)
        yield from _unknown(where, "effect", action.effects, registry.effects)
        yield from _unknown(where, "money effect", action.money, registry.money_effects)
        yield from _unknown(where, "form", _given(action.form), registry.forms)
        yield from _unknown(where, "notice", action.notices, registry.notices)
        renewed = () if action.restarts_with is None else (action.restarts_with.kind,)
        kinds = (*_given(action.reopens_within), *renewed)
        yield from _unknown(where, "deadline kind", kinds, registry.deadline_kinds)
        yield from _unknown(where, "event", (action.event,), registry.events)


def _unknown(where: str, what: str, names: Iterable[str], known: frozenset[str]) -> Iterator[str]:
    return (f"{where}: unknown {what} {name}" for name in names if name not in known)


def _given(name: str | None) -> tuple[str, ...]:
    return () if name is None else (name,)


def _live(workflow: Workflow) -> Iterator[State]:
    return (state for state in workflow.states if not state.final)


def _graph(actions: Iterable[Action]) -> Graph:
    graph: dict[str, frozenset[str]] = {}
    for action in actions:
        for source in action.sources:
            graph[source] = graph.get(source, frozenset()) | frozenset(action.targets)
    return graph


def _reach(graph: Graph, starts: Iterable[str]) -> set[str]:
    """The states that one step or more lead to; a start is among them only when a cycle returns to it."""
    found: set[str] = set()
    waiting = [target for start in starts for target in graph.get(start, ())]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting.extend(graph.get(name, ()))
    return found


def _repeated(what: str, names: Iterable[str]) -> Iterator[str]:
    return (f"{what} {name} is there {count} times" for name, count in Counter(names).items() if count > 1)


def _listed(names: Iterable[str]) -> str:
    found = ", ".join(names)
    return f": {found}" if found else ""


def _plain(text: str) -> str:
    return " ".join(re.findall(r"[^\W_]+", text.casefold()))
