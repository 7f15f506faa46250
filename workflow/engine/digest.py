"""The fingerprint of a definition's structure, by which an edit under live cases is noticed."""

import hashlib
import json
from typing import Any

from workflow.engine.definition import Action, State, Workflow


def structure_digest(workflow: Workflow) -> str:
    """The SHA-256 of the structure as 64 hexadecimal digits: names and how they hang together, not labels, not code.

    The order of states, actions, sources, roles and guards means nothing and is left out; that of effects means something.
    """
    structure = {
        "key": workflow.key,
        "version": workflow.version,
        "states": [_state(state) for state in sorted(workflow.states, key=lambda state: state.name)],
        "actions": [_action(action) for action in sorted(workflow.actions, key=lambda action: action.name)],
    }
    text = json.dumps(structure, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()


def _state(state: State) -> dict[str, Any]:
    deadline = state.deadline
    return {
        "name": state.name,
        "owner": state.owner,
        "deadline": None
        if deadline is None
        else [deadline.kind, deadline.date_fact, deadline.escalates_only],
        "final": state.final,
        "initial": state.initial,
        "breach_action": state.breach_action,
    }


def _action(action: Action) -> dict[str, Any]:
    return {
        "name": action.name,
        "sources": sorted(action.sources),
        "targets": sorted(action.targets),
        "roles": sorted(action.roles),
        "guards": sorted(guard.name for guard in action.guards),
        "form": action.form,
        "reason_required": action.reason_required,
        "effects": list(action.effects),
        "money": list(action.money),
        "event": action.event,
        "duty": action.duty,
        "decides": action.decide is not None,
        "restarts_deadline": action.restarts_deadline,
        "reopens_within": action.reopens_within,
        # Said only where it is so, so that definitions deployed before it was known keep their digest.
        **({} if action.restarts_with is None else {"restarts_with": action.restarts_with.kind}),
    }
