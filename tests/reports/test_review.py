"""The report of the review on the reference data: the seed's own figures come out. Source: domain, section 9."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy.orm import Session

from tests.conftest import START
from workflow.accounts.models import OrganisationKind
from workflow.accounts.queries import Grant, Viewer
from workflow.accounts.roles import ROLES, Role, Side
from workflow.errors import NotHere
from workflow.reference import load_reference
from workflow.reports.models import MappedSupport, Review
from workflow.reports.review import ReviewReport, review_report


@pytest.fixture
def report(session: Session) -> ReviewReport:
    load_reference(session, START)
    return review_report(session, None, START)


def somebody(role: Role) -> Viewer:
    """Somebody with one role and nothing else."""
    return Viewer(1, "A", "a@b", 1, "X", "X", OrganisationKind.OTHER, frozenset({Grant(role, 1)}))


def test_what_was_spent_before_and_is_planned_are_the_figures_of_the_sample_check(
    report: ReviewReport,
) -> None:
    assert report.whole.before == 77_800_000_000
    assert report.whole.after == 17_675_000_000
    assert report.whole.reduction_points == 7728
    assert report.whole.is_met


def test_the_share_that_the_sector_leads_rises_from_62_47_to_81_33_percent(report: ReviewReport) -> None:
    assert report.share_before.points == 6247
    assert report.share_whole.points == 8133


def test_the_test_is_made_for_each_year_against_one_year_before(report: ReviewReport) -> None:
    assert list(report.tests) == [2011, 2012, 2013, 2014]
    assert {test.before for test in report.tests.values()} == {19_450_000_000}
    assert [test.after for test in report.tests.values()] == [
        6_200_000_000,
        4_950_000_000,
        3_500_000_000,
        3_025_000_000,
    ]


def test_groups_and_years_add_up_to_the_whole(report: ReviewReport) -> None:
    assert sum(group.before for group in report.groups) == report.before
    for year in report.years:
        assert sum(group.by_year[year] for group in report.groups) == report.tests[year].after
    assert sum(group.whole.after for group in report.groups) == report.whole.after


def test_what_is_not_in_scope_stands_apart_with_its_reason(report: ReviewReport) -> None:
    assert [one.line.ref for one in report.excluded] == ["M08"]
    assert "technical policing" in report.excluded[0].line.provenance


def test_something_new_has_no_reduction(report: ReviewReport) -> None:
    new = next(group for group in report.groups if group.support is MappedSupport.INNOVATION)
    assert new.whole.reduction_points is None
    assert new.whole.is_met is None


def test_the_partnerships_rows_are_a_thousand_pounds_more_than_the_published_figure(
    report: ReviewReport,
) -> None:
    assert report.core_funding is not None
    assert report.core_funding.rows == 6_750_100_000
    assert report.core_funding.published == 6_750_000_000
    assert report.core_funding.difference == 100_000
    assert report.core_funding.count == 9


def test_the_paper_s_own_words_stand_beside_the_figures(report: ReviewReport) -> None:
    assert "30% reduction" in report.statements["reduction"].text
    assert "£116.75m" in report.statements["top_slice"].text
    assert len([one for one in report.statements.values() if one.action]) == 3


@pytest.mark.parametrize("role", list(Role))
def test_before_it_is_published_only_officials_and_its_owner_read_it(session: Session, role: Role) -> None:
    load_reference(session, START)
    session.add(
        Review(
            code="Z", title="Z", agreement="Z", closed_on=date(2012, 1, 1), published_on=None, provenance="t"
        )
    )
    session.flush()
    later = datetime(2012, 2, 1, 9, 0, tzinfo=UTC)
    official = ROLES[role].side is Side.DEPARTMENT or role in {
        Role.NETWORK_OFFICIAL,
        Role.REVIEW_OWNER,
        Role.AUDITOR,
    }
    if official:
        assert review_report(session, somebody(role), later).review.code == "Z"
    else:
        with pytest.raises(NotHere):
            review_report(session, somebody(role), later)


def test_nobody_reads_it_signed_out_before_the_day_it_is_published(session: Session) -> None:
    load_reference(session, START)
    with pytest.raises(NotHere):
        review_report(session, None, datetime(2011, 3, 28, 22, 59, tzinfo=UTC))
    assert review_report(session, None, datetime(2011, 3, 28, 23, 0, tzinfo=UTC)).years
