"""The kernel of the database: what it lets out about the rows that an error was about."""

import traceback

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import IntegrityError

ADDRESS = "jo@dclg.example"


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO person (email, name, organisation_id, active) VALUES (:address, 'Jo', -1, true)",
        "INSERT INTO organisation (code, name, short_name, kind) VALUES (:address, 'Jo', 'Jo', 'none')",
    ],
)
def test_an_error_of_the_database_names_the_rule_and_nothing_of_the_row(
    app_engine: Engine, statement: str
) -> None:
    with (
        app_engine.connect() as connection,
        pytest.raises(IntegrityError, match="violates") as found,
    ):
        connection.execute(text(statement), {"address": ADDRESS})
    assert found.value.orig is not None
    assert found.value.orig.diag.constraint_name or found.value.orig.diag.column_name  # type: ignore[attr-defined]
    for written in (str(found.value), "".join(traceback.format_exception(found.value))):
        assert ADDRESS not in written
        assert "Failing row" not in written
