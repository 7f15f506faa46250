"""The pages of progress reports, changes, pauses and endings, as each side reads them."""

from datetime import UTC, date, datetime

from tests.web.conftest import form_of
from tests.web.monitoring.drawing import Desk
from tests.world import World, to_active, to_suspended, to_terminated
from workflow.clock import FixedClock
from workflow.db import SYSTEM
from workflow.money import Pence

WRITTEN = {
    "progress": "15",
    "confidence": "medium",
    "narrative": "12 of 75 done.",
    "spent": "452,300",
    "forecast": "1,930,000",
}


def later(clock: FixedClock, moment: datetime) -> None:
    """Business time only, so that nobody's session ends."""
    clock.business = moment


def test_a_report_is_kept_as_a_draft_that_the_department_does_not_read(world: World, desk: Desk) -> None:
    bid_id = to_active(world)
    answer = desk.send("drafter", bid_id, "award/returns/1", narrative="Twelve are done.")
    assert answer.status_code == 303
    assert "Twelve are done." in desk.open("signatory", bid_id, "award/returns/1").text
    assert "Twelve are done." not in desk.open("manager", bid_id, "award/returns/1").text
    assert "It was not sent yet" in desk.read("manager", bid_id, "award/returns/1")


def test_what_was_kept_stands_in_the_report_that_is_sent(world: World, desk: Desk, clock: FixedClock) -> None:
    bid_id = to_active(world)
    desk.send("drafter", bid_id, "award/returns/1", **WRITTEN)
    later(clock, datetime(2011, 7, 18, 9, tzinfo=UTC))
    assert "12 of 75 done." in desk.open("signatory", bid_id, "actions/send_return").text
    assert desk.send("signatory", bid_id, "actions/send_return", **WRITTEN).status_code == 303
    words = desk.read("manager", bid_id, "award/returns/1")
    assert "Progress report for April to June 2011" in words
    assert "15%" in words
    assert "£452,300" in words
    assert "12 of 75 done." in words


def test_two_who_write_a_report_at_once_both_keep_their_words(world: World, desk: Desk) -> None:
    bid_id = to_active(world)
    page = desk.address(bid_id, "award/returns/1")
    drawn = form_of(desk.open("drafter", bid_id, "award/returns/1"))
    desk.send("signatory", bid_id, "award/returns/1", narrative="Twelve are done.")
    desk.open("drafter", bid_id, "award/returns/1")
    stale = desk.client.post(page, data=drawn | {"narrative": "Half a page of mine."})
    assert stale.status_code == 409
    assert "Twelve are done." in stale.text
    assert "Half a page of mine." in stale.text
    assert "Twelve are done." in desk.open("signatory", bid_id, "award/returns/1").text


def test_whoever_sends_a_report_has_seen_the_draft_that_stands(
    world: World, desk: Desk, clock: FixedClock
) -> None:
    bid_id = to_active(world)
    later(clock, datetime(2011, 7, 18, 9, tzinfo=UTC))
    drawn = form_of(desk.open("drafter", bid_id, "actions/send_return"))
    desk.send("signatory", bid_id, "award/returns/1", narrative="Thirteen, and one of them failed.")
    desk.open("drafter", bid_id, "award")
    stale = desk.client.post(desk.address(bid_id, "actions/send_return"), data=drawn | WRITTEN)
    assert "Thirteen, and one of them failed." in stale.text
    assert "12 of 75 done." in stale.text
    assert "It was not sent yet" in desk.read("manager", bid_id, "award/returns/1")
    # Sent again from that page, it has seen the other text.
    desk.open("drafter", bid_id, "award")
    again = desk.client.post(desk.address(bid_id, "actions/send_return"), data=form_of(stale) | WRITTEN)
    assert again.status_code == 303
    assert "12 of 75 done." in desk.read("manager", bid_id, "award/returns/1")


def test_words_that_a_colleague_kept_alike_are_no_conflict(
    world: World, desk: Desk, clock: FixedClock
) -> None:
    bid_id = to_active(world)
    later(clock, datetime(2011, 7, 18, 9, tzinfo=UTC))
    drawn = form_of(desk.open("drafter", bid_id, "actions/send_return"))
    desk.send("signatory", bid_id, "award/returns/1", **WRITTEN)
    desk.open("drafter", bid_id, "award")
    sent = desk.client.post(desk.address(bid_id, "actions/send_return"), data=drawn | WRITTEN)
    assert sent.status_code == 303


def test_a_sent_report_cannot_be_written_over(world: World, desk: Desk, clock: FixedClock) -> None:
    bid_id = to_active(world)
    later(clock, datetime(2011, 7, 18, 9, tzinfo=UTC))
    desk.send("drafter", bid_id, "actions/send_return", **WRITTEN)
    page = desk.open("drafter", bid_id, "award/returns/1")
    assert "Keep this draft" not in page.text
    again = desk.client.post(
        desk.address(bid_id, "award/returns/1"), data={"narrative": "Half a page of mine"}
    )
    assert again.status_code == 403
    assert "it was sent already" in again.text
    assert "Half a page of mine" in again.text


def test_the_award_says_that_payments_wait_and_for_which_report(
    world: World, desk: Desk, clock: FixedClock
) -> None:
    bid_id = to_active(world)
    assert "Payments wait." not in desk.read("drafter", bid_id, "award")
    later(clock, datetime(2011, 8, 4, 9, tzinfo=UTC))
    words = desk.read("drafter", bid_id, "award")
    assert (
        "Payments wait. The progress report for April to June 2011 was due on Thursday 21 July 2011" in words
    )


def test_a_change_shows_the_plan_before_and_after(world: World, desk: Desk) -> None:
    bid_id = to_active(world)
    data = {
        "kind": "amount_up",
        "amounts": {2011: Pence(20_000_000), 2012: Pence(15_000_000)},
        "ends_on": date(2013, 3, 31),
        "reason": "Fifty more councils.",
    }
    world.act("signatory", bid_id, "ask_variation", data)
    words = desk.read("approver1", bid_id, "award/changes")
    assert "2012 to 2013 £100,000 £150,000 +£50,000" in words
    assert "Total £300,000 £350,000 +£50,000" in words
    assert "Fifty more councils." in desk.read("approver1", bid_id, "actions/agree_variation")
    world.act("approver1", bid_id, "agree_variation", {"reason": "Good."})
    assert "Approver1" in desk.read("finance", bid_id, "award/changes")
    assert "Approver1" not in desk.read("drafter", bid_id, "award/changes")


def test_the_lead_body_reads_why_payments_are_paused(world: World, desk: Desk) -> None:
    words = desk.read("drafter", to_suspended(world), "award")
    assert "Payments paused" in words
    assert "The accounts are late." in words


def test_the_award_says_that_a_pause_goes_on_when_its_time_is_over(world: World, desk: Desk) -> None:
    bid_id = to_suspended(world)
    said = "Payments are paused. The time of this award is over"
    assert said not in desk.read("drafter", bid_id, "award")
    world.act(SYSTEM, bid_id, "end_award")
    assert said in desk.read("drafter", bid_id, "award")
    world.act("approver1", bid_id, "lift_suspension", {"reason": "The accounts came."})
    assert said not in desk.read("drafter", bid_id, "award")


def test_the_lead_body_reads_why_its_award_ended_early(world: World, desk: Desk) -> None:
    words = desk.read("drafter", to_terminated(world), "award")
    assert "Ended early, notice until Friday 30 September 2011" in words
    assert "The body is wound up." in words
