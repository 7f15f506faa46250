"""Starts PostgreSQL and Valkey on unix sockets in a folder, and says how to reach them.

Nothing listens on the network. PostgreSQL asks the kernel who connects (peer authentication), so that only the
account that started it gets in; it is neither open to other accounts nor does it need a password.
"""

import hashlib
import os
import pwd
import re
import signal
import socket
import stat
import subprocess
import time
from contextlib import suppress
from pathlib import Path
from urllib.parse import quote

from workflow.config import RedisUrls, redis_urls
from workflow.embedded import processes
from workflow.embedded.binaries import Programs, find_programs
from workflow.embedded.processes import Account, CannotStart
from workflow.embedded.roles import APP, OWNER, SUPERUSER, prepare

START_WITHIN_S = 60.0
SOCKET_PATH_MAX = 100
"""A unix socket's path may have 107 bytes; some are left for the name that the server adds."""

INITDB = (
    "--auth=peer",
    "--encoding=UTF8",
    "--locale=C.UTF-8",
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
    "--data-checksums",
    "--no-instructions",
    f"--username={SUPERUSER}",
)


class Postgres:
    """A running PostgreSQL that belongs to this process."""

    def __init__(self, process: subprocess.Popen[bytes], data: Path, sockets: Path, programs: Path) -> None:
        self.process, self.data, self.sockets, self.programs = process, data, sockets, programs

    @property
    def pid(self) -> int:
        """The process id of the postmaster."""
        return self.process.pid

    def url(self, database: str, user: str = APP) -> str:
        """The SQLAlchemy address of `database` as `user`."""
        return postgres_url(self.sockets, database, user)

    def stop(self, *, at_once: bool = False) -> None:
        """End it: disconnecting everybody (the default), or at once as if the machine had failed."""
        processes.stop(self.process, first=signal.SIGQUIT if at_once else signal.SIGINT, within_s=30)


class Valkey:
    """A running Valkey that belongs to this process."""

    def __init__(self, process: subprocess.Popen[bytes], socket_path: Path) -> None:
        self.process, self.socket_path = process, socket_path

    @property
    def pid(self) -> int:
        """The process id of the server."""
        return self.process.pid

    def urls(self, first_database: int = 0) -> RedisUrls:
        """Its three addresses."""
        return redis_urls(f"unix://{self.socket_path}?db={first_database}")

    def stop(self) -> None:
        """End it; what was queued is a pulse that the database can give again."""
        processes.stop(self.process, first=signal.SIGTERM, within_s=10)


def postgres_url(sockets: Path, database: str, user: str) -> str:
    """The SQLAlchemy address of a database behind a socket folder."""
    return f"postgresql+psycopg://{user}@/{quote(database)}?host={quote(str(sockets))}"


def start_postgres(
    folder: Path, *, fsync: bool = True, programs: Programs | None = None, databases: tuple[str, ...] = ()
) -> Postgres:
    """Start PostgreSQL on `folder` (made when new), with its two roles and the given databases.

    `fsync=False` is for tests: a crash of the machine may lose the data.

    Raises:
        CannotStart: with the last lines of its log.
    """
    found = (programs or find_programs()).postgres
    account = processes.server_account()
    data, sockets, log = folder / "data", socket_folder(folder), folder / "postgres.log"
    _make_folder(folder, account)
    if not (data / "PG_VERSION").exists():
        _initdb(found, data, account, log, sync=fsync)
    _check_version(found, data)
    _write_access(data, account)
    _end_leftover(data)
    process = _run_postgres(found, data, sockets, log, account, fsync=fsync)
    postgres = Postgres(process, data, sockets, found)
    try:
        _wait_for_postgres(postgres, log)
        prepare(postgres.sockets, databases)
    except BaseException:
        postgres.stop(at_once=True)
        raise
    return postgres


def start_valkey(folder: Path, *, programs: Programs | None = None) -> Valkey:
    """Start Valkey with its socket under `folder`. It keeps nothing on disk: PostgreSQL holds all truth.

    Raises:
        CannotStart: with the last lines of its log.
    """
    found = (programs or find_programs()).valkey
    account = processes.server_account()
    _make_folder(folder, account)
    socket_path, log = socket_folder(folder) / "valkey.sock", folder / "valkey.log"
    socket_path.unlink(missing_ok=True)
    command: list[str | Path] = [found, "--port", "0", "--unixsocket", socket_path, "--unixsocketperm", "700"]
    command += ["--save", "", "--appendonly", "no", "--maxmemory-policy", "noeviction", "--dir", folder]
    command += ["--databases", "256", "--daemonize", "no"]
    process = processes.start(command, log=log, account=account)
    valkey = Valkey(process, socket_path)
    try:
        _wait_for_valkey(valkey, log)
    except BaseException:
        valkey.stop()
        raise
    return valkey


def socket_folder(folder: Path) -> Path:
    """Where the sockets of a state folder are: inside it, or at a short path made from its own when that is too long."""
    inside = folder.resolve() / "sockets"
    if len(os.fsencode(inside)) <= SOCKET_PATH_MAX - len("/.s.PGSQL.5432"):
        chosen = inside
    else:
        key = hashlib.sha256(os.fsencode(folder.resolve())).hexdigest()[:16]
        chosen = Path("/tmp") / f"grant-workflow-{os.geteuid()}-{key}"  # noqa: S108 - checked below to be ours.
    return chosen


def _make_folder(folder: Path, account: Account | None) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    sockets = socket_folder(folder)
    with suppress(FileExistsError):
        sockets.mkdir(mode=0o700)
    # Under /tmp anybody may have put something there before: it is looked at, not through, and only then changed.
    found = sockets.lstat()
    ours = {os.geteuid(), account.uid} if account else {os.geteuid()}
    if not stat.S_ISDIR(found.st_mode) or found.st_uid not in ours:
        raise CannotStart(f"{sockets} belongs to somebody else. Choose a shorter WORKFLOW_STATE.")
    if account:
        for path in (folder, sockets):
            os.chown(path, account.uid, account.gid)
    for path in (folder, sockets):
        path.chmod(0o700)


def _initdb(programs: Path, data: Path, account: Account | None, log: Path, *, sync: bool) -> None:
    command: list[str | Path] = [programs / "initdb", "--pgdata", data, *INITDB]
    if not sync:
        command.append("--no-sync")
    process = processes.start(command, log=log, account=account, environ=_server_environ())
    if process.wait() != 0:
        raise CannotStart(f"A new database could not be made in {data}: {processes.last_lines(log)}")


def _check_version(programs: Path, data: Path) -> None:
    """Refuse data that another major version made: it must not be touched, and these programs cannot read it."""
    made_by = (data / "PG_VERSION").read_text().strip()
    said = subprocess.run(
        [str(programs / "postgres"), "--version"], capture_output=True, text=True, check=False
    )
    brought = re.search(r"\b([0-9]+)", said.stdout)
    if brought and brought.group(1) != made_by:
        raise CannotStart(
            f"The data in {data} was made by PostgreSQL {made_by}, and this copy brings {brought.group(1)}."
            f" Move {data.parent} away and restore the newest dump: python -m workflow restore DUMP"
        )


def _write_access(data: Path, account: Account | None) -> None:
    """Let exactly the account that starts the servers in, as any of the three roles; written at each start."""
    me = _own_name()
    lines = "".join(f'workflow "{me}" {role}\n' for role in (SUPERUSER, OWNER, APP))
    for name, text in (("pg_hba.conf", "local all all peer map=workflow\n"), ("pg_ident.conf", lines)):
        path = data / name
        path.write_text(text)
        if account:
            os.chown(path, account.uid, account.gid)


def _own_name() -> str:
    try:
        return pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:
        raise CannotStart(
            f"The user id {os.geteuid()} has no name on this machine; PostgreSQL needs one."
        ) from None


def _end_leftover(data: Path) -> None:
    """End a postmaster that outlived a supervisor which was killed; the caller holds the lock of the state folder."""
    pid_file = data / "postmaster.pid"
    if not pid_file.exists():
        return
    pid = int(pid_file.read_text().split("\n", 1)[0])
    if processes.is_alive(pid) and _accepts(data, pid_file):
        processes.end_stranger(pid, first=signal.SIGINT, within_s=30)


def _accepts(data: Path, pid_file: Path) -> bool:
    # The process id may have been given to another program since, so the socket named in the file must answer too.
    lines = pid_file.read_text().splitlines()
    if len(lines) < 5 or Path(lines[1]) != data:
        return False
    with socket.socket(socket.AF_UNIX) as probe:
        return probe.connect_ex(f"{lines[4]}/.s.PGSQL.{lines[3]}") == 0


def _run_postgres(
    programs: Path, data: Path, sockets: Path, log: Path, account: Account | None, *, fsync: bool
) -> subprocess.Popen[bytes]:
    settings = {
        "listen_addresses": "",
        "unix_socket_directories": str(sockets),
        "max_connections": "100",
        "timezone": "UTC",
        "log_timezone": "UTC",
        "lc_messages": "C.UTF-8",
    }
    if not fsync:
        settings |= {
            "fsync": "off",
            "synchronous_commit": "off",
            "full_page_writes": "off",
            "autovacuum": "off",
        }
    command: list[str | Path] = [programs / "postgres", "-D", data]
    for name, value in settings.items():
        command += ["-c", f"{name}={value}"]
    return processes.start(
        command, log=log, account=account, environ=_server_environ(), death_signal=signal.SIGINT
    )


def _server_environ() -> dict[str, str]:
    # PG* and locale settings of the caller must not reach the server.
    return {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "TZ": "UTC"}


def _wait_for_postgres(postgres: Postgres, log: Path) -> None:
    pid_file = postgres.data / "postmaster.pid"
    until = time.monotonic() + START_WITHIN_S
    while True:
        if postgres.process.poll() is not None:
            raise CannotStart(f"PostgreSQL did not start: {processes.last_lines(log)}")
        # The postmaster writes its state into the eighth line; reading it costs nothing and connects to nothing.
        lines = pid_file.read_text().splitlines() if pid_file.exists() else []
        if len(lines) >= 8 and lines[0] == str(postgres.pid) and lines[7].strip() == "ready":
            return
        if time.monotonic() > until:
            raise CannotStart(
                f"PostgreSQL was not ready after {START_WITHIN_S:.0f} s: {processes.last_lines(log)}"
            )
        time.sleep(0.01)


def _wait_for_valkey(valkey: Valkey, log: Path) -> None:
    until = time.monotonic() + START_WITHIN_S
    while True:
        if valkey.process.poll() is not None:
            raise CannotStart(f"Valkey did not start: {processes.last_lines(log)}")
        with socket.socket(socket.AF_UNIX) as probe:
            if probe.connect_ex(str(valkey.socket_path)) == 0:
                probe.settimeout(2)
                probe.sendall(b"PING\r\n")
                if probe.recv(64).startswith(b"+PONG"):
                    return
        if time.monotonic() > until:
            raise CannotStart(
                f"Valkey was not ready after {START_WITHIN_S:.0f} s: {processes.last_lines(log)}"
            )
        time.sleep(0.01)
