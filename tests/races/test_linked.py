"""Decisions on linked bids at the same instant, and what holding the linked cases is for.

A decision is made on the total with linked bids, so each of them stands still until it is made. The twin of each race takes that
away. Source: domain, section 5, limits.
"""

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from tests import world as line
from tests.approval.test_linked import LARGER, SMALLER, limit, recommended
from tests.harness import Database
from tests.races.test_races import at_once, sound
from tests.world import APPROVAL, RECOMMENDATION, START, World, make_world
from workflow.approval import effects
from workflow.cases import commands, registry
from workflow.cases.models import Case
from workflow.clock import FixedClock
from workflow.db import Work, make_engine, make_sessions
from workflow.errors import Refused
from workflow.money import Pence
from workflow.monitoring.branches import change_effects

FOUR, SEVEN = Pence(40_000_000), Pence(70_000_000)


@pytest.fixture
def world(database: Database, clock: FixedClock) -> Iterator[World]:
    engine = make_engine(database.app_url, pool_size=24)
    clock.move(START - clock.now())
    made = make_world(make_sessions(engine), clock)
    line.with_deciders(made)
    yield made
    engine.dispose()


@pytest.fixture
def unheld(world: World) -> Iterator[None]:
    """The product as it would be if a decision held its own case only; making the world installs all of it."""
    assert world.ids
    complete = registry.registry()
    registry.install(replace(complete, also_locked={}))
    yield
    registry.install(complete)


def test_of_two_halves_above_the_limit_together_neither_is_approved_at_the_same_instant(
    world: World, database: Database
) -> None:
    bids = [line.to_consulting(world, asked=LARGER, title=f"Half {number}") for number in (1, 2)]
    for bid_id in bids:
        recommended(world, bid_id, LARGER)
    limit(world, database, 119_999_999)
    results = at_once(
        [
            lambda: world.act("approver1", bids[0], "approve", APPROVAL),
            lambda: world.act("approver2", bids[1], "approve", APPROVAL),
        ]
    )
    assert [[one.code for one in result.reasons] for result in results] == [["over_limit"]] * 2
    sound(world)


def two_rises(world: World, database: Database) -> list[Any]:
    """Two awards of £400,000 each that ask for £700,000, each with one approval; the last ones come at the same instant.

    Who gives them can approve £1,100,000: either rise, and not both.
    """
    bids = [line.to_consulting(world, asked={2011: FOUR}, title=f"Half {number}") for number in (1, 2)]
    for bid_id in bids:
        recommended(world, bid_id, {2011: FOUR})
        world.act("approver1", bid_id, "approve", APPROVAL)
        world.act("approver2", bid_id, "approve", APPROVAL)
        world.act("finance", bid_id, "offer", line.OFFER)
        world.act("signatory", bid_id, "accept_offer", {"declared": True})
    for bid_id in bids:
        more = {
            "kind": "amount_up",
            "amounts": {2011: SEVEN},
            "ends_on": date(2012, 3, 31),
            "reason": "More.",
        }
        world.act("signatory", bid_id, "ask_variation", more)
        world.act("approver1", bid_id, "agree_variation", {"reason": "Good."})
    limit(world, database, 110_000_000, "approver2", "approver3")
    return at_once(
        [
            lambda: world.act("approver2", bids[0], "agree_variation", {"reason": "Good."}),
            lambda: world.act("approver3", bids[1], "agree_variation", {"reason": "Good."}),
        ]
    )


def test_of_two_rises_above_the_limit_together_exactly_one_is_agreed(
    world: World, database: Database
) -> None:
    results = two_rises(world, database)
    refused = [result for result in results if isinstance(result, Refused)]
    assert [[one.code for one in result.reasons] for result in refused] == [["change_over_limit"]]
    assert "£1,400,000 (with 1 linked bid)" in str(refused[0])
    sound(world)


@pytest.mark.usefixtures("unheld")
def test_without_holding_the_linked_award_both_rises_are_agreed_above_the_limit(
    world: World, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    both_have_read = threading.Barrier(2)
    agrees = effects.weighed

    def waits(context: Any, own_pence: int) -> dict[str, Any]:
        if world.case(context.case.id).rev > first_rev:
            both_have_read.wait(60)
        return agrees(context, own_pence)

    first_rev = 10**6
    monkeypatch.setattr(change_effects, "weighed", waits)
    # The barrier is for the last approvals alone, which begin together.
    together = at_once

    def armed(doings: Any) -> list[Any]:
        nonlocal first_rev
        first_rev = 0
        return together(doings)

    monkeypatch.setattr("tests.races.test_linked.at_once", armed)
    results = two_rises(world, database)
    assert not any(isinstance(result, Exception) for result in results)


def raised_meanwhile(world: World, monkeypatch: pytest.MonkeyPatch) -> tuple[Any, bool]:
    """While a bid of £600,000 is approved, its linked bid, sent back at £300,000, is recommended at £600,000.

    Returns what came of the approval, and whether the other amount was there before the approval was done.
    """
    first = line.to_consulting(world, asked=LARGER, title="First half")
    second = line.to_consulting(world, asked=LARGER, title="Second half")
    recommended(world, second, {2011: Pence(30_000_000)})
    world.act("approver3", second, "send_back", {"reason": "It says too little."})
    recommended(world, first, LARGER)
    has_read, is_raised = threading.Event(), threading.Event()
    before = effects.weighed
    came_before = False

    def waits(context: Any, own_pence: int) -> dict[str, Any]:
        nonlocal came_before
        has_read.set()
        came_before = is_raised.wait(3)
        return before(context, own_pence)

    def raises() -> None:
        has_read.wait(60)
        world.act("assessor", second, "recommend", {**RECOMMENDATION, "amounts": dict(LARGER)})
        is_raised.set()

    monkeypatch.setattr(effects, "weighed", waits)
    result, _ = at_once([lambda: world.act("approver1", first, "approve", APPROVAL), raises])
    return result, came_before


def test_a_linked_bid_stands_still_until_the_decision_on_its_total_is_made(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    result, came_before = raised_meanwhile(world, monkeypatch)
    assert (result.action, came_before) == ("approve", False)
    sound(world)


@pytest.mark.usefixtures("unheld")
def test_without_holding_it_a_decision_is_made_on_a_total_that_is_no_more(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    result, came_before = raised_meanwhile(world, monkeypatch)
    assert (result.action, came_before) == ("approve", True)


def two_approvals(world: World) -> list[Any]:
    bids = [line.to_consulting(world, asked=SMALLER, title=f"Half {number}") for number in (1, 2)]
    for bid_id in bids:
        recommended(world, bid_id, SMALLER)
    return at_once(
        [
            lambda: world.act("approver1", bids[0], "approve", APPROVAL),
            lambda: world.act("approver2", bids[1], "approve", APPROVAL),
        ]
    )


def holds_each_first(
    monkeypatch: pytest.MonkeyPatch, lock: Callable[[Work, int], Case], others: Callable[..., Any]
) -> None:
    """Let each decision hold its own case before it holds the other one."""
    each_holds_one = threading.Barrier(2)

    def own_first(work: Work, case_id: int, _action: str) -> Case:
        own = lock(work, case_id)
        each_holds_one.wait(60)
        for one in others(work.session, own, now=work.now):
            lock(work, one)
        return own

    monkeypatch.setattr(commands, "_lock", own_first)


def test_two_decisions_that_hold_each_others_bid_wait_for_one_another_and_both_pass(world: World) -> None:
    assert [result.state for result in two_approvals(world)] == ["deciding", "deciding"]
    sound(world)


def test_without_the_order_two_decisions_that_hold_each_others_bid_meet_in_a_deadlock(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    bids = [line.to_consulting(world, asked=SMALLER, title=f"Half {number}") for number in (1, 2)]
    for bid_id in bids:
        recommended(world, bid_id, SMALLER)
    holds_each_first(monkeypatch, commands.lock_case, registry.registry().also_locked["approve"])
    results = at_once(
        [
            lambda: world.act("approver1", bids[0], "approve", APPROVAL),
            lambda: world.act("approver2", bids[1], "approve", APPROVAL),
        ]
    )
    assert any("deadlock" in str(result) for result in results if isinstance(result, Exception))
