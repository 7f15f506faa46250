"""What a failed attempt means for its message, for the address and for the provider."""

import random
from datetime import datetime

import structlog
from sqlalchemy import text
from sqlalchemy.orm import Session

from workflow.notifications.catalogue import OnUnknown, template_named
from workflow.notifications.models import Notification, Outcome, State
from workflow.notifications.rules import BACKOFF, FAILURES_BEFORE_PAUSE, PAUSE, wait_after
from workflow.notifications.sending import Bounced, NotSent, ProviderRefuses, Transient, Uncertain

log = structlog.get_logger(__name__)


def after_unknown(template: str, failures: int) -> State:
    """Where a message goes that the server may have taken: back to be sent again, to a person, or given up."""
    if template_named(template).on_unknown is OnUnknown.ASK:
        return State.UNKNOWN
    # Even what may be sent again is given up in the end, or a message that kills its sender would do so for ever.
    return State.DEAD if wait_after(failures, 0) is None else State.READY


def outcome_of(session: Session, provider: str, failure: NotSent, real: datetime) -> Outcome:
    """Whose fault a failure is; counts those of the provider, which is paused after ten in a row or when it refuses us."""
    match failure:
        case Bounced():
            return Outcome.BOUNCED
        case Uncertain():
            return Outcome.UNKNOWN
        case ProviderRefuses():
            _count_failure(session, provider, failure.code, real, pause_now=True)
            return Outcome.PROVIDER
        case Transient():
            is_paused = _count_failure(session, provider, failure.code, real, pause_now=False)
            return Outcome.PROVIDER if is_paused else Outcome.TRANSIENT
        case _:
            raise AssertionError(failure)


def settle(
    session: Session,
    notification: Notification,
    failure: NotSent,
    outcome: Outcome,
    *,
    now: datetime,
    real: datetime,
) -> None:
    """Move a message on after a failed attempt. The provider's failures and a bad address cost it no attempt."""
    notification.worker = notification.lease_until = None
    notification.last_code = failure.code
    match outcome:
        case Outcome.BOUNCED:
            notification.state = State.BOUNCED
            if isinstance(failure, Bounced) and failure.address_is_bad:
                _suppress(session, notification.address, failure.code, now)
        case Outcome.PROVIDER:
            notification.state = State.READY
        case Outcome.UNKNOWN:
            notification.failures += 1
            notification.state = after_unknown(notification.template, notification.failures)
            notification.retry_at = real + BACKOFF[0]
        case _:
            notification.failures += 1
            wait = wait_after(notification.failures, random.random())  # noqa: S311 - jitter
            notification.state = State.DEAD if wait is None else State.READY
            notification.retry_at = None if wait is None else real + wait


_COUNT = text(
    """
    INSERT INTO provider AS known (name, failures_in_row, paused_until, paused_code)
    VALUES (:name, 1, CASE WHEN :pause THEN CAST(:until AS timestamptz) END,
        CASE WHEN :pause THEN CAST(:code AS text) END)
    ON CONFLICT (name) DO UPDATE SET
        failures_in_row = known.failures_in_row + 1,
        paused_until = CASE WHEN :pause OR known.failures_in_row + 1 >= :limit OR known.paused_until IS NOT NULL
            THEN CAST(:until AS timestamptz) ELSE known.paused_until END,
        paused_code = CASE WHEN :pause OR known.failures_in_row + 1 >= :limit OR known.paused_until IS NOT NULL
            THEN CAST(:code AS text) ELSE known.paused_code END
    RETURNING paused_until IS NOT NULL AS is_paused
    """
)


def _count_failure(session: Session, provider: str, code: str, real: datetime, *, pause_now: bool) -> bool:
    """Count one more failure in a row; returns whether the provider is paused now."""
    values = {
        "name": provider,
        "pause": pause_now,
        "until": real + PAUSE,
        "code": code,
        "limit": FAILURES_BEFORE_PAUSE,
    }
    is_paused = bool(session.execute(_COUNT, values).scalar_one())
    if is_paused:
        log.error("mail_provider_paused", provider=provider, code=code[:3])
    return is_paused


_SUPPRESS = text(
    "INSERT INTO suppression (address, code, since) VALUES (:address, :code, :since)"
    " ON CONFLICT (address) WHERE lifted_at IS NULL DO NOTHING"
)


def _suppress(session: Session, address: str, code: str, now: datetime) -> None:
    session.execute(_SUPPRESS, {"address": address, "code": code, "since": now})
