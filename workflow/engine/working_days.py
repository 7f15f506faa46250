"""Working days of England, and when a deadline falls: pure arithmetic over a table of holidays.

Source: the rules of the deadlines. Day 0 is the event's day and is not counted; an event at or after 17:00
London, or on a non-working day, counts as the next working day. A deadline rolls forward, a reminder rolls
back. A deadline expires at the end of its London day. Moments are aware UTC, days are London dates.
"""

from calendar import monthrange
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from workflow.clock import LONDON
from workflow.errors import WorkflowError

CLOSE_OF_BUSINESS = time(17)
"""From this London time on, an event counts as one of the next working day."""

ONE_DAY = timedelta(days=1)
SATURDAY = 5


class CalendarEnds(WorkflowError):
    """A date lies outside the table of holidays, so nobody can say whether it is a working day.

    `asked` is that date; `known_from` and `known_until` are the first and the last day the table knows.
    """

    def __init__(self, asked: date, known_from: date, known_until: date) -> None:
        self.asked, self.known_from, self.known_until = asked, known_from, known_until
        super().__init__(
            f"The calendar of working days knows {_written(known_from)} to {_written(known_until)}, "
            f"and {_written(asked)} is outside it. Ask an administrator to add the bank holidays of that year."
        )


@dataclass(frozen=True, slots=True)
class Calendar:
    """The holidays of England, known from one day until another, both included."""

    holidays: frozenset[date]
    known_until: date
    known_from: date

    @classmethod
    def of_whole_years(cls, holidays: Iterable[date]) -> "Calendar":
        """A calendar from a table whose first and last years are complete. Raises: ValueError on an empty table."""
        table = frozenset(holidays)
        if not table:
            raise ValueError("a calendar needs at least one holiday")
        return cls(table, date(max(table).year, 12, 31), date(min(table).year, 1, 1))

    def is_working_day(self, day: date) -> bool:
        """Whether a London date is neither a weekend nor a holiday. Raises: CalendarEnds."""
        if not self.known_from <= day <= self.known_until:
            raise CalendarEnds(day, self.known_from, self.known_until)
        return day.weekday() < SATURDAY and day not in self.holidays

    def next_working_day(self, day: date) -> date:
        """The day itself when it is a working day, else the first after it: how a deadline rolls. Raises: CalendarEnds."""
        while not self.is_working_day(day):
            day += ONE_DAY
        return day

    def previous_working_day(self, day: date) -> date:
        """The day itself when it is a working day, else the last before it: how a reminder rolls. Raises: CalendarEnds."""
        while not self.is_working_day(day):
            day -= ONE_DAY
        return day

    def add_working_days(self, start: date, days: int) -> date:
        """The `days`-th working day after `start`; with 0, `start` rolled forward.

        Raises: CalendarEnds; ValueError when `days` is negative.
        """
        _at_least_zero(days)
        day = start if days else self.next_working_day(start)
        for _ in range(days):
            day = self.next_working_day(day + ONE_DAY)
        return day

    def subtract_working_days(self, end: date, days: int) -> date:
        """The `days`-th working day before `end`; with 0, `end` rolled back.

        Raises: CalendarEnds; ValueError when `days` is negative.
        """
        _at_least_zero(days)
        day = end if days else self.previous_working_day(end)
        for _ in range(days):
            day = self.previous_working_day(day - ONE_DAY)
        return day

    def start_day(self, moment: datetime) -> date:
        """The day 0 of an event: its London date, or the next working day when it comes late or on a day off.

        Raises: CalendarEnds; ValueError when the moment is not aware.
        """
        if moment.tzinfo is None:
            raise ValueError("a moment must be aware")
        local = moment.astimezone(LONDON)
        late = local.time() >= CLOSE_OF_BUSINESS
        return self.next_working_day(local.date() + ONE_DAY if late else local.date())

    def due_on(self, moment: datetime, working_days: int) -> date:
        """The due date of a period in working days that begins with an event. Raises: CalendarEnds."""
        return self.add_working_days(self.start_day(moment), working_days)

    def due_on_after_days(self, moment: datetime, days: int) -> date:
        """The due date of a period in calendar days, such as the 84 of a consultation. Raises: CalendarEnds."""
        _at_least_zero(days)
        return self.next_working_day(self.start_day(moment) + timedelta(days=days))

    def due_on_after_months(self, moment: datetime, months: int) -> date:
        """The due date of a period in months; a day that the month lacks is its last. Raises: CalendarEnds."""
        _at_least_zero(months)
        return self.next_working_day(add_months(self.start_day(moment), months))

    def days_between(self, after: date, until: date) -> int:
        """How many working days lie after one date up to and including another; negative when it lies before.

        Raises: CalendarEnds.
        """
        if until < after:
            return -self.days_between(until, after)
        return sum(self.is_working_day(after + timedelta(days=n)) for n in range(1, (until - after).days + 1))

    def working_days_left(self, today: date, due_on: date) -> int:
        """Working days until a due date: 0 when due today, negative when late. Raises: CalendarEnds."""
        return self.days_between(today, due_on)


def due_at(due_on: date) -> datetime:
    """The first moment at which a deadline has passed: the end of its London day, in aware UTC."""
    return datetime.combine(due_on + ONE_DAY, time(), LONDON).astimezone(UTC)


def add_months(day: date, months: int) -> date:
    """The same day some months later or earlier; 31 January and one month is the last day of February."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _at_least_zero(days: int) -> None:
    if days < 0:
        raise ValueError("a period cannot be negative; subtract instead")


def _written(day: date) -> str:
    return f"{day.day} {day:%B %Y}"
