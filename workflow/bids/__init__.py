"""Bids: rounds, sections, signed versions, the first check."""
