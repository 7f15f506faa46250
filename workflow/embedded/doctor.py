"""Says what is wrong with an installation, each finding with how to put it right."""

import os
import shutil
import smtplib
import stat
import sys
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import redis
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import NullPool

from workflow.config import MailTls, Settings
from workflow.embedded.access import Reach, check_settings, is_given, reach
from workflow.embedded.binaries import find_programs
from workflow.embedded.migrate import head
from workflow.embedded.roles import APP, APP_SETTINGS
from workflow.embedded.state import PROJECT, State, choose_state, read_running
from workflow.errors import SettingsError, WorkflowError

FREE_BYTES = 1024**3
APPEND_ONLY = ("event", "ledger_entry", "allocation_revision")


class Finding(NamedTuple):
    """One line of the examination."""

    is_wrong: bool
    text: str

    def __str__(self) -> str:
        return f"{'WRONG' if self.is_wrong else 'ok   '}  {self.text}"


def examine(environ: Mapping[str, str]) -> list[Finding]:
    """Everything that can be found out, in the order in which to put it right."""
    findings = [_python(), _assets()]
    try:
        state = choose_state(environ)
        check_settings(environ, state)
    except SettingsError as problem:
        return [*findings, *(_wrong(line) for line in str(problem).splitlines())]
    except WorkflowError as problem:
        return [*findings, _wrong(str(problem))]
    findings += [
        _fine("The settings are complete."),
        *_programs(environ),
        *_state(state),
        *_roles_given(environ),
    ]
    try:
        with reach(environ) as found:
            findings += [*_running(found), *_database(found.settings)]
            if found.is_running or is_given(environ, "REDIS_URL"):
                findings += [_redis(found.settings), _smtp(found.settings)]
    except WorkflowError as problem:
        findings.append(_wrong(str(problem)))
    return findings


def _wrong(line: str) -> Finding:
    return Finding(is_wrong=True, text=line)


def _fine(line: str) -> Finding:
    return Finding(is_wrong=False, text=line)


def _python() -> Finding:
    version = ".".join(str(part) for part in sys.version_info[:3])
    if sys.version_info < (3, 11):  # noqa: UP036 - it may be started by hand with an older one.
        return _wrong(f"Python is {version}; 3.11 or newer is needed.")
    return _fine(f"Python is {version}.")


def _assets() -> Finding:
    if (PROJECT / "build/assets/manifest.json").is_file():
        return _fine("The style sheet and script are built.")
    return _wrong(
        "The style sheet and script are not built. Run `make run` once, or `npm ci && npm run build`."
    )


def _programs(environ: Mapping[str, str]) -> Iterator[Finding]:
    try:
        programs = find_programs(environ)
    except WorkflowError as problem:
        yield _wrong(str(problem))
        return
    yield _fine(f"PostgreSQL is {programs.postgres}; Valkey is {programs.valkey}.")


def _state(state: State) -> Iterator[Finding]:
    if not state.folder.is_dir():
        yield _fine(f"The state folder {state.folder} is not there yet; `make run` makes it.")
        return
    if not os.access(state.folder, os.W_OK):
        yield _wrong(f"The state folder {state.folder} cannot be written by this account.")
        return
    free = shutil.disk_usage(state.folder).free
    if free < FREE_BYTES:
        yield _wrong(f"Only {free // 1024**2} MB are free under {state.folder}; make room for at least 1 GB.")
    key = state.secret_key
    if key.exists() and stat.S_IMODE(key.stat().st_mode) & 0o077:
        yield _wrong(f"Others may read {key}. Run `chmod 600 {key}`.")
    yield from _dumps(state)
    yield _fine(f"The state folder is {state.folder}.")


def _dumps(state: State) -> Iterator[Finding]:
    nightly = sorted(state.dumps.glob("nightly-*.dump"))
    if not nightly or not state.has_database:
        return
    age = datetime.now(UTC) - datetime.fromtimestamp(nightly[-1].stat().st_mtime, UTC)
    if age > timedelta(days=2):
        yield _wrong(
            f"The newest nightly dump is {age.days} days old. Dumps are written while `make run` runs."
        )


def _roles_given(environ: Mapping[str, str]) -> Iterator[Finding]:
    if is_given(environ, "DATABASE_URL") and not is_given(environ, "MIGRATION_DATABASE_URL"):
        yield _wrong(
            "DATABASE_URL is set without MIGRATION_DATABASE_URL. With one role for both, the product could change"
            " its own history. Set both, for workflow_app and workflow_owner."
        )


def _running(found: Reach) -> Iterator[Finding]:
    if found.is_running:
        running = read_running(found.state)
        yield _fine(
            f"It is running at {running.address} (process {running.pid})." if running else "It is starting."
        )
    elif found.is_embedded:
        yield _fine("It is not running; the database was started alone for this examination.")


def _database(settings: Settings) -> Iterator[Finding]:
    engine = create_engine(settings.database_url, poolclass=NullPool)
    try:
        with engine.connect() as connection:
            yield from _schema(connection)
            yield from _role(connection)
    except SQLAlchemyError as problem:
        reason = str(getattr(problem, "orig", problem)).strip().splitlines()[0]
        yield _wrong(f"The database does not answer: {reason}")


def _schema(connection: Connection) -> Iterator[Finding]:
    if not connection.execute(text("SELECT to_regclass('alembic_version') IS NOT NULL")).scalar_one():
        yield _wrong("The database is empty. Run `python -m workflow migrate`.")
        return
    revision = connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none()
    if revision == head():
        yield _fine(f"The schema is at its newest migration, {revision}.")
    else:
        yield _wrong(
            f"The schema is at {revision}, this version needs {head()}. Run `python -m workflow migrate`."
        )


def _role(connection: Connection) -> Iterator[Finding]:
    row = connection.execute(
        text("SELECT current_user AS name, rolsuper FROM pg_roles WHERE rolname = current_user")
    ).one()
    if row.rolsuper:
        yield _wrong(f"The product connects as {row.name}, a superuser. Give it the role {APP}.")
    for table in APPEND_ONLY:
        may = text("SELECT to_regclass(:name) IS NOT NULL AND has_table_privilege(:name, 'UPDATE, DELETE')")
        if connection.execute(may, {"name": table}).scalar_one():
            yield _wrong(f"The role {row.name} may change or delete rows of {table}, which are for ever.")
    zone = connection.execute(text("SHOW timezone")).scalar_one()
    if zone != APP_SETTINGS["timezone"]:
        yield _wrong(f"The role's time zone is {zone}. Run ALTER ROLE {row.name} SET timezone = 'UTC'.")
    collation = connection.execute(
        text("SELECT datlocale FROM pg_database WHERE datname = current_database()")
    ).scalar_one()
    if collation != "C.UTF-8":
        yield _wrong(
            "The database was not made with the builtin locale C.UTF-8, so lists sort in another order."
        )
    yield _fine(f"The database answers to {row.name}.")


def _redis(settings: Settings) -> Finding:
    try:
        with redis.Redis.from_url(settings.redis_url, socket_timeout=2, socket_connect_timeout=2) as client:
            policy = client.config_get("maxmemory-policy").get("maxmemory-policy")
    except (redis.RedisError, OSError) as problem:
        return _wrong(f"Redis does not answer: {problem}")
    if policy != "noeviction":
        return _wrong(
            f"Redis forgets keys when it is full (maxmemory-policy is {policy}). Set it to noeviction."
        )
    return _fine("Redis answers.")


def _smtp(settings: Settings) -> Finding:
    smtp = settings.smtp
    kind = smtplib.SMTP_SSL if smtp.tls is MailTls.TLS else smtplib.SMTP
    try:
        with kind(smtp.host, smtp.port, timeout=5) as client:
            client.noop()
    except (OSError, smtplib.SMTPException) as problem:
        return _wrong(f"The mail server {smtp.host}:{smtp.port} does not answer: {problem}")
    return _fine(f"The mail server {smtp.host}:{smtp.port} answers.")
