"""What the pages of actions keep from people outside the department, whatever they send to them."""

from collections.abc import Callable
from datetime import date

import pytest
from sqlalchemy import select

from tests.web.conftest import form_of
from tests.web.monitoring.drawing import Desk
from tests.web.strict import elements, text_of
from tests.world import (
    APPROVAL,
    RECOMMENDATION,
    World,
    draft,
    to_appraisal,
    to_declined,
    to_deferred,
    to_referred,
    to_terminated,
    to_withdrawn,
)
from workflow.cases.registry import registry
from workflow.consultation.models import Consultation
from workflow.money import Pence


def recommended(world: World) -> int:
    """A bid of £300,000 for which £123,456 is recommended."""
    bid_id = to_appraisal(world)
    world.act("assessor", bid_id, "recommend", {**RECOMMENDATION, "amounts": {2011: Pence(123_456_00)}})
    return bid_id


@pytest.mark.parametrize("who", ["drafter", "signatory"])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_no_page_of_an_action_tells_the_lead_body_what_is_recommended(
    desk: Desk, world: World, who: str, method: str
) -> None:
    bid_id = recommended(world)
    desk.read(who, bid_id, "")
    for action in registry().definitions["bid", 2].actions:
        answer = desk.client.open(desk.address(bid_id, f"actions/{action.name}"), method=method)
        assert answer.status_code in {200, 404, 409}, action.name
        for secret in ("£123,456", "Awaiting decision", "Assessor"):
            assert secret not in text_of(answer.text), action.name


def test_the_public_reads_what_was_asked_and_not_what_was_approved(desk: Desk, world: World) -> None:
    bid_id = recommended(world)
    for who in ("approver1", "approver2"):
        world.act(who, bid_id, "approve", APPROVAL)
    assert world.case(bid_id).amount_pence == 123_456_00
    with world.sessions() as session:
        consultation_id = session.scalars(select(Consultation.id).where(Consultation.bid_id == bid_id)).one()
    words = text_of(desk.client.get(f"/open/consultations/{consultation_id}").text)
    assert "£300,000" in words
    assert "£123,456" not in words


@pytest.mark.parametrize("asked", ["deciding", "referred", "deferred", "direction_sought"])
def test_the_queue_tells_the_lead_body_no_inner_stage_by_a_filter(
    desk: Desk, world: World, asked: str
) -> None:
    bid_id = to_deferred(world)
    reference = world.case(bid_id).reference
    desk.read("signatory", bid_id, "")
    for page in (f"/queue?state={asked}", f"/queue.csv?state={asked}"):
        assert reference in desk.client.get(page).text, page
    desk.read("case", bid_id, "")
    assert (reference in desk.client.get(f"/queue?state={asked}").text) is (asked == "deferred")


def test_the_queue_offers_the_lead_body_one_choice_for_stages_that_read_alike(
    desk: Desk, world: World
) -> None:
    bid_id = to_deferred(world)
    desk.read("signatory", bid_id, "")
    page = desk.client.get("/queue").text
    assert page.count("With the department for a decision (") == 1
    assert "With the department for a decision (1)" in page


def test_no_list_tells_the_lead_body_until_when_a_decision_is_put_off(desk: Desk, world: World) -> None:
    bid_id = to_deferred(world)
    assert world.case(bid_id).due_on == date(2011, 9, 1)
    desk.read("signatory", bid_id, "")
    for page in ("/queue", "/queue.csv", "/bids"):
        words = desk.client.get(page).text
        assert world.case(bid_id).reference in words
        assert "1 Sep" not in words, page
        assert "2011-09-01" not in words, page
    assert world.case(bid_id).reference not in desk.client.get("/queue?due=soon&due=late").text
    # A place in the list is no way to find the date out either: without one a bid comes last.
    beyond = desk.client.get("/queue?after=2011-12-30.0").text
    assert world.case(bid_id).reference in beyond
    desk.read("case", bid_id, "")
    assert "2011-09-01" in desk.client.get("/queue.csv").text
    assert world.case(bid_id).reference not in desk.client.get("/queue?after=2011-12-30.0").text


def test_the_queue_tells_the_lead_body_not_that_the_department_waits_for_a_consent(
    desk: Desk, world: World
) -> None:
    bid_id = to_referred(world)
    reference = world.case(bid_id).reference
    desk.read("signatory", bid_id, "")
    rows = [" ".join(one.itertext()) for one in elements(desk.client.get("/queue").text) if one.tag == "tr"]
    assert ["Blocked" in row for row in rows if reference in row] == [False]
    assert reference not in desk.client.get("/queue?view=blocked").text
    desk.read("case", bid_id, "")
    assert reference in desk.client.get("/queue?view=blocked").text


@pytest.mark.parametrize(
    ("stage", "said"),
    [
        (to_declined, "decided to fund this bid"),
        (to_terminated, "decided to fund this bid"),
        (to_withdrawn, "Nothing more is decided about this bid: withdrawn."),
        (to_appraisal, "There is no decision yet"),
    ],
)
def test_the_lead_body_reads_of_a_decision_what_is_true_of_the_end(
    desk: Desk, world: World, stage: Callable[[World], int], said: str
) -> None:
    assert said in desk.read("signatory", stage(world), "why")


def test_a_form_sent_by_somebody_whose_step_it_is_not_is_not_drawn_and_what_was_typed_is_given_back(
    desk: Desk, world: World
) -> None:
    bid_id = recommended(world)
    desk.read("finance", bid_id, "")
    answer = desk.client.post(desk.address(bid_id, "actions/approve"), data={"reason": "Typed by mistake."})
    assert answer.status_code == 409
    words = text_of(answer.text)
    assert "Your role cannot do this to this bid" in words
    assert "Typed by mistake." in words
    main = next(element for element in elements(answer.text) if element.tag == "main")
    assert not [form for form in main.iter("form") if form.get("method") == "post"]


def test_the_conflict_page_names_nobody_of_the_department_to_the_lead_body(desk: Desk, world: World) -> None:
    bid_id = draft(world)
    world.act("signatory", bid_id, "submit", {"declaration": True})
    desk.read("signatory", bid_id, "")
    token = form_of(desk.client.get("/bids/new"))["csrf_token"]
    world.act("case", bid_id, "take_case")
    typed = {"csrf_token": token, "rev": "1", "key": "a" * 32, "declaration": ["true", "may_sign"]}
    answer = desk.client.post(desk.address(bid_id, "actions/submit"), data=typed)
    assert answer.status_code == 409
    words = text_of(answer.text)
    assert "This changed while you were working on it" in words
    for secret in ("Case", "Take this bid"):
        assert secret not in words
    assert "Changed by The department" in words
