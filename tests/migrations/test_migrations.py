"""Migrations go up, down and up again, and make exactly what the models say."""

from pathlib import Path

from alembic.autogenerate import compare_metadata
from alembic.command import downgrade, upgrade
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from tests.harness import Cluster, Database
from workflow.db import Base
from workflow.wiring import wire

ROOT = Path(__file__).resolve().parents[2]


def config(url: str) -> Config:
    made = Config()
    made.set_main_option("script_location", str(ROOT / "migrations"))
    made.attributes["url"] = url
    return made


def test_they_form_one_line_with_one_head() -> None:
    scripts = ScriptDirectory.from_config(config(""))
    assert len(scripts.get_heads()) == 1
    assert [script.revision for script in scripts.walk_revisions()] == sorted(
        (script.revision for script in scripts.walk_revisions()), reverse=True
    )


def test_they_go_up_and_down_and_up_again(cluster: Cluster) -> None:
    database = cluster.empty()
    try:
        made = config(database.owner_url)
        upgrade(made, "head")
        downgrade(made, "base")
        engine = create_engine(database.superuser_url, poolclass=NullPool)
        with engine.connect() as connection:
            left = connection.scalars(
                text(
                    "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version'"
                )
            ).all()
        assert left == []
        upgrade(made, "head")
    finally:
        cluster.drop(database)


def test_they_make_what_the_models_say(database: Database) -> None:
    wire()
    engine = create_engine(database.owner_url, poolclass=NullPool)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        difference = compare_metadata(context, Base.metadata)
    assert [str(one)[:300] for one in difference] == []


def test_no_migration_imports_the_product() -> None:
    for path in (ROOT / "migrations" / "versions").glob("*.py"):
        assert "workflow." not in "".join(
            line
            for line in path.read_text(encoding="utf-8").splitlines()
            if line.startswith(("import", "from"))
        ), path.name


def test_the_application_cannot_change_evidence(database: Database) -> None:
    engine = create_engine(database.app_url, poolclass=NullPool)
    with engine.connect() as connection:
        for table in ("event", "ledger_entry", "allocation_revision", "bid_version"):
            granted = connection.scalar(
                text(
                    "SELECT has_table_privilege('workflow_app', :table, 'UPDATE') "
                    "OR has_table_privilege('workflow_app', :table, 'DELETE') "
                    "OR has_table_privilege('workflow_app', :table, 'TRUNCATE')"
                ),
                {"table": table},
            )
            assert granted is False, table
