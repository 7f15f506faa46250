"""The demonstration as a newcomer meets it."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.demo.crawling import Crawled, crawled_once
from tests.demonstration import Seeded, demo_settings_for
from tests.harness import Cluster
from tests.web.conftest import StrictClient
from workflow.app import create_app
from workflow.config import Settings
from workflow.db import Sessions, make_engine, make_sessions


@pytest.fixture(scope="session")
def begins_as(seeded: Seeded) -> Seeded:
    """What the clones of the demonstration are clones of; a file of tests may begin with another."""
    return seeded


@pytest.fixture(scope="session")
def crawled(
    cluster: Cluster, seeded: Seeded, tmp_path_factory: pytest.TempPathFactory, worker_id: str
) -> Crawled:
    """Every page that can be reached, walked once for all workers as each kind of reader."""
    own = tmp_path_factory.getbasetemp()
    return crawled_once(cluster, seeded, own if worker_id == "master" else own.parent)


@pytest.fixture(scope="module")
def demo_settings(
    cluster: Cluster, begins_as: Seeded, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Settings]:
    """The settings of a clone of the demonstration, with its own folder of mail."""
    clone = cluster.clone(begins_as.database.name)
    state = tmp_path_factory.mktemp("demonstration") / "state"
    shutil.copytree(begins_as.state, state)
    yield demo_settings_for(clone, cluster, state)
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
