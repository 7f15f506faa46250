"""The state folder: everything the embedded installation keeps, who holds it, and how others find what runs."""

import fcntl
import hashlib
import json
import os
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from workflow.embedded.binaries import is_passable
from workflow.embedded.processes import CannotStart

PROJECT = Path(__file__).resolve().parents[2]
"""The folder of this copy of the product."""
SYSTEM_STATE = Path("/var/lib/grant-workflow")
"""Where root's state goes when this copy stands in a folder that the servers' account may not enter."""


@dataclass(frozen=True)
class State:
    """A state folder and the places in it."""

    folder: Path
    was_moved: bool = False

    @property
    def lock(self) -> Path:
        """Held by whoever runs the servers."""
        return self.folder / "lock"

    @property
    def running(self) -> Path:
        """What the running installation tells others."""
        return self.folder / "running.json"

    @property
    def secret_key(self) -> Path:
        """The key that signs sessions and links, written once."""
        return self.folder / "secret-key"

    @property
    def postgres(self) -> Path:
        """PostgreSQL's folder."""
        return self.folder / "postgres"

    @property
    def valkey(self) -> Path:
        """Valkey's folder."""
        return self.folder / "valkey"

    @property
    def logs(self) -> Path:
        """One log for each part."""
        return self.folder / "log"

    @property
    def mail(self) -> Path:
        """One file for each message that the mail sink took."""
        return self.folder / "mail"

    @property
    def dumps(self) -> Path:
        """Dumps of the database: the last seven nights, and one before each migration."""
        return self.folder / "dumps"

    @property
    def files(self) -> Path:
        """Stored documents."""
        return self.folder / "files"

    @property
    def anchors(self) -> Path:
        """Where the daily anchors of the audit chains are kept, outside the database."""
        return self.folder / "anchors"

    @property
    def anchor_file(self) -> Path:
        """The anchors, a line for each day."""
        return self.anchors / "anchors.jsonl"

    @property
    def has_database(self) -> bool:
        """Whether a database was made here before."""
        return (self.postgres / "data" / "PG_VERSION").exists()


@dataclass(frozen=True)
class Running:
    """What a running installation tells others; the addresses hold no password, sockets ask the kernel who comes."""

    pid: int
    address: str
    database_url: str
    migration_database_url: str
    redis_url: str
    smtp_port: int | None


def choose_state(environ: Mapping[str, str], project: Path = PROJECT) -> State:
    """The state folder: the setting, else `var` in this copy, else a folder of the system for root in a closed copy.

    Raises:
        CannotStart: when root chose a folder that the servers' account may not enter.
    """
    chosen = environ.get("WORKFLOW_STATE")
    folder = Path(chosen).expanduser().absolute() if chosen else project / "var"
    if os.geteuid() != 0 or is_passable(folder.parent):
        return State(folder)
    if chosen:
        raise CannotStart(
            f"WORKFLOW_STATE is {chosen}, in a folder closed to the servers' account."
            " Choose one under /var/lib or /srv."
        )
    key = hashlib.sha256(os.fsencode(project)).hexdigest()[:12]
    return State(SYSTEM_STATE / f"{project.name}-{key}", was_moved=True)


def make(state: State) -> None:
    """Make the folder and the places in it, closed to other accounts.

    Raises:
        CannotStart: when it cannot be written.
    """
    try:
        state.folder.mkdir(parents=True, exist_ok=True)
        # The servers of root run as another account, which has to pass through, but sees nothing on its way.
        state.folder.chmod(0o711 if os.geteuid() == 0 else 0o700)
        for place in (state.logs, state.mail, state.dumps, state.files, state.anchors):
            place.mkdir(mode=0o700, exist_ok=True)
    except OSError as problem:
        raise CannotStart(
            f"The state folder {state.folder} cannot be written ({problem.strerror})."
            " Set WORKFLOW_STATE to a folder of yours."
        ) from None


@contextmanager
def held(state: State) -> Iterator[bool]:
    """Hold the state folder for the length of the block; False when another process holds it already."""
    with state.lock.open("a") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True


def secret_key(state: State) -> Path:
    """The file of the secret key; written on the first call, readable by its owner only."""
    if not state.secret_key.exists():
        draft = state.secret_key.with_suffix(".new")
        draft.unlink(missing_ok=True)
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as handle:
            handle.write(secrets.token_urlsafe(48))
        draft.rename(state.secret_key)
    return state.secret_key


def write_running(state: State, running: Running) -> None:
    """Tell others what runs."""
    draft = state.running.with_suffix(".new")
    draft.write_text(json.dumps(asdict(running), indent=2) + "\n")
    draft.chmod(0o600)
    draft.rename(state.running)


def read_running(state: State) -> Running | None:
    """What runs, or None; it is only true while another process holds the folder."""
    try:
        values = json.loads(state.running.read_text())
        return Running(**values)
    except (FileNotFoundError, NotADirectoryError, ValueError, TypeError):
        return None
