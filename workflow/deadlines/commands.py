"""All that changes a deadline. Callers hold the lock of the case first; deadlines are locked in ascending order."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import select, text
from sqlalchemy.orm.util import identity_key

from workflow.db import Work
from workflow.deadlines.models import (
    Deadline,
    DeadlineMove,
    DeadlineRule,
    DeadlineState,
    DeadlineStep,
    StepAction,
    StepState,
)
from workflow.deadlines.queries import calendar, rule_in_force
from workflow.deadlines.rules import breach_moment, due_date, plan_steps
from workflow.engine.working_days import due_at
from workflow.errors import Invalid, NotHere


def arm(
    work: Work,
    subject: str,
    kind: str,
    *,
    start: datetime | None = None,
    due_on: date | None = None,
    occurrence: int | None = None,
) -> Deadline:
    """Start a deadline under the rule in force now: due on a chosen London date, or a period after `start`.

    A date that is no working day rolls forward. Without `occurrence` it is the next of its kind for the subject; with
    one, a deadline that exists already is returned as it is. Steps whose moment has passed are kept as cancelled.

    Raises:
        Invalid: when the kind needs a date, or the subject has an open deadline of this kind.
        NoRule: when no rule is in force.
        CalendarEnds: outside the table of holidays.
    """
    latest = work.session.scalars(
        select(Deadline)
        .where(Deadline.subject == subject, Deadline.kind == kind)
        .order_by(Deadline.occurrence.desc())
    ).all()
    for known in latest:
        if known.occurrence == occurrence:
            return known
    if any(known.state is DeadlineState.OPEN for known in latest):
        raise Invalid("This deadline is already running. Move it instead.", field="due_on")
    rule = rule_in_force(work.session, kind, work.now)
    falls_on = due_date(rule.terms, calendar(work.session), start=start, due_on=due_on)
    deadline = Deadline(
        subject=subject,
        kind=kind,
        occurrence=occurrence or (latest[0].occurrence + 1 if latest else 1),
        rule_id=rule.id,
        due_on=falls_on,
        due_at=due_at(falls_on),
        breach_at=breach_moment(rule.terms, calendar(work.session), falls_on),
        version=1,
        state=DeadlineState.OPEN,
        armed_at=work.now,
        ended_at=None,
    )
    work.session.add(deadline)
    work.session.flush()  # The steps need its id.
    _plan(work, deadline, rule)
    return deadline


def meet(work: Work, subject: str, kinds: Sequence[str] | None = None) -> int:
    """The duty is done: end the subject's open deadlines of these kinds (all when None); returns how many."""
    return _end(work, subject, kinds, DeadlineState.MET)


def cancel(work: Work, subject: str, kinds: Sequence[str] | None = None) -> int:
    """The duty fell away: end the subject's open deadlines of these kinds (all when None); returns how many."""
    return _end(work, subject, kinds, DeadlineState.CANCELLED)


def move(work: Work, deadline_id: int, due_on: date, reason: str) -> Deadline:
    """Move an open deadline to another London date. Nothing planned for the old date is done; the move is kept.

    Raises:
        NotHere: when there is no such deadline.
        Invalid: when it has ended, or no reason is given.
    """
    deadline = work.session.get(Deadline, deadline_id, with_for_update={"key_share": True})
    if deadline is None:
        raise NotHere
    if deadline.state is not DeadlineState.OPEN:
        raise Invalid("This deadline has already ended, so it cannot be moved.", field="due_on")
    if not reason.strip():
        raise Invalid("Say why the date changes.", field="reason")
    rule = work.session.get_one(DeadlineRule, deadline.rule_id)
    falls_on = calendar(work.session).next_working_day(due_on)
    work.session.add(
        DeadlineMove(
            deadline_id=deadline.id,
            from_version=deadline.version,
            from_on=deadline.due_on,
            to_on=falls_on,
            reason=reason.strip(),
            moved_at=work.now,
            actor=str(work.actor),
        )
    )
    _set_steps(work, [deadline.id], StepState.CANCELLED)
    deadline.due_on, deadline.due_at = falls_on, due_at(falls_on)
    deadline.breach_at = breach_moment(rule.terms, calendar(work.session), falls_on)
    deadline.version += 1
    _plan(work, deadline, rule)
    return deadline


def _plan(work: Work, deadline: Deadline, rule: DeadlineRule) -> None:
    for step in plan_steps(rule.terms, calendar(work.session), deadline.due_on):
        # A breach is never skipped: a date in the past is acted on at the next sweep.
        is_past = step.fire_at <= work.now and step.action != StepAction.BREACH
        work.session.add(
            DeadlineStep(
                deadline_id=deadline.id,
                deadline_version=deadline.version,
                step=step.step,
                action=StepAction(step.action),
                audience=step.audience,
                offset_days=step.offset,
                collapse_group=step.group,
                fire_at=step.fire_at,
                state=StepState.CANCELLED if is_past else StepState.PENDING,
                done_at=work.now if is_past else None,
            )
        )


def _end(work: Work, subject: str, kinds: Sequence[str] | None, state: DeadlineState) -> int:
    work.session.flush()  # What this unit of work changed has to be read back by the locking statement.
    given = {"subject": subject, "kinds": None if kinds is None else list(kinds)}
    found = work.session.execute(_END, {**given, "state": state.value, "now": work.now}).all()
    for row in found:
        _read_again(work, Deadline, [row.id])
        _read_again(work, DeadlineStep, row.steps or ())
    return sum(row.state == DeadlineState.OPEN for row in found)


# Locks a subject's running deadlines in their order, ends the open ones and stops the steps of all; a breached one stays
# what it is. Whoever plans steps holds the case, as the caller does, so none is planned meanwhile.
_END = text("""
    WITH held AS (
        SELECT id, state FROM deadline
        WHERE subject = :subject AND state IN ('open', 'breached')
          AND (CAST(:kinds AS text[]) IS NULL OR kind = ANY(CAST(:kinds AS text[])))
        ORDER BY id FOR NO KEY UPDATE
    ), ended AS (
        UPDATE deadline AS d SET state = :state, ended_at = :now
        FROM held WHERE d.id = held.id AND held.state = 'open'
    ), stopped AS (
        UPDATE deadline_step AS s SET state = 'cancelled', done_at = :now
        FROM held WHERE s.deadline_id = held.id AND s.state = 'pending'
        RETURNING s.id, s.deadline_id
    )
    SELECT id, state, (SELECT array_agg(stopped.id) FROM stopped WHERE stopped.deadline_id = held.id) AS steps
    FROM held ORDER BY id
""")


# One statement for any number of deadlines, so that the server plans it once.
_SET_STEPS = text("""
    UPDATE deadline_step SET state = :state, done_at = :now
    WHERE deadline_id = ANY(CAST(:ids AS bigint[])) AND state = 'pending'
    RETURNING id
""")


def _set_steps(work: Work, deadline_ids: Sequence[int], state: StepState) -> None:
    if deadline_ids:
        given = {"ids": list(deadline_ids), "state": state.value, "now": work.now}
        _read_again(work, DeadlineStep, work.session.scalars(_SET_STEPS, given).all())


def _read_again(work: Work, model: type[Deadline | DeadlineStep], ids: Sequence[int]) -> None:
    """Let the session forget its copies of rows that a statement changed."""
    for number in ids:
        known = work.session.identity_map.get(identity_key(model, number))
        if known is not None:
            work.session.expire(known)
