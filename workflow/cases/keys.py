"""One-time form keys: the second press of a button lands where the first one did."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert

from workflow.cases.models import RequestKey
from workflow.db import Work
from workflow.errors import Invalid, KeyMisused


def take_key(work: Work, key: str, *, action: str, subject: str) -> dict[str, Any] | None:
    """Take the key for this unit of work, or hand back what was stored when it was used before.

    The insert waits for another transaction that holds the same key; a refused one rolls back, so its key can be
    used again.

    Raises:
        Invalid: when the key is missing or not of a form's shape.
        KeyMisused: when it was used by somebody else or for something else.
    """
    if not 8 <= len(key) <= 64 or not key.isalnum():
        raise Invalid("This form is not complete. Open the page again and repeat what you did.")
    taken = work.session.execute(
        insert(RequestKey)
        .values(key=key, actor=str(work.actor), action=action, subject=subject, created_at=work.real)
        .on_conflict_do_nothing()
        .returning(RequestKey.key)
    ).scalar_one_or_none()
    if taken is not None:
        return None
    before = work.session.scalars(select(RequestKey).where(RequestKey.key == key)).one()
    if (before.actor, before.action, before.subject) != (str(work.actor), action, subject):
        raise KeyMisused
    return before.result or {}


def store_result(work: Work, key: str, result: dict[str, Any]) -> None:
    """Keep what came of a key, for the clicks that follow."""
    kept = update(RequestKey).where(RequestKey.key == key).values(result=result)
    # No copy of the row is in the session, because `take_key` wrote it by a statement.
    work.session.execute(kept, execution_options={"synchronize_session": False})


def once(
    work: Work, key: str, *, action: str, subject: str, make: Callable[[], dict[str, Any]]
) -> dict[str, Any]:
    """Do `make` once for this key, and give its stored result to every later call.

    Raises:
        Invalid, KeyMisused: as `take_key` does.
    """
    stored = take_key(work, key, action=action, subject=subject)
    if stored is not None:
        return stored
    result = make()
    store_result(work, key, result)
    return result
