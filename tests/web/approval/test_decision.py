"""The decision tab: what a decision is made on, for the department; the outcome alone for everybody else."""

import pytest

from tests.web.monitoring.drawing import Desk
from tests.web.strict import text_of
from tests.world import APPROVAL, RECOMMENDATION, World, to_appraisal, to_deciding
from workflow.money import Pence


def test_an_approver_reads_what_is_recommended_and_what_it_does_to_the_fund(desk: Desk, world: World) -> None:
    bid_id = to_deciding(world)
    words = desk.read("approver1", bid_id, "decision")
    assert "Approve it." in words
    assert "2011 to 2012 £35,000,000 £0 £200,000 £200,000 £34,800,000" in words
    assert "Total £70,000,000 £0 £300,000 £300,000 £69,700,000" in words
    assert "Approvals: 0 of 2" in words
    assert "24 of 30" in words
    assert "1 of 4" in words


def test_the_first_vote_is_shown_with_its_reason_and_limit(desk: Desk, world: World) -> None:
    bid_id = to_deciding(world)
    world.act("approver1", bid_id, "approve", APPROVAL)
    words = desk.read("approver2", bid_id, "decision")
    assert "Approvals: 1 of 2" in words
    assert "Approver1 approved “Good value.” Could approve up to £10,000,000" in words


@pytest.mark.parametrize("who", ["drafter", "signatory"])
def test_the_lead_body_reads_no_points_no_votes_and_no_recommended_amount(
    desk: Desk, world: World, who: str
) -> None:
    bid_id = to_deciding(world, asked={2011: 20_000_000})
    world.act("approver1", bid_id, "approve", APPROVAL)
    words = desk.read(who, bid_id, "decision")
    assert "There is no decision yet" in words
    for secret in ("Approver1", "Good value", "Approve it.", "of 30", "set aside"):
        assert secret not in words


def test_a_bid_that_was_not_assessed_says_what_comes_first(desk: Desk, world: World) -> None:
    bid_id = to_appraisal(world)
    words = desk.read("approver1", bid_id, "decision")
    assert "has not been assessed yet" in words


def test_only_the_one_who_may_act_is_given_the_button(desk: Desk, world: World) -> None:
    bid_id = to_deciding(world)
    world.act("approver1", bid_id, "approve", APPROVAL)
    assert "Approve this bid" in desk.read("approver2", bid_id, "decision")
    for other in ("approver1", "assessor", "finance"):
        assert "Approve this bid" not in desk.read(other, bid_id, "decision")


@pytest.mark.parametrize("part", ["", "history", "sections", "decision"])
def test_what_is_recommended_reaches_the_lead_body_only_when_it_is_decided(
    desk: Desk, world: World, part: str
) -> None:
    bid_id = to_appraisal(world)
    half = {**RECOMMENDATION, "amounts": {2011: Pence(123_456_00)}}
    world.act("assessor", bid_id, "recommend", half)
    assert "£123,456" not in desk.read("signatory", bid_id, part)
    assert "£123,456" not in text_of(desk.client.get("/bids").text)
    assert "£300,000" in text_of(desk.client.get("/bids").text)


def test_the_amount_of_a_bid_becomes_what_was_approved(desk: Desk, world: World) -> None:
    bid_id = to_appraisal(world)
    half = {**RECOMMENDATION, "amounts": {2011: Pence(123_456_00)}}
    world.act("assessor", bid_id, "recommend", half)
    world.act("approver1", bid_id, "approve", APPROVAL)
    assert world.case(bid_id).amount_pence == 300_000_00
    world.act("approver2", bid_id, "approve", APPROVAL)
    assert world.case(bid_id).amount_pence == 123_456_00
    assert "£123,456" in desk.read("signatory", bid_id, "")
