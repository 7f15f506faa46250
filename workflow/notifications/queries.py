"""What is asked of the outbox. Who may see a subject's messages is decided by the room that the subject belongs to."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from workflow.clock import Clock
from workflow.db import Sessions
from workflow.notifications.models import (
    Attempt,
    Heartbeat,
    Notification,
    NotificationSubject,
    Provider,
    State,
)

SWEEP_SILENT_FOR = timedelta(minutes=5)
READY_FOR = timedelta(minutes=15)


def about(session: Session, subjects: Sequence[str], *, limit: int = 200) -> list[Notification]:
    """The newest messages that name one of the subjects, such as `case:12`."""
    named = select(NotificationSubject.notification_id).where(NotificationSubject.subject.in_(subjects))
    return list(
        session.scalars(
            select(Notification)
            .where(Notification.id.in_(named))
            .order_by(Notification.id.desc())
            .limit(limit)
        )
    )


def of_person(
    session: Session, person_id: int, *, before: int | None = None, limit: int = 50
) -> list[Notification]:
    """The newest messages to a person; `before` is the last id of the page above."""
    query = select(Notification).where(Notification.person_id == person_id)
    if before is not None:
        query = query.where(Notification.id < before)
    return list(session.scalars(query.order_by(Notification.id.desc()).limit(limit)))


def counts(session: Session) -> dict[str, int]:
    """How many messages stand where, by state."""
    rows = session.execute(
        select(Notification.state, func.count()).group_by(Notification.state).order_by(Notification.state)
    )
    return {state.value: number for state, number in rows}


def alerts(session: Session, clock: Clock) -> list[str]:
    """What staff must look at now, one plain sentence each."""
    real = clock.real()
    found: list[str] = []
    swept = session.scalar(select(Heartbeat.real_at).where(Heartbeat.name == "sweep"))
    if swept is None or real - swept > SWEEP_SILENT_FOR:
        found.append("No sweep has run for 5 minutes: deadlines are not watched. Is the worker running?")
    if _oldest_ready(session, clock) > READY_FOR:
        found.append("A message has been waiting for more than 15 minutes. Is the worker running?")
    paused = session.scalars(
        select(Provider).where(Provider.paused_until.is_not(None)).order_by(Provider.name)
    )
    found += [f"Sending is paused: the mail server ({row.name}) refuses us." for row in paused]
    stuck = {
        state.value: number
        for state, number in session.execute(
            select(Notification.state, func.count())
            .where(Notification.state.in_([State.DEAD, State.UNKNOWN]))
            .group_by(Notification.state)
            .order_by(Notification.state)
        )
    }
    if stuck:
        number = sum(stuck.values())
        noun = "message was" if number == 1 else "messages were"
        found.append(f"{number:,} {noun} not delivered, or we are not sure. Look at them.")
    return found


def check(session: Session, real: datetime) -> list[str]:
    """What is wrong with the outbox, one sentence each. A lease is wrong only when nobody reaped it for ten minutes."""
    problems = [
        f"The lease of message {row} has run out and nobody took it back."
        for row in session.scalars(
            select(Notification.id)
            .where(
                Notification.state == State.SENDING, Notification.lease_until < real - timedelta(minutes=10)
            )
            .order_by(Notification.id)
        )
    ]
    sent = exists().where(Attempt.notification_id == Notification.id, Attempt.finished_at.is_not(None))
    problems += [
        f"Message {row} counts as sent without a finished attempt."
        for row in session.scalars(
            select(Notification.id)
            .where(Notification.state.in_([State.SENT, State.DELIVERED]), ~sent)
            .order_by(Notification.id)
        )
    ]
    return problems


def waiting(sessions: Sessions, clock: Clock) -> int:
    """How many messages could be sent at this moment."""
    with sessions() as session:
        return (
            session.scalar(
                select(func.count()).where(
                    Notification.state == State.READY,
                    Notification.not_before <= clock.now(),
                )
            )
            or 0
        )


def _oldest_ready(session: Session, clock: Clock) -> timedelta:
    """How long (real time) the oldest message waits that could leave; a failed one waits on purpose."""
    oldest = session.scalar(
        select(func.min(Notification.created_real_at)).where(
            Notification.state == State.READY,
            Notification.not_before <= clock.now(),
            Notification.retry_at.is_(None),
        )
    )
    return timedelta(0) if oldest is None else clock.real() - oldest
