"""A worker that is killed, called five times at once, or whose broker restarts: nothing lost, nothing twice."""

from collections import Counter

import pytest

from tests.worker.conftest import Background, Gate, kill
from workflow.notifications import State

pytestmark = pytest.mark.slow


def received(background: Background) -> Counter[str]:
    return Counter(str(message["To"]) for message in background.mail.taken)


def each_once(count: int) -> Counter[str]:
    return Counter({f"person{n}@example.org": 1 for n in range(count)})


def test_a_worker_killed_while_it_sends_loses_nothing_and_sends_at_most_one_message_twice(
    background: Background,
) -> None:
    background.owe(30)
    gate = Gate(background.mail, at=8)
    worker = background.worker()
    background.call("drain")
    assert gate.reached.wait(40), background.logs()
    kill(worker)
    gate.open()
    background.wait_until(lambda: len(background.mail.taken) == 8)
    assert background.in_state(State.SENDING) > 0

    # The leases of the dead run out two minutes later; the next worker's clock is that much further on.
    background.worker(AHEAD_S="121")
    background.call("reap")
    background.wait_until(lambda: background.in_state(State.SENDING) == 0)
    background.call("drain")
    background.wait_until(lambda: background.in_state(State.SENT) == 30)
    twice = received(background) - each_once(30)
    assert received(background).keys() == each_once(30).keys()
    assert sum(twice.values()) <= 1
    identities = {message["Message-ID"] for message in background.mail.taken}
    assert len(identities) == 30


def test_five_pulses_at_once_send_each_message_once(background: Background) -> None:
    background.owe(40)
    background.worker()
    for _ in range(5):
        background.call("drain")
    background.wait_until(lambda: background.in_state(State.SENT) == 40)
    assert received(background) == each_once(40)


def test_a_broker_that_restarts_under_a_busy_worker_costs_nothing(background: Background) -> None:
    background.owe(10)
    gate = Gate(background.mail, at=3)
    worker = background.worker()
    background.call("drain")
    assert gate.reached.wait(40), background.logs()
    background.restart_valkey()
    background.wait_until(lambda: "onnection to broker lost" in background.logs())
    gate.open()
    background.wait_until(lambda: background.in_state(State.SENT) == 10)
    background.owe(20)
    background.wait_until(lambda: called(background) and background.in_state(State.SENT) == 20)
    assert worker.poll() is None, background.logs()
    assert received(background) == each_once(20)


def called(background: Background) -> bool:
    """One more pulse; those sent while the worker still reconnects may be lost with the old broker."""
    background.call("drain")
    return True


@pytest.mark.parametrize("guard", ["restore", "ack"])
def test_without_a_guard_the_same_restart_kills_the_worker(background: Background, guard: str) -> None:
    """The twin: kombu as it comes. When this fails, a newer kombu may have made the guard unnecessary."""
    background.owe(10)
    gate = Gate(background.mail, at=3)
    worker = background.worker(WITHOUT=guard)
    background.call("drain")
    assert gate.reached.wait(40), background.logs()
    background.restart_valkey()
    background.wait_until(lambda: "onnection to broker lost" in background.logs())
    gate.open()
    background.wait_until(lambda: called(background) and worker.poll() is not None)
    assert "'NoneType' object has no attribute" in background.logs()


def test_beat_and_worker_send_by_themselves_and_leave_no_file(background: Background) -> None:
    background.owe(3)
    background.worker()
    background.beat()
    background.wait_until(lambda: background.in_state(State.SENT) == 3)
    assert not list(background.folder.glob("*schedule*"))
    assert received(background) == each_once(3)
