"""One-time form keys: the second press of a button lands where the first one did."""

import json
from collections.abc import Callable
from typing import Any

from sqlalchemy import select, text

from workflow.cases.models import RequestKey
from workflow.db import Work
from workflow.errors import Invalid, KeyMisused

_TAKE = text("""
    INSERT INTO request_key (key, actor, action, subject, created_at)
    VALUES (:key, :actor, :action, :subject, :real) ON CONFLICT DO NOTHING RETURNING 1
""")
_STORE = text("UPDATE request_key SET result = CAST(:result AS jsonb) WHERE key = :key")


def take_key(work: Work, key: str, *, action: str, subject: str) -> dict[str, Any] | None:
    """Take the key for this unit of work, or hand back what was stored when it was used before.

    The insert waits for another transaction that holds the same key; a refused one rolls back, so its key can be
    used again.

    Raises:
        Invalid: when the key is missing or not of a form's shape.
        KeyMisused: when it was used by somebody else or for something else.
    """
    # Only the product's own keys hold a colon, so that nobody can use up beforehand the one under which it will act.
    shape = key.replace(":", "") if work.actor.kind == "system" else key
    if not 8 <= len(key) <= 64 or not shape.isalnum():
        raise Invalid("This form is not complete. Open the page again and repeat what you did.")
    row = {"key": key, "actor": str(work.actor), "action": action, "subject": subject, "real": work.real}
    if work.session.execute(_TAKE, row).one_or_none() is not None:
        return None
    before = work.session.scalars(select(RequestKey).where(RequestKey.key == key)).one()
    if (before.actor, before.action, before.subject) != (str(work.actor), action, subject):
        raise KeyMisused
    return before.result or {}


def store_result(work: Work, key: str, result: dict[str, Any]) -> None:
    """Keep what came of a key, for the clicks that follow."""
    work.session.execute(_STORE, {"key": key, "result": json.dumps(result)})


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
