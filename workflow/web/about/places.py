"""Where each state of a bid stands in the drawing of its life: the straight line down, its branches beside it."""

from collections.abc import Mapping

PLACES: Mapping[str, tuple[int, int]] = {
    "draft": (1, 0),
    "withdrawn": (2, 0),
    "lapsed": (3, 0),
    "submitted": (1, 1),
    "returned": (0, 2),
    "screening": (1, 2),
    "ineligible": (2, 2),
    "consulting": (1, 3),
    "responding": (1, 4),
    "appraisal": (1, 5),
    "rejected": (3, 5),
    "deciding": (1, 6),
    "deferred": (2, 6),
    "approved": (1, 7),
    "referred": (2, 7),
    "declined": (0, 8),
    "offered": (1, 8),
    "direction_sought": (3, 8),
    "active": (1, 9),
    "suspended": (2, 9),
    "closing": (1, 10),
    "terminated": (2, 10),
    "closed": (1, 11),
}
"""The column and row of each state."""

FROM_MANY = frozenset({"withdrawn", "lapsed"})
"""The ends that so many states lead to that their arrows would hide the rest; the page says from where."""
