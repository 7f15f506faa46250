"""Funds: the powers that allow them, their yearly allocations, and the ledger that cannot over-commit."""
