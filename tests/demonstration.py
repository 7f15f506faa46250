"""The demonstration, told once for the whole run: its database is a template, and each file of tests has a clone of it."""

import fcntl
import shutil
from dataclasses import dataclass
from pathlib import Path

from tests.harness import Cluster, Database
from tests.settings import settings_for
from workflow.config import Settings
from workflow.db import make_engine, make_sessions
from workflow.deadlines import start
from workflow.demo.clock import OPENS_AT
from workflow.embedded.filling import fill
from workflow.wiring import deploy_definitions, make_clock, wire

NAME = "workflow_demonstration"


@dataclass(frozen=True)
class Seeded:
    """A database that was filled once and that nobody is connected to, and the folder of the mail it sent."""

    database: Database
    state: Path


def seeded_once(cluster: Cluster, shared: Path) -> Seeded:
    """The demonstration of this run; the first worker that asks tells it, and the others wait for that.

    `shared` is a folder that all workers of the run have in common.
    """
    made = Seeded(cluster.named(NAME), shared / "demonstration")
    done = shared / "demonstration.done"
    with (shared / "demonstration.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not done.exists():
            # Whoever was interrupted before left half of it.
            cluster.drop(made.database)
            shutil.rmtree(made.state, ignore_errors=True)
            made.state.mkdir()
            cluster.clone(name=NAME)
            _tell(demo_settings_for(made.database, cluster, made.state))
            done.touch()
    return made


def demo_settings_for(database: Database, cluster: Cluster, state: Path) -> Settings:
    """The settings of a demonstration on a test's own servers; it has no mail server."""
    return settings_for(
        DATABASE_URL=database.app_url,
        MIGRATION_DATABASE_URL=database.owner_url,
        REDIS_URL=cluster.redis.redis,
        WORKFLOW_DEMO="on",
        WORKFLOW_SERVICE_NAME="Sector-led improvement grants",
        WORKFLOW_STATE=str(state),
        SMTP_HOST="127.0.0.1",
        SMTP_PORT="1",
    )


def _tell(settings: Settings) -> None:
    engine = make_engine(settings.database_url)
    sessions = make_sessions(engine)
    wire()
    start(sessions, OPENS_AT)
    with sessions() as session, session.begin():
        deploy_definitions(session, make_clock(settings, sessions).now())
    engine.dispose()
    fill(settings)
