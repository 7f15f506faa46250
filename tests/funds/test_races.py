import threading
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from tests.funds.conftest import Shared
from tests.harness import Cluster, Database
from workflow.db import SYSTEM, Work, unit_of_work
from workflow.errors import WorkflowError
from workflow.funds import ledger, posting
from workflow.funds.commands import commit, reserve, set_ceiling, unreserve
from workflow.funds.errors import CutBelowCommitted, Overcommitted
from workflow.funds.queries import available_by_year


def at_once(shared: Shared, *commands: Callable[[Work], object]) -> list[WorkflowError | None]:
    """Run each command in a thread and a transaction of its own, all let go at one instant."""
    start = threading.Barrier(len(commands))
    outcomes: list[WorkflowError | None] = [None] * len(commands)
    crashes: list[BaseException] = []

    def run(number: int, command: Callable[[Work], object]) -> None:
        start.wait()
        try:
            with unit_of_work(shared.sessions, shared.clock, actor=SYSTEM) as work:
                command(work)
        except WorkflowError as error:
            outcomes[number] = error
        except BaseException as error:  # noqa: BLE001 - told by the test, not by the thread.
            crashes.append(error)

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(commands)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert crashes == []
    return outcomes


def reserving(shared: Shared, case: int, pence: int, *years: int) -> Callable[[Work], object]:
    amounts = dict.fromkeys(years or (2011,), pence)
    return lambda work: reserve(work, shared.fund_id, case, amounts, key=f"{case}:{pence}:{years}")


@pytest.mark.parametrize("_round", range(10))
def test_two_bids_race_for_the_last_ten_thousand_and_the_loser_is_told_what_is_left(
    shared: Shared, _round: int
) -> None:
    # Source: domain, section 10, case 2.
    outcomes = at_once(shared, *(reserving(shared, case, 10_000_00) for case in shared.cases[:2]))
    (lost,) = [outcome for outcome in outcomes if outcome is not None]
    assert isinstance(lost, Overcommitted)
    assert [(s.year, s.left) for s in lost.shortfalls] == [(2011, 0)]
    with shared.sessions() as session:
        assert available_by_year(session, [shared.fund_id]) == {shared.fund_id: {2011: 0, 2012: 10_000_00}}


def test_without_the_condition_the_same_race_over_commits(
    shared: Shared, cluster: Cluster, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The twin: the table's own CHECK and the statement's condition are taken out, and each bid looks before it takes.
    with cluster.connect(database.name) as superuser:
        superuser.execute("ALTER TABLE fund_year DROP CONSTRAINT ck_fund_year_not_overcommitted")
    monkeypatch.setattr(ledger, "_MOVE", ledger.fund_year_statement(enough=""))
    looked = threading.Barrier(2)

    def look_then_take(case: int) -> Callable[[Work], object]:
        def command(work: Work) -> None:
            left = available_by_year(work.session, [shared.fund_id])[shared.fund_id][2011]
            looked.wait()
            assert left >= 10_000_00
            reserve(work, shared.fund_id, case, {2011: 10_000_00}, key=f"k{case}")

        return command

    assert at_once(shared, *(look_then_take(case) for case in shared.cases[:2])) == [None, None]
    with shared.sessions() as session:
        assert available_by_year(session, [shared.fund_id])[shared.fund_id][2011] == -10_000_00


def test_eight_deciders_and_a_cut_at_the_same_time_never_over_commit(shared: Shared) -> None:
    for turn in range(8):
        outcomes = at_once(shared, *_takers(shared, turn), _setting(shared, 9_000_00, f"cut:{turn}"))
        assert all(isinstance(o, Overcommitted | CutBelowCommitted | None) for o in outcomes)
        with shared.sessions() as session:
            row = session.execute(
                text("SELECT ceiling, reserved, version FROM fund_year WHERE year = 2011")
            ).one()
            entries = session.execute(text(ENTRIES)).one()
        assert row.reserved <= row.ceiling
        assert tuple(entries) == (row.version, row.reserved, row.ceiling)
        _put_back(shared, turn)


ENTRIES = """
    SELECT count(*), sum(e.reserved), sum(e.ceiling)
    FROM ledger_entry e JOIN fund_year y ON y.id = e.fund_year_id WHERE y.year = 2011
"""


def _takers(shared: Shared, turn: int) -> list[Callable[[Work], object]]:
    def taker(case: int, number: int) -> Callable[[Work], object]:
        key = f"take:{turn}:{case}:{number}"
        return lambda work: reserve(work, shared.fund_id, case, {2011: 2_000_00}, key=key)

    return [taker(case, number) for case in shared.cases for number in range(2)]


def _setting(shared: Shared, pence: int, key: str) -> Callable[[Work], object]:
    return lambda work: set_ceiling(work, shared.fund_id, 2011, pence, key=key)


def _put_back(shared: Shared, turn: int) -> None:
    with unit_of_work(shared.sessions, shared.clock, actor=SYSTEM) as work:
        for case, held in work.session.execute(text("SELECT case_id, reserved FROM award_year")).all():
            unreserve(work, shared.fund_id, case, {2011: held}, key=f"back:{turn}:{case}")
        set_ceiling(work, shared.fund_id, 2011, 10_000_00, key=f"again:{turn}")


def test_bids_over_two_years_named_in_opposite_order_never_wait_in_a_ring(shared: Shared) -> None:
    commands = [
        lambda work, case=case, years=years: reserve(
            work, shared.fund_id, case, dict.fromkeys(years, 1_000_00), key=f"{case}"
        )
        for case, years in zip(shared.cases, [(2011, 2012), (2012, 2011)] * 2, strict=True)
    ]
    assert at_once(shared, *commands) == [None] * 4


def test_without_the_order_of_years_two_bids_wait_for_each_other_and_one_is_ended(
    shared: Shared, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The twin: the years are taken as they were named, and each bid holds its first when it asks for its second.
    each_holds_one, moves = threading.Barrier(2), ledger.move

    def moves_and_waits(work: Work, fund_year_id: int, *given: Any) -> tuple[int, int] | None:
        made = moves(work, fund_year_id, *given)
        if fund_year_id not in met:
            met.append(fund_year_id)
            each_holds_one.wait(60)
        return made

    met: list[int] = []
    monkeypatch.setattr(posting, "_checked", dict)
    monkeypatch.setattr(posting, "move", moves_and_waits)
    outcomes: list[str] = []

    def reserves(case: int, *years: int) -> None:
        try:
            with unit_of_work(shared.sessions, shared.clock, actor=SYSTEM) as work:
                reserve(work, shared.fund_id, case, dict.fromkeys(years, 1_000_00), key=f"{case}")
        except DBAPIError as error:
            outcomes.append(str(error))

    first, second = shared.cases[:2]
    threads = [
        threading.Thread(target=reserves, args=given) for given in ((first, 2011, 2012), (second, 2012, 2011))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(outcomes) == 1
    assert "deadlock" in outcomes[0]


def test_a_cut_waits_for_a_decision_under_way_and_then_sees_it(shared: Shared) -> None:
    with unit_of_work(shared.sessions, shared.clock, actor=SYSTEM) as work:
        reserve(work, shared.fund_id, shared.cases[0], {2011: 9_000_00}, key="r")
        commit(work, shared.fund_id, shared.cases[0], {2011: 9_000_00}, key="c")
        outcomes: list[WorkflowError | None] = []
        cut = threading.Thread(
            target=lambda: outcomes.extend(
                at_once(shared, lambda w: set_ceiling(w, shared.fund_id, 2011, 8_000_00, key="cut"))
            )
        )
        cut.start()
    cut.join()
    (refused,) = outcomes
    assert isinstance(refused, CutBelowCommitted)
    assert [pence for _, pence in refused.bids] == [9_000_00]


def test_one_key_at_the_same_instant_counts_once(shared: Shared, database: Database) -> None:
    counted = []

    def once() -> None:
        try:
            with unit_of_work(shared.sessions, shared.clock, actor=SYSTEM) as work:
                reserve(work, shared.fund_id, shared.cases[0], {2011: 100}, key="same")
                counted.append(1)
        except Exception as error:  # noqa: BLE001 - the unique key may refuse the second.
            assert "uq_ledger_entry_idempotency_key" in str(error)  # noqa: PT017

    threads = [threading.Thread(target=once) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with shared.sessions() as session:
        assert session.execute(text("SELECT reserved FROM fund_year WHERE year = 2011")).scalar_one() == 100
