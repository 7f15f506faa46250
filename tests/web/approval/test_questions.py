"""The page of questions: asked by those who decide, answered by the one who was asked, read by everybody who decides."""

from tests.web.monitoring.drawing import Desk
from tests.web.strict import text_of
from tests.world import World, to_deciding


def asked(desk: Desk, bid_id: int, of: str = "assessor") -> None:
    answer = desk.send(
        "approver1", bid_id, "questions", asked_of=str(desk.world.ids[of]), text="Why three days and not two?"
    )
    assert answer.status_code == 303, text_of(answer.text)


def test_an_approver_asks_the_assessor_who_answers_on_a_page_of_its_own(desk: Desk, world: World) -> None:
    bid_id = to_deciding(world)
    asked(desk, bid_id)
    words = desk.read("assessor", bid_id, "questions")
    assert "Approver1 asked you Why three days and not two?" in words
    assert "due by Monday 9 May 2011" in words
    answer = desk.send("assessor", bid_id, "questions/1", text="Two are too few.")
    assert answer.status_code == 303
    assert "Two are too few." in desk.read("approver2", bid_id, "questions")


def test_the_lead_body_reads_only_what_it_was_asked_and_not_by_whom(desk: Desk, world: World) -> None:
    bid_id = to_deciding(world)
    asked(desk, bid_id)
    words = desk.read("signatory", bid_id, "questions")
    assert "has not asked you anything" in words
    assert "three days" not in words
    asked(desk, bid_id, of="signatory")
    words = desk.read("signatory", bid_id, "questions")
    assert "The department asked you" in words
    assert "Approver1" not in words
    assert "Approver1" not in desk.read("signatory", bid_id, "questions/2")
    assert desk.open("signatory", bid_id, "questions/1").status_code == 404


def test_who_does_not_decide_is_given_no_form_and_cannot_send_one(desk: Desk, world: World) -> None:
    bid_id = to_deciding(world)
    assert "Ask a question" not in desk.read("finance", bid_id, "questions")
    answer = desk.client.post(desk.address(bid_id, "questions"), data={"text": "Why three days?"})
    assert answer.status_code == 403
    assert "Why three days?" in answer.text


def test_a_question_to_nobody_is_drawn_again_with_what_was_typed(desk: Desk, world: World) -> None:
    bid_id = to_deciding(world)
    answer = desk.send("approver1", bid_id, "questions", asked_of="", text="Why three days?")
    assert answer.status_code == 200
    assert "Choose whom you ask" in answer.text
    assert "Why three days?" in answer.text
