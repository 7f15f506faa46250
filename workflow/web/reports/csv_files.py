"""Tables as files of comma-separated values that a spreadsheet opens without running anything in them."""

import csv
import io
from collections.abc import Iterable, Sequence

from flask import current_app
from werkzeug.wrappers import Response

_STARTS = ("=", "+", "-", "@", "\t", "\r")


def csv_file(name: str, headings: Sequence[str], rows: Iterable[Sequence[object]]) -> Response:
    """A file to be saved under a name; a text that a spreadsheet would read as a formula is kept a text."""
    made = io.StringIO()
    writer = csv.writer(made, lineterminator="\r\n")
    writer.writerow(headings)
    writer.writerows([[_plain(value) for value in row] for row in rows])
    answer = current_app.response_class(made.getvalue(), mimetype="text/csv")
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def pounds_of(pence: int | None) -> str:
    """Pounds with two decimals and no commas, for a spreadsheet; nothing for no amount."""
    if pence is None:
        return ""
    whole, rest = divmod(abs(pence), 100)
    return f"{'-' if pence < 0 else ''}{whole}.{rest:02d}"


def _plain(value: object) -> object:
    return (
        f"'{value}"
        if isinstance(value, str) and value.startswith(_STARTS) and not _is_number(value)
        else value
    )


def _is_number(text: str) -> bool:
    return text.removeprefix("-").replace(".", "", 1).isdecimal()
