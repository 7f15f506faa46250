"""An offer has its dates: it cannot be accepted late, and no money of a year that has ended is offered."""

from datetime import UTC, date, datetime, timedelta

import pytest

from tests.monitoring.test_branches import held, rows, well
from tests.monitoring.test_ways_out import refused
from tests.world import (
    APPROVAL,
    OFFER,
    RECOMMENDATION,
    World,
    make_world,
    to_deciding,
    to_offered,
    with_deciders,
)
from workflow.clock import FixedClock
from workflow.db import SYSTEM, Sessions
from workflow.funds.models import FundYear
from workflow.money import Pence

MARCH_2012 = datetime(2012, 3, 20, 9, tzinfo=UTC)
APRIL_2012 = datetime(2012, 4, 10, 9, tzinfo=UTC)
ONE_YEAR = {2011: Pence(20_000_000)}
TWO_YEARS = {2011: Pence(20_000_000), 2012: Pence(10_000_000)}
YES = {"declared": True}


@pytest.fixture
def world(sessions: Sessions, clock: FixedClock) -> World:
    return make_world(sessions, clock)


def to_approved(world: World, asked: dict[int, Pence]) -> int:
    bid_id = to_deciding(world, asked=asked)
    world.act("approver1", bid_id, "approve", APPROVAL)
    world.act("approver2", bid_id, "approve", APPROVAL)
    return bid_id


def ends_at(world: World, bid_id: int) -> datetime:
    """The first moment at which an answer is too late; its last day is a Thursday in British summer time."""
    last = world.case(bid_id).due_on
    assert last == date(2011, 6, 2)
    return datetime(2011, 6, 2, 23, tzinfo=UTC)


def test_an_offer_that_the_calendar_has_not_ended_yet_is_not_accepted_after_its_time(world: World) -> None:
    bid_id = to_offered(world)
    world.move_to(ends_at(world, bid_id))
    assert refused(world, "signatory", bid_id, "accept_offer", YES) == {"offer_too_late"}
    world.act(SYSTEM, bid_id, "lapse_offer")


def test_an_offer_is_accepted_until_the_last_moment_of_its_time(world: World) -> None:
    bid_id = to_offered(world)
    world.move_to(ends_at(world, bid_id) - timedelta(seconds=1))
    world.act("signatory", bid_id, "accept_offer", YES)
    assert world.case(bid_id).state == "active"


def test_what_was_approved_for_a_year_that_ended_is_not_offered_but_sent_back_and_assessed_again(
    world: World,
) -> None:
    with_deciders(world)
    bid_id = to_approved(world, TWO_YEARS)
    assert refused(world, "approver3", bid_id, "send_back", {"reason": "No more."}) == {"approval_stands"}
    world.move_to(APRIL_2012)
    assert refused(world, "finance", bid_id, "offer", OFFER) == {"year_over"}
    world.act("approver3", bid_id, "send_back", {"reason": "Its first year is over."})
    assert world.case(bid_id).state == "appraisal"
    money = held(world, bid_id)
    assert {year: one.committed + one.reserved for year, one in money.items()} == {2011: 0, 2012: 0}
    world.act("assessor", bid_id, "recommend", {**RECOMMENDATION, "amounts": {2012: Pence(10_000_000)}})
    assert well(world) == []


def test_an_offer_whose_last_year_has_ended_is_not_accepted(world: World) -> None:
    bid_id = to_approved(world, ONE_YEAR)
    world.move_to(MARCH_2012)
    world.act("finance", bid_id, "offer", OFFER)
    world.move_to(APRIL_2012)
    assert refused(world, "signatory", bid_id, "accept_offer", YES) == {"offer_is_over"}


def test_an_offer_of_a_year_that_ended_and_one_that_runs_is_accepted_and_the_old_year_settled(
    world: World,
) -> None:
    bid_id = to_approved(world, TWO_YEARS)
    world.move_to(MARCH_2012)
    world.act("finance", bid_id, "offer", OFFER)
    world.move_to(APRIL_2012)
    world.act("signatory", bid_id, "accept_offer", YES)
    settled = {
        "year": 2011,
        "accrued_pence": Pence(0),
        "carried_pence": Pence(20_000_000),
        "agreement": "LGF/1",
        "reason": "The work began late.",
    }
    world.act("finance", bid_id, "settle_year", settled)
    assert held(world, bid_id)[2012].committed == 30_000_000
    assert well(world) == []


def test_what_a_declined_offer_had_of_a_year_that_ended_lapses_and_is_not_left_to_promise(
    world: World,
) -> None:
    bid_id = to_approved(world, TWO_YEARS)
    world.move_to(MARCH_2012)
    world.act("finance", bid_id, "offer", OFFER)
    world.move_to(APRIL_2012)
    world.act("signatory", bid_id, "decline_offer", {"reason": "It came too late."})
    money = held(world, bid_id)
    assert {year: (one.committed, one.lapsed) for year, one in money.items()} == {
        2011: (0, 20_000_000),
        2012: (0, 0),
    }
    assert {one.year: one.lapsed for one in rows(world, FundYear)}[2011] == 20_000_000
    assert well(world) == []
