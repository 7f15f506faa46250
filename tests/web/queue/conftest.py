"""The world of bids behind the application under test."""

from collections.abc import Callable, Iterator

import pytest
from flask import Flask

from tests.bids.world import World, build
from workflow.accounts.models import Person
from workflow.cases.registry import _installed
from workflow.clock import FixedClock
from workflow.db import Sessions


@pytest.fixture
def world(sessions: Sessions, clock: FixedClock, app: Flask) -> Iterator[World]:
    """A world at the application's own clock, 09:00 on Tuesday 29 March 2011."""
    before = list(_installed)
    yield build(World(sessions, clock))
    _installed[:] = before


@pytest.fixture
def sign_in(world: World, sign_in_as: Callable[[object], None]) -> Callable[[str], None]:
    """Sign the browser in as somebody of the world, by name."""

    def enter(name: str) -> None:
        # The session has to end first: within it, what signing in writes would be taken back with it.
        with world.sessions() as session:
            found = session.get_one(Person, world.ids[name])
        sign_in_as(found)

    return enter
