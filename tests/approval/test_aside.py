"""Stepping aside: before a vote it is put on record, after one the vote has to be taken back with it."""

from datetime import date
from functools import partial

import pytest
from sqlalchemy import select, text

from tests import world as line
from tests.world import APPROVAL, World, make_world
from workflow.accounts.models import Interest
from workflow.approval.aside import step_aside
from workflow.clock import FixedClock
from workflow.db import SYSTEM, Sessions, Work
from workflow.errors import Refused

NATURE = "My sister works there."


@pytest.fixture
def world(sessions: Sessions, clock: FixedClock) -> World:
    return make_world(sessions, clock)


def aside(world: World, who: str, bid_id: int) -> None:
    def do(work: Work, *, bid_id: int) -> None:
        step_aside(work, bid_id, nature=NATURE)

    world.work(who, partial(do, bid_id=bid_id))


def connections(world: World) -> list[int]:
    with world.sessions() as session:
        return list(session.scalars(select(Interest.person_id)))


def test_whoever_has_voted_takes_the_vote_back_and_does_not_only_step_aside(world: World) -> None:
    """Source: domain, section 5, conflict: a connection declared after a first vote voids that vote."""
    bid_id = line.to_deciding(world)
    world.act("approver1", bid_id, "approve", APPROVAL)
    with pytest.raises(Refused) as refused:
        aside(world, "approver1", bid_id)
    assert {reason.code for reason in refused.value.reasons} == {"voted_already"}
    assert connections(world) == []
    world.act("approver1", bid_id, "declare_conflict", {"reason": NATURE})
    world.act("approver2", bid_id, "approve", APPROVAL)
    assert world.case(bid_id).state == "deciding"


def test_whoever_has_not_voted_steps_aside_and_decides_no_more(world: World) -> None:
    bid_id = line.to_deciding(world)
    aside(world, "approver1", bid_id)
    assert connections(world) == [world.ids["approver1"]]
    with pytest.raises(Refused) as refused:
        world.act("approver1", bid_id, "approve", APPROVAL)
    assert {reason.code for reason in refused.value.reasons} == {"interest_on_record"}


def test_whoever_assessed_a_bid_or_is_connected_to_it_does_not_take_its_decision_up_again(
    world: World,
) -> None:
    bid_id = line.to_deferred(world)
    with world.sessions() as session, session.begin():
        session.execute(
            text(
                "INSERT INTO role_assignment (person_id, role, organisation_id, valid_from)"
                " VALUES (:person, 'approver', :home, :day)"
            ),
            {"person": world.ids["assessor"], "home": world.ids["DCLG"], "day": date(2010, 4, 1)},
        )
    aside(world, "approver2", bid_id)
    for who, code in (("assessor", "already_appraise"), ("approver2", "interest_on_record")):
        with pytest.raises(Refused) as refused:
            world.act(who, bid_id, "resume")
        assert {reason.code for reason in refused.value.reasons} == {code}
    world.act(SYSTEM, bid_id, "resume")
    assert world.case(bid_id).state == "deciding"
