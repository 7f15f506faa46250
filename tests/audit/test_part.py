"""An export of some streams only, such as a folder of a sample holds, verifies with no database and no settings."""

import json
from datetime import date
from pathlib import Path

import pytest

from tests.harness import Database
from workflow import audit, cli
from workflow.audit.anchors import anchor_line
from workflow.clock import FixedClock
from workflow.db import SYSTEM, make_engine, make_sessions, unit_of_work


@pytest.fixture
def folder(database: Database, clock: FixedClock, tmp_path: Path) -> Path:
    """The stream of one bid in `events.jsonl`, that of all in `all.jsonl`, and the anchor of both."""
    engine = make_engine(database.app_url)
    sessions = make_sessions(engine)
    with unit_of_work(sessions, clock, actor=SYSTEM) as work:
        for number in range(3):
            for stream in ("case:1", "person:1"):
                audit.record(work, stream, "something_done", {"number": number}, texts={"reason": "words"})
    with unit_of_work(sessions, clock, actor=SYSTEM) as work:
        line = anchor_line(audit.make_anchor(work, date(2011, 3, 29)))
    (tmp_path / "anchors.jsonl").write_text(line + "\n")
    with sessions() as session:
        (tmp_path / "events.jsonl").write_text("".join(audit.export_lines(session, streams=["case:1"])))
        (tmp_path / "all.jsonl").write_text("".join(audit.export_lines(session)))
    engine.dispose()
    return tmp_path


def verify(folder: Path, file: str, *more: str) -> int:
    """Run the command as an auditor does, with no database to be found."""
    anchors = ["--anchors", str(folder / "anchors.jsonl")]
    return cli.main(["audit", "verify", "--export", str(folder / file), *anchors, *more])


def test_a_part_and_the_whole_verify_with_no_database(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WORKFLOW_PORT", "eighty")  # A setting that stops every command that reads them.
    assert verify(folder, "events.jsonl", "--part") == 0
    assert verify(folder, "all.jsonl") == 0
    assert capsys.readouterr().out.splitlines() == [
        "Every chain is whole; 0 of 3 events are newer than the last anchor.",
        "Every chain is whole; 0 of 6 events are newer than the last anchor.",
    ]


def test_a_part_that_passes_for_the_whole_is_named(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert verify(folder, "events.jsonl") == 1
    assert "person:1 event 3: cut off, the stream is gone" in capsys.readouterr().out


def test_a_part_that_is_cut_off_or_edited_is_named(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = (folder / "events.jsonl").read_text().splitlines()
    edited = json.loads(lines[0])
    edited["texts"]["reason"]["text"] = "other words"
    (folder / "events.jsonl").write_text(f"{json.dumps(edited)}\n{lines[1]}\n")
    assert verify(folder, "events.jsonl", "--part") == 1
    said = capsys.readouterr().out.splitlines()
    assert said == [
        "case:1 event 1: the text reason beside it is edited",
        "case:1 event 3: cut off, the stream ends at event 2; the anchor of 2011-03-29 holds it",
    ]


def test_a_part_without_an_export_and_a_file_that_is_not_there_are_said_plainly(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["audit", "verify", "--part"]) == 2
    assert verify(folder, "nothing.jsonl") == 2
    assert "Name a file that is there" in capsys.readouterr().err
