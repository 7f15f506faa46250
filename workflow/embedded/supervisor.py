"""Keeps the parts of the installation running: starts them in order, restarts what dies, stops them in reverse."""

import signal
import subprocess
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from types import FrameType

from workflow.embedded import processes

PULSE_S = 0.2
STEADY_AFTER_S = 60.0
"""A part that ran this long has recovered; its next death is answered at once again."""
BACKOFF_MAX_S = 30.0


@dataclass
class Part:
    """One process: how to start it, and how to ask it to end."""

    name: str
    start: Callable[[], subprocess.Popen[bytes]]
    stop_signal: signal.Signals = signal.SIGTERM
    stop_within_s: float = 20.0
    is_server: bool = False
    """Whether others need it until they have ended themselves."""
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    deaths: int = 0
    restart_at: float | None = None


@dataclass
class Supervisor:
    """The parts, in the order they were started. Use it from the main thread: the kernel ties each child to it."""

    say: Callable[[str], None]
    parts: list[Part] = field(default_factory=list)
    ending: threading.Event = field(default_factory=threading.Event)
    is_watching: bool = False

    def add(self, part: Part) -> None:
        """Start a part and look after it from now on."""
        self.parts.append(part)
        self._start(part)

    def end_on_signals(self) -> None:
        """End on Ctrl-C, on SIGTERM, and when the terminal closes; a second signal changes nothing."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._on_signal)

    def _on_signal(self, _number: int, _frame: FrameType | None) -> None:
        first = not self.ending.is_set()
        self.ending.set()
        # While it still starts, nothing looks at the event, so the start itself is interrupted.
        if first and not self.is_watching:
            raise KeyboardInterrupt

    def watch(self, each_pulse: Callable[[], None] = lambda: None) -> None:
        """Restart what dies until a signal comes."""
        self.is_watching = True
        while not self.ending.wait(PULSE_S):
            for part in self.parts:
                self._tend(part)
            each_pulse()

    def stop(self) -> None:
        """Stop in reverse order, and leave nothing behind."""
        self.ending.set()
        users = [part for part in reversed(self.parts) if not part.is_server]
        # All that use the servers are asked at once, so that stopping takes as long as the slowest, not the sum.
        for part in users:
            if part.process is not None and part.process.poll() is None:
                part.process.send_signal(part.stop_signal)
        for part in users:
            if part.process is not None:
                processes.finish(part.process, within_s=part.stop_within_s)
                processes.end_session(part.process.pid)
        for part in reversed(self.parts):
            if part.is_server and part.process is not None:
                processes.stop(part.process, first=part.stop_signal, within_s=part.stop_within_s)

    def dead(self) -> list[str]:
        """The names of the parts that are not running now."""
        return [part.name for part in self.parts if part.process is None or part.process.poll() is not None]

    def _start(self, part: Part) -> None:
        part.process, part.started_at, part.restart_at = part.start(), time.monotonic(), None

    def _tend(self, part: Part) -> None:
        now = time.monotonic()
        if part.restart_at is not None:
            if now >= part.restart_at:
                self._restart(part)
            return
        process = part.process
        if process is None or process.poll() is None:
            return
        # What a dead parent left in its session would work on beside its successor.
        processes.end_session(process.pid)
        part.deaths = 1 if now - part.started_at > STEADY_AFTER_S else part.deaths + 1
        wait = backoff_s(part.deaths)
        part.restart_at = now + wait
        self.say(f"{part.name} ended with {process.returncode}; it starts again in {wait:g} s.")

    def _restart(self, part: Part) -> None:
        try:
            self._start(part)
        except processes.CannotStart as problem:
            part.deaths += 1
            part.restart_at = time.monotonic() + backoff_s(part.deaths)
            self.say(f"{part.name} cannot start again yet: {problem}")


def backoff_s(deaths: int) -> float:
    """How long to wait before the next start: at once after the first death, then longer each time, 30 s at most."""
    return 0.0 if deaths <= 1 else float(min(2 ** (deaths - 2), BACKOFF_MAX_S))
