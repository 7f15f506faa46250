"""What a case waits for, until when and what follows, in two voices.

The department reads who must act. People outside read the outside labels only: never a person, a role or an
internal stage, nor a date that would show that a case moved from one internal stage to the next.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from workflow.engine.definition import SYSTEM, Action, Actor, CaseView, Facts, State, Workflow
from workflow.engine.planning import Offer, offers


class Voice(StrEnum):
    """To whom a case is explained."""

    DEPARTMENT = "department"
    OUTSIDE = "outside"


@dataclass(frozen=True, slots=True)
class Explanation:
    """The explain box: `waiting_for`, `until` (a London date), `then`, and what happens `if_late` (empty: nothing)."""

    waiting_for: str
    until: date | None
    then: str
    if_late: str = ""


def offers_to_anybody(workflow: Workflow, case: CaseView, facts: Facts) -> tuple[Offer, ...]:
    """The actions that somebody owes from here, whoever does them, with what in the case itself stands in their way.

    `facts` are those of an actor in whose way nothing personal stands. What nobody owes (`optional`) and what the calendar
    does is left out. The case waits for those that may be done; where none may, the reasons say what it lacks.
    """
    anybody = Actor(person_id=None, roles=frozenset(role.name for role in workflow.roles))
    return tuple(
        offer
        for offer in offers(workflow, case, anybody, facts)
        if not offer.action.optional and not offer.action.is_system_only
    )


def explain(
    workflow: Workflow, case: CaseView, facts: Facts, *, voice: Voice, due_on: date | None = None
) -> Explanation:
    """What the case waits for. `due_on` is the due date of the state's open deadline, when there is one.

    Raises: KeyError when the definition does not know the case's state.
    """
    state = workflow.state_by_name[case.state]
    if voice is Voice.OUTSIDE:
        return _outside(workflow, state, due_on)
    if state.final:
        return Explanation(f"Nobody: this {workflow.noun} has ended", None, "Nothing more follows")
    return Explanation(
        _waiting_for(workflow, state, facts), due_on, _then(workflow, state), _if_late(workflow, state)
    )


def _waiting_for(workflow: Workflow, state: State, facts: Facts) -> str:
    if state.waits_for is not None:
        return state.waits_for(facts)
    if state.owner == SYSTEM:
        return "The end of the time allowed"
    return _capital(workflow.role_label(state.owner))


def _then(workflow: Workflow, state: State) -> str:
    """The states that the owner's own actions lead to, or anybody's when the owner's lead nowhere else."""
    actions = workflow.actions_from[state.name]
    ahead = _ahead(state, (action for action in actions if state.owner in action.roles)) or _ahead(
        state, actions
    )
    return " or ".join(_said(workflow, workflow.state_by_name[name]) for name in ahead)


def _ahead(state: State, actions: Iterable[Action]) -> list[str]:
    return list(dict.fromkeys(name for action in actions for name in action.targets if name != state.name))


def _said(workflow: Workflow, state: State) -> str:
    owner = "" if state.final or state.owner == SYSTEM else f" ({workflow.role_label(state.owner)})"
    return f"{state.label}{owner}"


def _if_late(workflow: Workflow, state: State) -> str:
    if state.breach_action is not None:
        return f"By itself: {workflow.action_by_name[state.breach_action].label}"
    return "Their manager is told" if state.deadline is not None else ""


def _outside(workflow: Workflow, state: State, due_on: date | None) -> Explanation:
    if state.final:
        return Explanation(state.outside_label, None, "")
    alike = [other for other in workflow.states if other.outside_label == state.outside_label]
    then = " or ".join(_next_outside_labels(workflow, state))
    return Explanation(state.outside_label, due_on if len(alike) == 1 else None, then)


def _next_outside_labels(workflow: Workflow, state: State) -> list[str]:
    """The outside labels that come next, looking through states that people outside cannot tell apart."""
    found: dict[str, None] = {}
    waiting, seen = [state.name], {state.name}
    while waiting:
        here = workflow.state_by_name[waiting.pop(0)]
        for name in _ahead(here, workflow.actions_from[here.name]):
            label = workflow.state_by_name[name].outside_label
            if label != state.outside_label:
                found[label] = None
            elif name not in seen:
                seen.add(name)
                waiting.append(name)
    return list(found)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
