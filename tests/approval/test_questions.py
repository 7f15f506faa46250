"""Questions of those who decide: one person is asked, is written to and reminded, and nothing else changes."""

from datetime import date, datetime
from functools import partial
from uuid import uuid4

import pytest
from sqlalchemy import select

from tests.approval.test_branches import held, told
from tests.world import APPROVAL, START, World, make_world, to_deciding, to_rejected
from workflow.approval import questions
from workflow.approval.models import Question
from workflow.clock import LONDON, FixedClock
from workflow.db import Sessions, Work
from workflow.deadlines import open_deadlines
from workflow.errors import Invalid, NotAllowed, NotHere
from workflow.wiring.reminders import sweep_reminders


@pytest.fixture
def world(sessions: Sessions, clock: FixedClock) -> World:
    clock.move(START - clock.now())
    return make_world(sessions, clock)


def ask(world: World, bid_id: int, who: str = "approver2", of: str = "assessor") -> int:
    def do(work: Work) -> int:
        return questions.ask(
            work, bid_id, asked_of=world.ids[of], text="Why three days and not two?", key=uuid4().hex
        )

    number: int = world.work(who, do)
    return number


def answer(
    world: World, bid_id: int, number: int, who: str = "assessor", text: str = "Two are too few."
) -> None:
    world.work(who, partial(_answer, bid_id=bid_id, number=number, text=text))


def _answer(work: Work, *, bid_id: int, number: int, text: str) -> None:
    questions.answer(work, bid_id, number, text=text, key=uuid4().hex)


def test_a_question_to_the_assessor_leaves_money_votes_revision_and_deadline_as_they_are(
    world: World,
) -> None:
    """Source: domain, section 10, case 22."""
    bid_id = to_deciding(world)
    world.act("approver1", bid_id, "approve", APPROVAL)
    before = world.case(bid_id)
    assert ask(world, bid_id) == 1
    after = world.case(bid_id)
    assert (after.rev, after.state, after.due_on) == (before.rev, before.state, before.due_on)
    assert held(world) == {2011: (20_000_000, 0), 2012: (10_000_000, 0)}
    assert told(world, "question_asked") == {"assessor"}
    with world.sessions() as session:
        assert len(open_deadlines(session, [f"case:{bid_id}"])[f"case:{bid_id}"]) == 1
        (question,) = session.scalars(select(Question))
        # Wednesday, and three working days: Monday.
        assert question.due_on == date(2011, 5, 9)
    world.act("approver2", bid_id, "approve", APPROVAL)
    assert world.case(bid_id).state == "approved"


def test_the_answer_reaches_whoever_asked_and_ends_the_deadline(world: World) -> None:
    bid_id = to_deciding(world)
    number = ask(world, bid_id)
    answer(world, bid_id, number)
    assert told(world, "question_answered") == {"approver2"}
    with world.sessions() as session:
        subject = questions.question_subject(bid_id, number)
        assert open_deadlines(session, [subject]).get(subject, []) == []
    with pytest.raises(Invalid):
        answer(world, bid_id, number, text="Again.")


def test_only_the_one_who_was_asked_answers(world: World) -> None:
    bid_id = to_deciding(world)
    number = ask(world, bid_id)
    with pytest.raises(NotHere):
        answer(world, bid_id, number, who="approver1")


@pytest.mark.parametrize("who", ["case", "finance", "signatory"])
def test_only_those_who_assess_or_decide_ask(world: World, who: str) -> None:
    bid_id = to_deciding(world)
    with pytest.raises(NotAllowed):
        ask(world, bid_id, who=who)


def test_nobody_asks_oneself_or_somebody_who_has_no_part_in_it(world: World) -> None:
    bid_id = to_deciding(world)
    with pytest.raises(Invalid):
        ask(world, bid_id, who="approver1", of="approver1")


def test_nothing_is_asked_about_a_bid_that_has_ended(world: World) -> None:
    bid_id = to_rejected(world)
    with pytest.raises(NotAllowed):
        ask(world, bid_id)


def test_an_answer_that_is_owed_is_reminded_of_on_its_day_and_its_lack_told_to_the_asker(
    world: World,
) -> None:
    bid_id = to_deciding(world)
    ask(world, bid_id)
    world.move_to(datetime(2011, 5, 9, 8, 1, tzinfo=LONDON))
    sweep_reminders(world.sessions, world.clock)
    assert told(world, "deadline_reminder") == {"assessor"}
    world.move_to(datetime(2011, 5, 10, 8, 1, tzinfo=LONDON))
    sweep_reminders(world.sessions, world.clock)
    assert told(world, "deadline_missed") == {"approver2"}


def test_nobody_is_reminded_of_a_question_about_a_bid_that_ended(world: World) -> None:
    bid_id = to_deciding(world)
    ask(world, bid_id)
    world.act("signatory", bid_id, "withdraw", {"reason": "We found other money."})
    for day in (9, 10):
        world.move_to(datetime(2011, 5, day, 8, 1, tzinfo=LONDON))
        sweep_reminders(world.sessions, world.clock)
    assert told(world, "deadline_reminder") | told(world, "deadline_missed") == set()
