"""The tasks call the rounds of background work that `tick` calls, each with this process's own connections."""

from collections.abc import Iterator

import pytest

from tests.deadlines.conftest import load
from tests.harness import Database, SmtpSink
from worker import tasks
from worker.app import TIMETABLE, app
from workflow.config import RedisUrls
from workflow.notifications.models import Heartbeat


@pytest.fixture
def environment(
    database: Database, redis_urls: RedisUrls, smtp_sink: SmtpSink, monkeypatch: pytest.MonkeyPatch
) -> Iterator[None]:
    host, port = smtp_sink.address
    given = {
        "DATABASE_URL": database.app_url,
        "REDIS_URL": redis_urls.redis,
        "WORKFLOW_SECRET_KEY": "s" * 32,
        "SMTP_HOST": host,
        "SMTP_PORT": str(port),
    }
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    yield
    for connected in tasks._connected:
        connected.sessions.kw["bind"].dispose()
    tasks.forget()


def test_every_pulse_of_the_timetable_names_a_task(environment: None) -> None:
    assert {entry["task"] for entry in TIMETABLE.values()} <= set(app.tasks)


def test_the_tasks_run_on_a_database_where_nothing_is_due(environment: None) -> None:
    with tasks.wired().sessions() as session, session.begin():
        load(session)
    for task in (tasks.sweep, tasks.drain, tasks.reap, tasks.watch):
        task()
    with tasks.wired().sessions() as session:
        assert session.get(Heartbeat, "sweep") is not None


def test_a_process_keeps_its_connections_and_a_child_makes_its_own(environment: None) -> None:
    first = tasks.wired()
    assert tasks.wired() is first
    tasks.forget()
    assert tasks.wired() is not first
