"""The sweep on real PostgreSQL: several at once, after an outage, and with a million steps that have nothing to say."""

import threading
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import event, select, text

from tests.deadlines.conftest import states, working
from tests.harness import Cluster, Database
from workflow import deadlines
from workflow.clock import FixedClock
from workflow.db import SYSTEM, Sessions, Work
from workflow.deadlines import FiredStep
from workflow.deadlines.firing import fire_steps_of
from workflow.deadlines.models import Deadline, DeadlineStep, StepAction, StepState

Sweep = Callable[[Work], Sequence[FiredStep]]


def ten_deadlines(sessions: Sessions, clock: FixedClock) -> None:
    with working(sessions, clock) as work:
        for number in range(10):
            deadlines.arm(work, f"case:{number}", "consultation_close", due_on=date(2011, 6, 21))


def four_at_once(sessions: Sessions, clock: FixedClock, sweep: Sweep) -> list[FiredStep]:
    """Four sweepers start together and sweep until nothing is left."""
    fired: list[FiredStep] = []
    together = threading.Barrier(4)

    def one() -> None:
        together.wait(10)
        for _ in range(6):
            with working(sessions, clock) as work:
                fired.extend(sweep(work))

    threads = [threading.Thread(target=one) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return fired


def test_four_sweepers_over_ten_deadlines_tell_everybody_once(loaded: Sessions, clock: FixedClock) -> None:
    ten_deadlines(loaded, clock)
    # 17 June lies after the reminders of 20, 10 and 3 working days before: all three are due at once.
    clock.business = datetime(2011, 6, 17, 12, tzinfo=UTC)
    fired = four_at_once(loaded, clock, lambda work: deadlines.fire_due_steps(work, limit=3))
    reminders = Counter(step.subject for step in fired if step.action == "remind")
    assert reminders == Counter({f"case:{number}": 1 for number in range(10)})
    assert {step.step for step in fired if step.action == "remind"} == {"remind-3"}


def test_sweepers_that_lock_steps_instead_of_deadlines_tell_somebody_twice(
    loaded: Sessions, clock: FixedClock
) -> None:
    """The twin: each sweeper takes what steps it can, so that the steps of one deadline fall to several of them."""

    def by_steps(work: Work) -> Sequence[FiredStep]:
        taken = work.session.scalars(
            select(DeadlineStep)
            .where(
                DeadlineStep.state == StepState.PENDING,
                DeadlineStep.fire_at <= work.now,
                DeadlineStep.action == StepAction.REMIND,
            )
            .order_by(DeadlineStep.fire_at, DeadlineStep.id)
            .limit(3)
            .with_for_update(skip_locked=True)
        ).all()
        fired: list[FiredStep] = []
        for deadline_id in sorted({step.deadline_id for step in taken}):
            mine = [step for step in taken if step.deadline_id == deadline_id]
            deadline = work.session.get_one(Deadline, deadline_id)
            newest = max(mine, key=lambda step: step.fire_at)
            for step in mine:
                step.state, step.done_at = StepState.FIRED, work.now
            fired.append(
                FiredStep(
                    newest.id,
                    deadline_id,
                    deadline.subject,
                    deadline.kind,
                    1,
                    newest.step,
                    "remind",
                    None,
                    newest.offset_days,
                    newest.fire_at,
                    deadline.due_on,
                )
            )
        return fired

    ten_deadlines(loaded, clock)
    clock.business = datetime(2011, 6, 17, 12, tzinfo=UTC)
    told = Counter(step.subject for step in four_at_once(loaded, clock, by_steps))
    assert max(told.values()) > 1


def test_after_three_days_without_a_scheduler_only_the_newest_reminder_goes(
    loaded: Sessions, clock: FixedClock
) -> None:
    with working(loaded, clock) as work:
        armed = deadlines.arm(work, "case:1", "sector_response", start=work.now)
    assert armed.due_on == date(2011, 4, 28)
    clock.business = datetime(2011, 4, 28, 12, tzinfo=UTC)  # the day itself; -5, -1 and 0 are overdue
    with working(loaded, clock) as work:
        assert [step.step for step in deadlines.fire_due_steps(work)] == ["remind+0"]
    with loaded() as session:
        assert list(states(session, armed.id).values())[:3] == [
            StepState.COLLAPSED,
            StepState.COLLAPSED,
            StepState.FIRED,
        ]


def test_after_the_due_day_the_escalation_goes_and_no_reminder(loaded: Sessions, clock: FixedClock) -> None:
    with working(loaded, clock) as work:
        deadlines.arm(work, "case:1", "sector_response", start=work.now)
    clock.business = datetime(2011, 5, 20, 12, tzinfo=UTC)
    with working(loaded, clock) as work:
        assert [step.to for step in deadlines.fire_due_steps(work)] == ["lead_body_head", "senior_officer"]
    with working(loaded, clock) as work:
        assert deadlines.fire_due_steps(work) == []


def test_a_step_that_is_not_due_yet_waits(loaded: Sessions, clock: FixedClock) -> None:
    ten_deadlines(loaded, clock)
    with working(loaded, clock) as work:
        assert deadlines.fire_due_steps(work) == []


def test_a_sweep_that_fails_leaves_every_step_as_it_was(loaded: Sessions, clock: FixedClock) -> None:
    ten_deadlines(loaded, clock)
    clock.business = datetime(2011, 6, 17, 12, tzinfo=UTC)

    def fail() -> None:
        with working(loaded, clock) as work:
            deadlines.fire_due_steps(work)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    with working(loaded, clock) as work:
        assert len([s for s in deadlines.fire_due_steps(work) if s.action == "remind"]) == 10


def test_a_sweeper_skips_a_deadline_that_is_being_met(loaded: Sessions, clock: FixedClock) -> None:
    ten_deadlines(loaded, clock)
    clock.business = datetime(2011, 6, 17, 12, tzinfo=UTC)
    with working(loaded, clock) as meeting:
        deadlines.meet(meeting, "case:4")
        with working(loaded, clock) as work:
            fired = deadlines.fire_due_steps(work)
        assert "case:4" not in {step.subject for step in fired}
    with working(loaded, clock) as work:
        assert deadlines.fire_due_steps(work) == []


FILL = (
    """
    INSERT INTO deadline (subject, kind, occurrence, rule_id, due_on, due_at, version, state, armed_at)
    SELECT 'filler:' || n, 'screening', 1, (SELECT min(id) FROM deadline_rule), '2020-01-01', '2020-01-02', 1,
        'open', '2010-01-01'
    FROM generate_series(1, 10000) AS n
    """,
    """
    INSERT INTO deadline_step (deadline_id, deadline_version, step, action, offset_days, collapse_group, fire_at,
        state, done_at)
    SELECT deadline.id, 1, 's' || n, 'remind', 0, 'main',
        CASE WHEN n = 1 THEN timestamptz '2010-01-01' ELSE timestamptz '2020-01-01' END,
        CASE WHEN n = 1 THEN 'fired' ELSE 'pending' END,
        CASE WHEN n = 1 THEN timestamptz '2010-01-01' END
    FROM deadline CROSS JOIN generate_series(1, 3) AS n WHERE subject LIKE 'filler:%'
    """,
)


def test_the_sweep_reads_the_index_of_what_is_pending(
    loaded: Sessions, clock: FixedClock, cluster: Cluster, worker_database: Database
) -> None:
    """The sweep's own questions, among thousands of steps that fired long ago and thousands that are far away."""
    with loaded() as session, session.begin():
        for statement in FILL:
            session.execute(text(statement))
    with cluster.connect(worker_database.name) as superuser:
        superuser.execute("ANALYZE deadline, deadline_step")
    asked: list[tuple[str, Any]] = []

    def listen(_connection: object, _cursor: object, sql: str, values: Any, *_: object) -> None:
        asked.append((sql, values))

    with loaded() as session:
        engine = session.get_bind()
        event.listen(engine, "before_cursor_execute", listen)
        deadlines.fire_due_steps(Work(session, clock.now(), clock.real(), SYSTEM))
        deadlines.due_breaches(session, clock.now(), 100)
        event.remove(engine, "before_cursor_execute", listen)
        for sql, values in (asked[0], asked[-1]):
            rows = session.connection().exec_driver_sql(f"EXPLAIN {sql}", values)
            plan = "\n".join(row[0] for row in rows)
            assert "ix_deadline_step_pending" in plan, plan


def test_only_the_deadlines_that_were_locked_are_swept(loaded: Sessions, clock: FixedClock) -> None:
    ten_deadlines(loaded, clock)
    clock.business = datetime(2011, 6, 17, 12, tzinfo=UTC)
    with working(loaded, clock) as work:
        one = work.session.scalars(select(Deadline).order_by(Deadline.id).limit(1)).all()
        assert {step.deadline_id for step in fire_steps_of(work, one)} == {one[0].id}
