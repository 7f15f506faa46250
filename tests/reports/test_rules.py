"""The sums of the review, in integers. Source: domain, section 9 and section 10, case 20."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflow.money import Pence
from workflow.reports.rules import Comparison, basis_points, reduction_is_met, rounding_difference

amounts = st.integers(min_value=0, max_value=10**15)


def test_case_20_a_fall_from_10_to_7_meets_the_test_and_one_to_7_01_does_not() -> None:
    assert reduction_is_met(1000, 700) is True
    assert reduction_is_met(1000, 701) is False


@given(before=amounts.filter(bool), after=amounts)
def test_the_test_is_the_exact_fraction(before: int, after: int) -> None:
    assert reduction_is_met(before, after) == (Fraction(before - after, before) >= Fraction(3, 10))


@given(after=amounts)
def test_where_nothing_was_spent_before_the_test_is_not_applicable(after: int) -> None:
    assert reduction_is_met(0, after) is None


@given(before=amounts.filter(bool), after=amounts, less=amounts)
def test_spending_less_never_breaks_a_test_that_was_met(before: int, after: int, less: int) -> None:
    if reduction_is_met(before, after):
        assert reduction_is_met(before, max(0, after - less))


@given(before=amounts, after=amounts, times=st.integers(min_value=1, max_value=10**4))
def test_the_test_is_the_same_in_pence_and_in_any_larger_unit(before: int, after: int, times: int) -> None:
    assert reduction_is_met(before, after) is reduction_is_met(before * times, after * times)


@given(part=amounts, whole=amounts.filter(bool))
def test_a_share_is_never_further_than_half_a_point_from_the_exact_one(part: int, whole: int) -> None:
    points = basis_points(part, whole)
    assert points is not None
    assert abs(points - Fraction(10_000 * part, whole)) <= Fraction(1, 2)


@pytest.mark.parametrize(
    ("part", "whole", "points"),
    [(1, 2, 5000), (1, 20_000, 1), (0, 5, 0), (-1, 20_000, -1), (2, 3, 6667), (1, 0, None)],
)
def test_a_half_is_rounded_up(part: int, whole: int, points: int | None) -> None:
    assert basis_points(part, whole) == points


def test_the_basis_of_the_test_can_be_worked_out_again_from_what_is_printed() -> None:
    assert Comparison(Pence(1000), Pence(700)).basis == "10 × (1,000 − 700) = 3,000 ≥ 3 × 1,000 = 3,000"
    assert Comparison(Pence(1000), Pence(701)).basis == "10 × (1,000 − 701) = 2,990 < 3 × 1,000 = 3,000"
    assert "= −5,000 <" in Comparison(Pence(1000), Pence(1500)).basis


def test_a_difference_of_rounding_is_told_and_not_spread() -> None:
    found = rounding_difference([6_700_000_000, 50_100_000], 6_750_000_000)
    assert (found.rows, found.difference, found.count) == (6_750_100_000, 100_000, 2)
