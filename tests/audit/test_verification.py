import io
import json
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.harness import Cluster, Database
from workflow import audit
from workflow.audit.canonical import chain_hash
from workflow.clock import FixedClock
from workflow.db import SYSTEM, Sessions, make_engine, make_sessions, unit_of_work

Superuser = psycopg.Connection[tuple[Any, ...]]


@pytest.fixture
def history(database: Database, clock: FixedClock) -> Iterator[Sessions]:
    """Two streams with four events each, the first three anchored on 29 March 2011, the last newer."""
    engine = make_engine(database.app_url)
    sessions = make_sessions(engine)
    for number in range(1, 4):
        _write(sessions, clock, number)
    with unit_of_work(sessions, clock, actor=SYSTEM) as work:
        audit.make_anchor(work)
    clock.move(timedelta(days=1))
    _write(sessions, clock, 4)
    yield sessions
    engine.dispose()


@pytest.fixture
def superuser(cluster: Cluster, database: Database) -> Iterator[Superuser]:
    """Somebody with every right and the triggers turned off."""
    with cluster.connect(database.name) as connection:
        connection.execute("SET session_replication_role = replica")
        yield connection


def _write(sessions: Sessions, clock: FixedClock, number: int) -> None:
    for stream in ("case:1", "person:1"):
        with unit_of_work(sessions, clock, actor=SYSTEM) as work:
            audit.record(
                work, stream, "something_done", {"number": number}, texts={"reason": f"because {number}"}
            )


def _problems(sessions: Sessions, anchors: Path | None = None) -> list[str]:
    with sessions() as session:
        return audit.verify(session, audit.read_anchors(anchors) if anchors else ())


def test_an_untouched_history_is_whole_and_says_what_no_anchor_protects_yet(history: Sessions) -> None:
    with history() as session:
        found = audit.examine_database(session)
    assert found.problems == ()
    assert (found.events, found.streams, found.newer, found.anchored_to) == (8, 2, 2, date(2011, 3, 29))


def test_an_edited_event_is_named(history: Sessions, superuser: Superuser) -> None:
    superuser.execute(
        "UPDATE event SET canonical = replace(canonical, '\"number\":2', '\"number\":9') WHERE stream = 'case:1' AND seq = 2"
    )
    assert _problems(history) == ["case:1 event 2: edited, its text does not have its hash"]


def test_an_edited_event_with_its_hash_made_anew_is_named(history: Sessions, superuser: Superuser) -> None:
    _rewrite(superuser, "case:1", 2)
    (problem,) = _problems(history)
    assert problem == (
        "case:1 event 3: edited, it or the event before: it holds another hash than the event before has"
    )


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("actor", "person:9"),
        ("event", "x"),
        ("at", "2012-01-01"),
        ("real_at", "2012-01-01"),
        ("definition", "bid/9"),
    ],
)
def test_a_column_that_says_something_else_than_the_text_is_named(
    history: Sessions, superuser: Superuser, column: str, value: str
) -> None:
    superuser.execute(f"UPDATE event SET {column} = %s WHERE stream = 'case:1' AND seq = 2".encode(), [value])
    assert _problems(history) == [
        f"case:1 event 2: edited, its column {column} does not say what its text says"
    ]


def test_a_removed_event_is_named(history: Sessions, superuser: Superuser) -> None:
    superuser.execute("DELETE FROM event WHERE stream = 'person:1' AND seq = 2")
    assert _problems(history) == ["person:1 event 2: removed"]


def test_removing_an_event_and_numbering_the_rest_anew_is_named(
    history: Sessions, superuser: Superuser
) -> None:
    superuser.execute("DELETE FROM event WHERE stream = 'case:1' AND seq = 2")
    for seq in (3, 4):
        superuser.execute("UPDATE event SET seq = seq - 1 WHERE stream = 'case:1' AND seq = %s", [seq])
    problems = _problems(history)
    assert "case:1 event 2: reordered, by its own text it is event 3" in problems
    assert "case:1 event 3: reordered, by its own text it is event 4" in problems


def test_events_that_changed_places_are_named(history: Sessions, superuser: Superuser) -> None:
    for old, new in ((2, 99), (3, 2), (99, 3)):
        superuser.execute("UPDATE event SET seq = %s WHERE stream = 'case:1' AND seq = %s", [new, old])
    problems = _problems(history)
    assert "case:1 event 2: reordered, by its own text it is event 3" in problems
    assert "case:1 event 3: reordered, by its own text it is event 2" in problems
    assert not any("person:1" in problem for problem in problems)


def test_a_stream_that_is_cut_off_is_named_by_its_anchor(history: Sessions, superuser: Superuser) -> None:
    superuser.execute("DELETE FROM event WHERE stream = 'case:1' AND seq >= 3")
    assert _problems(history) == [
        "case:1 event 3: cut off, the stream ends at event 2; the anchor of 2011-03-29 holds it"
    ]


def test_a_stream_that_is_gone_is_named_by_its_anchor(history: Sessions, superuser: Superuser) -> None:
    superuser.execute("DELETE FROM event WHERE stream = 'case:1'")
    assert _problems(history) == [
        "case:1 event 3: cut off, the stream is gone; the anchor of 2011-03-29 holds it"
    ]


def test_a_chain_written_anew_from_an_event_on_is_named_by_its_anchor(
    history: Sessions, superuser: Superuser
) -> None:
    for seq in (2, 3, 4):
        _rewrite(superuser, "case:1", seq)
    assert _problems(history) == [
        "case:1 event 3: rewritten, it or what comes before: the anchor of 2011-03-29 holds another hash"
    ]


def test_a_text_edited_beside_an_event_is_named_and_an_erased_one_is_not(
    history: Sessions, superuser: Superuser, clock: FixedClock
) -> None:
    with unit_of_work(history, clock, actor=SYSTEM) as work:
        (event,) = [e for e in audit.events_of(work.session, "case:1", 10) if e.seq == 1]
        audit.erase_text(work, event.id, "reason")
    assert _problems(history) == []
    superuser.execute(
        "UPDATE event_text SET text = 'no' FROM event WHERE event.id = event_id AND stream = 'case:1' AND seq = 2"
    )
    assert _problems(history) == ["case:1 event 2: the text reason beside it is edited"]


def test_a_text_removed_or_put_beside_an_event_is_named(history: Sessions, superuser: Superuser) -> None:
    superuser.execute(
        "UPDATE event_text SET name = 'other' FROM event WHERE event.id = event_id AND stream = 'case:1'"
        " AND seq = 2"
    )
    assert _problems(history) == [
        "case:1 event 2: a text other was put beside it",
        "case:1 event 2: the text reason beside it is removed",
    ]


def test_whoever_changes_the_anchors_as_well_is_found_by_the_file_outside(
    history: Sessions, superuser: Superuser, clock: FixedClock, tmp_path: Path
) -> None:
    file = tmp_path / "anchors" / "anchors.jsonl"
    with unit_of_work(history, clock, actor=SYSTEM) as work:
        assert audit.append_anchor(file, audit.make_anchor(work, date(2011, 3, 29)))
        assert not audit.append_anchor(file, audit.make_anchor(work, date(2011, 3, 29)))
        assert audit.append_anchor(file, audit.make_anchor(work))
    assert _problems(history, file) == []
    superuser.execute("DELETE FROM event WHERE stream = 'case:1' AND seq >= 3")
    superuser.execute("DELETE FROM anchor")
    assert _problems(history) == []
    assert _problems(history, file) == [
        "anchor of 2011-03-29: removed from the database",
        "anchor of 2011-03-30: removed from the database",
        "case:1 event 3: cut off, the stream ends at event 2; the anchor of 2011-03-29 holds it",
        "case:1 event 4: cut off, the stream ends at event 2; the anchor of 2011-03-30 holds it",
    ]


def test_an_anchor_holds_only_what_changed_and_covers_the_one_before(
    history: Sessions, clock: FixedClock
) -> None:
    with unit_of_work(history, clock, actor=SYSTEM) as work:
        audit.record(work, "person:2", "signed_in", {})
        second = audit.make_anchor(work)
        clock.move(timedelta(days=1))
    with unit_of_work(history, clock, actor=SYSTEM) as work:
        third = audit.make_anchor(work)
    assert len(second.heads.splitlines()) == 3
    assert (third.heads, third.previous_root) == ("", second.root)


def test_one_anchor_a_day_leaves_the_database_and_a_crash_is_made_good_the_next_day(
    history: Sessions, clock: FixedClock, tmp_path: Path
) -> None:
    file = tmp_path / "anchors" / "anchors.jsonl"
    assert audit.keep_daily_anchor(history, clock, file)
    assert not audit.keep_daily_anchor(history, clock, file)
    assert [anchor.day.day for anchor in audit.read_anchors(file)] == [29, 30]
    file.write_text(file.read_text().splitlines()[0] + "\n")
    clock.move(timedelta(days=1))
    assert audit.keep_daily_anchor(history, clock, file)
    assert [anchor.day.day for anchor in audit.read_anchors(file)] == [29, 30, 31]
    assert _problems(history, file) == []


def test_an_edited_anchor_is_named(history: Sessions, superuser: Superuser) -> None:
    superuser.execute("UPDATE anchor SET heads = replace(heads, '3 ', '2 ')")
    assert "anchor of 2011-03-29: edited, its root is not that of its heads" in _problems(history)


def test_an_export_verifies_without_a_database(history: Sessions, tmp_path: Path) -> None:
    file = _export(history, tmp_path)
    assert audit.verify_export(file) == []
    found = audit.examine_export(file)
    assert (found.events, found.streams) == (8, 2)


def test_an_export_without_texts_verifies_and_holds_none(history: Sessions, tmp_path: Path) -> None:
    with history() as session:
        written = io.StringIO()
        audit.export_events(session, written, texts=False)
    (tmp_path / "events.jsonl").write_text(written.getvalue())
    assert audit.verify_export(tmp_path / "events.jsonl") == []
    assert "because" not in written.getvalue()


Tamper = Callable[[list[dict[str, Any]]], list[dict[str, Any]]]


@pytest.mark.parametrize(
    ("tamper", "problem"),
    [
        (lambda rows: rows[:1] + rows[2:], "case:1 event 2: removed"),
        (
            lambda rows: [rows[0], rows[2], rows[1], *rows[3:]],
            "case:1 event 2: reordered, it comes after event 3",
        ),
        (lambda rows: [rows[0], *rows], "case:1 event 1: there twice"),
        (
            lambda rows: [rows[0] | {"canonical": rows[0]["canonical"].replace("1", "2")}, *rows[1:]],
            "case:1 event 1: edited, its text does not have its hash",
        ),
        (
            lambda rows: [rows[0] | {"texts": {}}, *rows[1:]],
            "case:1 event 1: the text reason beside it is removed",
        ),
        (
            lambda rows: [*rows[:2], *rows[4:]],
            "case:1 event 3: cut off, the stream ends at event 2; the anchor of 2011-03-29 holds it",
        ),
        (lambda rows: [{"stream": "case:1"}, *rows], "line 1: edited, it cannot be read"),
        (
            lambda rows: [*rows[:4], rows[3] | {"seq": 5_000_000_000}, *rows[4:]],
            "case:1 event 5000000000: 4999999995 events before it are removed, from event 5",
        ),
    ],
)
def test_an_export_that_was_tampered_with_names_the_row(
    history: Sessions, clock: FixedClock, tmp_path: Path, tamper: Tamper, problem: str
) -> None:
    anchors = tmp_path / "anchors.jsonl"
    with unit_of_work(history, clock, actor=SYSTEM) as work:
        audit.append_anchor(anchors, audit.make_anchor(work, date(2011, 3, 29)))
    file = _export(history, tmp_path)
    rows = [json.loads(line) for line in file.read_text().splitlines()]
    file.write_text("".join(json.dumps(row) + "\n" for row in tamper(rows)))
    assert problem in audit.verify_export(file, audit.read_anchors(anchors))


def test_a_file_of_anchors_with_a_broken_line_names_the_line(tmp_path: Path) -> None:
    file = tmp_path / "anchors.jsonl"
    file.write_text("not an anchor\n")
    with pytest.raises(ValueError, match=r"line 1 of anchors\.jsonl is no anchor"):
        audit.read_anchors(file)


def _export(sessions: Sessions, folder: Path) -> Path:
    file = folder / "events.jsonl"
    with sessions() as session, file.open("w", encoding="utf-8") as opened:
        audit.export_events(session, opened)
    return file


def _rewrite(superuser: Superuser, stream: str, seq: int) -> None:
    """Change an event as somebody would who knows how the chain is made."""
    rows = superuser.execute(
        "SELECT seq, canonical, hash, previous_hash FROM event WHERE stream = %s ORDER BY seq", [stream]
    ).fetchall()
    by_seq = {row[0]: row for row in rows}
    canonical = by_seq[seq][1].replace('"number":', '"number":1')
    previous = by_seq[seq][3] if seq == 2 else by_seq[seq - 1][2]
    superuser.execute(
        "UPDATE event SET canonical = %s, previous_hash = %s, hash = %s WHERE stream = %s AND seq = %s",
        [canonical, previous, chain_hash(previous, canonical), stream, seq],
    )
