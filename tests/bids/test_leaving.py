"""Withdrawing a bid from any stage, and drafts that run out of time."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from tests import world as line
from tests.world import START, World, make_world
from workflow.cases import sweep_breaches
from workflow.cases.registry import _installed
from workflow.clock import FixedClock
from workflow.db import Sessions
from workflow.errors import Refused
from workflow.funds import queries as funds
from workflow.funds.models import LedgerEntry
from workflow.funds.rules import EntryKind
from workflow.money import Pence
from workflow.notifications import Notification

AFTER_ROUND = datetime(2011, 4, 8, 23, 1, tzinfo=UTC)
"""A minute into Saturday 9 April 2011 in London; the round closed on the Friday."""


@pytest.fixture
def world(sessions: Sessions, clock: FixedClock) -> Iterator[World]:
    """The small world at 09:00 on Tuesday 29 March 2011."""
    before = list(_installed)
    clock.move(START - clock.now())
    yield make_world(sessions, clock)
    _installed[:] = before


def withdraw(world: World, bid_id: int) -> None:
    world.act("signatory", bid_id, "withdraw", {"reason": "Our council reorganises."})


def templates(world: World, bid_id: int) -> set[str]:
    with world.sessions() as session:
        owed = session.execute(select(Notification.template, Notification.payload))
        return {template for template, payload in owed if payload["case_id"] == bid_id} - {
            "bid_received",
            "bid_to_check",
        }


@pytest.mark.parametrize("reach", [line.draft, line.to_screening, line.to_consulting, line.to_appraisal])
def test_a_signatory_takes_a_bid_back_from_any_stage_before_the_decision(
    world: World, reach: Callable[[World], int]
) -> None:
    bid_id = reach(world)
    withdraw(world, bid_id)
    case = world.case(bid_id)
    assert (case.state, case.ended) == ("withdrawn", True)


def test_withdrawing_releases_what_was_set_aside_over_three_years_in_that_transaction(world: World) -> None:
    """Source: domain, section 10, case 13 (here over the two years of the round)."""
    bid_id = line.to_deciding(world)
    withdraw(world, bid_id)
    with world.sessions() as session:
        assert {one.year: one.reserved for one in funds.case_balances(session, [bid_id])[bid_id]} == {
            2011: 0,
            2012: 0,
        }
        kinds = session.scalars(
            select(LedgerEntry.kind).where(LedgerEntry.case_id == bid_id).order_by(LedgerEntry.id)
        ).all()
    assert kinds[-2:] == [EntryKind.UNRESERVE, EntryKind.UNRESERVE]


def test_withdrawing_an_offer_releases_what_was_promised(world: World) -> None:
    bid_id = line.to_deciding(world)
    for approver in ("approver1", "approver2"):
        world.act(approver, bid_id, "approve", line.APPROVAL)
    withdraw(world, bid_id)
    with world.sessions() as session:
        held = funds.case_balances(session, [bid_id])[bid_id]
        assert [one.committed for one in held] == [Pence(0), Pence(0)]


def test_a_bid_that_runs_can_only_be_ended_and_not_withdrawn(world: World) -> None:
    bid_id = line.to_active(world)
    with pytest.raises(Refused):
        withdraw(world, bid_id)


def test_only_the_signatory_withdraws_and_a_reason_is_needed(world: World) -> None:
    bid_id = line.to_screening(world)
    with pytest.raises(Refused) as refused:
        world.act("drafter", bid_id, "withdraw", {"reason": ""})
    assert {reason.code for reason in refused.value.reasons} == {"role_not_held", "reason_missing"}


def test_councils_that_were_asked_are_told_and_the_department_of_what_it_saw(world: World) -> None:
    asked, alone = line.to_consulting(world), line.draft(world, title="Alone")
    withdraw(world, asked)
    withdraw(world, alone)
    assert {"bid_withdrawn", "bid_withdrawn_office", "consultation_withdrawn"} <= templates(world, asked)
    assert templates(world, alone) == {"bid_withdrawn"}


def test_a_draft_runs_out_of_time_when_its_round_closes_and_stays_its_proposers_own(world: World) -> None:
    bid_id = line.draft(world)
    world.move_to(AFTER_ROUND)
    assert sweep_breaches(world.sessions, world.clock) == 1
    case = world.case(bid_id)
    assert (case.state, case.ended, case.shared, case.due_on) == ("lapsed", True, False, None)
    assert templates(world, bid_id) == {"bid_lapsed"}


def test_a_sent_bid_does_not_run_out_of_time_with_its_round(world: World) -> None:
    bid_id = line.to_screening(world)
    world.move_to(AFTER_ROUND)
    assert sweep_breaches(world.sessions, world.clock) == 0
    assert world.case(bid_id).state == "screening"
