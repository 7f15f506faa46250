"""Pure decisions about messages: quiet hours, keys, waiting times after a failure."""

import hashlib
from collections.abc import Iterable
from datetime import UTC, datetime, time, timedelta

from workflow.clock import LONDON
from workflow.engine.working_days import Calendar

DAY_BEGINS, DAY_ENDS = time(8), time(18)
"""London hours in which mail that is not urgent may leave, on working days."""

BACKOFF = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=15),
    timedelta(hours=1),
    timedelta(hours=3),
    timedelta(hours=6),
    timedelta(hours=12),
)
"""How long a message waits after its first, second, … transient failure; after the last it is given up."""

JITTER = 0.2
"""Up to this share is added to a waiting time, so that a thousand messages do not come back at one moment."""

PAUSE = timedelta(minutes=5)
"""How long a provider rests when it refuses us, before one message tries it again."""

FAILURES_BEFORE_PAUSE = 10


def leave_at(moment: datetime, calendar: Calendar) -> datetime:
    """The first moment (aware UTC), from `moment` on, inside the hours for mail that is not urgent."""
    local = moment.astimezone(LONDON)
    today = local.date()
    if calendar.is_working_day(today):
        if DAY_BEGINS <= local.time() < DAY_ENDS:
            return moment
        if local.time() < DAY_BEGINS:
            return datetime.combine(today, DAY_BEGINS, LONDON).astimezone(UTC)
    return next_morning(moment, calendar)


def next_morning(moment: datetime, calendar: Calendar) -> datetime:
    """08:00 London (as aware UTC) on the first working day after the day of a moment: when a daily digest leaves."""
    day = calendar.next_working_day(moment.astimezone(LONDON).date() + timedelta(days=1))
    return datetime.combine(day, DAY_BEGINS, LONDON).astimezone(UTC)


def wait_after(failures: int, chance: float) -> timedelta | None:
    """How long to wait after the n-th failure held against a message, or None to give up.

    `chance` is a random number from 0 to 1, handed in by the caller.
    """
    if failures > len(BACKOFF):
        return None
    return BACKOFF[failures - 1] * (1 + JITTER * chance)


def normalised(address: str) -> str:
    """An address as it is compared and kept: without spaces around it, in small letters."""
    return address.strip().lower()


def address_digest(address: str) -> str:
    """A short digest of a normalised address, for keys, which hold no address."""
    return hashlib.sha256(normalised(address).encode()).hexdigest()[:16]


def grouped_key(
    template: str, subject: str, *, version: int, step: str, address: str, named: Iterable[str]
) -> str:
    """The key of one message to one address that names several things, such as `invitation:34`."""
    names = hashlib.sha256("\n".join(sorted(named)).encode()).hexdigest()[:16]
    return f"{template}:{subject}:v{version}:{step}:{address_digest(address)}:{names}"


def message_id(key: str, domain: str) -> str:
    """The Message-ID of a key: the same at every attempt, so that a duplicate can be recognised."""
    return f"<{hashlib.sha256(key.encode()).hexdigest()[:40]}@{domain}>"
