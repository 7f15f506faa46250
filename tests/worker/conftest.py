"""Real processes for tests of the worker: Celery, a Valkey of the test's own, a mail server that can be held up."""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from pathlib import Path

import pytest
from celery import Celery
from sqlalchemy import create_engine, func, select
from sqlalchemy.pool import NullPool

from tests.harness import Database
from tests.notifications.post import MailServer, messages
from worker.app import make_app
from workflow.clock import SystemClock
from workflow.db import SYSTEM, Sessions, make_sessions, unit_of_work
from workflow.embedded.servers import Valkey, start_valkey
from workflow.notifications import Notification, State, owe

ROOT = Path(__file__).resolve().parents[2]
PROCESS = Path(__file__).with_name("process.py")


class Background:
    """One test's worker processes and how to reach what they use."""

    def __init__(self, database: Database, folder: Path) -> None:
        self.database, self.folder = database, folder
        self.mail = MailServer()
        self.valkey: Valkey = start_valkey(folder / "valkey")
        self.sessions: Sessions = make_sessions(create_engine(database.app_url, poolclass=NullPool))
        self.pulse: Celery = make_app(lambda: self.valkey.urls().broker)
        self._processes: list[subprocess.Popen[bytes]] = []

    def start(self, *arguments: str, **environ: str) -> subprocess.Popen[bytes]:
        """Start Celery with these arguments, in a process group of its own."""
        given = {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(ROOT),
            "DATABASE_URL": self.database.app_url,
            "REDIS_URL": self.valkey.urls().redis,
            "WORKFLOW_SECRET_KEY": "s" * 32,
            "MAIL": "{}:{}".format(*self.mail.address),
            **environ,
        }
        log = (self.folder / f"celery{len(self._processes)}.log").open("wb")
        with log:
            process = subprocess.Popen(
                [sys.executable, str(PROCESS), *arguments],
                env=given,
                cwd=self.folder,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self._processes.append(process)
        return process

    def worker(self, **environ: str) -> subprocess.Popen[bytes]:
        """A worker with two senders."""
        return self.start(
            "worker",
            "--loglevel",
            "INFO",
            "--concurrency",
            "2",
            "--without-gossip",
            "--without-mingle",
            **environ,
        )

    def beat(self) -> subprocess.Popen[bytes]:
        """The pulse itself."""
        return self.start("beat", "--loglevel", "INFO", "--pidfile=")

    def call(self, task: str) -> None:
        """One pulse."""
        self.pulse.send_task(f"worker.tasks.{task}")

    def owe(self, count: int) -> None:
        """Owe so many messages, really committed."""
        with unit_of_work(self.sessions, SystemClock(), actor=SYSTEM) as work:
            owe(work, messages(count))

    def in_state(self, state: State) -> int:
        """How many messages stand there."""
        with self.sessions() as session:
            return session.scalar(select(func.count()).where(Notification.state == state)) or 0

    def wait_until(self, condition: Callable[[], bool], within_s: float = 40) -> None:
        """Look until it is so; fails with the processes' logs when it never is."""
        until = time.monotonic() + within_s
        while not condition():
            assert time.monotonic() < until, self.logs()
            time.sleep(0.05)

    def logs(self) -> str:
        """What the processes said."""
        return "\n".join(path.read_text(errors="replace") for path in sorted(self.folder.glob("*.log")))

    def restart_valkey(self) -> None:
        """Stop Valkey, which forgets everything, and start it again on the same socket."""
        self.valkey.stop()
        self.valkey = start_valkey(self.folder / "valkey")

    def stop(self) -> None:
        """End everything."""
        for process in self._processes:
            kill(process)
        self.pulse.close()
        self.valkey.stop()


def kill(process: subprocess.Popen[bytes]) -> None:
    """Kill a process and its children at once, as a failing machine would."""
    with contextlib.suppress(ProcessLookupError):  # It may have ended already, with its whole group.
        os.killpg(process.pid, signal.SIGKILL)
    process.wait(10)


@contextmanager
def running(database: Database, folder: Path) -> Iterator[Background]:
    background = Background(database, folder)
    with background.mail:
        try:
            yield background
        finally:
            background.stop()


@pytest.fixture
def background(database: Database) -> Iterator[Background]:
    folder = Path(tempfile.mkdtemp(prefix="gw-"))
    # The servers of root run as another account, which has to pass through this folder.
    folder.chmod(0o711)
    with running(database, folder) as made:
        yield made
    shutil.rmtree(folder, ignore_errors=True)


class Gate:
    """Holds the mail server up at the end of one message's data, until it is opened."""

    def __init__(self, mail: MailServer, at: int) -> None:
        self.reached, self._open, self._at, self._seen = threading.Event(), threading.Event(), at, 0
        mail.at_end_of_data = self._hold

    def open(self) -> None:
        self._open.set()

    def _hold(self, _message: EmailMessage) -> str:
        self._seen += 1
        if self._seen == self._at:
            self.reached.set()
            self._open.wait(60)
        return "250 taken"
