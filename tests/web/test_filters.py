"""Numbers, dates and words, as pages write them."""

from datetime import UTC, date, datetime

import pytest

from workflow.web import filters


@pytest.mark.parametrize(
    ("pence", "text"),
    [(540_000_000, "£5,400,000"), (120_050, "£1,200.50"), (0, "£0"), (-1, "\u2212£0.01"), (None, "\u2013")],
)
def test_money_has_pence_only_when_they_are_not_zero(pence: int | None, text: str) -> None:
    assert filters.pounds(pence) == text


@pytest.mark.parametrize(
    ("pence", "text"),
    [(48_000_000, "+£480,000"), (-30_000_000, "\u2212£300,000"), (0, "\u2013"), (None, "\u2013")],
)
def test_a_change_carries_its_sign_and_nothing_is_a_dash(pence: int | None, text: str) -> None:
    assert filters.change(pence) == text


def test_a_moment_is_shown_on_its_london_day() -> None:
    summer_night = datetime(2011, 5, 3, 23, 30, tzinfo=UTC)
    assert filters.london_date(summer_night) == "Wednesday 4 May 2011"
    assert filters.moment(summer_night) == "12:30am on Wednesday 4 May 2011"
    assert filters.clock_time(datetime(2011, 3, 29, 8, 40, tzinfo=UTC)) == "Tuesday 29 March 2011, 9:40am"


@pytest.mark.parametrize(
    ("hour", "text"), [(0, "12:05am"), (11, "11:05am"), (12, "12:05pm"), (13, "1:05pm"), (23, "11:05pm")]
)
def test_hours_are_counted_by_the_clock_on_the_wall(hour: int, text: str) -> None:
    assert filters.moment(datetime(2011, 1, 5, hour, 5, tzinfo=UTC)).startswith(f"{text} on")


def test_a_deadline_ends_before_midnight_and_never_at_it() -> None:
    assert filters.end_of(date(2011, 5, 3)) == "11:59pm on Tuesday 3 May 2011"


def test_a_date_in_a_timeline_has_its_year_only_when_it_is_another_one() -> None:
    assert filters.day_month(date(2011, 3, 24), 2011) == "24 March"
    assert filters.day_month(date(2010, 11, 4), 2011) == "4 November 2010"
    assert filters.short_date(date(2011, 3, 24)) == "Thu 24 Mar 2011"


@pytest.mark.parametrize(
    ("days", "due", "closes"),
    [
        (-3, "Late by 3 working days", "Late by 3 working days"),
        (-1, "Late by 1 working day", "Late by 1 working day"),
        (0, "Due today", "Closes today"),
        (1, "Due tomorrow", "Closes tomorrow"),
        (2, "2 working days left", "Closes in 2 working days"),
    ],
)
def test_due_words_say_how_far_it_is(days: int, due: str, closes: str) -> None:
    assert filters.due_words(days) == due
    assert filters.due_words(days, "Closes") == closes


@pytest.mark.parametrize(
    ("part", "whole", "text"), [(1, 8, "13%"), (1, 200, "1%"), (96, 152, "63%"), (0, 0, "\u2013")]
)
def test_a_share_is_a_whole_percent_rounded_half_up(part: int, whole: int, text: str) -> None:
    assert filters.percent(part, whole) == text


def test_counted_words_agree_with_their_number() -> None:
    assert filters.counted(1, "bid") == "1 bid"
    assert filters.counted(1204, "council") == "1,204 councils"
    assert filters.counted(2, "body", "bodies") == "2 bodies"


def test_where_a_figure_comes_from_is_a_sentence_with_amounts_in_pounds() -> None:
    said = "invented profile (only the SR10 total of 116750000 is sourced)"
    assert filters.origin(said) == "Invented profile (only the SR10 total of £116,750,000 is sourced)."
    assert (
        filters.origin("Total of £116,750,000. HMT/2011/1234567.")
        == "Total of £116,750,000. HMT/2011/1234567."
    )
    assert not filters.origin("")
