"""How the web's log lines are written: a static message, data in fields, the request's id; never a local variable."""

import logging
import sys

import structlog

from workflow.config import LogFormat


def configure(log_format: LogFormat) -> None:
    """Write log lines to standard error, as JSON for a collector or plainly for a person.

    Tracebacks are written without the values of variables, because these hold personal data and secrets.
    """
    last: list[structlog.typing.Processor] = (
        [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
        if log_format is LogFormat.JSON
        else [structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)]
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            *last,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=_to_standard_error,
        cache_logger_on_first_use=False,
    )


def _to_standard_error(*_args: object) -> structlog.WriteLogger:
    # Looked up for each line, because standard error may be replaced while the program runs.
    return structlog.WriteLogger(sys.stderr)
