"""The past in which the demonstration's bids were made: a clock, a pulse and a post of its own."""

import secrets
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from email.message import Message
from pathlib import Path
from typing import Any, cast

from sqlalchemy import FrozenResult, Result, Select, event, exists, select
from sqlalchemy.orm import ORMExecuteState, Session

from workflow import deadlines, wiring
from workflow.cases import sweep_breaches
from workflow.db import Sessions
from workflow.notifications.models import Notification, State
from workflow.notifications.sending import Bounced
from workflow.wiring.reminders import sweep_reminders

GONE = "corporate@rutland.example"
"""The address of a council that nobody reads any more, so that somebody has to find out a new one."""


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
        """Keep one message, or send it back as the server of a council does whose address no longer exists.

        Raises:
            Bounced: for that address.
        """
        if to == GONE:
            raise Bounced("550 5.1.1 no such mailbox", address_is_bad=True)
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
        deliver(wired)
    clock.business = max(clock.business, until)


def deliver(wired: wiring.Wired) -> None:
    """Send what is owed as the worker does, in one session that asks nothing twice.

    While letters go out nothing else happens in the past, so that the letters of one moment share what they are told.
    """
    ready = exists().where(Notification.state == State.READY, Notification.not_before <= wired.clock.now())
    with wired.sessions() as session, session.begin():
        if session.scalar(select(ready)):
            shared = replace(wired, sessions=cast("Sessions", _OneSession(session)))
            with _remembering(session):
                wiring.drain(shared)


_SPELLED: dict[Any, str] = {}
"""Statements as text, which takes long to make and is the same for the whole history."""


def _no_transaction(nested: bool = False) -> nullcontext[None]:  # noqa: ARG001 - as the library calls it.
    return nullcontext()


class _OneSession:
    """Gives one open session to everybody who asks for a new one, and keeps their transactions in its own."""

    def __init__(self, session: Session) -> None:
        self._session = session

    @contextmanager
    def __call__(self) -> Iterator[Session]:
        began = self._session.begin
        # Neither a transaction nor a savepoint of their own: in the past whatever fails spoils the whole telling.
        self._session.begin = _no_transaction  # type: ignore[method-assign, assignment]
        try:
            yield self._session
        finally:
            self._session.begin = began  # type: ignore[method-assign]
            self._session.flush()


@contextmanager
def _remembering(session: Session) -> Iterator[None]:
    """Answer a question that was asked before from memory; whatever takes a lock is asked anew."""
    known: dict[Any, FrozenResult[Any]] = {}

    def answer(asked: ORMExecuteState) -> Result[Any] | None:
        statement = asked.statement
        if not isinstance(statement, Select) or statement._for_update_arg is not None:  # noqa: SLF001 - no other way to see it.
            return None
        key = statement._generate_cache_key()  # noqa: SLF001 - that of the documented recipe for caches.
        given = asked.parameters or {}
        if (
            key is None
            or asked.is_relationship_load
            or asked.is_column_load
            or not isinstance(given, Mapping)
        ):
            return None
        question = key.to_offline_string(_SPELLED, statement, given)
        if question not in known:
            known[question] = asked.invoke_statement().freeze()
        return known[question]()

    event.listen(session, "do_orm_execute", answer)
    try:
        yield
    finally:
        event.remove(session, "do_orm_execute", answer)
