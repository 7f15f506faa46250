"""One invariant as data: what is asked of the database, and the sentence for every row that breaks it."""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from sqlalchemy import text
from sqlalchemy.orm import Session


class Invariant(NamedTuple):
    """`sql` finds the rows that break it, `sentence` names each of them by the columns of the row."""

    sentence: str
    sql: str


def broken(
    session: Session, invariants: Iterable[Invariant], parameters: Mapping[str, Any] | None = None
) -> list[str]:
    """One sentence for every row that breaks one of the invariants."""
    return [
        invariant.sentence.format_map(row)
        for invariant in invariants
        for row in session.execute(text(invariant.sql), dict(parameters or {})).mappings()
    ]
