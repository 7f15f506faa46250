"""Reminders: a busy database puts one off, and only what can never be worded is given up."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import func, select, update

from tests.world import APPROVAL, World, draft, make_world, to_active, to_deciding
from workflow.approval import questions
from workflow.approval.models import Question
from workflow.clock import FixedClock, london_date
from workflow.db import SYSTEM, Sessions, Work
from workflow.deadlines.models import DeadlineStep, StepState
from workflow.notifications import Notification
from workflow.wiring.mailroom import Mailroom
from workflow.wiring.reminders import sweep_reminders


@pytest.fixture
def world(committing: Sessions, clock: FixedClock) -> World:
    return make_world(committing, clock)


def reminders(world: World) -> int:
    with world.sessions() as session:
        return session.scalar(select(func.count()).where(Notification.template == "deadline_reminder")) or 0


def test_a_reminder_that_meets_a_busy_database_is_put_off_and_not_given_up(world: World) -> None:
    draft(world)
    with world.sessions() as session, session.begin():
        due = session.scalars(
            select(DeadlineStep.id)
            .where(DeadlineStep.state == StepState.PENDING)
            .order_by(DeadlineStep.fire_at)
        ).first()
        session.execute(
            update(DeadlineStep)
            .where(DeadlineStep.id == due)
            .values(fire_at=datetime(2011, 3, 29, 7, tzinfo=UTC))
        )
    with world.sessions() as busy, busy.begin():
        busy.connection().exec_driver_sql("LOCK TABLE preference IN ACCESS EXCLUSIVE MODE")
        assert sweep_reminders(world.sessions, world.clock) == 0
    assert reminders(world) == 0
    assert sweep_reminders(world.sessions, world.clock) == 2
    assert reminders(world) == 2


def test_an_approver_who_voted_is_not_reminded_to_decide(world: World) -> None:
    bid_id = to_deciding(world)
    world.act("approver1", bid_id, "approve", APPROVAL)
    world.move_to(datetime(2011, 5, 11, 8, 0, tzinfo=UTC))
    sweep_reminders(world.sessions, world.clock)
    with world.sessions() as session:
        asked = session.scalars(
            select(Notification.person_id).where(
                Notification.template == "deadline_reminder",
                Notification.payload["kind"].astext == "second_approval",
            )
        ).all()
    assert set(asked) == {world.ids["approver2"]}


def test_who_is_told_of_a_late_report_reads_whose_move_it_is(world: World) -> None:
    bid_id = to_active(world)
    world.move_to(datetime(2011, 8, 15, 8, 0, tzinfo=UTC))
    sweep_reminders(world.sessions, world.clock)
    room = Mailroom("https://grants.example", world.clock)
    with world.sessions() as session:
        owed = session.scalars(
            select(Notification).where(
                Notification.template == "deadline_missed",
                Notification.payload["kind"].astext == "quarterly_return",
            )
        ).first()
        assert owed is not None
        found = room.context(session, owed)
    assert found is not None
    assert "signatory" in found["owner"].lower()
    assert bid_id == owed.payload["case_id"]


def earlier_question(work: Work, bid_id: int, asked_by: int, asked_of: int) -> None:
    """The first question about another bid: questions are numbered within their bid."""
    asked_on = london_date(work.now)
    row = {"case_id": bid_id, "number": 1, "text": "Why?", "asked_at": work.now, "due_on": asked_on}
    work.session.add(Question(asked_by=asked_by, asked_of=asked_of, **row))


def test_who_is_told_that_a_question_is_not_answered_reads_the_name_of_who_was_asked(world: World) -> None:
    asker, asked_of = world.ids["approver1"], world.ids["assessor"]
    another = draft(world)
    world.work(SYSTEM, lambda work: earlier_question(work, another, asker, world.ids["manager"]))
    bid_id = to_deciding(world)
    world.work(
        "approver1",
        lambda work: questions.ask(work, bid_id, asked_of=asked_of, text="Why three?", key=uuid4().hex),
    )
    world.clock.move(timedelta(days=10))
    sweep_reminders(world.sessions, world.clock)
    room = Mailroom("https://grants.example", world.clock)
    with world.sessions() as session:
        owed = session.scalars(
            select(Notification).where(
                Notification.template == "deadline_missed",
                Notification.payload["kind"].astext == "question",
            )
        ).one()
        found = room.context(session, owed)
    assert found is not None
    assert (owed.person_id, found["owner"]) == (asker, "Assessor")
