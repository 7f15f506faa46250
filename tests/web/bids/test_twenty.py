"""Twenty presses of one button at the same instant, through the whole application, on real PostgreSQL."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from tests.bids.world import World, build
from tests.harness import Cluster, Database
from tests.web.conftest import form_of, settings_for
from workflow.accounts import commands as accounts
from workflow.app import create_app
from workflow.audit.models import Event
from workflow.bids.models import BidVersion
from workflow.cases import commands
from workflow.cases.registry import _installed
from workflow.clock import FixedClock
from workflow.db import make_engine, make_sessions
from workflow.notifications import Notification
from workflow.web import sessions as web_sessions

PRESSES = 20


@pytest.fixture
def world(database: Database, clock: FixedClock) -> Iterator[World]:
    """A world in a database of its own, because every press has a connection of its own."""
    before = list(_installed)
    engine = make_engine(database.app_url, pool_size=PRESSES)
    yield build(World(make_sessions(engine), clock))
    engine.dispose()
    _installed[:] = before


@pytest.fixture
def busy_app(world: World, database: Database, cluster: Cluster) -> Flask:
    """The application on that database."""
    settings = settings_for(database.app_url, cluster.redis.redis)
    return create_app(settings, sessions=world.sessions, clock=world.clock, testing=True)


def press_together(app: Flask, world: World, reference: str) -> list[TestResponse]:
    """The signatory's form, drawn once and sent twenty times at one instant."""
    path = f"/bids/{reference}/actions/submit"
    with world.work() as work:
        token = accounts.start_session(work, world.ids["signatory"])
    with app.test_request_context():
        name = web_sessions.cookie_name()
    first = app.test_client()
    first.set_cookie(name, token)
    typed = {**form_of(first.get(path)), "declaration": ["true", "may_sign"]}
    cookies = [(one.key, one.value) for one in (first._cookies or {}).values()]
    together = threading.Barrier(PRESSES)

    def press(_number: int) -> TestResponse:
        browser = app.test_client()
        for key, value in cookies:
            browser.set_cookie(key, value)
        together.wait(30)
        return browser.post(path, data=typed)

    with ThreadPoolExecutor(PRESSES) as pool:
        return list(pool.map(press, range(PRESSES)))


def counts(world: World, reference: str) -> tuple[int, int, int]:
    """How many versions, submissions and receipts there are of a bid."""
    case_id = world.case(reference).id
    with world.sessions() as session:
        return (
            session.scalar(select(func.count()).where(BidVersion.bid_id == case_id)) or 0,
            session.scalar(
                select(func.count()).where(Event.stream == f"case:{case_id}", Event.event == "bid_submitted")
            )
            or 0,
            session.scalar(
                select(func.count()).where(
                    Notification.template == "bid_received",
                    Notification.address == "signatory@example.test",
                )
            )
            or 0,
        )


def test_twenty_presses_at_once_make_one_submission_and_land_on_one_page(
    busy_app: Flask, world: World
) -> None:
    reference = world.whole()
    answers = press_together(busy_app, world, reference)
    assert {(answer.status_code, answer.location) for answer in answers} == {(303, f"/bids/{reference}/sent")}
    assert counts(world, reference) == (1, 1, 1)
    assert world.case(reference).rev == 2


def test_without_the_one_time_key_the_other_presses_would_not_land_there(
    busy_app: Flask, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(commands, "take_key", lambda *_given, **_named: None)
    monkeypatch.setattr(commands, "store_result", lambda *_given, **_named: None)
    reference = world.whole()
    answers = press_together(busy_app, world, reference)
    assert sum(answer.status_code == 303 for answer in answers) == 1
    assert sum(answer.status_code == 409 for answer in answers) > 0
