"""What the department owes an answer to has a date, reminders, and an end; so has the approval after the first."""

from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select

from tests import world as line
from tests.world import APPROVAL, World, make_world
from workflow.clock import FixedClock
from workflow.db import Sessions
from workflow.deadlines import Deadline, DeadlineState
from workflow.notifications import Notification
from workflow.wiring.reminders import sweep_reminders

APPEALED = ("accounting", "responsible")
WHY = {"reason": "We were not understood."}
ANSWER = {"reason": "We looked again.", "note": ""}


@pytest.fixture
def world(committing: Sessions, clock: FixedClock) -> World:
    return make_world(committing, clock)


def of_kind(world: World, kind: str) -> Deadline:
    with world.sessions() as session:
        return session.scalars(select(Deadline).where(Deadline.kind == kind)).one()


def told(world: World, template: str, kind: str) -> set[int | None]:
    sweep_reminders(world.sessions, world.clock)
    with world.sessions() as session:
        found = session.scalars(
            select(Notification.person_id).where(
                Notification.template == template, Notification.payload["kind"].astext == kind
            )
        )
        return set(found)


@pytest.mark.parametrize(
    ("to", "action", "kind", "subject", "owing", "answerer", "answer"),
    [
        (line.to_ineligible, "ask_review", "review_answer", "review", ("second2", "head"), "head", "accept_review"),
        (line.to_rejected, "ask_appeal", "appeal_answer", "appeal", APPEALED, "accounting", "accept_appeal"),
        (line.to_rejected, "ask_appeal", "appeal_answer", "appeal", APPEALED, "responsible", "refuse_appeal"),
    ],
)  # fmt: skip
def test_who_asks_for_another_look_is_owed_an_answer_in_ten_working_days(  # noqa: PLR0917 - one row a way
    world: World,
    to: Callable[[World], int],
    action: str,
    kind: str,
    subject: str,
    owing: tuple[str, ...],
    answerer: str,
    answer: str,
) -> None:
    bid_id = to(world)
    line.with_deciders(world)
    world.act("signatory", bid_id, action, WHY)
    owed = of_kind(world, kind)
    assert (owed.subject, owed.state) == (f"case:{bid_id}/{subject}", DeadlineState.OPEN)
    world.move_to(datetime.combine(owed.due_on, datetime.min.time(), UTC).replace(hour=9))
    assert told(world, "deadline_reminder", kind) == {world.ids[name] for name in owing}
    world.act(answerer, bid_id, answer, ANSWER)
    assert of_kind(world, kind).state == DeadlineState.MET


def test_a_review_asked_on_a_tuesday_is_to_be_answered_two_weeks_later(world: World) -> None:
    bid_id = line.to_ineligible(world)
    world.act("signatory", bid_id, "ask_review", WHY)
    assert of_kind(world, "review_answer").due_on == date(2011, 4, 12)


def test_after_the_first_approval_the_second_has_five_working_days_of_its_own(world: World) -> None:
    bid_id = line.to_deciding(world)
    asked = world.case(bid_id).due_on
    assert of_kind(world, "first_approval").due_on == asked
    world.act("approver1", bid_id, "approve", APPROVAL)
    second = of_kind(world, "second_approval")
    assert of_kind(world, "first_approval").state == DeadlineState.MET
    assert (world.case(bid_id).due_on, second.state) == (second.due_on, DeadlineState.OPEN)
    assert asked is not None
    assert (asked - second.due_on).days == 7
    world.move_to(datetime.combine(second.due_on, datetime.min.time(), UTC).replace(hour=9))
    assert told(world, "deadline_reminder", "second_approval") == {world.ids["approver2"]}
    world.act("approver2", bid_id, "approve", APPROVAL)
    assert of_kind(world, "second_approval").state == DeadlineState.MET
