"""Parts are started in order, restarted with growing pauses, and stopped in reverse."""

import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from workflow.embedded import processes
from workflow.embedded.processes import CannotStart
from workflow.embedded.supervisor import Part, Supervisor, backoff_s


def part(name: str, log: Path, script: str = "import time; time.sleep(600)") -> Part:
    """A part that runs a piece of Python."""
    return Part(name, lambda: processes.start([sys.executable, "-c", script], log=log))


def watch_until(supervisor: Supervisor, condition: Callable[[], bool]) -> None:
    """Watch until a condition holds, or for ten seconds."""
    pulses = iter(range(50))

    def look() -> None:
        if condition() or next(pulses, None) is None:
            supervisor.ending.set()

    supervisor.watch(look)
    assert condition()


def test_a_part_that_is_killed_starts_again(tmp_path: Path) -> None:
    said: list[str] = []
    supervisor = Supervisor(said.append)
    supervisor.add(part("web", tmp_path / "log"))
    first = supervisor.parts[0].process
    assert first is not None
    first.kill()
    first.wait()
    watch_until(supervisor, lambda: supervisor.dead() == [])
    assert supervisor.parts[0].process is not first
    assert said == ["web ended with -9; it starts again in 0 s."]
    supervisor.stop()


def test_a_part_that_dies_again_and_again_is_given_longer_pauses() -> None:
    assert [backoff_s(deaths) for deaths in range(1, 9)] == [0, 1, 2, 4, 8, 16, 30, 30]


def test_what_a_killed_part_left_behind_ends_before_its_successor_starts(tmp_path: Path) -> None:
    log = tmp_path / "log"
    script = (
        "import subprocess, sys, time\n"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])\n"
        "print(child.pid, flush=True); time.sleep(600)"
    )
    supervisor = Supervisor(lambda _line: None)
    supervisor.add(part("worker", log, script))
    assert processes.wait_until(lambda: log.read_text().count("\n") == 2, within_s=10)
    child = int(log.read_text().split()[-1])
    process = supervisor.parts[0].process
    assert process is not None
    process.kill()
    process.wait()
    assert processes.is_alive(child)
    watch_until(supervisor, lambda: not processes.is_alive(child))
    supervisor.stop()


def test_a_server_that_cannot_start_again_is_tried_later_and_does_not_end_the_rest(tmp_path: Path) -> None:
    said: list[str] = []
    tries: list[bool] = []

    def start() -> subprocess.Popen[bytes]:
        tries.append(True)
        if len(tries) == 2:
            raise CannotStart("The disk is full.")
        return processes.start([sys.executable, "-c", "import time; time.sleep(600)"], log=tmp_path / "log")

    supervisor = Supervisor(said.append)
    supervisor.add(Part("PostgreSQL", start))
    process = supervisor.parts[0].process
    assert process is not None
    process.kill()
    process.wait()
    watch_until(supervisor, lambda: len(tries) == 3)
    assert said[-1] == "PostgreSQL cannot start again yet: The disk is full."
    supervisor.stop()


def test_servers_stop_after_all_that_use_them_and_nothing_is_left(tmp_path: Path) -> None:
    order: list[str] = []
    log = tmp_path / "log"
    script = "import signal, sys, time\nsignal.signal(15, lambda *_: (print(sys.argv[1], flush=True), sys.exit(0)))\n"
    script += "print('ready', flush=True); time.sleep(600)"
    supervisor = Supervisor(order.append)
    for name, is_server in (("postgres", True), ("valkey", True), ("worker", False)):

        def start(name: str = name) -> subprocess.Popen[bytes]:
            return processes.start([sys.executable, "-c", script, name], log=log)

        supervisor.add(Part(name, start, is_server=is_server))
    assert processes.wait_until(lambda: log.read_text().count("ready") == 3, within_s=10)
    supervisor.stop()
    assert log.read_text().split()[-3:] == ["worker", "valkey", "postgres"]
    assert supervisor.dead() == ["postgres", "valkey", "worker"]


def test_a_signal_ends_the_watch_and_a_second_one_changes_nothing(tmp_path: Path) -> None:
    supervisor = Supervisor(lambda _line: None)
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    try:
        supervisor.end_on_signals()
        threading.Timer(0.1, lambda: signal.raise_signal(signal.SIGTERM)).start()
        supervisor.watch()
        signal.raise_signal(signal.SIGINT)
        assert supervisor.ending.is_set()
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def test_a_signal_interrupts_a_start_that_is_under_way() -> None:
    supervisor = Supervisor(lambda _line: None)
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    try:
        supervisor.end_on_signals()
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGTERM)
        signal.raise_signal(signal.SIGTERM)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
