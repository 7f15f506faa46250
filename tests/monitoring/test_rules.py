"""What may be requested of an award, who checks and pays, and when it can close."""

from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

import pytest

from workflow.clock import LONDON
from workflow.engine import Actor, CaseView, Guard, GuardContext, Reason
from workflow.monitoring import rules
from workflow.monitoring.rules import ClaimView, MonitoringFacts

ME, SOMEBODY = 7, 8
SUMMER_2011 = datetime(2011, 7, 4, 9, tzinfo=LONDON)


@dataclass(frozen=True)
class Money:
    """What the guards of an award read of the ledger."""

    committed: dict[int, int] = field(default_factory=lambda: {2011: 200_00, 2012: 100_00})
    paid: dict[int, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Assessed:
    """What the guards of an award read of the decision."""

    recommended: dict[int, int] = field(default_factory=lambda: {2011: 200_00, 2012: 100_00})


CLAIM = ClaimView(
    id=3,
    number=1,
    year=2011,
    state="waiting",
    claimed_pence=80_00,
    accepted_pence=None,
    made_by=SOMEBODY,
    checked_by=None,
)
NOTHING = MonitoringFacts(profile={2011: 200_00, 2012: 100_00}, claims=(), closure_proposed_by=None)


def with_claims(*claims: ClaimView) -> MonitoringFacts:
    return replace(NOTHING, claims=claims)


def ask(guard: Guard, *, data: dict[str, Any] | None = None, **changes: Any) -> Reason | None:
    facts = {"monitoring": NOTHING, "funds": Money(), "approval": Assessed(), "now": SUMMER_2011} | changes
    actor = Actor(ME, frozenset({"grant_manager"}))
    return guard.check(GuardContext(CaseView(5, "bid", 1, "active", 9), actor, facts, data))


def code(reason: Reason | None) -> str | None:
    return None if reason is None else reason.code


@pytest.mark.parametrize(
    ("committed", "recommended", "refused"),
    [
        ({2011: 200_00}, {2011: 200_00}, None),
        ({2011: 199_99}, {2011: 200_00}, "award_differs"),
        ({}, {}, "award_differs"),
    ],
)
def test_an_offer_is_made_only_for_what_is_both_approved_and_promised(
    committed: dict[int, int], recommended: dict[int, int], refused: str | None
) -> None:
    said = ask(rules.award_adds_up, funds=Money(committed), approval=Assessed(recommended))
    assert code(said) == refused


@pytest.mark.parametrize(
    ("amount", "refused"), [(200_00, None), (200_01, "claim_over_award"), (0, "claim_over_award")]
)
def test_no_more_of_a_year_is_requested_than_is_promised(amount: int, refused: str | None) -> None:
    assert code(ask(rules.claim_fits_award, data={"year": 2011, "amount_pence": amount})) == refused


def test_what_is_requested_already_is_not_requested_again() -> None:
    data = {"year": 2011, "amount_pence": 120_01}
    refused = ask(rules.claim_fits_award, data=data, monitoring=with_claims(CLAIM))
    assert refused is not None
    assert "£120 of 2011 to 2012" in refused.text
    assert refused.field == "amount"


@pytest.mark.parametrize(
    ("state", "accepted", "left"),
    [("waiting", None, 120_00), ("paid", 30_00, 170_00), ("refused", 0, 200_00)],
)
def test_what_was_not_accepted_can_be_requested_again(state: str, accepted: int | None, left: int) -> None:
    claim = replace(CLAIM, state=state, accepted_pence=accepted)
    facts = {"monitoring": with_claims(claim)}
    assert rules.left_to_request(facts, Money().committed, 2011) == left


@pytest.mark.parametrize(
    ("moment", "refused"),
    [
        (datetime(2012, 3, 31, 23, 59, tzinfo=LONDON), "year_not_begun"),
        (datetime(2012, 4, 1, 0, 0, tzinfo=LONDON), None),
    ],
)
def test_a_year_is_requested_from_its_first_day_in_london(moment: datetime, refused: str | None) -> None:
    data = {"year": 2012, "amount_pence": 1}
    assert code(ask(rules.claim_fits_award, data=data, now=moment)) == refused


def test_a_year_without_money_has_nothing_to_request() -> None:
    assert code(ask(rules.claim_fits_award, data={"year": 2010, "amount_pence": 1})) == "claim_over_award"


@pytest.mark.parametrize(
    ("guard", "state"), [(rules.claim_waits_for_check, "waiting"), (rules.claim_waits_for_payment, "checked")]
)
def test_only_a_payment_request_in_the_right_place_is_checked_or_paid(guard: Guard, state: str) -> None:
    for other in ("waiting", "checked", "refused", "paid"):
        facts = with_claims(replace(CLAIM, state=other))
        wanted = None if other == state else f"no_claim_{state}"
        assert code(ask(guard, monitoring=facts)) == wanted
        assert code(ask(guard, monitoring=facts, data={"claim_id": CLAIM.id})) == wanted


def test_a_payment_request_of_another_award_does_not_count() -> None:
    facts = with_claims(CLAIM)
    assert (
        code(ask(rules.claim_waits_for_check, monitoring=facts, data={"claim_id": 99})) == "no_claim_waiting"
    )


def test_nobody_checks_their_own_payment_request() -> None:
    facts = with_claims(replace(CLAIM, made_by=ME))
    data = {"claim_id": CLAIM.id, "accepted_pence": 80_00}
    assert code(ask(rules.check_fits_claim, monitoring=facts, data=data)) == "checks_own_claim"


@pytest.mark.parametrize(
    ("accepted", "reason", "refused"),
    [
        (80_00, "", None),
        (79_99, "", "part_needs_reason"),
        (79_99, "   ", "part_needs_reason"),
        (79_99, "Travel", None),
        (0, "Not covered", None),
        (80_01, "More", "accepts_too_much"),
    ],
)
def test_a_part_is_accepted_with_a_reason_and_never_more_than_was_requested(
    accepted: int, reason: str, refused: str | None
) -> None:
    data = {"claim_id": CLAIM.id, "accepted_pence": accepted, "reason": reason}
    assert code(ask(rules.check_fits_claim, monitoring=with_claims(CLAIM), data=data)) == refused


@pytest.mark.parametrize(
    ("state", "refused"),
    [("waiting", "claim_under_way"), ("checked", "claim_under_way"), ("paid", None), ("refused", None)],
)
def test_an_award_closes_only_when_no_payment_request_is_under_way(state: str, refused: str | None) -> None:
    facts = with_claims(replace(CLAIM, state=state))
    assert code(ask(rules.no_claim_under_way, monitoring=facts)) == refused


def test_final_figures_are_proposed_once_and_confirmed_after_that() -> None:
    proposed = replace(NOTHING, closure_proposed_by=SOMEBODY)
    assert code(ask(rules.no_closure_proposed)) is None
    assert code(ask(rules.closure_is_proposed)) == "no_closure"
    assert code(ask(rules.no_closure_proposed, monitoring=proposed)) == "closure_proposed"
    assert code(ask(rules.closure_is_proposed, monitoring=proposed)) is None


def test_an_award_that_was_paid_more_than_promised_never_closes() -> None:
    assert ask(rules.money_closes, funds=Money(paid={2011: 200_00})) is None
    assert code(ask(rules.money_closes, funds=Money(paid={2011: 200_01}))) == "paid_over_promised"


@pytest.mark.parametrize(
    ("promised", "ends_on"),
    [
        ({2011: 1}, date(2012, 3, 31)),
        ({2011: 1, 2013: 1}, date(2014, 3, 31)),
        ({2011: 1, 2013: 0}, date(2012, 3, 31)),
        ({}, None),
    ],
)
def test_the_work_ends_with_the_last_year_that_has_money(
    promised: dict[int, int], ends_on: date | None
) -> None:
    assert rules.work_ends_on(promised) == ends_on
