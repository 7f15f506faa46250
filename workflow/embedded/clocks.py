"""Which clock a command goes by: the machine's, or the demonstration's own."""

from workflow.clock import Clock, SystemClock
from workflow.config import Settings
from workflow.db import Sessions


def business_clock(settings: Settings, sessions: Sessions) -> Clock:
    """The clock of an installation with these settings."""
    if not settings.demo:
        return SystemClock()
    from workflow.demo.clock import DemoClock  # noqa: PLC0415 - only a demonstration has it.

    return DemoClock(sessions)
