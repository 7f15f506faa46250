"""Starting again: everything is put back in seconds, by the product's own role, and nothing is broken by it."""

import dataclasses
import time
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select, text
from sqlalchemy.exc import ProgrammingError

from tests.demo.test_pages import press
from workflow import wiring
from workflow.accounts.models import UserSession
from workflow.audit import read_anchors, verify
from workflow.audit.models import Event
from workflow.config import Settings
from workflow.db import Sessions
from workflow.demo import copy
from workflow.demo.clock import OPENS_AT, DemoClock
from workflow.demo.past import Post
from workflow.demo.travel import next_target, travel
from workflow.reports.check import check
from workflow.wiring import Wired

WITHIN_S = 20.0
"""Seconds that it may take on a busy machine; on a quiet one it takes two."""


@pytest.fixture
def post() -> Post:
    return Post()


@pytest.fixture
def wired(demo_settings: Settings, demo_sessions: Sessions, post: Post) -> Wired:
    made = wiring.connect(demo_settings, sessions=demo_sessions, clock=DemoClock(demo_sessions))
    return dataclasses.replace(made, sender=post)


def counts(sessions: Sessions) -> dict[str, int]:
    """How many rows each table has, but for what says how the product is."""
    with sessions() as session:
        tables = session.scalars(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")).all()
        return {
            table: session.scalar(text(f'SELECT count(*) FROM "{table}"')) or 0
            for table in tables
            if table not in copy.NOT_COPIED
        }


def test_everything_is_as_it_was_in_seconds(
    newcomer: FlaskClient, demo_settings: Settings, mail_folder: Path, wired: Wired, post: Post
) -> None:
    demo_sessions = wired.sessions
    before, letters = counts(demo_sessions), sorted(mail_folder.iterdir())
    press(newcomer, "/demo/sign-in", "/demo", person="approver2@dclg.example")
    with demo_sessions() as session:
        travel(wired, next_target(session, wired.clock.now()))
    assert post.taken
    post.deliver(mail_folder)
    assert counts(demo_sessions) != before

    began = time.monotonic()
    answer = press(newcomer, "/demo/start-again", "/demo/start-again")
    took = time.monotonic() - began

    assert answer.status_code == 303  # type: ignore[attr-defined]
    assert took < WITHIN_S
    assert counts(demo_sessions) == before
    assert sorted(mail_folder.iterdir()) == letters
    assert abs((wired.clock.now() - OPENS_AT).total_seconds()) < 600
    assert "Sign out" not in newcomer.get("/demo").text
    with demo_sessions() as session:
        assert session.scalar(select(func.count()).select_from(UserSession)) == 0
        anchors = demo_settings.state / "anchors" / "anchors.jsonl"
        assert verify(session, read_anchors(anchors) if anchors.exists() else ()) == []
        assert check(session) == []


def test_it_can_be_done_again_and_life_goes_on_after_it(
    newcomer: FlaskClient, demo_sessions: Sessions, wired: Wired
) -> None:
    for _time in range(2):
        press(newcomer, "/demo/start-again", "/demo/start-again")
    with demo_sessions() as session:
        travel(wired, next_target(session, wired.clock.now()))
    with demo_sessions() as session:
        assert verify(session) == []
        assert check(session) == []


def test_looking_at_the_page_changes_nothing(newcomer: FlaskClient, demo_sessions: Sessions) -> None:
    before = counts(demo_sessions)
    assert "Start again" in newcomer.get("/demo/start-again").text
    assert counts(demo_sessions) == before


def test_the_products_role_still_may_not_empty_a_table(demo_sessions: Sessions) -> None:
    with pytest.raises(ProgrammingError, match="permission denied"), demo_sessions() as session:
        session.execute(text("TRUNCATE event"))


def test_without_a_copy_the_page_says_how_to_go_on(
    demo_app: Flask, newcomer: FlaskClient, demo_sessions: Sessions, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert demo_app is not None
    monkeypatch.setattr(copy, "can_start_again", lambda _session: False)
    assert "no copy to go back to" in newcomer.get("/demo/start-again").text
    with demo_sessions() as session:
        events = session.scalar(select(func.count()).select_from(Event))
    press_without = newcomer.post("/demo/start-again")
    assert press_without.status_code in {200, 303, 400}
    with demo_sessions() as session:
        assert session.scalar(select(func.count()).select_from(Event)) == events
