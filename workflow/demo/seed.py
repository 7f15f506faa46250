"""Puts the demonstration into a database, by the same commands as people use, whole or not at all, and once."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import structlog
from sqlalchemy import Engine, func, literal, select
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.orm import Session, sessionmaker

from workflow import audit, deadlines, wiring
from workflow.accounts.models import Person
from workflow.audit.models import Event
from workflow.config import Settings
from workflow.db import SYSTEM, Sessions, make_sessions, person, unit_of_work
from workflow.demo.accounts import make_accounts, make_cover
from workflow.demo.clock import HISTORY_BEGINS, OPENS_AT, DemoClock
from workflow.demo.copy import keep_copy
from workflow.demo.history import Historian
from workflow.demo.past import PastClock, Post
from workflow.demo.people import GRANTER
from workflow.demo.stories import STORIES
from workflow.errors import SettingsError
from workflow.notifications import Letterhead
from workflow.reference import load_reference
from workflow.wiring.mailroom import Mailroom

STREAM = "demonstration"
log = structlog.get_logger(__name__)


def seed_demonstration(settings: Settings, engine: Engine) -> None:
    """Add the reference data, the people, the bids and the clock, where they are not there yet.

    All of it is one transaction: an interrupted start leaves nothing, and the next one begins again.

    Raises:
        SettingsError: when the demonstration is off, or the database holds people who are none of its own.
    """
    if not settings.demo:
        raise SettingsError("The demonstration is off: set WORKFLOW_DEMO=on to have its people and bids.")
    post = Post()
    with engine.connect() as connection, connection.begin():
        # Two starts at once wait for each other here.
        connection.execute(select(func.pg_advisory_xact_lock(func.hashtext(literal(STREAM)))))
        sessions = sessionmaker(connection, expire_on_commit=False, join_transaction_mode="rollback_only")
        is_new = not _is_ours(sessions)
        if is_new:
            with _without_collecting():
                _tell(settings, sessions, post)
    post.deliver(Path(settings.state) / "mail")
    running = make_sessions(engine)
    deadlines.start(running, OPENS_AT)
    if is_new:
        _keep_copy(settings)
    with unit_of_work(running, DemoClock(running), actor=SYSTEM) as work:
        load_reference(work.session, work.now)  # What a newer release brings.


def _keep_copy(settings: Settings) -> None:
    try:
        keep_copy(settings.migration_database_url, Path(settings.state) / "mail")
    except ProgrammingError as error:
        # A database of somebody's own may not let its owner add a schema; all else works without starting again.
        log.warning("no_copy_of_the_demonstration", reason=str(error.orig).splitlines()[0])


@contextmanager
def _without_collecting() -> Iterator[None]:
    """Leave what is no longer needed where it is: looking for it takes a tenth of the time, and the process ends soon."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


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


def _tell(settings: Settings, sessions: Sessions, post: Post) -> None:
    wiring.wire()
    clock = PastClock(HISTORY_BEGINS)
    with unit_of_work(sessions, clock, actor=SYSTEM) as work:
        audit.record(work, STREAM, "demonstration_begun", {})
        load_reference(work.session, work.now, real=work.real)
        make_accounts(work)
        granter = work.session.scalars(select(Person.id).where(Person.email == GRANTER)).one()
    with unit_of_work(sessions, clock, actor=person(granter)) as work:
        make_cover(work)
    wired = wiring.Wired(sessions, clock, post, Mailroom(settings.base_url, clock), Letterhead.of(settings))
    Historian(wired, clock).tell(STORIES, OPENS_AT)


def _is_ours(sessions: Sessions) -> bool:
    """Whether the demonstration is here already; a database with people of its own is refused."""
    with sessions() as session:
        if is_begun(session):
            return True
        somebody = session.scalar(select(Person.id).limit(1))
    if somebody is not None:
        raise SettingsError(
            "WORKFLOW_DEMO is on, but this database holds people who are not the demonstration's: "
            "use an empty database, or set WORKFLOW_DEMO=off."
        )
    return False
