"""Mail to the network: one message a person and piece of news, and none about a body's own bid."""

import pytest
from sqlalchemy import select

from tests.reports.second_department import add_department, add_someone
from tests.world import APPROVAL, World, make_world, to_consulting, to_deciding, to_ineligible
from workflow.accounts.roles import Role
from workflow.clock import FixedClock
from workflow.db import Sessions
from workflow.notifications import Notification
from workflow.wiring.bid import BID
from workflow.wiring.mailroom import Mailroom


@pytest.fixture
def world(sessions: Sessions, clock: FixedClock) -> World:
    made = make_world(sessions, clock)
    add_department(made)
    add_someone(made, "official", "DfE", Role.NETWORK_OFFICIAL)
    add_someone(made, "body", "LGA", Role.NETWORK_BODY)
    add_someone(made, "own", "LGID", Role.NETWORK_BODY)
    return made


def owed(world: World) -> list[tuple[str, str]]:
    """To whom, and what the bid came to."""
    with world.sessions() as session:
        found = session.scalars(
            select(Notification).where(Notification.template == "network_news").order_by(Notification.id)
        )
        return [(one.address.partition("@")[0], one.payload["said"]["to"]) for one in found]


def test_the_opening_of_a_consultation_is_told_to_the_network_but_not_to_the_body_whose_bid_it_is(
    world: World,
) -> None:
    to_consulting(world)
    assert owed(world) == [("official", "consulting"), ("body", "consulting")]


def test_the_first_of_two_approvals_is_no_news_and_the_last_is(world: World) -> None:
    bid_id = to_deciding(world)
    world.act("approver1", bid_id, "approve", APPROVAL)
    assert "approved" not in {state for _, state in owed(world)}
    world.act("approver2", bid_id, "approve", APPROVAL)
    assert [who for who, state in owed(world) if state == "approved"] == ["official", "body"]


def test_improvement_bodies_are_told_nothing_of_a_bid_about_which_councils_were_never_asked(
    world: World,
) -> None:
    to_ineligible(world)
    assert owed(world) == [("official", "ineligible")]


def test_the_letter_leads_to_the_page_that_its_reader_can_open(world: World) -> None:
    to_consulting(world)
    with world.sessions() as session:
        message = session.scalars(
            select(Notification).where(Notification.template == "network_news").limit(1)
        ).one()
        found = Mailroom("https://grants.example", world.clock).context(session, message)
    assert found is not None
    assert found["bid"]["url"] == "https://grants.example/network"
    assert found["what"] == "Councils are asked about this bid"


def test_every_step_that_decides_tells_the_network() -> None:
    telling = {action.name for action in BID.actions if "network_news" in action.notices}
    assert {"open_consultation", "approve"} <= telling
    for action in BID.actions:
        ends = {"approved", "rejected", "ineligible"} & (set(action.targets) - set(action.sources))
        assert not ends or action.name in telling
