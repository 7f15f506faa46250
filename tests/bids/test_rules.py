"""The rules of a bid on plain facts."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from workflow.bids import rules
from workflow.bids.rules import CRITERIA, BidsFacts
from workflow.cases import ActorFacts, CaseFacts
from workflow.engine import Actor, CaseView, Guard, GuardContext
from workflow.funds.rules import PowerTerms, Recipient, Recipients

NOON = datetime(2011, 3, 29, 11, 0, tzinfo=UTC)
FACTS = BidsFacts(
    opens_on=date(2011, 3, 1),
    closes_on=date(2011, 4, 8),
    unfinished=(),
    asked={2011: 10_000_000},
    least_pence=5_000_000,
    most_pence=20_000_000,
    first_year=2011,
    last_year=2013,
    lead_name="LGID",
    power=PowerTerms("section 78", Recipients.SPECIFIED_BODIES, date(1988, 7, 29)),
    recipient=Recipient("LGID", is_legal_person=True, specified_from=date(2010, 4, 1)),
    partner_ids=frozenset({7}),
    current_version=1,
    unmet=(),
)
OFFICER = ActorFacts(1, 3, None, frozenset(), frozenset(), frozenset())


def reason(
    guard: Guard,
    facts: BidsFacts = FACTS,
    *,
    at: datetime = NOON,
    actor: ActorFacts = OFFICER,
    data: Mapping[str, Any] | None = None,
) -> str | None:
    """The code of what a guard says, None when it lets pass."""
    known = {"now": at, "bids": facts, "actor": actor, "case": CaseFacts(frozenset(), 3, 5, 0, NOON)}
    found = guard.check(GuardContext(CaseView(1, "bid", 1, "draft", 1), Actor(1, frozenset()), known, data))
    return found.code if found else None


@pytest.mark.parametrize(
    ("moment", "said"),
    [
        (datetime(2011, 2, 28, 23, 59, tzinfo=UTC), "round_not_open"),
        (datetime(2011, 3, 1, 0, 0, tzinfo=UTC), None),
        # London is an hour ahead in April, so its 8 April ends at 23:00 of universal time.
        (datetime(2011, 4, 8, 22, 59, 59, tzinfo=UTC), None),
        (datetime(2011, 4, 8, 23, 0, tzinfo=UTC), "round_closed"),
    ],
)
def test_a_round_takes_bids_on_its_london_days(moment: datetime, said: str | None) -> None:
    assert reason(rules.round_is_open, at=moment) == said


def test_unfinished_sections_are_refused() -> None:
    assert reason(rules.sections_are_complete) is None
    assert reason(rules.sections_are_complete, replace(FACTS, unfinished=("Risks",))) == "sections_unfinished"


@pytest.mark.parametrize(
    ("pence", "said"),
    [
        (4_999_999, "amount_outside_round"),
        (5_000_000, None),
        (20_000_000, None),
        (20_000_001, "amount_outside_round"),
    ],
)
def test_the_limits_of_a_round_are_included(pence: int, said: str | None) -> None:
    assert reason(rules.amount_fits_the_round, replace(FACTS, asked={2011: pence})) == said


def test_a_body_specified_from_2012_cannot_be_paid_for_2011_and_can_for_2012() -> None:
    later = replace(FACTS.recipient, specified_from=date(2012, 4, 1))
    assert reason(rules.power_fits_recipient, replace(FACTS, recipient=later)) == "power_does_not_fit"
    assert reason(rules.power_fits_recipient, replace(FACTS, recipient=later, asked={2012: 1})) is None
    assert (
        reason(rules.power_fits_recipient, replace(FACTS, recipient=later, asked={})) == "power_does_not_fit"
    )


@pytest.mark.parametrize(
    ("home", "said"), [(3, None), (5, "of_the_proposer"), (7, "of_the_proposer"), (None, None)]
)
def test_nobody_of_the_lead_or_a_partner_judges_a_bid(home: int | None, said: str | None) -> None:
    assert reason(rules.not_of_proposer, actor=replace(OFFICER, organisation_id=home)) == said


def test_the_first_check_asks_every_question_and_wants_every_yes() -> None:
    yes = dict.fromkeys(CRITERIA, True)
    assert reason(rules.criteria_answered, data={"answers": yes}) is None
    assert reason(rules.criteria_answered, data=None) == "criteria_open"
    for name in CRITERIA:
        without = {other: True for other in CRITERIA if other != name}
        assert reason(rules.criteria_answered, data={"answers": without}) == "criteria_open"
        assert reason(rules.criteria_answered, data={"answers": yes | {name: False}}) == "criteria_unmet"


@pytest.mark.parametrize(
    ("unmet", "said"), [((), None), (None, "first_check_open"), (("complete",), "first_check_open")]
)
def test_councils_are_asked_only_after_a_first_check_without_a_no(
    unmet: tuple[str, ...] | None, said: str | None
) -> None:
    assert reason(rules.first_check_passed, replace(FACTS, unmet=unmet)) == said


@pytest.mark.parametrize(("unmet", "said"), [((), "first_check_done"), (None, None), (("complete",), None)])
def test_a_version_passes_its_first_check_once(unmet: tuple[str, ...] | None, said: str | None) -> None:
    assert reason(rules.first_check_not_passed, replace(FACTS, unmet=unmet)) == said
