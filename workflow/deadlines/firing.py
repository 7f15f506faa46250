"""What the sweeps do with deadlines that are due: fire reminders and escalations, take breaches."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select, update

from workflow.db import Work
from workflow.deadlines.models import (
    Deadline,
    DeadlineState,
    DeadlineStep,
    StepAction,
    StepState,
)
from workflow.deadlines.rules import DueStep, sort_due


@dataclass(frozen=True, slots=True)
class FiredStep:
    """A step that fired just now, for whoever tells people: `action` is remind or escalate, `to` its audience.

    `offset` is its distance from the due date; `deadline_id`, `version` and `step` together make a key.
    """

    step_id: int
    deadline_id: int
    subject: str
    kind: str
    version: int
    step: str
    action: str
    to: str | None
    offset: int
    fire_at: datetime
    due_on: date


def fire_due_steps(work: Work, limit: int = 500) -> list[FiredStep]:
    """Fire the reminders and escalations due at `work.now`, from at most `limit` of the oldest due steps.

    Locks the deadlines, skipping those another sweeper holds, and only then takes all their due steps, so that two
    sweepers never share the steps of one deadline: locking the steps instead defeats collapsing. Never touches a case.
    """
    oldest = (
        select(DeadlineStep.deadline_id)
        .where(
            DeadlineStep.state == StepState.PENDING,
            DeadlineStep.fire_at <= work.now,
            DeadlineStep.action != StepAction.BREACH,
        )
        .order_by(DeadlineStep.fire_at, DeadlineStep.id)
        .limit(limit)
    )
    locked = work.session.scalars(
        select(Deadline)
        .where(Deadline.id.in_(oldest))
        .order_by(Deadline.id)
        .with_for_update(key_share=True, skip_locked=True)
        .execution_options(populate_existing=True)
    ).all()
    return fire_steps_of(work, locked)


def fire_steps_of(work: Work, locked: Sequence[Deadline]) -> list[FiredStep]:
    """Fire all due steps of deadlines that the caller has locked; returns those that speak, the oldest first."""
    by_id = {deadline.id: deadline for deadline in locked}
    due: dict[int, list[DeadlineStep]] = {}
    rows = work.session.scalars(
        select(DeadlineStep)
        .where(
            DeadlineStep.deadline_id.in_(by_id),
            DeadlineStep.state == StepState.PENDING,
            DeadlineStep.fire_at <= work.now,
            DeadlineStep.action != StepAction.BREACH,
        )
        .order_by(DeadlineStep.fire_at, DeadlineStep.id)
    )
    for row in rows:
        due.setdefault(row.deadline_id, []).append(row)
    fired: list[FiredStep] = []
    outcome: dict[StepState, list[int]] = {
        state: [] for state in (StepState.FIRED, StepState.COLLAPSED, StepState.CANCELLED)
    }
    for deadline_id, steps in due.items():
        deadline = by_id[deadline_id]
        sorted_steps = sort_due(
            [_due_step(step) for step in steps],
            version=deadline.version,
            is_running=deadline.state in {DeadlineState.OPEN, DeadlineState.BREACHED},
            is_late=work.now >= deadline.due_at,
        )
        outcome[StepState.FIRED] += sorted_steps.fire
        outcome[StepState.COLLAPSED] += sorted_steps.collapse
        outcome[StepState.CANCELLED] += sorted_steps.cancel
        fired += [_fired(step, deadline) for step in steps if step.id in sorted_steps.fire]
    for state, ids in outcome.items():
        _finish(work, ids, state)
    return sorted(fired, key=lambda step: (step.fire_at, step.step_id))


def lock_breach(work: Work, deadline_id: int, version: int) -> Deadline | None:
    """Take a due breach: lock the deadline, check it again, and mark it breached. The caller holds the case's lock.

    None when somebody met, moved or took it meanwhile, which is no failure.
    """
    deadline = work.session.get(
        Deadline, deadline_id, with_for_update={"key_share": True}, populate_existing=True
    )
    if deadline is None or deadline.state is not DeadlineState.OPEN or deadline.version != version:
        return None
    step = work.session.scalar(
        select(DeadlineStep).where(
            DeadlineStep.deadline_id == deadline_id,
            DeadlineStep.deadline_version == version,
            DeadlineStep.action == StepAction.BREACH,
            DeadlineStep.state == StepState.PENDING,
            DeadlineStep.fire_at <= work.now,
        )
    )
    if step is None:
        return None
    step.state, step.done_at = StepState.FIRED, work.now
    deadline.state, deadline.ended_at = DeadlineState.BREACHED, work.now
    return deadline


def bury(work: Work, step_id: int) -> None:
    """Give up on a step that cannot be carried out, so that it keeps no other waiting; `check` and staff see it."""
    _finish(work, [step_id], StepState.DEAD, was=(StepState.PENDING, StepState.FIRED))


def put_off(work: Work, step_id: int) -> None:
    """Leave a step that fired just now to the next sweep, because the database was too busy to carry it out."""
    work.session.execute(
        update(DeadlineStep)
        .where(DeadlineStep.id == step_id, DeadlineStep.state == StepState.FIRED)
        .values(state=StepState.PENDING, done_at=None)
    )


def _finish(
    work: Work, step_ids: Sequence[int], state: StepState, was: Sequence[StepState] = (StepState.PENDING,)
) -> None:
    if step_ids:
        work.session.execute(
            update(DeadlineStep)
            .where(DeadlineStep.id.in_(step_ids), DeadlineStep.state.in_(was))
            .values(state=state, done_at=func.coalesce(DeadlineStep.done_at, work.now))
        )


def _due_step(step: DeadlineStep) -> DueStep:
    return DueStep(
        step.id,
        step.deadline_version,
        step.action.value,
        step.audience,
        step.offset_days,
        step.collapse_group,
        step.fire_at,
    )


def _fired(step: DeadlineStep, deadline: Deadline) -> FiredStep:
    return FiredStep(
        step_id=step.id,
        deadline_id=deadline.id,
        subject=deadline.subject,
        kind=deadline.kind,
        version=step.deadline_version,
        step=step.step,
        action=step.action.value,
        to=step.audience,
        offset=step.offset_days,
        fire_at=step.fire_at,
        due_on=deadline.due_on,
    )
