"""What staff do with messages that were not delivered, and what they are warned of."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.notifications.post import MailServer, messages, send_all
from workflow.clock import FixedClock
from workflow.db import SYSTEM, Sessions, Work, unit_of_work
from workflow.errors import Invalid, NotHere
from workflow.notifications import Message, Notification, State, beat, owe
from workflow.notifications.commands import drop, prefer, readdress, retry
from workflow.notifications.models import Choice
from workflow.notifications.queries import about, alerts, check, counts, of_person, waiting


@pytest.fixture
def work(session: Session, clock: FixedClock) -> Work:
    return Work(session, clock.now(), clock.real(), SYSTEM)


def one(work: Work, state: State) -> Notification:
    owe(work, [Message("k", "bid_to_check", "a@b.uk", "case:1", person_id=7)])
    notification = work.session.scalars(select(Notification)).one()
    notification.state = state
    work.session.flush()
    return notification


@pytest.mark.parametrize("state", [State.DEAD, State.UNKNOWN, State.BOUNCED, State.SUPPRESSED])
def test_what_was_not_delivered_can_be_sent_again(work: Work, state: State) -> None:
    assert retry(work, one(work, state).id).state is State.READY


@pytest.mark.parametrize("state", [State.CANCELLED, State.READY])
def test_what_is_on_its_way_or_over_cannot_be_sent_again(work: Work, state: State) -> None:
    with pytest.raises(Invalid, match="Nothing was changed"):
        retry(work, one(work, state).id)


def test_a_message_can_be_sent_to_another_address(work: Work) -> None:
    changed = readdress(work, one(work, State.BOUNCED).id, " New@B.uk ")
    assert (changed.address, changed.state) == ("new@b.uk", State.READY)


@pytest.mark.parametrize(
    "address", ["", "nobody", "@b.uk", "a@", "a b@c.uk", "a@b.uk\nBcc: c@d.uk", "x" * 300 + "@b.uk"]
)
def test_what_is_no_address_is_refused(work: Work, address: str) -> None:
    with pytest.raises(Invalid, match="e-mail address"):
        readdress(work, one(work, State.BOUNCED).id, address)


def test_a_message_is_given_up_only_with_a_reason(work: Work) -> None:
    notification = one(work, State.READY)
    with pytest.raises(Invalid, match="Say why"):
        drop(work, notification.id, " ")
    assert drop(work, notification.id, "Told by telephone.").state is State.CANCELLED


def test_an_unknown_message_is_not_here(work: Work) -> None:
    with pytest.raises(NotHere):
        retry(work, 999_999)


def test_a_choice_is_kept_and_can_be_changed(work: Work) -> None:
    prefer(work, 7, "work", Choice.OFF)
    prefer(work, 7, "work", Choice.NOW)
    owe(work, [Message("k", "bid_to_check", "a@b.uk", "case:1", person_id=7)])
    assert counts(work.session) == {"ready": 1}


def test_messages_are_found_by_what_they_are_about_and_by_person(work: Work) -> None:
    notification = one(work, State.READY)
    assert about(work.session, ["case:1", "case:2"]) == [notification]
    assert about(work.session, ["case:2"]) == []
    assert of_person(work.session, 7) == [notification]
    assert of_person(work.session, 7, before=notification.id) == []


def test_staff_are_warned_when_nothing_sweeps_and_when_messages_wait(
    committing: Sessions, clock: FixedClock
) -> None:
    beat(committing, "sweep", clock.real())
    with unit_of_work(committing, clock, actor=SYSTEM) as work:
        owe(work, messages(1))
    with committing() as session:
        assert alerts(session, clock) == []
    assert waiting(committing, clock) == 1
    clock.move(timedelta(minutes=16))
    with committing() as session:
        found = alerts(session, clock)
    assert [sentence.split(":")[0].split(".")[0] for sentence in found] == [
        "No sweep has run for 5 minutes",
        "A message has been waiting for more than 15 minutes",
    ]


def test_staff_are_warned_of_what_died_and_of_a_paused_server(
    committing: Sessions, clock: FixedClock
) -> None:
    beat(committing, "sweep", clock.real())
    with unit_of_work(committing, clock, actor=SYSTEM) as work:
        owe(work, messages(1))
    with MailServer() as server:
        server.answer = lambda command: "554 no" if command.startswith("MAIL") else None
        send_all(committing, clock, server.address)
    with committing() as session, session.begin():
        session.scalars(select(Notification)).one().state = State.DEAD
    with committing() as session:
        assert alerts(session, clock) == [
            "Sending is paused: the mail server (smtp) refuses us.",
            "1 message was not delivered, or we are not sure. Look at them.",
        ]


def test_check_names_a_lease_that_nobody_took_back(committing: Sessions, clock: FixedClock) -> None:
    with unit_of_work(committing, clock, actor=SYSTEM) as work:
        owe(work, messages(1))
    with committing() as session, session.begin():
        row = session.scalars(select(Notification)).one()
        row.state, row.worker, row.lease_until = State.SENDING, "w", clock.real()
    with committing() as session:
        assert check(session, clock.real()) == []
        (problem,) = check(session, clock.real() + timedelta(minutes=11))
    assert "has run out" in problem
