"""Breaches: what the system does when a deadline passes. One unit of work each, the case before its deadline."""

from datetime import datetime

import structlog

from workflow import deadlines
from workflow.cases.commands import apply
from workflow.cases.models import Case
from workflow.cases.notices import owe_breach
from workflow.cases.registry import registry
from workflow.clock import Clock
from workflow.db import SYSTEM, Sessions, unit_of_work

log = structlog.get_logger(__name__)


def sweep_breaches(sessions: Sessions, clock: Clock, *, limit: int = 100) -> int:
    """Apply every breach that is due, oldest first; returns how many were applied.

    The list is read without a lock. Each item then locks its case first and its deadline second, checks both again,
    and applies under the key `deadline:<id>:v<version>`, so that four sweepers or a second run do it once.
    """
    now = clock.now()
    with sessions() as session:
        due = list(deadlines.due_breaches(session, now, limit))
    applied = 0
    for deadline_id, version, subject, kind in due:
        if not subject.startswith("case:"):
            # Only cases have breaches; anything else is a fault of the rules, and must not stop the others.
            log.error("breach_without_case", deadline_id=deadline_id, subject=subject)
            continue
        try:
            applied += _breach(sessions, clock, deadline_id, version, subject, kind, now)
        except Exception:
            # One breach that is refused, or fails in a way nobody foresaw, must keep neither the others waiting nor the
            # reminders that come after them; its own transaction rolled back, so it stays due and the next sweep tries again.
            log.exception("breach_failed", deadline_id=deadline_id, kind=kind)
    return applied


def _breach(  # noqa: PLR0917 - one row of the list
    sessions: Sessions, clock: Clock, deadline_id: int, version: int, subject: str, kind: str, now: datetime
) -> int:
    case_id, own = _case_of(subject)
    with unit_of_work(sessions, clock, actor=SYSTEM, request_id=f"deadline:{deadline_id}", now=now) as work:
        case = work.session.get(Case, case_id, with_for_update={"key_share": True})
        workflow = None if case is None else registry().workflow_of(case)
        if case is None or workflow is None:
            return 0  # A program that does not know the bid's rules leaves the breach, untouched, to one that does.
        if deadlines.lock_breach(work, deadline_id, version) is None:
            return 0
        if not own:
            owe_breach(work, case, subject, kind, key=f"{deadline_id}:v{version}")
            return 1
        state = workflow.state_by_name[case.state]
        action = None if state.deadline is None else state.breach_action
        if action is None or state.deadline is None or state.deadline.kind != kind:
            return 0
        apply(work, case_id, action=action, seen_rev=case.rev, key=f"deadline:{deadline_id}:v{version}")
        return 1


def _case_of(subject: str) -> tuple[int, bool]:
    """The case of a subject, and whether the deadline is that of its state.

    What is due beside the state, such as `case:12/return:1`, changes no state when it is missed: it is settled once, and
    those whom it concerns are told.
    """
    number, _, beside = subject.removeprefix("case:").partition("/")
    return int(number), not beside
