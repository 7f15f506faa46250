"""The pages that say who may do what, and how a bid lives."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

from flask.testing import FlaskClient

from tests.web.strict import text_of
from tests.world import make_world, to_consulting
from workflow.accounts.roles import ROLES
from workflow.clock import FixedClock
from workflow.db import Sessions
from workflow.web.about.places import PLACES
from workflow.wiring.bid import BID


def test_everybody_may_read_every_role_with_what_it_sees_and_may_do(client: FlaskClient) -> None:
    words = text_of(client.get("/roles").text)
    for row in ROLES.values():
        assert f"{row.label} {row.sees} {row.may_do}" in words


def test_staff_read_every_state_and_every_step_of_the_definition(
    client: FlaskClient, sign_in_as: Callable[[Any], None], sessions: Sessions, clock: FixedClock
) -> None:
    world = make_world(sessions, clock)
    sign_in_as(SimpleNamespace(id=world.ids["case"]))
    words = text_of(client.get("/workflow").text)
    for state in BID.states:
        assert state.label in words
    for action in BID.actions:
        assert action.label in words
    assert "5 working days" in words


def test_people_outside_the_department_read_only_the_stages_that_their_bids_show(
    client: FlaskClient, sign_in_as: Callable[[Any], None], sessions: Sessions, clock: FixedClock
) -> None:
    world = make_world(sessions, clock)
    sign_in_as(SimpleNamespace(id=world.ids["signatory"]))
    words = text_of(client.get("/workflow").text)
    for state in BID.states:
        assert state.outside_label in words
    for inside in ("Awaiting decision", "Being assessed", "approver"):
        assert inside not in words


def test_every_state_of_the_current_definition_has_a_place_of_its_own_in_the_drawing() -> None:
    assert {state.name for state in BID.states} <= set(PLACES)
    assert len(set(PLACES.values())) == len(PLACES)


def test_a_bid_is_marked_where_it_was_and_is_and_an_unknown_one_marks_nothing(
    client: FlaskClient, sign_in_as: Callable[[Any], None], sessions: Sessions, clock: FixedClock
) -> None:
    world = make_world(sessions, clock)
    reference = world.case(to_consulting(world)).reference
    sign_in_as(SimpleNamespace(id=world.ids["case"]))
    page = client.get(f"/workflow?bid={reference}").text
    assert page.count("lifecycle__state--current") == 1
    assert "Councils are asked: it is here now" in page
    assert "Being checked: it was here" in page
    for address in (
        "/workflow",
        "/workflow?bid=SLI-1900-0001",
        "/workflow?version=99",
        "/workflow?version=x",
    ):
        assert "lifecycle__state--current" not in client.get(address).text


def test_an_earlier_version_can_still_be_read(
    client: FlaskClient, sign_in_as: Callable[[Any], None], sessions: Sessions, clock: FixedClock
) -> None:
    world = make_world(sessions, clock)
    sign_in_as(SimpleNamespace(id=world.ids["case"]))
    assert "Version 1, for bids that began under it" in text_of(client.get("/workflow?version=1").text)
    assert "Version 2, which new bids follow" in text_of(client.get("/workflow").text)
