"""What happens when people and the worker act at the same instant, on real PostgreSQL, and what each defence is for.

Each race has a twin that takes its defence away and shows what would happen.
"""

import threading
from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta
from functools import partial
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import create_engine, func, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm.exc import StaleDataError

from tests.harness import Database
from tests.world import (
    AFTER_CLOSE,
    APPROVAL,
    CEILING,
    OFFER,
    RECOMMENDATION,
    World,
    answer,
    appraised,
    draft,
    make_world,
    to_consulting,
    to_deciding,
)
from workflow import audit, deadlines
from workflow.cases import commands, keys, sweep_breaches
from workflow.cases.models import Case
from workflow.clock import FixedClock
from workflow.db import SYSTEM, Work, make_engine, make_sessions
from workflow.errors import Invalid, Refused, Stale, WorkflowError
from workflow.funds.allocations import set_ceiling
from workflow.funds.models import FundYear
from workflow.money import Pence
from workflow.notifications import Notification
from workflow.reports.check import check
from workflow.wiring.reminders import sweep_reminders


@pytest.fixture
def world(database: Database, clock: FixedClock) -> Iterator[World]:
    engine = make_engine(database.app_url, pool_size=24)
    yield make_world(make_sessions(engine), clock)
    engine.dispose()


def at_once(doings: Sequence[Callable[[], Any]]) -> list[Any]:
    """Do all at the same instant; each result is what was returned or the error that was raised."""
    results: list[Any] = [None] * len(doings)
    gate = threading.Barrier(len(doings))

    def run(index: int, do: Callable[[], Any]) -> None:
        gate.wait()
        try:
            results[index] = do()
        except Exception as error:  # noqa: BLE001 - the test looks at every error.
            results[index] = error

    threads = [threading.Thread(target=run, args=(index, do)) for index, do in enumerate(doings)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert not any(thread.is_alive() for thread in threads), "somebody waits for ever"
    return results


def sound(world: World) -> None:
    with world.sessions() as session:
        assert check(session) == []
        assert audit.verify(session) == []


def twenty_submissions(world: World) -> tuple[int, list[Any]]:
    bid_id = draft(world)
    rev, key = world.case(bid_id).rev, uuid4().hex
    return bid_id, at_once([lambda: world.act("signatory", bid_id, "submit", {}, key=key, seen_rev=rev)] * 20)


def receipts(world: World) -> int:
    with world.sessions() as session:
        return (
            session.scalar(
                select(func.count()).select_from(Notification).where(Notification.template == "bid_received")
            )
            or 0
        )


def test_twenty_simultaneous_submissions_make_one_and_all_get_its_result(world: World) -> None:
    bid_id, results = twenty_submissions(world)
    assert all(result == results[0] for result in results)
    assert results[0].state == "submitted"
    with world.sessions() as session:
        events = audit.events_of(session, f"case:{bid_id}", 50)
    assert [event.event for event in events] == ["bid_submitted", "bid_opened"]
    assert receipts(world) == len(("drafter", "signatory"))
    sound(world)


def test_without_the_request_key_nineteen_of_twenty_are_told_that_the_page_is_stale(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(commands, "take_key", lambda *_, **__: None)
    monkeypatch.setattr(commands, "store_result", lambda *_: None)
    _, results = twenty_submissions(world)
    assert sum(isinstance(result, Stale) for result in results) == 19


def two_approvals(world: World) -> list[Any]:
    bid_id = to_deciding(world)
    rev = world.case(bid_id).rev
    return at_once(
        [
            lambda: world.act("approver1", bid_id, "approve", APPROVAL, seen_rev=rev),
            lambda: world.act("approver2", bid_id, "approve", APPROVAL, seen_rev=rev),
        ]
    )


def test_two_approvals_at_once_count_one_and_tell_the_other_who_acted(world: World) -> None:
    results = two_approvals(world)
    stale = [result for result in results if isinstance(result, Stale)]
    assert len(stale) == 1
    assert stale[0].by in {"Approver1", "Approver2"}
    sound(world)


def test_without_the_lock_two_approvals_collide_in_the_database(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    both_have_read = threading.Barrier(2)

    def reads_without_lock(work: Work, case_id: int) -> Case:
        found = work.session.get_one(Case, case_id, populate_existing=True)
        both_have_read.wait(60)
        return found

    bid_id = to_deciding(world)
    rev = world.case(bid_id).rev
    monkeypatch.setattr(commands, "lock_case", reads_without_lock)
    results = at_once(
        [
            lambda: world.act("approver1", bid_id, "approve", APPROVAL, seen_rev=rev),
            lambda: world.act("approver2", bid_id, "approve", APPROVAL, seen_rev=rev),
        ]
    )
    # The deadline, the row's version and the event's number still hold, but nobody is told who acted.
    assert any(isinstance(result, DBAPIError | StaleDataError | Invalid) for result in results)


def test_without_the_revision_a_stale_page_decides_unseen(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    bid_id = to_deciding(world)
    seen = world.case(bid_id).rev
    world.act("approver1", bid_id, "approve", APPROVAL, seen_rev=seen)
    with pytest.raises(Stale):
        world.act("approver2", bid_id, "approve", APPROVAL, seen_rev=seen)
    monkeypatch.setattr(commands, "_same_revision", lambda *_: None)
    assert world.act("approver2", bid_id, "approve", APPROVAL, seen_rev=seen).state == "approved"


def test_without_the_unique_number_two_events_take_one_place_and_only_verify_sees_it(
    world: World, database: Database
) -> None:
    bid_id = draft(world)
    copied = text(
        "INSERT INTO event (stream, seq, event, at, real_at, actor, canonical, previous_hash, hash) "
        "SELECT stream, seq, event, at, real_at, actor, canonical, previous_hash, hash FROM event WHERE stream = :stream"
    )
    with pytest.raises(IntegrityError), world.sessions() as session:
        session.execute(copied, {"stream": f"case:{bid_id}"})
    superuser = create_engine(database.superuser_url)
    with superuser.begin() as connection:
        connection.execute(text("ALTER TABLE event DROP CONSTRAINT uq_event_stream_seq"))
    superuser.dispose()
    with world.sessions() as session, session.begin():
        session.execute(copied, {"stream": f"case:{bid_id}"})
    with world.sessions() as session:
        assert any(f"case:{bid_id}" in problem for problem in audit.verify(session))


def ready_for_last_pound(world: World) -> tuple[list[int], dict[str, Any]]:
    """Two assessed bids of which the year has room for one, and what recommends either."""
    asked = {2011: Pence(1_000_000_000)}
    ceiling = Pence(1_500_000_000)
    world.work(
        SYSTEM, lambda work: set_ceiling(work, world.ids["fund"], 2011, ceiling, key="lowered", **CEILING)
    )
    bid_ids = [to_consulting(world, asked=asked, title=f"Bid {number}") for number in range(2)]
    first = appraised(world, bid_ids[0])
    world.act(SYSTEM, bid_ids[1], "close_consultation")
    world.act("drafter", bid_ids[1], "send_response", {"summary": "None came."})
    world.act("case", bid_ids[1], "accept_response", {"reason": "None came.", "report_on": date(2011, 6, 1)})
    assert first == bid_ids[0]
    return bid_ids, {**RECOMMENDATION, "amounts": asked}


def last_pound(world: World) -> tuple[list[int], list[Any]]:
    bid_ids, data = ready_for_last_pound(world)
    return bid_ids, at_once([partial(world.act, "assessor", bid_id, "recommend", data) for bid_id in bid_ids])


def test_two_bids_that_race_for_the_last_pound_have_one_winner_and_the_other_learns_what_is_left(
    world: World,
) -> None:
    _, results = last_pound(world)
    lost = [result for result in results if isinstance(result, Refused)]
    assert len(lost) == 1
    assert "£5,000,000" in str(lost[0])
    with world.sessions() as session:
        year = session.scalars(select(FundYear).where(FundYear.year == 2011)).one()
        assert year.reserved == 1_000_000_000
    sound(world)


def test_a_sweep_against_an_action_on_the_same_cases_neither_deadlocks_nor_loses_anything(
    world: World,
) -> None:
    bid_ids = [to_consulting(world, title=f"Bid {number}") for number in range(4)]
    world.clock.move(AFTER_CLOSE + timedelta(minutes=1) - world.clock.now())

    def close_all() -> int:
        return sweep_breaches(world.sessions, world.clock)

    def remind() -> int:
        return sweep_reminders(world.sessions, world.clock)

    def tries(bid_id: int) -> Callable[[], Any]:
        return lambda: world.act("drafter", bid_id, "send_response", {"summary": "None came."})

    results = at_once([close_all, close_all, close_all, close_all, remind, remind, *map(tries, bid_ids)])
    unexpected = [
        result
        for result in results
        if isinstance(result, Exception) and not isinstance(result, WorkflowError)
    ]
    assert unexpected == []
    with world.sessions() as session:
        for bid_id in bid_ids:
            names = [event.event for event in audit.events_of(session, f"case:{bid_id}", 50)]
            assert names.count("consultation_closed") == 1
    sound(world)


def offered(world: World) -> tuple[int, deadlines.DueBreach]:
    """A bid whose offer's time is over just now, with the breach that is due."""
    bid_id = to_deciding(world)
    world.act("approver1", bid_id, "approve", APPROVAL)
    world.act("approver2", bid_id, "approve", APPROVAL)
    world.act("finance", bid_id, "offer", OFFER)
    world.clock.move(timedelta(days=60))
    with world.sessions() as session:
        due = [
            one for one in deadlines.due_breaches(session, world.clock.now(), 10) if one.kind == "acceptance"
        ]
    return bid_id, due[0]


def in_time(world: World) -> World:
    """The same world for a press on the day of the offer, whose answer is under way when the offer's time is over."""
    return World(world.sessions, FixedClock(world.clock.now() - timedelta(days=60)), world.ids)


def test_a_sweep_that_locks_the_deadline_before_the_case_meets_the_action_in_a_deadlock(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    bid_id, due = offered(world)
    each_holds_one = threading.Barrier(2)
    in_order = commands.lock_case

    def locks_and_waits(work: Work, case_id: int) -> Case:
        found = in_order(work, case_id)
        each_holds_one.wait(60)
        return found

    def deadline_first(work: Work) -> None:
        assert deadlines.lock_breach(work, due.deadline_id, due.version) is not None
        work.session.flush()
        each_holds_one.wait(60)
        in_order(work, bid_id)

    monkeypatch.setattr(commands, "lock_case", locks_and_waits)
    results = at_once(
        [
            lambda: world.work(SYSTEM, deadline_first),
            lambda: in_time(world).act("signatory", bid_id, "accept_offer", {"declared": True}),
        ]
    )
    assert any("deadlock" in str(result) for result in results if isinstance(result, DBAPIError))


def test_an_answer_against_the_close_is_counted_or_held_as_late_and_never_lost(world: World) -> None:
    bid_id = to_consulting(world)
    world.clock.move(AFTER_CLOSE - timedelta(minutes=2) - world.clock.now())
    late_clock = FixedClock(AFTER_CLOSE + timedelta(minutes=1))
    close = World(world.sessions, late_clock, world.ids)
    councils = ("GAT", "SUN", "NTY", "STY")
    results = at_once(
        [
            *(lambda code=code: answer(world, bid_id, code) for code in councils),
            lambda: sweep_breaches(close.sessions, close.clock),
        ]
    )
    assert not [result for result in results if isinstance(result, Exception)]
    with world.sessions() as session:
        closed = audit.events_of(session, f"case:{bid_id}", 1)[0]
    counted = audit.streams.payload_of(closed)["answered"]
    on_time = sum(1 for result in results[:4] if not result["late"])
    assert counted == on_time
    sound(world)


def test_keys_are_taken_once_however_many_ask(world: World) -> None:
    key, made = uuid4().hex, list[int]()

    def make() -> dict[str, int]:
        made.append(1)
        return {"number": len(made)}

    def take() -> Any:
        return world.work(
            "drafter", lambda work: keys.once(work, key, action="make", subject="thing:1", make=make)
        )

    assert at_once([take] * 8) == [{"number": 1}] * 8
    assert made == [1]
