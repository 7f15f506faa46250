"""Whatever fails, wherever it fails, leaves nothing: no row of any table is another one, and the same key works afterwards.

What is broken comes from the definitions, so an effect that is added without a way to it fails here.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import Connection, event, text

from tests.policy.machine import Arena
from tests.web.conftest import NOWHERE, settings_for
from tests.web.recipes import BY_CALENDAR, IN_STATE, Recipe, by_way, checked, due, recipe_of
from tests.web.stage import a_try, add_everybody
from tests.world import (
    APPROVAL,
    RECOMMENDATION,
    World,
    draft,
    make_world,
    to_active,
    to_appraisal,
    to_deciding,
)
from workflow.app import create_app
from workflow.cases import registry as installed
from workflow.cases import sweep_breaches
from workflow.cases.registry import Effect, EffectContext
from workflow.clock import FixedClock
from workflow.db import Base, Sessions, Work
from workflow.engine import Action
from workflow.funds.rules import Recovery
from workflow.wiring import workflows
from workflow.wiring.bid import BID
from workflow.wiring.registry import REGISTRY


class Crash(Exception):
    """What no rule foresees: the disk is full, the machine stops."""


def chosen() -> dict[str, list[Action]]:
    """By state the actions that are broken there: each action once, in a state that needs no way of its own if it can be."""
    found: dict[str, list[Action]] = {}
    left = dict(BID.action_by_name)
    for state in BID.states:
        for action in BID.actions_from[state.name]:
            own = [one for one in action.sources if (one, action.name) not in IN_STATE]
            if (
                action.name in left
                and (action.effects or action.money)
                and state.name in (own or [state.name])
            ):
                found.setdefault(state.name, []).append(left.pop(action.name))
    return found


CHOSEN = chosen()


def test_every_effect_of_every_definition_is_broken_once() -> None:
    broken = {name for actions in CHOSEN.values() for one in actions for name in (*one.effects, *one.money)}
    named = {name for known in workflows() for one in known.actions for name in (*one.effects, *one.money)}
    assert named - broken == set()
    assert set(REGISTRY.effects) - named == set(), "an effect that no action names"


# breaking an effect


def before_it(_does: Effect, _work: Work, _context: EffectContext) -> None:
    """The effect never began."""


def after_it(does: Effect, work: Work, context: EffectContext) -> None:
    """The effect did all it does, and the database has been told."""
    does(work, context)
    work.session.flush()


@contextmanager
def breaking(effect: str, moment: Callable[[Effect, Work, EffectContext], None]) -> Iterator[list[str]]:
    """Let an effect fail at a moment; the list says how often it did."""
    using, failed = installed.registry(), list[str]()

    def fails(work: Work, context: EffectContext) -> None:
        moment(using.effects[effect], work, context)
        failed.append(effect)
        raise Crash(effect)

    installed.install(replace(using, effects={**using.effects, effect: fails}))
    try:
        yield failed
    finally:
        installed.install(using)


_ALL_ROWS = text(
    " UNION ALL ".join(
        f"SELECT '{table.name}', count(*), md5(string_agg(t::text, '|' ORDER BY t::text)) FROM \"{table.name}\" AS t"
        for table in Base.metadata.sorted_tables
    )
)


def picture(connection: Connection) -> dict[str, tuple[int, str]]:
    """Every table as it is now: how many rows it has, and a digest of all they say."""
    return {name: (count, digest) for name, count, digest in connection.execute(_ALL_ROWS)}


@dataclass
class Scene:
    """A bid that stands ready for an action, and how the action is done: by a person's form or by the calendar."""

    world: World
    connection: Connection
    bid_id: int
    action: Action
    recipe: Recipe
    data: dict[str, Any] | None
    key: str = field(default_factory=lambda: uuid4().hex)

    @cached_property
    def before(self) -> dict[str, tuple[int, str]]:
        """Every table as it was before anything failed."""
        return picture(self.connection)

    @property
    def is_by_calendar(self) -> bool:
        """Whether nobody presses anything."""
        return self.action.is_system_only

    def do(self) -> None:
        """Do the action, always with the same key and from the same revision."""
        if self.is_by_calendar:
            sweep_breaches(self.world.sessions, self.world.clock)
        else:
            self.world.act(self.recipe.who, self.bid_id, self.action.name, self.data, key=self.key)

    def wrong_when(self, effect: str, moment: Callable[[Effect, Work, EffectContext], None]) -> list[str]:
        """What is wrong when an effect fails, in words."""
        where, before = f"{self.action.name}, {effect}, {moment.__name__}", self.before
        with breaking(effect, moment) as failed, suppress(Crash):
            self.do()
        after = picture(self.connection)
        changed = [name for name in before if before[name] != after[name]]
        return [
            *([] if len(failed) == 1 else [f"{where}: came to it {len(failed)} times"]),
            *([f"{where}: left something in {', '.join(changed)}"] if changed else []),
        ]

    def wrong_afterwards(self) -> list[str]:
        """What is wrong when the same is done again and nothing fails."""
        before = self.world.case(self.bid_id)
        self.do()
        after = self.world.case(self.bid_id)
        is_done = after.rev == before.rev + 1 and after.state in self.action.targets
        return [] if is_done else [f"{self.action.name}: could not be done afterwards"]


@pytest.fixture
def app(sessions: Sessions, clock: FixedClock) -> Flask:
    """The application, for its forms: it turns what a recipe types into what an action is given."""
    nowhere = settings_for(NOWHERE, "redis://127.0.0.1:1/0")
    return create_app(nowhere, sessions=sessions, clock=clock, testing=True)


@pytest.mark.slow
@pytest.mark.parametrize("state", CHOSEN)
def test_a_failure_in_any_effect_leaves_nothing_and_the_same_key_works_afterwards(
    state: str, app: Flask, sessions: Sessions, connection: Connection, clock: FixedClock
) -> None:
    world, wrong = make_world(sessions, clock, recovery=Recovery.RESTORES_ALLOCATION), list[str]()
    add_everybody(world)
    for way, actions in by_way(state, CHOSEN[state]):
        with a_try(connection, world):
            bid_id = way(world)
            assert world.case(bid_id).state == state
            for action in actions:
                with a_try(connection, world):
                    wrong += _wrong(_ready(world, app, connection, bid_id, action))
    assert not wrong, "\n".join(wrong)


def _ready(world: World, app: Flask, connection: Connection, bid_id: int, action: Action) -> Scene:
    recipe, data = recipe_of(world.case(bid_id).state, action), None
    if action.is_system_only:
        BY_CALENDAR.get(action.name, due)(world, bid_id)
        with breaking((*action.effects, *action.money)[0], before_it):
            sweep_breaches(world.sessions, world.clock)  # Whatever else is due by then is over.
    else:
        recipe.before(world, bid_id)
        data = Arena(world, app, connection, [bid_id], {})._data(bid_id, action, recipe, recipe.who)
        assert data is not None, f"the form of {action.name} is not right"
    return Scene(world, connection, bid_id, action, recipe, data)


def _wrong(scene: Scene) -> list[str]:
    effects = (*scene.action.effects, *scene.action.money)
    moments = (before_it, after_it)
    found = [line for one in effects for moment in moments for line in scene.wrong_when(one, moment)]
    return [*found, *scene.wrong_afterwards()]


def keeps_it(does: Effect, work: Work, context: EffectContext) -> None:
    """What no effect may do: it commits by itself."""
    does(work, context)
    work.session.commit()


def test_an_effect_that_commits_by_itself_is_noticed(
    app: Flask, sessions: Sessions, connection: Connection, clock: FixedClock
) -> None:
    world = make_world(sessions, clock)
    submit = BID.action_by_name["submit"]
    scene = _ready(world, app, connection, draft(world), submit)
    (told,) = scene.wrong_when("take_snapshot", keeps_it)
    assert "left something in" in told
    assert "request_key" in told


# breaking every statement


def _second_approval(world: World) -> Callable[[], Any]:
    bid_id, key = to_deciding(world), uuid4().hex
    world.act("approver1", bid_id, "approve", APPROVAL)
    return lambda: world.act("approver2", bid_id, "approve", APPROVAL, key=key)


def _recommendation(world: World) -> Callable[[], Any]:
    bid_id, key = to_appraisal(world), uuid4().hex
    return lambda: world.act("assessor", bid_id, "recommend", RECOMMENDATION, key=key)


def _payment(world: World) -> Callable[[], Any]:
    bid_id, key = to_active(world), uuid4().hex
    data = {"claim_id": checked(world, bid_id)}
    return lambda: world.act("payer", bid_id, "pay_claim", data, key=key)


STEPS = {
    "the key is taken, and the result kept": "request_key",
    "the case is locked and moved": '"case"',
    "the deadlines are ended and armed": "deadline",
    "the messages are owed": "notification",
    "the event is written": "event",
    "the money moves": "fund_year",
}
"""What an action does beside its own effects, and a table that must be written for it, in whatever order."""


@contextmanager
def listening(connection: Connection, stop_after: int | None) -> Iterator[list[str]]:
    """The statements that are run, and a crash once so many have been; those about savepoints do not count."""
    said: list[str] = []

    def listen(*given: Any) -> None:
        statement = " ".join(given[2].split())
        if statement.startswith(("SAVEPOINT", "RELEASE", "ROLLBACK")):
            return
        said.append(statement)
        if len(said) == stop_after:
            raise Crash(statement)

    event.listen(connection, "after_cursor_execute", listen)
    try:
        yield said
    finally:
        event.remove(connection, "after_cursor_execute", listen)


@pytest.mark.parametrize(
    "ready", [_recommendation, _second_approval, _payment], ids=lambda one: one.__name__[1:]
)
def test_a_failure_after_any_statement_of_an_action_leaves_nothing_and_the_same_key_works_afterwards(
    ready: Callable[[World], Callable[[], Any]],
    sessions: Sessions,
    connection: Connection,
    clock: FixedClock,
) -> None:
    world = make_world(sessions, clock)
    do = ready(world)
    with a_try(connection, world), listening(connection, None) as said:
        whole = do()
    statements, before, left = list(said), picture(connection), list[str]()
    for number, statement in enumerate(statements, start=1):
        with listening(connection, number), pytest.raises(Crash):
            do()
        if picture(connection) != before:
            left.append(statement)
    assert left == []
    written = [one for one in statements if one.split()[0] in {"INSERT", "UPDATE", "WITH"}]
    never = [step for step, table in STEPS.items() if not any(table in one for one in written)]
    assert never == [], "a step without a statement was never broken"
    assert (again := do()).state == whole.state
    assert again == do(), "the key gives its result"
