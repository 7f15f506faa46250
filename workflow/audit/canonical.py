"""The one text of an event that is hashed, stored and exported; and the two digests made of texts.

The text is JSON with sorted keys, whole numbers, strings in ASCII escapes and moments in UTC with microseconds, so
that it has one spelling on every machine. It is kept as text: `jsonb` would reorder it.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

FIRST = "0" * 64
"""What the first event of a stream names as the hash before it."""

LONGEST_STRING = 200
_ADDRESS = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]+")
Payload = Mapping[str, Any]


class UnfitPayload(ValueError):
    """An event was given what must never stand in it: a fraction, an address, or text that belongs in `texts`.

    This is a mistake in the calling code, so it is no `WorkflowError`.
    """


def check_payload(value: object, path: str = "payload") -> None:
    """Refuse what an event must not hold.

    An event can never be changed, so it names people by id, and keeps long and free text beside it where it can be
    erased.

    Raises:
        UnfitPayload: naming the place.
    """
    match value:
        case None | bool() | int():
            return
        case str():
            if len(value) > LONGEST_STRING or _ADDRESS.search(value):
                raise UnfitPayload(f"{path} holds long text or an address, which belongs in `texts`")
        case list() | tuple():
            for index, item in enumerate(value):
                check_payload(item, f"{path}[{index}]")
        case dict():
            for key, item in value.items():
                if not isinstance(key, str):
                    raise UnfitPayload(f"{path} has a key that is no text: {key!r}")
                check_payload(item, f"{path}.{key}")
        case _:
            raise UnfitPayload(
                f"{path} is a {type(value).__name__}; only whole numbers and text have one spelling"
            )


def canonical_json(value: Mapping[str, Any]) -> str:
    """The one spelling of a JSON object, in ASCII."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)


def canonical_moment(moment: datetime) -> str:
    """A moment in UTC with microseconds: `2011-03-29T08:00:00.000000Z`.

    Raises:
        UnfitPayload: when it has no time zone.
    """
    if moment.tzinfo is None:
        raise UnfitPayload("a moment without a time zone has no one spelling")
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def chain_hash(previous_hash: str, canonical: str) -> str:
    """The SHA-256, in hex, of an event's text and of the hash before it."""
    return hashlib.sha256(f"{previous_hash}\n{canonical}".encode()).hexdigest()


def text_digest(salt: str, text: str) -> str:
    """The salted SHA-256, in hex, of a text beside an event.

    The salt is erased with the text, so that a short text cannot be guessed from what remains.
    """
    return hashlib.sha256(f"{salt}\n{text}".encode()).hexdigest()
