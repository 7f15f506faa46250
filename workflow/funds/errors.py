"""Why the ledger refuses, in words fit for the person who meets it."""

from collections.abc import Sequence

from workflow.errors import Problem, Refused, WorkflowError
from workflow.funds.rules import Shortfall, bids_named
from workflow.money import format_pounds, year_label


class Overcommitted(Refused):
    """More was asked than is left; `shortfalls` holds every year, `reasons` one sentence for each."""

    def __init__(self, shortfalls: Sequence[Shortfall]) -> None:
        self.shortfalls = tuple(shortfalls)
        how = "Lower the amounts, or ask for more to be allocated to the fund."
        # Money can be released between the refusal and the look at what is left.
        again = Problem(
            "overcommitted", "There was not enough left a moment ago, and now there is.", "Try again."
        )
        super().__init__([Problem("overcommitted", item.text, how) for item in self.shortfalls] or [again])


class NotConfirmed(Refused):
    """The years' allocations are only indicative: money may be set aside in them, not promised."""

    def __init__(self, years: Sequence[int]) -> None:
        self.years = tuple(years)
        how = "Wait until the allocation is confirmed, or promise less in that year."
        super().__init__(
            [
                Problem("not_confirmed", f"The allocation of {year_label(year)} is not confirmed yet.", how)
                for year in self.years
            ]
        )


class CutBelowCommitted(WorkflowError):
    """An allocation would fall below what is set aside and promised; `bids` are (reference, pence held)."""

    def __init__(self, year: int, amount: int, held: int, bids: Sequence[tuple[str, int]]) -> None:
        self.year, self.amount, self.held, self.bids = year, amount, held, tuple(bids)
        super().__init__(
            f"{year_label(year)} cannot be cut to {format_pounds(amount)}, because {format_pounds(held)} is set aside "
            f"or promised: {bids_named(self.bids)}. Release money from these bids first."
        )


class NotHeld(WorkflowError):
    """A case does not hold what should be moved: nothing set aside to promise, nothing promised to pay."""


class EntryKeyMisused(WorkflowError):
    """An entry's key came back for another case, kind or amount: a fault of the code, told plainly."""

    def __init__(self, key: str) -> None:
        super().__init__(
            f"The ledger already holds another entry under the key {key}. Nothing was changed. Tell the administrator."
        )
