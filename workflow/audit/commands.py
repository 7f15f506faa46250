"""The only writer of events, and the only way to erase a text beside one."""

import json
import secrets
from collections.abc import Mapping
from typing import Any

from sqlalchemy import func, select, text, update

from workflow.audit.canonical import (
    FIRST,
    UnfitPayload,
    canonical_json,
    canonical_moment,
    check_payload,
    text_digest,
)
from workflow.audit.models import Event, EventText
from workflow.audit.streams import head_of
from workflow.db import Work
from workflow.errors import NotHere

_SALT_BYTES = 16
# The head is read and the event with its texts written in one statement, because every decision waits for it. The hash is
# that of `chain_hash`; a number that does not follow the head writes nothing.
_ADD = text("""
    WITH head AS (
        SELECT seq, hash FROM event WHERE stream = :stream ORDER BY seq DESC LIMIT 1
    ), following AS (
        SELECT coalesce(head.seq, 0) AS last, coalesce(head.hash, :first) AS previous_hash
        FROM (SELECT 1) AS one LEFT JOIN head ON true
    ), made AS (
        INSERT INTO event (stream, seq, event, at, real_at, actor, definition, canonical, previous_hash, hash)
        SELECT :stream, :seq, :event, :at, :real_at, :actor, :definition, :canonical, previous_hash,
               encode(sha256(convert_to(previous_hash || chr(10) || :canonical, 'UTF8')), 'hex')
        FROM following WHERE last + 1 = :seq
        RETURNING id, previous_hash, hash
    ), beside AS (
        INSERT INTO event_text (event_id, name, digest, salt, text)
        SELECT made.id, t.name, t.digest, t.salt, t.text
        FROM made, jsonb_to_recordset(CAST(:texts AS jsonb)) AS t (name text, digest text, salt text, text text)
    )
    SELECT following.last, made.id, made.previous_hash, made.hash FROM following LEFT JOIN made ON true
""")


class BrokenOrder(RuntimeError):
    """A caller that numbers its own stream gave a number which does not follow the last one."""


def record(
    work: Work,
    stream: str,
    event: str,
    payload: Mapping[str, Any],
    *,
    texts: Mapping[str, str] | None = None,
    seq: int | None = None,
    definition: str | None = None,
) -> Event:
    """Add an event to a stream and chain it to the one before.

    `payload` holds ids, whole numbers, flags, short codes, and lists or mappings of them: never a name, an address or
    free text. Those go in `texts`, whose digests the event holds. `seq` is given by a caller that holds a lock of its
    own, as `cases.apply` does with the revision; all others wait here for the stream. `definition` is `bid/1` where a
    workflow's rules were applied.

    The `Event` that is returned is a copy for reading; it belongs to no session.

    Raises:
        UnfitPayload: when the payload holds what an event must not.
        BrokenOrder: when `seq` does not follow the stream's last.
    """
    check_payload(dict(payload))
    if seq is None:
        hold_stream(work, stream)
        seq = (head_of(work.session, stream) or (0, FIRST))[0] + 1
    beside = [_beside(name, said) for name, said in (texts or {}).items()]
    named = {"stream": stream, "seq": seq, "event": event, "definition": definition}
    canonical = _canonical(work, named, payload, {row["name"]: row["digest"] for row in beside})
    values = named | {"at": work.now, "real_at": work.real, "actor": str(work.actor), "canonical": canonical}
    written = {**values, "first": FIRST, "texts": json.dumps(beside)}
    made = work.session.execute(_ADD, written).one()
    if made.id is None:
        raise BrokenOrder(f"{stream} stands at {made.last}; an event numbered {seq} cannot follow")
    return Event(id=made.id, previous_hash=made.previous_hash, hash=made.hash, **values)


def _beside(name: str, said: str) -> dict[str, str]:
    salt = secrets.token_hex(_SALT_BYTES)
    return {"name": name, "salt": salt, "text": said, "digest": text_digest(salt, said)}


def hold_stream(work: Work, stream: str) -> None:
    """Wait for a stream and keep it until the transaction ends, where a command must do so before it takes other locks.

    The lock is on the stream's name, because a stream without events has no row to lock. It is a statement of its own:
    one that also read the head would read it as it was before the wait.
    """
    work.session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(stream, 0))))


def erase_text(work: Work, event_id: int, name: str) -> None:
    """Erase a text beside an event, for good; the event keeps its digest and the chain still verifies.

    That it was erased, and by whom, is an event of its own, on `erasure:` and the stream's name.

    Raises:
        NotHere: when the event has no such text, or it is erased already.
    """
    erased = work.session.execute(
        update(EventText)
        .where(EventText.event_id == event_id, EventText.name == name, EventText.text.is_not(None))
        .values(text=None, salt=None, erased_at=work.now)
        .returning(EventText.event_id)
    ).scalar_one_or_none()
    if erased is None:
        raise NotHere
    stream = work.session.execute(select(Event.stream).where(Event.id == event_id)).scalar_one()
    record(work, f"erasure:{stream}", "text_erased", {"event_id": event_id, "name": name})


def _canonical(
    work: Work, named: Mapping[str, Any], payload: Mapping[str, Any], digests: Mapping[str, str]
) -> str:
    if not named["stream"] or not named["event"]:
        raise UnfitPayload("an event needs a stream and a name")
    said = {
        "at": canonical_moment(work.now),
        "real_at": canonical_moment(work.real),
        "actor": str(work.actor),
        "payload": dict(payload),
        "texts": dict(digests),
    }
    return canonical_json({**named, **said})
