"""What everybody may read. Source: domain, section 8, public."""

import csv
import io

import pytest
from flask.testing import FlaskClient

from tests.web.strict import text_of
from tests.world import (
    APPROVAL,
    OFFER,
    World,
    draft,
    make_world,
    to_active,
    to_consulting,
    to_deciding,
    to_screening,
)
from workflow.clock import FixedClock
from workflow.db import Sessions
from workflow.money import Pence

WITHDRAW = {"reason": "The partner left.", "declared": True}


@pytest.fixture
def world(sessions: Sessions, clock: FixedClock) -> World:
    return make_world(sessions, clock)


def read(client: FlaskClient, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return text_of(answer.text)


def test_an_award_is_public_from_its_acceptance_and_not_before(world: World, client: FlaskClient) -> None:
    bid_id = to_deciding(world, title="Peer challenge", asked={2011: Pence(30_000_000)})
    world.act("approver1", bid_id, "approve", APPROVAL)
    world.act("approver2", bid_id, "approve", APPROVAL)
    world.act("finance", bid_id, "offer", OFFER)
    assert "No award is accepted yet" in read(client, "/open")
    world.act("signatory", bid_id, "accept_offer", {"declared": True})
    words = read(client, "/open/awards")
    assert "1 award, £300,000 together" in words
    assert "Peer challenge" in words


def test_the_file_of_awards_holds_what_the_page_shows(world: World, client: FlaskClient) -> None:
    to_active(world, title="=Peer challenge", asked={2011: Pence(30_000_050)})
    rows = list(csv.DictReader(io.StringIO(client.get("/open/awards.csv").text)))
    assert [row["Amount"] for row in rows] == ["300000.50"]
    assert rows[0]["Title"] == "'=Peer challenge"  # A spreadsheet runs nothing.


def test_bids_that_ended_without_an_award_are_counted_and_named_only_where_councils_were_asked(
    world: World, client: FlaskClient
) -> None:
    quiet = to_screening(world, title="Nobody was asked")
    asked = to_consulting(world, title="Councils were asked")
    own = draft(world, title="Never sent")
    for bid_id in (quiet, asked, own):
        world.act("signatory", bid_id, "withdraw", WITHDRAW)
    words = read(client, "/open/ended")
    assert "Councils were asked" in words
    assert "Nobody was asked" not in words
    assert "Never sent" not in words
    rows = list(csv.DictReader(io.StringIO(client.get("/open/ended.csv").text)))
    assert [(row["How they ended"], row["Bids"]) for row in rows] == [("Withdrawn", "2")]


def test_the_first_page_leads_to_open_consultations(world: World, client: FlaskClient) -> None:
    to_consulting(world, title="Peer challenge")
    words = read(client, "/open")
    assert "Peer challenge" in words
    assert "4 councils" in words


@pytest.mark.parametrize(
    "after", ["", "x", "2011-03-29~9", "9~9", "~", "2011-03-29T00:00:00+00:00~" + "9" * 30]
)
def test_an_odd_place_in_the_list_of_awards_is_its_beginning_or_its_end(
    client: FlaskClient, after: str
) -> None:
    assert client.get("/open/awards", query_string={"after": after}).status_code == 200
