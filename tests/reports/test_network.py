"""What the network is told, of which bids and from when. Source: domain, section 8; seed, paragraph 5."""

import pytest

from tests.reports.second_department import add_bid, add_department, add_someone
from tests.world import APPROVAL, World, draft, make_world, to_consulting, to_deciding, to_screening
from workflow.accounts.models import Organisation, OrganisationKind
from workflow.accounts.queries import Viewer, viewer_for
from workflow.accounts.roles import ROLES, Role, Thing
from workflow.bids.models import AreaKind, SupportType
from workflow.clock import FixedClock
from workflow.db import SYSTEM, Sessions, Work
from workflow.errors import NotHere
from workflow.reports import network
from workflow.reports.rules import Area


@pytest.fixture
def world(sessions: Sessions, clock: FixedClock) -> World:
    made = make_world(sessions, clock)
    add_department(made)
    add_someone(made, "official", "DfE", Role.NETWORK_OFFICIAL)
    add_someone(made, "body", "LGA", Role.NETWORK_BODY)
    add_someone(made, "own", "LGID", Role.NETWORK_BODY)
    return made


def as_(world: World, who: str) -> Viewer:
    with world.sessions() as session:
        return viewer_for(session, world.ids[who], world.clock.now())


def titles(world: World, who: str) -> list[str]:
    with world.sessions() as session:
        return [one.title for one in network.bids(session, as_(world, who))[0]]


def told(world: World, who: str) -> list[tuple[str, str]]:
    with world.sessions() as session:
        return [(one.bid.title, one.state) for one in network.news(session, as_(world, who))[0]]


def test_officials_read_of_a_bid_from_the_day_it_was_sent_and_bodies_from_its_consultation(
    world: World,
) -> None:
    draft(world, title="Not sent")
    to_screening(world, title="Being checked")
    to_consulting(world, title="Councils asked")
    assert titles(world, "official") == ["Councils asked", "Being checked"]
    assert titles(world, "body") == ["Councils asked"]


def test_a_body_reads_nothing_here_of_its_own_bids(world: World) -> None:
    to_consulting(world, title="Councils asked")
    assert titles(world, "own") == []
    assert told(world, "own") == []


def test_news_is_that_councils_are_asked_and_that_a_decision_was_taken_and_no_vote_before_it(
    world: World,
) -> None:
    bid_id = to_deciding(world, title="Peer challenge")
    assert told(world, "official") == [("Peer challenge", "consulting")]
    world.act("approver1", bid_id, "approve", APPROVAL)
    assert told(world, "body") == [("Peer challenge", "consulting")]
    world.act("approver2", bid_id, "approve", APPROVAL)
    assert told(world, "body") == [("Peer challenge", "approved"), ("Peer challenge", "consulting")]


@pytest.mark.parametrize("role", [role for role in Role if not ROLES[role].shows(Thing.NETWORK)])
def test_nobody_else_is_told_anything(world: World, role: Role) -> None:
    add_someone(world, "someone", "DCLG", role)
    with world.sessions() as session:
        for ask in (network.bids, network.news, network.overlaps):
            with pytest.raises(NotHere):
                ask(session, as_(world, "someone"))


def pairs(world: World) -> list[tuple[str, str]]:
    with world.sessions() as session:
        return [
            (one.first.title, one.second.title) for one in network.overlaps(session, as_(world, "official"))
        ]


def test_bids_of_two_departments_with_one_aim_support_and_place_overlap(world: World) -> None:
    to_screening(world, title="Peer challenge")
    add_bid(world, title="Safeguarding reviews")
    assert pairs(world) == [("Peer challenge", "Safeguarding reviews")]


def add_home_office(work: Work, world: World) -> None:
    police = Organisation(code="HO", name="Home", short_name="HO", kind=OrganisationKind.DEPARTMENT)
    work.session.add(police)
    work.session.flush()
    world.ids["HO"] = police.id


def test_an_official_reads_the_overlaps_of_the_own_department_first(world: World) -> None:
    to_screening(world, title="Peer challenge")
    add_bid(world, title="Of the second")
    world.work(SYSTEM, lambda work: add_home_office(work, world))
    second, world.ids["DfE"] = world.ids["DfE"], world.ids["HO"]
    add_bid(world, title="Of the third")
    world.ids["DfE"] = second
    add_someone(world, "police", "HO", Role.NETWORK_OFFICIAL)
    with world.sessions() as session:
        for who, home in (("official", "DfE"), ("police", "HO")):
            found = network.overlaps(session, as_(world, who))
            own = [world.ids[home] in {one.first.department_id, one.second.department_id} for one in found]
            assert own == [True, True, False], who


def test_bids_of_one_department_or_of_another_kind_of_support_do_not(world: World) -> None:
    to_screening(world, title="Peer challenge")
    to_screening(world, title="Peer challenge again")
    add_bid(world, title="Something new", support=SupportType.INNOVATION)
    assert pairs(world) == []


def test_a_bid_that_is_not_sent_or_has_ended_overlaps_with_nothing(world: World) -> None:
    to_screening(world, title="Peer challenge")
    add_bid(world, title="A draft", state="draft", shared=False)
    assert pairs(world) == []


def test_the_councils_of_a_bid_that_would_help_them_are_not_named_to_bodies_before_it_is_approved(
    world: World,
) -> None:
    to_screening(world, title="Peer challenge")
    add_bid(
        world,
        title="Rescue of Council GAT",
        support=SupportType.INTERVENTION,
        area=AreaKind.AUTHORITIES,
        codes=("GAT",),
    )
    assert "Rescue of Council GAT" in titles(world, "official")
    with world.sessions() as session:
        listed = network.bids(session, as_(world, "body"))[0]
    assert "Rescue of Council GAT" not in [one.title for one in listed]


NORTH_EAST = Area("region", "North East")
GATESHEAD = Area("authorities", None, frozenset({"GAT"}), frozenset({"North East"}))
SUNDERLAND = Area("authorities", None, frozenset({"SUN"}), frozenset({"North East"}))


@pytest.mark.parametrize(
    ("one", "other", "overlap"),
    [
        (Area("national"), GATESHEAD, True),
        (NORTH_EAST, GATESHEAD, True),
        (NORTH_EAST, Area("region", "London"), False),
        (GATESHEAD, SUNDERLAND, False),
        (GATESHEAD, GATESHEAD, True),
        (Area("region", "London"), GATESHEAD, False),
    ],
)
def test_two_areas_overlap_where_a_place_lies_in_both(one: Area, other: Area, overlap: bool) -> None:
    assert one.overlaps(other) is overlap
    assert other.overlaps(one) is overlap
