"""What a workflow is made of: frozen data, written in code and versioned.

Names are stable and never shown; labels are shown and never read by code. A definition holds no state of any
case.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

SYSTEM = "system"
"""The role that only the product itself holds, for what happens by the calendar."""

NOBODY = "nobody"
"""The owner of a state in which nothing is left to do."""

# Facts and form data are named values of many types, made by the rooms above; a definition and its guards
# know which.
Facts = Mapping[str, Any]
Data = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Reason:
    """Why an action is not possible: what is so, how to go on, and who can.

    `code` is stable and never shown. `text` is one plain sentence. `field` names the form's field it belongs
    to, if one.
    """

    code: str
    text: str
    how: str = ""
    who: str = ""
    field: str | None = None


@dataclass(frozen=True, slots=True)
class CaseView:
    """What the engine knows of a case: the definition it is pinned to, where it stands, its revision."""

    id: int
    workflow_key: str
    version: int
    state: str
    rev: int


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts. `roles` are those that count for this very case and moment, resolved by the caller.

    `principal_ids` are the people this person stands in for; for separation of duties they count as one
    person. The system holds the one role `SYSTEM`, and nobody else ever does.
    """

    person_id: int | None
    roles: frozenset[str]
    is_system: bool = False
    principal_ids: frozenset[int] = frozenset()

    @property
    def held_roles(self) -> frozenset[str]:
        """The roles that count, with `SYSTEM` held by the system alone."""
        return frozenset({SYSTEM}) if self.is_system else self.roles - {SYSTEM}

    @property
    def counted_ids(self) -> frozenset[int]:
        """The person and those they stand in for."""
        return self.principal_ids if self.person_id is None else self.principal_ids | {self.person_id}


SYSTEM_ACTOR = Actor(person_id=None, roles=frozenset({SYSTEM}), is_system=True)
"""The product itself, acting by the calendar."""


@dataclass(frozen=True, slots=True)
class GuardContext:
    """What a guard may look at; `data` is None when one only asks, with no form filled in."""

    case: CaseView
    actor: Actor
    facts: Facts
    data: Data | None = None


@dataclass(frozen=True, slots=True)
class Guard:
    """A rule that allows an action (None) or says why not (a `Reason`), from its context only.

    `needs_data`: it can only be answered with the form's data, and is left out when one only asks.
    `money`: it tests the money; an action with money effects must have one.
    """

    name: str
    check: Callable[[GuardContext], Reason | None]
    needs_data: bool = False
    money: bool = False


@dataclass(frozen=True, slots=True)
class DeadlineRule:
    """Which kind of deadline runs in a state; its numbers are configuration of the deadlines room.

    `date_fact`: the fact that holds the due date (a London date), for deadlines that are a date and not a
    period from entering the state. `escalates_only`: when it passes people are told, but the state does not
    change.
    """

    kind: str
    date_fact: str | None = None
    escalates_only: bool = False


@dataclass(frozen=True, slots=True)
class State:
    """Where a case can stand.

    `owner` is the role whose move it is, or `SYSTEM`, or `NOBODY` (only in an end). `outside_label` is what
    people outside the department read, and never shows an internal stage. A live state has a `deadline`, or
    in `waiver` the written reason why it has none. `breach_action` is what the system does when the deadline
    passes. `waits_for` may say more exactly, from the facts, what the case waits for (department's voice).
    """

    name: str
    label: str
    owner: str
    outside_label: str
    deadline: DeadlineRule | None = None
    waiver: str | None = None
    final: bool = False
    initial: bool = False
    breach_action: str | None = None
    waits_for: Callable[[Facts], str] | None = None


@dataclass(frozen=True, slots=True)
class Action:
    """A step from one of `sources` to one of `targets` by somebody who holds one of `roles`.

    With several targets, `decide` chooses one from the facts and the form's data, purely. `effects` and
    `money` are names registered in wiring; money effects run last. `event` is the past-tense name of what is
    recorded. `duty` is recorded with the person for separation of duties. An action that keeps the state
    keeps its deadline too, unless `restarts_deadline`; then `restarts_with`, if there is one, runs instead of the
    state's own. `reopens_within` is the deadline kind that limits a
    declared way out of an end. An `optional` action may be done at any time and is nobody's duty: no case waits for it.
    """

    name: str
    label: str
    sources: tuple[str, ...]
    targets: tuple[str, ...]
    roles: tuple[str, ...]
    event: str
    guards: tuple[Guard, ...] = ()
    form: str | None = None
    reason_required: bool = False
    effects: tuple[str, ...] = ()
    money: tuple[str, ...] = ()
    notices: tuple[str, ...] = ()
    duty: str | None = None
    decide: Callable[[Facts, Data], str] | None = None
    restarts_deadline: bool = False
    restarts_with: DeadlineRule | None = None
    reopens_within: str | None = None
    optional: bool = False

    @property
    def is_system_only(self) -> bool:
        """Whether only the calendar does this, so that no person is ever offered it."""
        return self.roles == (SYSTEM,)


@dataclass(frozen=True, slots=True)
class Role:
    """A role's name with the words for it, as officials read it ("case officer")."""

    name: str
    label: str


@dataclass(frozen=True)
class Workflow:
    """A whole definition. A case is pinned to `key` and `version`; `roles` gives the words for roles.

    `noun` is what its cases are called on a page ("bid").
    """

    key: str
    version: int
    states: tuple[State, ...]
    actions: tuple[Action, ...]
    roles: tuple[Role, ...] = ()
    noun: str = "bid"

    @cached_property
    def state_by_name(self) -> Mapping[str, State]:
        """The states by name."""
        return {state.name: state for state in self.states}

    @cached_property
    def action_by_name(self) -> Mapping[str, Action]:
        """The actions by name."""
        return {action.name: action for action in self.actions}

    @cached_property
    def actions_from(self) -> Mapping[str, tuple[Action, ...]]:
        """For each state the actions that may start there, in the order of the definition."""
        return {
            state.name: tuple(a for a in self.actions if state.name in a.sources) for state in self.states
        }

    @cached_property
    def role_labels(self) -> Mapping[str, str]:
        """The words for each role; a role without any is shown by its name with spaces."""
        return {SYSTEM: "the system", NOBODY: "nobody"} | {role.name: role.label for role in self.roles}

    @property
    def initial(self) -> State:
        """The state in which a case begins.

        Raises: LookupError when there is none, which validation reports too.
        """
        for state in self.states:
            if state.initial:
                return state
        raise LookupError(f"{self.key} v{self.version} has no initial state")

    def role_label(self, role: str) -> str:
        """The words for one role."""
        return self.role_labels.get(role) or role.replace("_", " ")

    def who_can(self, action: Action) -> str:
        """Who may do an action, in words: "case officer or head of team"."""
        return " or ".join(self.role_label(role) for role in action.roles)
