"""The periods before polls, pure: which one a day lies in, which ones a consultation runs into, and the next good date.

Source: domain, section 5: no consultation starts in one without a published reason, and one that runs into it goes on.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from workflow.consultation.terms import AppliesTo
from workflow.engine.working_days import Calendar


@dataclass(frozen=True, slots=True)
class Election:
    """One period, from `starts_on` to polling day, both London dates and both included."""

    applies_to: AppliesTo
    starts_on: date
    polls_on: date

    def holds(self, day: date) -> bool:
        """Whether a London date lies in it."""
        return self.starts_on <= day <= self.polls_on

    @property
    def name(self) -> str:
        """What it is called on pages: "the election period of councils, Friday 25 March to Thursday 5 May 2011"."""
        return f"the election period of {self.applies_to.value}, {_written(self.starts_on)} to {_written(self.polls_on)}"


def running_on(elections: Iterable[Election], day: date) -> tuple[Election, ...]:
    """The periods that a London date lies in, the one that began first at the front."""
    return tuple(sorted((one for one in elections if one.holds(day)), key=_by_start))


def run_into(elections: Iterable[Election], opens_on: date, closes_on: date) -> tuple[Election, ...]:
    """The periods that begin after a consultation opened and before it closes: it goes on, and says so."""
    return tuple(sorted((one for one in elections if opens_on < one.starts_on <= closes_on), key=_by_start))


def next_good_day(elections: Iterable[Election], calendar: Calendar, day: date) -> date:
    """The first working day, from a London date on, that lies in no period.

    Raises:
        CalendarEnds: when the date is outside the table of bank holidays.

    Source: domain, section 10, case 21.
    """
    known = tuple(elections)
    found = calendar.next_working_day(day)
    while inside := running_on(known, found):
        found = calendar.next_working_day(max(one.polls_on for one in inside) + timedelta(days=1))
    return found


def _by_start(one: Election) -> tuple[date, str]:
    return one.starts_on, one.applies_to.value


def _written(day: date) -> str:
    return f"{day:%A} {day.day} {day:%B %Y}"
