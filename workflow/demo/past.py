"""The past in which the demonstration's bids were made: a clock, a pulse and a post of its own."""

import secrets
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.message import Message
from pathlib import Path

from workflow import deadlines, wiring
from workflow.cases import sweep_breaches
from workflow.wiring.reminders import sweep_reminders


class PastClock:
    """Business time as history is told; the machine's time stays what it is, and so the records say both."""

    def __init__(self, business: datetime) -> None:
        self.business = business

    def now(self) -> datetime:
        """Business time, aware UTC."""
        return self.business

    def real(self) -> datetime:
        """The machine's time, aware UTC."""
        return datetime.now(UTC)


@dataclass
class Post:
    """Takes messages as a mail server would, and puts them in the mailbox's folder when history is told to its end."""

    taken: list[bytes] = field(default_factory=list)

    @property
    def name(self) -> str:
        """Which provider this is."""
        return "history"

    def send(self, message: Message, to: str) -> str:
        """Keep one message."""
        self.taken.append(f"X-Envelope-To: {to}\r\n".encode() + message.as_bytes())
        return "250 OK"

    def close(self) -> None:
        """Nothing is held."""

    def deliver(self, folder: Path) -> None:
        """Write all messages in the order in which they came, named as the mail sink names its own."""
        folder.mkdir(parents=True, exist_ok=True)
        began = time.time_ns() - len(self.taken)
        for number, data in enumerate(self.taken):
            (folder / f"{began + number:020d}-{secrets.token_hex(4)}.eml").write_bytes(data)
        self.taken.clear()


def let_time_pass(wired: wiring.Wired, clock: PastClock, until: datetime) -> None:
    """Go to a moment by way of everything that is due before it: reminders, closings, and the mail that they owe."""
    while True:
        with wired.sessions() as session:
            due = deadlines.next_moment(session, clock.business)
        if due is None or due > until:
            break
        clock.business = due
        sweep_breaches(wired.sessions, clock)
        sweep_reminders(wired.sessions, clock)
        wiring.drain(wired)
    clock.business = max(clock.business, until)
