"""What held when a bid was sent is tested again at every later step, and nobody judges what they judged before."""

from collections.abc import Mapping

import pytest

from tests.world import (
    APPROVAL,
    OFFER,
    RECOMMENDATION,
    World,
    make_world,
    to_appraisal,
    to_deciding,
    to_direction_sought,
    to_referred,
    with_deciders,
)
from workflow.accounts.models import Organisation
from workflow.clock import FixedClock
from workflow.db import SYSTEM, Sessions, Work
from workflow.errors import Refused

WHY = {"reason": "It does not fit."}


@pytest.fixture
def world(sessions: Sessions, clock: FixedClock) -> World:
    return make_world(sessions, clock)


def refused(world: World, who: str, bid_id: int, action: str, data: Mapping[str, object]) -> set[str]:
    with pytest.raises(Refused) as error:
        world.act(who, bid_id, action, data)
    return {reason.code for reason in error.value.reasons}


def no_longer_specified(world: World) -> None:
    def off(work: Work) -> None:
        work.session.get_one(Organisation, world.ids["LGID"]).specified_from = None

    world.work(SYSTEM, off)


def test_no_assessor_sets_money_aside_for_a_body_that_can_no_longer_be_paid(world: World) -> None:
    bid_id = to_appraisal(world)
    no_longer_specified(world)
    assert refused(world, "assessor", bid_id, "recommend", RECOMMENDATION) == {"power_does_not_fit"}
    world.act("assessor", bid_id, "advise_rejection", WHY)


def test_no_second_approver_completes_an_approval_of_what_can_no_longer_be_paid(world: World) -> None:
    bid_id = to_deciding(world)
    world.act("approver1", bid_id, "approve", APPROVAL)
    no_longer_specified(world)
    assert refused(world, "approver2", bid_id, "approve", APPROVAL) == {"power_does_not_fit"}
    world.act("approver2", bid_id, "send_back", WHY)
    assert world.case(bid_id).state == "appraisal"


def test_the_accounting_officer_does_not_approve_what_cannot_be_paid(world: World) -> None:
    bid_id = to_referred(world)
    no_longer_specified(world)
    assert "power_does_not_fit" in refused(world, "accounting", bid_id, "approve_referred", APPROVAL)


def test_no_minister_directs_what_cannot_be_paid(world: World) -> None:
    bid_id = to_direction_sought(world)
    no_longer_specified(world)
    assert "power_does_not_fit" in refused(world, "accounting", bid_id, "record_direction", {})
    world.act("accounting", bid_id, "send_back", WHY)


def test_what_was_approved_and_can_no_longer_be_paid_is_not_offered_and_goes_back(world: World) -> None:
    with_deciders(world)
    bid_id = to_deciding(world)
    world.act("approver1", bid_id, "approve", APPROVAL)
    world.act("approver2", bid_id, "approve", APPROVAL)
    no_longer_specified(world)
    assert refused(world, "finance", bid_id, "offer", OFFER) == {"power_does_not_fit"}
    world.act("approver3", bid_id, "send_back", WHY)
    assert world.case(bid_id).state == "appraisal"


def test_whoever_approved_in_an_earlier_round_does_not_reject_on_advice_in_a_later_one(world: World) -> None:
    with_deciders(world)
    bid_id = to_deciding(world)
    world.act("approver1", bid_id, "approve", APPROVAL)
    world.act("approver2", bid_id, "send_back", WHY)
    world.act("assessor", bid_id, "advise_rejection", WHY)
    no = {"reason": "It is not good value.", "note": ""}
    assert refused(world, "approver1", bid_id, "reject_on_advice", no) == {"already_approve"}
    world.act("approver3", bid_id, "reject_on_advice", no)
