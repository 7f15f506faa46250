"""Linked bids: what one body asks for the same outcome within some days is decided upon as one amount. Pure.

So nobody splits a bid to stay below a limit. Bids are linked when they have the same lead body, the same fund and an outcome in
common, and were sent, or recommended, within so many days of each other; what ended without money counts no more. The days are
the rule `linked_bids` in force on the day of the decision. Source: domain, section 5, limits.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from workflow.money import Pence, format_pounds, total


@dataclass(frozen=True, slots=True)
class LinkedBid:
    """A bid linked to another. `pence` is what was promised to it, else what is recommended, else what it asks for."""

    case_id: int
    reference: str
    title: str
    pence: Pence


def counted(linked: Sequence[LinkedBid]) -> str:
    """How many: `1 linked bid`."""
    return f"{len(linked)} linked bid{'' if len(linked) == 1 else 's'}"


def linked_total(linked: Sequence[LinkedBid]) -> Pence:
    """What they come to."""
    return total([one.pence for one in linked])


def with_linked(pence: int, linked: Sequence[LinkedBid]) -> str:
    """An amount that counts linked bids, in words: `£1,100,000 (with 2 linked bids)`."""
    return f"{format_pounds(pence)} (with {counted(linked)})" if linked else format_pounds(pence)


def total_in_words(pence: int, linked: Sequence[LinkedBid]) -> str:
    """The total that a limit is held against, as the beginning of a sentence."""
    if linked:
        return f"Together with {counted(linked)} this is {format_pounds(pence)}"
    return f"The total over all years is {format_pounds(pence)}"
