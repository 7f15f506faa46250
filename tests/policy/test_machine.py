"""Many bids and one fund: whatever people and the calendar do, money and history agree, and everything is reached.

When it fails, read docs/policy.md, "The machine".
"""

from collections.abc import Callable
from contextlib import ExitStack
from typing import Any, ClassVar

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test
from sqlalchemy import Connection

from tests.policy.machine import Arena, make_arena
from tests.web.conftest import NOWHERE, settings_for
from tests.web.stage import add_everybody
from tests.world import draft, make_world, with_deciders, with_officers
from workflow.app import create_app
from workflow.clock import FixedClock
from workflow.db import Sessions
from workflow.funds.rules import Recovery
from workflow.wiring.bid import BID

Made = Callable[..., Arena]
pytestmark = pytest.mark.slow

BY_PEOPLE = [one.name for one in BID.actions if not one.is_system_only]
KINDS = ("act",) * 12 + ("refuse",) * 3 + ("time", "allocate")
"""Most steps choose among what is offered."""

ROOMS = (-1, 0, 5_000_000, 30_000_000, 100_000_000)
"""What an allocation leaves beside what is promised, in pence; some of it is too little for the next bid."""

WALKS, STEPS = 3, 90


class Machine(RuleBasedStateMachine):
    """One walk. The actions are taken in a drawn order, each by somebody who may, on a drawn bid that is ready for it."""

    arena: ClassVar[Arena]

    def __init__(self) -> None:
        super().__init__()
        self.undone = ExitStack()
        self.undone.enter_context(self.arena.a_walk())
        self.taken, self.order, self.is_sound = 0, BY_PEOPLE, True

    @initialize(order=st.permutations(BY_PEOPLE), spare=st.sampled_from(ROOMS[1:]))
    def begin(self, order: list[str], spare: int) -> None:
        """Draw the order, and leave the fund little."""
        self.order = order
        self.arena.allocate(2011, spare)

    @rule(kind=st.sampled_from(KINDS), pick=st.integers(0, 999))
    def step(self, kind: str, pick: int) -> None:
        """Do one thing; what came of it is printed with a failure."""
        self.is_sound = False
        if kind == "act":
            said = self.arena.act(name := self.order[self.taken % len(self.order)], pick)
            self.taken += 1
        elif kind == "refuse":
            said = self.arena.refuse(name := BY_PEOPLE[pick * 7 % len(BY_PEOPLE)], pick)
        elif kind == "time":
            name, said = "", self.arena.let_time_pass()
        else:
            name, said = "", self.arena.allocate(2011 + pick % 2, ROOMS[pick % len(ROOMS)])
        print(f"{kind} {name}: {said}")  # noqa: T201 - shown with a failure only.
        self.is_sound = True

    def teardown(self) -> None:
        """Let all time pass, ask everything, and take the walk back."""
        with self.undone:
            if self.is_sound:
                self.arena.end()


def walk(arena: Arena, *, walks: int, steps: int) -> None:
    """Walk so often and so far; the same on every machine."""
    machine = type("Walk", (Machine,), {"arena": arena})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=walks,
            stateful_step_count=steps,
            derandomize=True,
            database=None,
            deadline=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )


@pytest.fixture
def arena_of(sessions: Sessions, connection: Connection, clock: FixedClock) -> Made:
    """Makes the world and its bids."""

    def make(**given: Any) -> Arena:
        world = make_world(sessions, clock, recovery=Recovery.RESTORES_ALLOCATION)
        add_everybody(world)
        with_officers(world)
        with_deciders(world)
        app = create_app(
            settings_for(NOWHERE, "redis://127.0.0.1:1/0"), sessions=sessions, clock=clock, testing=True
        )
        return make_arena(world, app, connection, **given)

    return make


def test_whatever_is_done_money_and_history_agree_and_every_state_and_action_is_reached(
    arena_of: Made,
) -> None:
    arena = arena_of()
    walk(arena, walks=WALKS, steps=STEPS)
    missing = arena.reached.missing()
    assert not missing, "\n".join(missing)
    assert arena.reached.refusals > WALKS


def test_walks_that_begin_with_drafts_alone_are_told_what_they_never_reached(arena_of: Made) -> None:
    arena = arena_of(factories={"draft": draft})
    walk(arena, walks=2, steps=20)
    missing = arena.reached.missing()
    assert "no bid ever stood in active" in missing
    assert "nobody ever did pay_claim" in missing
    assert "no bid ever stood in draft" not in missing
