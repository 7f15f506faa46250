import csv
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflow.clock import LONDON
from workflow.engine.working_days import Calendar, CalendarEnds, add_months, due_at

TABLE = Path(__file__).parents[2] / "workflow" / "reference" / "data" / "bank_holidays_england.csv"


def real_calendar() -> Calendar:
    with TABLE.open(encoding="utf-8", newline="") as file:
        return Calendar.of_whole_years(date.fromisoformat(row["date"]) for row in csv.DictReader(file))


ENGLAND = real_calendar()
# The margins leave room for the longest periods on both sides of the table.
DAYS = st.dates(date(2010, 6, 1), date(2028, 6, 30))
PERIODS = st.integers(0, 80)


def at(day: date, hour: int = 9, minute: int = 0) -> datetime:
    return datetime.combine(day, time(hour, minute), LONDON).astimezone(UTC)


@pytest.mark.parametrize(
    ("start", "days", "due"),
    [
        (date(2011, 4, 21), 1, date(2011, 4, 26)),
        (date(2011, 4, 21), 5, date(2011, 5, 4)),
        (date(2011, 4, 21), 10, date(2011, 5, 11)),
        (date(2011, 4, 28), 1, date(2011, 5, 3)),
        (date(2011, 12, 23), 5, date(2012, 1, 4)),
        (date(2012, 5, 31), 5, date(2012, 6, 11)),
        (date(2011, 6, 30), 15, date(2011, 7, 21)),
        (date(2011, 9, 30), 15, date(2011, 10, 21)),
        (date(2011, 12, 31), 15, date(2012, 1, 23)),
        (date(2012, 3, 31), 15, date(2012, 4, 24)),
    ],
)
def test_working_days_after_a_date_skip_weekends_and_holidays(start: date, days: int, due: date) -> None:
    assert ENGLAND.add_working_days(start, days) == due


def test_a_consultation_of_84_days_that_ends_on_a_holiday_rolls_forward() -> None:
    assert ENGLAND.due_on_after_days(at(date(2011, 2, 7)), 84) == date(2011, 5, 3)


def test_a_closing_date_on_the_royal_wedding_becomes_the_next_tuesday() -> None:
    assert ENGLAND.next_working_day(date(2011, 4, 29)) == date(2011, 5, 3)


def test_a_reminder_on_a_day_off_rolls_back() -> None:
    assert ENGLAND.previous_working_day(date(2011, 4, 25)) == date(2011, 4, 21)
    assert ENGLAND.subtract_working_days(date(2011, 5, 1), 0) == date(2011, 4, 28)


@pytest.mark.parametrize(("year", "count"), [(2011, 252), (2012, 250), (2013, 254), (2014, 253)])
def test_each_financial_year_has_its_working_days(year: int, count: int) -> None:
    assert ENGLAND.days_between(date(year, 3, 31), date(year + 1, 3, 31)) == count


def test_the_reminders_and_the_hold_of_a_quarterly_return_fall_on_their_days() -> None:
    due = date(2011, 7, 21)
    assert ENGLAND.subtract_working_days(due, 10) == date(2011, 7, 7)
    assert ENGLAND.subtract_working_days(due, 3) == date(2011, 7, 18)
    assert ENGLAND.add_working_days(due, 0) == due
    assert ENGLAND.add_working_days(due, 5) == date(2011, 7, 28)
    assert ENGLAND.add_working_days(due, 10) == date(2011, 8, 4)


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        (at(date(2011, 3, 29), 16, 59), date(2011, 3, 29)),
        (at(date(2011, 3, 29), 17, 0), date(2011, 3, 30)),
        (datetime(2011, 3, 29, 15, 59, 59, tzinfo=UTC), date(2011, 3, 29)),
        (datetime(2011, 3, 29, 16, 0, tzinfo=UTC), date(2011, 3, 30)),
        (datetime(2011, 1, 11, 16, 30, tzinfo=UTC), date(2011, 1, 11)),
        (at(date(2011, 4, 21), 17, 0), date(2011, 4, 26)),
        (at(date(2011, 4, 23), 9, 0), date(2011, 4, 26)),
        (at(date(2011, 4, 23), 18, 0), date(2011, 4, 26)),
        (datetime(2011, 3, 28, 23, 30, tzinfo=UTC), date(2011, 3, 29)),
    ],
)
def test_an_event_late_in_the_day_or_on_a_day_off_counts_as_the_next_working_day(
    moment: datetime, day: date
) -> None:
    assert ENGLAND.start_day(moment) == day


def test_a_late_event_has_its_deadline_counted_from_the_next_working_day() -> None:
    assert ENGLAND.due_on(at(date(2011, 4, 20), 16, 59), 1) == date(2011, 4, 21)
    assert ENGLAND.due_on(at(date(2011, 4, 20), 17, 0), 1) == date(2011, 4, 26)


def test_a_period_in_months_ends_on_the_same_day_or_the_last_of_the_month() -> None:
    assert add_months(date(2011, 11, 30), 3) == date(2012, 2, 29)
    assert add_months(date(2011, 1, 31), -2) == date(2010, 11, 30)
    assert add_months(date(2011, 12, 1), 12) == date(2012, 12, 1)
    assert ENGLAND.due_on_after_months(at(date(2011, 3, 30)), 1) == date(2011, 5, 3)


def test_a_deadline_passes_at_the_end_of_its_london_day() -> None:
    assert due_at(date(2011, 5, 3)) == datetime(2011, 5, 3, 23, 0, tzinfo=UTC)
    assert due_at(date(2011, 1, 4)) == datetime(2011, 1, 5, 0, 0, tzinfo=UTC)


def test_a_deadline_on_the_day_the_clocks_change_has_all_its_hours() -> None:
    assert due_at(date(2011, 3, 27)) - due_at(date(2011, 3, 26)) == timedelta(hours=23)
    assert due_at(date(2011, 10, 30)) - due_at(date(2011, 10, 29)) == timedelta(hours=25)


def test_a_date_beyond_the_table_is_an_error_that_names_the_last_known_day() -> None:
    with pytest.raises(CalendarEnds, match=r"31 December 2028.*1 January 2029 is outside") as caught:
        ENGLAND.add_working_days(date(2028, 12, 29), 1)
    assert (caught.value.asked, caught.value.known_until) == (date(2029, 1, 1), date(2028, 12, 31))


def test_a_date_before_the_table_is_an_error_too() -> None:
    with pytest.raises(CalendarEnds, match="1 January 2010"):
        ENGLAND.subtract_working_days(date(2010, 1, 4), 1)


def test_a_calendar_without_a_table_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one holiday"):
        Calendar.of_whole_years([])


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="aware"):
        ENGLAND.start_day(datetime(2011, 3, 29, 9))  # noqa: DTZ001 - this is what is refused


@pytest.mark.parametrize("ask", [ENGLAND.add_working_days, ENGLAND.subtract_working_days])
def test_a_negative_period_in_working_days_is_refused(ask: Callable[[date, int], date]) -> None:
    with pytest.raises(ValueError, match="negative"):
        ask(date(2011, 3, 29), -1)


@pytest.mark.parametrize("ask", [ENGLAND.due_on_after_days, ENGLAND.due_on_after_months])
def test_a_negative_period_after_an_event_is_refused(ask: Callable[[datetime, int], date]) -> None:
    with pytest.raises(ValueError, match="negative"):
        ask(at(date(2011, 3, 29)), -1)


@given(DAYS, PERIODS)
def test_no_deadline_and_no_reminder_ever_falls_on_a_day_off(day: date, period: int) -> None:
    for found in (
        ENGLAND.add_working_days(day, period),
        ENGLAND.subtract_working_days(day, period),
        ENGLAND.due_on(at(day, 18), period),
        ENGLAND.due_on_after_days(at(day), period),
        ENGLAND.due_on_after_months(at(day), 1),
    ):
        assert found.weekday() < 5
        assert found not in ENGLAND.holidays


@given(DAYS, PERIODS)
def test_adding_and_subtracting_working_days_are_inverse(day: date, period: int) -> None:
    start = ENGLAND.next_working_day(day)
    due = ENGLAND.add_working_days(start, period)
    assert ENGLAND.subtract_working_days(due, period) == start
    assert ENGLAND.days_between(start, due) == period
    assert ENGLAND.working_days_left(due, start) == -period


@given(DAYS, PERIODS, PERIODS)
def test_a_longer_period_never_ends_earlier(day: date, one: int, other: int) -> None:
    shorter, longer = sorted((one, other))
    assert ENGLAND.add_working_days(day, shorter) <= ENGLAND.add_working_days(day, longer)


@given(DAYS)
def test_every_deadline_passes_at_midnight_in_london_whatever_the_season(day: date) -> None:
    local = due_at(day).astimezone(LONDON)
    assert (local.date(), local.time()) == (day + timedelta(days=1), time())
    assert due_at(day).tzinfo is UTC
