"""Each invariant is broken once by somebody with every right, and has to be named."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, text
from sqlalchemy.orm import Session

from tests.funds.conftest import make_money
from tests.harness import Cluster
from workflow import audit, deadlines, documents, notifications
from workflow.clock import FixedClock
from workflow.db import SYSTEM, Sessions, Work, make_engine, make_sessions, unit_of_work
from workflow.deadlines.defaults import load_bank_holidays, load_deadline_rules
from workflow.funds import commit, pay, reserve
from workflow.reports.award_checks import ANSWERS, AWARDS
from workflow.reports.check import CASES, DEADLINES, MESSAGES, check
from workflow.reports.ledger_checks import DECISIONS, LEDGER

START = datetime(2011, 3, 29, 8, 0, tzinfo=UTC)


@dataclass
class World:
    """A small, whole world: a fund, one approved bid with a paid claim, a deadline, a message, a file.

    It is made once. Each test has a session of somebody with every right, without a trigger or foreign key in the
    way, and what it breaks is rolled back.
    """

    session: Session
    files: Path

    def problems(self, **more: Any) -> list[str]:
        return check(self.session, documents=self.files, real=START, **more)

    def do(self, statement: str, **values: object) -> None:
        self.session.execute(text(statement), values)


@pytest.fixture(scope="module")
def filled(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Engine, Path]]:
    database = cluster.clone()
    files = tmp_path_factory.mktemp("files")
    app, superuser = make_engine(database.app_url), make_engine(database.superuser_url)
    try:
        with superuser.begin() as connection:
            case = _fill(make_sessions(app), files)
            connection.execute(text("SET LOCAL session_replication_role = replica"))
            _claim_paid(connection, case)
        yield superuser, files
    finally:
        app.dispose()
        superuser.dispose()
        cluster.drop(database)


@pytest.fixture
def world(filled: tuple[Engine, Path]) -> Iterator[World]:
    engine, files = filled
    with engine.connect() as connection, connection.begin() as transaction, Session(connection) as session:
        session.execute(text("SET LOCAL session_replication_role = replica"))
        yield World(session, files)
        transaction.rollback()


def _fill(sessions: Sessions, files: Path) -> int:
    """Everything that the invariants are about, and the id of its one bid."""
    clock = FixedClock(START)
    with unit_of_work(sessions, clock, actor=SYSTEM) as work:
        load_deadline_rules(work.session)
        holidays = [(date(2011, 4, 22), "Good Friday", "test"), (date(2012, 12, 25), "Christmas", "test")]
        load_bank_holidays(work.session, holidays)
        money = make_money(work)
        money.allocate(2011, 1_000)
        case = money.case()
        audit.record(work, f"case:{case}", "bid_opened", {"to": "draft"}, seq=1, texts={"title": "Peer"})
        reserve(work, money.fund.id, case, {2011: 600}, key="1")
        audit.record(work, f"case:{case}", "bid_approved", {"to": "active"}, seq=2)
        commit(work, money.fund.id, case, {2011: 600}, key="2", decision=f"case:{case}/2")
        pay(work, money.fund.id, case, 2011, 100, key="3")
        documents.store(work, files, name="a.pdf", data=b"%PDF-1.7", kind="evidence")
        deadlines.arm(work, f"case:{case}", "screening", start=work.now)
        message = notifications.Message("k", "deadline_reminder", "ann@example.org", f"case:{case}")
        notifications.owe(work, [message])
    return case


def _claim_paid(connection: Connection, case: int) -> None:
    for statement in (
        "INSERT INTO workflow_state VALUES ('bid', 1, 'active', false) ON CONFLICT DO NOTHING",
        "UPDATE \"case\" SET state = 'active', rev = 2 WHERE id = :case",
        (
            "INSERT INTO claim (case_id, number, year, state, claimed_pence, narrative, made_at, made_by,"
            " accepted_pence, check_reason, checked_at, checked_by)"
            " VALUES (:case, 1, 2011, 'paid', 100, 'x', now(), 1, 100, '', now(), 2)"
        ),
        "INSERT INTO payment SELECT id, 100, now(), 3 FROM claim",
    ):
        connection.execute(text(statement), {"case": case})


def test_a_world_that_nobody_touched_is_whole(world: World) -> None:
    assert world.problems() == []


BREAKS = [
    ("UPDATE fund_year SET reserved = 5", "its entries do not add up to its balances"),
    ("DELETE FROM ledger_entry WHERE kind = 'commit'", "its entries have a gap, 3 of 4 are there"),
    ("UPDATE fund_year SET ceiling = 599", "more is set aside and promised than is allocated, by 1 pence"),
    ("UPDATE fund_year SET paid = 601", "more is paid or kept for bills than is promised"),
    ("UPDATE award_year SET committed = 599", "what its bids hold does not add up to its balances"),
    (
        "UPDATE allocation_revision SET amount = 999",
        "its allocation is 1000 pence and its last revision says 999",
    ),
    ("UPDATE award_year SET version = 9", "its entries do not add up to what it holds"),
    ('UPDATE "case" SET fund_id = 999', "holds money of another fund for it"),
    (
        "UPDATE \"case\" SET state = 'draft'",
        "it is draft, and its money was promised 1 times instead of once",
    ),
    ("DELETE FROM ledger_entry WHERE kind = 'commit'", "it is active, and its money was promised 0 times"),
    ("DELETE FROM payment", "100 pence are paid by the ledger and 0 by its payments"),
    ("UPDATE award_year SET paid = 0", "0 pence are paid by the ledger and 100 by its payments"),
    ("UPDATE \"case\" SET state = 'closed'", "it is closed, and 500 pence are still promised and not paid"),
    ("DELETE FROM event WHERE seq = 2", "its revision is 2 and its last event is number 1"),
    ("UPDATE \"case\" SET state = 'draft'", "it is draft, and its last event says active"),
    ('UPDATE "case" SET ended = true', "its rules have no such state or say another about its end"),
    (
        "INSERT INTO request_key (key, actor, action, subject, created_at) VALUES ('abc', 'x', 'submit', 'x', now())",
        "form key abc: it was used for submit and holds no result",
    ),
    ("DELETE FROM deadline_step", "has no step"),
    ("UPDATE deadline SET state = 'met', ended_at = now()", "and its step"),
    (
        "UPDATE notification SET state = 'sending', worker = 'w', lease_until = '2011-03-29 07:59Z'",
        "its sender gave up its lease at 2011-03-29 07:59:00+00:00 without an answer",
    ),
    (
        "INSERT INTO attempt (notification_id, n, worker, started_at) SELECT id, 1, 'w', now() FROM notification",
        "an attempt is unfinished, and the message is ready",
    ),
    ("UPDATE notification SET attempts = 2", "after 2 attempts, and 0 are on record"),
    ("UPDATE event SET actor = 'person:9' WHERE seq = 1", "its column actor does not say what its text says"),
    ("DELETE FROM event_text", "the text title beside it is removed"),
    (
        "UPDATE \"case\" SET state = 'withdrawn'",
        "it is withdrawn, and 600 pence are still set aside or promised for it",
    ),
    (
        (
            "INSERT INTO award (case_id, total_pence, conditions, eligible_heads, ends_on, offered_at, offered_by)"
            " SELECT id, 5, '', '', '2012-03-31', now(), 1 FROM \"case\""
        ),
        "its agreement is over 5 pence, its payment plan over 0, and 600 are promised",
    ),
    (
        (
            "INSERT INTO recovery (case_id, asked_pence, recovered_pence, due_on, asked_at)"
            " SELECT id, 100, 50, '2011-05-03', now() FROM \"case\""
        ),
        "50 pence came back by what is asked for, 0 by its receipts and 0 by the ledger",
    ),
    (
        "INSERT INTO year_end SELECT id, 2011, 600, 100, 0, 0, 500, '', 'x', now(), 1 FROM \"case\"",
        "what became of the year’s money is not what its entries say",
    ),
    (
        (
            "WITH v AS (INSERT INTO variation SELECT id, 1, 'amount_up', 'agreed', 'x', 600, 700, '2012-03-31', '2012-03-31',"
            " now(), 1, now(), 1, '' FROM \"case\" RETURNING case_id)"
            " INSERT INTO variation_year SELECT case_id, 1, 2011, 600, 700 FROM v"
        ),
        "change 1 is agreed, and the ledger moved 0 pence for it",
    ),
    (
        (
            "INSERT INTO invitation (consultation_id, organisation_id, version, sent_at, response_id)"
            " VALUES (1, 1, 1, now(), 7)"
        ),
        "the answer that counts is not the newest that is neither held nor set aside",
    ),
]


@pytest.mark.parametrize(("what", "named"), BREAKS)
def test_whatever_is_broken_is_named(world: World, what: str, named: str) -> None:
    table = re.split(r"UPDATE |FROM |INTO ", what)[1].split()[0]
    checks = "SELECT conname FROM pg_constraint WHERE contype = 'c' AND conrelid = CAST(:table AS regclass)"
    for constraint in world.session.scalars(text(checks), {"table": table}).all():
        world.do(f'ALTER TABLE {table} DROP CONSTRAINT "{constraint}"')
    world.do(what)
    assert any(named in problem for problem in world.problems()), world.problems()


def test_every_invariant_is_broken_by_a_test() -> None:
    for invariant in (*LEDGER, *DECISIONS, *AWARDS, *ANSWERS, *CASES, *DEADLINES, *MESSAGES):
        fixed = max(invariant.sentence.replace("{", "}").split("}")[::2], key=len).strip()
        assert any(fixed[:20] in named or named[:12] in invariant.sentence for _, named in BREAKS), (
            invariant.sentence
        )


def test_a_file_that_is_not_there_is_named(world: World) -> None:
    (file,) = [path for path in world.files.rglob("*") if path.is_file()]
    content = file.read_bytes()
    file.unlink()
    (problem,) = world.problems()
    file.write_bytes(content)
    assert "a.pdf" in problem
    assert world.problems() == []


def test_the_anchors_outside_are_asked_too(world: World, tmp_path: Path) -> None:
    outside = tmp_path / "anchors.jsonl"
    assert world.problems(anchors=outside) == []
    audit.append_anchor(outside, audit.make_anchor(Work(world.session, START, START, SYSTEM)))
    assert world.problems(anchors=outside) == []
    world.do("DELETE FROM anchor")
    assert world.problems(anchors=outside) == ["anchor of 2011-03-29: removed from the database"]


def test_a_lease_that_still_runs_is_no_problem(world: World) -> None:
    world.do(
        "UPDATE notification SET state = 'sending', worker = 'w', lease_until = :until",
        until=START + timedelta(seconds=1),
    )
    assert world.problems() == []
