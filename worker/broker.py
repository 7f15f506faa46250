"""Keeps a worker alive when the broker restarts under it, which Celery 5.7.0 with kombu 5.7.0 does not do by itself.

After a restart two things go over a channel that has already been closed, and each ends the worker process: giving back
what was not acknowledged, and acknowledging a task that has ended meanwhile. Neither is needed. A pulse that is lost is
followed by the next; one that was not acknowledged returns after the visibility timeout. `tests/worker/test_faults.py`
holds this, and shows what happens without it.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from kombu.transport.redis import Channel


def survive_restarts() -> None:
    """Put the guards in place, once, before any connection is made."""
    Channel.do_restore = False
    for name in ("basic_ack", "basic_reject"):
        original = getattr(Channel, name)
        if not hasattr(original, "__wrapped__"):
            setattr(Channel, name, _unless_closed(original))


def _unless_closed(method: Callable[..., None]) -> Callable[..., None]:
    @wraps(method)
    def guarded(channel: Any, *given: Any, **named: Any) -> None:
        # A closed channel has let go of its connection; what it would say can reach nobody.
        if channel.connection is not None:
            method(channel, *given, **named)

    return guarded
