"""One attempt: begun before the first byte leaves, and finished once, with what became of its message."""

import os
import secrets
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.message import Message as MimeMessage
from typing import Any, Protocol

import structlog
from jinja2 import TemplateError
from sqlalchemy import Select, exists, select, text, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from workflow.clock import Clock
from workflow.db import Sessions
from workflow.notifications.failures import outcome_of, settle
from workflow.notifications.letters import Letter, Letterhead, envelope, write
from workflow.notifications.models import Attempt, Notification, Outcome, State, Suppression
from workflow.notifications.rules import BACKOFF, message_id
from workflow.notifications.sending import NotSent, Sender

LEASE = timedelta(seconds=120)
"""How long a claimed message belongs to its sender; longer than one message can take, renewed before each."""

log = structlog.get_logger(__name__)


class Mailroom(Protocol):
    """What delivery asks of the rooms above."""

    def context(self, session: Session, notification: Notification) -> Mapping[str, Any] | None:
        """The facts for the text of a message at this moment, or None when it is no longer due."""
        ...


@dataclass(frozen=True, slots=True)
class Desk:
    """What one sender works with."""

    sessions: Sessions
    clock: Clock
    sender: Sender
    mailroom: Mailroom
    letterhead: Letterhead
    worker: str


@dataclass(frozen=True, slots=True)
class Begun:
    """A message whose attempt has begun: everything the sender needs, with no session open."""

    id: int
    n: int
    address: str
    letter: Letter
    message: MimeMessage


def worker_name() -> str:
    """A name for this process as a sender, never used twice."""
    return f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"


def begin(desk: Desk, notification_id: int) -> Begun | str:
    """Check that the message is still ours and due, write it, and record the attempt; else why it stops here."""
    now, real = desk.clock.now(), desk.clock.real()
    with desk.sessions() as session, session.begin():
        found = session.execute(_ours(notification_id, desk.worker, real)).one_or_none()
        if found is None:
            return "lost"
        notification, is_suppressed = found[0], found[1]
        if notification.expires_at is not None and notification.expires_at <= now:
            return _put_down(notification, State.CANCELLED, "it came too late")
        if is_suppressed:
            return _put_down(notification, State.SUPPRESSED, "the address is suppressed")
        written = _write_or_put_down(desk, session, notification, now, real)
        return written if isinstance(written, str) else _record(desk, session, notification, written)


def mark_sent(desk: Desk, begun: Begun, answer: str) -> None:
    """Mark one message sent. One that was reaped meanwhile, and not begun again, is marked too: it did go out."""
    values = {
        "id": begun.id,
        "n": begun.n,
        "now": desk.clock.now(),
        "real": desk.clock.real(),
        "code": answer[:200],
        "subject": begun.letter.subject,
        "kept": begun.letter.kept_text,
        "provider": desk.sender.name,
    }
    with desk.sessions() as session, session.begin():
        session.execute(_MARK_SENT, values)


def mark_failed(desk: Desk, begun: Begun, failure: NotSent) -> Outcome:
    """Record a failure by whose fault it is; returns the outcome, PROVIDER when the provider is paused now."""
    now, real = desk.clock.now(), desk.clock.real()
    with desk.sessions() as session, session.begin():
        notification = session.scalar(
            select(Notification)
            .where(Notification.id == begun.id, Notification.attempts == begun.n)
            .with_for_update(key_share=True)
        )
        outcome = outcome_of(session, desk.sender.name, failure, real)
        session.execute(
            update(Attempt)
            .where(Attempt.notification_id == begun.id, Attempt.n == begun.n, Attempt.finished_at.is_(None))
            .values(finished_at=real, outcome=outcome, code=failure.code)
        )
        if notification is not None and notification.state is State.SENDING:
            settle(session, notification, failure, outcome, now=now, real=real)
        log.info("message_not_sent", notification_id=begun.id, outcome=outcome.value, code=failure.code[:3])
        return outcome


_MARK_SENT = text(
    """
    WITH finished AS (
        UPDATE attempt SET finished_at = :real, outcome = 'sent', code = :code
        WHERE notification_id = :id AND n = :n AND finished_at IS NULL
    ), healthy AS (
        UPDATE provider SET failures_in_row = 0, paused_until = NULL, paused_code = NULL
        WHERE name = :provider AND (failures_in_row > 0 OR paused_until IS NOT NULL)
    )
    UPDATE notification SET state = 'sent', sent_at = :now, sent_real_at = :real, sent_subject = :subject,
        sent_text = :kept, last_code = :code, worker = NULL, lease_until = NULL, retry_at = NULL
    WHERE id = :id AND attempts = :n AND state IN ('sending', 'ready', 'unknown', 'dead')
    """
)


def _write_or_put_down(
    desk: Desk, session: Session, notification: Notification, now: datetime, real: datetime
) -> tuple[Letter, MimeMessage] | str:
    try:
        # What the facts ask of the database stays inside a savepoint, so that its failure spoils no more than itself.
        with session.begin_nested():
            facts = desk.mailroom.context(session, notification)
            if facts is not None:
                letter = write(notification.template, {**notification.payload, **facts}, desk.letterhead, now)
                return letter, _enveloped(desk, notification, letter, real)
    except OperationalError as error:
        if error.connection_invalidated:
            raise
        # A busy database is not the message's fault, but it must not block the head of the line either.
        notification.retry_at = real + BACKOFF[0]
        return _put_down(notification, State.READY, "the database was busy")
    except Exception as error:  # noqa: BLE001 - a poison message dies alone, whatever its text or facts raise
        log.error("message_cannot_be_written", id=notification.id, error=type(error).__name__)  # noqa: TRY400 - no values in logs
        return _put_down(notification, State.DEAD, f"it cannot be written: {_fault(error)}")
    return _put_down(notification, State.CANCELLED, "it was no longer due")


def _enveloped(desk: Desk, notification: Notification, letter: Letter, real: datetime) -> MimeMessage:
    identity = message_id(notification.dedupe_key, desk.letterhead.domain)
    return envelope(
        letter, to=notification.address, letterhead=desk.letterhead, message_id=identity, real=real
    )


_RECORD = text(
    """
    WITH begun AS (
        UPDATE notification SET attempts = attempts + 1, lease_until = :until, message_id = :message_id
        WHERE id = :id RETURNING attempts
    )
    INSERT INTO attempt (notification_id, n, worker, started_at)
    SELECT :id, attempts, :worker, :real FROM begun RETURNING n
    """
)


def _record(
    desk: Desk, session: Session, notification: Notification, written: tuple[Letter, MimeMessage]
) -> Begun:
    """Write the attempt down and renew the lease, both committed before the first byte leaves."""
    real = desk.clock.real()
    letter, message = written
    values = {
        "id": notification.id,
        "until": real + LEASE,
        "message_id": str(message["Message-ID"]),
        "worker": desk.worker,
        "real": real,
    }
    n: int = session.execute(_RECORD, values).scalar_one()
    return Begun(notification.id, n, notification.address, letter, message)


def _ours(notification_id: int, worker: str, real: datetime) -> Select[Notification, bool]:
    """Lock a message that is still leased to a worker, and say whether its address is suppressed."""
    suppressed = exists().where(Suppression.address == Notification.address, Suppression.lifted_at.is_(None))
    return (
        select(Notification, suppressed)
        .where(
            Notification.id == notification_id,
            Notification.state == State.SENDING,
            Notification.worker == worker,
            Notification.lease_until > real,
        )
        .with_for_update(key_share=True, of=Notification)
    )


def _put_down(notification: Notification, state: State, code: str) -> str:
    notification.state, notification.last_code = state, code
    notification.worker = notification.lease_until = None
    return state.value


def _fault(error: Exception) -> str:
    # A template's own complaint names variables, never their values; other texts could hold personal data.
    return f"{type(error).__name__}: {error}" if isinstance(error, TemplateError) else type(error).__name__
