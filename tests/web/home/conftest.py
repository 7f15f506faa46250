from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.web.monitoring.drawing import Desk
from tests.world import World, make_world
from workflow.clock import FixedClock
from workflow.db import Sessions


@pytest.fixture
def world(sessions: Sessions, clock: FixedClock) -> World:
    return make_world(sessions, clock)


@pytest.fixture
def desk(client: FlaskClient, sign_in_as: Callable[[Any], None], world: World) -> Desk:
    return Desk(client, sign_in_as, world)
