"""The sums of the review, pure and in integers: the 30 % test, shares in basis points, and differences of rounding."""

from collections.abc import Iterable
from dataclasses import dataclass

from workflow.money import Pence

REDUCTION_TENTHS = 3
"""The reduction that was committed to, in tenths of what was spent before. Source: seed, paragraph 4: 30 %."""


def reduction_is_met(before: int, after: int) -> bool | None:
    """Whether spending fell by 30 % or more, in pence; None, not applicable, where nothing was spent before.

    Source: domain, section 9: `10·(B−S) ≥ 3·B` in integers, so that no rounding decides.
    """
    if before == 0:
        return None
    return 10 * (before - after) >= REDUCTION_TENTHS * before


def basis_points(part: int, whole: int) -> int | None:
    """A share in hundredths of a percent, rounded half up, away from zero below it; None of nothing."""
    if whole == 0:
        return None
    rounded = (20_000 * abs(part) + whole) // (2 * whole)
    return rounded if part >= 0 else -rounded


@dataclass(frozen=True, slots=True)
class Comparison:
    """What was spent before and what is planned over the same time, in pence."""

    before: Pence
    after: Pence

    @property
    def reduction(self) -> Pence:
        """How much less it is; below zero when it is more."""
        return Pence(self.before - self.after)

    @property
    def reduction_points(self) -> int | None:
        """The reduction in basis points of what was spent before."""
        return basis_points(self.reduction, self.before)

    @property
    def is_met(self) -> bool | None:
        """Whether the commitment is met; None where nothing was spent before."""
        return reduction_is_met(self.before, self.after)

    @property
    def basis(self) -> str:
        """The test as it was computed, in pence, so that anybody can repeat it."""
        left, right = 10 * self.reduction, REDUCTION_TENTHS * self.before
        sign = "≥" if left >= right else "<"
        written = f"{left:,}".replace("-", "−")
        return f"10 × ({self.before:,} − {self.after:,}) = {written} {sign} 3 × {self.before:,} = {right:,}"


@dataclass(frozen=True, slots=True)
class RoundingDifference:
    """The sum of unrounded rows beside the figure that was published for them, in pence."""

    rows: Pence
    published: Pence
    count: int

    @property
    def difference(self) -> Pence:
        """What the rows have more."""
        return Pence(self.rows - self.published)


def rounding_difference(rows: Iterable[int], published: int) -> RoundingDifference:
    """Add the rows up as they are; the difference is shown and never spread over them. Source: domain, section 7, number 12."""
    listed = list(rows)
    return RoundingDifference(Pence(sum(listed)), Pence(published), len(listed))


@dataclass(frozen=True, slots=True)
class Area:
    """Where a bid works: everywhere, in a region, or for councils by their codes, with the regions that these are in."""

    kind: str
    region: str | None = None
    codes: frozenset[str] = frozenset()
    regions: frozenset[str] = frozenset()

    def overlaps(self, other: "Area") -> bool:
        """Whether any place lies in both."""
        if "national" in {self.kind, other.kind}:
            return True
        if self.kind == other.kind == "authorities":
            return bool(self.codes & other.codes)
        return bool(self.all_regions & other.all_regions)

    @property
    def all_regions(self) -> frozenset[str]:
        """Every region that some of it lies in."""
        return self.regions if self.region is None else self.regions | {self.region}
