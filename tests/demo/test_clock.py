"""Moving the demonstration's clock: only forward, and by way of everything that is due."""

from datetime import UTC, date, datetime, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from tests.demo.test_pages import press
from workflow import wiring
from workflow.config import Settings
from workflow.db import SYSTEM, Sessions, unit_of_work
from workflow.deadlines import arm
from workflow.deadlines.models import DeadlineStep, StepState
from workflow.demo.clock import DemoClock
from workflow.demo.travel import next_target, travel
from workflow.errors import Invalid


@pytest.fixture
def stands(demo_sessions: Sessions) -> DemoClock:
    return DemoClock(demo_sessions)


def test_a_day_on_and_a_week_on_move_the_clock(newcomer: FlaskClient, stands: DemoClock) -> None:
    for step, days in (("day", 1), ("week", 7)):
        before = stands.now()
        answer = press(newcomer, "/demo/clock", "/demo/clock", step=step)
        assert answer.status_code == 303  # type: ignore[attr-defined]
        assert timedelta(days=days) <= stands.now() - before < timedelta(days=days, minutes=2)
        assert "It is " in newcomer.get("/demo/clock").text


def test_the_next_deadline_is_reached_to_the_second_and_fires(
    newcomer: FlaskClient, stands: DemoClock, demo_sessions: Sessions
) -> None:
    due_on = (stands.now() + timedelta(days=40)).date()
    with unit_of_work(demo_sessions, stands, actor=SYSTEM) as work:
        made = arm(work, "case:999999", "public_report", start=None, due_on=due_on)
        deadline_id = made.id
    with demo_sessions() as session:
        expected = next_target(session, stands.now())

    press(newcomer, "/demo/clock", "/demo/clock", step="next")

    assert timedelta(0) <= stands.now() - expected < timedelta(minutes=2)
    with demo_sessions() as session:
        pending = session.scalars(
            select(DeadlineStep.fire_at).where(
                DeadlineStep.deadline_id == deadline_id, DeadlineStep.state == StepState.PENDING
            )
        ).all()
    assert all(moment > expected for moment in pending)


def test_a_long_way_stops_at_every_moment_that_is_due(
    demo_settings: Settings, stands: DemoClock, demo_sessions: Sessions
) -> None:
    due_on = (stands.now() + timedelta(days=30)).date()
    with unit_of_work(demo_sessions, stands, actor=SYSTEM) as work:
        deadline_id = arm(work, "case:999998", "public_report", start=None, due_on=due_on).id
    target = stands.now() + timedelta(days=29)
    wired = wiring.connect(demo_settings, sessions=demo_sessions, clock=stands)

    travel(wired, target)

    with demo_sessions() as session:
        steps = session.execute(
            select(DeadlineStep.fire_at, DeadlineStep.state).where(DeadlineStep.deadline_id == deadline_id)
        ).all()
    # One jump would have collapsed the earlier reminders into the newest.
    due = [state for fire_at, state in steps if fire_at <= target]
    assert len(due) >= 2
    assert StepState.COLLAPSED not in due


def test_the_clock_never_goes_back(
    newcomer: FlaskClient, stands: DemoClock, demo_settings: Settings, demo_sessions: Sessions
) -> None:
    wired = wiring.connect(demo_settings, sessions=demo_sessions, clock=stands)
    with pytest.raises(Invalid, match="only moves forward"):
        travel(wired, datetime(2011, 3, 1, tzinfo=UTC))

    said = {"day-day": "1", "day-month": "3", "day-year": "2011"}
    answer = press(newcomer, "/demo/clock", "/demo/clock", **said)
    assert "The clock only moves forward" in answer.text  # type: ignore[attr-defined]


def test_a_day_beyond_the_calendar_is_refused_with_words(newcomer: FlaskClient) -> None:
    said = {"day-day": "1", "day-month": "3", "day-year": "2090"}
    answer = press(newcomer, "/demo/clock", "/demo/clock", **said)

    assert answer.status_code == 200  # type: ignore[attr-defined]
    assert "There is a problem" in answer.text  # type: ignore[attr-defined]


def test_a_chosen_day_begins_at_nine_in_london(newcomer: FlaskClient, stands: DemoClock) -> None:
    day: date = (stands.now() + timedelta(days=3)).date()
    said = {"day-day": str(day.day), "day-month": str(day.month), "day-year": str(day.year)}
    press(newcomer, "/demo/clock", "/demo/clock", **said)

    assert stands.now().date() == day
    assert stands.now().astimezone().minute <= 1


def test_a_step_that_does_not_exist_is_not_found(newcomer: FlaskClient) -> None:
    answer = press(newcomer, "/demo/clock", "/demo/clock", step="century")

    assert answer.status_code == 404  # type: ignore[attr-defined]
