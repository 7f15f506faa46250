"""A rise of an award with the very figures of the domain. Source: domain, section 10, case 15."""

from datetime import date
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select

from tests.world import CEILING, World, make_world, to_active
from workflow.accounts.models import Delegation, Person, RoleAssignment
from workflow.accounts.roles import Role
from workflow.clock import FixedClock
from workflow.db import SYSTEM, Sessions, Work
from workflow.errors import Refused
from workflow.funds.allocations import set_ceiling
from workflow.funds.models import FundYear
from workflow.money import Pence
from workflow.monitoring.models import Award
from workflow.reports.check import check

BEFORE = {2011: Pence(60_000_000), 2012: Pence(30_000_000)}
"""£900,000."""
AFTER = {2011: Pence(60_000_000), 2012: Pence(50_000_000)}
"""£1,100,000: £200,000 more, all of it in 2012 to 2013."""
MILLION = Pence(100_000_000)
SAID = {"reason": "Good."}


@pytest.fixture
def world(sessions: Sessions, clock: FixedClock) -> World:
    made = make_world(sessions, clock)

    def up_to_a_million(work: Work) -> None:
        home = made.ids["DCLG"]
        someone = Person(email="million@dclg.example", name="Million", organisation_id=home)
        work.session.add(someone)
        work.session.flush()
        made.ids["million"] = someone.id
        dated: dict[str, Any] = {
            "person_id": someone.id,
            "organisation_id": home,
            "valid_from": date(2010, 4, 1),
        }
        work.session.add_all(
            [RoleAssignment(role=Role.APPROVER, **dated), Delegation(limit_pence=MILLION, **dated)]
        )

    made.work(SYSTEM, up_to_a_million)
    return made


@pytest.mark.domain_case(15)
def test_a_rise_from_900_000_to_1_100_000_needs_approval_at_the_new_total_and_200_000_of_the_fund(
    world: World,
) -> None:
    bid_id = to_active(world, asked=BEFORE)

    def leave(pence: int) -> None:
        """Cut the year to what it has promised and so much more."""
        allocation = Pence(30_000_000 + pence)
        world.work(
            SYSTEM,
            lambda work: set_ceiling(work, world.ids["fund"], 2012, allocation, key=uuid4().hex, **CEILING),
        )

    leave(20_000_000)
    asked = {"kind": "amount_up", "amounts": AFTER, "ends_on": date(2013, 3, 31), "reason": "More councils."}
    world.act("signatory", bid_id, "ask_variation", asked)
    with pytest.raises(Refused) as refused:
        world.act("million", bid_id, "agree_variation", SAID)
    (reason,) = refused.value.reasons
    assert reason.code == "change_over_limit"
    assert reason.text == "The total would be £1,100,000. You can approve up to £1,000,000."
    world.act("approver1", bid_id, "agree_variation", SAID)
    # A penny less than the difference is too little, and the difference is enough, though the total is far more.
    leave(19_999_999)
    with pytest.raises(Refused) as refused:
        world.act("approver2", bid_id, "agree_variation", SAID)
    assert [one.code for one in refused.value.reasons] == ["overcommitted"]
    leave(20_000_000)
    world.act("approver2", bid_id, "agree_variation", SAID)
    with world.sessions() as session:
        assert session.get_one(Award, bid_id).total_pence == 110_000_000
        year = session.scalars(select(FundYear).where(FundYear.year == 2012)).one()
        assert (year.committed, year.ceiling) == (50_000_000, 50_000_000)
        assert check(session) == []
