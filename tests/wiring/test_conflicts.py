"""A person with a connection to a bid takes no part in what is decided about it, nor in its money."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update

from tests.monitoring.test_branches import mails
from tests.monitoring.test_ways_out import also
from tests.world import (
    APPROVAL,
    CLAIM,
    RECOMMENDATION,
    World,
    make_world,
    to_active,
    to_appraisal,
    to_deciding,
)
from workflow.accounts.models import Interest, Person
from workflow.accounts.roles import Role
from workflow.approval import deciders
from workflow.bids.models import AreaKind, Bid
from workflow.cases import Case
from workflow.clock import FixedClock
from workflow.db import SYSTEM, Sessions, Work
from workflow.errors import Refused
from workflow.wiring.deciders import APPROVERS_LEFT
from workflow.wiring.reminders import sweep_reminders


@pytest.fixture
def world(sessions: Sessions, clock: FixedClock) -> World:
    return make_world(sessions, clock)


def refused(world: World, who: str, bid_id: int, action: str, data: dict[str, object]) -> set[str]:
    with pytest.raises(Refused) as error:
        world.act(who, bid_id, action, data)
    return {reason.code for reason in error.value.reasons}


def comes_from_the_lead_body(world: World, who: str) -> None:
    home = update(Person).where(Person.id == world.ids[who]).values(organisation_id=world.ids["LGID"])
    world.work(SYSTEM, lambda work: work.session.execute(home))


def test_an_official_lent_by_the_lead_body_can_neither_check_nor_pay_its_payment_request(
    world: World,
) -> None:
    bid_id = to_active(world)
    claim_id = world.act("drafter", bid_id, "make_claim", CLAIM).extra["claim_id"]
    given = {"claim_id": claim_id, "accepted_pence": 12_345_678, "reason": ""}
    comes_from_the_lead_body(world, "payer")
    comes_from_the_lead_body(world, "manager")
    assert "home_organisation" in refused(world, "manager", bid_id, "check_claim", given)
    assert "home_organisation" in refused(world, "payer", bid_id, "pay_claim", {"claim_id": claim_id})


def test_an_approver_lent_by_a_council_that_the_bid_names_takes_no_part_in_its_decision(world: World) -> None:
    bid_id = to_deciding(world)

    def name(work: Work) -> None:
        bid = work.session.get_one(Bid, bid_id)
        bid.area_kind, bid.area_region, bid.area_codes = AreaKind.AUTHORITIES, None, ["GAT"]
        work.session.get_one(Person, world.ids["approver1"]).organisation_id = world.ids["GAT"]

    world.work(SYSTEM, name)
    assert refused(world, "approver1", bid_id, "approve", APPROVAL) == {"home_organisation"}
    with world.sessions() as session:
        now = world.clock.now()
        left = deciders.facts(session, [bid_id], now=now, person_id=None)[bid_id].left
        asked = APPROVERS_LEFT(session, session.get_one(Case, bid_id), now=now)
    assert left == (world.ids["approver2"],)
    assert [one.person_id for one in asked] == [world.ids["approver2"]]


def test_nobody_who_checked_a_payment_request_is_asked_to_pay_it(world: World) -> None:
    bid_id = to_active(world)
    also(world, "manager", Role.PAYMENT_AUTHORISER)
    also(world, "approver1", Role.PAYMENT_AUTHORISER)
    claim_id = world.act("drafter", bid_id, "make_claim", CLAIM).extra["claim_id"]
    given = {"claim_id": claim_id, "accepted_pence": 12_345_678, "reason": ""}
    world.act("manager", bid_id, "check_claim", given)
    assert mails(world, "claim_to_pay") == ["payer@dclg.example"]
    world.move_to(world.clock.now() + timedelta(days=29))
    sweep_reminders(world.sessions, world.clock)
    assert mails(world, "deadline_reminder") == ["payer@dclg.example"]


def test_an_assessor_with_a_connection_on_record_cannot_recommend(world: World) -> None:
    bid_id = to_appraisal(world)
    connected = Interest(
        person_id=world.ids["assessor"],
        case_id=bid_id,
        nature="Helped to write it",
        declared_at=datetime(2011, 3, 1, tzinfo=UTC),
    )
    world.work(SYSTEM, lambda work: work.session.add(connected))
    assert refused(world, "assessor", bid_id, "recommend", RECOMMENDATION) == {"interest_on_record"}
