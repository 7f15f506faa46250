import threading
from typing import Any

import pytest
from sqlalchemy import delete, select, text, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from tests.harness import Cluster, Database
from workflow import audit
from workflow.audit.canonical import FIRST, chain_hash
from workflow.audit.commands import BrokenOrder
from workflow.audit.models import Event, EventText
from workflow.clock import FixedClock
from workflow.db import SYSTEM, Work, make_engine, make_sessions, unit_of_work
from workflow.errors import NotHere


def test_the_first_event_of_a_stream_is_number_one_and_names_no_hash_before_it(work: Work) -> None:
    event = audit.record(work, "person:1", "signed_in", {"device": 3})
    assert (event.seq, event.previous_hash) == (1, FIRST)
    assert event.hash == chain_hash(FIRST, event.canonical)


def test_events_of_a_stream_are_chained_and_other_streams_do_not_matter(work: Work) -> None:
    first = audit.record(work, "person:1", "signed_in", {})
    audit.record(work, "person:2", "signed_in", {})
    second = audit.record(work, "person:1", "signed_out", {})
    assert (second.seq, second.previous_hash) == (2, first.hash)


def test_what_was_said_can_be_read_back_newest_first(work: Work) -> None:
    audit.record(work, "fund:1", "allocation_set", {"years": [[2011, 35_000_000]], "new": True})
    audit.record(work, "fund:1", "allocation_cut", {"by": None}, texts={"reason": "Spending review"})
    newest, oldest = audit.events_of(work.session, "fund:1", 10)
    assert audit.payload_of(oldest) == {"years": [[2011, 35_000_000]], "new": True}
    assert audit.texts_of(work.session, [newest.id]) == {newest.id: {"reason": "Spending review"}}
    assert audit.events_of(work.session, "fund:1", 10, before=newest.seq) == [oldest]


def test_a_stream_that_numbers_itself_accepts_only_the_next_number(work: Work) -> None:
    audit.record(work, "case:1", "bid_opened", {}, seq=1, definition="bid/1")
    with pytest.raises(BrokenOrder):
        audit.record(work, "case:1", "bid_submitted", {}, seq=3)
    with pytest.raises(BrokenOrder):
        audit.record(work, "case:1", "bid_submitted", {}, seq=1)


def test_a_long_text_never_stands_in_the_event_itself(work: Work) -> None:
    event = audit.record(work, "case:1", "bid_opened", {}, texts={"title": "Peer challenge for Ann"})
    assert "Peer challenge" not in event.canonical


@pytest.mark.parametrize(
    "what", ["UPDATE event SET actor = 'x'", "DELETE FROM event", "TRUNCATE event CASCADE"]
)
@pytest.mark.parametrize("role", ["app_url", "owner_url", "superuser_url"])
def test_nobody_can_change_or_delete_an_event(
    database: Database, clock: FixedClock, what: str, role: str
) -> None:
    engine = make_engine(database.app_url)
    with unit_of_work(make_sessions(engine), clock, actor=SYSTEM) as work:
        audit.record(work, "person:1", "signed_in", {}, texts={"note": "x"})
    engine.dispose()
    other = make_engine(getattr(database, role))
    with (
        other.connect() as connection,
        pytest.raises(DBAPIError, match=r"append-only|permission denied|must be owner"),
    ):
        connection.execute(text(what))
    other.dispose()


def test_the_application_may_not_even_try(session: Session) -> None:
    with pytest.raises(DBAPIError, match="permission denied"):
        session.execute(delete(Event))


def test_a_text_can_be_erased_once_and_the_chain_still_verifies(work: Work) -> None:
    event = audit.record(work, "case:1", "bid_opened", {}, texts={"title": "Ann", "summary": "Long"})
    audit.erase_text(work, event.id, "title")
    row = work.session.scalars(select(EventText).where(EventText.name == "title")).one()
    assert (row.text, row.salt, row.erased_at) == (None, None, work.now)
    assert audit.texts_of(work.session, [event.id]) == {event.id: {"summary": "Long", "title": None}}
    assert audit.verify(work.session) == []
    assert audit.events_of(work.session, "erasure:case:1", 1)[0].event == "text_erased"
    with pytest.raises(NotHere):
        audit.erase_text(work, event.id, "title")


@pytest.mark.parametrize("values", [{"text": "Bob"}, {"text": None, "salt": None, "erased_at": None}])
def test_a_text_cannot_be_changed_into_another(work: Work, values: dict[str, Any]) -> None:
    audit.record(work, "case:1", "bid_opened", {}, texts={"title": "Ann"})
    with pytest.raises(DBAPIError, match=r"only be erased|erased_at_known"):
        work.session.execute(update(EventText).values(values))


def test_many_writers_of_one_stream_leave_one_chain_without_a_gap(
    database: Database, clock: FixedClock
) -> None:
    engine = make_engine(database.app_url, pool_size=8)
    sessions = make_sessions(engine)

    def write(number: int) -> None:
        for _ in range(10):
            with unit_of_work(sessions, clock, actor=SYSTEM) as work:
                audit.record(work, "person:1", "signed_in", {"by": number})

    threads = [threading.Thread(target=write, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with sessions() as session:
        assert [event.seq for event in audit.events_of(session, "person:1", 100)] == list(range(60, 0, -1))
        assert audit.verify(session) == []
    engine.dispose()


def test_without_the_lock_on_the_stream_two_writers_collide(
    database: Database, cluster: Cluster, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The twin: with the lock taken out, both read the same head and the unique key has to refuse one of them.
    monkeypatch.setattr("workflow.audit.commands.hold_stream", lambda *_: None)
    engine = make_engine(database.app_url)
    sessions = make_sessions(engine)
    errors: list[DBAPIError] = []

    def second() -> None:
        try:
            with unit_of_work(sessions, clock, actor=SYSTEM) as work:
                audit.record(work, "person:1", "signed_in", {})
        except DBAPIError as error:
            errors.append(error)

    thread = threading.Thread(target=second)
    with unit_of_work(sessions, clock, actor=SYSTEM) as work:
        audit.record(work, "person:1", "signed_in", {})
        thread.start()
        _wait_until_blocked(cluster, database)
    thread.join()
    assert len(errors) == 1
    assert "uq_event_stream_seq" in str(errors[0])
    engine.dispose()


def _wait_until_blocked(cluster: Cluster, database: Database) -> None:
    with cluster.connect(database.name) as watcher:
        for _ in range(10_000):
            row = watcher.execute("SELECT count(*) FROM pg_locks WHERE NOT granted").fetchone()
            if row and row[0]:
                return
    raise AssertionError("the second writer never waited")
