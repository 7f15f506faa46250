"""Reads the data files. A row that is broken is named by its file, its line and what is wrong with it.

All figures of a file are checked before anything is written, so that nothing is ever half loaded.
"""

import csv
import enum
import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TypeVar

from workflow.errors import WorkflowError
from workflow.money import LARGEST, Pence, year_of_label

DATA = Path(__file__).parent / "data"
"""The folder of the project's own data."""

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_POUNDS = re.compile(r"(\d{1,13})(?:\.(\d{2}))?")
_Choice = TypeVar("_Choice", bound=enum.StrEnum)


class BrokenRow(WorkflowError):
    """A data file cannot be loaded; the text says the file, the line (the first is 1) and what is wrong."""

    def __init__(self, file: str, line: int, problem: str) -> None:
        self.file, self.line, self.problem = file, line, problem
        super().__init__(f"{file}, line {line}: {problem}. Nothing was loaded.")


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a data file. Every reader raises `BrokenRow` for a value that is not what it should be."""

    file: str
    line: int
    values: dict[str, str]

    def broken(self, problem: str) -> BrokenRow:
        """The error for this row."""
        return BrokenRow(self.file, self.line, problem)

    def text(self, column: str) -> str:
        """A text that must be there."""
        value = self.values[column].strip()
        if not value:
            raise self.broken(f"{column} is empty")
        return value

    def optional(self, column: str) -> str | None:
        """A text that may be missing."""
        return self.values[column].strip() or None

    def day(self, column: str) -> date:
        """A date written as 2011-03-29."""
        value = self.text(column)
        try:
            if _DAY.fullmatch(value):
                return date.fromisoformat(value)
        except ValueError as error:
            raise self.broken(f"{column} is {value!r}, which is no date of the calendar") from error
        raise self.broken(f"{column} is {value!r}, not a date such as 2011-03-29")

    def day_or_none(self, column: str) -> date | None:
        """A date that may be missing."""
        return self.day(column) if self.optional(column) else None

    def money(self, column: str) -> Pence:
        """Pounds, with two decimals or none, as pence."""
        value = self.text(column)
        match = _POUNDS.fullmatch(value) if value.isascii() else None
        if match is None:
            raise self.broken(f"{column} is {value!r}, not an amount of pounds such as 35000000 or 120.50")
        pence = int(match[1]) * 100 + int(match[2] or 0)
        if pence > LARGEST:
            raise self.broken(f"{column} is {value!r}, which is more than any fund can hold")
        return Pence(pence)

    def year(self, column: str) -> int:
        """A financial year written as 2011-12, by the calendar year it starts in."""
        value = self.text(column)
        try:
            return year_of_label(value)
        except ValueError as error:
            raise self.broken(f"{column} is {value!r}, not a financial year such as 2011-12") from error

    def flag(self, column: str) -> bool:
        """A 1 or a 0."""
        value = self.text(column)
        if value not in {"0", "1"}:
            raise self.broken(f"{column} is {value!r}, not 0 or 1")
        return value == "1"

    def choice(self, column: str, choices: type[_Choice]) -> _Choice:
        """One of the values of an enum."""
        value = self.text(column)
        try:
            return choices(value)
        except ValueError as error:
            known = ", ".join(choices)
            raise self.broken(f"{column} is {value!r}, not one of {known}") from error

    def codes(self, column: str) -> list[str]:
        """Codes separated by `|`, or none."""
        return [code for code in self.values[column].split("|") if code]

    def refer(self, column: str, known: Iterable[str]) -> str:
        """A code that another file defines."""
        value = self.text(column)
        if value not in known:
            raise self.broken(f"{column} is {value!r}, which is not known")
        return value


def read(folder: Path, name: str, columns: Sequence[str], *, key: Sequence[str]) -> list[Row]:
    """The rows of a file that has these columns at least, unique by the key columns.

    Raises:
        BrokenRow: naming the first line that is wrong.
    """
    reader = csv.reader(_lines(folder, name), strict=True)
    rows: list[Row] = []
    try:
        heading = next(reader, [])
        _check_heading(name, heading, columns)
        for values in reader:
            if len(values) != len(heading):
                raise BrokenRow(
                    name, reader.line_num, f"{len(values)} values where {len(heading)} are expected"
                )
            rows.append(Row(name, reader.line_num, dict(zip(heading, values, strict=True))))
    except csv.Error as error:
        raise BrokenRow(
            name, reader.line_num, f"it cannot be read as comma-separated values ({error})"
        ) from error
    _check_unique(rows, key)
    return rows


def bank_holidays(folder: Path = DATA) -> list[tuple[date, str, str]]:
    """The bank holidays of England as (day, title, source)."""
    rows = read(folder, "bank_holidays_england.csv", ("date", "title", "notes", "source"), key=("date",))
    return [(row.day("date"), row.text("title"), row.text("source")) for row in rows]


def _lines(folder: Path, name: str) -> io.StringIO:
    try:
        data = (folder / name).read_bytes()
    except OSError as error:
        raise BrokenRow(name, 1, f"the file cannot be read ({error.strerror})") from error
    try:
        return io.StringIO(data.decode("utf-8-sig"), newline="")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise BrokenRow(name, line, "the text is not UTF-8") from error


def _check_heading(name: str, heading: Sequence[str], columns: Sequence[str]) -> None:
    missing = [column for column in columns if column not in heading]
    if missing:
        raise BrokenRow(name, 1, f"the column {missing[0]} is missing")
    if len(set(heading)) != len(heading):
        raise BrokenRow(name, 1, "a column is there twice")


def _check_unique(rows: Iterable[Row], key: Sequence[str]) -> None:
    seen: dict[tuple[str, ...], int] = {}
    for row in rows:
        found = tuple(row.text(column) for column in key)
        if found in seen:
            raise row.broken(f"{' '.join(found)} is already on line {seen[found]}")
        seen[found] = row.line
