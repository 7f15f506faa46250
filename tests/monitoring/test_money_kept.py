"""No money is forgotten: what has to be paid back stays asked for, and what an ended year had left lapses."""

from datetime import date

import pytest

from tests.monitoring.test_branches import paid, rows, well
from tests.monitoring.test_ways_out import refused
from tests.world import World, make_world, to_active
from workflow.clock import FixedClock
from workflow.db import Sessions
from workflow.funds.rules import Recovery
from workflow.money import Pence
from workflow.monitoring.branches.models import MoneyBack

ENDING = {
    "reason": "The body is wound up.",
    "notice_ends_on": date(2011, 9, 30),
    "eligible_pence": Pence(6_000_000),
}
NOT_SAID = {"summary": "Done.", "eligible_pence": None}


@pytest.fixture
def world(sessions: Sessions, clock: FixedClock) -> World:
    return make_world(sessions, clock, recovery=Recovery.RESTORES_ALLOCATION)


def test_what_was_counted_when_an_award_ended_early_is_asked_back_when_the_final_figures_leave_it_empty(
    world: World,
) -> None:
    bid_id = to_active(world)
    paid(world, bid_id, 10_000_000)
    world.act("approver1", bid_id, "terminate", ENDING)
    world.act("finance", bid_id, "propose_closure", NOT_SAID)
    world.act("responsible", bid_id, "confirm_closure", {"declared": True})
    assert [one.asked_pence for one in rows(world, MoneyBack, case_id=bid_id)] == [4_000_000]
    assert well(world) == []


def test_no_award_that_was_paid_closes_before_it_is_said_how_much_was_spent_as_agreed(world: World) -> None:
    bid_id = to_active(world)
    paid(world, bid_id, 10_000_000)
    world.act("responsible", bid_id, "start_closing", {"reason": "Done."})
    assert refused(world, "finance", bid_id, "propose_closure", NOT_SAID) == {"spent_not_known"}
    world.act("finance", bid_id, "propose_closure", NOT_SAID | {"eligible_pence": Pence(9_000_000)})
    world.act("responsible", bid_id, "confirm_closure", {"declared": True})
    assert [one.asked_pence for one in rows(world, MoneyBack, case_id=bid_id)] == [1_000_000]


def test_nothing_has_to_be_said_of_an_award_that_was_never_paid(world: World) -> None:
    bid_id = to_active(world)
    world.act("responsible", bid_id, "start_closing", {"reason": "Done."})
    world.act("finance", bid_id, "propose_closure", NOT_SAID)
    world.act("responsible", bid_id, "confirm_closure", {"declared": True})
    assert world.case(bid_id).state == "closed"
