"""All that changes a fund's money. Each command takes fund-years in ascending order, after every other lock.

Amounts are pence by financial year. Every command takes a `key`: done twice with one key it counts once and returns
the entries of the first time. `decision` names the event that a movement follows, such as `case:12/7`.
"""

from workflow.db import Work
from workflow.errors import Invalid
from workflow.funds.allocations import open_fund, set_ceiling
from workflow.funds.ledger import Deltas, Line, Posting
from workflow.funds.posting import Amounts, post
from workflow.funds.rules import EntryKind

__all__ = [
    "accrue",
    "carry",
    "commit",
    "decommit",
    "lapse",
    "open_fund",
    "pay",
    "recover",
    "reserve",
    "set_ceiling",
    "unreserve",
]


def reserve(
    work: Work, fund_id: int, case_id: int, amounts: Amounts, *, key: str, decision: str | None = None
) -> list[Line]:
    """Set money aside for a case, in every year or in none.

    Raises:
        Overcommitted: with every year's shortfall and what is left.
    """
    return post(
        work,
        Posting(fund_id, case_id, EntryKind.RESERVE, key, decision),
        amounts,
        lambda a: Deltas(reserved=a),
    )


def unreserve(
    work: Work, fund_id: int, case_id: int, amounts: Amounts, *, key: str, decision: str | None = None
) -> list[Line]:
    """Give back what was set aside and not promised.

    Raises:
        NotHeld: when the case has less set aside.
    """
    return post(
        work,
        Posting(fund_id, case_id, EntryKind.UNRESERVE, key, decision),
        amounts,
        lambda a: Deltas(reserved=-a),
    )


def commit(
    work: Work, fund_id: int, case_id: int, amounts: Amounts, *, key: str, decision: str | None = None
) -> list[Line]:
    """Promise what was set aside: one entry a year takes it from the one and adds it to the other.

    Raises:
        NotHeld: when the case has less set aside.
        NotConfirmed: when a year's allocation is only indicative.
    """
    return post(
        work,
        Posting(fund_id, case_id, EntryKind.COMMIT, key, decision),
        amounts,
        lambda a: Deltas(reserved=-a, committed=a),
    )


def decommit(
    work: Work, fund_id: int, case_id: int, amounts: Amounts, *, key: str, decision: str | None = None
) -> list[Line]:
    """Release what was promised and neither paid nor accrued; it is left to promise again.

    Raises:
        NotHeld: when less is promised and unpaid.
    """
    return post(
        work,
        Posting(fund_id, case_id, EntryKind.DECOMMIT, key, decision),
        amounts,
        lambda a: Deltas(committed=-a),
    )


def pay(
    work: Work,
    fund_id: int,
    case_id: int,
    year: int,
    amount: int,
    *,
    key: str,
    decision: str | None = None,
    from_accrual: bool = False,
) -> list[Line]:
    """Pay out of what is promised for a year; `from_accrual` when work of an ended year is paid after its end.

    Raises:
        NotHeld: when less is promised (or accrued) and unpaid.
    """
    return post(
        work,
        Posting(fund_id, case_id, EntryKind.PAY, key, decision),
        {year: amount},
        lambda a: Deltas(paid=a, accrued=-a if from_accrual else 0),
    )


def recover(
    work: Work,
    fund_id: int,
    case_id: int,
    year: int,
    amount: int,
    *,
    key: str,
    same_year: bool,
    decision: str | None = None,
    reverses_id: int | None = None,
) -> list[Line]:
    """Record money paid back. In the same year it lowers what is paid; later it is counted apart and frees nothing.

    Raises:
        NotHeld: when less was paid.
    """
    return post(
        work,
        Posting(fund_id, case_id, EntryKind.RECOVER, key, decision, reverses_id),
        {year: amount},
        lambda a: Deltas(paid=-a) if same_year else Deltas(recovered=a),
    )


def accrue(
    work: Work,
    fund_id: int,
    case_id: int,
    year: int,
    amount: int,
    *,
    key: str,
    release: bool = False,
    decision: str | None = None,
) -> list[Line]:
    """Keep money of a year for work done in it and not paid yet; `release` lets go of what was not used.

    Raises:
        NotHeld: when less is promised and unpaid, or accrued.
    """
    return post(
        work,
        Posting(fund_id, case_id, EntryKind.ACCRUE, key, decision),
        {year: amount},
        lambda a: Deltas(accrued=-a if release else a),
    )


def lapse(
    work: Work, fund_id: int, case_id: int, amounts: Amounts, *, key: str, decision: str | None = None
) -> list[Line]:
    """Let promised, unpaid money of an ended year lapse: it is no longer promised, and is counted as not spent.

    Raises:
        NotHeld: when less is promised and unpaid.
    """
    return post(
        work,
        Posting(fund_id, case_id, EntryKind.LAPSE, key, decision),
        amounts,
        lambda a: Deltas(committed=-a, lapsed=a),
    )


def carry(
    work: Work,
    fund_id: int,
    case_id: int,
    from_year: int,
    amount: int,
    *,
    key: str,
    to_year: int | None = None,
    decision: str | None = None,
) -> list[Line]:
    """Move a promise to a later year (the next one by default), when that year's own allocation has room for it.

    Raises:
        NotHeld: when less is promised and unpaid in the old year.
        Overcommitted, NotConfirmed: when the later year cannot take it.
        Invalid: when the later year is not later.
    """
    later = from_year + 1 if to_year is None else to_year
    if later <= from_year:
        raise Invalid("Money can only be carried to a later year.", field="to_year")
    out = post(
        work,
        Posting(fund_id, case_id, EntryKind.CARRY_OUT, key, decision),
        {from_year: amount},
        lambda a: Deltas(committed=-a, carried_out=a),
    )
    into = post(
        work,
        Posting(fund_id, case_id, EntryKind.CARRY_IN, key, decision),
        {later: amount},
        lambda a: Deltas(committed=a),
    )
    return out + into
