"""What staff do with messages that were not delivered, and what background tasks leave behind."""

from datetime import datetime

from sqlalchemy import select, text

from workflow.db import Sessions, Work
from workflow.errors import Invalid, NotHere
from workflow.notifications.models import Choice, Notification, Preference, State
from workflow.notifications.rules import normalised

STUCK = (State.UNKNOWN, State.DEAD, State.BOUNCED, State.SUPPRESSED)


def retry(work: Work, notification_id: int) -> Notification:
    """Send a message again that was given up, is unknown, or bounced. Its key and Message-ID stay.

    Raises:
        NotHere: when there is no such message.
        Invalid: when it is not one of these.
    """
    notification = _stuck(work, notification_id)
    notification.state, notification.failures = State.READY, 0
    notification.retry_at = None
    return notification


def readdress(work: Work, notification_id: int, address: str) -> Notification:
    """Send such a message to another address.

    Raises:
        NotHere, Invalid: as `retry`, and when the address is no address.
    """
    cleaned = normalised(address)
    user, _, domain = cleaned.partition("@")
    if not user or not domain or any(character.isspace() for character in cleaned) or len(cleaned) > 254:
        raise Invalid("Enter an e-mail address, like name@example.org.", field="address")
    notification = retry(work, notification_id)
    notification.address = cleaned
    return notification


def drop(work: Work, notification_id: int, reason: str) -> Notification:
    """Give a message up for good, because it was said otherwise or is no longer needed.

    Raises:
        NotHere: when there is no such message.
        Invalid: when it was sent, is being sent, or no reason is given.
    """
    if not reason.strip():
        raise Invalid("Say why the message is not sent.", field="reason")
    notification = _stuck(work, notification_id, also=(State.READY,))
    notification.state, notification.last_code = State.CANCELLED, reason.strip()[:200]
    return notification


def prefer(work: Work, person_id: int, category: str, choice: Choice) -> None:
    """Keep how a person wants the mail of a category; mandatory mail comes all the same."""
    row = work.session.get(Preference, (person_id, category), with_for_update=True)
    if row is None:
        row = Preference(person_id=person_id, category=category, choice=choice, changed_at=work.now)
        work.session.add(row)
    row.choice, row.changed_at = choice, work.now


_BEAT = text(
    "INSERT INTO heartbeat (name, real_at) VALUES (:name, :real)"
    " ON CONFLICT (name) DO UPDATE SET real_at = greatest(heartbeat.real_at, excluded.real_at)"
)


def beat(sessions: Sessions, name: str, real: datetime) -> None:
    """Note that a background task ended well; in a transaction of its own."""
    with sessions() as session, session.begin():
        session.execute(_BEAT, {"name": name, "real": real})


def _stuck(work: Work, notification_id: int, also: tuple[State, ...] = ()) -> Notification:
    notification = work.session.scalar(
        select(Notification).where(Notification.id == notification_id).with_for_update(key_share=True)
    )
    if notification is None:
        raise NotHere
    if notification.state not in (*STUCK, *also):
        raise Invalid("This message is on its way or was sent already. Nothing was changed.")
    return notification
