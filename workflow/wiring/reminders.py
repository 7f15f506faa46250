"""Reminders and escalations: the due steps of deadlines become messages, in one transaction."""

from collections.abc import Sequence

import structlog
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from workflow import deadlines, notifications
from workflow.cases import Case
from workflow.cases.notices import address_hash
from workflow.cases.registry import DeadlineNotice, registry
from workflow.clock import Clock
from workflow.db import SYSTEM, Sessions, Work, unit_of_work
from workflow.deadlines import FiredStep
from workflow.notifications import Message, Recipient

log = structlog.get_logger(__name__)


def sweep_reminders(sessions: Sessions, clock: Clock, *, limit: int = 500) -> int:
    """Fire the due steps of deadlines and owe their messages, whole or not at all; returns how many are new."""
    with unit_of_work(sessions, clock, actor=SYSTEM, request_id="sweep") as work:
        fired = deadlines.fire_due_steps(work, limit)
        cases = _cases(work, fired)
        return sum(_owe(work, step, cases.get(step.subject)) for step in fired)


def _owe(work: Work, step: FiredStep, case: Case | None) -> int:
    """Owe what one step says; a step that cannot be carried out is buried alone and keeps no other waiting."""
    try:
        with work.session.begin_nested():
            return notifications.owe(work, _messages(work, step, case))
    except OperationalError as error:
        if error.connection_invalidated:
            raise
        # A lock that was not got in time says nothing about the step, so the next sweep tries it again.
        log.warning("step_put_off", step_id=step.step_id, kind=step.kind)
        deadlines.put_off(work, step.step_id)
        return 0
    except Exception:
        log.exception("step_buried", step_id=step.step_id, kind=step.kind)
        deadlines.bury(work, step.step_id)
        return 0


def _cases(work: Work, fired: Sequence[FiredStep]) -> dict[str, Case]:
    """The cases that the steps are about, by subject, in one statement and without a lock.

    A subject such as `case:12/question:3` belongs to the case, and its deadline is not the case's own.
    """
    ids = {step.subject: _case_id(step.subject) for step in fired if step.subject.startswith("case:")}
    found = {case.id: case for case in work.session.scalars(select(Case).where(Case.id.in_(ids.values())))}
    return {subject: found[case_id] for subject, case_id in ids.items() if case_id in found}


def _case_id(subject: str) -> int:
    return int(subject.removeprefix("case:").partition("/")[0])


def _messages(work: Work, step: FiredStep, case: Case | None) -> list[Message]:
    notice = registry().deadline_notices.get(step.kind)
    if case is None or notice is None:
        log.warning("deadline_without_notice", kind=step.kind, deadline_id=step.deadline_id)
        return []
    template = notice.reminder if step.action == "remind" else notice.escalation
    return [_message(step, case, template, who) for who in _recipients(work, step, case, notice)]


def _recipients(work: Work, step: FiredStep, case: Case, notice: DeadlineNotice) -> Sequence[Recipient]:
    audience = notice.audience if step.action == "remind" else notice.escalate_to.get(step.to or "")
    if audience is None:
        log.warning("escalation_without_audience", kind=step.kind, to=step.to)
        return []
    found = audience(work.session, case, now=work.now, data={"subject": step.subject})
    return list({recipient.address.strip().casefold(): recipient for recipient in found}.values())


def _message(step: FiredStep, case: Case, template: str, recipient: Recipient) -> Message:
    """The message of one step to one address; its key names the step's version, so a moved deadline starts anew."""
    return Message(
        key=f"{template}:{step.subject}:{step.kind}:{step.deadline_id}:v{step.version}:{step.step}:"
        f"{address_hash(recipient.address)}",
        template=template,
        address=recipient.address,
        subject=step.subject,
        person_id=recipient.person_id,
        payload={
            "case_id": case.id,
            "name": recipient.name,
            "deadline_id": step.deadline_id,
            "deadline_version": step.version,
            "kind": step.kind,
            **recipient.payload,
        },
    )
