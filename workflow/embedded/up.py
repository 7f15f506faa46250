"""`make run`: everything on one machine, started in order and kept running until Ctrl-C."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from workflow.config import Settings, load_settings
from workflow.embedded import dumps, parts, processes
from workflow.embedded.access import DATABASE, check_settings, completed, is_given
from workflow.embedded.binaries import Programs, find_programs
from workflow.embedded.processes import CannotStart
from workflow.embedded.roles import APP, OWNER
from workflow.embedded.servers import postgres_url, socket_folder, start_postgres, start_valkey
from workflow.embedded.state import (
    PROJECT,
    Running,
    State,
    choose_state,
    held,
    make,
    read_running,
    secret_key,
    write_running,
)
from workflow.embedded.supervisor import Part, Supervisor

READY_WITHIN_S = 60.0
LOOK_FOR_DUMP_EVERY_S = 600.0
ACCOUNTS_SHOWN = 14


def up(environ: Mapping[str, str]) -> int:
    """Run the product until it is told to end; the exit status.

    Raises:
        CannotStart: when a part cannot start.
        SettingsError: when a setting is wrong.
    """
    state = choose_state(environ)
    check_settings(environ, state)
    make(state)
    if state.was_moved:
        say(f"This copy is in a folder closed to the servers' account; the data is kept in {state.folder}.")
    with held(state) as mine:
        if not mine:
            return _point_at_first(state)
        installation = Installation(environ, state)
        try:
            installation.run()
        except KeyboardInterrupt:
            say("Interrupted.")
        finally:
            installation.end()
    return 0


def say(line: str) -> None:
    """Tell the person at the terminal, who may be reading through a pipe."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _point_at_first(state: State) -> int:
    running = read_running(state)
    if running is None:
        say(f"It is already starting in another process (state folder {state.folder}).")
    else:
        say(f"It is already running at {running.address} (process {running.pid}).")
    return 0


class Installation:
    """One run of the product: its servers and its parts."""

    def __init__(self, environ: Mapping[str, str], state: State) -> None:
        self.given, self.state = environ, state
        self.programs: Programs = find_programs(environ)
        self.supervisor = Supervisor(say)
        self.found: dict[str, str] = {}
        self.smtp_port: int | None = None
        self.mail_socket: socket.socket | None = None
        self._next_look = 0.0

    def run(self) -> None:
        """Start everything, say how to reach it, and keep it running."""
        self.supervisor.end_on_signals()
        _refuse_taken_port(check_settings(self.given, self.state))
        secret_key(self.state)
        say("Starting the servers ...")
        self._start_servers()
        environ = completed(self.given, self.state, self.found)
        settings = load_settings(environ)
        say("Preparing the database ...")
        self._fill(environ)
        say("Starting the product ...")
        accounts = _list_accounts(settings, environ)
        self._start_product(settings, environ)
        _wait_until_ready(settings, self.supervisor, self.state)
        write_running(self.state, self._running(settings))
        _greet(settings, accounts)
        self.supervisor.watch(lambda: self._dump_nightly(settings))

    def end(self) -> None:
        """Stop in reverse order."""
        say("Stopping ...")
        self.state.running.unlink(missing_ok=True)
        self.supervisor.stop()
        if self.mail_socket is not None:
            self.mail_socket.close()
        say("Stopped. The data is kept for the next start.")

    def _start_servers(self) -> None:
        if not is_given(self.given, "DATABASE_URL"):
            self._add_server("PostgreSQL", self._start_postgres, signal.SIGINT)
            sockets = socket_folder(self.state.postgres)
            self.found["DATABASE_URL"] = postgres_url(sockets, DATABASE, APP)
            self.found["MIGRATION_DATABASE_URL"] = postgres_url(sockets, DATABASE, OWNER)
        if not is_given(self.given, "REDIS_URL"):
            self._add_server("Valkey", self._start_valkey, signal.SIGTERM)
            self.found["REDIS_URL"] = f"unix://{socket_folder(self.state.valkey) / 'valkey.sock'}?db=0"
        if not is_given(self.given, "SMTP_HOST"):
            self.mail_socket = socket.create_server(("127.0.0.1", 0))
            self.smtp_port = self.mail_socket.getsockname()[1]
            self.found |= {"SMTP_HOST": "127.0.0.1", "SMTP_PORT": str(self.smtp_port)}
            command = parts.mail_sink_command(str(self.state.mail), self.mail_socket.fileno())
            self._add("mail", command, self.given, descriptors=(self.mail_socket.fileno(),), is_server=True)

    def _start_postgres(self) -> processes.Process:
        return start_postgres(self.state.postgres, programs=self.programs, databases=(DATABASE,)).process

    def _start_valkey(self) -> processes.Process:
        return start_valkey(self.state.valkey, programs=self.programs).process

    def _fill(self, environ: Mapping[str, str]) -> None:
        """Migrate and load what is missing, in a process of its own that gives its memory back."""
        log = self.state.logs / "filling.log"
        process = processes.start(parts.filling_command(), log=log, environ=environ, folder=PROJECT)
        try:
            status = process.wait()
        except BaseException:
            processes.stop(process, first=signal.SIGTERM, within_s=10)
            raise
        if status != 0:
            raise CannotStart(
                f"The database could not be filled: {processes.last_lines(log)} (all of it: {log})"
            )

    def _start_product(self, settings: Settings, environ: Mapping[str, str]) -> None:
        # Who serves pages or sends mail never holds the way in of the role that owns the tables.
        for_product = {name: value for name, value in environ.items() if name != "MIGRATION_DATABASE_URL"}
        self._add("worker", parts.worker_command(), for_product)
        self._add("beat", parts.beat_command(), for_product)
        self._add("web", parts.web_command(settings), for_product)

    def _add_server(self, name: str, start: Callable[[], processes.Process], stop: signal.Signals) -> None:
        self.supervisor.add(Part(name, start, stop_signal=stop, stop_within_s=30, is_server=True))

    def _add(
        self,
        name: str,
        command: list[str],
        environ: Mapping[str, str],
        *,
        descriptors: tuple[int, ...] = (),
        is_server: bool = False,
    ) -> None:
        def start() -> processes.Process:
            log = self.state.logs / f"{name}.log"
            return processes.start(command, log=log, environ=environ, folder=PROJECT, descriptors=descriptors)

        self.supervisor.add(Part(name, start, is_server=is_server))

    def _running(self, settings: Settings) -> Running:
        return Running(
            pid=os.getpid(),
            address=settings.base_url,
            database_url=settings.database_url,
            migration_database_url=settings.migration_database_url,
            redis_url=settings.redis_url,
            smtp_port=self.smtp_port,
        )

    def _dump_nightly(self, settings: Settings) -> None:
        """Keep one dump for each of the last days, wherever the database is ours."""
        if time.monotonic() < self._next_look or is_given(self.given, "DATABASE_URL"):
            return
        self._next_look = time.monotonic() + LOOK_FOR_DUMP_EVERY_S
        try:
            dumps.nightly_dump(
                self.programs.postgres, settings.migration_database_url, self.state, datetime.now(UTC)
            )
        except CannotStart as problem:
            say(f"Tonight's dump failed: {problem}")


def _refuse_taken_port(settings: Settings) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except PermissionError:
            raise CannotStart(
                f"Port {settings.port} needs more rights. Set WORKFLOW_PORT to one above 1023."
            ) from None
        except OSError:
            raise CannotStart(
                f"Port {settings.port} of {settings.host} is taken by another program."
                " Stop it, or set WORKFLOW_PORT to a free one."
            ) from None


def _wait_until_ready(settings: Settings, supervisor: Supervisor, state: State) -> None:
    host = "127.0.0.1" if settings.host in {"0.0.0.0", ""} else settings.host  # noqa: S104 - it is compared.
    until = time.monotonic() + READY_WITHIN_S
    while not _answers(f"http://{host}:{settings.port}/readyz"):
        dead = supervisor.dead()
        if dead:
            log = state.logs / f"{dead[0]}.log"
            raise CannotStart(
                f"{dead[0]} ended while starting: {processes.last_lines(log)} (all of it: {log})"
            )
        if time.monotonic() > until:
            raise CannotStart(
                f"The web server did not become ready in {READY_WITHIN_S:.0f} s; see {state.logs}/web.log."
            )
        time.sleep(0.1)


def _answers(url: str) -> bool:
    # Proxies of the environment are for the outside world, never for this machine.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(url, timeout=5) as response:
            return bool(response.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def _greet(settings: Settings, accounts: subprocess.Popen[str] | None) -> None:
    say("")
    say(f"  Ready: {settings.base_url}")
    if accounts is not None:
        listed = accounts.communicate()[0].splitlines()
        say("  Sign in as one of these (e-mail, password, role, organisation):")
        for line in listed[:ACCOUNTS_SHOWN]:
            say(f"    {line}")
        say(f"  All {len(listed)} of them: .venv/bin/python -m workflow demo accounts")
    say("")
    say("  Ctrl-C stops it; the data is kept.")


def _list_accounts(settings: Settings, environ: Mapping[str, str]) -> subprocess.Popen[str] | None:
    """Who can sign in to a demonstration, asked in another process while the web server starts."""
    if not settings.demo:
        return None
    return subprocess.Popen(
        parts.accounts_command(), cwd=PROJECT, env=dict(environ), stdout=subprocess.PIPE, text=True
    )
