"""Progress reports, pauses, changes, year ends, endings and money paid back, through the real actions."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import select

from tests.world import (
    APPROVAL,
    World,
    make_world,
    to_active,
    to_deciding,
    to_declined,
    to_offer_lapsed,
    to_offered,
    to_suspended,
    to_terminated,
)
from workflow.accounts.models import Delegation
from workflow.bids.models import Bid, SpendRoute
from workflow.cases.sweep import sweep_breaches
from workflow.clock import FixedClock
from workflow.db import SYSTEM, Sessions, Work
from workflow.deadlines.models import Deadline, DeadlineState, DeadlineStep, StepAction
from workflow.engine import Actor, CaseView, GuardContext
from workflow.errors import Refused
from workflow.funds.allocations import set_ceiling
from workflow.funds.errors import CutBelowCommitted
from workflow.funds.models import AwardYear, FundYear, LedgerEntry
from workflow.funds.rules import EntryKind, Recovery
from workflow.money import Pence
from workflow.monitoring.branches.models import (
    AgreementChange,
    ChangeStatus,
    MoneyBack,
    ProgressReport,
    Termination,
    YearEnd,
)
from workflow.monitoring.branches.rules import support_has_an_end
from workflow.monitoring.branches.terms import Branches
from workflow.monitoring.models import Award, Claim, ProfileLine
from workflow.monitoring.rules import MonitoringFacts
from workflow.notifications import Notification
from workflow.reports.check import check
from workflow.wiring.reminders import sweep_reminders

AUGUST_3 = datetime(2011, 8, 3, 9, tzinfo=UTC)
AUGUST_4 = datetime(2011, 8, 4, 9, tzinfo=UTC)
APRIL_2012 = datetime(2012, 4, 20, 9, tzinfo=UTC)
REPORT = {
    "number": 1,
    "progress": 15,
    "confidence": "medium",
    "narrative": "12 of 75 done.",
    "spent_pence": Pence(45_230_000),
    "forecast_pence": Pence(193_000_000),
}


@pytest.fixture
def world(sessions: Sessions, clock: FixedClock) -> World:
    return make_world(sessions, clock)


def rows(world: World, model: type[Any], **where: Any) -> list[Any]:
    with world.sessions() as session:
        return list(session.scalars(select(model).filter_by(**where)))


def held(world: World, bid_id: int) -> dict[int, AwardYear]:
    with world.sessions() as session:
        found = session.execute(
            select(FundYear.year, AwardYear)
            .join(AwardYear, AwardYear.fund_year_id == FundYear.id)
            .where(AwardYear.case_id == bid_id)
        )
        return {row.year: row.AwardYear for row in found}


def codes(refused: pytest.ExceptionInfo[Refused]) -> set[str]:
    return {reason.code for reason in refused.value.reasons}


def well(world: World) -> list[str]:
    with world.sessions() as session:
        return check(session)


def mails(world: World, template: str) -> list[str]:
    with world.sessions() as session:
        found = select(Notification.address).where(Notification.template == template)
        return sorted(session.scalars(found))


def paid(world: World, bid_id: int, pence: int, *, year: int = 2011) -> None:
    data = {"year": year, "amount_pence": Pence(pence), "narrative": "Work"}
    claim_id = world.act("drafter", bid_id, "make_claim", data).extra["claim_id"]
    accepted = {"claim_id": claim_id, "accepted_pence": Pence(pence), "reason": ""}
    world.act("manager", bid_id, "check_claim", accepted)
    world.act("payer", bid_id, "pay_claim", {"claim_id": claim_id})


def test_a_declined_offer_gives_its_money_back(world: World) -> None:
    bid_id = to_declined(world)
    assert world.case(bid_id).state == "declined"
    assert {year: row.committed for year, row in held(world, bid_id).items()} == {2011: 0, 2012: 0}
    assert mails(world, "offer_declined") == ["finance@dclg.example", "manager@dclg.example"]
    assert well(world) == []


def test_an_offer_that_nobody_accepts_ends_by_itself_and_gives_its_money_back(world: World) -> None:
    bid_id = to_offer_lapsed(world)
    assert world.case(bid_id).state == "lapsed"
    assert {year: row.committed for year, row in held(world, bid_id).items()} == {2011: 0, 2012: 0}
    assert mails(world, "offer_lapsed") == ["drafter@lgid.example", "signatory@lgid.example"]
    assert well(world) == []


def test_while_an_award_is_paused_nothing_is_requested_or_paid(world: World) -> None:
    bid_id = to_active(world)
    data = {"year": 2011, "amount_pence": Pence(100), "narrative": "Work"}
    claim_id = world.act("drafter", bid_id, "make_claim", data).extra["claim_id"]
    accepted = {"claim_id": claim_id, "accepted_pence": Pence(100), "reason": ""}
    world.act("manager", bid_id, "check_claim", accepted)
    world.act("responsible", bid_id, "suspend", {"reason": "The accounts are late."})
    for who, action, given in (
        ("drafter", "make_claim", data),
        ("payer", "pay_claim", {"claim_id": claim_id}),
    ):
        with pytest.raises(Refused):
            world.act(who, bid_id, action, given)
    world.act("approver1", bid_id, "lift_suspension", {"reason": "The accounts came."})
    world.act("payer", bid_id, "pay_claim", {"claim_id": claim_id})
    assert held(world, bid_id)[2011].paid == 100
    assert well(world) == []


def test_an_award_whose_time_is_over_begins_to_close_and_is_still_paid(world: World) -> None:
    bid_id = to_active(world)
    with world.sessions() as session:
        ends_on = session.get_one(Award, bid_id).ends_on
    assert ends_on == date(2013, 3, 31)
    world.move_to(datetime(2013, 4, 2, 9, tzinfo=UTC))
    sweep_breaches(world.sessions, world.clock)
    assert world.case(bid_id).state == "closing"
    for report in rows(world, ProgressReport, case_id=bid_id):
        if report.period_to < date(2013, 4, 1):
            world.act("drafter", bid_id, "send_return", {**REPORT, "number": report.number})
    paid(world, bid_id, 5_000, year=2012)
    assert world.case(bid_id).state == "closing"
    assert well(world) == []


def test_case_16_a_missing_report_is_reminded_of_and_holds_payments_until_it_is_sent(world: World) -> None:
    bid_id = to_active(world)
    subject = f"case:{bid_id}/return:1"
    with world.sessions() as session:
        due = session.scalars(select(Deadline).where(Deadline.subject == subject)).one()
        steps = session.scalars(
            select(DeadlineStep).where(
                DeadlineStep.deadline_id == due.id, DeadlineStep.action == StepAction.REMIND
            )
        )
        days = sorted(step.fire_at.date() for step in steps)
    assert due.due_on == date(2011, 7, 21)
    assert days == [date(2011, 7, 7), date(2011, 7, 18), date(2011, 7, 21), date(2011, 7, 28)]
    data = {"year": 2011, "amount_pence": Pence(100), "narrative": "Work"}
    claim_id = world.act("drafter", bid_id, "make_claim", data).extra["claim_id"]
    accepted = {"claim_id": claim_id, "accepted_pence": Pence(100), "reason": ""}
    world.act("manager", bid_id, "check_claim", accepted)
    world.move_to(AUGUST_3)
    sweep_breaches(world.sessions, world.clock)
    assert mails(world, "payments_held") == []
    world.move_to(AUGUST_4)
    sweep_reminders(world.sessions, world.clock)
    with pytest.raises(Refused) as refused:
        world.act("payer", bid_id, "pay_claim", {"claim_id": claim_id})
    assert codes(refused) == {"report_missing"}
    assert sweep_breaches(world.sessions, world.clock) > 0
    assert sweep_breaches(world.sessions, world.clock) == 0
    assert mails(world, "payments_held") == [
        "drafter@lgid.example",
        "manager@dclg.example",
        "signatory@lgid.example",
    ]
    assert well(world) == []
    world.act("drafter", bid_id, "send_return", REPORT)
    world.act("payer", bid_id, "pay_claim", {"claim_id": claim_id})
    assert well(world) == []


def test_a_report_cannot_be_sent_before_its_quarter_is_over_and_not_twice(world: World) -> None:
    bid_id = to_active(world)
    with pytest.raises(Refused) as refused:
        world.act("drafter", bid_id, "send_return", REPORT)
    assert codes(refused) == {"no_report_owed"}
    world.move_to(datetime(2011, 7, 1, 9, tzinfo=UTC))
    world.act("drafter", bid_id, "send_return", REPORT)
    with pytest.raises(Refused):
        world.act("drafter", bid_id, "send_return", REPORT)
    [report] = [one for one in rows(world, ProgressReport, case_id=bid_id) if one.number == 1]
    assert (report.progress, report.spent_pence) == (15, 45_230_000)


def change(world: World, bid_id: int, kind: str, amounts: dict[int, int], **more: Any) -> None:
    data = {"kind": kind, "amounts": amounts, "ends_on": date(2013, 3, 31), "reason": "More councils."}
    world.act("signatory", bid_id, "ask_variation", {**data, **more})


def test_case_15_a_rise_is_approved_at_its_new_total_and_takes_only_the_difference(world: World) -> None:
    bid_id = to_active(world, asked={2011: Pence(600_000_000), 2012: Pence(300_000_000)})
    # What is left of the year is exactly the difference, and far less than the new total.
    world.work(
        SYSTEM,
        lambda work: set_ceiling(work, world.ids["fund"], 2012, 500_000_000, key="cut", reason="Cut"),
    )
    change(world, bid_id, "amount_up", {2011: 600_000_000, 2012: 500_000_000})
    with pytest.raises(Refused) as refused:
        world.act("approver1", bid_id, "agree_variation", {"reason": "Good."})
    assert codes(refused) == {"change_over_limit"}
    world.work(SYSTEM, lambda work: work.session.add_all(higher_limits(world)))
    world.act("approver1", bid_id, "agree_variation", {"reason": "Good."})
    assert held(world, bid_id)[2012].committed == 300_000_000
    with pytest.raises(Refused) as refused:
        world.act("approver1", bid_id, "agree_variation", {"reason": "Again."})
    assert codes(refused) == {"agreed_before"}
    world.act("approver2", bid_id, "agree_variation", {"reason": "Good."})
    assert held(world, bid_id)[2012].committed == 500_000_000
    [award] = rows(world, Award, case_id=bid_id)
    assert award.total_pence == 1_100_000_000
    assert {one.year: one.amount_pence for one in rows(world, ProfileLine, case_id=bid_id)} == {
        2011: 600_000_000,
        2012: 500_000_000,
    }
    assert well(world) == []


def higher_limits(world: World) -> list[Delegation]:
    """Both approvers may approve up to the new total, from today."""
    return [
        Delegation(
            person_id=world.ids[name],
            organisation_id=world.ids["DCLG"],
            limit_pence=Pence(1_100_000_000),
            valid_from=date(2011, 5, 4),
        )
        for name in ("approver1", "approver2")
    ]


def test_a_fall_is_released_at_once_and_never_below_what_is_paid(world: World) -> None:
    bid_id = to_active(world)
    paid(world, bid_id, 15_000_000)
    with pytest.raises(Refused) as refused:
        change(world, bid_id, "amount_down", {2011: 14_000_000, 2012: 10_000_000})
    assert codes(refused) == {"below_paid"}
    change(world, bid_id, "amount_down", {2011: 16_000_000, 2012: 0})
    world.act("approver1", bid_id, "agree_variation", {"reason": "Good."})
    world.act("approver2", bid_id, "agree_variation", {"reason": "Good."})
    assert {year: row.committed for year, row in held(world, bid_id).items()} == {2011: 16_000_000, 2012: 0}
    assert well(world) == []


def test_a_change_of_time_moves_the_end_of_the_award_and_its_deadline(world: World) -> None:
    bid_id = to_active(world)
    change(world, bid_id, "time", {2011: 20_000_000, 2012: 10_000_000}, ends_on=date(2013, 9, 30))
    world.act("approver1", bid_id, "agree_variation", {"reason": "Good."})
    world.act("approver2", bid_id, "agree_variation", {"reason": "Good."})
    assert world.case(bid_id).due_on == date(2013, 9, 30)
    assert len(rows(world, ProgressReport, case_id=bid_id)) == 10
    assert well(world) == []


def reports_awaited(world: World, bid_id: int) -> list[str]:
    """The progress reports that the calendar still asks for, by number."""
    asked = select(Deadline.subject).where(
        Deadline.subject.startswith(f"case:{bid_id}/return:"), Deadline.state == DeadlineState.OPEN
    )
    with world.sessions() as session:
        return sorted(subject.rpartition(":")[2] for subject in session.scalars(asked))


def test_a_shorter_award_is_asked_for_no_report_after_its_end_until_it_is_longer_again(world: World) -> None:
    bid_id = to_active(world)
    assert reports_awaited(world, bid_id) == [str(number) for number in range(1, 9)]
    plan = {2011: 20_000_000, 2012: 10_000_000}
    for ends_on, last in ((date(2012, 8, 31), 6), (date(2012, 12, 31), 7)):
        change(world, bid_id, "time", plan, ends_on=ends_on)
        world.act("approver1", bid_id, "agree_variation", {"reason": "Good."})
        world.act("approver2", bid_id, "agree_variation", {"reason": "Good."})
        assert reports_awaited(world, bid_id) == [str(number) for number in range(1, last + 1)]
    assert well(world) == []


def test_an_end_that_no_calendar_reaches_is_refused_in_words(world: World) -> None:
    bid_id = to_active(world)
    plan = {2011: 20_000_000, 2012: 10_000_000}
    with pytest.raises(Refused) as refused:
        change(world, bid_id, "time", plan, ends_on=date(2099, 3, 31))
    [reason] = refused.value.reasons
    assert (reason.code, reason.field) == ("calendar_ends", "ends_on")


def test_a_change_can_be_refused_or_taken_back_and_then_asked_for_anew(world: World) -> None:
    bid_id = to_active(world)
    change(world, bid_id, "amount_down", {2011: 16_000_000, 2012: 0})
    with pytest.raises(Refused) as refused:
        change(world, bid_id, "amount_down", {2011: 16_000_000, 2012: 0})
    assert "change_waits" in codes(refused)
    world.act("approver1", bid_id, "refuse_variation", {"reason": "The work needs it."})
    change(world, bid_id, "amount_down", {2011: 16_000_000, 2012: 0})
    world.act("signatory", bid_id, "withdraw_variation", {"reason": "We need it."})
    assert [one.status for one in rows(world, AgreementChange, case_id=bid_id)] == [
        ChangeStatus.REFUSED,
        ChangeStatus.WITHDRAWN,
    ]
    assert held(world, bid_id)[2012].committed == 10_000_000
    assert well(world) == []


def test_case_14_what_is_neither_spent_nor_carried_forward_lapses(world: World) -> None:
    bid_id = to_active(world, asked={2011: Pence(54_100_000)})
    paid(world, bid_id, 46_707_700)
    world.move_to(APRIL_2012)
    world.act("drafter", bid_id, "send_return", REPORT)
    for number in (2, 3):
        world.act("drafter", bid_id, "send_return", {**REPORT, "number": number})
    data = {
        "year": 2011,
        "accrued_pence": Pence(0),
        "carried_pence": Pence(4_849_600),
        "agreement": "Letter of 14 January",
        "reason": "As agreed.",
    }
    with pytest.raises(Refused) as refused:
        world.act("finance", bid_id, "settle_year", {**data, "agreement": ""})
    assert codes(refused) == {"carry_without_agreement"}
    world.act("finance", bid_id, "settle_year", data)
    [ended] = rows(world, YearEnd, case_id=bid_id)
    assert ended.lapsed_pence == 2_542_700
    money = held(world, bid_id)
    assert (money[2011].committed, money[2011].lapsed, money[2012].committed) == (
        46_707_700,
        2_542_700,
        4_849_600,
    )
    assert well(world) == []
    paid(world, bid_id, 4_849_600, year=2012)
    assert well(world) == []


def test_case_14_a_carry_forward_needs_room_in_the_next_year(world: World) -> None:
    bid_id = to_active(world, asked={2011: Pence(54_100_000)})
    world.work(SYSTEM, lambda work: set_ceiling(work, world.ids["fund"], 2012, 100, key="cut", reason="Cut"))
    world.move_to(APRIL_2012)
    data = {
        "year": 2011,
        "accrued_pence": Pence(0),
        "carried_pence": Pence(101),
        "agreement": "Letter",
        "reason": "As agreed.",
    }
    with pytest.raises(Refused) as refused:
        world.act("finance", bid_id, "settle_year", data)
    assert codes(refused) == {"no_room_next_year"}


def test_case_14_a_request_of_20_april_for_work_in_march_is_paid_from_the_old_years_accrual(
    world: World,
) -> None:
    bid_id = to_active(world, asked={2011: Pence(54_100_000)})
    world.move_to(datetime(2012, 4, 16, 9, tzinfo=UTC))
    for number in (1, 2, 3):
        world.act("drafter", bid_id, "send_return", {**REPORT, "number": number})
    data = {
        "year": 2011,
        "accrued_pence": Pence(5_000_000),
        "carried_pence": Pence(0),
        "agreement": "",
        "reason": "March.",
    }
    world.act("finance", bid_id, "settle_year", data)
    world.move_to(APRIL_2012)
    paid(world, bid_id, 3_000_000)
    money = held(world, bid_id)[2011]
    assert (money.paid, money.accrued, money.committed) == (3_000_000, 2_000_000, 5_000_000)
    with pytest.raises(Refused) as refused:
        paid(world, bid_id, 2_000_001)
    assert codes(refused) == {"claim_over_award"}
    world.act("responsible", bid_id, "start_closing", {"reason": "Done."})
    world.act("finance", bid_id, "propose_closure", {"summary": "Done.", "eligible_pence": Pence(3_000_000)})
    world.act("responsible", bid_id, "confirm_closure", {"declared": True})
    assert (held(world, bid_id)[2011].accrued, held(world, bid_id)[2011].committed) == (0, 3_000_000)
    assert well(world) == []


@pytest.mark.parametrize("rule", [Recovery.RESTORES_ALLOCATION, Recovery.CONSOLIDATED_FUND])
def test_money_paid_and_not_spent_as_agreed_comes_back_as_the_power_says(
    sessions: Sessions, clock: FixedClock, rule: Recovery
) -> None:
    world = make_world(sessions, clock, recovery=rule)
    bid_id = to_active(world)
    paid(world, bid_id, 10_000_000)
    ending = {
        "reason": "The body is wound up.",
        "notice_ends_on": date(2011, 9, 30),
        "eligible_pence": Pence(6_000_000),
    }
    world.act("approver1", bid_id, "terminate", ending)
    [ended] = rows(world, Termination, case_id=bid_id)
    assert (world.case(bid_id).state, ended.recovery_pence) == ("terminated", 4_000_000)
    world.act("finance", bid_id, "propose_closure", {"summary": "Done.", "eligible_pence": Pence(6_000_000)})
    world.act("responsible", bid_id, "confirm_closure", {"declared": True})
    with pytest.raises(Refused) as refused:
        world.act("finance", bid_id, "record_recovery", {"amount_pence": Pence(4_000_001)})
    assert codes(refused) == {"pays_back_too_much"}
    world.act("finance", bid_id, "record_recovery", {"amount_pence": Pence(1_500_000)})
    world.act("finance", bid_id, "record_recovery", {"amount_pence": Pence(2_500_000)})
    [back] = rows(world, MoneyBack, case_id=bid_id)
    assert back.recovered_pence == 4_000_000
    money = held(world, bid_id)[2011]
    if rule is Recovery.RESTORES_ALLOCATION:
        assert (money.paid, money.committed, money.recovered) == (6_000_000, 6_000_000, 0)
    else:
        assert (money.paid, money.committed, money.recovered) == (10_000_000, 10_000_000, 4_000_000)
    assert well(world) == []


def test_where_the_law_knows_no_paying_back_none_is_asked_for(world: World) -> None:
    bid_id = to_terminated(world)
    [ended] = rows(world, Termination, case_id=bid_id)
    assert ended.recovery_pence == 0


def test_an_award_that_ended_early_owes_no_more_reports(world: World) -> None:
    bid_id = to_terminated(world)
    with world.sessions() as session:
        left = session.scalars(
            select(Deadline).where(
                Deadline.subject.like(f"case:{bid_id}/%"), Deadline.state == DeadlineState.OPEN
            )
        ).all()
    assert left == []


def test_case_19_a_part_of_a_request_is_refused_with_the_reason_and_the_lead_body_is_told(
    world: World,
) -> None:
    bid_id = to_active(world)
    data = {"year": 2011, "amount_pence": Pence(100_000), "narrative": "Staff, and a car"}
    claim_id = world.act("drafter", bid_id, "make_claim", data).extra["claim_id"]
    given = {"claim_id": claim_id, "accepted_pence": Pence(80_000), "reason": "A car is not what it is for."}
    world.act("manager", bid_id, "check_claim", given)
    [claim] = rows(world, Claim, case_id=bid_id)
    assert (claim.accepted_pence, claim.check_reason) == (80_000, "A car is not what it is for.")
    assert mails(world, "claim_cut") == ["drafter@lgid.example", "signatory@lgid.example"]


def test_a_payment_request_is_due_to_be_checked_and_then_to_be_paid(world: World) -> None:
    bid_id = to_active(world)
    data = {"year": 2011, "amount_pence": Pence(100), "narrative": "Work"}
    claim_id = world.act("drafter", bid_id, "make_claim", data).extra["claim_id"]

    def waiting() -> list[str]:
        with world.sessions() as session:
            found = select(Deadline.kind).where(
                Deadline.subject == f"case:{bid_id}/claim:1", Deadline.state == DeadlineState.OPEN
            )
            return list(session.scalars(found))

    assert waiting() == ["claim_check"]
    accepted = {"claim_id": claim_id, "accepted_pence": Pence(100), "reason": ""}
    world.act("manager", bid_id, "check_claim", accepted)
    assert waiting() == ["claim_payment"]
    world.act("payer", bid_id, "pay_claim", {"claim_id": claim_id})
    assert waiting() == []


def test_every_movement_of_a_change_is_in_the_ledger_under_its_own_decision(world: World) -> None:
    bid_id = to_active(world)
    change(world, bid_id, "amount_up", {2011: 21_000_000, 2012: 10_000_000})
    world.act("approver1", bid_id, "agree_variation", {"reason": "Good."})
    world.act("approver2", bid_id, "agree_variation", {"reason": "Good."})
    last = rows(world, LedgerEntry, case_id=bid_id)[-2:]
    assert [(one.kind, one.reserved, one.committed) for one in last] == [
        (EntryKind.RESERVE, 1_000_000, 0),
        (EntryKind.COMMIT, -1_000_000, 1_000_000),
    ]
    assert {one.decision for one in last} == {f"case:{bid_id}/{world.case(bid_id).rev}"}


def test_a_paused_award_is_asked_for_reports_all_the_same(world: World) -> None:
    bid_id = to_suspended(world)
    world.move_to(datetime(2011, 7, 1, 9, tzinfo=UTC))
    world.act("drafter", bid_id, "send_return", REPORT)
    assert world.case(bid_id).state == "suspended"


def test_money_of_a_year_that_has_ended_cannot_be_promised_any_more(world: World) -> None:
    bid_id = to_deciding(world)
    world.move_to(APRIL_2012)
    with pytest.raises(Refused) as refused:
        world.act("approver1", bid_id, "approve", APPROVAL)
    assert "year_over" in codes(refused)
    world.act("approver1", bid_id, "send_back", {"reason": "Its first year is over."})


def make_temporary(world: World, bid_id: int, ends_on: date | None) -> None:
    """Make a bid one for temporary government support."""

    def write(work: Work) -> None:
        bid = work.session.get_one(Bid, bid_id)
        bid.spend_route = SpendRoute.CENTRAL_TRANSITIONAL
        bid.transition_reason, bid.exit_plan = "No body leads it yet.", "The sector takes over."
        bid.transition_ends_on = ends_on

    world.work(SYSTEM, write)


def test_temporary_support_gives_notice_six_three_and_one_months_before_it_ends(world: World) -> None:
    bid_id = to_offered(world)
    make_temporary(world, bid_id, date(2013, 3, 29))
    world.act("signatory", bid_id, "accept_offer", {"declared": True})
    with world.sessions() as session:
        due = session.scalars(select(Deadline).where(Deadline.subject == f"case:{bid_id}/transition")).one()
        steps = session.scalars(select(DeadlineStep).where(DeadlineStep.deadline_id == due.id))
        days = sorted(step.fire_at.date() for step in steps if step.action is StepAction.REMIND)
    assert days == [date(2012, 9, 28), date(2012, 12, 28), date(2013, 2, 28)]
    world.move_to(datetime(2012, 9, 28, 12, tzinfo=UTC))
    sweep_breaches(world.sessions, world.clock)
    sweep_reminders(world.sessions, world.clock)
    assert mails(world, "support_ends") == ["drafter@lgid.example", "signatory@lgid.example"]


def test_temporary_support_without_an_end_is_not_offered(world: World) -> None:
    found = support_has_an_end.check(
        GuardContext(
            CaseView(1, "bid", 2, "approved", 1),
            Actor(1, frozenset()),
            {"monitoring": MonitoringFacts({}, (), None, Branches(is_transitional=True))},
        )
    )
    assert found is not None
    assert found.code == "support_without_end"


def test_case_18_a_cut_below_what_is_promised_is_refused_and_names_the_bids(world: World) -> None:
    bid_id = to_active(world)
    reference = world.case(bid_id).reference
    with pytest.raises(CutBelowCommitted, match=reference):
        world.work(
            SYSTEM,
            lambda work: set_ceiling(work, world.ids["fund"], 2011, 19_999_999, key="cut", reason="Cut"),
        )
