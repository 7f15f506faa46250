"""The ways out of an award: nothing holds it for ever, no pause ends by itself, and nobody decides on money twice over."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import select

from tests.monitoring.test_branches import AUGUST_4, REPORT, change, codes, held, mails, paid, rows, well
from tests.world import World, make_world, to_active, to_suspended, with_deciders
from workflow.accounts.models import Cover, RoleAssignment
from workflow.accounts.roles import Role
from workflow.cases.sweep import sweep_breaches
from workflow.clock import FixedClock, london_date
from workflow.db import SYSTEM, Sessions
from workflow.deadlines import open_deadlines
from workflow.errors import Refused
from workflow.funds.models import FundYear, LedgerEntry
from workflow.money import Pence
from workflow.monitoring.branches.models import ChangeVote
from workflow.wiring.reminders import sweep_reminders

ENDING = {
    "reason": "The body is wound up.",
    "notice_ends_on": date(2011, 9, 30),
    "eligible_pence": Pence(100),
}
AGREED = {"reason": "Good."}
APRIL_3_2013 = datetime(2013, 4, 3, 9, tzinfo=UTC)
APRIL_2012 = datetime(2012, 4, 20, 9, tzinfo=UTC)


@pytest.fixture
def world(sessions: Sessions, clock: FixedClock) -> World:
    return make_world(sessions, clock)


def checked(world: World, bid_id: int, *, year: int = 2011) -> int:
    """A payment request of a pound that was checked and waits to be paid."""
    data = {"year": year, "amount_pence": Pence(100), "narrative": "Work"}
    claim_id: int = world.act("drafter", bid_id, "make_claim", data).extra["claim_id"]
    accepted = {"claim_id": claim_id, "accepted_pence": Pence(100), "reason": ""}
    world.act("manager", bid_id, "check_claim", accepted)
    return claim_id


def refused(world: World, who: str, bid_id: int, action: str, data: dict[str, Any]) -> set[str]:
    with pytest.raises(Refused) as found:
        world.act(who, bid_id, action, data)
    return codes(found)


def also(world: World, who: str, role: Role) -> None:
    """Give somebody of the department one more role."""
    dated = {"organisation_id": world.ids["DCLG"], "valid_from": date(2010, 4, 1)}
    world.work(
        SYSTEM,
        lambda work: work.session.add(RoleAssignment(person_id=world.ids[who], role=role, **dated)),
    )


def test_a_request_that_waited_for_a_report_is_paid_once_the_award_ended_early(world: World) -> None:
    bid_id = to_active(world)
    claim_id = checked(world, bid_id)
    world.move_to(AUGUST_4)
    assert refused(world, "payer", bid_id, "pay_claim", {"claim_id": claim_id}) == {"report_missing"}
    world.act("approver1", bid_id, "terminate", ENDING)
    with world.sessions() as session:
        subject = f"case:{bid_id}/claim:1"
        assert [one.kind for one in open_deadlines(session, [subject])[subject]] == ["claim_payment"]
    world.act("payer", bid_id, "pay_claim", {"claim_id": claim_id})
    world.act("finance", bid_id, "propose_closure", {"summary": "Ended.", "eligible_pence": Pence(100)})
    world.act("responsible", bid_id, "confirm_closure", {"declared": True})
    assert world.case(bid_id).state == "closed"
    assert well(world) == []


def test_a_pause_is_not_lifted_by_the_end_of_the_award(world: World) -> None:
    bid_id = to_active(world)
    claim_id = checked(world, bid_id)
    world.act("responsible", bid_id, "suspend", {"reason": "The accounts are late."})
    world.move_to(APRIL_3_2013)
    sweep_breaches(world.sessions, world.clock)
    assert world.case(bid_id).state == "closing"
    for number in range(1, 9):
        world.act("drafter", bid_id, "send_return", {**REPORT, "number": number})
    assert refused(world, "payer", bid_id, "pay_claim", {"claim_id": claim_id}) == {"payments_paused"}
    world.act("approver1", bid_id, "lift_suspension", {"reason": "The accounts came."})
    assert world.case(bid_id).state == "closing"
    world.act("payer", bid_id, "pay_claim", {"claim_id": claim_id})
    assert refused(world, "approver1", bid_id, "lift_suspension", {"reason": "Again."}) == {"not_paused"}
    assert well(world) == []


def test_a_paused_award_that_goes_on_runs_again(world: World) -> None:
    bid_id = to_suspended(world)
    world.act("approver1", bid_id, "lift_suspension", {"reason": "The accounts came."})
    assert world.case(bid_id).state == "active"


def test_whoever_agreed_to_a_rise_does_not_pay_it(world: World) -> None:
    bid_id = to_active(world)
    with_deciders(world)
    change(world, bid_id, "amount_up", {2011: 25_000_000, 2012: 10_000_000})
    world.act("approver3", bid_id, "agree_variation", AGREED)
    world.act("approver1", bid_id, "agree_variation", AGREED)
    also(world, "approver3", Role.PAYMENT_AUTHORISER)
    claim_id = checked(world, bid_id)
    assert refused(world, "approver3", bid_id, "pay_claim", {"claim_id": claim_id}) == {"already_approve"}
    assert held(world, bid_id)[2011].paid == 0


def test_a_deputy_and_the_person_covered_for_are_one_approval_of_a_change(world: World) -> None:
    bid_id = to_active(world)
    change(world, bid_id, "amount_up", {2011: 25_000_000, 2012: 10_000_000})
    today = london_date(world.clock.now())
    cover = Cover(
        person_id=world.ids["approver1"],
        for_person_id=world.ids["approver2"],
        valid_from=today,
        valid_to=today,
    )
    world.work(SYSTEM, lambda work: work.session.add(cover))
    world.act("approver1", bid_id, "agree_variation", AGREED)
    assert refused(world, "approver2", bid_id, "agree_variation", AGREED) == {"agreed_before"}
    assert len(rows(world, ChangeVote, case_id=bid_id)) == 1
    assert held(world, bid_id)[2011].committed == 20_000_000


def test_a_change_of_a_year_that_ended_meanwhile_is_refused(world: World) -> None:
    bid_id = to_active(world)
    change(world, bid_id, "amount_down", {2011: 5_000_000, 2012: 10_000_000})
    world.move_to(APRIL_2012)
    year = {"year": 2011, "accrued_pence": 0, "carried_pence": 18_000_000, "agreement": "Letter 7", **AGREED}
    world.act("finance", bid_id, "settle_year", year)
    assert refused(world, "approver1", bid_id, "agree_variation", AGREED) == {"year_over"}
    world.act("approver1", bid_id, "refuse_variation", AGREED)
    assert well(world) == []


def test_closing_moves_the_years_of_a_fund_in_their_order(world: World) -> None:
    """Whoever else moves two years takes the earlier first too, so that neither waits for the other in a ring."""
    bid_id = to_active(world)
    world.move_to(datetime(2013, 5, 7, 9, tzinfo=UTC))
    sweep_breaches(world.sessions, world.clock)
    for year, kept in ((2012, 1_000_000),):
        data = {"year": year, "accrued_pence": kept, "carried_pence": 0, "agreement": "", **AGREED}
        world.act("finance", bid_id, "settle_year", data)
    world.act("finance", bid_id, "propose_closure", {"summary": "Ended.", "eligible_pence": Pence(0)})
    world.act("responsible", bid_id, "confirm_closure", {"declared": True})
    with world.sessions() as session:
        moved = session.execute(
            select(FundYear.year)
            .join(LedgerEntry, LedgerEntry.fund_year_id == FundYear.id)
            .where(LedgerEntry.case_id == bid_id, LedgerEntry.idempotency_key.startswith("close:"))
            .order_by(LedgerEntry.id)
        )
        years = [row.year for row in moved]
    assert years == sorted(years)
    assert set(years) == {2011, 2012}
    assert well(world) == []


def test_quarters_after_an_earlier_end_owe_no_report(world: World) -> None:
    bid_id = to_active(world)
    change(world, bid_id, "time", {2011: 30_000_000, 2012: 0}, ends_on=date(2012, 3, 31))
    world.act("approver1", bid_id, "agree_variation", AGREED)
    world.act("approver2", bid_id, "agree_variation", AGREED)
    world.move_to(datetime(2012, 9, 3, 9, tzinfo=UTC))
    sweep_breaches(world.sessions, world.clock)
    for number in range(1, 5):
        world.act("drafter", bid_id, "send_return", {**REPORT, "number": number})
    paid(world, bid_id, 100)
    assert refused(world, "drafter", bid_id, "send_return", {**REPORT, "number": 5}) == {"no_report_owed"}
    assert well(world) == []


def test_nobody_is_reminded_of_a_request_while_its_award_is_paused(world: World) -> None:
    bid_id = to_active(world)
    checked(world, bid_id)
    world.act("responsible", bid_id, "suspend", {"reason": "The accounts are late."})
    world.move_to(datetime(2011, 6, 20, 9, tzinfo=UTC))
    sweep_reminders(world.sessions, world.clock)
    assert mails(world, "deadline_reminder") + mails(world, "deadline_missed") == []
