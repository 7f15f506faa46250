"""The pages of the network, and what waits at home for those whose work is no step of a bid."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.reports.second_department import add_bid, add_department, add_someone
from tests.web.strict import elements, text_of
from tests.world import World, make_world, to_consulting
from workflow.accounts.roles import Role
from workflow.bids.models import AreaKind, SupportType
from workflow.clock import FixedClock
from workflow.db import Sessions

Read = Callable[[str, str], str]


@pytest.fixture
def world(sessions: Sessions, clock: FixedClock) -> World:
    made = make_world(sessions, clock)
    add_department(made)
    add_someone(made, "official", "DfE", Role.NETWORK_OFFICIAL)
    add_someone(made, "auditor", "LGA", Role.AUDITOR)
    add_someone(made, "admin", "DCLG", Role.ADMINISTRATOR)
    return made


@pytest.fixture
def read(client: FlaskClient, sign_in_as: Callable[[Any], None], world: World) -> Read:
    def opened(who: str, path: str) -> str:
        sign_in_as(SimpleNamespace(id=world.ids[who]))
        answer = client.get(path)
        assert answer.status_code == 200
        return text_of(answer.text)

    return opened


def test_news_says_what_happened_to_which_bid_for_how_much_and_where(world: World, read: Read) -> None:
    assert "There is no news." in read("official", "/network")
    to_consulting(world, title="Peer challenge")
    words = read("official", "/network")
    assert "Peer challenge" in words
    assert "Councils are asked" in words
    assert "All of England Peer challenge and review" in words


def test_all_bids_show_their_stage_in_words_for_outside_people(world: World, read: Read) -> None:
    to_consulting(world)
    add_bid(world, title="Reviews", area=AreaKind.REGION, region="North East")
    words = read("official", "/network/bids")
    assert "Councils are being asked" in words
    assert "North East Peer challenge and review Sent" in words


def test_an_overlap_names_both_bids_and_what_they_share(world: World, read: Read) -> None:
    assert "No two running bids" in read("official", "/network/overlaps")
    to_consulting(world, title="Peer challenge")
    add_bid(world, title="Reviews", support=SupportType.CHALLENGE_REVIEW)
    words = read("official", "/network/overlaps")
    assert "Reviews" in words
    assert "Peer challenge" in words
    assert "1 overlap between bids of different departments" in read("official", "/")


def test_auditors_and_those_who_look_after_people_read_at_home_what_waits_for_them(
    world: World, read: Read
) -> None:
    to_consulting(world)
    assert "1 exception to look at, and a sample of bids" in read("auditor", "/")
    assert "Nobody leaves, and every address works" in read("admin", "/")


@pytest.mark.parametrize("odd", ["before=x", "before=-1", "before=99999999999999999999"])
def test_an_odd_place_in_the_news_shows_no_error(read: Read, odd: str, client: FlaskClient) -> None:
    read("official", "/network")
    assert client.get(f"/network?{odd}").status_code in {200, 404}


def test_the_navigation_marks_the_page_that_is_open(
    client: FlaskClient, sign_in_as: Callable[[Any], None], world: World
) -> None:
    sign_in_as(SimpleNamespace(id=world.ids["official"]))
    for path, mark in (("/network", "page"), ("/network/bids", "true")):
        entries = [one for one in elements(client.get(path).text) if one.get("aria-current") and is_top(one)]
        assert [(one.get("href"), one.get("aria-current")) for one in entries] == [("/network", mark)], path


def is_top(element: Any) -> bool:
    return "govuk-service-navigation__link" in (element.get("class") or "")
