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
from workflow.engine.planning import Offer, Plan, Refusal, UndeclaredTarget, offers, plan

__all__ = [
    "NOBODY",
    "SYSTEM",
    "SYSTEM_ACTOR",
    "Action",
    "Actor",
    "CaseView",
    "Data",
    "DeadlineRule",
    "Facts",
    "Guard",
    "GuardContext",
    "Offer",
    "Plan",
    "Reason",
    "Refusal",
    "Role",
    "State",
    "UndeclaredTarget",
    "Workflow",
    "offers",
    "plan",
]
