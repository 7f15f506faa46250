"""Starts and stops child processes so that none outlives the supervisor and none shares its terminal."""

import contextlib
import ctypes
import os
import pwd
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, NamedTuple

from workflow.errors import WorkflowError

Process = subprocess.Popen[bytes]
SERVER_ACCOUNT = "nobody"
"""The account that PostgreSQL and Valkey run as when root starts them; PostgreSQL refuses to run as root."""

LOG_MAX_BYTES = 10 * 1024 * 1024
LOG_TAIL_BYTES = 20_000
_BEGIN = "--- started at "
"""Begins what a new start adds to a log, so that an error of the start before is not taken for its own."""
_NAMES_AN_ERROR = re.compile(r"(\w+\.)*[A-Z]\w*(Error|Exception): \S")
_PR_SET_PDEATHSIG: Final = 1
_LIBC: Final = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


class CannotStart(WorkflowError):
    """A part of the embedded installation cannot start; the text is one line and says how to go on."""


class Account(NamedTuple):
    """A user id and a group id of this machine."""

    uid: int
    gid: int


def server_account() -> Account | None:
    """The account to drop the servers to: `nobody` when we are root, otherwise None, which means our own."""
    if os.geteuid() != 0:
        return None
    entry = pwd.getpwnam(SERVER_ACCOUNT)
    return Account(entry.pw_uid, entry.pw_gid)


def start(
    command: Sequence[str | Path],
    *,
    log: Path,
    environ: Mapping[str, str] | None = None,
    folder: Path | None = None,
    account: Account | None = None,
    death_signal: signal.Signals = signal.SIGTERM,
    descriptors: Sequence[int] = (),
) -> subprocess.Popen[bytes]:
    """Start `command` in a session of its own, its output added to `log`.

    On Linux the kernel sends it `death_signal` when the thread that started it ends, so call this from a
    thread that lives as long as the child should: the main one.
    """
    _turn_over(log)
    with log.open("ab") as output:
        output.write(f"{_BEGIN}{datetime.now(UTC):%Y-%m-%d %H:%M:%S} {command[0]}\n".encode())
        output.flush()
        return subprocess.Popen(
            [str(part) for part in command],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd=folder or "/",
            env=None if environ is None else dict(environ),
            user=account.uid if account else None,
            group=account.gid if account else None,
            extra_groups=[] if account else None,
            start_new_session=True,
            pass_fds=tuple(descriptors),
            preexec_fn=_die_with_parent(death_signal, os.getpid()),  # noqa: PLW1509 - it calls two system calls and takes no lock.
        )


def _turn_over(log: Path) -> None:
    # One older log is kept, so that what a part said before it died can still be read.
    if log.exists() and log.stat().st_size > LOG_MAX_BYTES:
        log.replace(log.with_suffix(".log.1"))


def _die_with_parent(death_signal: signal.Signals, parent: int) -> "_Hook | None":
    return None if _LIBC is None else _Hook(death_signal, parent)


class _Hook:
    """Runs in the child after it dropped its rights, because changing the user clears the setting."""

    def __init__(self, death_signal: signal.Signals, parent: int) -> None:
        self._signal, self._parent = int(death_signal), parent

    def __call__(self) -> None:
        assert _LIBC is not None
        _LIBC.prctl(_PR_SET_PDEATHSIG, self._signal)
        if os.getppid() != self._parent:
            os._exit(1)


def stop(process: subprocess.Popen[bytes], *, first: signal.Signals, within_s: float) -> None:
    """Ask `process` to end with `first`; after `within_s` seconds end its whole session at once."""
    if process.poll() is None:
        process.send_signal(first)
        finish(process, within_s=within_s)


def finish(process: subprocess.Popen[bytes], *, within_s: float) -> None:
    """Wait for a process that was asked to end; after `within_s` seconds end its whole session at once."""
    try:
        process.wait(timeout=within_s)
    except subprocess.TimeoutExpired:
        end_session(process.pid)
        process.wait()


def end_session(pid: int) -> None:
    """End a process and all it started, at once."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(pid, signal.SIGKILL)


def is_alive(pid: int) -> bool:
    """Whether a process with this id runs, whoever owns it; one that only waits to be collected does not."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    status = Path(f"/proc/{pid}/stat")
    try:
        return status.read_text().rpartition(")")[2].split()[0] != "Z"
    except (OSError, IndexError):
        # Without /proc there is no better answer; with it, the process ended between the two questions.
        return not Path("/proc/self").exists()


def end_stranger(pid: int, *, first: signal.Signals, within_s: float) -> bool:
    """Ask a process that may not be our child to end; True once it is gone."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, first)
    return wait_until_gone(pid, within_s=within_s)


def wait_until_gone(pid: int, *, within_s: float) -> bool:
    """Wait for a process to end; True once it is gone."""
    return wait_until(lambda: not is_alive(pid), within_s=within_s)


def wait_until(condition: Callable[[], bool], *, within_s: float) -> bool:
    """Look again and again until a condition of another process holds; False when it does not in time."""
    until = time.monotonic() + within_s
    while not condition():
        if time.monotonic() > until:
            return False
        time.sleep(0.02)
    return True


def last_lines(log: Path, count: int = 3) -> str:
    """Why something did not start, in one line: the last error that its log names, or else its last lines."""
    if not log.exists():
        return "it said nothing"
    with log.open("rb") as handle:
        handle.seek(max(0, log.stat().st_size - LOG_TAIL_BYTES))
        tail = handle.read().decode(errors="replace").rpartition(_BEGIN)[2]
    lines = [line.strip() for line in tail.splitlines()[1:] if line.strip()]
    errors = [line for line in lines if _NAMES_AN_ERROR.match(line)]
    return errors[-1] if errors else " / ".join(lines[-count:])
