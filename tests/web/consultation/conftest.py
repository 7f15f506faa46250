"""The world of consultation behind the application under test."""

from collections.abc import Callable, Iterator

import pytest
from flask import Flask

from tests.consultation.world import World, build, lifecycle_in_use
from workflow.accounts.models import Person
from workflow.clock import FixedClock
from workflow.db import Sessions
from workflow.notifications import links


@pytest.fixture
def world(sessions: Sessions, clock: FixedClock, app: Flask) -> Iterator[World]:
    """A world at the application's own clock, Tuesday 29 March 2011; its consultation opened in February."""
    with lifecycle_in_use():
        yield build(World(sessions, clock))


def token_of(app: Flask, invitation_id: int, version: int = 1) -> str:
    """The token of an invitation's secret link."""
    return links.derive(app.config["SETTINGS"].secret_key, "answer", invitation_id, version)


@pytest.fixture
def person_named(world: World) -> Callable[[str], Person]:
    """Somebody of the world, to be signed in."""

    def find(name: str) -> Person:
        with world.sessions() as session:
            return session.get_one(Person, world.ids[name])

    return find
