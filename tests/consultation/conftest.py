"""The fixtures of the tests of consultation; their world is in `world.py`."""

from collections.abc import Iterator

import pytest

from tests.consultation.world import OPENED, World, build, lifecycle_in_use
from workflow.clock import FixedClock
from workflow.db import Sessions


@pytest.fixture
def lifecycle() -> Iterator[None]:
    """The lifecycle of these tests."""
    with lifecycle_in_use():
        yield


@pytest.fixture
def world(sessions: Sessions, lifecycle: None) -> World:
    """A world in this test's own transaction, at 10:00 on Monday 7 February 2011."""
    return build(World(sessions, FixedClock(OPENED)))
