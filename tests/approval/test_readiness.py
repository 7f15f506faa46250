"""Whether a decision can be taken, on which days, and why not: the rule alone."""

from datetime import date, timedelta

from workflow.accounts.roles import Role
from workflow.approval.readiness import (
    UNDECIDED,
    Bar,
    Official,
    Span,
    Team,
    Tier,
    Wanted,
    amounts,
    days_of_change,
    lacks_on,
    of_amount,
    spells,
)
from workflow.bids.rules import APPROVED_STATES
from workflow.wiring.bid import BID

TODAY = date(2011, 3, 29)
LATER = TODAY + timedelta(days=7)
ALWAYS = Span(date(2010, 4, 1))
MILLION = 100_000_000
TIERS = (Tier(0, 1, ALWAYS), Tier(10_000_000, 2, ALWAYS))


def approver(number: int, pence: int = MILLION, span: Span = ALWAYS, **given: object) -> Official:
    """An approver with a limit on some days."""
    return Official(number, f"A{number}", ((Role.APPROVER, ALWAYS),), ((pence, span),), **given)  # type: ignore[arg-type]


def team(*officials: Official) -> Team:
    """A team whose assessor, case officer and accounting officer are there."""
    others = (Role.CASE_OFFICER, Role.ASSESSOR, Role.ACCOUNTING_OFFICER)
    made = tuple(Official(90 + n, role.value, ((role, ALWAYS),)) for n, role in enumerate(others))
    return Team((*made, *officials), TIERS)


LARGE = Wanted("deciding", 50_000_000)


def test_two_approvers_are_enough_and_one_of_two_is_not() -> None:
    assert lacks_on(LARGE, team(approver(1), approver(2)), TODAY) == []
    (lack,) = lacks_on(LARGE, team(approver(1), approver(2, 40_000_000)), TODAY)
    assert (lack.role, lack.needed, lack.left) == (Role.APPROVER, 2, ("A1",))
    assert [(why.name, why.bar, why.pence) for why in lack.whys] == [("A2", Bar.LIMIT_LOW, 40_000_000)]


def test_a_vote_that_is_given_is_not_asked_for_again() -> None:
    voted = Wanted("deciding", 50_000_000, votes=1, did=frozenset({("approve", 1)}))
    assert lacks_on(voted, team(approver(1), approver(2)), TODAY) == []
    (lack,) = lacks_on(voted, team(approver(1)), TODAY)
    assert lack.whys[0].bar is Bar.DID


def test_a_limit_that_ends_is_a_lack_from_the_day_after_its_last() -> None:
    ends = Span(date(2010, 4, 1), TODAY + timedelta(days=2))
    made = team(approver(1), approver(2, span=ends))
    (spell,) = spells(LARGE, made, days_of_change(made, TODAY, LATER))
    assert (spell.first, spell.last) == (TODAY + timedelta(days=3), None)
    assert (spell.lack.whys[0].bar, spell.lack.whys[0].day) == (Bar.LIMIT_ENDS, ends.last)


def test_an_absence_is_a_lack_for_its_days_alone() -> None:
    away = (("A3", Span(TODAY + timedelta(days=1), TODAY + timedelta(days=2))),)
    made = team(approver(1), approver(2, away=away))
    (spell,) = spells(LARGE, made, days_of_change(made, TODAY, LATER))
    assert (spell.first, spell.last) == (TODAY + timedelta(days=1), TODAY + timedelta(days=2))
    assert spell.lack.whys[0].bar is Bar.AWAY


def test_whoever_stands_in_counts_as_one_with_the_person_who_did_an_earlier_step() -> None:
    signed = Wanted("deciding", 50_000_000, did=frozenset({("appraise", 7)}))
    stands_in = ((7, Span(TODAY, TODAY)),)
    made = team(approver(1), approver(2, stands_in=stands_in))
    assert lacks_on(signed, made, TODAY)[0].left == ("A1",)
    assert lacks_on(signed, made, LATER) == []


def test_a_connection_and_a_leaver_are_not_counted_on() -> None:
    made = team(approver(1), approver(2, leaves_on=TODAY))
    assert lacks_on(LARGE, made, TODAY) == []
    assert lacks_on(LARGE, made, LATER)[0].whys[0].bar is Bar.LEAVES
    connected = Wanted("deciding", 50_000_000, connected=frozenset({1}))
    assert lacks_on(connected, team(approver(1), approver(2)), TODAY)[0].whys[0].bar is Bar.CONNECTED


def test_one_person_does_not_both_assess_and_approve() -> None:
    both = Official(1, "A1", ((Role.APPROVER, ALWAYS), (Role.ASSESSOR, ALWAYS)), ((MILLION, ALWAYS),))
    officer = Official(9, "C", ((Role.CASE_OFFICER, ALWAYS),))
    small = of_amount(0, 10_000_000)
    (lack,) = lacks_on(small, Team((officer, both), TIERS), TODAY)
    assert (lack.apart, lack.needed, lack.left) == (True, 2, ("A1",))
    assert lacks_on(small, Team((officer, both, approver(2)), TIERS), TODAY) == []


def test_what_is_above_every_limit_is_for_the_accounting_officer() -> None:
    above = of_amount(MILLION, None)
    assert lacks_on(above, team(approver(1), approver(2)), TODAY) == []
    without = Team(
        tuple(one for one in team(approver(1)).officials if one.name != "accounting_officer"), TIERS
    )
    assert lacks_on(above, without, TODAY)[0].role is Role.ACCOUNTING_OFFICER


def test_the_bands_of_amounts_part_at_tiers_and_limits_and_end_at_what_is_left() -> None:
    made = team(approver(1), approver(2, 40_000_000))
    assert list(amounts(made, 2 * MILLION)) == [
        (0, 10_000_000),
        (10_000_000, 40_000_000),
        (40_000_000, MILLION),
        (MILLION, None),
    ]
    assert list(amounts(made, 5_000_000)) == [(0, None)]
    assert list(amounts(made, 0)) == []


def test_every_state_before_the_decision_is_looked_at() -> None:
    states = {state.name for state in BID.states if not state.final and not state.initial}
    assert states - APPROVED_STATES - set(UNDECIDED) == {"ineligible", "rejected"} & states
    assert set(UNDECIDED) <= states
