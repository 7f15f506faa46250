"""Closing figures that a second person does not confirm: they fall away with a reason, and new ones take their place."""

from typing import Any

import pytest
from sqlalchemy import select

from tests.wiring.test_mailroom import said
from tests.world import World, make_world, to_active, to_terminated
from workflow.clock import FixedClock
from workflow.db import Sessions
from workflow.errors import Refused
from workflow.monitoring.models import Closure
from workflow.notifications import Notification
from workflow.reports.check import check

FIGURES = {"summary": "The rest was not needed."}
WRONG = {"reason": "The travel of March is missing."}
CLAIM = {"year": 2011, "amount_pence": 500_000, "narrative": "Travel of March"}


@pytest.fixture
def world(sessions: Sessions, clock: FixedClock) -> World:
    return make_world(sessions, clock)


def proposed(world: World) -> int:
    bid_id = to_active(world)
    world.act("responsible", bid_id, "start_closing", {"reason": "The work is done."})
    world.act("finance", bid_id, "propose_closure", FIGURES)
    return bid_id


def rows(world: World, model: type[Any]) -> list[Any]:
    with world.sessions() as session:
        return list(session.scalars(select(model)))


def mails(world: World, template: str) -> list[str]:
    with world.sessions() as session:
        return list(session.scalars(select(Notification.address).where(Notification.template == template)))


def codes(refused: pytest.ExceptionInfo[Refused]) -> set[str]:
    return {reason.code for reason in refused.value.reasons}


def test_declined_figures_fall_away_and_a_missing_payment_can_be_requested_before_new_ones(
    world: World,
) -> None:
    bid_id = proposed(world)
    with pytest.raises(Refused) as refused:
        world.act("drafter", bid_id, "make_claim", CLAIM)
    assert codes(refused) == {"closure_proposed"}
    world.act("responsible", bid_id, "decline_closure", WRONG)
    assert world.case(bid_id).state == "closing"
    assert [one.number for one in rows(world, Closure) if one.declined_at is None] == []
    claim_id = world.act("drafter", bid_id, "make_claim", CLAIM).extra["claim_id"]
    accepted = {"claim_id": claim_id, "accepted_pence": 500_000, "reason": ""}
    world.act("manager", bid_id, "check_claim", accepted)
    world.act("payer", bid_id, "pay_claim", {"claim_id": claim_id})
    world.act("finance", bid_id, "propose_closure", FIGURES)
    world.act("responsible", bid_id, "confirm_closure", {"declared": True})
    assert world.case(bid_id).state == "closed"
    assert [one.paid_pence for one in rows(world, Closure) if one.confirmed_at] == [500_000]
    with world.sessions() as session:
        assert check(session) == []


def test_each_proposal_that_was_declined_stays_readable_with_its_reason(world: World) -> None:
    bid_id = proposed(world)
    world.act("responsible", bid_id, "decline_closure", WRONG)
    world.act("finance", bid_id, "propose_closure", {"summary": "With March."})
    world.act("responsible", bid_id, "decline_closure", {"reason": "February too."})
    kept = sorted(rows(world, Closure), key=lambda one: one.number)
    assert [(one.number, one.summary, one.decline_reason) for one in kept] == [
        (1, "The rest was not needed.", "The travel of March is missing."),
        (2, "With March.", "February too."),
    ]


def test_figures_of_an_award_that_ended_early_can_be_declined_too(world: World) -> None:
    bid_id = to_terminated(world)
    world.act("finance", bid_id, "propose_closure", FIGURES)
    world.act("responsible", bid_id, "decline_closure", WRONG)
    assert world.case(bid_id).state == "terminated"
    assert [one.number for one in rows(world, Closure) if one.declined_at is None] == []


def test_there_is_nothing_to_decline_before_figures_are_proposed_and_none_twice(world: World) -> None:
    bid_id = proposed(world)
    world.act("responsible", bid_id, "decline_closure", WRONG)
    with pytest.raises(Refused) as refused:
        world.act("responsible", bid_id, "decline_closure", WRONG)
    assert codes(refused) == {"no_closure"}


def test_the_finance_officer_is_told_the_reason_of_the_very_figures(world: World) -> None:
    bid_id = proposed(world)
    world.act("responsible", bid_id, "decline_closure", WRONG)
    world.act("finance", bid_id, "propose_closure", FIGURES)
    world.act("responsible", bid_id, "decline_closure", {"reason": "February too."})
    assert mails(world, "closure_declined") == ["finance@dclg.example"] * 2
    reasons = [facts and facts["why"] for facts in said(world, "closure_declined")]
    assert reasons == ["The travel of March is missing.", "February too."]
