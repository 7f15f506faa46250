"""What is asked of deadlines. They hold nothing personal: who may see a subject is decided by the room it belongs to."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session

from workflow.clock import london_date
from workflow.deadlines.models import (
    BankHoliday,
    Deadline,
    DeadlineMove,
    DeadlineRule,
    DeadlineState,
    DeadlineStep,
    StepAction,
    StepState,
)
from workflow.engine.working_days import Calendar
from workflow.errors import WorkflowError

_CALENDAR = "deadlines.calendar"
_RULES = "deadlines.rules"


class NoRule(WorkflowError):
    """No rule says how long this kind of deadline is on that day."""

    def __init__(self, kind: str, day: date) -> None:
        super().__init__(
            f"No rule for the deadline {kind} is in force on {day:%d %B %Y}. Ask an administrator to add one."
        )


class DueBreach(NamedTuple):
    """A deadline on which the product has to act, as listed without a lock."""

    deadline_id: int
    version: int
    subject: str
    kind: str


def calendar(session: Session) -> Calendar:
    """The working days of England, read once for each session.

    Raises:
        WorkflowError: when no bank holiday was ever loaded.
    """
    known: Calendar | None = session.info.get(_CALENDAR)
    if known is None:
        days = session.scalars(select(BankHoliday.day)).all()
        if not days:
            raise WorkflowError("The bank holidays are not loaded. Run `workflow seed` first.")
        known = session.info[_CALENDAR] = Calendar.of_whole_years(days)
    return known


def rule_in_force(session: Session, kind: str, moment: datetime) -> DeadlineRule:
    """The rule of a kind on the London date of a moment, read once for each session and date.

    Raises:
        NoRule: when there is none.
    """
    day = london_date(moment)
    cache: dict[date, dict[str, DeadlineRule]] = session.info.setdefault(_RULES, {})
    if day not in cache:
        rules = session.scalars(
            select(DeadlineRule)
            .where(
                DeadlineRule.valid_from <= day,
                or_(DeadlineRule.valid_to.is_(None), DeadlineRule.valid_to >= day),
            )
            .order_by(DeadlineRule.valid_from, DeadlineRule.id)
        )
        # The newest of several that overlap wins, because it comes last.
        cache[day] = {rule.kind: rule for rule in rules}
    if kind not in cache[day]:
        raise NoRule(kind, day)
    return cache[day][kind]


def forget(session: Session) -> None:
    """Read calendar and rules again, after they were loaded or changed in this session."""
    session.info.pop(_CALENDAR, None)
    session.info.pop(_RULES, None)


def open_deadlines(session: Session, subjects: Sequence[str]) -> dict[str, list[Deadline]]:
    """The open deadlines of each subject, the earliest first, in one statement; a subject without any is left out."""
    found: dict[str, list[Deadline]] = {}
    rows = session.scalars(
        select(Deadline)
        .where(Deadline.subject.in_(subjects), Deadline.state == DeadlineState.OPEN)
        .order_by(Deadline.due_at, Deadline.id)
    )
    for row in rows:
        found.setdefault(row.subject, []).append(row)
    return found


def due_breaches(session: Session, now: datetime, limit: int) -> list[DueBreach]:
    """Deadlines whose breach is due at a business moment, the oldest first, without a lock."""
    rows = session.execute(
        select(Deadline.id, Deadline.version, Deadline.subject, Deadline.kind)
        .join(DeadlineStep, DeadlineStep.deadline_id == Deadline.id)
        .where(
            DeadlineStep.state == StepState.PENDING,
            DeadlineStep.action == StepAction.BREACH,
            DeadlineStep.fire_at <= now,
            DeadlineStep.deadline_version == Deadline.version,
            Deadline.state == DeadlineState.OPEN,
        )
        .order_by(DeadlineStep.fire_at, DeadlineStep.id)
        .limit(limit)
    )
    return [DueBreach(*row) for row in rows]


def moves(session: Session, deadline_ids: Sequence[int]) -> dict[int, list[DeadlineMove]]:
    """How deadlines were moved, the first move first, in one statement."""
    found: dict[int, list[DeadlineMove]] = {}
    rows = session.scalars(
        select(DeadlineMove)
        .where(DeadlineMove.deadline_id.in_(deadline_ids))
        .order_by(DeadlineMove.deadline_id, DeadlineMove.from_version)
    )
    for row in rows:
        found.setdefault(row.deadline_id, []).append(row)
    return found


def next_moment(session: Session, after: datetime) -> datetime | None:
    """The next business moment after another at which a step of a running deadline falls due, or None."""
    return session.scalar(
        select(DeadlineStep.fire_at)
        .where(DeadlineStep.state == StepState.PENDING, DeadlineStep.fire_at > after)
        .order_by(DeadlineStep.fire_at, DeadlineStep.id)
        .limit(1)
    )


def check(session: Session) -> list[str]:
    """What is wrong with the deadlines, one sentence each: an open one that nothing will ever act on."""
    planned = exists().where(
        DeadlineStep.deadline_id == Deadline.id, DeadlineStep.deadline_version == Deadline.version
    )
    waiting = planned.where(DeadlineStep.action == StepAction.BREACH, DeadlineStep.state == StepState.PENDING)
    rows = session.execute(
        select(Deadline.id, Deadline.subject, Deadline.kind)
        .join(DeadlineRule, DeadlineRule.id == Deadline.rule_id)
        .where(
            Deadline.state == DeadlineState.OPEN,
            or_(
                DeadlineRule.breach_action & ~waiting,
                (DeadlineRule.reminders != []) & ~planned,
            ),
        )
        .order_by(Deadline.id)
    )
    return [f"The open deadline {row.id} ({row.kind} of {row.subject}) has no step." for row in rows]
