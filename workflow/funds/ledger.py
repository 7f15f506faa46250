"""The one statement that moves a fund-year, and the one that moves what a case holds of it.

A fund-year is moved by an atomic conditional UPDATE whose condition holds every rule of the balances, and the entry is
written by the same statement with the version that the update made. So nothing can be promised twice, whoever comes
at the same instant, and no sum is ever taken to find out what is left.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import NamedTuple

from sqlalchemy import TextClause, bindparam, text
from sqlalchemy.orm import Session
from sqlalchemy.types import BigInteger

from workflow.db import Work
from workflow.funds.errors import EntryKeyMisused
from workflow.funds.rules import EntryKind


@dataclass(frozen=True, slots=True)
class Deltas:
    """What one entry adds to each balance (pence)."""

    ceiling: int = 0
    reserved: int = 0
    committed: int = 0
    paid: int = 0
    accrued: int = 0
    recovered: int = 0
    lapsed: int = 0
    carried_out: int = 0

    def as_row(self) -> dict[str, int]:
        """By column."""
        return {column: getattr(self, column) for column in COLUMNS}


class Posting(NamedTuple):
    """What an entry is for: its kind and key, the fund, the case (none for a ceiling), the event that it follows."""

    fund_id: int
    case_id: int | None
    kind: EntryKind
    key: str
    decision: str | None = None
    reverses_id: int | None = None


class Line(NamedTuple):
    """An entry that was written: its id, the financial year, and the version of the balances that it made."""

    entry_id: int
    year: int
    balance_version: int


COLUMNS = tuple(field.name for field in fields(Deltas))
_HELD = COLUMNS[1:]

ENOUGH = """
      AND f.reserved + :reserved + f.committed + :committed <= f.ceiling + :ceiling
      AND (f.status = 'confirmed' OR :committed <= 0)
"""
"""The condition that makes over-commitment impossible; its tests take it out to see them fail."""


def fund_year_statement(enough: str = ENOUGH) -> TextClause:
    """The update of a fund-year with its entry; it returns no row when the condition does not hold."""
    sets = ", ".join(f"{column} = f.{column} + :{column}" for column in COLUMNS)
    not_negative = " AND ".join(f"f.{column} + :{column} >= 0" for column in COLUMNS)
    columns, deltas = ", ".join(COLUMNS), ", ".join(f":{column}" for column in COLUMNS)
    return text(f"""
        WITH moved AS (
            UPDATE fund_year AS f SET {sets}, version = f.version + 1
            WHERE f.id = :fund_year_id AND {not_negative}
              AND f.paid + :paid + f.accrued + :accrued <= f.committed + :committed {enough}
            RETURNING f.id, f.version
        )
        INSERT INTO ledger_entry (fund_year_id, case_id, kind, {columns}, balance_version, idempotency_key, decision,
                                  reverses_id, actor, at)
        SELECT moved.id, :case_id, :kind, {deltas}, moved.version, :key, :decision, :reverses_id, :actor, :at
        FROM moved RETURNING id, balance_version
    """).bindparams(*(bindparam(column, type_=BigInteger) for column in COLUMNS))  # noqa: S608 - columns are this file's.


_MOVE = fund_year_statement()
_HOLD_MORE = text(f"""
    INSERT INTO award_year AS a (case_id, fund_year_id, {", ".join(_HELD)}, version)
    VALUES (:case_id, :fund_year_id, {", ".join(f":{column}" for column in _HELD)}, 1)
    ON CONFLICT (case_id, fund_year_id) DO UPDATE
    SET {", ".join(f"{column} = a.{column} + excluded.{column}" for column in _HELD)}, version = a.version + 1
    RETURNING a.id
""")  # noqa: S608 - columns are this file's.
_MOVE_HELD = text(f"""
    UPDATE award_year AS a
    SET {", ".join(f"{column} = a.{column} + :{column}" for column in _HELD)}, version = a.version + 1
    WHERE a.case_id = :case_id AND a.fund_year_id = :fund_year_id
      AND {" AND ".join(f"a.{column} + :{column} >= 0" for column in _HELD)}
      AND a.paid + :paid + a.accrued + :accrued <= a.committed + :committed
    RETURNING a.id
""").bindparams(*(bindparam(column, type_=BigInteger) for column in _HELD))  # noqa: S608 - columns are this file's.
_YEARS = text(f"""
    SELECT y.id AS fund_year_id, y.year, e.id, e.fund_year_id AS written_to, e.balance_version,
           e.case_id, e.kind, e.idempotency_key,
           {", ".join(f"e.{column}" for column in COLUMNS)}
    FROM unnest(CAST(:years AS bigint[]), CAST(:keys AS text[])) AS asked (year, key)
    JOIN fund_year AS y ON y.fund_id = :fund_id AND y.year = asked.year
    LEFT JOIN ledger_entry AS e ON e.idempotency_key = asked.key
    ORDER BY y.year
""")  # noqa: S608 - columns are this file's.


def move(work: Work, fund_year_id: int, deltas: Deltas, posting: Posting) -> tuple[int, int] | None:
    """Move a fund-year and write the entry: its id and balance version; None when the balances do not allow it."""
    row = {
        **deltas.as_row(),
        "fund_year_id": fund_year_id,
        "case_id": posting.case_id,
        "kind": posting.kind.value,
        "key": posting.key,
        "decision": posting.decision,
        "reverses_id": posting.reverses_id,
        "actor": str(work.actor),
        "at": work.now,
    }
    made = work.session.execute(_MOVE, row).one_or_none()
    return None if made is None else (made.id, made.balance_version)


def move_held(work: Work, fund_year_id: int, case_id: int, deltas: Deltas, *, more: bool) -> bool:
    """Move what a case holds of a fund-year; False when it does not hold enough. `more` may begin a new row."""
    row = {**deltas.as_row(), "case_id": case_id, "fund_year_id": fund_year_id}
    row.pop("ceiling")
    statement = _HOLD_MORE if more else _MOVE_HELD
    return work.session.execute(statement, row).one_or_none() is not None


class Years(NamedTuple):
    """The fund-years that a posting is about, by year, and the entries that its keys wrote before."""

    ids: Mapping[int, int]
    written: Sequence[Line]


def years_of(session: Session, posting: Posting, expected: Mapping[int, tuple[str, Deltas]]) -> Years:
    """Look up the fund-years, and whether the keys were used before, so that a command done twice counts once.

    `expected` holds the key and the deltas of each year. A year without an allocation is left out.

    Raises:
        EntryKeyMisused: when a key was used for another year, case, kind or amount.
    """
    keys = [key for key, _ in expected.values()]
    asked = {"fund_id": posting.fund_id, "years": list(expected), "keys": keys}
    rows = session.execute(_YEARS, asked).all()
    written = [row for row in rows if row.id is not None]
    for row in written:
        deltas = Deltas(*(getattr(row, column) for column in COLUMNS))
        was = (row.written_to, row.case_id, row.kind, deltas)
        if was != (row.fund_year_id, posting.case_id, posting.kind.value, expected[row.year][1]):
            raise EntryKeyMisused(row.idempotency_key)
    lines = [Line(row.id, row.year, row.balance_version) for row in written]
    return Years({row.year: row.fund_year_id for row in rows}, lines)
