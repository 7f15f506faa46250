"""Migrations go up, down and up again, agree with the models, and grant what the roles may do and no more."""

import ast
import importlib
import pkgutil
import re
import subprocess
from pathlib import Path
from typing import Any

import psycopg
import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Identity, create_engine
from sqlalchemy.pool import NullPool

import workflow
from tests.harness import Cluster, Database
from workflow.db import Base
from workflow.embedded.dumps import libpq_url
from workflow.embedded.migrate import SCRIPTS, alembic_config, current, head, migrate

FILES = sorted((SCRIPTS / "versions").glob("*.py"))


def all_models() -> None:
    """Import every room's tables."""
    for module in pkgutil.walk_packages(workflow.__path__, "workflow."):
        if module.name.endswith(".models"):
            importlib.import_module(module.name)


def schema(cluster: Cluster, database: Database) -> str:
    """The whole schema with its grants, as text."""
    done = subprocess.run(
        [cluster.programs / "pg_dump", "--schema-only", "--dbname", libpq_url(database.superuser_url)],
        capture_output=True,
        text=True,
        check=True,
    )
    # The dump begins and ends with a word that is new each time.
    return re.sub(r"^\\(un)?restrict .*$", "", done.stdout, flags=re.MULTILINE)


def test_migrations_go_down_to_nothing_and_up_to_the_very_same_schema(
    cluster: Cluster, database: Database
) -> None:
    before = schema(cluster, database)
    command.downgrade(alembic_config(database.owner_url), "base")
    with psycopg.connect(libpq_url(database.owner_url)) as connection:
        left = connection.execute(
            "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind <> 'i'"
            " UNION ALL SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace"
        ).fetchall()
    assert left == [("alembic_version",)]
    migrate(database.owner_url)
    assert schema(cluster, database) == before


@pytest.mark.slow
def test_each_migration_goes_up_down_and_up(cluster: Cluster) -> None:
    database = cluster.empty()
    for path in FILES:
        revision = path.stem.split("_")[0]
        migrate(database.owner_url, revision=revision)
        before = schema(cluster, database)
        command.downgrade(alembic_config(database.owner_url), "-1")
        migrate(database.owner_url, revision=revision)
        assert schema(cluster, database) == before, revision
    cluster.drop(database)


def is_numbering(difference: Any) -> bool:
    """Whether it is only that a model leaves to the database how it numbers rows, and the migration says how."""
    [change, *_] = difference if isinstance(difference, list) else [difference]
    return change[0] == "modify_default" and isinstance(change[5], Identity) and change[6] is None


def test_the_models_and_the_migrations_agree(database: Database) -> None:
    all_models()
    engine = create_engine(database.owner_url, poolclass=NullPool)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_server_default": True})
        differences = [found for found in compare_metadata(context, Base.metadata) if not is_numbering(found)]
    assert differences == []


def test_there_is_one_head_and_a_clone_stands_at_it(database: Database) -> None:
    assert ScriptDirectory(str(SCRIPTS)).get_heads() == [head()]
    assert current(database.app_url) == head()


@pytest.mark.parametrize("path", FILES, ids=[path.stem for path in FILES])
def test_a_migration_is_numbered_says_why_and_never_imports_the_product(path: Path) -> None:
    tree = ast.parse(path.read_text())
    assert re.fullmatch(r"\d{4}_[a-z0-9_]+", path.stem)
    assert ast.get_docstring(tree)
    values = {
        node.targets[0].id: ast.literal_eval(node.value)
        for node in tree.body
        if isinstance(node, ast.Assign)
        and isinstance(node.targets[0], ast.Name)
        and node.targets[0].id.endswith("revision")
    }
    number = int(path.stem[:4])
    assert values == {"revision": path.stem[:4], "down_revision": f"{number - 1:04d}" if number > 1 else None}
    imported = {
        name.split(".")[0]
        for node in ast.walk(tree)
        for name in (
            [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else []
        )
    }
    assert "workflow" not in imported


FOR_EVER = (
    "event",
    "ledger_entry",
    "allocation_revision",
    "bid_version",
    "case_duty",
    "vote",
    "vote_voided",
    "decision_step",
    "treasury_consent",
    "direction_objection",
    "ministerial_direction",
    "appraisal",
    "appraisal_year",
    "appraisal_score",
    "appraisal_test",
    "payment",
    "award_step",
    "variation_year",
    "variation_vote",
    "year_end",
    "termination",
    "recovery_receipt",
    "response",
    "deadline_move",
    "access_entry",
    "consultation_move",
    "election_period",
    "invitation_start",
)


@pytest.mark.parametrize("table", FOR_EVER)
def test_what_is_for_ever_can_be_added_to_and_nothing_else(database: Database, table: str) -> None:
    with psycopg.connect(libpq_url(database.app_url)) as connection:
        allowed = [
            right
            for right in ("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE")
            if connection.execute("SELECT has_table_privilege(%s, %s)", [table, right]).fetchone() == (True,)
        ]
        columns = connection.execute(
            "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0"
            " AND has_column_privilege(attrelid, attnum, 'UPDATE')",
            [table],
        ).fetchall()
    assert allowed == ["SELECT", "INSERT"]
    assert columns == []


CHANGES = [
    ("award", {"accepted_at", "accepted_by", "total_pence", "ends_on"}),
    ("profile_line", {"amount_pence"}),
    ("variation", {"status", "settled_at", "settled_by", "answer"}),
    ("recovery", {"recovered_pence"}),
    ("claim", {"state", "accepted_pence", "check_reason", "checked_at", "checked_by"}),
    ("closure", {"confirmed_at", "confirmed_by", "declined_at", "declined_by", "decline_reason"}),
    ("role_assignment", {"valid_to"}),
    ("delegation", {"valid_to"}),
    ("cover", {"valid_to"}),
    ("interest", {"resolved_at", "resolution"}),
    ("approval_tier", {"valid_to"}),
    ("decision_question", {"answer", "answered_at"}),
    ("deadline_rule", {"valid_to"}),
    ("event_text", {"text", "salt", "erased_at"}),
    ("response_hold", {"resolved_at", "resolution", "reason", "resolved_by"}),
]


@pytest.mark.parametrize(("table", "columns"), CHANGES)
def test_of_what_was_decided_only_the_next_persons_word_can_be_added(
    database: Database, table: str, columns: set[str]
) -> None:
    with psycopg.connect(libpq_url(database.app_url)) as connection:
        found = connection.execute(
            "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0"
            " AND has_column_privilege(attrelid, attnum, 'UPDATE')",
            [table],
        ).fetchall()
        deletes = connection.execute("SELECT has_table_privilege(%s, 'DELETE')", [table]).fetchone()
    assert {name for (name,) in found} == columns
    assert deletes == (False,)
