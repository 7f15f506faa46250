"""The pages of every way that a decision can go beside approval, as each of the people meets them."""

from io import BytesIO

import pytest

from tests import world as line
from tests.web.monitoring.drawing import Desk
from tests.web.strict import text_of
from tests.world import APPROVAL, SMALL, World, to_deciding, to_referred, to_rejected

PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"


def test_the_decision_page_gives_every_way_on_to_whoever_may_take_it(desk: Desk, world: World) -> None:
    bid_id = to_deciding(world)
    words = desk.read("approver1", bid_id, "decision")
    for way in (
        "Approve this bid",
        "Send it back to be assessed again",
        "Put the decision off",
        "Refer it to the accounting officer",
        "Propose to reject this bid",
        "Ask a question",
    ):
        assert way in words
    assert "Two approvers who can approve at least £300,000" in words
    assert "Managers are told; it never decides itself" in words
    assert "at most to 31 March 2012" in words
    assert "Propose to reject" not in desk.read("finance", bid_id, "decision")


def test_an_approver_rejects_a_small_bid_and_the_lead_body_reads_the_reasons_and_what_it_can_do(
    desk: Desk, world: World
) -> None:
    bid_id = to_deciding(world, asked=SMALL)
    assert "£50,000 that is set aside for it is free again" in desk.read(
        "approver1", bid_id, "actions/reject"
    )
    answer = desk.send(
        "approver1", bid_id, "actions/reject", reason="Another fund pays for this.", note="See file 7."
    )
    assert answer.status_code == 303, text_of(answer.text)
    for page in ("why", "decision", ""):
        words = desk.read("signatory", bid_id, page)
        assert "Another fund pays for this." in words
        for secret in ("See file 7", "Approver1", "Approve it.", "of 30"):
            assert secret not in words
    words = desk.read("signatory", bid_id, "why")
    assert "Until 11:59pm on Thursday 2 June 2011" in words
    assert "Ask for another look" in words


def test_the_lead_body_asks_for_another_look_and_reads_the_answer(desk: Desk, world: World) -> None:
    bid_id = to_rejected(world)
    line.with_deciders(world)
    page = "actions/ask_appeal"
    assert "Another fund pays for this." in desk.read("signatory", bid_id, page)
    assert desk.send("signatory", bid_id, page, reason="That fund ended.").status_code == 303
    assert "The department has not answered yet" in desk.read("signatory", bid_id, "why")
    assert desk.open("signatory", bid_id, page).status_code == 409
    words = desk.read("accounting", bid_id, "actions/accept_appeal")
    assert "That fund ended." in words
    sent = desk.send(
        "accounting", bid_id, "actions/accept_appeal", reason="It did end.", note="Mind the press."
    )
    assert sent.status_code == 303
    words = desk.read("signatory", bid_id, "why")
    assert "It did end." in words
    assert "Mind the press" not in words


def test_a_second_person_reads_the_proposed_reasons_before_confirming(desk: Desk, world: World) -> None:
    bid_id = to_deciding(world)
    desk.send("approver1", bid_id, "actions/propose_rejection", reason="Another fund pays.", note="")
    assert "You proposed to reject this bid" in text_of(
        desk.open("approver1", bid_id, "actions/confirm_rejection").text
    )
    for page in ("", "history", "why", "decision"):
        assert "Another fund pays" not in desk.read("signatory", bid_id, page)
    assert "Another fund pays." in desk.read("approver2", bid_id, "actions/confirm_rejection")
    assert desk.send("approver2", bid_id, "actions/confirm_rejection", confirmed="yes").status_code == 303
    assert world.case(bid_id).state == "rejected"


def test_a_decision_is_put_off_to_a_day_and_a_day_past_the_year_is_refused_beside_its_box(
    desk: Desk, world: World
) -> None:
    bid_id = to_deciding(world)
    day = {"until_on-day": "2", "until_on-month": "4", "until_on-year": "2012"}
    refused = desk.send("approver1", bid_id, "actions/defer", reason="We wait.", **day)
    assert refused.status_code == 200
    assert "is not held past its end" in text_of(refused.text)
    assert "We wait." in refused.text
    day |= {"until_on-day": "30", "until_on-month": "3"}
    assert desk.send("approver1", bid_id, "actions/defer", reason="We wait.", **day).status_code == 303
    assert "It comes back for a decision by itself" in desk.read("approver2", bid_id, "decision")
    assert "put off" not in desk.read("signatory", bid_id, "").lower()


def test_the_accounting_officer_reads_which_consent_is_missing_and_finance_records_it_with_its_letter(
    desk: Desk, world: World
) -> None:
    bid_id = to_referred(world)
    blocked = desk.open("accounting", bid_id, "actions/approve_referred")
    assert blocked.status_code == 409
    words = text_of(blocked.text)
    assert "This bid is contentious, and the Treasury’s consent to £300,000 is not recorded." in words
    assert "A finance officer" in words
    sent = desk.send(
        "finance",
        bid_id,
        "actions/record_consent",
        reference="HMT/2011/7",
        amount="300,000",
        document=(BytesIO(PDF), "letter.pdf"),
        **{"dated_on-day": "3", "dated_on-month": "5", "dated_on-year": "2011"},
    )
    assert sent.status_code == 303, text_of(sent.text)
    done = desk.send(
        "accounting", bid_id, "actions/approve_referred", no_conflict="no", reason="Needed.", checked="yes"
    )
    assert done.status_code == 303, text_of(done.text)
    assert world.case(bid_id).state == "approved"
    words = desk.read("accounting", bid_id, "why")
    assert "The Treasury agreed to £300,000 on Tuesday 3 May 2011, reference HMT/2011/7." in words
    assert "Who leads a council in trouble is fought over." in words


def test_a_letter_is_downloaded_in_the_department_and_by_nobody_outside(desk: Desk, world: World) -> None:
    bid_id = to_referred(world)
    desk.send(
        "finance",
        bid_id,
        "actions/record_consent",
        reference="HMT/2011/7",
        amount="300,000",
        document=(BytesIO(PDF), "letter.pdf"),
        **{"dated_on-day": "3", "dated_on-month": "5", "dated_on-year": "2011"},
    )
    href = next(
        part
        for part in desk.open("accounting", bid_id, "why").text.split('"')
        if "/decision/letters/" in part
    )
    answer = desk.client.get(href)
    assert (answer.status_code, answer.data) == (200, PDF)
    desk.open("signatory", bid_id, "")
    assert desk.client.get(href).status_code == 404


def test_an_objection_is_made_under_a_test_and_kept_beside_its_box(desk: Desk, world: World) -> None:
    bid_id = to_referred(world)
    nothing = desk.send("accounting", bid_id, "actions/seek_direction")
    assert nothing.status_code == 200
    assert "No objection is stated" in text_of(nothing.text)
    sent = desk.send("accounting", bid_id, "actions/seek_direction", objection_feasibility="Not in the time.")
    assert sent.status_code == 303
    assert "Not in the time." in desk.read("accounting", bid_id, "why")


def test_why_shows_the_votes_with_their_limits_the_points_and_the_fund_before_and_after(
    desk: Desk, world: World
) -> None:
    bid_id = to_deciding(world)
    assert "What a decision rests on so far" in desk.read("approver1", bid_id, "why")
    for who in ("approver1", "approver2"):
        world.act(who, bid_id, "approve", APPROVAL)
    words = desk.read("approver1", bid_id, "why")
    assert "Why this was decided" in words
    assert "Approved at £300,000" in words
    assert "Approver2 approved" in words
    assert "£10,000,000 None declared Good value." in words
    assert "2011 to 2012 £0 £200,000" in words
    assert "+£300,000" in words
    assert "2 approvers above £100,000" in words
    assert "We changed the bid 1 Council GAT: We took two days off." in words
    outside = desk.read("signatory", bid_id, "why")
    assert "decided to fund this bid" in outside
    for secret in ("Approver2", "Good value", "of 30", "Ledger"):
        assert secret not in outside


@pytest.mark.parametrize("who", ["drafter", "signatory"])
def test_what_the_department_argues_about_reaches_nobody_outside_through_a_blocked_page(
    desk: Desk, world: World, who: str
) -> None:
    bid_id = to_referred(world)
    for action in ("approve", "approve_referred", "reject", "confirm_rejection", "record_consent", "refer"):
        answer = desk.open(who, bid_id, f"actions/{action}")
        words = text_of(answer.text)
        for secret in ("contentious", "consent to £", "With the accounting officer", "fought over"):
            assert secret not in words, (action, secret)
