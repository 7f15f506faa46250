"""The application as the tests of the web meet it: real database and Valkey, and every page read strictly.

    def test_a_page_says_hello(client, sign_in_as, some_person):
        sign_in_as(some_person)
        answer = client.get("/bids")

`client.get(...)` fails the test when a page does not parse strictly, names an id twice, points at an id that is not there,
or has not exactly one h1 and a title of the pattern. `form_of(answer)` gives the hidden fields of the page's form, to post
back with what is typed.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

from tests.harness import Cluster, Database
from tests.web.every_field import EveryField
from tests.web.strict import check_page, elements
from workflow.accounts import commands
from workflow.app import create_app
from workflow.clock import FixedClock
from workflow.config import RedisUrls, Settings, load_settings
from workflow.db import SYSTEM, Sessions, unit_of_work
from workflow.web import sessions as web_sessions
from workflow.web.forms import ActionForm, PlainForm

SERVICE = "Sector-led improvement grants"


class StrictClient(FlaskClient):
    """A client that reads every page it is given as strictly as it can be read."""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        kwargs.setdefault("buffered", True)
        answer = super().open(*args, **kwargs)
        if (
            answer.mimetype == "text/html"
            and answer.data
            and not answer.location
            and not answer.content_encoding
        ):
            check_page(answer.text)
        return answer


NOWHERE = "postgresql://nobody@127.0.0.1:1/none"


def settings_for(database_url: str, redis: str, **more: str) -> Settings:
    """Settings for an application on a test's own servers."""
    return load_settings(
        {
            "DATABASE_URL": database_url,
            "REDIS_URL": redis,
            "WORKFLOW_SECRET_KEY": "a-secret-key-that-only-the-tests-know",
            "WORKFLOW_SERVICE_NAME": SERVICE,
            **more,
        }
    )


@pytest.fixture(scope="session")
def web_settings(worker_database: Database, cluster: Cluster) -> Settings:
    """The settings of the application under test."""
    return settings_for(
        worker_database.app_url, cluster.redis.redis, WORKFLOW_METRICS_TOKEN="only-for-monitors"
    )


@pytest.fixture(scope="session")
def lonely_app() -> Flask:
    """An application whose database and Redis are not there: for what needs neither, and for their absence."""
    made = create_app(settings_for(NOWHERE, "redis://127.0.0.1:1/0"), testing=True)
    made.test_client_class = StrictClient
    return made


@pytest.fixture(scope="session")
def _one_app(web_settings: Settings) -> Flask:
    app = create_app(web_settings, testing=True)
    app.test_client_class = StrictClient
    return app


@pytest.fixture
def app(_one_app: Flask, sessions: Sessions, clock: FixedClock, redis_urls: RedisUrls) -> Flask:
    """The application on this test's transaction and clock; built once, because templates take long to compile."""
    _one_app.extensions["sessions"] = sessions
    _one_app.extensions["clock"] = clock
    return _one_app


@pytest.fixture
def client(app: Flask) -> Iterator[FlaskClient]:
    """A browser without scripts that is signed out."""
    with app.test_client() as made:
        yield made


@pytest.fixture
def sign_in_as(
    app: Flask, client: FlaskClient, sessions: Sessions, clock: FixedClock
) -> Callable[[Any], None]:
    """Sign `client` in as a person of the database, without the form; the person needs an id."""

    def sign_in(person: Any) -> None:
        with unit_of_work(sessions, clock, actor=SYSTEM) as work:
            token = commands.start_session(work, person.id)
        with app.test_request_context():
            client.set_cookie(web_sessions.cookie_name(), token)

    return sign_in


def form_of(answer: TestResponse, action: str = "") -> dict[str, str]:
    """The hidden fields of the first form of the page's main part, or of the one with this action."""
    found = elements(answer.text)
    main = next(element for element in found if element.tag == "main")
    for form in main.iter("form"):
        if not action or form.get("action") == action:
            return {
                box.get("name"): box.get("value") or ""
                for box in form.iter("input")
                if box.get("type") == "hidden" and box.get("name")
            }
    raise AssertionError("the page has no such form")


@pytest.fixture
def templates() -> Path:
    """The folder of the templates."""
    return Path(__file__).resolve().parents[2] / "templates"


@pytest.fixture
def send(lonely_app: Flask) -> Any:
    """A form as a POST with these values; without the check for forgery, which has tests of its own."""
    contexts = []

    def make(form: type[PlainForm] = EveryField, **values: Any) -> Any:
        context = lonely_app.test_request_context("/", method="POST", data=MultiDict(values))
        context.push()
        contexts.append(context)
        made: Any = form(meta={"csrf": False}, **({"rev": 3} if issubclass(form, ActionForm) else {}))
        made.validate_on_submit()
        return made

    yield make
    for context in reversed(contexts):
        context.pop()
