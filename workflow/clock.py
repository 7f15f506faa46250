"""Two clocks: business time decides what is due, the machine's time decides how long a lease lasts.

`now()` is business time. In production it equals the machine's time; in the demonstration it is a row that only moves forward.
`real()` is the machine's time, for leases, backoff, heartbeats, sessions, throttles and request keys. Both are aware UTC.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")


class Clock(Protocol):
    """What the product may ask about the time."""

    def now(self) -> datetime:
        """Business time, aware UTC."""
        ...

    def real(self) -> datetime:
        """The machine's time, aware UTC."""
        ...


class SystemClock:
    """Business time is the machine's time."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def real(self) -> datetime:
        return datetime.now(UTC)


@dataclass
class FixedClock:
    """A clock for tests that stands still until it is moved; business and real time move together or apart."""

    business: datetime
    machine: datetime | None = None

    def now(self) -> datetime:
        return self.business

    def real(self) -> datetime:
        return self.machine or self.business

    def move(self, step: timedelta) -> None:
        """Move both clocks by a step."""
        self.machine = self.real() + step
        self.business += step


def london_date(moment: datetime) -> date:
    """The London calendar date of an aware moment."""
    return moment.astimezone(LONDON).date()
