"""What a benchmark says."""

from collections.abc import Callable, Sequence
from statistics import median
from typing import NamedTuple


class Line(NamedTuple):
    """One claim, measured. `target` is what it is held to, `note` what was measured against what."""

    name: str
    figure: float
    unit: str
    target: str
    ok: bool
    note: str = ""

    def __str__(self) -> str:
        said = f"{self.name} {self.figure:.3g} {self.unit} {self.target} {'ok' if self.ok else 'short'}"
        return f"{said} ({self.note})" if self.note else said


def at_least(name: str, figure: float, unit: str, target: float, note: str = "") -> Line:
    """A claim that the figure reaches the target."""
    return Line(name, figure, unit, f">={target:g}", figure >= target, note)


def at_most(name: str, figure: float, unit: str, target: float, note: str = "") -> Line:
    """A claim that the figure stays within the target."""
    return Line(name, figure, unit, f"<={target:g}", figure <= target, note)


def alternating(
    first: Callable[[], float], second: Callable[[], float], rounds: int = 3
) -> tuple[float, float]:
    """The medians of two measurements taken in turn, so that what disturbs the machine disturbs both."""
    pairs: Sequence[tuple[float, float]] = [(first(), second()) for _ in range(rounds)]
    return median(pair[0] for pair in pairs), median(pair[1] for pair in pairs)
