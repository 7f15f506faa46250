"""Deadlines are armed, met, moved and breached; nothing planned for an older date is ever done."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import text

from tests.deadlines.conftest import at, load, states
from workflow import deadlines
from workflow.db import Work
from workflow.deadlines import DeadlineState, NoRule
from workflow.deadlines.defaults import DEFAULTS
from workflow.deadlines.models import DeadlineRule, StepState, Unit
from workflow.errors import Invalid, NotHere

CLOSE = date(2011, 5, 3)


def test_loading_twice_changes_nothing(work: Work) -> None:
    assert deadlines.load_deadline_rules(work.session) == 0
    load(work.session)
    assert deadlines.check(work.session) == []


def test_every_kind_of_the_table_has_a_rule_that_can_be_armed(work: Work) -> None:
    for number, kind in enumerate(sorted(DEFAULTS)):
        due_on = date(2011, 9, 1) if DEFAULTS[kind].unit == "date" else None
        armed = deadlines.arm(work, f"case:{number}", kind, start=work.now, due_on=due_on)
        assert armed.due_on > date(2011, 3, 29)
        assert (armed.breach_at is not None) == (DEFAULTS[kind].breach_after is not None)
    assert deadlines.check(work.session) == []


def test_a_first_check_begun_on_a_tuesday_morning_is_due_five_working_days_later(work: Work) -> None:
    armed = deadlines.arm(work, "case:1", "screening", start=work.now)
    assert armed.due_on == date(2011, 4, 5)
    assert armed.due_at == datetime(2011, 4, 5, 23, 0, tzinfo=UTC)
    assert list(states(work.session, armed.id)) == [
        "v1 remind-1",
        "v1 remind+0",
        "v1 escalate+3:head_of_team",
        "v1 escalate+5:senior_officer",
    ]


def test_one_subject_has_one_open_deadline_of_a_kind(work: Work) -> None:
    deadlines.arm(work, "case:1", "screening", start=work.now)
    with pytest.raises(Invalid, match="already running"):
        deadlines.arm(work, "case:1", "screening", start=work.now)


def test_a_deadline_that_was_met_can_run_again_as_the_next_occurrence(work: Work) -> None:
    deadlines.arm(work, "case:1", "screening", start=work.now)
    assert deadlines.meet(work, "case:1") == 1
    assert deadlines.arm(work, "case:1", "screening", start=work.now).occurrence == 2


def test_arming_a_named_occurrence_again_returns_it(work: Work) -> None:
    first = deadlines.arm(work, "case:1", "quarterly_return", start=work.now, occurrence=3)
    assert deadlines.arm(work, "case:1", "quarterly_return", start=work.now, occurrence=3).id == first.id


def test_reminders_that_would_lie_in_the_past_are_kept_as_cancelled(work: Work) -> None:
    armed = deadlines.arm(work, "case:1", "consultation_close", due_on=date(2011, 4, 5))
    assert states(work.session, armed.id)["v1 remind-20"] is StepState.CANCELLED
    assert states(work.session, armed.id)["v1 remind-3"] is StepState.PENDING


def test_the_rule_in_force_on_the_day_decides(work: Work) -> None:
    later = DeadlineRule(
        kind="screening",
        valid_from=date(2011, 4, 1),
        valid_to=None,
        unit=Unit.WORKING_DAYS,
        amount=10,
        reminder_unit=Unit.WORKING_DAYS,
        reminders=[],
        escalations=[],
        breach_action=False,
        breach_after=None,
        grace_seconds=0,
        source="a test",
    )
    work.session.add(later)
    work.session.flush()
    april = datetime(2011, 4, 1, 9, tzinfo=UTC)
    assert deadlines.arm(work, "case:1", "screening", start=work.now).due_on == date(2011, 4, 5)
    assert deadlines.arm(at(work, april), "case:2", "screening", start=april).due_on == date(2011, 4, 15)


def test_a_kind_without_a_rule_says_so(work: Work) -> None:
    with pytest.raises(NoRule, match="No rule for the deadline nonsense"):
        deadlines.arm(work, "case:1", "nonsense", start=work.now)


def test_meeting_ends_only_the_kinds_that_were_named(work: Work) -> None:
    for kind in ("screening", "question"):
        deadlines.arm(work, "case:1", kind, start=work.now)
    assert deadlines.meet(work, "case:1", ["question"]) == 1
    assert [d.kind for d in deadlines.open_deadlines(work.session, ["case:1"])["case:1"]] == ["screening"]


def test_nobody_is_reminded_of_a_duty_that_is_met(work: Work) -> None:
    armed = deadlines.arm(work, "case:1", "screening", start=work.now)
    deadlines.meet(work, "case:1")
    assert set(states(work.session, armed.id).values()) == {StepState.CANCELLED}
    assert deadlines.fire_due_steps(at(work, work.now + timedelta(days=60))) == []


def test_a_moved_deadline_does_nothing_of_the_old_plan_and_keeps_its_history(work: Work) -> None:
    armed = deadlines.arm(work, "case:1", "consultation_close", due_on=CLOSE)
    deadlines.move(work, armed.id, date(2011, 6, 21), "More councils were asked.")
    fired = deadlines.fire_due_steps(at(work, datetime(2011, 5, 4, 12, tzinfo=UTC)))
    assert fired == []
    assert deadlines.due_breaches(work.session, datetime(2011, 5, 4, 12, tzinfo=UTC), 10) == []
    (moved,) = deadlines.moves(work.session, [armed.id])[armed.id]
    assert (moved.from_on, moved.to_on, armed.version) == (CLOSE, date(2011, 6, 21), 2)
    later = deadlines.fire_due_steps(at(work, datetime(2011, 6, 16, 12, tzinfo=UTC)))
    assert [(step.version, step.step) for step in later if step.action == "remind"] == [(2, "remind-3")]


@pytest.mark.parametrize("reason", ["", "   "])
def test_a_move_needs_a_reason(work: Work, reason: str) -> None:
    armed = deadlines.arm(work, "case:1", "consultation_close", due_on=CLOSE)
    with pytest.raises(Invalid, match="why"):
        deadlines.move(work, armed.id, date(2011, 6, 21), reason)


def test_a_deadline_that_ended_or_never_was_cannot_be_moved(work: Work) -> None:
    armed = deadlines.arm(work, "case:1", "consultation_close", due_on=CLOSE)
    deadlines.cancel(work, "case:1")
    with pytest.raises(Invalid, match="already ended"):
        deadlines.move(work, armed.id, date(2011, 6, 21), "A reason.")
    with pytest.raises(NotHere):
        deadlines.move(work, armed.id + 1, date(2011, 6, 21), "A reason.")


def test_the_close_runs_half_a_minute_after_the_end_of_its_day_and_once(work: Work) -> None:
    armed = deadlines.arm(work, "case:1", "consultation_close", due_on=CLOSE)
    end = datetime(2011, 5, 3, 23, 0, tzinfo=UTC)
    assert deadlines.due_breaches(work.session, end + timedelta(seconds=29), 10) == []
    now = at(work, end + timedelta(seconds=30))
    (listed,) = deadlines.due_breaches(work.session, now.now, 10)
    assert listed == (armed.id, 1, "case:1", "consultation_close")
    taken = deadlines.lock_breach(now, armed.id, 1)
    assert taken is not None
    assert taken.state is DeadlineState.BREACHED
    assert deadlines.lock_breach(now, armed.id, 1) is None
    assert deadlines.due_breaches(work.session, now.now, 10) == []


def test_a_breach_of_a_deadline_moved_or_met_since_it_was_listed_is_not_taken(work: Work) -> None:
    late = datetime(2011, 5, 4, 12, tzinfo=UTC)
    moved = deadlines.arm(work, "case:1", "consultation_close", due_on=CLOSE)
    met = deadlines.arm(work, "case:2", "consultation_close", due_on=CLOSE)
    deadlines.move(work, moved.id, date(2011, 6, 21), "A reason.")
    deadlines.meet(work, "case:2")
    assert deadlines.lock_breach(at(work, late), moved.id, 1) is None
    assert deadlines.lock_breach(at(work, late), met.id, 1) is None


def test_a_breached_deadline_still_escalates_until_its_duty_is_done(work: Work) -> None:
    armed = deadlines.arm(work, "case:1", "quarterly_return", start=work.now)
    held = at(work, (armed.breach_at or work.now) + timedelta(minutes=1))
    assert deadlines.lock_breach(held, armed.id, 1) is not None
    month_later = at(held, held.now + timedelta(days=30))
    assert [step.to for step in deadlines.fire_due_steps(month_later)] == ["senior_officer"]


def test_check_names_an_open_deadline_that_nothing_will_ever_act_on(work: Work) -> None:
    armed = deadlines.arm(work, "case:1", "consultation_close", due_on=CLOSE)
    assert deadlines.check(work.session) == []
    work.session.execute(
        text("UPDATE deadline_step SET state = 'dead', done_at = :now WHERE step = 'breach'"),
        {"now": work.now},
    )
    assert deadlines.check(work.session) == [
        f"The open deadline {armed.id} (consultation_close of case:1) has no step."
    ]
