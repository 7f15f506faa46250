"""`make run`, whole: it answers, lets people sign in, survives what dies, stops cleanly and starts again."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from workflow.embedded import processes
from workflow.embedded.state import State, read_running

pytestmark = pytest.mark.slow
ROOT = Path(__file__).resolve().parents[2]


class Installation:
    """One installation in a folder of its own, run as a person would run it."""

    def __init__(self, folder: Path) -> None:
        self.state = State(folder / "var")
        self.port = free_port()
        self.said = folder / "said"
        self.process: subprocess.Popen[bytes] | None = None
        self.demo = "off"
        """Living the demonstration's history takes most of a first start, so one test does it for all."""

    @property
    def environ(self) -> dict[str, str]:
        """The environment, without settings of whoever runs the tests."""
        ours = ("WORKFLOW_", "DATABASE_", "REDIS_", "SMTP_", "MIGRATION_")
        kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
        own = {"WORKFLOW_STATE": str(self.state.folder), "WORKFLOW_PORT": str(self.port)}
        return kept | own | {"WORKFLOW_DEMO": self.demo}

    def start(self) -> None:
        """Start it and wait until it says that it is ready."""
        with self.said.open("w") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "workflow", "up"],
                cwd=ROOT,
                env=self.environ,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        ready = processes.wait_until(
            lambda: "Ctrl-C stops it" in self.said.read_text() or self.has_ended, within_s=120
        )
        assert ready
        assert not self.has_ended, self.said.read_text()

    @property
    def has_ended(self) -> bool:
        """Whether the supervisor ended."""
        return self.process is None or self.process.poll() is not None

    def stop(self, number: signal.Signals = signal.SIGINT) -> int:
        """Tell it to end; its exit status."""
        assert self.process is not None
        self.process.send_signal(number)
        return self.process.wait(60)

    def command(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a command beside it."""
        command = [sys.executable, "-m", "workflow", *arguments]
        return subprocess.run(
            command, cwd=ROOT, env=self.environ, capture_output=True, text=True, check=False, timeout=120
        )

    def children(self) -> dict[str, int]:
        """The process ids of its parts, by a word of their command."""
        assert self.process is not None
        found = {}
        for path in Path("/proc").glob("[0-9]*"):
            try:
                parent = int((path / "stat").read_text().rpartition(")")[2].split()[1])
                command = (path / "cmdline").read_bytes().split(b"\0")
            except (OSError, IndexError):
                continue
            if parent == self.process.pid:
                words = b" ".join(command).decode()
                names = ("bin/postgres", "valkey-server", "mail_sink", "gunicorn", " beat", " worker")
                found[
                    next((name.strip(" /").removeprefix("bin/") for name in names if name in words), words)
                ] = int(path.name)
        return found

    def answers(self) -> bool:
        """Whether the web server is ready."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/readyz", timeout=5) as response:
                return bool(response.status == 200)
        except OSError:
            return False


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture
def installation() -> Iterator[Installation]:
    """An installation that has not started yet; whatever of it still runs afterwards is ended."""
    folder = Path(tempfile.mkdtemp(prefix="gu-"))
    folder.chmod(0o711)
    made = Installation(folder)
    yield made
    if not made.has_ended:
        made.stop()
    shutil.rmtree(folder)


def test_one_command_runs_everything_and_keeps_its_data(installation: Installation) -> None:
    installation.demo = "on"
    installation.start()
    assert installation.answers()
    said = installation.said.read_text()
    assert f"Ready: http://localhost:{installation.port}" in said
    accounts = json.loads(installation.command("demo", "accounts", "--json").stdout)
    assert accounts[0]["email"] in said
    assert accounts[0]["password"] in said
    assert f"All {len(accounts)} of them" in said
    assert set(installation.children()) == {
        "postgres",
        "valkey-server",
        "mail_sink",
        "gunicorn",
        "beat",
        "worker",
    }

    again = installation.command("up")
    assert again.returncode == 0
    assert f"It is already running at http://localhost:{installation.port}" in again.stdout

    doctor = installation.command("doctor")
    assert doctor.returncode == 0, doctor.stdout
    for command in (["check"], ["audit", "verify"], ["tick"]):
        done = installation.command(*command)
        assert done.returncode == 0, done.stdout + done.stderr

    parts = installation.children()
    assert installation.stop() == 0
    assert all(processes.wait_until_gone(pid, within_s=5) for pid in parts.values())
    assert read_running(installation.state) is None
    assert installation.command("check").returncode == 0, "commands work while nothing runs"

    installation.start()
    assert installation.answers()
    assert installation.stop(signal.SIGTERM) == 0


@pytest.mark.skipif(sys.platform != "linux", reason="the parts are found in /proc")
def test_every_part_that_is_killed_comes_back(installation: Installation) -> None:
    installation.start()
    before = installation.children()
    for name in ("gunicorn", "beat", "worker"):
        given = Path(f"/proc/{before[name]}/environ").read_bytes()
        assert b"workflow_app" in given, name
        assert b"workflow_owner" not in given, f"{name} holds the way in of the tables' owner"
    for pid in before.values():
        os.kill(pid, signal.SIGKILL)
    assert processes.wait_until(
        lambda: len(installation.children()) == 6 and installation.answers(), within_s=60
    )
    after = installation.children()
    assert set(after) == set(before)
    assert not set(after.values()) & set(before.values())
    assert installation.stop() == 0


@pytest.mark.skipif(sys.platform != "linux", reason="other kernels cannot tie a child to its parent")
def test_nothing_outlives_a_supervisor_that_is_killed_and_the_next_start_goes_on(
    installation: Installation,
) -> None:
    installation.start()
    parts = installation.children()
    assert installation.stop(signal.SIGKILL) == -signal.SIGKILL
    assert all(processes.wait_until_gone(pid, within_s=30) for pid in parts.values())
    installation.start()
    assert installation.answers()
    assert installation.stop() == 0


def test_a_taken_port_is_one_plain_line_and_nothing_is_started(installation: Installation) -> None:
    with socket.create_server(("127.0.0.1", installation.port)):
        done = installation.command("up")
    assert done.returncode == 1
    assert f"Port {installation.port} of 127.0.0.1 is taken by another program." in done.stderr
    assert not installation.state.has_database
