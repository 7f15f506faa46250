"""The mail of a bid's branches as it is read: from the real rows, by the real mailroom."""

from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import select

from tests import world as line
from tests.bids.test_changes import NEW_WORDS, save
from tests.bids.test_partners import PART, answer, named, remove
from tests.world import START, World, make_world
from workflow.accounts.roles import Role
from workflow.bids.models import Section
from workflow.cases.registry import _installed
from workflow.clock import FixedClock
from workflow.db import SYSTEM, Sessions
from workflow.notifications import Letterhead, Notification
from workflow.notifications.letters import write
from workflow.wiring.mailroom import Mailroom

HEAD = Letterhead(
    service="Improvement grants",
    base_url="https://grants.example",
    sender="no-reply@grants.example",
    reply_to="help@grants.example",
    owner="The department",
    telephone="0300 000 0000",
    secret="s" * 32,
)


@pytest.fixture
def world(sessions: Sessions, clock: FixedClock) -> Iterator[World]:
    """The small world with second officers, a head of team and a partner."""
    before = list(_installed)
    clock.move(START - clock.now())
    made = make_world(sessions, clock)
    line.with_officers(made)
    line.with_officers(made, {"partner": Role.PARTNER}, home="GAT")
    yield made
    _installed[:] = before


def letters(world: World, template: str) -> list[str]:
    """The text of every letter owed under a template, in the order in which they were owed."""
    room = Mailroom("https://grants.example", world.clock)
    with world.sessions() as session:
        found = []
        for owed in session.scalars(
            select(Notification).where(Notification.template == template).order_by(Notification.id)
        ):
            context = room.context(session, owed)
            assert context is not None, f"{template} is no longer due"
            letter = write(template, context, HEAD, world.clock.now())
            found.append(f"{letter.subject}\n{letter.text}")
        return found


def test_the_mail_about_a_bid_sent_back_names_each_section_and_the_date(world: World) -> None:
    line.to_returned(world)
    (letter, _) = letters(world, "bid_returned")
    assert "Budget by year: The amount for 2012 to 2013 is not explained." in letter
    assert "Send it again by Tuesday 12 April 2011." in letter


def test_nobody_is_told_to_put_right_what_was_sent_again_meanwhile(world: World) -> None:
    bid_id = line.to_returned(world)
    world.act("signatory", bid_id, "submit", {"declaration": True})
    with pytest.raises(AssertionError, match="no longer due"):
        letters(world, "bid_returned")


def test_the_officers_read_that_a_bid_has_come_again(world: World) -> None:
    bid_id = line.to_returned(world)
    world.act("signatory", bid_id, "submit", {"declaration": True})
    first, second = letters(world, "bid_to_check")
    assert "A bid waits for its first check" in first
    assert "as version 2" in second


def test_the_mail_about_a_bid_that_is_not_eligible_gives_question_reason_and_date(world: World) -> None:
    line.to_ineligible(world)
    letter = letters(world, "bid_ineligible")[0]
    assert "Is it free of one service’s day-to-day needs?" in letter
    assert str(line.NOT_ELIGIBLE["reason"]) in letter
    assert "until Tuesday 12 April 2011" in letter


@pytest.mark.parametrize(
    ("action", "template"), [("accept_review", "review_accepted"), ("refuse_review", "review_refused")]
)
def test_the_mail_about_another_look_gives_the_reason(world: World, action: str, template: str) -> None:
    bid_id = line.to_ineligible(world)
    world.act("signatory", bid_id, "ask_review", {"reason": "It trains all services."})
    assert "It trains all services." in letters(world, "review_to_decide")[0]
    assert letters(world, "review_received")
    world.act("head", bid_id, action, {"reason": "A page was missed."})
    assert "A page was missed." in letters(world, template)[0]


def test_the_office_reads_what_money_a_withdrawn_bid_gives_back(world: World) -> None:
    bid_id = line.to_deciding(world)
    world.act("signatory", bid_id, "withdraw", {"reason": "No."})
    assert "£300,000, is left to promise again" in letters(world, "bid_withdrawn_office")[0]
    assert letters(world, "bid_withdrawn")
    assert "You do not need to do anything" in letters(world, "consultation_withdrawn")[0]


@pytest.mark.parametrize(
    ("stage", "subject", "said"),
    [
        (line.to_consulting, "You need not answer any more: ", "will not decide it"),
        (line.to_deciding, "Withdrawn: ", "will not decide it"),
        (line.to_offered, "Withdrawn: ", "had approved it, and no money is paid for it"),
    ],
)
def test_councils_and_the_lead_body_read_of_a_withdrawn_bid_what_is_true_of_its_stage(
    world: World, stage: Callable[[World], int], subject: str, said: str
) -> None:
    world.act("signatory", stage(world), "withdraw", {"reason": "No."})
    letter = letters(world, "consultation_withdrawn")[0]
    assert letter.startswith(subject)
    assert said in letter
    assert said in letters(world, "bid_withdrawn")[0]


def test_a_draft_and_a_bid_sent_back_run_out_of_time_in_words_of_their_own(world: World) -> None:
    draft, returned = line.draft(world), line.to_returned(world)
    world.move_to(line.ROUND_IS_OVER)
    world.act(SYSTEM, draft, "lapse_draft")
    world.move_to(line.ROUND_IS_OVER.replace(day=12))
    world.act(SYSTEM, returned, "lapse_returned")
    said = "".join(letters(world, "bid_lapsed"))
    assert "Nobody else has seen it" in said
    assert "the changes did not arrive in time" in said


def test_councils_that_answered_read_what_changed_and_whether_they_are_asked_again(world: World) -> None:
    bid_id = line.to_consulting(world)
    line.answer(world, bid_id, "GAT")
    save(world, bid_id, Section.SUMMARY, NEW_WORDS)
    world.act("signatory", bid_id, "send_change", {"note": "We say it more clearly."})
    letter = letters(world, "change_sent")[0]
    assert "We say it more clearly." in letter
    assert "your council’s answer stands" in letter
    assert "version 2" in letters(world, "change_to_see")[0]


def test_a_partner_reads_its_task_and_share_and_the_lead_its_answer(world: World) -> None:
    bid_id = line.draft(world)
    named(world, bid_id, PART)
    (letter,) = letters(world, "partner_named")
    assert "Lends ten peers" in letter
    assert "£20,000 is for you" in letter
    assert "/part" in letter
    answer(world, bid_id, "withdraw", reason="We reorganise.")
    assert "We reorganise." in letters(world, "partner_answered")[0]
    with world.sessions() as session:
        kept = session.scalars(
            select(Notification.payload).where(Notification.template == "partner_answered")
        ).all()
    assert "We reorganise." not in str(
        kept
    )  # The words can be erased beside their event, and are nowhere else.


def test_a_partner_is_told_that_the_bid_has_ended_unless_it_takes_no_part_any_more(world: World) -> None:
    stays, left = line.draft(world), line.draft(world, title="Left")
    named(world, stays, PART)
    named(world, left, PART)
    answer(world, left, "withdraw", reason="We reorganise.")
    for bid_id in (stays, left):
        world.act("signatory", bid_id, "withdraw", {"reason": "No."})
    (letter,) = letters(world, "partner_bid_ended")
    assert "“Peer challenge”, has ended, and no money is paid for it" in letter


def test_a_partner_that_is_removed_reads_of_which_bid(world: World) -> None:
    bid_id = line.draft(world)
    named(world, bid_id, PART)
    remove(world, bid_id)
    (letter,) = letters(world, "partner_removed")
    assert "no longer names" in letter
    assert "“Peer challenge”" in letter


def test_a_second_finding_after_another_look_promises_no_further_one(world: World) -> None:
    bid_id = line.to_ineligible(world)
    world.act("signatory", bid_id, "ask_review", {"reason": "It was misread."})
    world.act("head", bid_id, "accept_review", {"reason": "It was."})
    world.act("case", bid_id, "propose_ineligible", line.NOT_ELIGIBLE)
    world.act("second", bid_id, "confirm_ineligible")
    letter = letters(world, "bid_ineligible")[-1]
    assert "can ask once" not in letter
    assert "looked at again once already" in letter
