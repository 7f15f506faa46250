"""The demonstration as a newcomer meets it: its own database, filled by the product's own start."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine

from tests.harness import Cluster, Database
from tests.web.conftest import StrictClient, settings_for
from workflow.app import create_app
from workflow.config import Settings
from workflow.db import Sessions, make_engine, make_sessions
from workflow.deadlines import start
from workflow.demo.clock import OPENS_AT
from workflow.embedded.filling import fill
from workflow.wiring import deploy_definitions, make_clock, wire


@pytest.fixture(scope="session")
def demo_database(cluster: Cluster) -> Iterator[Database]:
    made = cluster.clone()
    yield made
    cluster.drop(made)


@pytest.fixture(scope="session")
def demo_settings(
    demo_database: Database, cluster: Cluster, tmp_path_factory: pytest.TempPathFactory
) -> Settings:
    return settings_for(
        demo_database.app_url,
        cluster.redis.redis,
        WORKFLOW_DEMO="on",
        WORKFLOW_STATE=str(tmp_path_factory.mktemp("state")),
        SMTP_HOST="127.0.0.1",
        SMTP_PORT="1",
    )


@pytest.fixture(scope="session")
def demo_engine(demo_database: Database) -> Iterator[Engine]:
    made = make_engine(demo_database.app_url)
    yield made
    made.dispose()


@pytest.fixture(scope="session")
def demo_sessions(demo_engine: Engine, demo_settings: Settings) -> Sessions:
    """The seeded database."""
    sessions = make_sessions(demo_engine)
    wire()
    start(sessions, OPENS_AT)
    with sessions() as session, session.begin():
        deploy_definitions(session, make_clock(demo_settings, sessions).now())
    fill(demo_settings)
    return sessions


@pytest.fixture(scope="session")
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
    folder = demo_settings.state / "mail"
    folder.mkdir(parents=True, exist_ok=True)
    return folder
