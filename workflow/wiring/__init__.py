"""The one list of definitions with their facts, effects, audiences and mail; and the rounds of background work.

`wire()` is called once by whatever starts the program. `connect()` gives a worker everything it needs; `sweep`, `drain` and
`reap` are what its tasks run, and `tick` runs all of them once with no broker.
"""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy.orm import Session

from workflow import deadlines, notifications
from workflow.audit.anchors import keep_daily_anchor
from workflow.cases import registry as cases_registry
from workflow.cases import sweep_breaches
from workflow.cases.definitions import deploy, differing
from workflow.clock import Clock, SystemClock
from workflow.config import Settings
from workflow.db import Sessions, make_engine, make_sessions
from workflow.deadlines import StoredClock
from workflow.engine import Workflow
from workflow.notifications import Letterhead, Sender, SmtpSender
from workflow.wiring.mailroom import Mailroom
from workflow.wiring.registry import REGISTRY
from workflow.wiring.reminders import sweep_reminders

__all__ = [
    "Wired",
    "connect",
    "deploy_definitions",
    "drain",
    "make_clock",
    "not_deployed",
    "reap",
    "sweep",
    "tick",
    "wire",
    "workflows",
]


def wire() -> None:
    """Install the registry; doing it again changes nothing."""
    cases_registry.install(REGISTRY)


def workflows() -> list[Workflow]:
    """Every definition that this program knows, by key and version."""
    return [REGISTRY.definitions[key] for key in sorted(REGISTRY.definitions)]


def deploy_definitions(session: Session, now: datetime) -> int:
    """Write down the definitions that the database does not have; returns how many were new.

    Raises:
        EditedUnderLiveCases: when a deployed version's structure was edited while cases are pinned to it.
    """
    return deploy(session, workflows(), now)


def not_deployed(session: Session) -> list[str]:
    """The definitions whose structure is not the deployed one; a release with any is not ready."""
    return differing(session, workflows())


def make_clock(settings: Settings, sessions: Sessions) -> Clock:
    """The machine's clock, or in the demonstration the stored one that only moves forward."""
    return StoredClock(sessions) if settings.demo else SystemClock()


@dataclass(frozen=True, slots=True)
class Wired:
    """What background work needs. Without `anchors`, a file, no daily anchor is carried out of the database."""

    sessions: Sessions
    clock: Clock
    sender: Sender
    mailroom: Mailroom
    letterhead: Letterhead
    anchors: Path | None = None


def connect(settings: Settings, *, sessions: Sessions | None = None, clock: Clock | None = None) -> Wired:
    """Everything for background work under these settings; nothing is connected before it is used."""
    wire()
    made = sessions or make_sessions(make_engine(settings.database_url, pool_size=4))
    using = clock or make_clock(settings, made)
    letterhead = Letterhead.of(settings)
    sender = SmtpSender(settings.smtp, settings.mail_from)
    mailroom = Mailroom(settings.base_url, using)
    return Wired(made, using, sender, mailroom, letterhead, settings.state / "anchors" / "anchors.jsonl")


def sweep(wired: Wired, *, limit: int = 500) -> dict[str, int]:
    """Apply the breaches and fire the reminders that are due, and make the day's anchor; returns how many of each."""
    deadlines.beat(wired.sessions)
    # Breaches first: what the product itself must do never waits for a mail that cannot be worded.
    breaches = sweep_breaches(wired.sessions, wired.clock, limit=limit)
    reminders = sweep_reminders(wired.sessions, wired.clock, limit=limit)
    if wired.anchors is not None:
        keep_daily_anchor(wired.sessions, wired.clock, wired.anchors)
    notifications.beat(wired.sessions, "sweep", wired.clock.real())
    return {"reminders": reminders, "breaches": breaches}


def drain(wired: Wired) -> dict[str, int]:
    """Send what is ready; returns how many messages ended which way."""
    done = notifications.drain(
        wired.sessions, wired.clock, wired.sender, wired.mailroom, letterhead=wired.letterhead
    )
    notifications.beat(wired.sessions, "drain", wired.clock.real())
    return dict(done)


def reap(wired: Wired) -> dict[str, int]:
    """Take back what dead senders left behind; returns how many went which way."""
    return dict(notifications.reap(wired.sessions, wired.clock))


def tick(sessions: Sessions, clock: Clock, settings: Settings) -> dict[str, int]:
    """One round of sweep, drain and reap with no broker; what is swept now is sent in the same round."""
    wired = connect(settings, sessions=sessions, clock=clock)
    try:
        return {
            **{f"swept {name}": count for name, count in sweep(wired).items()},
            **{f"reaped {name}": count for name, count in reap(wired).items()},
            **{f"sent {name}" if name != "sent" else "sent": count for name, count in drain(wired).items()},
        }
    finally:
        wired.sender.close()
