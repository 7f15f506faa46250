"""A sender killed in the middle of a message: nothing lost, and at most that one message twice."""

import os
import signal
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest
from sqlalchemy import create_engine, func, select
from sqlalchemy.pool import NullPool

from tests.harness import Database
from tests.notifications import post
from tests.notifications.post import MailServer, messages, send_all
from workflow.clock import FixedClock
from workflow.db import SYSTEM, Sessions, make_sessions, unit_of_work
from workflow.notifications import Notification, State, owe, reap
from workflow.notifications.attempts import LEASE
from workflow.notifications.queries import check

ROOT = Path(__file__).resolve().parents[2]
COUNT, KILLED_AT = 20, 7


@pytest.fixture
def own(database: Database) -> Iterator[Sessions]:
    engine = create_engine(database.app_url, poolclass=NullPool)
    yield make_sessions(engine)
    engine.dispose()


def kill_in_data(database: Database, server: MailServer, *arguments: str) -> None:
    """Start a sender and kill it while the server holds its seventh message, which the server then takes."""
    reached, killed = threading.Event(), threading.Event()

    def hold(_message: EmailMessage) -> str:
        if len(server.taken) == KILLED_AT - 1:
            reached.set()
            killed.wait(30)
        return "250 taken"

    server.at_end_of_data = hold
    host, port = server.address
    sender = subprocess.Popen(
        [sys.executable, post.__file__, database.app_url, host, str(port), *arguments],
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)},
        cwd=ROOT,
    )
    assert reached.wait(30)
    sender.send_signal(signal.SIGKILL)
    sender.wait(10)
    killed.set()
    server.at_end_of_data = lambda _message: "250 taken"


def send_the_rest(sessions: Sessions, address: tuple[str, int]) -> None:
    """What the next sender does once the leases of the dead one have run out."""
    clock = FixedClock(datetime.now(UTC) + LEASE + timedelta(seconds=1))
    reap(sessions, clock)
    send_all(sessions, clock, address)


def owed(sessions: Sessions, count: int = COUNT) -> None:
    with unit_of_work(sessions, FixedClock(datetime.now(UTC)), actor=SYSTEM) as work:
        owe(work, messages(count))


def duplicates(server: MailServer) -> int:
    counted = Counter(str(message["Message-ID"]) for message in server.taken)
    assert len(counted) == COUNT
    return sum(counted.values()) - COUNT


def test_a_sender_killed_in_a_message_loses_nothing_and_repeats_at_most_that_one(
    own: Sessions, database: Database
) -> None:
    with MailServer() as server:
        owed(own)
        kill_in_data(database, server)
        send_the_rest(own, server.address)
        assert duplicates(server) <= 1
    with own() as session:
        sent = session.scalar(select(func.count()).where(Notification.state == State.SENT))
        assert sent == COUNT
        assert check(session, datetime.now(UTC) + timedelta(hours=1)) == []


def test_marking_a_batch_only_at_its_end_repeats_all_that_was_sent_of_it(
    own: Sessions, database: Database
) -> None:
    """The twin: the same kill, with the marks kept back until the batch is done."""
    with MailServer() as server:
        owed(own)
        kill_in_data(database, server, "by-batch")
        send_the_rest(own, server.address)
        assert duplicates(server) >= KILLED_AT - 1
