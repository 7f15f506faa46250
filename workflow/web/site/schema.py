"""Which migration this code expects the database to be at."""

from functools import cache

from alembic.script import ScriptDirectory

from workflow.web.statics import ROOT


@cache
def expected_head() -> str | None:
    """The newest migration beside this code."""
    return ScriptDirectory(str(ROOT / "migrations")).get_current_head()
