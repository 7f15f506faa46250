"""Whether a fund can be paid to a body: said before a word is written, and again when the bid is signed."""

from collections.abc import Iterator
from datetime import date
from uuid import uuid4

import pytest

from tests import world as line
from tests.world import START, World, make_world
from workflow.accounts.models import Organisation
from workflow.bids import commands
from workflow.cases.registry import _installed
from workflow.clock import FixedClock
from workflow.db import SYSTEM, Sessions, Work
from workflow.errors import Refused


@pytest.fixture
def world(sessions: Sessions, clock: FixedClock) -> Iterator[World]:
    """The small world at 09:00 on Tuesday 29 March 2011."""
    before = list(_installed)
    clock.move(START - clock.now())
    yield make_world(sessions, clock)
    _installed[:] = before


def specify(world: World, day: date | None) -> None:
    def change(work: Work) -> None:
        work.session.get_one(Organisation, world.ids["LGID"]).specified_from = day

    world.work(SYSTEM, change)


def start(world: World) -> str:
    reference: str = world.work(
        "drafter",
        lambda work: commands.start_bid(
            work, round_code="R1", lead_id=world.ids["LGID"], title="Peers", key=uuid4().hex
        ),
    )
    return reference


def test_a_body_that_the_fund_cannot_pay_is_told_at_once_and_what_it_may_do_instead(world: World) -> None:
    """Source: domain, section 10, case 5: SOLACE on the top-slice."""
    specify(world, None)
    with pytest.raises(Refused) as refused:
        start(world)
    (reason,) = refused.value.reasons
    assert reason.code == "power_does_not_fit"
    assert "Bid to another fund, or be a partner of a body that this fund can be paid to" in reason.how


def test_the_same_is_said_again_when_the_bid_is_signed(world: World) -> None:
    """Source: domain, section 10, case 5; the law may have changed since the draft was begun."""
    bid_id = line.draft(world)
    specify(world, None)
    with pytest.raises(Refused) as refused:
        world.act("signatory", bid_id, "submit", {"declaration": True})
    (reason,) = refused.value.reasons
    assert reason.code == "power_does_not_fit"
    assert "be a partner of a body" in reason.how


def test_a_body_specified_from_april_2012_cannot_have_money_of_2011_and_is_told_from_when(
    world: World,
) -> None:
    """Source: domain, section 10, case 6."""
    bid_id = line.draft(world)
    specify(world, date(2012, 4, 1))
    with pytest.raises(Refused) as refused:
        world.act("signatory", bid_id, "submit", {"declaration": True})
    (reason,) = refused.value.reasons
    assert "is specified from Sunday 1 April 2012" in reason.how
