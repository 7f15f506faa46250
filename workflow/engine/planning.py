"""What may be done next, why not when it may not, and what follows when it is done.

Pure: it reads the definition, the case, the actor, the facts and the form's data, and changes nothing. The
page that lists the buttons, the command that acts and a simulation all call the same functions.
"""

from dataclasses import dataclass

from workflow.engine.definition import (
    Action,
    Actor,
    CaseView,
    Data,
    DeadlineRule,
    Facts,
    GuardContext,
    Reason,
    Workflow,
)


class UndeclaredTarget(RuntimeError):
    """A definition's `decide` named a state that its action does not declare: a fault of the code."""


@dataclass(frozen=True, slots=True)
class Offer:
    """An action that starts in the case's state, with every reason why this actor may not do it now."""

    action: Action
    reasons: tuple[Reason, ...] = ()

    @property
    def may(self) -> bool:
        """Whether nothing stands in the way, as far as can be said before the form is filled in."""
        return not self.reasons


@dataclass(frozen=True, slots=True)
class Refusal:
    """An action is not possible; `reasons` holds every reason and is never empty."""

    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """What an action does, for the shell to carry out in one transaction and in this order.

    `effects`, then the deadlines (`cancel`: end the open deadlines of `old_state`; `arm`: start these), then
    `notices`, the `event`, and `money` last. `duty` is recorded with the person, for separation of duties.
    """

    action: str
    old_state: str
    new_state: str
    effects: tuple[str, ...]
    money: tuple[str, ...]
    cancel: bool
    arm: tuple[DeadlineRule, ...]
    notices: tuple[str, ...]
    event: str
    duty: str | None

    @property
    def moves(self) -> bool:
        """Whether the state changes."""
        return self.old_state != self.new_state


def offers(workflow: Workflow, case: CaseView, actor: Actor, facts: Facts) -> tuple[Offer, ...]:
    """Every action that starts in the case's state, blocked ones with all their reasons.

    Guards that need the form's data are left out, as nothing is filled in yet. A case pinned to another
    version than this definition, or in a state it does not know, is offered nothing.
    """
    if _pinned_elsewhere(workflow, case):
        return ()
    context = GuardContext(case, actor, facts)
    return tuple(
        Offer(action, _role_reasons(workflow, action, actor) + _guard_reasons(action, context))
        for action in workflow.actions_from.get(case.state, ())
    )


def plan(  # noqa: PLR0917 - the order of its arguments is that of a sentence
    workflow: Workflow, case: CaseView, action_name: str, actor: Actor, facts: Facts, data: Data | None = None
) -> Plan | Refusal:
    """What the action would do, or every reason why it is refused.

    All guards run; `data` None means an empty form.

    Raises: UndeclaredTarget when the definition's `decide` names a state that the action does not
    declare.
    """
    action = workflow.action_by_name.get(action_name)
    if action is None or _pinned_elsewhere(workflow, case):
        return Refusal((_unknown(workflow, action_name, case),))
    if case.state not in action.sources:
        return Refusal((_elsewhere(workflow, case), *_role_reasons(workflow, action, actor)))
    given: Data = {} if data is None else data
    reasons = (
        _role_reasons(workflow, action, actor)
        + _guard_reasons(action, GuardContext(case, actor, facts, given))
        + _missing_reason(action, given)
    )
    if reasons:
        return Refusal(reasons)
    return _planned(workflow, action, case.state, _target(action, facts, given))


def _planned(workflow: Workflow, action: Action, old: str, new: str) -> Plan:
    renews = new != old or action.restarts_deadline
    deadline = workflow.state_by_name[new].deadline
    if new == old and action.restarts_with is not None:
        deadline = action.restarts_with
    return Plan(
        action=action.name,
        old_state=old,
        new_state=new,
        effects=action.effects,
        money=action.money,
        cancel=renews,
        arm=(deadline,) if renews and deadline is not None else (),
        notices=action.notices,
        event=action.event,
        duty=action.duty,
    )


def _target(action: Action, facts: Facts, data: Data) -> str:
    if action.decide is None:
        return action.targets[0]
    target = action.decide(facts, data)
    if target not in action.targets:
        raise UndeclaredTarget(f"{action.name} decided for {target!r}, which is none of {action.targets}")
    return target


def _guard_reasons(action: Action, context: GuardContext) -> tuple[Reason, ...]:
    """The reasons of all guards; none is left out because an earlier one refused."""
    asking = context.data is None
    found = [guard.check(context) for guard in action.guards if not (asking and guard.needs_data)]
    return tuple(reason for reason in found if reason is not None)


def _role_reasons(workflow: Workflow, action: Action, actor: Actor) -> tuple[Reason, ...]:
    if not actor.held_roles.isdisjoint(action.roles):
        return ()
    who = workflow.who_can(action)
    if action.is_system_only:
        return (
            Reason(
                "only_system",
                "This happens by itself when its time comes.",
                "You do not need to do anything.",
                who,
            ),
        )
    return (
        Reason("role_not_held", f"Your role cannot do this to this {workflow.noun}.", f"Ask the {who}.", who),
    )


def _missing_reason(action: Action, data: Data) -> tuple[Reason, ...]:
    given = data.get("reason")
    if not action.reason_required or (isinstance(given, str) and given.strip()):
        return ()
    text, how = "A reason is needed, and none is given.", "Write why, in your own words."
    return (Reason("reason_missing", text, how, "You", field="reason"),)


def _pinned_elsewhere(workflow: Workflow, case: CaseView) -> bool:
    return (case.workflow_key, case.version) != (workflow.key, workflow.version)


def _unknown(workflow: Workflow, action_name: str, case: CaseView) -> Reason:
    if _pinned_elsewhere(workflow, case):
        text = (
            f"This {workflow.noun} follows another version of the rules, so it can only be read here for now."
        )
        return Reason("other_version", text, "Try again later.", "An administrator")
    text = f"Nothing called “{action_name[:40]}” can be done to a {workflow.noun}."
    return Reason("unknown_action", text, "Go back to the page and choose what it offers.", "You")


def _elsewhere(workflow: Workflow, case: CaseView) -> Reason:
    state = workflow.state_by_name.get(case.state)
    stands = f", which is now “{state.label}”" if state else ""
    who = workflow.role_label(state.owner) if state else ""
    text = f"This cannot be done to the {workflow.noun}{stands}."
    return Reason("wrong_state", text, "Open the page again to see what can be done now.", who)
