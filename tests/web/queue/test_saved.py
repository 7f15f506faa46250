"""Filters that a reader keeps: under a name, one's own only, and never more than the queue shows."""

import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from tests.bids.world import World
from tests.web.strict import text_of
from workflow.bids.models import SavedFilter
from workflow.bids.saved import MOST

SignIn = Callable[[str], None]

LATE = "/queue?due=late"


def token_of(page: TestResponse) -> str:
    """What protects the page's forms against forgery."""
    found = re.search(r'name="csrf_token"[^>]* value="([^"]+)"', page.text)
    assert found is not None
    return found[1]


def keep(client: FlaskClient, name: str, asked: str = "due=late") -> str:
    """Press "Keep this filter" on the page that asks for something; the address that follows."""
    hidden = {"csrf_token": token_of(client.get(f"/queue?{asked}"))}
    answer = client.post(f"/queue/saved?{asked}", data={**hidden, "name": name})
    assert answer.status_code == 303, text_of(answer.text)
    return str(answer.location)


def kept(world: World) -> list[tuple[str, str]]:
    with world.sessions() as session:
        rows = session.execute(select(SavedFilter.name, SavedFilter.asks).order_by(SavedFilter.id))
        return [(row.name, row.asks) for row in rows]


def test_a_filter_is_kept_under_its_name_and_one_press_away(
    client: FlaskClient, world: World, sign_in: SignIn
) -> None:
    sign_in("officer")
    assert keep(client, "Late ones") == LATE
    assert f'href="{LATE}"' in client.get("/queue").text
    assert "Late ones" in text_of(client.get("/queue").text)
    assert "Keep this filter" not in client.get("/queue").text
    assert kept(world) == [("Late ones", "due=late")]


def test_only_what_the_queue_knows_is_kept(client: FlaskClient, world: World, sign_in: SignIn) -> None:
    sign_in("officer")
    keep(client, "Odd", "due=late&after=3&admin=1&next=https%3A%2F%2Felsewhere.example")
    assert kept(world) == [("Odd", "due=late")]


def test_the_same_name_replaces_what_was_kept(client: FlaskClient, world: World, sign_in: SignIn) -> None:
    sign_in("officer")
    keep(client, "Mine")
    keep(client, "Mine", "view=mine")
    assert kept(world) == [("Mine", "view=mine")]


def test_a_filter_without_a_name_asks_for_one_and_still_shows_what_was_asked(
    client: FlaskClient, world: World, sign_in: SignIn
) -> None:
    sign_in("officer")
    hidden = {"csrf_token": token_of(client.get(LATE))}
    answer = client.post("/queue/saved?due=late", data={**hidden, "name": " "})
    assert "Give this filter a name" in answer.text
    assert "Remove the filter" in answer.text
    assert kept(world) == []


def test_nobody_sees_or_removes_the_filter_of_somebody_else(
    client: FlaskClient, world: World, sign_in: SignIn
) -> None:
    sign_in("officer")
    keep(client, "Late ones")
    with world.sessions() as session:
        number = session.scalars(select(SavedFilter.id)).one()
    client.get("/help")  # The word that it is kept is shown once.
    sign_in("stranger")
    page = client.get(LATE)
    assert "Late ones" not in page.text
    answer = client.post(f"/queue/saved/{number}/remove", data={"csrf_token": token_of(page)})
    assert answer.status_code == 404
    assert len(kept(world)) == 1


def test_a_filter_that_is_removed_is_gone(client: FlaskClient, world: World, sign_in: SignIn) -> None:
    sign_in("officer")
    keep(client, "Late ones")
    with world.sessions() as session:
        number = session.scalars(select(SavedFilter.id)).one()
    token = token_of(client.get(LATE))
    answer = client.post(f"/queue/saved/{number}/remove", data={"csrf_token": token})
    assert answer.status_code == 303
    assert "is removed" in client.get("/queue").text
    assert kept(world) == []


@pytest.mark.parametrize("address", ["/queue/saved?due=late", "/queue/saved/1/remove"])
def test_a_press_from_a_page_that_was_open_too_long_says_so(
    client: FlaskClient, world: World, sign_in: SignIn, address: str
) -> None:
    sign_in("officer")
    answer = client.post(address, data={"csrf_token": "old", "name": "A"})
    assert "There is a problem" in answer.text
    assert kept(world) == []


def test_beyond_the_most_one_has_to_be_removed_first(
    client: FlaskClient, world: World, sign_in: SignIn
) -> None:
    sign_in("officer")
    for number in range(MOST):
        keep(client, f"Filter {number:02d}")
    hidden = {"csrf_token": token_of(client.get(LATE))}
    answer = client.post("/queue/saved?due=late", data={**hidden, "name": "One more"})
    assert "Remove one first" in answer.text
    keep(client, "Filter 00", "view=mine")
    assert len(kept(world)) == MOST
