"""The servers start on sockets, keep their data, and leave nothing behind."""

import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import redis

from workflow.embedded import processes, servers
from workflow.embedded.binaries import is_passable
from workflow.embedded.processes import CannotStart

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def folder() -> Iterator[Path]:
    """A short folder that the servers' account may enter; pytest's own is closed to it."""
    made = Path(tempfile.mkdtemp(prefix="gs-"))
    made.chmod(0o711)
    yield made
    shutil.rmtree(made)


def ask(postgres: servers.Postgres, database: str, statement: str) -> object:
    """The first value that a statement gives, if any, as the owner."""
    with psycopg.connect(host=str(postgres.sockets), dbname=database, user="workflow_owner") as connection:
        cursor = connection.execute(statement.encode())
        row = cursor.fetchone() if cursor.description else None
    return row[0] if row else None


def test_postgresql_keeps_its_data_from_one_start_to_the_next(folder: Path) -> None:
    first = servers.start_postgres(folder / "p", fsync=False, databases=("kept",))
    ask(first, "kept", "CREATE TABLE t AS SELECT 42 AS x")
    first.stop()
    assert not processes.is_alive(first.pid)
    second = servers.start_postgres(folder / "p", fsync=False, databases=("kept",))
    try:
        assert ask(second, "kept", "SELECT x FROM t") == 42
        assert ask(second, "kept", "SHOW server_encoding") == "UTF8"
        assert ask(second, "kept", "SELECT current_setting('data_checksums')") == "on"
    finally:
        second.stop()


def test_a_postgresql_that_outlived_its_supervisor_is_ended_by_the_next_start(folder: Path) -> None:
    first = servers.start_postgres(folder / "p", fsync=False)
    second = servers.start_postgres(folder / "p", fsync=False)
    try:
        assert first.process.wait(10) == 0
        assert second.process.poll() is None
    finally:
        second.stop()


def test_a_path_too_long_for_a_socket_is_made_short(folder: Path) -> None:
    long = folder / ("x" * 120)
    postgres = servers.start_postgres(long, fsync=False)
    valkey = servers.start_valkey(long)
    try:
        assert ask(postgres, "postgres", "SELECT 1") == 1
        with redis.Redis.from_url(valkey.urls(5).redis) as client:
            assert client.ping()
        assert len(os.fsencode(valkey.socket_path)) < 107
    finally:
        valkey.stop()
        postgres.stop()
        shutil.rmtree(postgres.sockets)


def test_what_somebody_else_put_where_the_sockets_belong_is_left_as_it_is(folder: Path) -> None:
    long = folder / ("x" * 120)
    theirs = folder / "theirs"
    theirs.mkdir(mode=0o755)
    before = theirs.stat()
    sockets = servers.socket_folder(long)
    sockets.symlink_to(theirs)
    try:
        with pytest.raises(CannotStart, match="belongs to somebody else"):
            servers.start_valkey(long)
    finally:
        sockets.unlink()
    after = theirs.stat()
    assert (after.st_uid, after.st_mode) == (before.st_uid, before.st_mode)


def test_a_server_that_cannot_start_says_so_with_the_end_of_its_log(folder: Path) -> None:
    servers.start_postgres(folder / "p", fsync=False).stop()
    (folder / "p/data/postgresql.conf").write_text("no_such_setting = 1\n")
    with pytest.raises(CannotStart, match=r"PostgreSQL did not start: .*no_such_setting"):
        servers.start_postgres(folder / "p", fsync=False)


def test_data_of_another_major_version_is_left_alone_and_named(folder: Path) -> None:
    servers.start_postgres(folder / "p", fsync=False).stop()
    (folder / "p/data/PG_VERSION").write_text("17\n")
    with pytest.raises(CannotStart, match=r"made by PostgreSQL 17, and this copy brings \d+\..*restore"):
        servers.start_postgres(folder / "p", fsync=False)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root drops the servers to another account")
def test_the_servers_of_root_run_as_nobody(folder: Path) -> None:
    postgres = servers.start_postgres(folder / "p", fsync=False)
    valkey = servers.start_valkey(folder / "v")
    try:
        nobody = pwd.getpwnam("nobody").pw_uid
        assert {Path(f"/proc/{server.pid}").stat().st_uid for server in (postgres, valkey)} == {nobody}
    finally:
        valkey.stop()
        postgres.stop()


@pytest.mark.skipif(sys.platform != "linux", reason="other kernels cannot tie a child to its parent")
def test_the_servers_end_when_whoever_started_them_is_killed(folder: Path) -> None:
    script = (
        "import sys, time; from pathlib import Path; from workflow.embedded import servers\n"
        "folder = Path(sys.argv[1])\n"
        "started = servers.start_postgres(folder / 'p', fsync=False), servers.start_valkey(folder / 'v')\n"
        "print(*(one.pid for one in started), flush=True); time.sleep(600)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script, str(folder)], stdout=subprocess.PIPE, text=True, cwd=ROOT
    ) as parent:
        assert parent.stdout is not None
        pids = [int(word) for word in parent.stdout.readline().split()]
        assert len(pids) == 2
        parent.kill()
    for pid in pids:
        assert processes.wait_until_gone(pid, within_s=20)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
def test_an_ordinary_user_runs_the_servers_with_folders_closed_to_others(folder: Path) -> None:
    python = next((path for path in (sys.executable, "/usr/bin/python3") if _serves_everybody(path)), None)
    if python is None:
        pytest.skip("no interpreter of this version is open to other accounts")
    script = (
        "import os, sys, stat; from pathlib import Path; from workflow.embedded import servers\n"
        "folder = Path(sys.argv[1]) / 'state'\n"
        "p = servers.start_postgres(folder / 'p', fsync=False); v = servers.start_valkey(folder / 'v')\n"
        "print(os.stat(f'/proc/{p.pid}').st_uid == os.geteuid(), oct(stat.S_IMODE((folder / 'p').stat().st_mode)))\n"
        "v.stop(); p.stop()"
    )
    account = pwd.getpwnam("daemon")
    os.chown(folder, account.pw_uid, account.pw_gid)
    done = subprocess.run(
        [python, "-c", script, str(folder)],
        user="daemon",
        group=account.pw_gid,
        extra_groups=[],
        cwd="/",
        env={"PYTHONPATH": os.pathsep.join([str(ROOT), *sys.path]), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.stdout, done.returncode) == ("True 0o700\n", 0), done.stderr


def _serves_everybody(python: str) -> bool:
    path = Path(python)
    if not path.exists() or not is_passable(path.resolve().parent) or not is_passable(ROOT):
        return False
    said = subprocess.run(
        [python, "-c", "import sys; print(sys.version_info[:2])"], capture_output=True, text=True, check=False
    )
    return said.stdout.strip() == str(sys.version_info[:2])


def test_valkey_forgets_nothing_while_it_runs_and_writes_nothing_to_disk(folder: Path) -> None:
    valkey = servers.start_valkey(folder / "v")
    try:
        with redis.Redis.from_url(valkey.urls().redis) as client:
            assert client.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}
            assert client.config_get("save") == {"save": ""}
            assert client.config_get("appendonly") == {"appendonly": "no"}
    finally:
        valkey.stop()
    assert valkey.process.returncode == 0


def test_stopping_ends_a_process_that_does_not_listen(folder: Path) -> None:
    deaf = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); time.sleep(600)"
    log = folder / "log"
    process = processes.start([sys.executable, "-c", deaf], log=log)
    assert processes.wait_until(lambda: log.read_text().endswith("deaf\n"), within_s=10)
    processes.stop(process, first=signal.SIGTERM, within_s=0.1)
    assert process.returncode == -signal.SIGKILL


def test_why_something_did_not_start_is_its_last_error_and_not_one_of_the_start_before(folder: Path) -> None:
    log = folder / "log"
    for script in ("raise LookupError('the first time')", "print('all is well')"):
        processes.start([sys.executable, "-c", script], log=log).wait()
    assert processes.last_lines(log) == "all is well"
    script = (
        "import sys; print('LookupError: it is this', file=sys.stderr); print('and more', file=sys.stderr)"
    )
    processes.start([sys.executable, "-c", script], log=log).wait()
    assert processes.last_lines(log) == "LookupError: it is this"
    assert processes.last_lines(folder / "none") == "it said nothing"
