"""What mail says, however late it is sent: of its own occasion, and only to those whom it still concerns."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import select, update

from tests.world import APPROVAL, CLAIM, World, make_world, to_active, to_deciding
from workflow.accounts.models import Person, RoleAssignment
from workflow.clock import FixedClock
from workflow.db import SYSTEM, Sessions
from workflow.money import Pence
from workflow.notifications import Notification
from workflow.wiring.mailroom import Mailroom


@pytest.fixture
def world(sessions: Sessions, clock: FixedClock) -> World:
    return make_world(sessions, clock)


def said(world: World, template: str) -> list[dict[str, Any] | None]:
    """The facts for every message of a template as it would be sent now, in the order of their making; None: not sent."""
    with world.sessions() as session:
        owed = session.scalars(
            select(Notification).where(Notification.template == template).order_by(Notification.id)
        ).all()
        return [Mailroom("http://localhost", world.clock).context(session, one) for one in owed]


def claimed(world: World, bid_id: int, pence: int) -> int:
    data = {**CLAIM, "amount_pence": Pence(pence)}
    made: int = world.act("drafter", bid_id, "make_claim", data).extra["claim_id"]
    return made


def checked(world: World, bid_id: int, claim_id: int, pence: int, reason: str = "") -> None:
    data = {"claim_id": claim_id, "accepted_pence": Pence(pence), "reason": reason}
    world.act("manager", bid_id, "check_claim", data)


def test_mail_about_a_payment_request_names_its_own_amount_when_there_is_a_newer_one(world: World) -> None:
    bid_id = to_active(world)
    first = claimed(world, bid_id, 1_000_000)
    claimed(world, bid_id, 7_000_000)
    checked(world, bid_id, first, 900_000, "One invoice is missing.")
    world.act("payer", bid_id, "pay_claim", {"claim_id": first})
    assert [facts and facts["claim_pence"] for facts in said(world, "claim_to_check")] == [
        1_000_000,
        7_000_000,
    ]
    assert [facts and facts["claim_pence"] for facts in said(world, "claim_to_pay")] == [900_000]
    assert {facts and facts["claim_pence"] for facts in said(world, "claim_paid")} == {900_000}


def test_a_cut_is_told_of_the_one_payment_request_that_was_cut(world: World) -> None:
    bid_id = to_active(world)
    checked(world, bid_id, claimed(world, bid_id, 1_000_000), 1_000_000)
    assert said(world, "claim_cut") == []
    checked(world, bid_id, claimed(world, bid_id, 2_000_000), 1_900_000, "One invoice is missing.")
    assert {facts and facts["claim_pence"] for facts in said(world, "claim_cut")} == {1_900_000}


def test_nobody_is_asked_to_pay_a_refused_payment_request(world: World) -> None:
    bid_id = to_active(world)
    checked(world, bid_id, claimed(world, bid_id, 1_000_000), 0, "Not for this work.")
    assert set(map(str, said(world, "claim_to_pay"))) <= {"None"}


def test_mail_about_a_payment_request_names_its_own_date(world: World) -> None:
    bid_id = to_active(world)
    claimed(world, bid_id, 1_000_000)
    (facts,) = said(world, "claim_to_check")
    assert facts is not None
    assert facts["due_on"] == date(2011, 5, 18)


def test_mail_about_the_first_of_two_approvals_still_says_so_after_the_second(world: World) -> None:
    bid_id = to_deciding(world)
    world.act("approver1", bid_id, "approve", APPROVAL)
    first = len(said(world, "approval_given"))
    world.act("approver2", bid_id, "approve", APPROVAL)
    told = [facts and facts["is_approved"] for facts in said(world, "approval_given")]
    assert told == [False] * first + [True] * (len(told) - first)


def test_somebody_who_left_or_gave_up_the_role_before_a_message_goes_is_not_written_to(world: World) -> None:
    to_deciding(world)
    assert None not in said(world, "bid_to_decide")
    left, gave_up = world.ids["approver1"], world.ids["approver2"]
    world.work(
        SYSTEM,
        lambda work: work.session.execute(update(Person).where(Person.id == left).values(active=False)),
    )
    ended = update(RoleAssignment).where(RoleAssignment.person_id == gave_up)
    world.work(SYSTEM, lambda work: work.session.execute(ended.values(valid_to=date(2011, 1, 1))))
    assert said(world, "bid_to_decide") == [None, None]
