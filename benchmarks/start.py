"""How long a person waits for `make run`: on an empty state folder, and on the one it kept.

Both start the product as `make run` does once its packages are there, and end when `/readyz` answers 200. The first start
makes the databases, migrates, loads the reference data and lives the demonstration; the second finds all that. The note
tells what the processes hold in memory then, each shared page counted once.
"""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from benchmarks.line import Line, at_most

CLAIMS = ("start-cold", "start-warm")
ROOT = Path(__file__).resolve().parents[1]
COLD_S, WARM_S = 60, 10
GIVE_UP_S = 300
WARM_STARTS = 3
OURS = ("WORKFLOW_", "DATABASE_", "REDIS_", "SMTP_", "MIGRATION_")


def run() -> list[Line]:
    """Start once on nothing and several times on what it kept."""
    folder = Path(tempfile.mkdtemp(prefix="gw-start-"))
    folder.chmod(0o711)  # The servers of root run as another account, which has to pass through.
    try:
        cold, memory = _start(folder)
        warm = sorted(_start(folder)[0] for _ in range(WARM_STARTS))[WARM_STARTS // 2]
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    machine = f"{os.cpu_count()} cores"
    held = f", {memory / 1024:.0f} MB in memory" if memory else ""
    return [
        at_most("start-cold", cold, "s", COLD_S, f"with the demonstration; {machine}{held}"),
        at_most("start-warm", warm, "s", WARM_S, f"the median of {WARM_STARTS}; {machine}"),
    ]


def _start(folder: Path) -> tuple[float, int]:
    """Seconds until it is ready, and the kilobytes that it holds then; it is stopped afterwards."""
    port = _free_port()
    environ = {name: value for name, value in os.environ.items() if not name.startswith(OURS)}
    environ |= {"WORKFLOW_STATE": str(folder / "var"), "WORKFLOW_PORT": str(port)}
    started = time.perf_counter()
    with _running(environ, folder / "said") as process:
        while not _answers(f"http://127.0.0.1:{port}/readyz"):
            if process.poll() is not None or time.perf_counter() - started > GIVE_UP_S:
                raise RuntimeError(f"It did not start: {(folder / 'said').read_text()}")
            time.sleep(0.02)
        return time.perf_counter() - started, _memory_kb(process.pid)


@contextmanager
def _running(environ: Mapping[str, str], said: Path) -> Iterator["subprocess.Popen[bytes]"]:
    with said.open("w") as output:
        command = [sys.executable, "-m", "workflow", "up"]
        process = subprocess.Popen(command, cwd=ROOT, env=environ, stdout=output, stderr=output)
    try:
        yield process
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
        process.wait(60)


def _answers(url: str) -> bool:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(url, timeout=5) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def _memory_kb(supervisor: int) -> int:
    """The proportional set size of a process and all below it; 0 where the kernel does not tell."""
    below: dict[int, list[int]] = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = int(path.read_text().rpartition(")")[2].split()[1])
        except (OSError, IndexError):
            continue  # It ended meanwhile.
        below.setdefault(parent, []).append(int(path.parent.name))
    family, total = [supervisor], 0
    while family:
        one = family.pop()
        family += below.get(one, [])
        total += _pss_kb(one)
    return total


def _pss_kb(process: int) -> int:
    try:
        lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
