"""Alembic's entry: runs as the owner of the schema, on a direct connection given by the caller."""

from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlalchemy import create_engine, pool

config = context.config


def run() -> None:
    """Apply the migrations on `config.attributes['connection']`, or connect to `config.attributes['url']`."""
    connection = config.attributes.get("connection")
    if connection is not None:
        _migrate(connection)
        return
    engine = create_engine(config.attributes["url"], poolclass=pool.NullPool)
    with engine.connect() as opened:
        _migrate(opened)
        opened.commit()


def _migrate(connection: object) -> None:
    context.configure(
        connection=connection,  # type: ignore[arg-type]
        target_metadata=config.attributes.get("metadata"),
        render_item=_render_item,
        compare_server_default=True,
        transaction_per_migration=True,
    )
    with context.begin_transaction():
        context.run_migrations()


def _render_item(kind: str, item: Any, _context: AutogenContext) -> str | Literal[False]:
    """Keep the product's own column types out of migrations, which never import it."""
    if kind == "type":
        name = type(item).__name__
        if name == "UtcDateTime":
            return "sa.DateTime(timezone=True)"
        if name == "TextEnum":
            return "sa.Text()"
    return False


run()
