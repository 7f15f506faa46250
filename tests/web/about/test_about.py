"""The pages that say who may do what, and how a bid lives."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

from flask.testing import FlaskClient

from tests.web.strict import text_of
from tests.world import make_world
from workflow.accounts.roles import ROLES
from workflow.clock import FixedClock
from workflow.db import Sessions
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
