from collections.abc import Callable

import pytest
from sqlalchemy.orm import Session

from workflow.clock import FixedClock
from workflow.db import SYSTEM, Sessions, Work, unit_of_work


@pytest.fixture
def work(session: Session, clock: FixedClock) -> Work:
    """A unit of work of the system that leaves nothing behind."""
    return Work(session, clock.now(), clock.real(), SYSTEM)


@pytest.fixture
def committed(committing: Sessions, clock: FixedClock) -> Callable[[Callable[[Work], object]], None]:
    """Does something in a unit of work that really commits."""

    def do(what: Callable[[Work], object]) -> None:
        with unit_of_work(committing, clock, actor=SYSTEM) as work:
            what(work)

    return do
