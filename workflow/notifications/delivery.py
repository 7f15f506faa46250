"""Delivery: claim what is ready and hand it over one by one; and reap what a dead sender left behind.

Each message is made once and handed over at least once. A duplicate is possible only when a sender dies between the
server's acceptance and our commit, so at most one for each sender that dies. Leases, waiting times and heartbeats use
the machine's time; what is due and when it was sent are business time.
"""

import time
from collections import Counter

import structlog
from sqlalchemy import select, text, update

from workflow.clock import Clock
from workflow.db import Sessions
from workflow.notifications.attempts import LEASE, Desk, Mailroom, begin, mark_failed, mark_sent, worker_name
from workflow.notifications.failures import after_unknown
from workflow.notifications.letters import Letterhead
from workflow.notifications.models import Attempt, Notification, Outcome, Provider, State
from workflow.notifications.sending import NotSent, Sender

BATCH = 50
CLAIM_FOR_S = 20.0
"""After this long a drain claims no more, so that a task never lasts long."""

log = structlog.get_logger(__name__)


def drain(
    sessions: Sessions,
    clock: Clock,
    sender: Sender,
    mailroom: Mailroom,
    *,
    letterhead: Letterhead,
    worker: str | None = None,
    batch: int = BATCH,
    claim_for_s: float = CLAIM_FOR_S,
) -> Counter[str]:
    """Send what is ready, until nothing is, the provider is paused, or the time is over; returns outcomes by name."""
    desk = Desk(sessions, clock, sender, mailroom, letterhead, worker or worker_name())
    tally: Counter[str] = Counter()
    until = time.monotonic() + claim_for_s
    while time.monotonic() < until:
        claimed = _claim(desk, batch)
        if not claimed:
            break
        for index, notification_id in enumerate(claimed):
            outcome = _deliver(desk, notification_id)
            tally[outcome] += 1
            if outcome == Outcome.PROVIDER or time.monotonic() >= until:
                _release(desk, claimed[index + 1 :])
                return tally
    return tally


def reap(sessions: Sessions, clock: Clock, *, limit: int = 500) -> Counter[str]:
    """Take back what dead senders left: never begun goes back to ready, begun is unknown and follows its template.

    Returns how many went which way: "ready", "unknown" or "dead".
    """
    tally: Counter[str] = Counter()
    real = clock.real()
    with sessions() as session, session.begin():
        left = session.scalars(
            select(Notification)
            .where(Notification.state == State.SENDING, Notification.lease_until < real)
            .order_by(Notification.lease_until, Notification.id)
            .limit(limit)
            .with_for_update(skip_locked=True)
        ).all()
        ids = [notification.id for notification in left]
        begun = set(
            session.scalars(
                update(Attempt)
                .where(Attempt.notification_id.in_(ids), Attempt.finished_at.is_(None))
                .values(finished_at=real, outcome=Outcome.UNKNOWN, code="the sender died")
                .returning(Attempt.notification_id)
            )
        )
        for notification in left:
            notification.worker = notification.lease_until = None
            notification.state = State.READY
            if notification.id in begun:
                notification.failures += 1
                notification.last_code = "the sender died"
                notification.state = after_unknown(notification.template, notification.failures)
            tally[notification.state] += 1
    if tally:
        log.warning("expired_leases_reaped", **tally)
    return tally


_CLAIM = text(
    """
    WITH due AS (
        SELECT id FROM notification
        WHERE state = 'ready' AND not_before <= :now AND (retry_at IS NULL OR retry_at <= :real)
        ORDER BY priority, not_before, id LIMIT :batch FOR NO KEY UPDATE SKIP LOCKED
    )
    UPDATE notification SET state = 'sending', worker = :worker, lease_until = :until
    FROM due WHERE notification.id = due.id
    RETURNING notification.priority, notification.not_before, notification.id
    """
)


def _claim(desk: Desk, batch: int) -> list[int]:
    """Take up to `batch` ready messages in their order; one when the provider is being tried again; none when paused."""
    now, real = desk.clock.now(), desk.clock.real()
    with desk.sessions() as session, session.begin():
        state = session.get(Provider, desk.sender.name)
        if state is not None and state.paused_until is not None:
            if state.paused_until > real:
                return []
            batch = 1
        rows = session.execute(
            _CLAIM, {"now": now, "real": real, "batch": batch, "worker": desk.worker, "until": real + LEASE}
        )
        return [row.id for row in sorted(rows, key=tuple)]


def _release(desk: Desk, ids: list[int]) -> None:
    """Hand claimed messages back that were not begun."""
    if ids:
        with desk.sessions() as session, session.begin():
            session.execute(
                update(Notification)
                .where(
                    Notification.id.in_(ids),
                    Notification.worker == desk.worker,
                    Notification.state == State.SENDING,
                )
                .values(state=State.READY, worker=None, lease_until=None)
            )


def _deliver(desk: Desk, notification_id: int) -> str:
    """One message from its attempt's beginning to its mark; returns the outcome, or what stopped it."""
    begun = begin(desk, notification_id)
    if isinstance(begun, str):
        return begun
    try:
        answer = desk.sender.send(begun.message, begun.address)
    except NotSent as failure:
        return mark_failed(desk, begun, failure)
    mark_sent(desk, begun, answer)
    return Outcome.SENT
