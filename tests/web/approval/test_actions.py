"""The pages on which an assessor recommends and an approver decides."""

import pytest
from flask import Flask

from tests.web.monitoring.drawing import draw, markup
from tests.web.strict import elements
from tests.world import APPROVAL, World, make_world, to_appraisal, to_deciding
from workflow.clock import FixedClock
from workflow.db import Sessions


@pytest.fixture
def world(sessions: Sessions, clock: FixedClock) -> World:
    return make_world(sessions, clock)


def test_an_assessor_sees_what_was_asked_beside_what_is_left(app: Flask, world: World) -> None:
    words = draw(app, world, "assessor", to_appraisal(world), "recommend")
    assert "2011 to 2012 £200,000 £35,000,000" in words
    assert "Total £300,000 £70,000,000" in words
    assert "1 of 4 asked have answered (25%)" in words


@pytest.mark.parametrize(("who", "action"), [("assessor", "recommend"), ("approver1", "approve")])
def test_no_judgement_is_chosen_or_filled_in_beforehand(
    app: Flask, world: World, who: str, action: str
) -> None:
    bid_id = to_appraisal(world) if action == "recommend" else to_deciding(world)
    boxes = [
        element
        for element in elements(markup(app, world, who, bid_id, action))
        if element.tag == "input" and element.get("type") != "hidden"
    ]
    assert len(boxes) >= 2
    assert not [box for box in boxes if box.get("checked") is not None]
    assert not [box for box in boxes if box.get("type") == "text" and box.get("value")]


def test_the_first_approver_is_told_that_another_one_is_needed(app: Flask, world: World) -> None:
    words = draw(app, world, "approver1", to_deciding(world), "approve")
    assert "The first of two approvals It then waits for another approver" in words
    assert "£300,000 stays set aside" in words


def test_the_second_approver_is_told_that_the_vote_completes_the_decision(app: Flask, world: World) -> None:
    bid_id = to_deciding(world)
    world.act("approver1", bid_id, "approve", APPROVAL)
    words = draw(app, world, "approver2", bid_id, "approve")
    assert "The second of two approvals Your vote completes the decision" in words
    assert "£300,000 is promised" in words
    assert "Approver1 approved on" in words
    assert "You can approve up to £10,000,000" in words


def test_the_declaration_of_connections_stands_before_the_decision(app: Flask, world: World) -> None:
    words = draw(app, world, "approver1", to_deciding(world), "approve")
    assert words.index("Do you have a connection to this bid?") < words.index("Why do you approve?")
    assert "Improvement body leads this bid. Your own organisation is Department." in words


def test_a_small_amount_needs_one_approval_and_the_page_says_so(app: Flask, world: World) -> None:
    bid_id = to_deciding(world, asked={2011: 5_000_000})
    assert "The only approval it needs" in draw(app, world, "approver1", bid_id, "approve")
