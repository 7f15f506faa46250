"""Breaches: none is lost, none keeps another waiting, and nobody can use up the key of one beforehand."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from tests.world import AFTER_CLOSE, World, draft, make_world, to_consulting
from workflow.cases import registry as installed
from workflow.cases import sweep_breaches
from workflow.cases.registry import EffectContext, Registry
from workflow.clock import FixedClock
from workflow.db import Sessions, Work
from workflow.deadlines.models import Deadline, DeadlineState
from workflow.errors import Invalid


@pytest.fixture
def world(committing: Sessions, clock: FixedClock) -> World:
    return make_world(committing, clock)


@pytest.fixture
def using(world: World) -> Iterator[Registry]:
    registry = installed.registry()
    yield registry
    installed.install(registry)


def close_time(world: World) -> None:
    world.move_to(AFTER_CLOSE + timedelta(minutes=1))


def closing(world: World, bid_id: int) -> Deadline:
    with world.sessions() as session:
        return session.scalars(
            select(Deadline).where(
                Deadline.subject == f"case:{bid_id}", Deadline.kind == "consultation_close"
            )
        ).one()


def test_a_breach_that_fails_unforeseen_keeps_no_other_waiting_and_stays_due(
    world: World, using: Registry
) -> None:
    first, second = to_consulting(world), to_consulting(world, title="Another")
    close_time(world)
    closes = using.effects["close_consultation"]

    def fails_for_the_first(work: Work, context: EffectContext) -> None:
        if context.case.id == first:
            raise ZeroDivisionError
        closes(work, context)

    installed.install(replace(using, effects={**using.effects, "close_consultation": fails_for_the_first}))
    assert sweep_breaches(world.sessions, world.clock) == 1
    assert (world.case(first).state, world.case(second).state) == ("consulting", "responding")
    installed.install(using)
    assert sweep_breaches(world.sessions, world.clock) == 1
    assert world.case(first).state == "responding"


def test_a_program_that_does_not_know_a_bids_rules_leaves_its_breach_to_one_that_does(
    world: World, using: Registry
) -> None:
    bid_id = to_consulting(world)
    close_time(world)
    installed.install(replace(using, definitions={}))
    assert sweep_breaches(world.sessions, world.clock) == 0
    assert closing(world, bid_id).state is DeadlineState.OPEN
    installed.install(using)
    assert sweep_breaches(world.sessions, world.clock) == 1
    assert world.case(bid_id).state == "responding"


def test_nobody_can_keep_a_consultation_open_by_using_up_the_key_of_its_close(world: World) -> None:
    bid_id = to_consulting(world)
    due, other = closing(world, bid_id), draft(world, title="Another")
    with pytest.raises(Invalid):
        world.act("signatory", other, "submit", {}, key=f"deadline:{due.id}:v{due.version}")
    world.act("signatory", other, "submit", {}, key=f"deadline{due.id}v{due.version}")
    close_time(world)
    assert sweep_breaches(world.sessions, world.clock) == 1
    assert world.case(bid_id).state == "responding"
