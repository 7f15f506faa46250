"""The whole product for a journey: started by its own command, with its own Valkey, web, worker, beat and mail server."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.header import decode_header, make_header
from pathlib import Path
from typing import NamedTuple

from tests.harness import Database
from tests.settings import SECRET_KEY

ROOT = Path(__file__).resolve().parents[2]
STARTS_WITHIN_S = 150.0


class Letter(NamedTuple):
    """A message that the mail server received. `text` is what it says as plain text."""

    id: str
    to: str
    subject: str
    text: str


@dataclass(frozen=True)
class Product:
    """A running product: where it listens, and its state folder."""

    address: str
    state: Path
    environ: dict[str, str]
    _read: dict[Path, Letter] = field(default_factory=dict, compare=False)

    def command(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run one of the product's commands beside the running product."""
        return subprocess.run(
            [sys.executable, "-m", "workflow", *words],
            cwd=ROOT,
            env=self.environ,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    def letter_count(self) -> int:
        """How many messages the mail server has; none is read for it."""
        return len(self._letter_files())

    def letters(self) -> list[Letter]:
        """Every message that the mail server received, oldest first; each is read once, because there are thousands."""
        files = self._letter_files()
        for path in files:
            if path not in self._read:
                self._read[path] = _letter(path)
        return [self._read[path] for path in files]

    def letters_about(self, reference: str, words: str = "") -> list[Letter]:
        """The messages about a bid whose subject holds some words."""
        return [one for one in self.letters() if words in one.subject and reference in one.text]

    def _letter_files(self) -> list[Path]:
        return sorted((self.state / "mail").glob("*.eml"))

    def wait_for_letters(
        self, reference: str, words: str, count: int, *, within_s: float = 60
    ) -> list[Letter]:
        """Wait until so many messages about a bid were received."""
        until = time.monotonic() + within_s
        while len(found := self.letters_about(reference, words)) < count:
            assert time.monotonic() < until, f"{len(found)} of {count} messages about “{words}” came"
            time.sleep(0.3)
        return found

    def link_in(self, letter: Letter) -> str:
        """The secret link in a message, on this product's own address."""
        found = re.search(r"https?://[^/\s]+(/r/\S+)", letter.text)
        assert found is not None
        return f"{self.address}{found[1]}"


def _letter(path: Path) -> Letter:
    # The newer policy of the standard library parses each address by its grammar, which takes ten times as long.
    message = message_from_bytes(path.read_bytes())
    plain = next(part for part in message.walk() if part.get_content_type() == "text/plain")
    content = plain.get_payload(decode=True)
    assert isinstance(content, bytes)
    id_, to, subject = (_words(str(message[name])) for name in ("Message-ID", "To", "Subject"))
    return Letter(id_, to, subject, content.decode())


def _words(head: str) -> str:
    """A line of the head as it is read: unfolded, and with its letters beyond ASCII."""
    return str(make_header(decode_header(re.sub(r"\r?\n", "", head))))


@contextmanager
def running_product(database: Database, *, told: Path | None = None) -> Iterator[Product]:
    """Start everything on a clone of the demonstration, wait until it is ready, and stop it as Ctrl-C does.

    `told` is the state folder of that demonstration, whose letters are there from the beginning and whose secret links work.
    `tests/embedded/test_up.py` starts on nothing, as a newcomer does.
    """
    folder = Path(tempfile.mkdtemp(prefix="gw-"))
    # The servers of root run as another account, which has to pass through this folder.
    folder.chmod(0o711)
    state = folder / "state"
    if told is not None:
        shutil.copytree(told / "mail", state / "mail")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environ = {
        name: value for name, value in os.environ.items() if not name.startswith(("WORKFLOW_", "SMTP_"))
    }
    environ = {
        name: value
        for name, value in environ.items()
        if not name.endswith("DATABASE_URL") and name != "REDIS_URL"
    }
    environ |= {"WORKFLOW_STATE": str(state), "WORKFLOW_PORT": str(port), "PYTHONUNBUFFERED": "1"}
    environ |= {"DATABASE_URL": database.app_url, "MIGRATION_DATABASE_URL": database.owner_url}
    if told is not None:
        environ["WORKFLOW_SECRET_KEY"] = SECRET_KEY
    log = (state.parent / "up.log").open("wb")
    running = subprocess.Popen(
        [sys.executable, "-m", "workflow", "up"],
        cwd=ROOT,
        env=environ,
        stdout=log,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    product = Product(f"http://127.0.0.1:{port}", state, environ)
    try:
        _wait_until_ready(product, running, Path(log.name))
        yield product
    finally:
        running.send_signal(signal.SIGINT)
        running.wait(60)
        log.close()
        shutil.rmtree(folder, ignore_errors=True)


def _wait_until_ready(product: Product, running: "subprocess.Popen[bytes]", log: Path) -> None:
    until = time.monotonic() + STARTS_WITHIN_S
    while time.monotonic() < until:
        assert running.poll() is None, log.read_text(encoding="utf-8")
        try:
            with urllib.request.urlopen(f"{product.address}/readyz", timeout=2) as answer:
                if answer.status == 200:
                    return
        except (urllib.error.URLError, TimeoutError, ConnectionError):
            time.sleep(0.2)
    raise AssertionError(f"not ready after {STARTS_WITHIN_S} s: {log.read_text(encoding='utf-8')}")
