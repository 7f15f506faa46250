"""Whose roles count on a case: each side's own, and never the other side's."""

from datetime import date

import pytest

from tests.world import World, draft, make_world
from workflow.accounts.models import RoleAssignment
from workflow.accounts.roles import Role
from workflow.clock import FixedClock
from workflow.db import SYSTEM, Sessions
from workflow.errors import Refused


@pytest.fixture
def world(committing: Sessions, clock: FixedClock) -> World:
    return make_world(committing, clock)


@pytest.mark.parametrize(
    ("who", "role", "organisation", "action"),
    [
        ("finance", Role.SIGNATORY, "DCLG", "submit"),
        ("manager", Role.CASE_OFFICER, "LGID", "take_case"),
    ],
)
def test_a_role_held_for_the_other_side_of_a_bid_counts_for_nothing(
    world: World, who: str, role: Role, organisation: str, action: str
) -> None:
    bid_id = draft(world)
    if action != "submit":
        world.act("signatory", bid_id, "submit", {})
    granted = RoleAssignment(
        person_id=world.ids[who],
        role=role,
        organisation_id=world.ids[organisation],
        valid_from=date(2010, 4, 1),
    )
    world.work(SYSTEM, lambda work: work.session.add(granted))
    with pytest.raises(Refused) as refused:
        world.act(who, bid_id, action)
    assert "role_not_held" in {reason.code for reason in refused.value.reasons}
