"""How log lines are written: a static message, data in fields, the request's id; never a local variable."""

import logging
import sys

import structlog

from workflow.config import LogFormat

_MARKS: tuple[structlog.typing.Processor, ...] = (
    structlog.contextvars.merge_contextvars,
    structlog.processors.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
)


def configure(log_format: LogFormat) -> None:
    """Write log lines to standard error, as JSON for a collector or plainly for a person.

    Tracebacks are written without the values of variables, because these hold personal data and secrets.
    """
    structlog.configure(
        processors=[*_MARKS, *_last(log_format)],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=_to_standard_error,
        cache_logger_on_first_use=False,
    )


def configure_with_libraries(log_format: LogFormat, level: int = logging.INFO) -> None:
    """The same, and let the lines of all libraries look like ours: for a process that is ours as a whole."""
    configure(log_format)
    handler = logging.StreamHandler(sys.stderr)
    own = structlog.stdlib.ProcessorFormatter.remove_processors_meta
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=_MARKS, processors=[own, *_last(log_format)], use_get_message=True
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)


def _last(log_format: LogFormat) -> list[structlog.typing.Processor]:
    if log_format is LogFormat.JSON:
        return [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
    return [structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)]


def _to_standard_error(*_args: object) -> structlog.WriteLogger:
    # Looked up for each line, because standard error may be replaced while the program runs.
    return structlog.WriteLogger(sys.stderr)
