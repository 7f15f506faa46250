"""The report of the review: what was spent and is planned by department and support type, its tests, and its own words.

Every total is a sum of unrounded rows. Officials read it at once, everybody from the day it is published.
Source: seed, paragraphs 1 to 5; domain, section 9 (a) to (d).
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from workflow.accounts.models import Organisation
from workflow.accounts.queries import Viewer
from workflow.accounts.roles import ROLES as TABLE
from workflow.accounts.roles import Side, Thing
from workflow.bids.models import SpendRoute
from workflow.clock import london_date
from workflow.errors import NotHere
from workflow.money import Pence, total
from workflow.reports.models import (
    ImprovementProgramme,
    MappedSupport,
    MappingAmount,
    MappingLine,
    Review,
    ReviewStatement,
)
from workflow.reports.rules import Comparison, RoundingDifference, basis_points, rounding_difference

CORE_FUNDING = "M02"
CORE_ROWS = tuple(f"P{number:03d}" for number in range(1, 10))
"""The mapping line of the regional partnerships' core funding, and the nine rows of the list of programmes behind it."""


@dataclass(frozen=True, slots=True)
class Line:
    """A mapping line with its department and what it has by year, in pence."""

    line: MappingLine
    department: str
    by_year: dict[int, Pence]

    @property
    def planned(self) -> Pence:
        """All years of the spending review together."""
        return total(list(self.by_year.values()))

    @property
    def is_part_invented(self) -> bool:
        """Whether any part of it is not from a source."""
        return "invented" in self.line.provenance or "inferred" in self.line.provenance


@dataclass(frozen=True, slots=True)
class Group:
    """The lines of one department and one support type, added up; `before` is one year."""

    department: str
    support: MappedSupport
    before: Pence
    by_year: dict[int, Pence]

    @property
    def whole(self) -> Comparison:
        """As many years of what was spent before as are planned, against what is planned."""
        return Comparison(Pence(self.before * len(self.by_year)), total(list(self.by_year.values())))


@dataclass(frozen=True, slots=True)
class Share:
    """What the sector leads, of what is spent, in pence."""

    led: Pence
    of: Pence

    @property
    def points(self) -> int | None:
        """The share in basis points, rounded half up."""
        return basis_points(self.led, self.of)


@dataclass(frozen=True, slots=True)
class ReviewReport:
    """The report. `tests` and `shares` are by year; what stands for all years is beside them."""

    review: Review
    statements: dict[str, ReviewStatement]
    years: tuple[int, ...]
    lines: tuple[Line, ...]
    excluded: tuple[Line, ...]
    groups: tuple[Group, ...]
    before: Pence
    tests: dict[int, Comparison]
    whole: Comparison
    share_before: Share
    shares: dict[int, Share]
    share_whole: Share
    core_funding: RoundingDifference | None

    @property
    def temporary(self) -> tuple[Line, ...]:
        """The lines in scope that end before the last year."""
        return tuple(one for one in self.lines if one.line.ends_in is not None)


def review_report(session: Session, viewer: Viewer | None, now: datetime) -> ReviewReport:
    """The newest review that the viewer may read.

    Raises:
        NotHere: when there is none, or it is not published yet and the viewer is no official.
    """
    review = session.scalars(
        select(Review).order_by(Review.closed_on.desc(), Review.code).limit(1)
    ).one_or_none()
    if review is None or not may_read(viewer, review, now):
        raise NotHere
    statements = session.scalars(
        select(ReviewStatement).where(ReviewStatement.review == review.code).order_by(ReviewStatement.number)
    )
    lines = _lines(session)
    years = tuple(sorted({year for one in lines for year in one.by_year}))
    scope = tuple(one for one in lines if one.line.in_scope)
    before = _sum(scope, _before)
    return ReviewReport(
        review=review,
        statements={one.about: one for one in statements},
        years=years,
        lines=scope,
        excluded=tuple(one for one in lines if not one.line.in_scope),
        groups=_groups(scope, years),
        before=before,
        tests={year: Comparison(before, _sum(scope, _in(year))) for year in years},
        whole=Comparison(Pence(before * len(years)), _sum(scope, _planned)),
        share_before=_share(scope, _before),
        shares={year: _share(scope, _in(year)) for year in years},
        share_whole=_share(scope, _planned),
        core_funding=_core_funding(session, scope),
    )


def may_read(viewer: Viewer | None, review: Review, now: datetime) -> bool:
    """Whether somebody may read a review: officials and its owner at once, everybody from its publication on."""
    if review.published_on is not None and review.published_on <= london_date(now):
        return True
    if viewer is None:
        return False
    officials = {role for role, row in TABLE.items() if row.side is Side.DEPARTMENT}
    return bool(viewer.roles & officials) or viewer.opens(Thing.FUND_ENTRIES)


def _lines(session: Session) -> list[Line]:
    by_line: dict[str, dict[int, Pence]] = {}
    for amount in session.scalars(select(MappingAmount).order_by(MappingAmount.line_ref, MappingAmount.year)):
        by_line.setdefault(amount.line_ref, {})[amount.year] = amount.pence
    rows = session.execute(
        select(MappingLine, Organisation.code)
        .join(Organisation, Organisation.id == MappingLine.department_id)
        .order_by(MappingLine.ref)
    )
    return [Line(line, department, by_line.get(line.ref, {})) for line, department in rows]


def _groups(lines: Sequence[Line], years: Sequence[int]) -> tuple[Group, ...]:
    order = list(MappedSupport)
    keys = sorted({(one.department, order.index(one.line.support_type)) for one in lines})
    found = []
    for department, number in keys:
        own = [one for one in lines if (one.department, one.line.support_type) == (department, order[number])]
        by_year = {year: _sum(own, _in(year)) for year in years}
        found.append(Group(department, order[number], _sum(own, _before), by_year))
    return tuple(found)


def _before(one: Line) -> int:
    return one.line.baseline_pence


def _planned(one: Line) -> int:
    return one.planned


def _in(year: int) -> Callable[[Line], int]:
    return lambda one: one.by_year.get(year, 0)


def _sum(lines: Iterable[Line], amount: Callable[[Line], int]) -> Pence:
    return total([amount(one) for one in lines])


def _share(lines: Sequence[Line], amount: Callable[[Line], int]) -> Share:
    led = [one for one in lines if one.line.spend_route is SpendRoute.SECTOR_LED]
    return Share(_sum(led, amount), _sum(lines, amount))


def _core_funding(session: Session, lines: Sequence[Line]) -> RoundingDifference | None:
    """The regional partnerships' core funding: its rows, and the rounded figure that was published for all of them."""
    published = next((one.line.baseline_pence for one in lines if one.line.ref == CORE_FUNDING), None)
    rows = session.scalars(
        select(ImprovementProgramme.amount_pence)
        .where(
            ImprovementProgramme.ref.in_(CORE_ROWS),
            ImprovementProgramme.amount_pence.is_not(None),
        )
        .order_by(ImprovementProgramme.ref)
    ).all()
    return (
        None if published is None or not rows else rounding_difference([row or 0 for row in rows], published)
    )
