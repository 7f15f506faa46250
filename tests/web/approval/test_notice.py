"""The notice of a decision: a page and a tagged PDF that say the same, to those who may read the bid."""

import io
from collections.abc import Callable

import pytest
from pypdf import PdfReader

from tests.web.monitoring.drawing import Desk
from tests.world import (
    SMALL,
    World,
    to_active,
    to_appraisal,
    to_closed,
    to_deciding,
    to_declined,
    to_deferred,
    to_direction_sought,
    to_offer_lapsed,
    to_offered,
    to_rejected,
    to_sent_back,
    with_deciders,
    with_officers,
)
from workflow import audit
from workflow.accounts.queries import people_named
from workflow.accounts.roles import Role

ODD_WORDS = "See [markup], #let it = 1, *stars*, $x$, £ and “quotes”"


def words_of(pdf: bytes) -> str:
    """The words of a PDF as a reader finds them, on one line."""
    return " ".join(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages).split())


def to_withdrawn_after_approval(world: World) -> int:
    """A bid that its lead body took back after it was approved and offered."""
    bid_id = to_offered(world)
    world.act("signatory", bid_id, "withdraw", {"reason": "We do it ourselves."})
    return bid_id


def last_event(world: World, bid_id: int, name: str) -> audit.Event:
    with world.sessions() as session:
        return next(event for event in audit.events_of(session, f"case:{bid_id}") if event.event == name)


@pytest.mark.parametrize("who", ["signatory", "drafter", "case", "approver1", "finance"])
def test_the_notice_of_an_approval_says_how_much_in_which_year_and_what_proves_it(
    desk: Desk, world: World, who: str
) -> None:
    bid_id = to_active(world)
    words = desk.read(who, bid_id, "notice")
    event = last_event(world, bid_id, "bid_approved")
    for said in (
        world.case(bid_id).reference, "Approved", "2 approvers of the department", "£300,000", "2011 to 2012",
        "Version 1", event.hash, f"event {event.seq}", "makes an offer",
    ):  # fmt: skip
        assert said in words


@pytest.mark.parametrize("stage", [to_declined, to_offer_lapsed, to_withdrawn_after_approval, to_closed])
def test_the_page_that_says_why_and_the_notice_agree_on_a_decision_whatever_came_after(
    desk: Desk, world: World, stage: Callable[[World], int]
) -> None:
    bid_id = stage(world)
    assert "Approved" in desk.read("approver1", bid_id, "notice")
    words = desk.read("approver1", bid_id, "why")
    assert "Why this was decided" in words
    assert "Approved at £" in words


def test_the_notice_names_nobody_who_decided(desk: Desk, world: World) -> None:
    bid_id = to_active(world)
    with world.sessions() as session:
        deciders = people_named(session, [world.ids[who] for who in ("approver1", "approver2", "assessor")])
    words = desk.read("signatory", bid_id, "notice")
    assert len(deciders) == 3
    assert not [name for name in deciders.values() if name in words]


def test_a_rejection_gives_the_reasons_and_until_when_to_ask_again(desk: Desk, world: World) -> None:
    words = desk.read("signatory", to_rejected(world), "notice")
    assert "Not approved" in words
    assert "Reasons" in words
    assert "ask for another look" in words
    assert "11:59pm on" in words
    assert "What is granted" not in words


def test_the_file_says_what_the_page_says_and_is_tagged(desk: Desk, world: World) -> None:
    bid_id = to_active(world)
    page = desk.read("signatory", bid_id, "notice")
    answer = desk.open("signatory", bid_id, "notice.pdf")
    assert answer.mimetype == "application/pdf"
    assert "attachment" in answer.headers["Content-Disposition"]
    words = words_of(answer.data).replace(" ", "")
    event = last_event(world, bid_id, "bid_approved")
    for said in ("Noticeofdecision", "£300,000", "2011to2012", event.hash, world.case(bid_id).reference):
        assert said in words
        assert said in page.replace(" ", "")
    catalogue = PdfReader(io.BytesIO(answer.data)).trailer["/Root"]
    assert catalogue["/MarkInfo"]["/Marked"]  # type: ignore[index]
    assert catalogue["/Lang"] == "en-GB"  # type: ignore[index]
    assert "/StructTreeRoot" in catalogue  # type: ignore[operator]


def test_the_same_notice_is_the_same_file_at_every_time(desk: Desk, world: World) -> None:
    bid_id = to_active(world)
    first = desk.open("signatory", bid_id, "notice.pdf").data
    assert desk.open("finance", bid_id, "notice.pdf").data == first


def test_what_was_typed_is_shown_in_the_file_and_never_read_as_markup(desk: Desk, world: World) -> None:
    bid_id = to_deciding(world, asked=SMALL)
    world.act("approver1", bid_id, "reject", {"reason": ODD_WORDS, "note": ""})
    answer = desk.open("signatory", bid_id, "notice.pdf")
    assert "".join(ODD_WORDS.split()) in words_of(answer.data).replace(" ", "")


@pytest.mark.parametrize("stage", [to_appraisal, to_deciding, to_deferred, to_direction_sought, to_sent_back])
def test_without_a_decision_there_is_no_notice(desk: Desk, world: World, stage: object) -> None:
    bid_id = stage(world)  # type: ignore[operator]
    for who in ("signatory", "approver1"):
        for page in ("notice", "notice.pdf"):
            assert desk.open(who, bid_id, page).status_code == 404


def test_a_rejection_that_is_judged_again_has_no_notice_any_more(desk: Desk, world: World) -> None:
    bid_id = to_rejected(world)
    with_deciders(world)
    world.act("signatory", bid_id, "ask_appeal", {"reason": "Two councils were not heard."})
    world.act("accounting", bid_id, "accept_appeal", {"reason": "They were not.", "note": ""})
    assert desk.open("signatory", bid_id, "notice").status_code == 404


@pytest.mark.parametrize("part", ["notice", "notice.pdf"])
def test_nobody_else_finds_a_notice(desk: Desk, world: World, part: str) -> None:
    bid_id = to_active(world)
    with_officers(world, {"official": Role.NETWORK_OFFICIAL, "administrator": Role.ADMINISTRATOR})
    with_officers(world, {"rival": Role.SIGNATORY}, home="GAT")
    for who in ("official", "rival"):
        assert desk.open(who, bid_id, part).status_code == 404
    assert desk.open("administrator", bid_id, part).status_code in {403, 404}
