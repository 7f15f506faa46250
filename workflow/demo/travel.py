"""Moves the demonstration's clock, stopping at each moment at which something is due, so that all happens in its order."""

import time
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from workflow import deadlines, wiring
from workflow.cases import Case
from workflow.db import SYSTEM, unit_of_work
from workflow.deadlines.models import Deadline, DeadlineState, DeadlineStep, StepAction, StepState
from workflow.errors import Invalid

BUDGET_S = 20.0
"""How long one press may take; a person presses again for the rest."""

MOST_GRACE = timedelta(minutes=1)
"""How long after a deadline the seconds may last in which a request on its way is still counted."""

NOTHING_DUE = "Nothing is due. Move a bid on, or move the clock by a day or a week."


@dataclass(frozen=True, slots=True)
class Upcoming:
    """Something that falls due: when, of which kind, what happens, and of what (empty where it is no bid)."""

    at: datetime
    kind: str
    action: StepAction
    reference: str
    title: str


def upcoming(session: Session, after: datetime, *, limit: int = 8) -> list[Upcoming]:
    """What falls due next, the earliest first."""
    rows = session.execute(
        select(DeadlineStep.fire_at, DeadlineStep.action, Deadline.kind, Deadline.subject)
        .join(Deadline, Deadline.id == DeadlineStep.deadline_id)
        .where(
            DeadlineStep.state == StepState.PENDING,
            DeadlineStep.fire_at > after,
            Deadline.state == DeadlineState.OPEN,
        )
        .order_by(DeadlineStep.fire_at, DeadlineStep.id)
        .limit(limit)
    ).all()
    cases = {
        case_id: (reference, title)
        for case_id, reference, title in session.execute(
            select(Case.id, Case.reference, Case.title).where(
                Case.id.in_([_case_of(row.subject) for row in rows])
            )
        )
    }
    return [
        Upcoming(row.fire_at, row.kind, row.action, *cases.get(_case_of(row.subject), ("", "")))
        for row in rows
    ]


def next_to_pass(session: Session, after: datetime) -> Upcoming | None:
    """The deadline that passes next, which is where a press on the clock leads."""
    found = session.scalars(
        select(Deadline)
        .where(Deadline.state == DeadlineState.OPEN, Deadline.due_at > after)
        .order_by(Deadline.due_at, Deadline.id)
        .limit(1)
    ).one_or_none()
    if found is None:
        return None
    case = session.get(Case, _case_of(found.subject))
    named = (case.reference, case.title) if case else ("", "")
    return Upcoming(found.due_at, found.kind, StepAction.BREACH, *named)


def _case_of(subject: str) -> int:
    """The bid that a deadline is about, such as `case:12` or `case:12/return:1`; 0 where it is about none."""
    found = subject.removeprefix("case:").partition("/")[0]
    return int(found) if found.isdigit() else 0


def next_target(session: Session, after: datetime) -> datetime:
    """The next moment at which a deadline passes; where none is left, the next at which somebody is told of one.

    Raises:
        Invalid: when nothing is due.
    """
    passes = session.scalar(
        select(func.min(Deadline.due_at)).where(Deadline.state == DeadlineState.OPEN, Deadline.due_at > after)
    )
    found = _when_it_has_passed(session, passes) if passes else deadlines.next_moment(session, after)
    if found is None:
        raise Invalid(NOTHING_DUE, field="step")
    return found


def _when_it_has_passed(session: Session, due_at: datetime) -> datetime:
    """The moment by which what falls due then has been acted on: some seconds later, where requests on the way still count."""
    acted_on = session.scalar(
        select(func.max(Deadline.breach_at)).where(
            Deadline.state == DeadlineState.OPEN,
            Deadline.due_at == due_at,
            Deadline.breach_at <= due_at + MOST_GRACE,
        )
    )
    return acted_on or due_at


def travel(wired: wiring.Wired, target: datetime, *, budget_s: float = BUDGET_S) -> datetime:
    """Move business time forward to a moment, by way of every moment at which something is due; returns where it stands.

    At each of them what the worker would do is done: what is due fires, and what is owed is sent. It may stop before the
    target when the time for one press is used up.

    Raises:
        Invalid: when the target is not in the future.
    """
    if target <= wired.clock.now():
        raise Invalid("The clock only moves forward. Choose a later moment.", field="day")
    ends = time.monotonic() + budget_s
    while (now := wired.clock.now()) < target and time.monotonic() < ends:
        with wired.sessions() as session:
            due = deadlines.next_moment(session, now)
        # Running business time may pass the moment before it is set; then it needs no move.
        with suppress(Invalid), unit_of_work(wired.sessions, wired.clock, actor=SYSTEM) as work:
            deadlines.advance_to(work, min(target, due) if due else target)
        wiring.sweep(wired)
        wiring.drain(wired)
    return wired.clock.now()


def days_on(now: datetime, days: int) -> datetime:
    """The same time of day, some days later."""
    return now + timedelta(days=days)
