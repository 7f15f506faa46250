"""The fixtures of all tests; what they stand on is in `tests/harness.py`."""

import os
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
import redis
from sqlalchemy import Connection, Engine
from sqlalchemy.orm import Session, sessionmaker

from tests import browser
from tests.cleaning import Cleaner
from tests.harness import Cluster, Database, Servers, SmtpSink, running_sink
from workflow.clock import FixedClock
from workflow.config import RedisUrls
from workflow.db import Sessions, make_engine, make_sessions

if TYPE_CHECKING:
    from tests.demonstration import Seeded

_SERVERS = pytest.StashKey[Servers]()
START = datetime(2011, 3, 29, 8, 0, tzinfo=UTC)
"""09:00 in London on Tuesday 29 March 2011, where the demonstration begins."""


def pytest_configure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        config.stash[_SERVERS] = Servers()


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    # The controller starts the servers before its first worker, and tells each worker where they are.
    node.workerinput["cluster"] = node.config.stash[_SERVERS].started().packed()


def pytest_unconfigure(config: pytest.Config) -> None:
    servers = config.stash.get(_SERVERS, None)
    if servers is not None:
        servers.stop()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    # Whoever asks for a page needs a browser, whether it says so by the mark or not.
    needing = [
        item for item in items if {"browser", "context", "page"} & set(getattr(item, "fixturenames", ()))
    ]
    for item in needing:
        item.add_marker(pytest.mark.browser)
    if needing and browser.present() is None:
        for item in needing:
            item.add_marker(pytest.mark.skip(reason="NO BROWSER WAS FOUND; `make test` gets one"))
    # What takes longest starts first, journeys before all, so that no worker is left with one of them at the end.
    items.sort(key=_slow_first)


def _slow_first(item: pytest.Item) -> tuple[bool, bool]:
    is_slow, has_browser = (item.get_closest_marker(name) is not None for name in ("slow", "browser"))
    return not is_slow, not (is_slow and has_browser)


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    """How the browser is started: the one that was found, without a sandbox for root, who may not have one."""
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    return {"executable_path": browser.present(), "headless": True, "args": arguments}


@pytest.fixture(scope="session")
def cluster(request: pytest.FixtureRequest) -> Cluster:
    """The running servers."""
    told = getattr(request.config, "workerinput", None)
    if told is None:
        return request.config.stash[_SERVERS].started()
    number = int(re.sub(r"\D", "", told["workerid"]) or 0)
    return Cluster.unpacked(told["cluster"], number)


@pytest.fixture(scope="session")
def worker_database(cluster: Cluster) -> Iterator[Database]:
    """The clone that this worker's quick tests share."""
    database = cluster.clone()
    yield database
    cluster.drop(database)


@pytest.fixture(scope="session")
def app_engine(worker_database: Database) -> Iterator[Engine]:
    """The product's engine, as `workflow_app`, on this worker's clone."""
    engine = make_engine(worker_database.app_url)
    yield engine
    engine.dispose()


@pytest.fixture
def connection(app_engine: Engine) -> Iterator[Connection]:
    """A connection inside a transaction that is rolled back when the test ends."""
    with app_engine.connect() as opened:
        transaction = opened.begin()
        yield opened
        transaction.rollback()


@pytest.fixture
def sessions(connection: Connection) -> Sessions:
    """A maker of sessions whose commits are savepoints of one transaction, rolled back when the test ends."""
    return sessionmaker(connection, expire_on_commit=False, join_transaction_mode="create_savepoint")


@pytest.fixture
def session(sessions: Sessions) -> Iterator[Session]:
    """A session that leaves nothing behind. Deferred constraints never fire in it, nor do second connections see it."""
    with sessions() as opened:
        yield opened


@pytest.fixture(scope="session")
def _cleaner(cluster: Cluster, worker_database: Database) -> Iterator[Cleaner]:
    cleaner = Cleaner(cluster, worker_database)
    yield cleaner
    cleaner.close()


@pytest.fixture
def committing(app_engine: Engine, _cleaner: Cleaner) -> Iterator[Sessions]:
    """A maker of sessions that really commit on this worker's clone, which is cleaned afterwards."""
    yield make_sessions(app_engine)
    _cleaner.clean()


@pytest.fixture
def database(cluster: Cluster) -> Iterator[Database]:
    """A database of the test's own, for threads, servers, tasks and other processes."""
    cloned = cluster.clone()
    yield cloned
    cluster.drop(cloned)


@pytest.fixture(scope="session")
def seeded(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> "Seeded":
    """The demonstration, told once for all workers; nobody is connected to its database, so that it can be cloned."""
    from tests.demonstration import seeded_once  # noqa: PLC0415 - it brings every room; most tests need few.

    own = tmp_path_factory.getbasetemp()
    return seeded_once(cluster, own if worker_id == "master" else own.parent)


@pytest.fixture
def redis_urls(cluster: Cluster) -> RedisUrls:
    """This worker's own databases of Valkey, emptied before the test, in the three spellings."""
    urls = cluster.redis
    first = cluster.worker * 8
    for number in range(first, first + 3):
        with redis.Redis(unix_socket_path=str(cluster.valkey_socket), db=number) as client:
            client.flushdb()
    return urls


@pytest.fixture
def redis_url(redis_urls: RedisUrls) -> str:
    """This worker's own Valkey database, emptied before the test, as redis-py spells it."""
    return redis_urls.redis


@pytest.fixture
def clock() -> FixedClock:
    """Both clocks, standing still at 09:00 in London on 29 March 2011 until the test moves them."""
    return FixedClock(START)


@pytest.fixture
def smtp_sink() -> Iterator[SmtpSink]:
    """A real SMTP server on the loopback; see `.messages`, `.address` and `.wait_for()`."""
    with running_sink() as sink:
        yield sink
