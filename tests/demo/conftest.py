"""The demonstration as a newcomer meets it: its own database, filled by the product's own start."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.harness import Cluster, Database
from tests.web.conftest import StrictClient, settings_for
from workflow.app import create_app
from workflow.config import Settings
from workflow.db import Sessions, make_engine, make_sessions
from workflow.deadlines import start
from workflow.demo.clock import OPENS_AT
from workflow.embedded.filling import fill
from workflow.wiring import deploy_definitions, make_clock, wire


@dataclass(frozen=True)
class Seeded:
    """A database that was filled once; nobody is connected to it, so that it can be cloned."""

    database: Database
    state: Path


@pytest.fixture(scope="session")
def seeded(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Seeded]:
    """The demonstration, told once; the tests of each file have a clone of it."""
    made = Seeded(cluster.clone(), tmp_path_factory.mktemp("state"))
    settings = _settings(made.database, cluster, made.state)
    engine = make_engine(settings.database_url)
    sessions = make_sessions(engine)
    wire()
    start(sessions, OPENS_AT)
    with sessions() as session, session.begin():
        deploy_definitions(session, make_clock(settings, sessions).now())
    engine.dispose()
    fill(settings)
    yield made
    cluster.drop(made.database)


def _settings(database: Database, cluster: Cluster, state: Path) -> Settings:
    return settings_for(
        database.app_url,
        cluster.redis.redis,
        WORKFLOW_DEMO="on",
        WORKFLOW_STATE=str(state),
        SMTP_HOST="127.0.0.1",
        SMTP_PORT="1",
    )


@pytest.fixture(scope="module")
def demo_settings(cluster: Cluster, seeded: Seeded) -> Iterator[Settings]:
    """The settings of a clone of the demonstration."""
    clone = cluster.clone(seeded.database.name)
    yield _settings(clone, cluster, seeded.state)
    cluster.drop(clone)


@pytest.fixture(scope="module")
def demo_sessions(demo_settings: Settings) -> Iterator[Sessions]:
    engine = make_engine(demo_settings.database_url)
    yield make_sessions(engine)
    engine.dispose()


@pytest.fixture(scope="module")
def demo_app(demo_settings: Settings, demo_sessions: Sessions) -> Flask:
    app = create_app(demo_settings, sessions=demo_sessions, testing=True)
    app.test_client_class = StrictClient
    return app


@pytest.fixture
def newcomer(demo_app: Flask) -> Iterator[FlaskClient]:
    """A browser that is signed out."""
    with demo_app.test_client() as made:
        yield made


@pytest.fixture
def mail_folder(demo_settings: Settings) -> Path:
    folder = Path(demo_settings.state) / "mail"
    folder.mkdir(parents=True, exist_ok=True)
    return folder
