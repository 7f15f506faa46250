"""The tasks: thin, each one call that `python -m workflow tick` makes as well. None takes an argument.

They log by fields; what one of them raises is logged by Celery and tried again at the next pulse.
"""

import structlog

from worker.app import app
from workflow import wiring
from workflow.config import load_settings
from workflow.notifications.queries import alerts

log = structlog.get_logger(__name__)
_connected: list[wiring.Wired] = []


def wired() -> wiring.Wired:
    """This process's own connections, made when they are first needed."""
    if not _connected:
        _connected.append(wiring.connect(load_settings()))
    return _connected[0]


def forget() -> None:
    """Leave the connections of the parent process to it, without closing them."""
    for inherited in _connected:
        inherited.sessions.kw["bind"].dispose(close=False)
    _connected.clear()


def drain() -> None:
    """Send what is ready."""
    wiring.drain(wired())


def sweep() -> None:
    """Fire reminders and escalations, then carry out breaches."""
    wiring.sweep(wired())


def reap() -> None:
    """Take back what dead senders left."""
    wiring.reap(wired())


def watch() -> None:
    """Say in the log what staff must look at."""
    with wired().sessions() as session:
        for alert in alerts(session, wired().clock):
            log.error("alert", alert=alert)


# A drain ends by itself: it claims for 20 seconds and one message takes 90 at most. Its soft limit is set after that, so
# that it never cuts a message off.
app.task(name="worker.tasks.drain", soft_time_limit=115)(drain)
for _function in (sweep, reap, watch):
    app.task(name=f"worker.tasks.{_function.__name__}")(_function)
