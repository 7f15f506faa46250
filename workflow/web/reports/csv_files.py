"""Tables as files of comma-separated values that a spreadsheet opens without running anything in them."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence

from flask import current_app
from werkzeug.wrappers import Response

_STARTS = ("=", "+", "-", "@", "\t", "\r")


def csv_file(name: str, headings: Sequence[str], rows: Iterable[Sequence[object]]) -> Response:
    """A file to be saved under a name, sent as its rows are read.

    A text that a spreadsheet would read as a formula is kept a text. Rows that are read while the file is sent need a
    session of their own, because the request's ends before; give its `close` to `call_on_close` of the answer.
    """
    answer = current_app.response_class(_lines(headings, rows), mimetype="text/csv")
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def pounds_of(pence: int | None) -> str:
    """Pounds with two decimals and no commas, for a spreadsheet; nothing for no amount."""
    if pence is None:
        return ""
    whole, rest = divmod(abs(pence), 100)
    return f"{'-' if pence < 0 else ''}{whole}.{rest:02d}"


def _lines(headings: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[str]:
    yield _line(headings)
    for row in rows:
        yield _line([_plain(value) for value in row])


def _line(values: Sequence[object]) -> str:
    made = io.StringIO()
    csv.writer(made, lineterminator="\r\n").writerow(values)
    return made.getvalue()


def _plain(value: object) -> object:
    is_formula = isinstance(value, str) and value.startswith(_STARTS) and not _is_number(value)
    return f"'{value}" if is_formula else value


def _is_number(text: str) -> bool:
    return text.removeprefix("-").replace(".", "", 1).isdecimal()
