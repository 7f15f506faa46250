"""The first page of those who write bids."""

from types import SimpleNamespace

from tests.web.monitoring.drawing import Desk
from tests.web.strict import text_of
from tests.world import World, draft, to_returned


def home_of(desk: Desk, who: str) -> str:
    desk.sign_in_as(SimpleNamespace(id=desk.world.ids[who]))
    return text_of(desk.client.get("/").text)


def test_a_bid_that_is_not_sent_yet_waits_for_its_writer(desk: Desk, world: World) -> None:
    assert "Nothing waits for you" in home_of(desk, "drafter")
    draft(world, title="Peer challenge")
    words = home_of(desk, "drafter")
    assert "Ready to sign Your signatory sends it" in words
    assert "Peer challenge" in words
    assert "Nothing waits for you" not in words


def test_a_bid_that_was_sent_no_longer_waits_for_its_writer(desk: Desk, world: World) -> None:
    world.act("signatory", draft(world), "submit", {"declaration": True})
    words = home_of(desk, "drafter")
    assert "Nothing waits for you" in words
    assert "Your bids with others" in words


def test_a_bid_that_was_sent_back_waits_for_both_who_write_and_who_sign(desk: Desk, world: World) -> None:
    to_returned(world)
    for who in ("drafter", "signatory"):
        assert "Put right what was named and send it again" in home_of(desk, who)
    assert "Put right what was named" not in home_of(desk, "case")


def test_whoever_is_signed_in_is_warned_before_that_ends_and_nobody_else(desk: Desk, world: World) -> None:
    assert "data-idle-seconds" not in desk.client.get("/").text
    desk.sign_in_as(SimpleNamespace(id=world.ids["drafter"]))
    page = desk.client.get("/").text
    assert 'data-idle-seconds="43200"' in page
    assert "Stay signed in" in page
