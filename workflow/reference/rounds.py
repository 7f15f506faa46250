"""What each fund's money is for, and when bids are taken: prospectuses, their outcomes, and rounds."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from workflow.bids.models import Outcome, Prospectus, Round
from workflow.reference.files import Row, read
from workflow.reference.money import fund_ids

Key = tuple[str, int]
"""A prospectus in the files: the fund's code and the version."""


@dataclass(frozen=True, slots=True)
class Rounds:
    """Rows of the files with their prospectus, and prospectuses with their fund's code."""

    prospectuses: tuple[tuple[Key, dict[str, Any]], ...]
    outcomes: tuple[tuple[Key, dict[str, Any]], ...]
    rounds: tuple[tuple[Key, dict[str, Any]], ...]


def read_rounds(folder: Path, funds: Iterable[str]) -> Rounds:
    """Read and check prospectuses, outcomes and rounds of the funds with these codes.

    Raises:
        BrokenRow: naming the first line that is wrong.
    """
    known = frozenset(funds)
    columns: Sequence[str] = ("fund", "version", "title", "summary", "consulted_from", "consulted_to")
    rows = read(folder, "prospectuses.csv", (*columns, "published_on", "provenance"), key=("fund", "version"))
    prospectuses = tuple(((row.refer("fund", known), _version(row)), _prospectus(row)) for row in rows)
    keys = frozenset(key for key, _ in prospectuses)
    columns = ("fund", "version", "code", "title")
    rows = read(folder, "outcomes.csv", columns, key=("fund", "version", "code"))
    outcomes = tuple((_key(row, keys), _outcome(row)) for row in rows)
    columns = (
        "code",
        "fund",
        "version",
        "title",
        "guidance",
        "opens_on",
        "closes_on",
        "least_gbp",
        "most_gbp",
    )
    rows = read(folder, "rounds.csv", (*columns, "first_year", "last_year", "provenance"), key=("code",))
    return Rounds(prospectuses, outcomes, tuple((_key(row, keys), _round(row)) for row in rows))


def load_rounds(session: Session, found: Rounds) -> dict[str, int]:
    """Add what is not there yet; returns how many of each are new. Others stay as they are."""
    funds = fund_ids(session)
    texts = [
        {"fund_id": funds[fund], "version": version} | row for (fund, version), row in found.prospectuses
    ]
    new = _insert(session, Prospectus, ("fund_id", "version"), texts)
    there = session.execute(select(Prospectus.fund_id, Prospectus.version, Prospectus.id))
    ids = {(fund_id, version): prospectus_id for fund_id, version, prospectus_id in there}
    of = {key: ids[funds[key[0]], key[1]] for key, _ in found.prospectuses}
    outcomes = [{"prospectus_id": of[key]} | row for key, row in found.outcomes]
    rounds = [{"prospectus_id": of[key], "fund_id": funds[key[0]]} | row for key, row in found.rounds]
    return {
        "prospectuses": new,
        "outcomes": _insert(session, Outcome, ("prospectus_id", "code"), outcomes),
        "rounds": _insert(session, Round, ("code",), rounds),
    }


def _insert(
    session: Session,
    table: type[Prospectus | Outcome | Round],
    key: Sequence[str],
    rows: list[dict[str, Any]],
) -> int:
    if not rows:
        return 0
    statement = insert(table).on_conflict_do_nothing(index_elements=list(key))
    return len(session.execute(statement.returning(table.id), rows).all())


def _key(row: Row, known: frozenset[Key]) -> Key:
    key = row.text("fund"), _version(row)
    if key not in known:
        raise row.broken(f"there is no prospectus {key[1]} of the fund {key[0]!r}")
    return key


def _version(row: Row) -> int:
    text = row.text("version")
    if not (text.isascii() and text.isdigit()) or not 1 <= int(text) < 1000:
        raise row.broken(f"version is {text!r}, not a whole number from 1")
    return int(text)


def _prospectus(row: Row) -> dict[str, Any]:
    begins, ends = row.day_or_none("consulted_from"), row.day_or_none("consulted_to")
    _in_order(row, "consulted_from", begins, "consulted_to", ends)
    return {
        "title": row.text("title"),
        "summary": row.text("summary"),
        "consulted_from": begins,
        "consulted_to": ends,
        "published_on": row.day("published_on"),
        "provenance": row.text("provenance"),
    }


def _outcome(row: Row) -> dict[str, Any]:
    return {"code": row.text("code"), "title": row.text("title")}


def _round(row: Row) -> dict[str, Any]:
    opens, closes = row.day("opens_on"), row.day("closes_on")
    _in_order(row, "opens_on", opens, "closes_on", closes)
    least, most = row.money("least_gbp"), row.money("most_gbp")
    first, last = row.year("first_year"), row.year("last_year")
    if not 0 < least <= most:
        raise row.broken("least_gbp must be more than 0 and no more than most_gbp")
    if last < first:
        raise row.broken("last_year is before first_year")
    return {
        "code": row.text("code"),
        "title": row.text("title"),
        "guidance": row.text("guidance"),
        "opens_on": opens,
        "closes_on": closes,
        "least_pence": least,
        "most_pence": most,
        "first_year": first,
        "last_year": last,
        "provenance": row.text("provenance"),
    }


def _in_order(row: Row, first: str, begins: date | None, last: str, ends: date | None) -> None:
    if begins is not None and ends is not None and ends < begins:
        raise row.broken(f"{last} {ends} is before {first} {begins}")
