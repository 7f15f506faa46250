"""What happened to a bid, as each reader is told it."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from flask.testing import FlaskClient

from tests import world as line
from tests.web.monitoring.drawing import Desk
from workflow.bids import commands, values
from workflow.bids.models import BidSection, Section
from workflow.cases.queries import HistoryEntry
from workflow.clock import FixedClock
from workflow.db import Sessions
from workflow.web.bids.happened import timeline
from workflow.web.filters import day_month

NOW = datetime(2011, 6, 1, 9, 0, tzinfo=UTC)


@pytest.fixture
def world(sessions: Sessions, clock: FixedClock) -> line.World:
    return line.make_world(sessions, clock)


@pytest.fixture
def desk(client: FlaskClient, sign_in_as: Callable[[Any], None], world: line.World) -> Desk:
    return Desk(client, sign_in_as, world)


def told(event: str, who: str, at: datetime, **given: Any) -> tuple[str, str, str]:
    """An event as the timeline tells it inside the department."""
    entry = HistoryEntry(1, event, at, who, given.get("payload", {}), given.get("texts", {}), "")
    return timeline([entry], NOW)[0]


def test_what_the_calendar_does_as_a_day_ends_is_told_of_that_day_and_never_of_midnight() -> None:
    # 00:00:30 in London on Wednesday 4 May 2011.
    at = datetime(2011, 5, 3, 23, 0, 30, tzinfo=UTC)
    assert told("consultation_closed", "The system", at)[2] == "By itself, 11:59pm on 3 May"
    assert told("claim_made", "Pat", at)[2] == "Pat, 4 May"
    later = datetime(2010, 11, 4, 14, 5, tzinfo=UTC)
    assert told("claim_made", "Pat", later)[2] == "Pat, 4 November 2010, 2:05pm"


def test_what_is_to_be_put_right_is_told_by_the_names_of_the_sections() -> None:
    texts = {"defects": "budget: The years do not add up.\nsummary: Say what is new.", "note": "For us."}
    what, text, _ = told("bid_returned", "Pat", NOW, texts=texts)
    assert what == "Sent back for changes"
    assert (
        text == "Budget by year: “The years do not add up.” Title and summary: “Say what is new.” “For us.”"
    )


def test_a_decision_that_was_put_off_says_until_when() -> None:
    assert (
        told("decision_deferred", "Pat", NOW, payload={"until": "2011-09-01"})[1] == "Until 1 September 2011."
    )


@pytest.mark.parametrize(
    ("to", "inside"),
    [
        (line.to_deferred, "Decision put off"),
        (line.to_referred, "Passed to the accounting officer"),
        (line.to_direction_sought, "Minister’s direction sought"),
        (line.to_sent_back, "Sent back for assessment"),
    ],
)
def test_a_step_inside_the_department_is_told_inside_it_alone(
    desk: Desk, world: line.World, to: Callable[[line.World], int], inside: str
) -> None:
    bid_id = to(world)
    seen = desk.read("case", bid_id, "history")
    hidden = desk.read("signatory", bid_id, "history")
    if to is not line.to_referred:
        assert inside in seen
    assert inside not in hidden
    assert "Recommended, money set aside" not in hidden


def test_the_lead_body_reads_what_is_to_be_put_right_and_why_it_was_not_approved(
    desk: Desk, world: line.World
) -> None:
    returned = line.to_returned(world)
    inside = desk.read("case", returned, "history")
    outside = desk.read("signatory", returned, "history")
    said = inside.split("Sent back for changes ")[-1].split("“")[1].split("”")[0]
    assert said
    assert said in outside


def test_the_note_of_a_changed_text_is_told_to_the_department_and_to_the_lead_body(
    desk: Desk, world: line.World
) -> None:
    bid_id = line.to_consulting(world)
    with world.sessions() as session:
        rev = session.get_one(BidSection, (bid_id, Section.SUMMARY)).rev
    said = values.Summary("Peer challenge", "What.", "Why, now with figures.")
    world.work(
        "drafter",
        lambda work: commands.save_section(
            work, bid_id, Section.SUMMARY, said, seen_rev=rev, key=uuid4().hex
        ),
    )
    world.act("signatory", bid_id, "send_change", {"note": "We say why, with figures."})
    for who in ("case", "signatory", "drafter"):
        assert "“We say why, with figures.”" in desk.read(who, bid_id, "history"), who


def test_a_closed_award_is_dated_by_the_day_on_which_it_was_closed(desk: Desk, world: line.World) -> None:
    bid_id = line.to_closing(world)
    began = world.clock.now()
    world.clock.move(timedelta(days=9))
    world.act("finance", bid_id, "propose_closure", {"summary": "The rest was not needed."})
    world.act("responsible", bid_id, "confirm_closure", {"declared": True})
    closed = day_month(world.clock.now(), began.year)
    assert f"Closed {closed}" in desk.read("case", bid_id, "")
    assert f"Closed {day_month(began, began.year)}" not in desk.read("case", bid_id, "")


def test_a_bid_that_was_approved_says_who_makes_the_offer(desk: Desk, world: line.World) -> None:
    bid_id = line.to_deciding(world)
    for who in ("approver1", "approver2"):
        world.act(who, bid_id, "approve", line.APPROVAL)
    inside, outside = desk.read("case", bid_id, ""), desk.read("signatory", bid_id, "")
    assert "Until The offer is made The finance officer makes it." in inside
    assert "Until The offer is made The department makes it, and writes to the lead body." in outside
    assert "finance officer" not in outside.lower()
