"""Deadlines: the calendar, what is due when, its steps and moves, and business time. They never know whose they are."""

from workflow.deadlines.clock import StoredClock, advance_to, beat, start
from workflow.deadlines.commands import arm, cancel, meet, move
from workflow.deadlines.defaults import load_bank_holidays, load_deadline_rules
from workflow.deadlines.firing import FiredStep, bury, fire_due_steps, lock_breach, put_off
from workflow.deadlines.models import Deadline, DeadlineState
from workflow.deadlines.queries import (
    DueBreach,
    NoRule,
    calendar,
    check,
    due_breaches,
    moves,
    next_moment,
    open_deadlines,
    rule_in_force,
)

__all__ = [
    "Deadline",
    "DeadlineState",
    "DueBreach",
    "FiredStep",
    "NoRule",
    "StoredClock",
    "advance_to",
    "arm",
    "beat",
    "bury",
    "calendar",
    "cancel",
    "check",
    "due_breaches",
    "fire_due_steps",
    "load_bank_holidays",
    "load_deadline_rules",
    "lock_breach",
    "meet",
    "move",
    "moves",
    "next_moment",
    "open_deadlines",
    "put_off",
    "rule_in_force",
    "start",
]
