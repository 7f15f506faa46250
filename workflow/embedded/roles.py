"""The two roles of the product's database, and its databases."""

from pathlib import Path

import psycopg
from psycopg import sql

from workflow.db import APP_ROLE

OWNER = "workflow_owner"
APP = APP_ROLE
SUPERUSER = "postgres"

# These stand on the role, not in a connection, so that they survive a pooler. Source: notifications.md, roles.
APP_SETTINGS = {
    "timezone": "UTC",
    "lock_timeout": "3s",
    "statement_timeout": "30s",
    "idle_in_transaction_session_timeout": "30s",
}


def prepare(sockets: Path, databases: tuple[str, ...]) -> None:
    """Create the two roles with their settings, and the databases, where they are missing."""
    with psycopg.connect(host=str(sockets), dbname="postgres", user=SUPERUSER, autocommit=True) as connection:
        create_roles(connection)
        for name in databases:
            create_database(connection, name)


def create_roles(connection: psycopg.Connection[tuple[object, ...]]) -> None:
    """Create `workflow_owner`, which migrates, and `workflow_app`, which everything else runs as."""
    there = {
        row[0] for row in connection.execute("SELECT rolname FROM pg_roles WHERE rolname LIKE 'workflow%'")
    }
    for role in (OWNER, APP):
        if role not in there:
            connection.execute(sql.SQL("CREATE ROLE {} LOGIN").format(sql.Identifier(role)))
    connection.execute(sql.SQL("ALTER ROLE {} SET timezone = 'UTC'").format(sql.Identifier(OWNER)))
    for name, value in APP_SETTINGS.items():
        statement = sql.SQL("ALTER ROLE {} SET {} = {}")
        connection.execute(statement.format(sql.Identifier(APP), sql.Identifier(name), sql.Literal(value)))


def create_database(
    connection: psycopg.Connection[tuple[object, ...]], name: str, *, template: str | None = None
) -> None:
    """Create a database that `workflow_owner` owns, where it is missing; grants in a template survive by that."""
    if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
        return
    statement = sql.SQL("CREATE DATABASE {} OWNER {}").format(sql.Identifier(name), sql.Identifier(OWNER))
    if template is not None:
        statement += sql.SQL(" TEMPLATE {}").format(sql.Identifier(template))
    connection.execute(statement)
