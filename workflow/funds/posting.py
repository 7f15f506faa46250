"""Posting a movement of money: one entry a year, ascending, or an error that says what every year lacks."""

from collections.abc import Callable, Mapping

from workflow.db import Work
from workflow.errors import Invalid
from workflow.funds.errors import NotHeld
from workflow.funds.ledger import Deltas, Line, Posting, move, move_held, years_of
from workflow.funds.refusals import refuse
from workflow.funds.rules import EntryKind
from workflow.money import LARGEST, format_pounds, year_label

Amounts = Mapping[int, int]

# A case's row for a year begins when money is set aside, or carried into a year.
_BEGIN = frozenset({EntryKind.RESERVE, EntryKind.CARRY_IN})
_LACKING = {
    EntryKind.UNRESERVE: "less is set aside for this bid",
    EntryKind.COMMIT: "less is set aside for this bid",
    EntryKind.RECOVER: "less was paid to this bid",
}


def post(work: Work, posting: Posting, amounts: Amounts, deltas_of: Callable[[int], Deltas]) -> list[Line]:
    """Write one entry for every year, or none at all; a posting whose key was used before gives back its entries.

    Raises:
        Overcommitted, NotConfirmed, NotHeld: what every year lacks.
        Invalid: for an amount below zero or beyond all sense.
        EntryKeyMisused: when the key was used for something else.
    """
    asked = _checked(amounts)
    if not asked:
        return []
    expected = {
        year: (f"{posting.key}:{posting.kind}:{year}", deltas_of(amount)) for year, amount in asked.items()
    }
    years = years_of(work.session, posting, expected)
    if years.written:
        return list(years.written)
    if len(years.ids) < len(asked):
        refuse(work.session, posting.fund_id, posting.kind, asked)
    return [
        _post_year(work, posting._replace(key=key), asked, year, years.ids[year], deltas)
        for year, (key, deltas) in expected.items()
    ]


def _post_year(  # noqa: PLR0917 - the year's own values, in the order of their making
    work: Work, posting: Posting, asked: Amounts, year: int, fund_year_id: int, deltas: Deltas
) -> Line:
    # The case's own row first: nobody else wants it, and the fund-year's is then held for the shortest time.
    more = posting.kind in _BEGIN
    if posting.case_id is not None and not move_held(work, fund_year_id, posting.case_id, deltas, more=more):
        raise NotHeld(_not_held(posting.kind, year, asked[year]))
    made = move(work, fund_year_id, deltas, posting)
    if made is None:
        refuse(work.session, posting.fund_id, posting.kind, {y: a for y, a in asked.items() if y >= year})
    return Line(made[0], year, made[1])


def _checked(amounts: Amounts) -> dict[int, int]:
    """Ascending, without zeros."""
    for year, amount in amounts.items():
        if not 0 <= amount <= LARGEST:
            raise Invalid(
                f"The amount for {year_label(year)} must be between £0 and {format_pounds(LARGEST)}."
            )
    return {year: amount for year, amount in sorted(amounts.items()) if amount}


def _not_held(kind: EntryKind, year: int, amount: int) -> str:
    lacking = _LACKING.get(kind, "less is promised to this bid and not paid yet")
    return f"{year_label(year)}: {format_pounds(amount)} cannot be moved, because {lacking}. Nothing was changed."
