"""The world of bids in this test's own transaction."""

from collections.abc import Iterator

import pytest

from tests.bids.world import World, build
from workflow.cases.registry import _installed
from workflow.clock import FixedClock
from workflow.db import Sessions


@pytest.fixture
def world(sessions: Sessions, clock: FixedClock) -> Iterator[World]:
    """A world at 09:00 on Tuesday 29 March 2011, with the product's own lifecycle in use."""
    before = list(_installed)
    yield build(World(sessions, clock))
    _installed[:] = before
