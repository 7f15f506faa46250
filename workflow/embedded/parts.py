"""The commands of the parts that make up the product; a container runs the very same ones."""

import sys

from workflow.config import Settings

WORKER_PROCESSES = 2


def web_command(settings: Settings) -> list[str]:
    """The web server. It writes no access log: the product logs requests itself, without secret links."""
    return [
        *_python("gunicorn"),
        "--bind",
        f"{settings.host}:{settings.port}",
        "--worker-class",
        "gthread",
        "--workers",
        str(settings.web_workers),
        "--threads",
        str(settings.web_threads),
        "--timeout",
        "60",
        "--graceful-timeout",
        "15",
        "--keep-alive",
        "5",
        "--max-requests",
        "20000",
        "--max-requests-jitter",
        "2000",
        "--no-control-socket",
        "--preload",
        "--config",
        "python:workflow.embedded.web_hooks",
        "workflow.app:create_app()",
    ]


def worker_command() -> list[str]:
    """The worker that runs tasks."""
    return [
        *_python("celery"),
        "--app",
        "worker.app:app",
        "worker",
        "--loglevel",
        "INFO",
        "--concurrency",
        str(WORKER_PROCESSES),
        "--without-gossip",
        "--without-mingle",
    ]


def beat_command() -> list[str]:
    """The pulse; its schedule is kept in memory, so it writes no file."""
    return [*_python("celery"), "--app", "worker.app:app", "beat", "--loglevel", "INFO", "--pidfile="]


def filling_command() -> list[str]:
    """What brings the database to where the product can start, and ends."""
    return _python("workflow.embedded.filling")


def accounts_command() -> list[str]:
    """What lists the people of a demonstration, and ends."""
    return [*_python("workflow"), "demo", "accounts"]


def mail_sink_command(folder: str, descriptor: int) -> list[str]:
    """The mail sink, on a socket that the supervisor opened."""
    return [*_python("workflow.embedded.mail_sink"), folder, str(descriptor)]


def _python(module: str) -> list[str]:
    return [sys.executable, "-m", module]
