"""Who may approve what, for how much, and when the votes are enough."""

from dataclasses import dataclass, field, replace
from datetime import date, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from workflow.approval import branching, rules
from workflow.approval.rules import ApprovalFacts
from workflow.cases.registry import ActorFacts, CaseFacts
from workflow.clock import LONDON
from workflow.engine import Actor, CaseView, Guard, GuardContext, Reason
from workflow.engine.working_days import Calendar

CALENDAR = Calendar(frozenset(), date(2012, 12, 31), date(2010, 1, 1))
OPENED = datetime(2011, 1, 4, 9, tzinfo=LONDON)
ME, SOMEBODY = 7, 8


@dataclass(frozen=True)
class Bid:
    """What the guards of approval read of a bid."""

    asked: dict[int, int] = field(default_factory=lambda: {2011: 500_00, 2012: 300_00})
    current_version: int = 2
    partner_ids: frozenset[int] = frozenset({31})
    named_ids: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Money:
    """What the guards of approval read of the fund."""

    available: dict[int, int] = field(default_factory=lambda: {2011: 10_000_00, 2012: 10_000_00})
    reserved: dict[int, int] = field(default_factory=lambda: {2011: 500_00})


APPROVAL = ApprovalFacts(
    round=1,
    assessed_version=2,
    recommended={2011: 500_00},
    whole_life_pence=500_00,
    quorum=2,
    voters=frozenset(),
)
CASE = CaseFacts(frozenset(), department_id=1, proposer_id=30, amount_pence=800_00, opened_at=OPENED)
ACTOR = ActorFacts(ME, 1, 1_000_00, frozenset(), frozenset(), frozenset())


def ask(
    guard: Guard,
    *,
    data: dict[str, Any] | None = None,
    principals: frozenset[int] = frozenset(),
    **changes: Any,
) -> Reason | None:
    rooms = {"approval": APPROVAL, "bids": Bid(), "funds": Money()}
    facts = {"now": OPENED, "case": CASE, "actor": ACTOR} | rooms | changes
    actor = Actor(ME, frozenset({"approver"}), principal_ids=principals)
    return guard.check(GuardContext(CaseView(5, "bid", 1, "deciding", 9), actor, facts, data))


def did(*duties: tuple[str, int]) -> CaseFacts:
    return replace(CASE, duties=frozenset(duties))


@pytest.mark.parametrize("duty", ["submit", "appraise", "approve"])
def test_whoever_did_an_earlier_step_may_not_approve(duty: str) -> None:
    guard = rules.separated_from("submit", "appraise", "approve")
    refused = ask(guard, case=did((duty, ME)))
    assert refused is not None
    assert refused.code == f"already_{duty}"
    assert ask(guard, case=did((duty, SOMEBODY))) is None


def test_an_earlier_step_done_by_the_person_one_stands_in_for_counts_as_ones_own() -> None:
    guard = rules.separated_from("appraise")
    case = did(("appraise", SOMEBODY))
    assert ask(guard, case=case, principals=frozenset({SOMEBODY})) is not None


def test_a_duty_that_is_not_named_does_not_exclude() -> None:
    assert ask(rules.separated_from("appraise"), case=did(("screen", ME))) is None


@pytest.mark.parametrize(("limit", "code"), [(499_99, "over_limit"), (500_00, None), (None, "no_delegation")])
def test_a_limit_is_tested_against_the_total_over_all_years(limit: int | None, code: str | None) -> None:
    refused = ask(rules.within_limit, actor=replace(ACTOR, limit_pence=limit))
    assert (refused.code if refused else None) == code


@pytest.mark.parametrize(
    ("actor", "code"),
    [
        (replace(ACTOR, organisation_id=30), "home_organisation"),
        (replace(ACTOR, organisation_id=31), "home_organisation"),
        (replace(ACTOR, interests=frozenset({30})), "interest_on_record"),
        (replace(ACTOR, interest_cases=frozenset({5})), "interest_on_record"),
        (replace(ACTOR, interests=frozenset({99})), None),
    ],
)
def test_a_person_with_a_connection_never_decides(actor: ActorFacts, code: str | None) -> None:
    refused = ask(rules.no_conflict, actor=actor)
    assert (refused.code if refused else None) == code


def test_a_vote_counts_only_for_the_version_that_was_assessed() -> None:
    assert ask(rules.version_is_assessed) is None
    assert ask(rules.version_is_assessed, bids=Bid(current_version=3)) is not None


@pytest.mark.parametrize("said", [{}, {"no_conflict": False}, {"no_conflict": None}])
def test_an_approver_must_say_that_there_is_no_connection(said: dict[str, Any]) -> None:
    assert ask(rules.declares_no_conflict, data=said) is not None
    assert ask(rules.declares_no_conflict, data={"no_conflict": True}) is None


def test_all_four_tests_must_be_answered() -> None:
    answers = dict.fromkeys(rules.ACCOUNTING_TESTS, True)
    assert ask(rules.tests_answered, data={"tests": answers}) is None
    assert ask(rules.tests_answered, data={"tests": {**answers, "regularity": None}}) is not None
    assert ask(rules.tests_answered, data={"tests": {"regularity": True}}) is not None


@pytest.mark.parametrize(
    ("amounts", "field_name"),
    [
        ({2011: 500_00}, None),
        ({2011: 500_01}, "amount_2011"),
        ({2011: 500_00, 2012: 300_01}, "amount_2012"),
        ({2011: 0, 2012: 800_00}, None),
        ({2011: 400_00, 2013: 401_00}, "amount_2013"),
        ({2011: 0, 2012: 0}, "amount_2011"),
        ({}, "amount_2011"),
    ],
)
def test_no_more_is_recommended_than_was_asked_up_to_a_year_and_money_may_move_later(
    amounts: dict[int, int], field_name: str | None
) -> None:
    refused = ask(rules.amounts_fit_the_request, data={"amounts": amounts})
    assert (refused.field if refused else None) == field_name


@pytest.mark.parametrize(
    ("day", "refused"),
    [
        (datetime(2012, 3, 31, 23, 59, tzinfo=LONDON), None),
        (datetime(2012, 4, 1, tzinfo=LONDON), "year_ended"),
    ],
)
def test_money_of_a_year_that_ended_lapses_and_is_never_set_aside_again(
    day: datetime, refused: str | None
) -> None:
    reason = ask(rules.money_is_available, data={"amounts": {2011: 1, 2012: 1}}, now=day)
    assert (reason and reason.code) == refused
    assert ask(rules.money_is_available, data={"amounts": {2011: 0, 2012: 1}}, now=day) is None


def test_a_recommendation_over_what_is_left_names_the_shortfall() -> None:
    """Case 1 of the domain: 10,000 left is enough for 10,000, and a penny more is refused."""
    money = Money(available={2011: 10_000_00})
    assert ask(rules.money_is_available, funds=money, data={"amounts": {2011: 10_000_00}}) is None
    refused = ask(rules.money_is_available, funds=money, data={"amounts": {2011: 10_000_01}})
    assert refused is not None
    assert "£0.01 too little" in refused.text
    assert "£10,000" in refused.text


def test_nothing_is_approved_that_is_not_set_aside() -> None:
    assert ask(rules.money_is_set_aside) is None
    assert ask(rules.money_is_set_aside, funds=Money(reserved={2011: 499_99})) is not None


@pytest.mark.parametrize(
    ("quorum", "voters", "target"),
    [(1, frozenset(), "approved"), (2, frozenset(), "deciding"), (2, frozenset({8}), "approved")],
)
def test_the_last_vote_needed_approves(quorum: int, voters: frozenset[int], target: str) -> None:
    facts = {"approval": replace(APPROVAL, quorum=quorum, voters=voters)}
    assert rules.outcome_of_votes(facts, {}) == target


def test_votes_needed_counts_down_and_stops_at_none() -> None:
    assert rules.votes_needed(APPROVAL) == 2
    assert rules.votes_needed(replace(APPROVAL, voters=frozenset({1, 2, 3}))) == 0


@pytest.mark.parametrize(
    ("until", "refused"),
    [(date(2011, 3, 30), None), (date(2011, 3, 31), "past_the_year"), (date(2011, 4, 1), "past_the_year")],
)
def test_a_decision_that_is_put_off_comes_back_while_its_money_can_still_be_promised(
    until: date, refused: str | None
) -> None:
    """Thursday 31 March 2011 is a working day, and when it is over the year is too."""
    reason = ask(
        branching.put_off_within_the_year,
        data={"until_on": until},
        consultation=SimpleNamespace(calendar=CALENDAR),
        funds=Money(reserved={2010: 500_00}),
    )
    assert (reason and reason.code) == refused
