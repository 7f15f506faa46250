"""Owing messages: once for each key, in one statement, grouped by address, held back by choice and by the hour."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import event, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from tests.conftest import START
from workflow.clock import FixedClock
from workflow.db import SYSTEM, Work
from workflow.deadlines import load_bank_holidays
from workflow.notifications import Message, Named, Notification, State, UnknownTemplate, owe, owe_grouped
from workflow.notifications.models import Attempt, Choice, NotificationSubject, Preference, Suppression

EVENING = datetime(2011, 3, 29, 19, 30, tzinfo=UTC)


@pytest.fixture
def work(session: Session, clock: FixedClock) -> Work:
    load_bank_holidays(
        session, [(date(2011, 1, 3), "New Year", "test"), (date(2012, 12, 26), "Boxing", "test")]
    )
    return Work(session, clock.now(), clock.real(), SYSTEM)


def at(work: Work, moment: datetime) -> Work:
    return Work(work.session, moment, work.real, work.actor)


def message(key: str = "k1", template: str = "bid_to_check", **given: object) -> Message:
    return Message(key=key, template=template, address=" Ada@Example.ORG ", subject="case:1", **given)  # type: ignore[arg-type]


def only(session: Session) -> Notification:
    return session.scalars(select(Notification)).one()


def test_a_message_is_owed_once_however_often_it_is_said(work: Work) -> None:
    assert owe(work, [message(), message(), message("k2")]) == 2
    assert owe(work, [message()]) == 0


def test_an_address_is_kept_normalised(work: Work) -> None:
    owe(work, [message()])
    assert only(work.session).address == "ada@example.org"


def test_a_thousand_messages_are_one_statement(work: Work) -> None:
    statements: list[str] = []
    event.listen(work.session.get_bind(), "before_cursor_execute", lambda *a: statements.append(a[2]))
    messages = [message(f"k{n}", also=(f"invitation:{n}",)) for n in range(1050)]
    assert owe(work, messages) == 1050
    assert len(statements) == 1
    assert len(work.session.scalars(select(NotificationSubject)).all()) == 2100


def test_an_unknown_template_is_refused_before_anything_is_written(work: Work) -> None:
    with pytest.raises(UnknownTemplate):
        owe(work, [message(template="no_such_letter")])


def test_one_address_gets_one_message_that_names_all_its_invitations(work: Work) -> None:
    named = [
        Named("a@b.uk", "invitation:1"),
        Named("A@B.uk", "invitation:2"),
        Named("c@d.uk", "invitation:2"),
    ]
    made = owe_grouped(
        work, template="consultation_invitation", subject="case:1", version=1, step="open", named=named
    )
    assert made == 2
    first = work.session.scalars(select(Notification).where(Notification.address == "a@b.uk")).one()
    assert [row["subject"] for row in first.payload["named"]] == ["invitation:1", "invitation:2"]


def test_a_contact_added_later_gets_just_one_message_and_nobody_else_any(work: Work) -> None:
    def tell(named: list[Named]) -> int:
        return owe_grouped(
            work, template="consultation_invitation", subject="case:1", version=1, step="open", named=named
        )

    first = [Named("a@b.uk", "invitation:1")]
    assert tell(first) == 1
    assert tell(first) == 0
    assert tell([*first, Named("a@b.uk", "invitation:2"), Named("new@b.uk", "invitation:1")]) == 2
    second = work.session.scalars(select(Notification).where(Notification.address == "a@b.uk")).all()[-1]
    assert [row["subject"] for row in second.payload["named"]] == ["invitation:2"]


def test_an_urgent_message_leaves_in_the_evening_and_a_reminder_waits_for_the_morning(work: Work) -> None:
    owe(at(work, EVENING), [message("u"), message("r", template="deadline_reminder")])
    urgent, reminder = work.session.scalars(select(Notification).order_by(Notification.id))
    assert urgent.not_before == EVENING
    assert reminder.not_before == datetime(2011, 3, 30, 7, tzinfo=UTC)


def test_what_a_person_switched_off_is_kept_but_not_sent_unless_it_is_mandatory(work: Work) -> None:
    for category in ("work", "receipt"):
        work.session.add(Preference(person_id=7, category=category, choice=Choice.OFF, changed_at=START))
    work.session.flush()
    owe(work, [message("w", person_id=7), message("m", template="bid_received", person_id=7)])
    states = [row.state for row in work.session.scalars(select(Notification).order_by(Notification.id))]
    assert states == [State.SUPPRESSED, State.READY]


def test_a_daily_digest_waits_for_the_next_working_morning(work: Work) -> None:
    work.session.add(Preference(person_id=7, category="work", choice=Choice.DAILY_DIGEST, changed_at=START))
    work.session.flush()
    owe(work, [message(person_id=7)])
    assert only(work.session).not_before == datetime(2011, 3, 30, 7, tzinfo=UTC)


def test_a_suppressed_address_is_not_written_to(work: Work) -> None:
    work.session.add(
        Suppression(address="ada@example.org", code="550", since=START, lifted_at=None, lifted_reason=None)
    )
    work.session.flush()
    owe(work, [message()])
    assert only(work.session).state is State.SUPPRESSED


def test_an_attempt_is_finished_once_and_never_changed_otherwise(work: Work) -> None:
    owe(work, [message()])
    attempt = Attempt(
        notification_id=only(work.session).id,
        n=1,
        worker="w",
        started_at=START,
        finished_at=None,
        outcome=None,
        code=None,
    )
    work.session.add(attempt)
    work.session.flush()
    finish = text("UPDATE attempt SET finished_at = :at, outcome = 'sent', code = '250'")
    work.session.execute(finish, {"at": START})
    for statement in ("UPDATE attempt SET code = '550'", "UPDATE attempt SET n = 2", "DELETE FROM attempt"):
        with pytest.raises(DBAPIError), work.session.begin_nested():
            work.session.execute(text(statement))


def test_a_message_that_expires_keeps_its_moment(work: Work) -> None:
    owe(work, [message(expires_at=START + timedelta(days=1))])
    assert only(work.session).expires_at == START + timedelta(days=1)
