"""Delivery over real SMTP and real PostgreSQL: each message once, and every way in which it can go wrong."""

import threading
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from tests.harness import SmtpSink
from tests.notifications.post import (
    HEAD,
    Facts,
    MailServer,
    messages,
    send_all,
    sender_to,
)
from workflow.clock import FixedClock
from workflow.config import MailTls, Smtp
from workflow.db import SYSTEM, Sessions, unit_of_work
from workflow.notifications import (
    Message,
    Notification,
    SmtpSender,
    State,
    delivery,
    drain,
    owe,
    reap,
    sending,
)
from workflow.notifications.attempts import LEASE, Desk, begin, mark_sent
from workflow.notifications.models import Attempt, Outcome, Provider, Suppression
from workflow.notifications.rules import PAUSE


@pytest.fixture
def server() -> Iterator[MailServer]:
    with MailServer() as running:
        yield running


def give(sessions: Sessions, clock: FixedClock, owed: list[Message]) -> None:
    with unit_of_work(sessions, clock, actor=SYSTEM) as work:
        owe(work, owed)


def rows(sessions: Sessions) -> list[Notification]:
    with sessions() as session:
        return list(session.scalars(select(Notification).order_by(Notification.id)))


def attempts(sessions: Sessions) -> list[tuple[Outcome | None, str | None]]:
    with sessions() as session:
        return [(row.outcome, row.code) for row in session.scalars(select(Attempt).order_by(Attempt.id))]


def test_every_message_is_sent_once_and_kept_as_it_was_sent(
    committing: Sessions, clock: FixedClock, smtp_sink: SmtpSink
) -> None:
    give(committing, clock, messages(30))
    assert send_all(committing, clock, smtp_sink.address) == {"sent": 30}
    assert send_all(committing, clock, smtp_sink.address) == {}
    to = Counter(received.recipients[0] for received in smtp_sink.wait_for(30))
    assert to == Counter({f"person{n}@example.org": 1 for n in range(30)})
    first = rows(committing)[0]
    assert (first.state, first.sent_at, first.attempts) == (State.SENT, clock.now(), 1)
    assert first.sent_text is not None
    assert "Knowledge Hub" in first.sent_text
    letter = smtp_sink.messages[0].message
    assert letter["Reply-To"] == HEAD.reply_to
    assert letter["Message-ID"] == first.message_id
    assert [part.get_content_type() for part in letter.iter_parts()] == ["text/plain", "text/html"]


def test_thirty_messages_use_one_connection(
    committing: Sessions, clock: FixedClock, server: MailServer
) -> None:
    give(committing, clock, messages(30))
    send_all(committing, clock, server.address)
    assert (len(server.taken), server.connections) == (30, 1)


def test_four_senders_at_once_send_each_message_once(
    committing: Sessions, clock: FixedClock, server: MailServer
) -> None:
    give(committing, clock, messages(60))
    senders = [
        threading.Thread(target=lambda: send_all(committing, clock, server.address, batch=4))
        for _ in range(4)
    ]
    for thread in senders:
        thread.start()
    for thread in senders:
        thread.join(30)
    assert Counter(str(message["To"]) for message in server.taken) == Counter(
        {f"person{n}@example.org": 1 for n in range(60)}
    )


def test_without_the_lock_on_what_it_claims_two_senders_would_take_the_same_message(
    committing: Sessions, clock: FixedClock, server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin: a claim that only reads, as a first draft would."""

    def read_only(desk: Desk, batch: int) -> list[int]:
        with desk.sessions() as session, session.begin():
            ids = list(session.scalars(select(Notification.id).where(Notification.state == State.READY)))
        both.wait(10)
        with desk.sessions() as session, session.begin():
            session.execute(
                update(Notification)
                .where(Notification.id.in_(ids))
                .values(state=State.SENDING, worker="w", lease_until=clock.real() + LEASE)
            )
        both.wait(10)
        return ids

    both = threading.Barrier(2)
    monkeypatch.setattr(delivery, "_claim", read_only)
    give(committing, clock, messages(5))

    def send_once() -> None:
        send_all(committing, clock, server.address, worker="w", claim_for_s=0.1)

    threads = [threading.Thread(target=send_once) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(server.taken) > len({str(message["To"]) for message in server.taken})


def test_what_is_no_longer_due_is_cancelled_when_it_would_be_sent(
    committing: Sessions, clock: FixedClock, server: MailServer
) -> None:
    give(committing, clock, messages(2))
    send_all(committing, clock, server.address, Facts(gone=frozenset({"k0"})))
    assert [row.state for row in rows(committing)] == [State.CANCELLED, State.SENT]
    assert len(attempts(committing)) == 1


def test_what_came_too_late_is_cancelled_and_what_is_early_waits(
    committing: Sessions, clock: FixedClock, server: MailServer
) -> None:
    hour = timedelta(hours=1)
    late = Message("late", "bid_to_check", "a@b.uk", "case:1", expires_at=clock.now() + hour)
    early = Message("early", "bid_to_check", "a@b.uk", "case:1", not_before=clock.now() + 3 * hour)
    give(committing, clock, [late, early])
    clock.move(2 * hour)
    send_all(committing, clock, server.address)
    assert [row.state for row in rows(committing)] == [State.CANCELLED, State.READY]
    clock.move(2 * hour)
    assert send_all(committing, clock, server.address) == {"sent": 1}


def test_a_mailbox_that_is_busy_is_tried_again_after_a_minute(
    committing: Sessions, clock: FixedClock, server: MailServer
) -> None:
    server.answer = lambda command: "450 busy" if command.startswith("RCPT") else None
    give(committing, clock, messages(1))
    assert send_all(committing, clock, server.address) == {"transient": 1}
    server.answer = lambda _command: None
    assert send_all(committing, clock, server.address) == {}
    clock.move(timedelta(seconds=73))
    assert send_all(committing, clock, server.address) == {"sent": 1}
    assert [outcome for outcome, _ in attempts(committing)] == [Outcome.TRANSIENT, Outcome.SENT]


def test_a_message_is_given_up_after_its_last_waiting_time(
    committing: Sessions, clock: FixedClock, server: MailServer
) -> None:
    server.answer = lambda command: "450 busy" if command.startswith("RCPT") else None
    give(committing, clock, messages(1))
    for _ in range(8):
        send_all(committing, clock, server.address)
        clock.move(timedelta(hours=15))
    row = rows(committing)[0]
    assert (row.state, row.failures, row.last_code) == (State.DEAD, 8, "450 busy")


def test_an_address_that_does_not_exist_bounces_and_is_not_written_to_again(
    committing: Sessions, clock: FixedClock, server: MailServer
) -> None:
    server.answer = lambda command: "550 5.1.1 nobody here" if "person0" in command else None
    again = Message("again", "bid_to_check", "person0@example.org", "case:1", not_before=clock.now())
    give(committing, clock, [*messages(2), again])
    assert send_all(committing, clock, server.address) == {
        "bounced": 1,
        "sent": 1,
        "suppressed": 1,
    }
    with committing() as session:
        assert session.scalars(select(Suppression.address)).all() == ["person0@example.org"]


@pytest.mark.parametrize("command", ["MAIL", "connect"])
def test_a_server_that_refuses_us_is_paused_and_no_message_loses_an_attempt(
    committing: Sessions, clock: FixedClock, server: MailServer, command: str
) -> None:
    server.answer = lambda asked: "554 go away" if asked.startswith(command) else None
    give(committing, clock, messages(3))
    assert send_all(committing, clock, server.address) == {"provider": 1}
    assert send_all(committing, clock, server.address) == {}
    clock.move(PAUSE)
    assert send_all(committing, clock, server.address) == {"provider": 1}
    server.answer = lambda _asked: None
    assert send_all(committing, clock, server.address) == {}
    clock.move(PAUSE)
    assert send_all(committing, clock, server.address) == {"sent": 3}
    assert [row.failures for row in rows(committing)] == [0, 0, 0]


def test_ten_transient_failures_in_a_row_pause_the_provider(
    committing: Sessions, clock: FixedClock, server: MailServer
) -> None:
    server.answer = lambda command: "421 later" if command.startswith("MAIL") else None
    give(committing, clock, messages(20))
    assert send_all(committing, clock, server.address) == {"transient": 9, "provider": 1}
    assert [row.state for row in rows(committing)] == [State.READY] * 20
    with committing() as session:
        assert session.scalars(select(Provider.failures_in_row)).one() == 10


def test_a_server_that_is_not_there_is_a_transient_failure(committing: Sessions, clock: FixedClock) -> None:
    with MailServer() as gone:
        address = gone.address
    give(committing, clock, messages(1))
    assert send_all(committing, clock, address) == {"transient": 1}


def test_a_letter_that_cannot_be_written_dies_alone(
    committing: Sessions, clock: FixedClock, server: MailServer
) -> None:
    give(committing, clock, messages(3))
    tally = send_all(committing, clock, server.address, Facts(poison=frozenset({"k1"})))
    assert tally == {"sent": 2, "dead": 1}
    assert [row.state for row in rows(committing)] == [State.SENT, State.DEAD, State.SENT]


def test_a_connection_cut_after_the_data_is_sent_again_under_the_same_message_id(
    committing: Sessions, clock: FixedClock, server: MailServer
) -> None:
    server.at_end_of_data = lambda _message: None
    give(committing, clock, messages(1))
    assert send_all(committing, clock, server.address) == {"unknown": 1}
    server.at_end_of_data = lambda _message: "250 taken"
    clock.move(timedelta(minutes=2))
    assert send_all(committing, clock, server.address) == {"sent": 1}
    assert len(server.taken) == 2
    assert len({message["Message-ID"] for message in server.taken}) == 1


def test_a_letter_about_money_cut_after_the_data_waits_for_a_person(
    committing: Sessions, clock: FixedClock, server: MailServer
) -> None:
    server.at_end_of_data = lambda _message: None
    give(committing, clock, messages(1, "claim_paid"))
    send_all(committing, clock, server.address)
    clock.move(timedelta(days=1))
    assert send_all(committing, clock, server.address) == {}
    assert rows(committing)[0].state is State.UNKNOWN


def test_a_connection_cut_before_the_end_of_the_data_is_only_transient(
    committing: Sessions, clock: FixedClock, server: MailServer
) -> None:
    server.answer = lambda command: "421 closing" if command == "DATA" else None
    give(committing, clock, messages(1, "claim_paid"))
    assert send_all(committing, clock, server.address) == {"transient": 1}


def test_what_a_dead_sender_had_claimed_but_not_begun_goes_back_without_a_mark(
    committing: Sessions, clock: FixedClock
) -> None:
    give(committing, clock, messages(3))
    with MailServer() as server:
        desk = Desk(committing, clock, sender_to(server.address), Facts(), HEAD, "dead sender")
        claimed = delivery._claim(desk, 50)
        assert not isinstance(begin(desk, claimed[0]), str)
    assert reap(committing, clock) == {}
    clock.move(LEASE + timedelta(seconds=1))
    assert reap(committing, clock) == {"ready": 3}
    assert [row.failures for row in rows(committing)] == [1, 0, 0]
    assert attempts(committing) == [(Outcome.UNKNOWN, "the sender died")]


def test_a_sender_that_comes_back_after_its_lease_ended_does_not_send_what_is_no_longer_its_own(
    committing: Sessions, clock: FixedClock, server: MailServer
) -> None:
    give(committing, clock, messages(2))
    desk = Desk(committing, clock, sender_to(server.address), Facts(), HEAD, "slow sender")
    claimed = delivery._claim(desk, 50)
    clock.move(LEASE + timedelta(seconds=1))
    assert begin(desk, claimed[0]) == "lost"
    reap(committing, clock)
    assert begin(desk, claimed[1]) == "lost"


def test_a_slow_sender_whose_message_did_go_out_saves_it_from_being_sent_again(
    committing: Sessions, clock: FixedClock, server: MailServer
) -> None:
    give(committing, clock, messages(1))
    desk = Desk(committing, clock, sender_to(server.address), Facts(), HEAD, "slow sender")
    begun = begin(desk, delivery._claim(desk, 50)[0])
    assert not isinstance(begun, str)
    clock.move(LEASE + timedelta(seconds=1))
    reap(committing, clock)
    mark_sent(desk, begun, "250 taken")
    assert rows(committing)[0].state is State.SENT
    assert send_all(committing, clock, server.address) == {}


def test_a_wrong_password_pauses_the_provider(
    committing: Sessions, clock: FixedClock, server: MailServer
) -> None:
    def refuse(command: str) -> str | None:
        if command.startswith("ehlo"):
            return "250-ready\r\n250 AUTH PLAIN"
        return "535 5.7.8 wrong password" if command.startswith("AUTH") else None

    server.answer = refuse
    sender = SmtpSender(Smtp(*server.address, "user", "wrong", MailTls.OFF), "no-reply@grants.example")
    give(committing, clock, messages(2))
    assert drain(committing, clock, sender, Facts(), letterhead=HEAD) == {"provider": 1}
    sender.close()
    assert rows(committing)[0].last_code == "535 5.7.8 wrong password"


@pytest.mark.parametrize(
    "case",
    [("connect", "transient"), ("RCPT", "transient"), ("DATA", "transient"), ("end", "unknown")],
)
def test_a_server_that_says_nothing_is_given_up_and_only_after_the_data_nobody_knows(
    committing: Sessions,
    clock: FixedClock,
    server: MailServer,
    monkeypatch: pytest.MonkeyPatch,
    case: tuple[str, str],
) -> None:
    silent_at, outcome = case
    monkeypatch.setattr(sending, "TIMEOUT_S", 0.2)
    finished = threading.Event()

    def wait(command: str) -> str | None:
        if command.startswith(silent_at):
            finished.wait(10)
        return None

    def wait_at_the_end(_message: object) -> str:
        if silent_at == "end":
            finished.wait(10)
        return "250 taken"

    server.answer, server.at_end_of_data = wait, wait_at_the_end
    give(committing, clock, messages(1))
    try:
        assert send_all(committing, clock, server.address) == {outcome: 1}
    finally:
        finished.set()


def test_an_address_beyond_ascii_needs_a_server_that_can_write_it(
    committing: Sessions, clock: FixedClock, server: MailServer
) -> None:
    give(committing, clock, [Message("k", "bid_to_check", "zoë@example.org", "case:1")])
    assert send_all(committing, clock, server.address) == {"bounced": 1}
    with committing() as session:
        assert session.scalars(select(Suppression)).all() == []


def test_a_connection_is_made_anew_after_a_hundred_messages(
    committing: Sessions, clock: FixedClock, server: MailServer
) -> None:
    give(committing, clock, messages(101))
    send_all(committing, clock, server.address)
    assert (len(server.taken), server.connections) == (101, 2)


def test_what_a_drain_had_no_time_for_goes_back_at_once(
    committing: Sessions, clock: FixedClock, server: MailServer
) -> None:
    give(committing, clock, messages(5))
    assert send_all(committing, clock, server.address, claim_for_s=0.00001) in ({"sent": 1}, {})
    assert State.SENDING not in {row.state for row in rows(committing)}
