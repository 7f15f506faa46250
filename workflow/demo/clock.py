"""The demonstration's clock: where it begins, and how far one press moves it."""

from datetime import UTC, datetime

from workflow.deadlines import StoredClock

OPENS_AT = datetime(2011, 3, 29, 17, 0, tzinfo=UTC)
"""18:00 in London on Tuesday 29 March 2011: the evening of the day on which the review closed. Source: seed, its date."""

HISTORY_BEGINS = datetime(2010, 6, 1, 8, 0, tzinfo=UTC)
"""Where the past of its bids begins: 09:00 in London on Tuesday 1 June 2010, with the first round."""


class DemoClock(StoredClock):
    """Business time as the row that everybody in the demonstration reads, and that only moves forward."""
