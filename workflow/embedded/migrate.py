"""Brings the schema to its head, one process at a time."""

import time
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, text
from sqlalchemy.engine import Connection
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import NullPool

from workflow.embedded.processes import CannotStart

SCRIPTS = Path(__file__).resolve().parents[2] / "migrations"
LOCK = 0x6772616E74  # "grant"; only one process of all machines migrates at a time.
WAIT_S = 300.0


def alembic_config(owner_url: str) -> Config:
    """Alembic's configuration, without a file: where the migrations are, and the database to change."""
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS).replace("%", "%%"))
    config.attributes["url"] = owner_url
    return config


def head() -> str | None:
    """The newest migration that this version of the product brings."""
    return ScriptDirectory(str(SCRIPTS)).get_current_head()


def current(url: str) -> str | None:
    """The migration that a database stands at; None when it is empty."""
    engine = create_engine(url, poolclass=NullPool)
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def migrate(owner_url: str, *, revision: str = "head") -> None:
    """Upgrade the database to `revision`, waiting for whoever is migrating it already.

    The lock is held on a direct connection of its own, because a session lock means nothing behind a pooler.

    Raises:
        CannotStart: when a migration fails, or another process keeps the lock for five minutes.
    """
    engine = create_engine(owner_url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        _lock(connection)
        try:
            command.upgrade(alembic_config(owner_url), revision)
        except SQLAlchemyError as problem:
            reason = str(getattr(problem, "orig", problem)).strip().splitlines()[0]
            raise CannotStart(f"A migration failed and was rolled back: {reason}") from problem
        finally:
            connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": LOCK})


def _lock(connection: Connection) -> None:
    # Trying in a loop, rather than waiting in the lock, keeps no snapshot open that a concurrent index would wait for.
    until = time.monotonic() + WAIT_S
    while not connection.execute(text("SELECT pg_try_advisory_lock(:key)"), {"key": LOCK}).scalar_one():
        if time.monotonic() > until:
            raise CannotStart(
                "Another process has been migrating this database for five minutes. Look at that first."
            )
        time.sleep(0.2)
