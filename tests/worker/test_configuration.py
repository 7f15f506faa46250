"""Celery as it must be set for the guarantees to hold."""

import json
import logging
from collections.abc import Iterator
from datetime import timedelta

import pytest
import structlog
from kombu.transport.redis import Channel

from tests.settings import settings_for
from worker import app as background
from worker.app import PERIODS_S, TIMETABLE, configuration, make_app


def test_a_pulse_is_acknowledged_late_given_back_when_its_worker_dies_and_leaves_no_result() -> None:
    settings = configuration("redis://localhost/1")
    assert settings["task_acks_late"]
    assert settings["task_reject_on_worker_lost"]
    assert settings["worker_prefetch_multiplier"] == 1
    assert settings["result_backend"] is None
    assert settings["task_ignore_result"]


def test_no_task_lasts_longer_than_the_visibility_timeout() -> None:
    settings = configuration("redis://localhost/1")
    limits = settings["task_soft_time_limit"], settings["task_time_limit"]
    assert limits == (90, 120)
    assert settings["task_time_limit"] < settings["broker_transport_options"]["visibility_timeout"]


def test_the_timetable_is_in_utc_in_memory_and_every_pulse_expires_after_two_periods() -> None:
    app = make_app(lambda: "redis://localhost/1")
    assert (app.conf.timezone, app.conf.enable_utc) == ("UTC", True)
    assert app.conf.beat_scheduler == "celery.beat:Scheduler"
    assert PERIODS_S == {"drain": 5.0, "sweep": 30.0, "reap": 60.0, "watch": 300.0}
    for name, period in PERIODS_S.items():
        assert TIMETABLE[name]["schedule"] == period
        assert TIMETABLE[name]["options"] == {"expires": 2 * period}


def test_a_worker_keeps_trying_a_broker_that_is_not_there() -> None:
    settings = configuration("redis://localhost/1")
    assert settings["broker_connection_retry_on_startup"]
    assert settings["broker_connection_max_retries"] is None
    assert timedelta(seconds=settings["broker_transport_options"]["socket_timeout"]) <= timedelta(seconds=10)


def test_an_unacknowledged_pulse_is_never_put_back_over_a_dead_connection() -> None:
    assert Channel.do_restore is False
    assert hasattr(Channel.basic_ack, "__wrapped__")


@pytest.fixture
def root_logger() -> Iterator[logging.Logger]:
    """The logger above all others, put back as it was."""
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    yield root
    root.handlers[:] = handlers
    root.setLevel(level)


def test_the_lines_of_celery_and_ours_look_alike(
    root_logger: logging.Logger, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(background, "load_settings", lambda: settings_for(WORKFLOW_LOG_FORMAT="json"))
    background.write_logs(loglevel=logging.WARNING)
    logging.getLogger("celery.worker").warning("%s of %s", 1, 2)
    logging.getLogger("celery.worker").info("Not worth a line.")
    structlog.get_logger("worker.tasks").error("alert", alert="ledger")
    lines = [json.loads(line) for line in capfd.readouterr().err.splitlines()]
    assert [(line["level"], line["event"]) for line in lines] == [("warning", "1 of 2"), ("error", "alert")]
    assert all(line["timestamp"].endswith("Z") for line in lines)
