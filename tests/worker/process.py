"""A real Celery worker or beat in a process of its own, with the worker's own tasks.

The rooms above are replaced by the few lines here: the worker needs to know of them only how to connect, sweep, drain and
reap. `MAIL` is the mail server, `AHEAD_S` sets the machine's clock ahead, `WITHOUT` takes a guard
of the broker away.
"""

import os
import sys
import types
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from kombu.transport.redis import Channel

from tests.notifications.post import HEAD, Facts, sender_to
from workflow import notifications
from workflow.config import Settings
from workflow.db import Sessions, make_engine, make_sessions
from workflow.notifications import SmtpSender


class AheadClock:
    """The machine's clock, set ahead."""

    def now(self) -> datetime:
        return self.real()

    def real(self) -> datetime:
        return datetime.now(UTC) + timedelta(seconds=int(os.environ.get("AHEAD_S", "0")))


class Wired(NamedTuple):
    sessions: Sessions
    clock: AheadClock
    sender: SmtpSender


def connect(settings: Settings) -> Wired:
    host, port = os.environ["MAIL"].split(":")
    sessions = make_sessions(make_engine(settings.database_url, pool_size=2))
    return Wired(sessions, AheadClock(), sender_to((host, int(port))))


def drain(wired: Wired) -> None:
    notifications.drain(wired.sessions, wired.clock, wired.sender, Facts(), letterhead=HEAD)


def reap(wired: Wired) -> None:
    notifications.reap(wired.sessions, wired.clock)


def sweep(wired: Wired) -> None:
    """Deadlines are not what these tests are about."""


def main() -> None:
    rooms_above = types.ModuleType("workflow.wiring")
    vars(rooms_above).update(Wired=Wired, connect=connect, drain=drain, reap=reap, sweep=sweep)
    sys.modules["workflow.wiring"] = rooms_above
    from worker.app import app  # noqa: PLC0415 - after the rooms above are in place

    match os.environ.get("WITHOUT"):
        case "restore":
            Channel.do_restore = True
        case "ack":
            Channel.basic_ack = Channel.basic_ack.__wrapped__  # type: ignore[method-assign, attr-defined]
    app.start(sys.argv[1:])


if __name__ == "__main__":
    main()
