"""What a partner sees of a bid: only those it is named in. Source: domain, section 8, partner."""

import pytest

from tests.reports.second_department import add_department, add_someone
from tests.world import World, draft, make_world, to_screening
from workflow.accounts.queries import viewer_for
from workflow.accounts.roles import Role
from workflow.bids.models import Partner
from workflow.bids.taking_part import part_by_reference, parts_of
from workflow.cases.queries import case_by_reference
from workflow.clock import FixedClock
from workflow.db import SYSTEM, Sessions
from workflow.errors import NotHere


@pytest.fixture
def world(sessions: Sessions, clock: FixedClock) -> World:
    made = make_world(sessions, clock)
    add_department(made)
    add_someone(made, "partner", "LGA", Role.PARTNER)
    add_someone(made, "writer", "LGA", Role.DRAFTER)
    return made


def name_lga(world: World, bid_id: int) -> str:
    part = Partner(bid_id=bid_id, organisation_id=world.ids["LGA"], task="Finds peers")
    world.work(SYSTEM, lambda work: work.session.add(part))
    return world.case(bid_id).reference


def test_a_partner_finds_its_own_part_in_the_bids_that_name_it_and_in_no_other(world: World) -> None:
    named, other = name_lga(world, draft(world)), world.case(to_screening(world)).reference
    with world.sessions() as session:
        partner = viewer_for(session, world.ids["partner"], world.clock.now())
        case, part = part_by_reference(session, partner, named)
        assert (case.reference, part.task) == (named, "Finds peers")
        assert [one.reference for one, _ in parts_of(session, partner)] == [named]
        with pytest.raises(NotHere):
            part_by_reference(session, partner, other)


def test_the_bid_itself_stays_the_lead_bodys_and_the_departments(world: World) -> None:
    named = name_lga(world, draft(world))
    with world.sessions() as session:
        partner = viewer_for(session, world.ids["partner"], world.clock.now())
        with pytest.raises(NotHere):
            case_by_reference(session, partner, named)


def test_a_part_is_found_only_in_the_role_of_a_partner(world: World) -> None:
    named = name_lga(world, draft(world))
    with world.sessions() as session:
        writer = viewer_for(session, world.ids["writer"], world.clock.now())
        with pytest.raises(NotHere):
            part_by_reference(session, writer, named)
        assert parts_of(session, writer) == []
