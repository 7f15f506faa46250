"""The decision tab: what a decision is made on, for the department; the outcome alone for everybody else."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.web.strict import text_of
from tests.world import APPROVAL, World, make_world, to_appraisal, to_deciding
from workflow.clock import FixedClock
from workflow.db import Sessions

SignIn = Callable[[Any], None]


@pytest.fixture
def world(sessions: Sessions, clock: FixedClock) -> World:
    return make_world(sessions, clock)


def page(world: World, client: FlaskClient, sign_in_as: SignIn, who: str, address: str) -> str:
    sign_in_as(SimpleNamespace(id=world.ids[who]))
    answer = client.get(address)
    assert answer.status_code == 200
    return text_of(answer.text)


def test_an_approver_reads_what_is_recommended_and_what_it_does_to_the_fund(
    client: FlaskClient, sign_in_as: SignIn, world: World
) -> None:
    bid_id = to_deciding(world)
    words = page(world, client, sign_in_as, "approver1", f"/bids/{world.case(bid_id).reference}/decision")
    assert "Approve it." in words
    assert "2011 to 2012 £35,000,000 £0 £200,000 £200,000 £34,800,000" in words
    assert "Total £70,000,000 £0 £300,000 £300,000 £69,700,000" in words
    assert "Approvals: 0 of 2" in words
    assert "24 of 30" in words
    assert "1 of 4" in words


def test_the_first_vote_is_shown_with_its_reason_and_limit(
    client: FlaskClient, sign_in_as: SignIn, world: World
) -> None:
    bid_id = to_deciding(world)
    world.act("approver1", bid_id, "approve", APPROVAL)
    words = page(world, client, sign_in_as, "approver2", f"/bids/{world.case(bid_id).reference}/decision")
    assert "Approvals: 1 of 2" in words
    assert "Approver1 approved “Good value.” Could approve up to £10,000,000" in words


@pytest.mark.parametrize("who", ["drafter", "signatory"])
def test_the_lead_body_reads_no_points_no_votes_and_no_recommended_amount(
    client: FlaskClient, sign_in_as: SignIn, world: World, who: str
) -> None:
    bid_id = to_deciding(world, asked={2011: 20_000_000})
    world.act("approver1", bid_id, "approve", APPROVAL)
    words = page(world, client, sign_in_as, who, f"/bids/{world.case(bid_id).reference}/decision")
    assert "There is no decision yet" in words
    for secret in ("Approver1", "Good value", "Approve it.", "of 30", "set aside"):
        assert secret not in words


def test_a_bid_that_was_not_assessed_says_what_comes_first(
    client: FlaskClient, sign_in_as: SignIn, world: World
) -> None:
    bid_id = to_appraisal(world)
    words = page(world, client, sign_in_as, "approver1", f"/bids/{world.case(bid_id).reference}/decision")
    assert "has not been assessed yet" in words


def test_only_the_one_who_may_act_is_given_the_button(
    client: FlaskClient, sign_in_as: SignIn, world: World
) -> None:
    bid_id = to_deciding(world)
    world.act("approver1", bid_id, "approve", APPROVAL)
    address = f"/bids/{world.case(bid_id).reference}/decision"
    assert "Approve this bid" in page(world, client, sign_in_as, "approver2", address)
    for other in ("approver1", "assessor", "finance"):
        assert "Approve this bid" not in page(world, client, sign_in_as, other, address)
