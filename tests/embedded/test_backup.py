"""What was backed up comes back, whole or not at all."""

import functools
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from tests.harness import Cluster
from tests.settings import settings_for
from workflow.embedded import access, backup, dumps
from workflow.embedded.access import Reach, reach
from workflow.embedded.filling import migrate_safely
from workflow.embedded.migrate import current, head, migrate
from workflow.embedded.processes import CannotStart
from workflow.embedded.servers import start_postgres
from workflow.embedded.state import State

pytestmark = pytest.mark.slow
NOW = datetime(2011, 3, 29, 8, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def prepared() -> Iterator[Path]:
    """A state folder that was migrated and holds something of every kind; each test works on a copy of it."""
    with patched_to_skip_the_disk(), short_folder() as folder:
        with opened(environ_of(folder)) as found:
            migrate(found.settings.migration_database_url)
            run(found, "CREATE TABLE kept AS SELECT 'written before' AS words")
            (found.state.files / "a").mkdir()
            (found.state.files / "a" / "letter.pdf").write_bytes(b"%PDF-")
            (found.state.anchors / "2011-03-28.json").write_text("{}")
        yield folder / "var"


@pytest.fixture
def place() -> Iterator[Path]:
    """A folder of the test's own."""
    with short_folder() as folder:
        yield folder


@pytest.fixture
def given(place: Path, prepared: Path) -> Iterator[dict[str, str]]:
    """The environment of the test's own installation."""
    # `cp` keeps the owner of the database's files, which a copy by Python would not.
    subprocess.run(["cp", "-a", str(prepared), str(place)], check=True)
    with patched_to_skip_the_disk():
        yield environ_of(place)


@contextmanager
def short_folder() -> Iterator[Path]:
    """A folder that the servers' account may pass; pytest's own is closed to it."""
    made = Path(tempfile.mkdtemp(prefix="gb-"))
    made.chmod(0o711)
    yield made
    shutil.rmtree(made)


@contextmanager
def patched_to_skip_the_disk() -> Iterator[None]:
    """Waiting for the disk is most of the time, and no test here switches the machine off."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(access, "start_postgres", functools.partial(start_postgres, fsync=False))
        yield


def environ_of(place: Path) -> dict[str, str]:
    """The environment of the installation in a folder."""
    return {"WORKFLOW_STATE": str(place / "var"), "WORKFLOW_DEMO": "off", "PATH": os.environ["PATH"]}


@contextmanager
def opened(environ: dict[str, str]) -> Iterator[Reach]:
    """The installation, with PostgreSQL started alone."""
    with reach(environ, may_be_new=True) as found:
        yield found


def run(found: Reach, statement: str) -> list[object]:
    """Run a statement as the owner; the first column of what it gives."""
    engine = create_engine(found.settings.migration_database_url, poolclass=NullPool)
    with engine.begin() as connection:
        result = connection.execute(text(statement))
        return [row[0] for row in result] if result.returns_rows else []


def test_a_backup_brings_back_rows_files_key_and_anchors(given: dict[str, str], place: Path) -> None:
    made = place / "backup"
    with opened(given) as found:
        key = found.settings.secret_key
        assert backup.back_up(found, made, NOW) == made
        run(found, "UPDATE kept SET words = 'changed after'")
        (found.state.files / "a" / "letter.pdf").unlink()
        (found.state.files / "later.pdf").write_bytes(b"later")
        (found.state.anchors / "2011-03-28.json").write_text("forged")
        found.state.secret_key.write_text("another key that is long enough to be one")
    with opened(given) as found:
        backup.restore(found, made, NOW)
    with opened(given) as found:
        assert run(found, "SELECT words FROM kept") == ["written before"]
        assert current(found.settings.database_url) == head()
        assert (found.state.files / "a" / "letter.pdf").read_bytes() == b"%PDF-"
        assert not (found.state.files / "later.pdf").exists()
        assert (found.state.anchors / "2011-03-28.json").read_text() == "{}"
        assert found.settings.secret_key == key
        assert (found.state.folder / "files-before-20110329080000" / "later.pdf").exists(), (
            "nothing is deleted"
        )
        aside = "SELECT datname FROM pg_database WHERE datname LIKE 'workflow_before%'"
        assert run(found, aside) == ["workflow_before_20110329080000"]


def test_a_restored_database_still_protects_what_is_append_only(given: dict[str, str], place: Path) -> None:
    rights = ("SELECT", "INSERT", "UPDATE", "DELETE")
    asked = ", ".join(f"({number}, '{right}')" for number, right in enumerate(rights))
    question = (
        f"SELECT has_table_privilege('workflow_app', 'event', x) FROM (VALUES {asked}) v(n, x) ORDER BY n"
    )
    with opened(given) as found:
        backup.back_up(found, place / "backup", NOW)
        backup.restore(found, place / "backup", NOW)
        assert run(found, question) == [True, True, False, False]
        run(found, "CREATE TABLE later (id int)")
        assert run(found, "SELECT has_table_privilege('workflow_app', 'later', 'SELECT')") == [True]


@pytest.mark.parametrize("name", ["database.dump", "files/a/letter.pdf", "secret-key"])
def test_a_damaged_backup_is_refused_and_nothing_changes(
    given: dict[str, str], place: Path, name: str
) -> None:
    with opened(given) as found:
        backup.back_up(found, place / "backup", NOW)
        run(found, "UPDATE kept SET words = 'changed after'")
        (place / "backup" / name).write_bytes(b"damaged")
        with pytest.raises(CannotStart, match=rf"The backup is damaged: {name} is not what was written"):
            backup.restore(found, place / "backup", NOW)
        assert run(found, "SELECT words FROM kept") == ["changed after"]


def test_a_dump_that_is_cut_short_is_refused_and_nothing_changes(given: dict[str, str], place: Path) -> None:
    with opened(given) as found:
        made = dumps.dump(found.programs, found.settings.migration_database_url, place / "whole.dump")
        (place / "cut.dump").write_bytes(made.read_bytes()[:-2000])
        with pytest.raises(CannotStart, match="pg_restore failed"):
            backup.restore(found, place / "cut.dump", NOW)
        assert run(found, "SELECT words FROM kept") == ["written before"]
        left = "SELECT datname FROM pg_database WHERE datname LIKE 'workflow_%'"
        assert run(found, left) == []


def test_a_backup_never_writes_into_a_folder_that_holds_something(given: dict[str, str], place: Path) -> None:
    (place / "mine").mkdir()
    (place / "mine" / "diary").touch()
    with opened(given) as found, pytest.raises(CannotStart, match="is not an empty folder"):
        backup.back_up(found, place / "mine", NOW)
    assert [path.name for path in (place / "mine").iterdir()] == ["diary"]


def test_a_running_installation_is_not_restored_under_peoples_hands(
    given: dict[str, str], place: Path
) -> None:
    with opened(given) as found:
        busy = Reach(found.settings, found.state, found.programs, is_embedded=True, is_running=True)
        with pytest.raises(CannotStart, match="is running"):
            backup.restore(busy, place, NOW)


def test_a_database_of_ones_own_is_restored_only_when_it_is_empty(
    given: dict[str, str], place: Path, cluster: Cluster
) -> None:
    with opened(given) as found:
        backup.back_up(found, place / "backup", NOW)
        programs = found.programs
    full, empty = cluster.clone(), cluster.empty()
    state = State(place / "elsewhere")
    state.folder.mkdir()
    for database in (full, empty):
        settings = settings_for(DATABASE_URL=database.app_url, MIGRATION_DATABASE_URL=database.owner_url)
        own = Reach(settings, state, programs, is_embedded=False, is_running=False)
        if database is full:
            with pytest.raises(CannotStart, match="is not empty"):
                backup.restore(own, place / "backup", NOW)
        else:
            backup.restore(own, place / "backup", NOW)
            assert run(own, "SELECT words FROM kept") == ["written before"]
        cluster.drop(database)


def test_seven_nightly_dumps_are_kept_and_one_is_made_a_day(given: dict[str, str]) -> None:
    with opened(given) as found:
        url = found.settings.migration_database_url
        for night in range(9):
            assert dumps.nightly_dump(found.programs, url, found.state, NOW + timedelta(days=night))
        assert dumps.nightly_dump(found.programs, url, found.state, NOW + timedelta(days=8)) is None
        names = sorted(path.name for path in found.state.dumps.iterdir())
    assert names == [
        f"nightly-2011-{date}.dump"
        for date in ("03-31", "04-01", "04-02", "04-03", "04-04", "04-05", "04-06")
    ]


def test_a_migration_of_a_database_with_data_is_preceded_by_a_dump(given: dict[str, str]) -> None:
    said: list[str] = []
    with opened(given) as found:
        migrate_safely(found.settings, found.state, found.programs, said.append)
        assert (said, list(found.state.dumps.iterdir())) == ([], [])
        run(found, "UPDATE alembic_version SET version_num = '0001'")
        with pytest.raises(CannotStart, match="A migration failed"):
            migrate_safely(found.settings, found.state, found.programs, said.append)
        [made] = found.state.dumps.iterdir()
        assert made.name.startswith("before-0001-")
        assert said == [f"The database is dumped to {made} and then migrated from 0001 to {head()}."]
