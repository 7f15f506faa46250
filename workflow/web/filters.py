"""The one display of each kind of value: money, dates, times, years, and how far a due date is."""

import re
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal

from flask import Flask

from workflow.clock import LONDON
from workflow.money import format_pounds, year_label

NOTHING = "–"


def pounds(pence: int | None) -> str:
    """`£5,400,000`; pence only when they are not zero; a dash where there is no amount."""
    return NOTHING if pence is None else format_pounds(pence)


def change(pence: int | None) -> str:
    """A change of an amount, which always carries its sign: `+£480,000`; a dash for none."""
    if not pence:
        return NOTHING
    return format_pounds(pence) if pence < 0 else f"+{format_pounds(pence)}"


def london_date(value: date | datetime) -> str:
    """`Tuesday 3 May 2011`, of a London date or of the London day of a moment."""
    day = _day(value)
    return f"{day:%A} {day.day} {day:%B %Y}"


def short_date(value: date | datetime) -> str:
    """`Tue 3 May 2011`, for tables."""
    day = _day(value)
    return f"{day:%a} {day.day} {day:%b %Y}"


def day_month(value: date | datetime, this_year: int) -> str:
    """`3 May`, with the year only when it is not this one; for timelines."""
    day = _day(value)
    return f"{day.day} {day:%B}" + ("" if day.year == this_year else f" {day.year}")


def clock_time(moment: datetime) -> str:
    """`Tuesday 29 March 2011, 9:40am`; where a day begins, the day alone."""
    return london_date(moment) if starts_a_day(moment) else f"{london_date(moment)}, {_hour(moment)}"


def moment(value: datetime) -> str:
    """`9:40am on Tuesday 29 March 2011`, the London time of an aware moment; where a day begins, "the start of" it."""
    if starts_a_day(value):
        return f"the start of {london_date(value)}"
    return f"{_hour(value)} on {london_date(value)}"


def starts_a_day(value: datetime) -> bool:
    """Whether a moment is in the first minute of its London day, which nobody is told of as midnight."""
    local = value.astimezone(LONDON)
    return (local.hour, local.minute) == (0, 0)


def end_of(day: date) -> str:
    """`11:59pm on Tuesday 3 May 2011`: a deadline expires at the end of its London day, and nobody is told of midnight."""
    return f"11:59pm on {london_date(day)}"


def due_words(working_days: int, verb: str = "Due") -> str:
    """How far a due date is, in working days from today.

    0 is today; negative is late. `verb` is "Due" or "Closes". Source: comps/README, numbers, dates, words.
    """
    if working_days < 0:
        return f"Late by {_days(-working_days)}"
    if working_days == 0:
        return f"{verb} today"
    if working_days == 1:
        return f"{verb} tomorrow"
    return f"{_days(working_days)} left" if verb == "Due" else f"{verb} in {_days(working_days)}"


def percent(part: int, whole: int) -> str:
    """A whole percent, rounded half up; a dash when there is no whole."""
    return NOTHING if whole == 0 else f"{(200 * part + whole) // (2 * whole)}%"


def percent_of(part: int, whole: int) -> str:
    """A width for a bar, with two decimals and no sign."""
    return str((Decimal(part) * 100 / whole).quantize(Decimal("0.01"), ROUND_HALF_UP))


def counted(number: int, one: str, many: str = "") -> str:
    """`1 bid`, `2 bids`, `1,204 councils`."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def origin(text: str) -> str:
    """Where a figure comes from, as the data files say it, as a sentence: with a capital, a stop, and amounts in pounds."""
    said = re.sub(
        r"(?<!\S)\d{7,}(?=[\s.;)]|$)", lambda found: format_pounds(int(found[0]) * 100), text.strip()
    )
    return said and f"{said[:1].upper()}{said[1:]}{'' if said[-1] in '.?!' else '.'}"


def _days(number: int) -> str:
    return counted(number, "working day")


def _day(value: date | datetime) -> date:
    return value.astimezone(LONDON).date() if isinstance(value, datetime) else value


def _hour(value: datetime) -> str:
    local = value.astimezone(LONDON)
    return f"{local.hour % 12 or 12}:{local.minute:02d}{'am' if local.hour < 12 else 'pm'}"


def register(app: Flask) -> None:
    """Give every template the filters, under the names of their functions."""
    named = (
        pounds,
        change,
        london_date,
        short_date,
        day_month,
        clock_time,
        moment,
        end_of,
        due_words,
        percent,
    )
    app.jinja_env.filters.update(
        {function.__name__: function for function in (*named, percent_of, counted, origin)}
    )
    app.jinja_env.filters["year"] = year_label
