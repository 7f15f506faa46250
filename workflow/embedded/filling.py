"""Brings a database to where the product can start: its schema, the reference data, and the demonstration."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from workflow.clock import SystemClock
from workflow.config import Settings
from workflow.db import SYSTEM, make_engine, make_sessions, unit_of_work
from workflow.embedded.backup import dump_before_migration
from workflow.embedded.migrate import current, head, migrate
from workflow.embedded.state import State


def migrate_and_fill(settings: Settings, state: State, programs: Path, say: Callable[[str], None]) -> None:
    """Migrate, with a dump before it when there is data, then load what is missing; doing it again changes nothing."""
    migrate_safely(settings, state, programs, say)
    fill(settings)


def migrate_safely(settings: Settings, state: State, programs: Path, say: Callable[[str], None]) -> None:
    """Migrate to the newest schema; a database that has one gets a dump first."""
    owner_url = settings.migration_database_url
    before, newest = current(owner_url), head()
    if before == newest:
        return
    if before is not None:
        state.dumps.mkdir(parents=True, exist_ok=True)
        made = dump_before_migration(programs, owner_url, state, datetime.now(UTC))
        say(f"The database is dumped to {made} and then migrated from {before} to {newest}.")
    migrate(owner_url)


def fill(settings: Settings) -> None:
    """Load the reference data and, where it is on, the demonstration."""
    from workflow.reference.load import load_reference  # noqa: PLC0415 - the room is big and few commands need it.

    engine = make_engine(settings.database_url)
    try:
        with unit_of_work(make_sessions(engine), SystemClock(), actor=SYSTEM) as work:
            load_reference(work.session, work.now)
        if settings.demo:
            from workflow.demo.seed import seed_demonstration  # noqa: PLC0415 - only a demonstration has it.

            seed_demonstration(settings, engine)
    finally:
        engine.dispose()
