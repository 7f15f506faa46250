"""Money as integer pence, and financial years.

A financial year is named by the calendar year in which it starts: 2011 means 1 April 2011 to 31 March 2012.
"""

import re
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import NewType

Pence = NewType("Pence", int)

LARGEST = Pence(
    10**15
)  # Ten thousand billion pounds in pence: far above any fund, far below 64 bits when summed.
_POUNDS = re.compile(r"^£?\s*(\d{1,3}(?:,\d{3})+|\d+)(?:\.(\d{1,2}))?$")


class NotMoney(ValueError):
    """What was typed is not an amount; the text says what an amount looks like."""


def parse_pounds(text: str) -> Pence:
    """Turn what a person typed, such as `£1,200.50`, into pence.

    Raises:
        NotMoney: when it is no amount, has more than two decimals, is negative, or is too large.
    """
    cleaned = text.strip().replace("\u00a0", "")
    if cleaned.startswith(("-", "−")):
        raise NotMoney("The amount must be 0 or more.")
    match = _POUNDS.fullmatch(cleaned) if cleaned.isascii() or cleaned.startswith("£") else None
    if match is None:
        raise NotMoney("Enter an amount in pounds, like 12,500 or 12,500.50.")
    if len(match[1]) > 20:
        raise NotMoney("The amount is too large.")
    pence = int(Decimal(match[1].replace(",", "")) * 100) + int((match[2] or "0").ljust(2, "0"))
    if pence > LARGEST:
        raise NotMoney("The amount is too large.")
    return Pence(pence)


def format_pounds(pence: int) -> str:
    """Full pounds with commas; pence only when they are not zero; a true minus sign."""
    pounds, rest = divmod(abs(pence), 100)
    text = f"£{pounds:,}" + (f".{rest:02d}" if rest else "")
    return f"−{text}" if pence < 0 else text


def financial_year(day: date) -> int:
    """The financial year, named by its first calendar year, that a London date falls in."""
    return day.year if (day.month, day.day) >= (4, 1) else day.year - 1


def year_label(year: int) -> str:
    """`2011 to 2012`, as people outside the department read it."""
    return f"{year} to {year + 1}"


def year_of_label(label: str) -> int:
    """The financial year of a data file's `2011-12`.

    Raises:
        ValueError: when the two halves do not follow each other.
    """
    first, _, last = label.partition("-")
    year = int(first)
    if last != f"{(year + 1) % 100:02d}":
        raise ValueError(f"{label!r} is not a financial year such as 2011-12")
    return year


def total(amounts: Sequence[int]) -> Pence:
    """The sum of pence, typed."""
    return Pence(sum(amounts))
