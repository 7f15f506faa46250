"""Answer against close on a database of their own, with real threads, and the twin without the defence."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select

from tests.consultation.world import CLOSED, LAST_MOMENT, World, build
from tests.harness import Database
from workflow import audit, cases
from workflow.cases import Case
from workflow.clock import FixedClock
from workflow.consultation import commands
from workflow.consultation.commands import Answer
from workflow.consultation.tallies import tally_of
from workflow.consultation.terms import Position
from workflow.db import SYSTEM, Actor, Sessions, Work, make_engine, make_sessions
from workflow.errors import WorkflowError

SUPPORT = Answer(Position.SUPPORT, "", {}, "Pat", "pat@ken.example", publish=True)


@pytest.fixture
def own_world(database: Database, lifecycle: None) -> Iterator[World]:
    """A world in a database that threads can share."""
    engine = make_engine(database.app_url)
    yield build(World(make_sessions(engine), FixedClock(LAST_MOMENT)))
    engine.dispose()


@contextmanager
def paused(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[threading.Event, threading.Event]]:
    """Stop every answer between its check and its row: `reached` says that one stands there, `go_on` lets it go on."""
    reached, go_on = threading.Event(), threading.Event()
    add = commands._add_response

    def wait_and_add(*args: Any, **kwargs: Any) -> Any:
        reached.set()
        assert go_on.wait(10)
        return add(*args, **kwargs)

    monkeypatch.setattr(commands, "_add_response", wait_and_add)
    yield reached, go_on
    go_on.set()


def in_thread(do: Callable[[], object]) -> tuple[threading.Thread, list[BaseException]]:
    """A running thread, and a list that will hold what it raised."""
    raised: list[BaseException] = []

    def run() -> None:
        try:
            do()
        except BaseException as error:  # noqa: BLE001 - handed to the test
            raised.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    return thread, raised


def send(world: World, council: str) -> None:
    invitation_id = world.invitation(council)
    with world.work(Actor("link", link_id=invitation_id), at=LAST_MOMENT) as work:
        answer = replace(SUPPORT, email=f"pat@{council.lower()}.example")
        commands.send_answer(work, invitation_id, link_version=1, answer=answer, key=uuid4().hex)


def counted_at_close(sessions: Sessions, case_id: int) -> int:
    with sessions() as session:
        events = audit.events_of(session, f"case:{case_id}", limit=10)
    closed = next(event for event in events if event.event == "consultation_closed")
    answered: int = json.loads(closed.canonical)["payload"]["answered"]
    return answered


def answer_while_closing(world: World, monkeypatch: pytest.MonkeyPatch) -> tuple[int, int]:
    """An answer stands between its check and its row when the close comes; what the close counted, and the tally."""
    consultation_id = world.open()
    with paused(monkeypatch) as (reached, go_on):
        answering, answer_errors = in_thread(lambda: send(world, "KEN"))
        assert reached.wait(10)
        closing, close_errors = in_thread(world.close)
        closing.join(0.7)  # Long enough for a close that nothing holds back.
        go_on.set()
        answering.join(10)
        closing.join(10)
    assert not answer_errors
    assert not close_errors
    with world.sessions() as session:
        return counted_at_close(world.sessions, world.case_id), tally_of(session, consultation_id).answered


def test_a_close_waits_for_an_answer_under_way_and_counts_it(
    own_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    counted, tally = answer_while_closing(own_world, monkeypatch)
    assert counted == tally == 1


def test_without_holding_the_bid_an_answer_slips_in_after_the_count(
    own_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def only_read(work: Work, case_id: int) -> Case:
        return work.session.scalars(select(Case).where(Case.id == case_id)).one()

    monkeypatch.setattr(commands, "hold_case", only_read)
    counted, tally = answer_while_closing(own_world, monkeypatch)
    assert (counted, tally) == (0, 1), "the twin no longer fails: the test above proves nothing"


def test_an_answer_that_waited_for_the_close_is_held_as_late(own_world: World) -> None:
    consultation_id = own_world.open()
    started, closed = threading.Event(), threading.Event()

    def close_slowly() -> None:
        with own_world.work(SYSTEM, at=CLOSED) as work:
            rev = work.session.get_one(Case, own_world.case_id).rev
            cases.apply(work, own_world.case_id, action="close_consultation", seen_rev=rev, key=uuid4().hex)
            started.set()
            assert closed.wait(10)

    closing, close_errors = in_thread(close_slowly)
    assert started.wait(10)
    answering, answer_errors = in_thread(lambda: send(own_world, "KEN"))
    answering.join(0.5)
    assert answering.is_alive(), "the answer did not wait for the close"
    closed.set()
    answering.join(10)
    closing.join(10)
    assert not close_errors
    assert not answer_errors
    with own_world.sessions() as session:
        tally = tally_of(session, consultation_id)
    assert (tally.answered, tally.late) == (0, 1)


def test_many_councils_and_colleagues_answer_at_once_without_waiting_for_each_other_or_a_deadlock(
    own_world: World,
) -> None:
    consultation_id = own_world.open()
    threads = [in_thread(lambda code=code: send(own_world, code)) for code in ("KEN", "LCE", "ROT") * 4]  # type: ignore[misc]
    for thread, _ in threads:
        thread.join(20)
    assert [error for _, errors in threads for error in errors if not isinstance(error, WorkflowError)] == []
    with own_world.sessions() as session:
        tally = tally_of(session, consultation_id)
    assert (tally.answered, tally.positions[Position.SUPPORT]) == (3, 3)


def test_twenty_presses_of_one_form_make_one_answer_and_land_on_the_same_one(own_world: World) -> None:
    own_world.open()
    invitation_id, key = own_world.invitation("KEN"), uuid4().hex
    results: list[Any] = []

    def press() -> None:
        with own_world.work(Actor("link", link_id=invitation_id)) as work:
            results.append(commands.send_answer(work, invitation_id, link_version=1, answer=SUPPORT, key=key))

    threads = [in_thread(press) for _ in range(20)]
    for thread, _ in threads:
        thread.join(20)
    assert [error for _, errors in threads for error in errors] == []
    assert len(results) == 20
    assert len({tuple(sorted(result.items())) for result in results}) == 1
