"""Dumps of the database: one a night, and one before each migration."""

import subprocess
from datetime import datetime
from pathlib import Path

from workflow.embedded.processes import CannotStart
from workflow.embedded.state import State

NIGHTS_KEPT = 7


def libpq_url(url: str) -> str:
    """A SQLAlchemy address as PostgreSQL's own programs and psycopg spell it."""
    return url.replace("postgresql+psycopg://", "postgresql://", 1)


def dump(programs: Path, owner_url: str, target: Path) -> Path:
    """Write a dump of one database, whole or not at all.

    Raises:
        CannotStart: with what pg_dump said.
    """
    draft = target.with_name(f".{target.name}.new")
    run_program(
        [programs / "pg_dump", "--format=custom", f"--file={draft}", "--dbname", libpq_url(owner_url)]
    )
    draft.chmod(0o600)
    draft.rename(target)
    return target


def nightly_dump(programs: Path, owner_url: str, state: State, real: datetime) -> Path | None:
    """Write today's dump unless it is there, and forget the oldest; None when there was nothing to do."""
    target = state.dumps / f"nightly-{real:%Y-%m-%d}.dump"
    if target.exists():
        return None
    dump(programs, owner_url, target)
    for old in sorted(state.dumps.glob("nightly-*.dump"))[:-NIGHTS_KEPT]:
        old.unlink()
    return target


def dump_before_migration(
    programs: Path, owner_url: str, state: State, revision: str, real: datetime
) -> Path:
    """A dump of a database that stands at `revision` and is about to be migrated."""
    state.dumps.mkdir(parents=True, exist_ok=True)
    return dump(programs, owner_url, state.dumps / f"before-{revision}-{real:%Y-%m-%dT%H%M%S}.dump")


def run_program(command: list[str | Path]) -> None:
    """Run a program of PostgreSQL to its end.

    Raises:
        CannotStart: with what it said.
    """
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        said = " / ".join(line.strip() for line in done.stderr.strip().splitlines()[-3:])
        raise CannotStart(f"{Path(command[0]).name} failed: {said}")
