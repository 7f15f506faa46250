"""A person's own messages: listed newest first, read as they were sent, and nobody else's."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from tests.web.strict import text_of
from tests.world import World, make_world, to_screening
from workflow.clock import FixedClock
from workflow.db import Sessions
from workflow.notifications import CATALOGUE, Notification, State
from workflow.web.notices.words import COLOURS, STATES, TEMPLATES

SignIn = Callable[[Any], None]


@pytest.fixture
def world(sessions: Sessions, clock: FixedClock) -> World:
    made = make_world(sessions, clock)
    to_screening(made)
    return made


def message_to(world: World, who: str, template: str) -> int:
    with world.sessions() as session:
        return session.scalars(
            select(Notification.id).where(
                Notification.person_id == world.ids[who], Notification.template == template
            )
        ).one()


def test_a_person_reads_what_waits_to_be_sent_to_them(
    client: FlaskClient, sign_in_as: SignIn, world: World
) -> None:
    sign_in_as(SimpleNamespace(id=world.ids["signatory"]))
    words = text_of(client.get("/notices").text)
    assert "A bid was received" in words
    assert "Waiting to be sent" in words
    shown = client.get(f"/notices/{message_to(world, 'signatory', 'bid_received')}")
    assert "The text is written when the message is sent" in text_of(shown.text)


def test_a_message_to_somebody_else_answers_as_one_that_does_not_exist(
    client: FlaskClient, sign_in_as: SignIn, world: World
) -> None:
    sign_in_as(SimpleNamespace(id=world.ids["signatory"]))
    assert "A bid waits for its first check" not in client.get("/notices").text
    other = client.get(f"/notices/{message_to(world, 'case', 'bid_to_check')}")
    none = client.get("/notices/999999")
    assert (other.status_code, none.status_code) == (404, 404)
    assert text_of(other.text) == text_of(none.text)


def test_somebody_without_messages_reads_what_would_put_one_there(
    client: FlaskClient, sign_in_as: SignIn, world: World
) -> None:
    sign_in_as(SimpleNamespace(id=world.ids["payer"]))
    assert "You were sent no message yet" in client.get("/notices").text


def test_every_template_and_every_state_has_words() -> None:
    assert set(TEMPLATES) == set(CATALOGUE)
    assert set(STATES) == set(COLOURS) == set(State)
