"""Copies of a bid, made in the database, for benchmarks that need many and test none of what made the first."""

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

from sqlalchemy import text
from sqlalchemy.orm import Session

from workflow import audit
from workflow.db import Work

# What is made by the real commands for each copy, or belongs to the first one only.
LEFT_OUT = frozenset({"award_year", "ledger_entry", "invitation", "request_key"})


class _Child(NamedTuple):
    table: str
    column: str


def copies_of(work: Work, case_id: int, count: int) -> list[int]:
    """`count` copies of a case with all its rows, each with as many events as it has revisions; returns their ids."""
    tree = _tree(work.session)
    revision = work.session.execute(
        text('SELECT rev FROM "case" WHERE id = :id'), {"id": case_id}
    ).scalar_one()
    made = []
    for number in range(count):
        changed = {"reference": f"COPY-{number:06d}"}
        copied = _copy(work.session, tree, _Child("case", "id"), case_id, None, changed)
        for seq in range(1, revision + 1):
            audit.record(work, f"case:{copied}", "bid_copied", {"of": case_id, "to": "deciding"}, seq=seq)
        made.append(copied)
    return made


def _tree(session: Session) -> dict[str, list[_Child]]:
    """Which tables refer to which, by single columns; under one parent, what others refer to comes before them."""
    rows = session.execute(
        text("""
        SELECT trim(both '"' from c.conrelid::regclass::text) AS child, trim(both '"' from c.confrelid::regclass::text) AS parent,
               a.attname, array_length(c.conkey, 1) = 1 AS single
        FROM pg_constraint c JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
        WHERE c.contype = 'f' AND c.conrelid <> c.confrelid ORDER BY 1, 3
        """)
    ).all()
    parents: dict[str, set[str]] = {}
    for row in rows:
        parents.setdefault(row.child, set()).add(row.parent)

    def depth(table: str, seen: frozenset[str] = frozenset()) -> int:
        above = parents.get(table, set()) - seen - {table}
        return 1 + max((depth(parent, seen | {table}) for parent in above), default=0)

    tree: dict[str, list[_Child]] = {}
    for row in sorted(rows, key=lambda row: depth(row.child)):
        if row.single and row.child not in LEFT_OUT:
            tree.setdefault(row.parent, []).append(_Child(row.child, row.attname))
    return tree


def _copy(  # noqa: PLR0917 - what is copied, from where and to where
    session: Session,
    tree: Mapping[str, list[_Child]],
    place: _Child,
    old: int,
    new: int | None,
    changed: Mapping[str, Any],
) -> int:
    """Copy the rows of a table that belong to `old`, and all below them; returns the last new id."""
    found = session.execute(
        text(f'SELECT * FROM "{place.table}" WHERE "{place.column}" = :old'), {"old": old}
    )
    made = 0
    for row in found.mappings().all():
        values = {name: value for name, value in {**row, **changed}.items() if name != "id"}
        if new is not None:
            values[place.column] = new
        made = _insert(session, place.table, values, numbered="id" in row)
        key = row.get("id", row[place.column])
        for child in tree.get(place.table, []):
            _copy(session, tree, child, key, made or new, {})
    return made


def _insert(session: Session, table: str, values: Mapping[str, Any], *, numbered: bool) -> int:
    """Insert a row; its id, or 0 when the table has none."""
    packed = {name: json.dumps(v) if isinstance(v, dict | list) else v for name, v in values.items()}
    marks = [f"CAST(:{n} AS jsonb)" if isinstance(v, dict | list) else f":{n}" for n, v in values.items()]
    names = ", ".join(f'"{name}"' for name in values)
    statement = (
        f'INSERT INTO "{table}" ({names}) VALUES ({", ".join(marks)}) RETURNING {"id" if numbered else "0"}'
    )
    return int(session.execute(text(statement), packed).scalar_one())
