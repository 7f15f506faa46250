"""Puts the demonstration into a database, by the same commands as people use; doing it again changes nothing."""

from sqlalchemy import Engine, func, literal, select
from sqlalchemy.orm import Session

from workflow import audit, deadlines
from workflow.accounts.models import Person
from workflow.audit.models import Event
from workflow.config import Settings
from workflow.db import SYSTEM, Sessions, make_sessions, unit_of_work
from workflow.demo.accounts import make_accounts
from workflow.demo.clock import OPENS_AT, DemoClock
from workflow.errors import SettingsError

STREAM = "demonstration"


def seed_demonstration(settings: Settings, engine: Engine) -> None:
    """Add the people, the clock and the bids that are not there yet.

    Raises:
        SettingsError: when the demonstration is off, or the database holds people who are none of its own.
    """
    if not settings.demo:
        raise SettingsError("The demonstration is off: set WORKFLOW_DEMO=on to have its people and bids.")
    sessions = make_sessions(engine)
    _refuse_real_people(sessions)
    deadlines.start(sessions, OPENS_AT)
    with unit_of_work(sessions, DemoClock(sessions), actor=SYSTEM) as work:
        # Two starts at once wait for each other here.
        work.session.execute(select(func.pg_advisory_xact_lock(func.hashtext(literal(STREAM)))))
        if not is_begun(work.session):
            audit.record(work, STREAM, "demonstration_begun", {})
        make_accounts(work)


def is_begun(session: Session) -> bool:
    """Whether the database is one of the demonstration."""
    return session.scalar(select(Event.id).where(Event.stream == STREAM).limit(1)) is not None


def refuse_demonstration(sessions: Sessions) -> None:
    """Keep a product that is not a demonstration away from accounts whose passwords everybody knows.

    Raises:
        SettingsError: when the database is one of the demonstration.
    """
    with sessions() as session:
        found = is_begun(session)
    if found:
        raise SettingsError(
            "This database holds the demonstration, whose passwords are public, and WORKFLOW_DEMO is off: "
            "use another database, or set WORKFLOW_DEMO=on."
        )


def _refuse_real_people(sessions: Sessions) -> None:
    with sessions() as session:
        somebody = session.scalar(select(Person.id).limit(1))
        is_ours = somebody is None or is_begun(session)
    if not is_ours:
        raise SettingsError(
            "WORKFLOW_DEMO is on, but this database holds people who are not the demonstration's: "
            "use an empty database, or set WORKFLOW_DEMO=off."
        )
