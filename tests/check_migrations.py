"""`python -m tests.check_migrations`: squawk reads every migration for what would hold a busy database up or break it."""

import io
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from alembic.script import Script, ScriptDirectory

SCRIPTS = Path(__file__).resolve().parents[1] / "migrations"
FIRST_RELEASE = "0019"
"""Up to this one the tables are new and empty, so nothing can be held up, and a key may come after its table."""

ON_EMPTY_TABLES = (
    "require-lock-timeout",
    "require-statement-timeout",
    "ban-drop-default",
    "ban-drop-constraint",
)
"""Rules that say nothing about tables that nobody uses yet, or about clients that are not there."""

OF_OURS = ("prefer-bigint-over-smallint",)
"""Rules that we break on purpose: a year is a small number."""


def statements(script: Script) -> str:
    """What a migration tells the database, as text."""
    written = io.StringIO()
    options = {"as_sql": True, "output_buffer": written, "literal_binds": True}
    context = MigrationContext.configure(dialect_name="postgresql", opts=options)
    with Operations.context(context):
        script.module.upgrade()
    return written.getvalue()


def problems(source: str, *, but: Sequence[str] = ()) -> str:
    """What squawk says about statements that run in one transaction; nothing when all is well."""
    command = [str(Path(sys.executable).with_name("squawk")), "--pg-version=18", "--assume-in-transaction"]
    command += ["--reporter=gcc", *(f"--exclude={rule}" for rule in (*OF_OURS, *but))]
    done = subprocess.run(command, input=source, capture_output=True, text=True, check=False)
    return (done.stdout + done.stderr) if done.returncode else ""


def found(folder: Path = SCRIPTS) -> Iterator[str]:
    """Every problem: of the first release as a whole, and of each later migration by itself."""
    scripts = list(ScriptDirectory(str(folder)).walk_revisions())[::-1]
    first = [script for script in scripts if script.revision <= FIRST_RELEASE]
    yield problems("\n".join(map(statements, first)), but=ON_EMPTY_TABLES)
    for script in scripts[len(first) :]:
        yield problems(statements(script))


def main() -> int:
    """Print the problems; the exit status."""
    said = [problem for problem in found() if problem]
    sys.stdout.writelines(said)
    return 1 if said else 0


if __name__ == "__main__":
    sys.exit(main())
