"""The award tab and the pages of its actions: offer, acceptance, payment requests, payments, closing."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.web.monitoring.drawing import draw
from tests.web.strict import text_of
from tests.world import APPROVAL, CLAIM, OFFER, World, make_world, to_active, to_closed, to_deciding
from workflow.clock import FixedClock
from workflow.db import Sessions

SignIn = Callable[[Any], None]
PART = {"accepted_pence": 12_000_000, "reason": "Travel is not covered."}


@pytest.fixture
def world(sessions: Sessions, clock: FixedClock) -> World:
    return make_world(sessions, clock)


@pytest.fixture
def read(world: World, client: FlaskClient, sign_in_as: SignIn) -> Callable[[str, int], str]:
    """The words of a bid's award tab, as somebody by name reads it."""

    def words(who: str, bid_id: int) -> str:
        sign_in_as(SimpleNamespace(id=world.ids[who]))
        answer = client.get(f"/bids/{world.case(bid_id).reference}/award")
        assert answer.status_code == 200
        return text_of(answer.text)

    return words


def claimed(world: World, bid_id: int) -> int:
    found: int = world.act("drafter", bid_id, "make_claim", CLAIM).extra["claim_id"]
    return found


def checked(world: World, bid_id: int) -> int:
    claim_id = claimed(world, bid_id)
    world.act("manager", bid_id, "check_claim", {"claim_id": claim_id, **PART})
    return claim_id


def to_offered(world: World) -> int:
    bid_id = to_deciding(world)
    world.act("approver1", bid_id, "approve", APPROVAL)
    world.act("approver2", bid_id, "approve", APPROVAL)
    world.act("finance", bid_id, "offer", OFFER)
    return bid_id


def test_before_the_offer_the_tab_says_what_would_put_an_award_there(
    world: World, read: Callable[..., str]
) -> None:
    assert "the finance officer makes the offer" in read("finance", to_deciding(world))


def test_the_award_shows_its_agreement_and_its_money_by_year(world: World, read: Callable[..., str]) -> None:
    words = read("manager", to_active(world))
    assert "2011 to 2012 £200,000 £200,000 £0 £0 £200,000" in words
    assert "Total £300,000 £300,000 £0 £0 £300,000" in words
    assert "Sunday 31 March 2013" in words
    assert "Deliver it." in words


def test_a_payment_request_names_its_people_inside_the_department_only(
    world: World, read: Callable[..., str]
) -> None:
    bid_id = to_active(world)
    checked(world, bid_id)
    inside, outside = read("payer", bid_id), read("signatory", bid_id)
    assert "checked by Manager" in inside
    assert "checked by The department" in outside
    assert "Manager," not in outside
    for words in (inside, outside):
        assert "£123,456.78 for 2011 to 2012" in words
        assert "Why not all of it Travel is not covered." in words


def test_the_newest_payment_request_comes_first(world: World, read: Callable[..., str]) -> None:
    bid_id = to_active(world)
    checked(world, bid_id)
    claimed_again = {**CLAIM, "amount_pence": 1_000_00}
    world.act("drafter", bid_id, "make_claim", claimed_again)
    words = read("manager", bid_id)
    assert words.index("Payment request 2") < words.index("Payment request 1")


def test_a_closed_award_shows_its_closing_figures(world: World, read: Callable[..., str]) -> None:
    words = read("finance", to_closed(world))
    assert "Paid £120,000" in words
    assert "Not spent £180,000" in words
    assert "The rest was not needed." in words


def test_each_step_has_its_button_for_the_one_who_may_take_it(world: World, read: Callable[..., str]) -> None:
    bid_id = to_active(world)
    assert "Request a payment" in read("drafter", bid_id)
    claimed(world, bid_id)
    assert "Check a payment request" in read("manager", bid_id)
    assert "Check a payment request" not in read("payer", bid_id)


def test_the_offer_is_made_for_what_was_approved(app: Flask, world: World) -> None:
    bid_id = to_deciding(world)
    world.act("approver1", bid_id, "approve", APPROVAL)
    world.act("approver2", bid_id, "approve", APPROVAL)
    words = draw(app, world, "finance", bid_id, "offer")
    assert "You offer £300,000 to Improvement body" in words
    assert "Work ends on Sunday 31 March 2013" in words
    assert "No conditions can be set" in words


def test_the_signatory_reads_the_whole_agreement_before_accepting(app: Flask, world: World) -> None:
    words = draw(app, world, "signatory", to_offered(world), "accept_offer")
    assert "Accept the offer of £300,000" in words
    assert "2012 to 2013 £100,000 Total £300,000" in words
    assert "Deliver it." in words


def test_a_payment_can_be_requested_only_for_years_that_have_begun(app: Flask, world: World) -> None:
    words = draw(app, world, "drafter", to_active(world), "make_claim")
    assert "2011 to 2012, £200,000 left to request" in words
    assert "2012 to 2013, £100,000 left to request" not in words


def test_the_checker_reads_what_was_done_and_the_payer_what_the_payment_does(
    app: Flask, world: World
) -> None:
    bid_id = to_active(world)
    claim_id = claimed(world, bid_id)
    words = draw(app, world, "manager", bid_id, "check_claim")
    assert "30 peer challenges" in words
    assert "£123,456.78 for 2011 to 2012" in words
    world.act("manager", bid_id, "check_claim", {"claim_id": claim_id, **PART})
    words = draw(app, world, "payer", bid_id, "pay_claim")
    assert "Request 1, 2011 to 2012 £200,000 £0 £120,000 £120,000" in words
    assert "Travel is not covered." in words


def test_the_closing_pages_show_the_ledger_and_where_the_unspent_money_goes(app: Flask, world: World) -> None:
    bid_id = to_active(world)
    world.act("payer", bid_id, "pay_claim", {"claim_id": checked(world, bid_id)})
    world.act("responsible", bid_id, "start_closing", {"reason": "The work is done."})
    words = draw(app, world, "finance", bid_id, "propose_closure")
    assert "2011 to 2012 £80,000 Goes back to the fund" in words
    assert "2012 to 2013 £100,000 Goes back to the fund" in words
    world.act("finance", bid_id, "propose_closure", {"summary": "The rest was not needed."})
    words = draw(app, world, "responsible", bid_id, "confirm_closure")
    assert "As Finance proposed on" in words
    assert "Not spent £180,000" in words
    assert "Closing cannot be undone" in words
