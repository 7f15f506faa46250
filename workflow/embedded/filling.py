"""Brings a database to where the product can start: its schema, the reference data, and the demonstration."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from workflow.clock import LONDON
from workflow.config import Settings, load_settings
from workflow.db import SYSTEM, Sessions, make_engine, make_sessions, unit_of_work
from workflow.deadlines import start
from workflow.embedded.binaries import find_postgres
from workflow.embedded.dumps import dump_before_migration
from workflow.embedded.migrate import current, head, migrate
from workflow.embedded.state import State
from workflow.errors import WorkflowError

DEMONSTRATION_STARTS = datetime(2011, 3, 29, 18, 0, tzinfo=LONDON)
"""The evening of the day on which the review closed."""


def migrate_safely(settings: Settings, state: State, programs: Path, say: Callable[[str], None]) -> None:
    """Migrate to the newest schema, after a dump where there is data, and write down the definitions of this version."""
    owner_url = settings.migration_database_url
    before, newest = current(owner_url), head()
    if before != newest:
        if before is not None:
            made = dump_before_migration(programs, owner_url, state, before, datetime.now(UTC))
            say(f"The database is dumped to {made} and then migrated from {before} to {newest}.")
        migrate(owner_url)
    _deploy(settings)


def fill(settings: Settings) -> None:
    """Load the reference data and, where it is on, the demonstration."""
    from workflow.demo.seed import refuse_demonstration, seed_demonstration  # noqa: PLC0415 - as below.
    from workflow.reference.load import load_reference  # noqa: PLC0415 - few commands need it.
    from workflow.wiring import make_clock, wire  # noqa: PLC0415

    wire()
    with _sessions(settings) as sessions:
        if settings.demo:
            # It loads the reference data itself, in the past in which its bids were made.
            seed_demonstration(settings, sessions.kw["bind"])
            return
        refuse_demonstration(sessions)
        with unit_of_work(sessions, make_clock(settings, sessions), actor=SYSTEM) as work:
            load_reference(work.session, work.now)


def _deploy(settings: Settings) -> None:
    from workflow.wiring import deploy_definitions, make_clock, wire  # noqa: PLC0415 - it brings every room with it.

    wire()
    with _sessions(settings) as sessions:
        if settings.demo:
            # Business time stands still while the product is stopped; only the very first start reads this moment.
            start(sessions, DEMONSTRATION_STARTS)
        with unit_of_work(sessions, make_clock(settings, sessions), actor=SYSTEM) as work:
            deploy_definitions(work.session, work.now)


@contextmanager
def _sessions(settings: Settings) -> Iterator[Sessions]:
    engine = make_engine(settings.database_url)
    try:
        yield make_sessions(engine)
    finally:
        engine.dispose()


def main() -> int:
    """`python -m workflow.embedded.filling`: what a start does to its database, in a process whose memory is given back."""
    settings = load_settings()
    try:
        migrate_safely(settings, State(settings.state), find_postgres(os.environ), print)
        fill(settings)
    except WorkflowError as problem:
        print(problem)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
