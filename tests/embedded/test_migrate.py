"""Migrating is safe to do twice and by two processes at once."""

import threading

import psycopg
import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from tests.harness import Cluster, Database
from workflow.embedded import migrate as migrating
from workflow.embedded.dumps import libpq_url
from workflow.embedded.migrate import LOCK, current, head, migrate
from workflow.embedded.processes import CannotStart


def test_migrating_again_changes_nothing(database: Database) -> None:
    migrate(database.owner_url)
    assert current(database.owner_url) == head()


def test_two_processes_that_migrate_at_once_do_it_once(cluster: Cluster) -> None:
    database = cluster.empty()
    errors: list[BaseException] = []

    def run() -> None:
        try:
            migrate(database.owner_url)
        except BaseException as problem:  # noqa: BLE001 - a thread has nobody else to tell.
            errors.append(problem)

    # Alembic keeps its context in module state, so within one process the second one waits at the door.
    with psycopg.connect(libpq_url(database.owner_url), autocommit=True) as other:
        other.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        thread = threading.Thread(target=run)
        thread.start()
        thread.join(0.5)
        assert thread.is_alive()
        assert current(database.owner_url) is None
        other.execute("SELECT pg_advisory_unlock(%s)", [LOCK])
        thread.join(30)
    assert errors == []
    assert current(database.owner_url) == head()
    cluster.drop(database)


def test_a_lock_that_is_never_given_back_is_one_plain_line(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(migrating, "WAIT_S", 0.1)
    with psycopg.connect(libpq_url(database.owner_url), autocommit=True) as other:
        other.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        with pytest.raises(CannotStart, match="Another process has been migrating"):
            migrate(database.owner_url)


def test_a_migration_that_fails_is_one_plain_line_and_leaves_the_schema_as_it_was(cluster: Cluster) -> None:
    database = cluster.empty()
    engine = create_engine(database.owner_url, poolclass=NullPool)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE organisation (in_the_way int)"))
    with pytest.raises(CannotStart, match=r"^A migration failed and was rolled back: .*already exists"):
        migrate(database.owner_url)
    with engine.connect() as connection:
        tables = connection.execute(
            text("SELECT count(*) FROM pg_tables WHERE tablename = 'person'")
        ).scalar_one()
    assert tables == 0
    cluster.drop(database)


def test_the_role_of_the_product_cannot_migrate(cluster: Cluster) -> None:
    database = cluster.empty()
    with pytest.raises(CannotStart, match="permission denied"):
        migrate(database.app_url)
    cluster.drop(database)
