"""Cases: the engine's transactional shell. One action is one transaction, one event and its notices."""

from workflow.cases.commands import (
    Applied,
    apply,
    arm_first_deadline,
    describe_case,
    hold_case,
    lock_case,
    open_case,
    subject_of,
)
from workflow.cases.keys import once
from workflow.cases.models import Case
from workflow.cases.registry import ActorFacts, CaseFacts, EffectContext, decided
from workflow.cases.sweep import sweep_breaches

__all__ = [
    "ActorFacts",
    "Applied",
    "Case",
    "CaseFacts",
    "EffectContext",
    "apply",
    "arm_first_deadline",
    "decided",
    "describe_case",
    "hold_case",
    "lock_case",
    "once",
    "open_case",
    "subject_of",
    "sweep_breaches",
]
