"""What tests of delivery share: a mail server that can be made to fail, facts for letters, and a process that sends."""

import os
import socket
import sys
import threading
from collections.abc import Callable, Mapping
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from sqlalchemy.orm import Session

from workflow.clock import Clock
from workflow.config import MailTls, Smtp
from workflow.db import Sessions
from workflow.notifications import Letterhead, Message, Notification, SmtpSender, drain

HEAD = Letterhead(
    service="Apply for improvement funding",
    base_url="https://grants.example",
    sender="no-reply@grants.example",
    reply_to="help@grants.example",
    owner="The department",
    telephone="0300 000 0000",
    secret="s" * 32,
)
BID = {
    "title": "Knowledge Hub",
    "reference": "SLI-2011-0001",
    "url": "https://grants.example/bids/SLI-2011-0001",
    "lead": "LGID",
    "department": "DCLG",
    "fund": "RSG top-slice",
    "amount_pence": 120_000_000,
}


class Facts:
    """The facts that rooms above would give. `gone` are keys that are no longer due, `poison` those that raise."""

    def __init__(self, gone: frozenset[str] = frozenset(), poison: frozenset[str] = frozenset()) -> None:
        self.gone, self.poison = gone, poison

    def context(self, session: Session, notification: Notification) -> Mapping[str, Any] | None:
        if notification.dedupe_key in self.gone:
            return None
        facts = {
            "bid": BID,
            "due_on": None,
            "name": "Ada",
            "claim_pence": 100,
            "is_approved": True,
            "version": 1,
        }
        if notification.dedupe_key in self.poison:
            del facts["bid"]
        return facts


def messages(count: int, template: str = "bid_to_check") -> list[Message]:
    return [Message(f"k{n}", template, f"person{n}@example.org", "case:1") for n in range(count)]


def sender_to(address: tuple[str, int]) -> SmtpSender:
    return SmtpSender(Smtp(address[0], address[1], "", "", MailTls.OFF), "no-reply@grants.example")


def send_all(
    sessions: Sessions,
    clock: Clock,
    address: tuple[str, int],
    facts: Facts | None = None,
    **given: Any,
) -> dict[str, int]:
    sender = sender_to(address)
    try:
        return dict(drain(sessions, clock, sender, facts or Facts(), letterhead=HEAD, **given))
    finally:
        sender.close()


class MailServer:
    """An SMTP server on the loopback, a thread a connection.

    `answer(command)` may return another answer than the usual. `at_end_of_data(content)` is asked when a message has
    wholly arrived: it returns the answer, or None to cut the connection. What was answered with 2xx, or taken before
    a cut, is in `taken`.
    """

    def __init__(self) -> None:
        self.taken: list[EmailMessage] = []
        self.connections = 0
        self.answer: Callable[[str], str | None] = lambda _command: None
        self.at_end_of_data: Callable[[EmailMessage], str | None] = lambda _message: "250 taken"
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._lock = threading.Lock()
        self._open: set[socket.socket] = set()
        self._threads: list[threading.Thread] = []

    @property
    def address(self) -> tuple[str, int]:
        host, port = self._socket.getsockname()
        return host, port

    def __enter__(self) -> "MailServer":
        thread = threading.Thread(target=self._accept, daemon=True)
        thread.start()
        self._threads.append(thread)
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        with self._lock:
            for connection in self._open:
                connection.close()
        for thread in self._threads:
            thread.join(5)

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            with self._lock:
                self._open.add(connection)
            self.connections += 1
            thread = threading.Thread(target=self._serve, args=(connection,), daemon=True)
            thread.start()
            self._threads.append(thread)

    def _serve(self, connection: socket.socket) -> None:
        try:
            with connection, connection.makefile("rb") as lines:
                self._talk(connection, lines)
        except OSError:
            pass  # The other side is gone, which is what some of these tests are about.
        finally:
            with self._lock:
                self._open.discard(connection)

    def _talk(self, connection: socket.socket, lines: Any) -> None:
        connection.sendall((self.answer("connect") or "220 ready").encode() + b"\r\n")
        while line := lines.readline():
            command = line.decode().strip()
            given = self.answer(command)
            usual = {"DATA": "354 go on", "QUIT": "221 bye"}.get(command.upper(), "250 ok")
            connection.sendall((given or usual).encode() + b"\r\n")
            if command.upper() == "QUIT":
                return
            if command.upper() == "DATA" and given is None and not self._data(connection, lines):
                return

    def _data(self, connection: socket.socket, lines: Any) -> bool:
        content = b""
        while (line := lines.readline()) not in {b".\r\n", b""}:
            content += line[1:] if line.startswith(b"..") else line
        if not line:
            return False
        message = message_from_bytes(content, policy=policy.default)
        answer = self.at_end_of_data(message)
        if answer is None or answer.startswith("2"):
            with self._lock:
                self.taken.append(message)
        if answer is None:
            connection.shutdown(socket.SHUT_RDWR)
            return False
        connection.sendall(answer.encode() + b"\r\n")
        return True


def main() -> None:
    """A sender of its own: `post.py DATABASE_URL HOST PORT [by-batch]`; the last marks a batch only at its end."""
    from workflow.clock import SystemClock  # noqa: PLC0415 - only this process needs what follows
    from workflow.db import make_engine, make_sessions  # noqa: PLC0415
    from workflow.notifications import delivery  # noqa: PLC0415

    sessions = make_sessions(make_engine(sys.argv[1]))
    if sys.argv[4:] == ["by-batch"]:
        kept: list[Any] = []
        mark = vars(delivery)["mark_sent"]

        def later(*given: Any) -> None:
            kept.append(given)
            if len(kept) == delivery.BATCH:
                while kept:
                    mark(*kept.pop(0))

        vars(delivery)["mark_sent"] = later
    send_all(sessions, SystemClock(), (sys.argv[2], int(sys.argv[3])))
    os._exit(0)


if __name__ == "__main__":
    main()
