"""The page of an action that is not possible: a refusal is a way on."""

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from tests import world as line
from tests.web.monitoring.drawing import Desk
from tests.web.strict import text_of
from workflow.accounts.models import Person
from workflow.clock import FixedClock
from workflow.db import Sessions


@pytest.fixture
def world(sessions: Sessions, clock: FixedClock) -> line.World:
    return line.make_world(sessions, clock)


@pytest.fixture
def desk(client: FlaskClient, sign_in_as: Callable[[Any], None], world: line.World) -> Desk:
    return Desk(client, sign_in_as, world)


def name_of(world: line.World, who: str) -> str:
    with world.sessions() as session:
        return session.scalars(select(Person.name).where(Person.id == world.ids[who])).one()


def test_who_may_not_reads_the_names_of_those_who_can(desk: Desk, world: line.World) -> None:
    bid_id = line.to_deciding(world)
    world.act("approver1", bid_id, "approve", line.APPROVAL)
    words = text_of(desk.open("approver1", bid_id, "actions/approve").text)
    assert "You cannot approve this bid There is one reason." in words
    assert f"Who can {name_of(world, 'approver2')}" in words
    assert name_of(world, "finance") not in words
    assert "What you can do now" in words


def test_where_nobody_can_that_is_said_with_who_could_change_it(desk: Desk, world: line.World) -> None:
    bid_id = line.to_deciding(world)
    for who in ("approver1", "approver2"):
        with world.sessions.begin() as session:
            session.get_one(Person, world.ids[who]).organisation_id = world.ids["LGID"]
    words = text_of(desk.open("approver1", bid_id, "actions/approve").text)
    assert "Your own organisation leads this bid, takes part in it or would benefit from it." in words
    assert "Nobody can at present." in words


def test_what_can_be_put_right_comes_first_and_leads_to_where_it_is(desk: Desk, world: line.World) -> None:
    bid_id = line.to_checking(world)
    answer = desk.open("case", bid_id, "actions/open_consultation")
    assert answer.status_code == 409
    assert "You cannot ask councils yet" in text_of(answer.text)
    assert f'href="{desk.address(bid_id, "actions/pass_first_check")}"' in answer.text


def test_nobody_outside_the_department_reads_a_name_or_a_date_of_its_own(
    desk: Desk, world: line.World
) -> None:
    bid_id = line.to_deciding(world)
    words = text_of(desk.open("signatory", bid_id, "actions/approve").text)
    assert "You cannot approve this bid" in words
    for who in ("approver1", "approver2", "case", "assessor"):
        assert name_of(world, who) not in words
    assert "It is due on" not in words


def test_a_first_check_that_was_passed_is_nothing_to_do_and_says_what_is(
    desk: Desk, world: line.World
) -> None:
    bid_id = line.to_screening(world)
    page = desk.open("case", bid_id, "").text
    assert "actions/open_consultation" in page
    assert "actions/pass_first_check" not in page
    refused = desk.open("case", bid_id, "actions/pass_first_check")
    assert refused.status_code == 409
    words = text_of(refused.text)
    assert "You cannot pass the first check There is one reason." in words
    assert "The first check of this version was passed already." in words
    assert desk.address(bid_id, "actions/open_consultation") in refused.text
