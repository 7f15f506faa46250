"""Dumps, backups and restoring: the database, the stored files, the secret key and the anchors, in one folder.

A backup holds the secret key, because without it every secret link in a mail that was sent stops working. Keep it as
safe as the key.
"""

import hashlib
import json
import os
import shutil
import tempfile
from datetime import datetime
from pathlib import Path

import psycopg
from psycopg import sql
from sqlalchemy.engine import make_url

from workflow.embedded.access import Reach
from workflow.embedded.dumps import dump, libpq_url, run_program
from workflow.embedded.migrate import current, migrate
from workflow.embedded.processes import CannotStart
from workflow.embedded.roles import SUPERUSER, create_database
from workflow.embedded.servers import socket_folder
from workflow.embedded.state import State

DUMP = "database.dump"
MANIFEST = "manifest.json"
SECRET = "secret-key"  # noqa: S105 - the name of a file.


def back_up(reach: Reach, target: Path, real: datetime) -> Path:
    """Write a backup into a new folder, or none at all; people may go on working meanwhile.

    Raises:
        CannotStart: when the folder holds something, or a part cannot be copied.
    """
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise CannotStart(f"{target} is not an empty folder. Choose a new one for each backup.")
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
    try:
        # Files are written before the rows that name them, so copying the rows first finds every file of theirs.
        dump(reach.programs, reach.settings.migration_database_url, draft / DUMP)
        for folder in (reach.state.files, reach.state.anchors):
            if folder.is_dir():
                shutil.copytree(folder, draft / folder.name)
        _write_private(draft / SECRET, reach.settings.secret_key)
        _write_manifest(draft, current(reach.settings.migration_database_url), real)
        if target.exists():
            target.rmdir()
        draft.rename(target)
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise
    return target


def restore(reach: Reach, source: Path, real: datetime) -> None:
    """Put back what a backup or a dump holds. What was there is moved aside, not deleted.

    Raises:
        CannotStart: when the installation runs, or the backup is not whole.
    """
    if reach.is_running:
        raise CannotStart("The installation is running. Stop it, then restore.")
    whole = source.is_dir()
    if whole:
        _check_manifest(source)
    archive = source / DUMP if whole else source
    if not archive.is_file():
        raise CannotStart(f"{source} is neither a backup nor a dump.")
    if reach.is_embedded:
        _restore_embedded(reach, archive, real)
    else:
        _restore_given(reach, archive)
    if whole:
        _restore_folders(reach.state, source, real)
    migrate(reach.settings.migration_database_url)


def _restore_embedded(reach: Reach, archive: Path, real: datetime) -> None:
    # The dump goes into a new database first, so that a broken one leaves everything as it was.
    owner = make_url(reach.settings.migration_database_url)
    name = str(owner.database)
    draft, aside = f"{name}_restoring", f"{name}_before_{real:%Y%m%d%H%M%S}"
    sockets = socket_folder(reach.state.postgres)
    with psycopg.connect(host=str(sockets), dbname="postgres", user=SUPERUSER, autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(draft)))
        create_database(connection, draft)
        try:
            _load(
                reach.programs,
                archive,
                libpq_url(owner.set(database=draft).render_as_string(hide_password=False)),
            )
        except BaseException:
            connection.execute(sql.SQL("DROP DATABASE {}").format(sql.Identifier(draft)))
            raise
        rename = sql.SQL("ALTER DATABASE {} RENAME TO {}")
        connection.execute(rename.format(sql.Identifier(name), sql.Identifier(aside)))
        connection.execute(rename.format(sql.Identifier(draft), sql.Identifier(name)))


def _restore_given(reach: Reach, archive: Path) -> None:
    url = reach.settings.migration_database_url
    if current(url) is not None:
        raise CannotStart("The given database is not empty. Create a new one and name it in DATABASE_URL.")
    _load(reach.programs, archive, libpq_url(url))


def _load(programs: Path, archive: Path, url: str) -> None:
    options = ["--single-transaction", "--exit-on-error", "--no-owner", "--dbname", url]
    run_program([programs / "pg_restore", *options, archive])


def _restore_folders(state: State, source: Path, real: datetime) -> None:
    for folder in (state.files, state.anchors):
        held = source / folder.name
        if held.is_dir():
            if folder.is_dir() and any(folder.iterdir()):
                folder.rename(folder.with_name(f"{folder.name}-before-{real:%Y%m%d%H%M%S}"))
            shutil.copytree(held, folder, dirs_exist_ok=True)
    _write_private(state.secret_key, (source / SECRET).read_text())


def _write_private(path: Path, text: str) -> None:
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as handle:
        handle.write(text)


def _write_manifest(folder: Path, revision: str | None, real: datetime) -> None:
    files = {
        str(path.relative_to(folder)): _digest(path) for path in sorted(folder.rglob("*")) if path.is_file()
    }
    manifest = {"made_at": real.isoformat(), "migration": revision, "sha256": files}
    (folder / MANIFEST).write_text(json.dumps(manifest, indent=2) + "\n")


def _check_manifest(folder: Path) -> None:
    try:
        files: dict[str, str] = json.loads((folder / MANIFEST).read_text())["sha256"]
    except (OSError, ValueError, KeyError):
        raise CannotStart(f"{folder} is not a backup: it has no readable {MANIFEST}.") from None
    for name, digest in files.items():
        path = folder / name
        if not path.is_file() or _digest(path) != digest:
            raise CannotStart(f"The backup is damaged: {name} is not what was written. Nothing was changed.")


def _digest(path: Path) -> str:
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()
