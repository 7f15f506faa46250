"""The engine: definitions, guards with reasons, offers, plans, validation, working days. No I/O, no clock."""

from workflow.engine.definition import (
    NOBODY,
    SYSTEM,
    SYSTEM_ACTOR,
    Action,
    Actor,
    CaseView,
    Data,
    DeadlineRule,
    Facts,
    Guard,
    GuardContext,
    Reason,
    Role,
    State,
    Workflow,
)
from workflow.engine.digest import structure_digest
from workflow.engine.explain import Explanation, Voice, explain, offers_to_anybody
from workflow.engine.planning import Offer, Plan, Refusal, UndeclaredTarget, offers, plan
from workflow.engine.validation import Registry, validate
from workflow.engine.working_days import Calendar, CalendarEnds, due_at

__all__ = [
    "NOBODY",
    "SYSTEM",
    "SYSTEM_ACTOR",
    "Action",
    "Actor",
    "Calendar",
    "CalendarEnds",
    "CaseView",
    "Data",
    "DeadlineRule",
    "Explanation",
    "Facts",
    "Guard",
    "GuardContext",
    "Offer",
    "Plan",
    "Reason",
    "Refusal",
    "Registry",
    "Role",
    "State",
    "UndeclaredTarget",
    "Voice",
    "Workflow",
    "due_at",
    "explain",
    "offers",
    "offers_to_anybody",
    "plan",
    "structure_digest",
    "validate",
]
