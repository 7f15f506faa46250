"""Races whose outcome is fixed by letting everybody look before anybody acts, and the list of all races with their twins."""

import ast
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm.exc import StaleDataError

from tests.harness import Cluster, Database
from tests.races.test_branches import TOLD, approve, promised, without_lock
from tests.races.test_races import at_once, ready_for_last_pound, sound
from tests.world import (
    AFTER_CLOSE,
    APPROVAL,
    OFFER,
    RECOMMENDATION,
    SMALL,
    World,
    make_world,
    to_consulting,
    to_deciding,
)
from workflow import deadlines
from workflow.cases import registry as installed
from workflow.cases import sweep_breaches
from workflow.cases.registry import EffectContext
from workflow.clock import FixedClock
from workflow.db import SYSTEM, Work, make_engine, make_sessions
from workflow.deadlines.models import Deadline
from workflow.errors import Stale, WorkflowError
from workflow.funds import ledger
from workflow.funds.errors import Overcommitted
from workflow.funds.models import FundYear

TESTS = Path(__file__).resolve().parents[1]

RACES: dict[str, tuple[str, str]] = {
    "approve against decline": (
        "races/test_listed.py::test_a_bid_that_is_rejected_while_it_is_approved_is_one_or_the_other_and_so_is_its_money",
        "races/test_listed.py::test_without_the_lock_an_approval_and_a_rejection_collide_in_the_database",
    ),
    "approve from an old page against sending back": (
        "races/test_branches.py::test_a_bid_that_is_sent_back_while_it_is_approved_is_one_or_the_other_and_so_is_its_money",
        "races/test_branches.py::test_without_the_revision_somebody_sends_back_what_was_approved_meanwhile_and_never_knows",
    ),
    "two awards for the last pound": (
        "races/test_listed.py::test_of_two_who_have_both_seen_the_last_pound_one_gets_it",
        "races/test_listed.py::test_without_the_condition_both_who_have_seen_the_last_pound_get_it",
    ),
    "two awards for the last pound, in the ledger alone": (
        "funds/test_races.py::test_two_bids_race_for_the_last_ten_thousand_and_the_loser_is_told_what_is_left",
        "funds/test_races.py::test_without_the_condition_the_same_race_over_commits",
    ),
    "a triple click": (
        "races/test_races.py::test_twenty_simultaneous_submissions_make_one_and_all_get_its_result",
        "races/test_races.py::test_without_the_request_key_nineteen_of_twenty_are_told_that_the_page_is_stale",
    ),
    "four sweepers over ten deadlines": (
        "races/test_listed.py::test_four_sweepers_settle_each_of_ten_deadlines_once",
        "races/test_listed.py::test_without_a_second_look_at_the_deadline_four_sweepers_settle_some_of_ten_again",
    ),
    "withdrawal against approval": (
        "races/test_branches.py::test_a_bid_that_is_withdrawn_while_it_is_approved_is_one_or_the_other_and_so_is_its_money",
        "races/test_branches.py::test_without_the_lock_a_withdrawal_and_an_approval_collide_in_the_database",
    ),
    "sweep against apply": (
        "races/test_branches.py::test_an_offer_that_ends_while_it_is_accepted_is_one_or_the_other_and_so_is_its_money",
        "races/test_branches.py::test_without_the_lock_an_acceptance_and_the_end_of_its_offer_collide_in_the_database",
    ),
    "sweep against apply, each with its first lock": (
        "races/test_races.py::test_a_sweep_against_an_action_on_the_same_cases_neither_deadlocks_nor_loses_anything",
        "races/test_races.py::test_a_sweep_that_locks_the_deadline_before_the_case_meets_the_action_in_a_deadlock",
    ),
    "sweep that read too early": (
        "races/test_branches.py::test_a_sweeper_that_read_too_early_leaves_a_decision_that_was_put_off_again",
        "races/test_branches.py::test_without_a_second_look_at_the_deadline_a_sweeper_takes_up_what_was_put_off_again",
    ),
    "answer against close": (
        "consultation/test_races.py::test_a_close_waits_for_an_answer_under_way_and_counts_it",
        "consultation/test_races.py::test_without_holding_the_bid_an_answer_slips_in_after_the_count",
    ),
    "two years in opposite order": (
        "funds/test_races.py::test_bids_over_two_years_named_in_opposite_order_never_wait_in_a_ring",
        "funds/test_races.py::test_without_the_order_of_years_two_bids_wait_for_each_other_and_one_is_ended",
    ),
    "two approvals": (
        "races/test_races.py::test_two_approvals_at_once_count_one_and_tell_the_other_who_acted",
        "races/test_races.py::test_without_the_lock_two_approvals_collide_in_the_database",
    ),
}
"""Each race with the twin that takes one defence away and shows what would happen. Source: how the engine is tested."""

PROMISED = {
    "approve against decline",
    "two awards for the last pound",
    "a triple click",
    "four sweepers over ten deadlines",
    "withdrawal against approval",
    "sweep against apply",
    "answer against close",
}


@pytest.fixture
def world(database: Database, clock: FixedClock) -> Iterator[World]:
    engine = make_engine(database.app_url, pool_size=24)
    yield make_world(make_sessions(engine), clock)
    engine.dispose()


def functions_of(name: str) -> set[str]:
    """The tests of a file that are run: those that are marked to be left out do not count."""
    tree = ast.parse((TESTS / name).read_text(encoding="utf-8"))
    return {
        node.name
        for node in tree.body
        if isinstance(node, ast.FunctionDef)
        and not any("skip" in ast.unparse(one) or "xfail" in ast.unparse(one) for one in node.decorator_list)
    }


def test_every_race_and_its_twin_are_there() -> None:
    assert set(RACES) >= PROMISED
    named = [one for pair in RACES.values() for one in pair]
    gone = [one for one in named if one.partition("::")[2] not in functions_of(one.partition("::")[0])]
    assert gone == []
    assert len(set(named)) == len(named), "two races share a test"


# approve against decline


def decide_at_once(world: World, bid_id: int) -> list[Any]:
    """One approves a bid that another rejects, from pages of the same revision; each could do it alone."""
    rev = world.case(bid_id).rev
    reject = partial(world.act, "approver1", bid_id, "reject", TOLD, seen_rev=rev)
    return at_once([approve(world, bid_id, rev), reject])


def test_a_bid_that_is_rejected_while_it_is_approved_is_one_or_the_other_and_so_is_its_money(
    world: World,
) -> None:
    bid_id = to_deciding(world, asked=SMALL)
    results = decide_at_once(world, bid_id)
    assert sum(isinstance(result, Stale) for result in results) == 1
    found = world.case(bid_id)
    committed = {"approved": found.amount_pence, "rejected": 0}[found.state]
    assert promised(world) == {"reserved": 0, "committed": committed}
    sound(world)


def test_without_the_lock_an_approval_and_a_rejection_collide_in_the_database(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    bid_id = to_deciding(world, asked=SMALL)
    without_lock(monkeypatch)
    results = decide_at_once(world, bid_id)
    # The row's version and the event's number still hold, but nobody is told who acted.
    assert not any(isinstance(result, Stale) for result in results)
    assert any(isinstance(result, DBAPIError | StaleDataError | WorkflowError) for result in results)


# two awards for the last pound


@contextmanager
def once_all_have_looked(effect: str, many: int) -> Iterator[None]:
    """Let an effect begin only when so many have come to it: each has read how things stand and found them good."""
    using, have_looked = installed.registry(), threading.Barrier(many)
    does = using.effects[effect]

    def waits(work: Work, context: EffectContext) -> None:
        have_looked.wait(60)
        does(work, context)

    installed.install(replace(using, effects={**using.effects, effect: waits}))
    try:
        yield
    finally:
        installed.install(using)


def last_pound(world: World) -> tuple[list[Any], FundYear]:
    """Two have seen that there is enough for their bid; what each got, and the year after it."""
    bid_ids, data = ready_for_last_pound(world)
    with once_all_have_looked("reserve_money", 2):
        results = at_once([partial(world.act, "assessor", one, "recommend", data) for one in bid_ids])
    with world.sessions() as session:
        return results, session.scalars(select(FundYear).where(FundYear.year == 2011)).one()


def test_of_two_who_have_both_seen_the_last_pound_one_gets_it(world: World) -> None:
    results, year = last_pound(world)
    (lost,) = [result for result in results if isinstance(result, Exception)]
    assert isinstance(lost, Overcommitted)
    assert [one.left for one in lost.shortfalls] == [500_000_000]
    assert (year.reserved, year.ceiling) == (1_000_000_000, 1_500_000_000)
    sound(world)


def test_without_the_condition_both_who_have_seen_the_last_pound_get_it(
    world: World, cluster: Cluster, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    with cluster.connect(database.name) as superuser:
        superuser.execute("ALTER TABLE fund_year DROP CONSTRAINT ck_fund_year_not_overcommitted")
    monkeypatch.setattr(ledger, "_MOVE", ledger.fund_year_statement(enough=""))
    results, year = last_pound(world)
    assert not [result for result in results if isinstance(result, Exception)]
    assert year.reserved == 2_000_000_000 > year.ceiling


# four sweepers over ten deadlines

AWARDS = 2


def ten_due(world: World) -> None:
    """Eight consultations that are over, and two reports of running awards that never came."""
    bid_ids = [to_consulting(world, title=f"Bid {number}") for number in range(10)]
    world.move_to(AFTER_CLOSE)
    for bid_id in bid_ids[:AWARDS]:
        world.act(SYSTEM, bid_id, "close_consultation")
        world.act("drafter", bid_id, "send_response", {"summary": "None came."})
        world.act("case", bid_id, "accept_response", {"reason": "None.", "report_on": date(2011, 6, 1)})
        world.act("assessor", bid_id, "recommend", RECOMMENDATION)
        for approver in ("approver1", "approver2"):
            world.act(approver, bid_id, "approve", APPROVAL)
        world.act("finance", bid_id, "offer", OFFER)
        world.act("signatory", bid_id, "accept_offer", {"declared": True})
    world.move_to(AFTER_CLOSE.replace(month=8, day=5))
    with world.sessions() as session:
        kinds = [one.kind for one in deadlines.due_breaches(session, world.clock.now(), 50)]
    assert sorted(kinds) == ["consultation_close"] * (10 - AWARDS) + ["quarterly_return"] * AWARDS


def test_four_sweepers_settle_each_of_ten_deadlines_once(world: World) -> None:
    ten_due(world)
    sweepers: list[Callable[[], Any]] = [lambda: sweep_breaches(world.sessions, world.clock)] * 4
    applied = at_once(sweepers)
    assert sum(applied) == 10
    with world.sessions() as session:
        assert deadlines.due_breaches(session, world.clock.now(), 50) == []
    sound(world)


def test_without_a_second_look_at_the_deadline_four_sweepers_settle_some_of_ten_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    ten_due(world)
    # All read what is due before one of them has settled any of it.
    read, have_read = deadlines.due_breaches, threading.Barrier(4)

    def reads(*given: Any) -> Any:
        found = read(*given)
        have_read.wait(60)
        return found

    monkeypatch.setattr(deadlines, "due_breaches", reads)
    monkeypatch.setattr(deadlines, "lock_breach", lambda work, number, _: work.session.get(Deadline, number))
    assert sum(at_once([lambda: sweep_breaches(world.sessions, world.clock)] * 4)) > 10
