"""Cases of the domain that are decided here, by their numbers. Source: domain, section 10."""

import pytest

from tests import world as line
from tests.approval.test_branches import codes, held
from tests.world import APPROVAL, CEILING, RECOMMENDATION, START, World, make_world
from workflow.clock import FixedClock
from workflow.db import SYSTEM, Sessions, Work
from workflow.errors import Refused
from workflow.funds.allocations import set_ceiling
from workflow.money import Pence


@pytest.fixture
def world(sessions: Sessions, clock: FixedClock) -> World:
    clock.move(START - clock.now())
    return make_world(sessions, clock, ceiling_pence=21_000_000)


def test_case_1_what_is_left_is_set_aside_and_a_penny_more_is_refused_with_the_ways_round(
    world: World,
) -> None:
    line.to_deciding(world, asked={2011: Pence(20_000_000)})
    world.move_to(START)
    other = line.to_appraisal(world, title="Second bid", asked={2011: Pence(2_000_000)})
    with pytest.raises(Refused) as refused:
        world.act("assessor", other, "recommend", {**RECOMMENDATION, "amounts": {2011: Pence(1_000_001)}})
    (reason,) = refused.value.reasons
    assert "2011 to 2012 has £10,000 left, £0.01 too little" in reason.text
    assert reason.how == (
        "Recommend a part, £10,000 or less for 2011 to 2012; or move £0.01 to a later year: "
        "2012 to 2013 has £210,000 left."
    )
    world.act("assessor", other, "recommend", {**RECOMMENDATION, "amounts": {2011: Pence(1_000_000)}})
    assert held(world)[2011] == (21_000_000, 0)


def test_what_is_too_much_for_a_year_may_move_to_a_later_one(world: World) -> None:
    bid_id = line.to_appraisal(world, asked={2011: Pence(30_000_000)})
    moved = {2011: Pence(21_000_000), 2012: Pence(9_000_000)}
    world.act("assessor", bid_id, "recommend", {**RECOMMENDATION, "amounts": moved})
    assert held(world) == {2011: (21_000_000, 0), 2012: (9_000_000, 0)}


def test_case_11_nothing_is_approved_while_councils_are_asked_not_even_by_the_accounting_officer(
    world: World,
) -> None:
    line.with_deciders(world)
    bid_id = line.to_consulting(world)
    for who, action in (("approver1", "approve"), ("accounting", "approve_referred")):
        assert "wrong_state" in codes(world, who, bid_id, action, APPROVAL)
    assert held(world) == {}


def test_case_13_a_bid_reserved_over_three_years_is_withdrawn_and_all_three_are_free(world: World) -> None:
    def allow(work: Work) -> None:
        set_ceiling(work, world.ids["fund"], 2013, 21_000_000, key="ceiling2013", **CEILING)

    world.work(SYSTEM, allow)
    bid_id = line.to_appraisal(world)
    amounts = dict.fromkeys((2011, 2012, 2013), Pence(10_000_000))
    world.act("assessor", bid_id, "recommend", {**RECOMMENDATION, "amounts": amounts})
    assert held(world) == dict.fromkeys((2011, 2012, 2013), (10_000_000, 0))
    world.act("signatory", bid_id, "withdraw", {"reason": "We merge."})
    assert held(world) == {}
