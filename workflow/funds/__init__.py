"""Funds: the powers that allow them, their yearly allocations, and the ledger that cannot over-commit."""

from workflow.funds.allocations import open_fund, set_ceiling
from workflow.funds.commands import accrue, carry, commit, decommit, lapse, pay, recover, reserve, unreserve
from workflow.funds.errors import CutBelowCommitted, NotConfirmed, NotHeld, Overcommitted
from workflow.funds.models import Fund, FundYear, Power
from workflow.funds.queries import (
    available_by_year,
    balances,
    case_balances,
    entries,
    facts,
    fund_by_code,
    funds_of,
    revisions,
)
from workflow.funds.recipients import recipient_of
from workflow.funds.rules import FundFacts

__all__ = [
    "CutBelowCommitted",
    "Fund",
    "FundFacts",
    "FundYear",
    "NotConfirmed",
    "NotHeld",
    "Overcommitted",
    "Power",
    "accrue",
    "available_by_year",
    "balances",
    "carry",
    "case_balances",
    "commit",
    "decommit",
    "entries",
    "facts",
    "fund_by_code",
    "funds_of",
    "lapse",
    "open_fund",
    "pay",
    "recipient_of",
    "recover",
    "reserve",
    "revisions",
    "set_ceiling",
    "unreserve",
]
