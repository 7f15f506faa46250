"""Money kept for work of an ended year: used by its day, or released to the year it was kept of."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import select, text

from tests.monitoring.test_branches import REPORT, held, mails, paid, rows, well
from tests.world import World, make_world, to_active
from workflow.cases.sweep import sweep_breaches
from workflow.clock import FixedClock
from workflow.db import Sessions, Work
from workflow.deadlines.models import Deadline, DeadlineRule, DeadlineState
from workflow.funds.models import LedgerEntry
from workflow.funds.rules import EntryKind
from workflow.money import Pence
from workflow.wiring.reminders import sweep_reminders

APRIL_16 = datetime(2012, 4, 16, 9, tzinfo=UTC)
LAST_DAY = datetime(2012, 7, 2, 22, 59, tzinfo=UTC)
DAY_AFTER = datetime(2012, 7, 3, 9, tzinfo=UTC)
KEPT = {
    "year": 2011,
    "accrued_pence": Pence(5_000_000),
    "carried_pence": Pence(0),
    "agreement": "",
    "reason": "March.",
}


@pytest.fixture
def world(sessions: Sessions, clock: FixedClock) -> World:
    return make_world(sessions, clock)


def kept(world: World) -> int:
    """An award of two years with £50,000 kept for work of the first, which ended; all reports so far are sent."""
    bid_id = to_active(world, asked={2011: Pence(20_000_000), 2012: Pence(10_000_000)})
    world.move_to(APRIL_16)
    for number in (1, 2, 3):
        world.act("drafter", bid_id, "send_return", {**REPORT, "number": number})
    world.act("finance", bid_id, "settle_year", KEPT)
    return bid_id


def claimed(world: World, bid_id: int, pence: int) -> int:
    data = {"year": 2011, "amount_pence": Pence(pence), "narrative": "Work of March"}
    claim_id: int = world.act("drafter", bid_id, "make_claim", data).extra["claim_id"]
    return claim_id


def release_date(world: World) -> list[Deadline]:
    return rows(world, Deadline, kind="accrual_release")


def swept(world: World, moment: datetime) -> int:
    world.move_to(moment)
    return sweep_breaches(world.sessions, world.clock)


def money(world: World, bid_id: int) -> tuple[Any, ...]:
    row = held(world, bid_id)[2011]
    return row.committed, row.paid, row.accrued, row.lapsed


def test_what_is_kept_can_be_used_until_the_end_of_30_june_which_rolls_forward_to_a_working_day(
    world: World,
) -> None:
    bid_id = kept(world)
    [one] = release_date(world)
    assert (one.subject, one.due_on, one.state) == (
        f"case:{bid_id}/accrual:2011",
        date(2012, 7, 2),  # 30 June 2012 is a Saturday.
        DeadlineState.OPEN,
    )
    swept(world, LAST_DAY)
    assert money(world, bid_id) == (5_000_000, 0, 5_000_000, 15_000_000)


def test_what_is_not_used_is_released_to_the_old_year_and_reported_once(world: World) -> None:
    bid_id = kept(world)
    paid(world, bid_id, 3_000_000)
    swept(world, DAY_AFTER)
    assert money(world, bid_id) == (3_000_000, 3_000_000, 0, 17_000_000)
    assert world.case(bid_id).state == "active"
    found = rows(world, LedgerEntry, case_id=bid_id)
    released = [one for one in found if one.idempotency_key.startswith(f"accrual:case:{bid_id}:2011:")]
    assert [(one.kind, one.accrued, one.lapsed) for one in released] == [
        (EntryKind.ACCRUE, -2_000_000, 0),
        (EntryKind.LAPSE, 0, 2_000_000),
    ]
    told = ["drafter@lgid.example", "finance@dclg.example", "manager@dclg.example", "signatory@lgid.example"]
    assert mails(world, "accrual_released") == told
    assert sweep_breaches(world.sessions, world.clock) == 0
    assert mails(world, "accrual_released") == told
    assert well(world) == []


def test_a_request_made_in_time_keeps_its_money_and_what_it_gives_up_later_is_released_then(
    world: World,
) -> None:
    bid_id = kept(world)
    claim_id = claimed(world, bid_id, 4_000_000)
    swept(world, DAY_AFTER)
    world.act("drafter", bid_id, "send_return", {**REPORT, "number": 4})
    assert money(world, bid_id) == (4_000_000, 0, 4_000_000, 16_000_000)
    cut = {"claim_id": claim_id, "accepted_pence": Pence(1_500_000), "reason": "Half was not agreed."}
    world.act("manager", bid_id, "check_claim", cut)
    world.act("payer", bid_id, "pay_claim", {"claim_id": claim_id})
    assert money(world, bid_id) == (4_000_000, 1_500_000, 2_500_000, 16_000_000)
    swept(world, datetime(2012, 7, 4, 9, tzinfo=UTC))
    assert money(world, bid_id) == (1_500_000, 1_500_000, 0, 18_500_000)
    assert well(world) == []


def test_nothing_is_released_or_told_where_all_is_requested_and_nothing_runs_where_all_is_paid(
    world: World,
) -> None:
    bid_id = kept(world)
    claim_id = claimed(world, bid_id, 5_000_000)
    before = world.case(bid_id).rev
    swept(world, DAY_AFTER)
    assert (world.case(bid_id).rev, mails(world, "accrual_released")) == (before, [])
    assert [one.state for one in release_date(world)] == [DeadlineState.BREACHED]
    world.act("drafter", bid_id, "send_return", {**REPORT, "number": 4})
    accepted = {"claim_id": claim_id, "accepted_pence": Pence(5_000_000), "reason": ""}
    world.act("manager", bid_id, "check_claim", accepted)
    world.act("payer", bid_id, "pay_claim", {"claim_id": claim_id})
    assert money(world, bid_id) == (5_000_000, 5_000_000, 0, 15_000_000)
    assert well(world) == []


def test_what_is_paid_whole_before_its_day_ends_the_date(world: World) -> None:
    bid_id = kept(world)
    paid(world, bid_id, 5_000_000)
    assert [one.state for one in release_date(world)] == [DeadlineState.MET]


def test_an_award_that_ended_early_keeps_its_date_and_a_closed_one_has_none(world: World) -> None:
    bid_id = kept(world)
    ending = {"reason": "Wound up.", "notice_ends_on": date(2012, 5, 1), "eligible_pence": Pence(0)}
    world.act("approver1", bid_id, "terminate", ending)
    assert [one.state for one in release_date(world)] == [DeadlineState.OPEN]
    swept(world, DAY_AFTER)
    assert money(world, bid_id) == (0, 0, 0, 20_000_000)
    assert well(world) == []


def test_the_lead_body_is_reminded_before_the_day(world: World) -> None:
    kept(world)
    world.move_to(datetime(2012, 6, 26, 9, tzinfo=UTC))
    sweep_reminders(world.sessions, world.clock)
    with world.sessions() as session:
        found = session.execute(
            text("SELECT address FROM notification WHERE payload ->> 'kind' = 'accrual_release' ORDER BY 1")
        ).scalars()
        assert list(found) == ["drafter@lgid.example", "signatory@lgid.example"]


def test_another_last_day_is_a_rule_with_a_later_date(world: World) -> None:
    def later(work: Work) -> None:
        known = work.session.scalars(select(DeadlineRule).where(DeadlineRule.kind == "accrual_release")).one()
        columns = {
            one.key: getattr(known, one.key) for one in DeadlineRule.__table__.columns if one.key != "id"
        }
        work.session.add(DeadlineRule(**columns | {"valid_from": date(2012, 4, 1), "amount": 121}))

    world.work("finance", later)
    kept(world)
    assert [one.due_on for one in release_date(world)] == [date(2012, 7, 30)]
