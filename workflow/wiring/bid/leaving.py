"""The ways out that are open from many stages: withdrawing a bid."""

from workflow.cases.registry import DeadlineNotice, DueOn, Effect, Notice
from workflow.engine import Action, State

STATES: tuple[State, ...] = ()

ACTIONS: tuple[Action, ...] = ()

EFFECTS: dict[str, Effect] = {}

MONEY_EFFECTS: dict[str, Effect] = {}

NOTICES: dict[str, Notice] = {}

DEADLINE_NOTICES: dict[str, DeadlineNotice] = {}

DUE_ON: dict[str, DueOn] = {}
