"""What the tests run on: real servers started once, a migrated template, and clones of it in a fraction of a second.

The test session's controller owns the servers; each worker clones the template for itself. Tests run as
`workflow_app`, as the product does; only cleaning up and fault tests use the superuser.
"""

import asyncio
import itertools
import os
import shutil
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any, Self

import psycopg
from aiosmtpd.smtp import SMTP, Envelope, Session
from psycopg import sql

from workflow.config import RedisUrls, redis_urls
from workflow.embedded.migrate import migrate
from workflow.embedded.roles import APP, OWNER, SUPERUSER, create_database
from workflow.embedded.servers import Postgres, Valkey, postgres_url, start_postgres, start_valkey

TEMPLATE = "workflow_template"
DATABASES_A_WORKER = 8
"""How many of Valkey's numbered databases belong to one worker; it has 256."""

SuperuserConnection = psycopg.Connection[tuple[Any, ...]]


class Servers:
    """The servers of one test session, started when first needed and owned by its controller."""

    def __init__(self) -> None:
        self.folder: Path | None = None
        self.postgres: Postgres | None = None
        self.valkey: Valkey | None = None

    def started(self) -> "Cluster":
        """Where they are; the first call starts them and migrates the template."""
        if self.valkey is None or self.postgres is None:
            self.folder = Path(tempfile.mkdtemp(prefix="gw-"))
            # The servers of root run as another account, which has to pass through this folder.
            self.folder.chmod(0o711)
            self.postgres = start_postgres(self.folder / "p", fsync=False, databases=(TEMPLATE,))
            self.valkey = start_valkey(self.folder / "v")
            migrate(self.postgres.url(TEMPLATE, OWNER))
        return Cluster(self.postgres.sockets, self.valkey.socket_path, self.postgres.programs)

    def stop(self) -> None:
        """Stop what was started and remove its folder."""
        if self.valkey is not None:
            self.valkey.stop()
        if self.postgres is not None:
            self.postgres.stop(at_once=True)
        if self.folder is not None:
            shutil.rmtree(self.folder, ignore_errors=True)
        self.folder = self.postgres = self.valkey = None


@dataclass(frozen=True)
class Database:
    """The three ways into one database."""

    name: str
    app_url: str
    owner_url: str
    superuser_url: str


@dataclass(frozen=True)
class Cluster:
    """The running servers as one worker sees them."""

    sockets: Path
    valkey_socket: Path
    programs: Path
    worker: int = 0
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1), compare=False)

    def packed(self) -> dict[str, str]:
        """Plain text for another process."""
        return {
            "sockets": str(self.sockets),
            "valkey_socket": str(self.valkey_socket),
            "programs": str(self.programs),
        }

    @classmethod
    def unpacked(cls, values: dict[str, str], worker: int) -> Self:
        """What `packed` wrote, for the worker with this number."""
        return cls(
            Path(values["sockets"]), Path(values["valkey_socket"]), Path(values["programs"]), worker=worker
        )

    @property
    def redis(self) -> RedisUrls:
        """This worker's own three databases of Valkey."""
        return redis_urls(f"unix://{self.valkey_socket}?db={self.worker * DATABASES_A_WORKER}")

    def connect(self, database: str = "postgres") -> SuperuserConnection:
        """A superuser's connection, in autocommit."""
        return psycopg.connect(host=str(self.sockets), dbname=database, user=SUPERUSER, autocommit=True)

    def clone(self, template: str = TEMPLATE, *, name: str = "") -> Database:
        """A new database with everything the template has."""
        name = name or f"test_{os.getpid()}_{self.worker}_{next(self._numbers)}"
        with self.connect() as connection:
            create_database(connection, name, template=template)
        return self.named(name)

    def empty(self) -> Database:
        """A new database without a single table, for tests of migrations."""
        return self.clone("template1")

    def named(self, name: str) -> Database:
        """The addresses of a database."""
        app, owner, superuser = (postgres_url(self.sockets, name, user) for user in (APP, OWNER, SUPERUSER))
        return Database(name, app, owner, superuser)

    def drop(self, database: Database) -> None:
        """Remove a clone, ending whoever is still connected."""
        with self.connect() as connection:
            connection.execute(
                sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(database.name))
            )


@dataclass(frozen=True)
class Received:
    """One message that the sink took."""

    sender: str
    recipients: tuple[str, ...]
    content: bytes

    @property
    def message(self) -> EmailMessage:
        """The message, parsed."""
        return message_from_bytes(self.content, policy=policy.default)


class SmtpSink:
    """A real SMTP server on the loopback that keeps what it takes.

    `on_rcpt(address)` and `on_data(received)` may answer with a line such as "450 later", or None to accept.
    """

    def __init__(self) -> None:
        self.messages: list[Received] = []
        self.on_rcpt: Callable[[str], str | None] = lambda _address: None
        self.on_data: Callable[[Received], str | None] = lambda _received: None
        self._arrived = threading.Condition()
        self._loop = asyncio.new_event_loop()
        self._address: tuple[str, int] | None = None
        self._server: asyncio.Server | None = None
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, name="smtp-sink", daemon=True)

    @property
    def address(self) -> tuple[str, int]:
        """Its host and port."""
        assert self._address is not None
        return self._address

    def wait_for(self, count: int, *, within_s: float = 10) -> list[Received]:
        """The messages, once there are at least `count`; fails when they do not come."""
        with self._arrived:
            came = self._arrived.wait_for(lambda: len(self.messages) >= count, within_s)
        assert came, f"{len(self.messages)} of {count} messages came within {within_s} s"
        return list(self.messages)

    def start(self) -> None:
        """Listen."""
        self._thread.start()
        assert self._ready.wait(10), "the mail sink did not start"

    def stop(self) -> None:
        """Stop listening and close what is open."""
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)

    # The names of the next two are aiosmtpd's.
    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        answer = self.on_rcpt(address)
        if answer is not None:
            return answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        content = envelope.content
        assert isinstance(content, bytes)
        received = Received(envelope.mail_from or "", tuple(envelope.rcpt_tos), content)
        answer = self.on_data(received)
        if answer is not None:
            return answer
        with self._arrived:
            self.messages.append(received)
            self._arrived.notify_all()
        return "250 OK"

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._listen())
        self._ready.set()
        self._loop.run_forever()
        self._loop.run_until_complete(self._close())
        self._loop.close()

    async def _listen(self) -> None:
        self._server = await self._loop.create_server(
            lambda: SMTP(self, hostname="sink.test", enable_SMTPUTF8=True, loop=self._loop), "127.0.0.1", 0
        )
        host, port = self._server.sockets[0].getsockname()
        self._address = (host, port)

    async def _close(self) -> None:
        assert self._server is not None
        self._server.close()
        others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)


@contextmanager
def running_sink() -> Iterator[SmtpSink]:
    """An SMTP sink for as long as the block lasts."""
    sink = SmtpSink()
    sink.start()
    try:
        yield sink
    finally:
        sink.stop()
