"""The text councils are asked about, as its page reads it."""

from datetime import date
from typing import Any

from workflow.bids.content import read_snapshot
from workflow.web.filters import short_date


def readable(snapshot: str) -> dict[str, Any]:
    """What a signed version says, with its dates in words."""
    said = read_snapshot(snapshot)
    for one in said.get("deliverables", ()):
        one["due_on"] = short_date(date.fromisoformat(one["due_on"]))
    return said
