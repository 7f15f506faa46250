"""An award's money by year, as its page and its forms show it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from workflow.funds.rules import Held
from workflow.money import Pence, financial_year
from workflow.monitoring.rules import left_to_request


@dataclass(frozen=True, slots=True)
class AwardYear:
    """One year of an award, in pence. `left` is not requested yet; `unspent` is promised and not paid."""

    year: int
    planned: Pence
    promised: Pence
    requested: Pence
    paid: Pence
    left: Pence

    @property
    def unspent(self) -> Pence:
        """What is promised and not paid."""
        return Pence(self.promised - self.paid)


def award_years(facts: Mapping[str, Any]) -> list[AwardYear]:
    """The years of an award by what guards know of it: its payment plan, its payment requests, the ledger."""
    monitoring, held = facts["monitoring"], facts["funds"].held
    found = []
    for year in sorted(set(monitoring.profile) | set(held)):
        mine = held.get(year, Held())
        found.append(
            AwardYear(
                year,
                planned=Pence(monitoring.profile.get(year, 0)),
                promised=mine.committed,
                requested=Pence(monitoring.requested(year)),
                paid=mine.paid,
                left=Pence(max(left_to_request(facts, facts["funds"].committed, year), 0)),
            )
        )
    return found


def goes_back(years: list[AwardYear], today: date) -> list[tuple[int, Pence, bool]]:
    """What is not spent, by year: (year, pence, whether the year still runs, so that the fund has it again)."""
    return [
        (year.year, year.unspent, year.year >= financial_year(today)) for year in years if year.unspent > 0
    ]
