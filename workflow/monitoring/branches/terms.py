"""What is known of an award beside the straight line, as the rules and the pages read it. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class Report:
    """A progress report that is owed: its quarter, when it is due, and from when payments wait for it."""

    number: int
    period_from: date
    period_to: date
    due_on: date
    held_from: date
    is_sent: bool


@dataclass(frozen=True, slots=True)
class Change:
    """A change that waits for an answer. `before` and `after` are pence by year, `quorum` the approvals its total needs.

    `votes` is how many approved it, and `counted` who they are with those whom they stood in for on that day.
    """

    number: int
    kind: str
    before: Mapping[int, int]
    after: Mapping[int, int]
    total_after: int
    ends_on_before: date
    ends_on_after: date
    votes: int
    counted: frozenset[int]
    quorum: int

    @property
    def more(self) -> dict[int, int]:
        """The pence by which years rise."""
        return self._moved(1)

    @property
    def less(self) -> dict[int, int]:
        """The pence by which years fall."""
        return self._moved(-1)

    def _moved(self, sign: int) -> dict[int, int]:
        years = sorted(set(self.before) | set(self.after))
        moved = {year: sign * (self.after.get(year, 0) - self.before.get(year, 0)) for year in years}
        return {year: pence for year, pence in moved.items() if pence > 0}


@dataclass(frozen=True, slots=True)
class Branches:
    """What an award has beside its plan and its payment requests.

    `total_pence` and `ends_on` are the agreement's as it stands, None without one. `settled_years` are the years whose money
    was settled after their end. `asked_back` and `came_back` are pence; `back_by_year` what came back so far.
    `transition_ends_on` is the end of temporary support, where it has one. `eligible_pence` is what was spent as agreed when it
    ended early, None before. `is_paused` says that payments were paused and nobody has let them go on.
    `accept_until` is the moment at which an open offer ends, None when none is open.
    """

    total_pence: int = 0
    ends_on: date | None = None
    accepted_on: date | None = None
    reports: tuple[Report, ...] = ()
    change: Change | None = None
    settled_years: frozenset[int] = frozenset()
    asked_back: int = 0
    came_back: int = 0
    back_by_year: Mapping[int, int] | None = None
    is_transitional: bool = False
    transition_ends_on: date | None = None
    eligible_pence: int | None = None
    is_paused: bool = False
    accept_until: datetime | None = None

    def owed(self, today: date) -> tuple[Report, ...]:
        """The reports of quarters that are over and that were not sent, the earliest first.

        None once the award ended early, and none of a quarter that begins after the end as it was agreed since.
        """
        if self.eligible_pence is not None:
            return ()
        last = self.ends_on or date.max
        return tuple(
            one
            for one in self.reports
            if not one.is_sent and one.period_to < today and one.period_from <= last
        )

    def holding(self, today: date) -> Report | None:
        """The report for which payments wait today, if they do."""
        return next((one for one in self.owed(today) if one.held_from <= today), None)
