"""Reads of events. Who may see a stream is decided by the room that owns its subject, above this one."""

import json
from collections.abc import Iterable, Mapping
from typing import Any, cast

from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

from workflow.audit.models import Event, EventText


def head_of(session: Session, stream: str) -> tuple[int, str] | None:
    """The number and hash of a stream's last event; None when it has none."""
    statement = select(Event.seq, Event.hash).where(Event.stream == stream)
    row = session.execute(statement.order_by(Event.seq.desc()).limit(1)).first()
    return None if row is None else (row.seq, row.hash)


def events_of(session: Session, stream: str, limit: int = 100, *, before: int | None = None) -> list[Event]:
    """Up to `limit` events of a stream, the newest first; `before` is the `seq` where the page before ended."""
    statement = select(Event).where(Event.stream == stream)
    if before is not None:
        statement = statement.where(Event.seq < before)
    return list(session.scalars(statement.order_by(Event.seq.desc()).limit(limit)))


def events_named(session: Session, places: Mapping[str, int]) -> dict[str, str]:
    """The name of one event of each stream, by stream, where `places` gives the number of the event; in one statement."""
    wanted = tuple_(Event.stream, Event.seq).in_(list(places.items()))
    rows = session.execute(select(Event.stream, Event.event).where(wanted).order_by(Event.stream))
    return dict(rows.all())


def texts_of(session: Session, event_ids: Iterable[int]) -> dict[int, dict[str, str | None]]:
    """The texts beside some events, by event and name; an erased one is None."""
    found: dict[int, dict[str, str | None]] = {}
    statement = select(EventText.event_id, EventText.name, EventText.text)
    statement = statement.where(EventText.event_id.in_(list(event_ids)))
    for event_id, name, text in session.execute(statement.order_by(EventText.event_id, EventText.name)):
        found.setdefault(event_id, {})[name] = text
    return found


def payload_of(event: Event) -> dict[str, Any]:
    """What an event says, read from the text that was hashed."""
    return cast("dict[str, Any]", json.loads(event.canonical)["payload"])
