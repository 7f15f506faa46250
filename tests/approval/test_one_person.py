"""Whoever stands in for somebody counts as one person with them, whichever of the two came first.

Source: domain, section 5, separation of duties.
"""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from tests import world as line
from tests.approval.test_branches import codes
from tests.approval.test_linked import recommended
from tests.world import APPROVAL, START, World, make_world
from workflow.accounts.models import Cover
from workflow.approval import deciders
from workflow.cases.models import CaseDuty
from workflow.clock import FixedClock, london_date
from workflow.db import SYSTEM, Sessions


@pytest.fixture
def world(sessions: Sessions, clock: FixedClock) -> World:
    clock.move(START - clock.now())
    made = make_world(sessions, clock)
    line.with_deciders(made)
    return made


def cover(world: World, stand_in: str, away: str, days: int = 5) -> date:
    """Let somebody stand in for somebody else from today; returns the last day."""
    first = london_date(world.clock.now())
    last = first + timedelta(days=days - 1)
    row = Cover(for_person_id=world.ids[away], person_id=world.ids[stand_in], valid_from=first, valid_to=last)
    world.work(SYSTEM, lambda work: work.session.add(row))
    return last


def left(world: World, bid_id: int) -> set[int]:
    with world.sessions() as session:
        found = deciders.facts(session, [bid_id], now=world.clock.now(), person_id=None)[bid_id]
    return set(found.left)


@pytest.mark.parametrize(
    ("voted", "other"), [("approver1", "approver2"), ("approver2", "approver1")], ids=["stand-in", "away"]
)
def test_of_two_who_stand_in_for_one_another_since_a_vote_the_other_does_not_vote(
    world: World, voted: str, other: str
) -> None:
    bid_id = line.to_deciding(world)
    world.act(voted, bid_id, "approve", APPROVAL)
    assert left(world, bid_id) == {world.ids[other], world.ids["approver3"]}
    cover(world, "approver1", "approver2")
    assert "already_approve" in codes(world, other, bid_id, "approve", APPROVAL)
    assert left(world, bid_id) == {world.ids["approver3"]}
    world.act("approver3", bid_id, "approve", APPROVAL)
    assert world.case(bid_id).state == "approved"


def test_when_the_stand_in_ends_whoever_did_nothing_may_vote_again(world: World) -> None:
    bid_id = line.to_deciding(world)
    world.act("approver1", bid_id, "approve", APPROVAL)
    cover(world, "approver1", "approver2", days=1)
    assert "already_approve" in codes(world, "approver2", bid_id, "approve", APPROVAL)
    world.clock.move(timedelta(days=1))
    world.act("approver2", bid_id, "approve", APPROVAL)
    assert world.case(bid_id).state == "approved"


def test_a_vote_in_somebodys_place_is_theirs_for_good_and_their_own_vote_is_nobody_elses(
    world: World,
) -> None:
    bids = [line.to_consulting(world, title=f"Bid {number}") for number in range(2)]
    for one in bids:
        recommended(world, one, line.ASKED)
    bid_id = bids[0]
    cover(world, "approver1", "approver2", days=1)
    world.act("approver1", bid_id, "approve", APPROVAL)
    world.clock.move(timedelta(days=1))
    assert "already_approve" in codes(world, "approver2", bid_id, "approve", APPROVAL)

    own = bids[1]
    cover(world, "approver1", "approver2", days=1)
    world.act("approver2", own, "approve", APPROVAL)
    world.clock.move(timedelta(days=1))
    world.act("approver1", own, "approve", APPROVAL)
    with world.sessions() as session:
        duties = select(CaseDuty.person_id, CaseDuty.principal_ids).where(
            CaseDuty.case_id == own, CaseDuty.duty == "approve"
        )
        assert dict(session.execute(duties).all()) == {world.ids["approver2"]: [], world.ids["approver1"]: []}


def test_who_assessed_a_bid_cannot_have_it_approved_by_whom_they_stand_in_for(world: World) -> None:
    bid_id = line.to_deciding(world)
    cover(world, "assessor", "approver1")
    assert "already_appraise" in codes(world, "approver1", bid_id, "approve", APPROVAL)
