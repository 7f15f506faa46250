"""The pages on which an assessor recommends and an approver decides."""

from typing import Any

import pytest
from sqlalchemy import select

from tests.web.conftest import form_of
from tests.web.monitoring.drawing import Desk
from tests.web.strict import elements, text_of
from tests.world import APPROVAL, World, to_appraisal, to_deciding
from workflow.accounts.models import Interest
from workflow.approval.models import AccountingTest, Criterion, Vote
from workflow.notifications import Notification

RECOMMEND, APPROVE = "actions/recommend", "actions/approve"
JUDGED: dict[str, Any] = {
    **{f"score_{criterion}": "4" for criterion in Criterion},
    **{f"test_{test}": "yes" for test in AccountingTest},
    "amount_2011": "150,000",
    "amount_2012": "0",
    "recommendation": "Approve half.",
    "unsure_of": "Nothing.",
}


def test_an_assessor_sees_what_was_asked_beside_what_is_left(desk: Desk, world: World) -> None:
    words = desk.read("assessor", to_appraisal(world), RECOMMEND)
    assert "2011 to 2012 £200,000 £35,000,000" in words
    assert "Total £300,000 £70,000,000" in words
    assert "Answered: 1 of 4 councils asked (25%)" in words


@pytest.mark.parametrize(("who", "address"), [("assessor", RECOMMEND), ("approver1", APPROVE)])
def test_no_judgement_is_chosen_or_filled_in_beforehand(
    desk: Desk, world: World, who: str, address: str
) -> None:
    bid_id = to_appraisal(world) if address == RECOMMEND else to_deciding(world)
    boxes = [
        element
        for element in elements(desk.open(who, bid_id, address).text)
        if element.tag == "input" and element.get("type") != "hidden"
    ]
    assert len(boxes) >= 2
    assert not [box for box in boxes if box.get("checked") is not None]
    assert not [box for box in boxes if box.get("type") == "text" and box.get("value")]


def test_a_recommendation_sent_by_the_form_sets_its_amounts_aside(desk: Desk, world: World) -> None:
    bid_id = to_appraisal(world)
    assert desk.send("assessor", bid_id, RECOMMEND, **JUDGED).status_code == 303
    assert world.case(bid_id).state == "deciding"
    assert "2011 to 2012 £200,000 £150,000" in desk.read("approver1", bid_id, "decision")


def test_an_amount_above_what_was_asked_is_refused_in_its_own_row_and_nothing_typed_is_lost(
    desk: Desk, world: World
) -> None:
    bid_id = to_appraisal(world)
    answer = desk.send("assessor", bid_id, RECOMMEND, **{**JUDGED, "amount_2011": "200,000.01"})
    assert answer.status_code == 200
    words = text_of(answer.text)
    assert "£200,000.01 is more than the £200,000 asked" in words
    assert 'href="#amount_2011"' in answer.text
    assert 'value="200,000.01"' in answer.text
    assert "Approve half." in words


def test_a_recommendation_with_questions_left_open_names_each(desk: Desk, world: World) -> None:
    bid_id = to_appraisal(world)
    typed = {name: value for name, value in JUDGED.items() if name not in {"score_fit", "test_propriety"}}
    answer = desk.send("assessor", bid_id, RECOMMEND, **typed)
    assert 'href="#score_fit"' in answer.text
    assert 'href="#test_propriety"' in answer.text
    assert world.case(bid_id).state == "appraisal"


def test_the_first_approver_is_told_that_another_one_is_needed(desk: Desk, world: World) -> None:
    words = desk.read("approver1", to_deciding(world), APPROVE)
    assert "The first of two approvals It then waits for another approver" in words
    assert "£300,000 stays set aside" in words


def test_the_second_approver_is_told_that_the_vote_completes_the_decision(desk: Desk, world: World) -> None:
    bid_id = to_deciding(world)
    world.act("approver1", bid_id, "approve", APPROVAL)
    words = desk.read("approver2", bid_id, APPROVE)
    assert "The second of two approvals Your vote completes the decision" in words
    assert "£300,000 is promised" in words
    assert "Approver1 approved on" in words
    assert "You can approve up to £10,000,000" in words


def test_the_declaration_of_connections_stands_before_the_decision(desk: Desk, world: World) -> None:
    words = desk.read("approver1", to_deciding(world), APPROVE)
    assert words.index("Do you have a connection to this bid?") < words.index("Why do you approve?")
    assert "Improvement body leads this bid. Your own organisation is the Department." in words


def test_two_people_on_two_pages_approve_and_the_money_is_promised(desk: Desk, world: World) -> None:
    bid_id = to_deciding(world)
    for who, state in (("approver1", "deciding"), ("approver2", "approved")):
        answer = desk.send(who, bid_id, APPROVE, no_conflict="no", reason="Good value.", checked="yes")
        assert answer.status_code == 303
        assert world.case(bid_id).state == state
        told = text_of(desk.client.get(answer.location or "").text)
        assert ("Approved: the money is promised now" in told) == (state == "approved")


def test_somebody_who_voted_reads_why_they_may_not_vote_again(desk: Desk, world: World) -> None:
    bid_id = to_deciding(world)
    world.act("approver1", bid_id, "approve", APPROVAL)
    answer = desk.open("approver1", bid_id, APPROVE)
    assert answer.status_code == 409
    assert "You approved this bid already" in text_of(answer.text)


def test_a_small_amount_needs_one_approval_and_the_page_says_so(desk: Desk, world: World) -> None:
    bid_id = to_deciding(world, asked={2011: 5_000_000})
    assert "The only approval it needs" in desk.read("approver1", bid_id, APPROVE)


def test_a_form_sent_for_a_bid_that_nobody_assessed_is_refused_in_words(desk: Desk, world: World) -> None:
    bid_id = to_appraisal(world)
    desk.open("approver1", bid_id, "decision")
    hidden = {"no_conflict": "no", "reason": "Good value."}
    answer = desk.client.post(desk.address(bid_id, APPROVE), data=hidden)
    assert answer.status_code in {400, 409}
    assert world.case(bid_id).state == "appraisal"


@pytest.mark.parametrize("reason", ["", "My sister works there."])
def test_a_connection_told_when_asked_to_approve_is_put_on_record_and_nothing_is_approved(
    desk: Desk, world: World, reason: str
) -> None:
    bid_id = to_deciding(world)
    answer = desk.send("approver1", bid_id, APPROVE, no_conflict="yes", reason=reason)
    assert answer.status_code == 303
    assert "Your connection is on record" in desk.read("approver1", bid_id, "")
    with world.sessions() as session:
        declared = session.scalars(select(Interest)).one()
        assert (declared.person_id, declared.case_id) == (world.ids["approver1"], bid_id)
        assert declared.nature == (reason or "Declared when asked to approve.")
        assert not session.scalars(select(Vote)).all()
    assert "Approvals: 0 of 2" in desk.read("approver2", bid_id, "decision")
    blocked = desk.open("approver1", bid_id, APPROVE)
    assert blocked.status_code == 409
    assert "You have a connection to this bid on record" in blocked.text
    assert "Continue to check" in desk.read("approver2", bid_id, APPROVE)


def test_stepping_aside_tells_the_person_responsible_when_too_few_are_left(desk: Desk, world: World) -> None:
    bid_id = to_deciding(world)
    desk.send("approver1", bid_id, APPROVE, no_conflict="yes", reason="My sister works there.")
    with world.sessions() as session:
        owed = session.scalars(
            select(Notification.address).where(Notification.template == "nobody_left")
        ).all()
    assert owed == ["responsible@dclg.example"]
    for page in ("decision", ""):
        words = desk.read("approver2", bid_id, page)
        assert "2 more approvals, and only 1 is left who can approve £300,000" in words
        assert "only 1 is left" not in desk.read("signatory", bid_id, page)


def test_a_connection_sent_from_another_site_is_not_put_on_record(desk: Desk, world: World) -> None:
    bid_id = to_deciding(world)
    desk.send("approver1", bid_id, APPROVE, no_conflict="yes", reason="", csrf_token="forged")
    with world.sessions() as session:
        assert not session.scalars(select(Interest)).all()


def test_what_was_filled_in_is_shown_once_more_and_one_press_decides(desk: Desk, world: World) -> None:
    bid_id = to_deciding(world)
    check = desk.send("approver1", bid_id, APPROVE, no_conflict="no", reason="Good value.")
    assert check.status_code == 200
    words = text_of(check.text)
    assert "Check your decision" in words
    assert "Approve £300,000 for Improvement body" in words
    assert "£300,000 stays set aside. Nobody outside the department is told yet." in words
    with world.sessions() as session:
        assert not session.scalars(select(Vote)).all()
    answer = desk.client.post(desk.address(bid_id, APPROVE), data=form_of(check))
    assert answer.status_code == 303
    with world.sessions() as session:
        assert [vote.reason for vote in session.scalars(select(Vote))] == ["Good value."]


def test_what_was_filled_in_can_be_changed_from_the_check(desk: Desk, world: World) -> None:
    bid_id = to_deciding(world)
    check = desk.send("approver1", bid_id, APPROVE, no_conflict="no", reason="Good value.")
    again = desk.client.post(desk.address(bid_id, APPROVE), data={**form_of(check), "change": "yes"})
    assert again.status_code == 200
    assert "Continue to check" in again.text
    assert "Good value." in again.text
    sent = desk.client.post(
        desk.address(bid_id, APPROVE), data={**form_of(again), "no_conflict": "no", "reason": "Better."}
    )
    assert "Check your decision" in sent.text


def test_an_approver_is_told_when_an_approval_can_be_taken_back_and_when_not(
    desk: Desk, world: World
) -> None:
    bid_id = to_deciding(world)
    assert "you can take yours back only because you have a connection" in desk.read(
        "approver1", bid_id, APPROVE
    )
    world.act("approver1", bid_id, "approve", APPROVAL)
    assert "This decides the bid, so you cannot take your approval back." in desk.read(
        "approver2", bid_id, APPROVE
    )
