"""Celery as a pulse: it says when to look, and the database says what there is to do.

Losing every queued message costs at most one period. Hence no results, no countdowns and no retries of Celery's own; each
pulse expires after two periods, and a task may run twice or at once in two workers.
"""

import logging
from collections.abc import Callable
from typing import Any

from celery import Celery, signals

from worker.broker import survive_restarts
from workflow import logs
from workflow.config import load_settings

survive_restarts()

PERIODS_S = {"drain": 5.0, "sweep": 30.0, "reap": 60.0, "watch": 300.0}
"""How often each task of `worker.tasks` is called, in seconds."""

TIMETABLE = {
    name: {"task": f"worker.tasks.{name}", "schedule": period, "options": {"expires": 2 * period}}
    for name, period in PERIODS_S.items()
}


def configuration(broker_url: str) -> dict[str, Any]:
    """All settings of Celery. Times are seconds."""
    return {
        "broker_url": broker_url,
        "broker_connection_retry_on_startup": True,
        "broker_connection_max_retries": None,
        "broker_transport_options": {
            "visibility_timeout": 300,
            "socket_timeout": 10,
            "socket_connect_timeout": 10,
            "socket_keepalive": True,
            "health_check_interval": 15,
        },
        "result_backend": None,
        "task_ignore_result": True,
        "task_serializer": "json",
        "accept_content": ["json"],
        "task_default_queue": "workflow",
        # A pulse is given back when its worker dies; rejecting it then is what makes the late acknowledgement work.
        "task_acks_late": True,
        "task_reject_on_worker_lost": True,
        "task_time_limit": 120,
        "task_soft_time_limit": 90,
        "worker_prefetch_multiplier": 1,
        "worker_max_tasks_per_child": 2000,
        "worker_cancel_long_running_tasks_on_connection_loss": False,
        "worker_send_task_events": False,
        "enable_utc": True,
        "timezone": "UTC",
        "beat_schedule": TIMETABLE,
        # The timetable is code, so beat needs no file to remember it; two beats, or none, do no harm.
        "beat_scheduler": "celery.beat:Scheduler",
        "beat_max_loop_interval": 5,
        "include": ["worker.tasks"],
    }


def make_app(broker_url: Callable[[], str]) -> Celery:
    """The Celery application. The broker's address is asked for when it is first needed, not when this is imported."""
    celery = Celery("workflow")
    celery.add_defaults(lambda: configuration(broker_url()))
    return celery


app = make_app(lambda: load_settings().redis.broker)


def forget_connections(**_: object) -> None:
    """A child never uses a connection that its parent opened: two processes on one socket mix up their answers."""
    from worker import tasks  # noqa: PLC0415 - tasks import this module.

    tasks.forget()


def write_logs(loglevel: int | None = None, **_: object) -> None:
    """Log as the web does. Celery sets no logging up, nor takes standard error over, because this is connected."""
    logs.configure_with_libraries(load_settings().log_format, loglevel or logging.INFO)


signals.setup_logging.connect(write_logs, weak=False)
signals.worker_process_init.connect(forget_connections, weak=False)
