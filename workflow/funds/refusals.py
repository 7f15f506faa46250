"""Finds out, after the ledger's statement moved nothing, what every year lacks."""

from collections.abc import Mapping
from typing import NoReturn

from sqlalchemy import select
from sqlalchemy.orm import Session

from workflow.funds.errors import NotConfirmed, NotHeld, Overcommitted
from workflow.funds.models import FundYear
from workflow.funds.rules import EntryKind, YearStatus, shortfalls

_TAKES_MORE = frozenset({EntryKind.RESERVE, EntryKind.CARRY_IN})
_PROMISES = frozenset({EntryKind.COMMIT, EntryKind.CARRY_IN})


def refuse(session: Session, fund_id: int, kind: EntryKind, asked: Mapping[int, int]) -> NoReturn:
    """Say why a movement is refused, naming every year and what is left in it now.

    Raises:
        NotConfirmed, Overcommitted, NotHeld: always one of them.
    """
    statement = select(FundYear).where(FundYear.fund_id == fund_id, FundYear.year.in_(list(asked)))
    # What this session read before may be old; after the wait for the row the truth is what counts.
    found = {row.year: row for row in session.scalars(statement.execution_options(populate_existing=True))}
    indicative = [year for year, row in found.items() if row.status is YearStatus.INDICATIVE]
    if kind in _PROMISES and indicative:
        raise NotConfirmed(sorted(indicative))
    if kind in _TAKES_MORE:
        left = {year: row.ceiling - row.reserved - row.committed for year, row in found.items()}
        raise Overcommitted(shortfalls(left, asked))
    raise NotHeld("The fund does not hold this money in that year. Nothing was changed.")
