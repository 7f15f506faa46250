"""What councils read, as it is written at the moment it is sent: more time, asked anew, held, considered, decided."""

from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select

from tests.consultation.test_changes import ANEW, LATER, changed
from tests.consultation.test_holds import FORWARDED, dispute, send
from tests.notifications.test_letters import HEAD
from tests.world import (
    AFTER_CLOSE,
    APPROVAL,
    RECOMMENDATION,
    World,
    answer,
    appraised,
    make_world,
    to_consulting,
)
from workflow.clock import FixedClock
from workflow.consultation import holds
from workflow.consultation.terms import Position, Resolution
from workflow.db import SYSTEM, Sessions
from workflow.notifications import Notification
from workflow.notifications.letters import Letter, write
from workflow.wiring.mailroom import Mailroom


@pytest.fixture
def world(sessions: Sessions, clock: FixedClock) -> World:
    return make_world(sessions, clock)


@pytest.fixture
def bid_id(world: World) -> int:
    return to_consulting(world)


@pytest.fixture
def letters(world: World) -> Callable[[str], dict[str, Letter]]:
    """The letters of a template that would leave now, by address."""

    def read(template: str) -> dict[str, Letter]:
        found: dict[str, Letter] = {}
        with world.sessions() as session:
            for one in session.scalars(
                select(Notification).where(Notification.template == template).order_by(Notification.id)
            ):
                context = Mailroom("http://localhost", world.clock).context(session, one)
                if context is not None:
                    found[one.address] = write(template, context, HEAD, world.clock.now())
        return found

    return read


GATESHEAD = "corporate@gat.example"
Letters = Callable[[str], dict[str, Letter]]


def test_a_council_that_gets_more_time_reads_both_days_the_reason_and_its_link(
    world: World, bid_id: int, letters: Letters
) -> None:
    world.act("case", bid_id, "extend_consultation", LATER)
    found = letters("consultation_extended")
    mine = found[GATESHEAD]
    assert "Friday 20 May 2011" in mine.subject
    for words in ("Tuesday 3 May 2011", str(LATER["reason"]), "/r/"):
        assert words in mine.text
    assert "/r/" not in found["signatory@lgid.example"].text
    world.act("case", bid_id, "extend_consultation", {**LATER, "closes_on": date(2011, 6, 3)})
    assert "Friday 3 June 2011" in letters("consultation_extended")[GATESHEAD].text


def test_a_council_asked_anew_reads_what_changed_and_that_its_answer_is_kept(
    world: World, bid_id: int, letters: Letters
) -> None:
    answer(world, bid_id, "GAT")
    changed(world, bid_id)
    world.act("case", bid_id, "restart_consultation", ANEW)
    mine = letters("consultation_restarted")[GATESHEAD]
    assert str(ANEW["reason"]) in mine.text
    assert "Thursday 30 June 2011" in mine.text
    assert "kept, and shown as given then" in mine.text


def test_only_a_contact_of_the_council_gets_a_link_that_confirms(
    world: World, bid_id: int, letters: Letters
) -> None:
    send(world, "GAT", FORWARDED)
    found = letters("answer_received")
    assert "Somebody whom we invited must confirm it" in found[GATESHEAD].text
    assert found[GATESHEAD].text.count("/r/") == 2
    assert found[FORWARDED].text.count("/r/") == 1
    assert bid_id


def test_a_dispute_is_told_to_the_council_and_the_case_officer_each_with_their_own_way_on(
    world: World, bid_id: int, letters: Letters
) -> None:
    sent = send(world, "GAT", "pat@gat.example")
    dispute(world, "GAT", sent["response_id"])
    found = letters("answer_disputed")
    assert "/r/" in found[GATESHEAD].text
    assert "consultation?show=held" in found["case@dclg.example"].text
    assert "/r/" not in found["case@dclg.example"].text
    world.work(
        "case",
        lambda work: holds.rule_on_answer(
            work,
            sent["response_id"],
            resolution=Resolution.COUNTED,
            reason="The leader confirmed it.",
            key=uuid4().hex,
        ),
    )
    assert letters("answer_disputed") == {}, "what is settled needs no alarm any more"
    settled = letters("answer_settled")[GATESHEAD]
    assert "is counted" in settled.subject
    assert "The leader confirmed it." in settled.text
    assert bid_id


def test_each_council_that_answered_reads_its_own_words_and_what_was_done_and_then_the_decision(
    world: World, bid_id: int, letters: Letters
) -> None:
    appraised(world, bid_id)
    considered = letters("answers_considered")
    assert set(considered) == {GATESHEAD}
    for words in ("We would want fewer days.", "The bid was changed.", "We took two days off."):
        assert words in considered[GATESHEAD].text
    world.act("assessor", bid_id, "recommend", RECOMMENDATION)
    world.act("approver1", bid_id, "approve", APPROVAL)
    assert letters("decision_told") == {}, "one of two votes is no decision"
    world.act("approver2", bid_id, "approve", APPROVAL)
    told = letters("decision_told")
    assert set(told) == {GATESHEAD}
    assert "has approved this bid" in told[GATESHEAD].text
    assert "We took two days off." in told[GATESHEAD].text


def test_the_lead_body_reads_that_a_late_answer_is_counted(
    world: World, bid_id: int, letters: Letters
) -> None:
    world.move_to(AFTER_CLOSE)
    world.act(SYSTEM, bid_id, "close_consultation")
    late: dict[str, Any] = send(world, "GAT", "pat@gat.example", Position.OPPOSE)
    world.act("case", bid_id, "accept_late", {"response_id": late["response_id"], "reason": "Flooded."})
    assert "Council GAT (oppose)" in letters("late_answer_counted")["signatory@lgid.example"].text
    settled = letters("answer_settled")[GATESHEAD]
    assert "as one that came after the closing time" in settled.text
    assert "Flooded." in settled.text
