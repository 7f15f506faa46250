"""The award tab and the pages of its actions: offer, acceptance, payment requests, payments, closing."""

from collections.abc import Callable
from io import BytesIO

import pytest

from tests.web.monitoring.drawing import Desk
from tests.web.strict import elements
from tests.world import APPROVAL, CLAIM, OFFER, World, draft, to_active, to_closed, to_closing, to_deciding

PART = {"accepted_pence": 12_000_000, "reason": "Travel is not covered."}


@pytest.fixture
def read(desk: Desk) -> Callable[[str, int], str]:
    """The words of a bid's award tab, as somebody by name reads it."""
    return lambda who, bid_id: desk.read(who, bid_id, "award")


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


def test_the_lead_body_reads_closing_figures_once_they_are_confirmed_and_never_the_words_for_the_office(
    world: World, read: Callable[..., str]
) -> None:
    bid_id = to_closing(world)
    world.act("finance", bid_id, "propose_closure", {"summary": "The rest was not needed."})
    assert "Closing figures" in read("responsible", bid_id)
    assert "Closing figures" not in read("signatory", bid_id)
    world.act("responsible", bid_id, "confirm_closure", {"declared": True})
    words = read("signatory", bid_id)
    assert "Closing figures" in words
    assert "The rest was not needed." not in words


def test_each_step_has_its_button_for_the_one_who_may_take_it(world: World, read: Callable[..., str]) -> None:
    bid_id = to_active(world)
    assert "Request a payment" in read("drafter", bid_id)
    claimed(world, bid_id)
    assert "Check a payment request" in read("manager", bid_id)
    assert "Check a payment request" not in read("payer", bid_id)


def test_the_offer_is_made_for_what_was_approved(desk: Desk, world: World) -> None:
    bid_id = to_deciding(world)
    world.act("approver1", bid_id, "approve", APPROVAL)
    world.act("approver2", bid_id, "approve", APPROVAL)
    words = desk.read("finance", bid_id, "actions/offer")
    assert "You offer £300,000 to Improvement body" in words
    assert "Work ends on Sunday 31 March 2013" in words
    assert "No conditions can be set" in words


def test_the_signatory_reads_the_whole_agreement_before_accepting(desk: Desk, world: World) -> None:
    words = desk.read("signatory", to_offered(world), "actions/accept_offer")
    assert "Accept the offer of £300,000" in words
    assert "2012 to 2013 £100,000 Total £300,000" in words
    assert "Deliver it." in words


def test_a_payment_can_be_requested_only_for_years_that_have_begun(desk: Desk, world: World) -> None:
    words = desk.read("drafter", to_active(world), "actions/make_claim")
    assert "2011 to 2012, £200,000 left to request" in words
    assert "2012 to 2013, £100,000 left to request" not in words


def test_the_checker_reads_what_was_done_and_the_payer_what_the_payment_does(
    desk: Desk, world: World
) -> None:
    bid_id = to_active(world)
    claim_id = claimed(world, bid_id)
    words = desk.read("manager", bid_id, "actions/check_claim")
    assert "30 peer challenges" in words
    assert "£123,456.78 for 2011 to 2012" in words
    world.act("manager", bid_id, "check_claim", {"claim_id": claim_id, **PART})
    words = desk.read("payer", bid_id, "actions/pay_claim")
    assert "Request 1, 2011 to 2012 £200,000 £0 £120,000 £120,000" in words
    assert "Travel is not covered." in words


def test_the_closing_pages_show_the_ledger_and_where_the_unspent_money_goes(desk: Desk, world: World) -> None:
    bid_id = to_active(world)
    world.act("payer", bid_id, "pay_claim", {"claim_id": checked(world, bid_id)})
    world.act("responsible", bid_id, "start_closing", {"reason": "The work is done."})
    words = desk.read("finance", bid_id, "actions/propose_closure")
    assert "2011 to 2012 £80,000 Goes back to the fund" in words
    assert "2012 to 2013 £100,000 Goes back to the fund" in words
    world.act("finance", bid_id, "propose_closure", {"summary": "The rest was not needed."})
    words = desk.read("responsible", bid_id, "actions/confirm_closure")
    assert "As Finance proposed on" in words
    assert "Not spent £180,000" in words
    assert "Closing cannot be undone" in words


def test_a_payment_request_is_sent_with_its_evidence_and_checked_and_paid_by_others(
    desk: Desk, world: World
) -> None:
    bid_id = to_active(world)
    evidence = (BytesIO(b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\n%%EOF\n"), "invoices.pdf")
    sent = desk.send(
        "drafter",
        bid_id,
        "actions/make_claim",
        year="2011",
        amount="1,000.50",
        narrative="Two reviews",
        evidence=evidence,
    )
    assert sent.status_code == 303
    words = desk.read("manager", bid_id, "actions/check_claim")
    assert "invoices.pdf" in words
    claim_id = form_choice(desk.open("manager", bid_id, "actions/check_claim").text)
    typed = {"claim_id": claim_id, "accepted": "1,000.50", "reason": ""}
    assert desk.send("manager", bid_id, "actions/check_claim", **typed).status_code == 303
    assert desk.send("payer", bid_id, "actions/pay_claim", claim_id=claim_id).status_code == 303
    assert "£1,000.50, by Payer" in desk.read("finance", bid_id, "award")


def test_a_file_that_is_not_what_its_name_says_is_refused_beside_its_field(desk: Desk, world: World) -> None:
    bid_id = to_active(world)
    answer = desk.send(
        "drafter",
        bid_id,
        "actions/make_claim",
        year="2011",
        amount="1",
        narrative="One review",
        evidence=(BytesIO(b"MZ\x90\x00"), "invoices.pdf"),
    )
    assert answer.status_code == 200
    assert 'href="#evidence"' in answer.text
    assert "One review" in answer.text


def test_an_amount_above_what_is_left_is_refused_beside_its_field(desk: Desk, world: World) -> None:
    bid_id = to_active(world)
    typed = {"year": "2011", "amount": "200,000.01", "narrative": "All reviews"}
    answer = desk.send("drafter", bid_id, "actions/make_claim", **typed)
    assert answer.status_code == 200
    assert "£200,000 of 2011 to 2012 is left to request" in answer.text


def test_a_form_of_an_award_that_does_not_exist_is_answered_in_words(desk: Desk, world: World) -> None:
    bid_id = to_deciding(world)
    for action in ("offer", "accept_offer", "make_claim", "check_claim", "pay_claim", "confirm_closure"):
        desk.open("finance", bid_id, "award")
        answer = desk.client.post(desk.address(bid_id, f"actions/{action}"), data={})
        assert answer.status_code in {200, 400, 409}


def form_choice(markup: str) -> str:
    """The value of the first radio of a page."""
    return str(next(one.get("value") for one in elements(markup) if one.get("type") == "radio"))


def evidenced(desk: Desk, world: World) -> tuple[int, str]:
    """A running award with one payment request and its evidence, and where the file is fetched."""
    bid_id = to_active(world)
    file = (BytesIO(b"%PDF-1.4\n%%EOF\n"), "ledger.pdf")
    typed = {"year": "2011", "amount": "100", "narrative": "Done.", "evidence": file}
    assert desk.send("drafter", bid_id, "actions/make_claim", **typed).status_code == 303
    page = desk.open("manager", bid_id, "award")
    links = [one.get("href") or "" for one in elements(page.text) if one.tag == "a"]
    return bid_id, next(link for link in links if "/documents/" in link).split("/", 3)[3]


@pytest.mark.parametrize("who", ["drafter", "manager", "payer"])
def test_evidence_is_downloaded_by_those_who_see_the_award_and_never_opened_as_a_page(
    desk: Desk, world: World, who: str
) -> None:
    bid_id, page = evidenced(desk, world)
    answer = desk.open(who, bid_id, page)
    assert answer.status_code == 200
    assert answer.data == b"%PDF-1.4\n%%EOF\n"
    assert answer.headers["Content-Disposition"] == "attachment; filename=ledger.pdf"
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "no-store"
    assert "sandbox" in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize("number", ["999", "0", "9" * 30])
def test_a_file_that_no_payment_request_of_this_bid_has_is_not_there(
    desk: Desk, world: World, number: str
) -> None:
    bid_id, _ = evidenced(desk, world)
    assert desk.open("manager", bid_id, f"documents/{number}").status_code == 404


def test_evidence_is_not_there_through_another_bid(desk: Desk, world: World) -> None:
    other = draft(world)
    world.act("signatory", other, "submit", {"declaration": True})
    _, page = evidenced(desk, world)
    assert desk.open("manager", other, page).status_code == 404
