"""One bid in a straight line, by the real commands: from draft to closed, each step by the right person."""

from sqlalchemy import select

from tests.world import ASKED, make_world, to_closed
from workflow import audit
from workflow.clock import FixedClock
from workflow.db import Sessions
from workflow.funds.models import AwardYear, FundYear
from workflow.notifications import Notification
from workflow.reports.check import check


def test_a_bid_lives_from_draft_to_closed_and_the_ledger_adds_up_to_the_penny(
    committing: Sessions, clock: FixedClock
) -> None:
    world = make_world(committing, clock)
    bid_id = to_closed(world)
    case = world.case(bid_id)
    assert (case.state, case.ended, case.reference) == ("closed", True, "SLI-2011-0001")
    with committing() as session:
        years = session.scalars(select(FundYear).order_by(FundYear.year)).all()
        assert [(y.reserved, y.committed, y.paid) for y in years] == [(0, 12_000_000, 12_000_000), (0, 0, 0)]
        award = session.scalars(select(AwardYear).order_by(AwardYear.id)).all()
        assert sum(year.committed for year in award) == 12_000_000
        assert len(audit.events_of(session, f"case:{bid_id}", 100)) == case.rev
        assert check(session) == []
        assert audit.verify(session) == []
        keys = session.scalars(select(Notification.dedupe_key)).all()
        assert len(keys) == len(set(keys))
    assert sum(ASKED.values()) == 30_000_000
