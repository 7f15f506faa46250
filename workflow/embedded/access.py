"""Finds what a command needs: what runs already, or PostgreSQL alone for as long as the command lasts."""

import signal
import socket
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from workflow.config import Settings, load_settings
from workflow.embedded import parts, processes
from workflow.embedded.binaries import find_postgres
from workflow.embedded.processes import CannotStart
from workflow.embedded.roles import APP, OWNER
from workflow.embedded.servers import socket_folder, start_postgres
from workflow.embedded.state import PROJECT, State, choose_state, held, make, read_running, secret_key

DATABASE = "workflow"


@dataclass(frozen=True)
class Reach:
    """What a command works on: its settings, the state folder, and the programs of a PostgreSQL that fits."""

    settings: Settings
    state: State
    programs: Path
    is_embedded: bool
    """Whether the database is the one in the state folder."""
    is_running: bool
    """Whether the whole installation runs, so that people may be working."""


def is_given(environ: Mapping[str, str], name: str) -> bool:
    """Whether a setting was given, as itself or as a file."""
    return bool(environ.get(name) or environ.get(f"{name}_FILE"))


def completed(environ: Mapping[str, str], state: State, found: Mapping[str, str]) -> dict[str, str]:
    """The environment with what the embedded installation knows by itself, wherever nobody said otherwise."""
    own = {"WORKFLOW_DEMO": "on", **found}
    if "WORKFLOW_SECRET_KEY" not in found:
        own["WORKFLOW_SECRET_KEY_FILE"] = str(state.secret_key)
    merged = {name: value for name, value in environ.items() if value != ""}
    merged |= {
        name: value for name, value in own.items() if not is_given(environ, name.removesuffix("_FILE"))
    }
    merged["WORKFLOW_STATE"] = str(state.folder)
    return merged


def check_settings(environ: Mapping[str, str], state: State) -> Settings:
    """The settings as far as they can be known before a server runs, so that a wrong one stops it at once.

    Raises:
        SettingsError: one line for each that is wrong.
    """
    unknown_yet = {
        "DATABASE_URL": "postgresql:///not-yet",
        "REDIS_URL": "unix:///not-yet",
        "WORKFLOW_SECRET_KEY": "0" * 32,
    }
    return load_settings(completed(environ, state, unknown_yet))


@contextmanager
def reach(
    environ: Mapping[str, str], *, may_be_new: bool = False, takes_mail: bool = False
) -> Iterator[Reach]:
    """What a command works on: the given database, the running installation's, or its database started alone.

    `may_be_new` makes a database where there is none; `takes_mail` keeps the mail sink open beside a database
    that is started alone.

    Raises:
        CannotStart: when nothing was ever set up here.
        SettingsError: when a setting is wrong.
    """
    state = choose_state(environ)
    programs = find_postgres(environ)
    redis_url = f"unix://{socket_folder(state.valkey) / 'valkey.sock'}?db=0"
    if is_given(environ, "DATABASE_URL"):
        if not is_given(environ, "WORKFLOW_SECRET_KEY"):
            make(state)
            secret_key(state)
        settings = load_settings(completed(environ, state, {"REDIS_URL": redis_url}))
        yield Reach(settings, state, programs, is_embedded=False, is_running=False)
        return
    check_settings(environ, state)
    if not state.has_database and not may_be_new:
        raise CannotStart(f"Nothing was set up in {state.folder} yet. Run `make run` first.")
    make(state)
    secret_key(state)
    with held(state) as mine:
        if mine:
            with ExitStack() as stack:
                yield _alone(environ, state, programs, redis_url, stack, takes_mail=takes_mail)
        else:
            yield _beside(environ, state, programs)


def _beside(environ: Mapping[str, str], state: State, programs: Path) -> Reach:
    running = read_running(state)
    if running is None:
        raise CannotStart(
            f"The installation in {state.folder} is starting or stopping. Try again in a few seconds."
        )
    found = {
        "DATABASE_URL": running.database_url,
        "MIGRATION_DATABASE_URL": running.migration_database_url,
        "REDIS_URL": running.redis_url,
    }
    if running.smtp_port is not None:
        found |= {"SMTP_HOST": "127.0.0.1", "SMTP_PORT": str(running.smtp_port)}
    settings = load_settings(completed(environ, state, found))
    return Reach(settings, state, programs, is_embedded=True, is_running=True)


def _alone(
    environ: Mapping[str, str],
    state: State,
    programs: Path,
    redis_url: str,
    stack: ExitStack,
    *,
    takes_mail: bool,
) -> Reach:
    postgres = start_postgres(state.postgres, databases=(DATABASE,))
    stack.callback(postgres.stop)
    found = {
        "DATABASE_URL": postgres.url(DATABASE, APP),
        "MIGRATION_DATABASE_URL": postgres.url(DATABASE, OWNER),
        "REDIS_URL": redis_url,
    }
    if takes_mail and not is_given(environ, "SMTP_HOST"):
        port = stack.enter_context(running_sink(state.mail, state.logs / "mail.log", environ))
        found |= {"SMTP_HOST": "127.0.0.1", "SMTP_PORT": str(port)}
    settings = load_settings(completed(environ, state, found))
    return Reach(settings, state, programs, is_embedded=True, is_running=False)


@contextmanager
def running_sink(folder: Path, log: Path, environ: Mapping[str, str]) -> Iterator[int]:
    """A mail sink for the length of the block; its port."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        command = parts.mail_sink_command(str(folder), listening.fileno())
        process = processes.start(
            command, log=log, environ=environ, folder=PROJECT, descriptors=(listening.fileno(),)
        )
        try:
            yield listening.getsockname()[1]
        finally:
            processes.stop(process, first=signal.SIGTERM, within_s=10)
