"""What a person typed, kept through a sign-in.

A form that arrives after its session ended is not thrown away: what was typed goes, signed, into the sign-in page, and after the
sign-in one press draws the form again with it. Nothing is stored on the server, and nothing of it is applied before the person
has seen it and sends it.
"""

from typing import Any, NamedTuple

from flask import current_app, request
from itsdangerous import BadData, URLSafeTimedSerializer

FIELD = "kept"
_LARGEST = 400_000  # Characters; far above any form of the service.
_LONGEST_SECONDS = 24 * 60 * 60
_NEVER = frozenset({"csrf_token", "key", "rev", "password"})


class Kept(NamedTuple):
    """An address, and what was typed there as (name, text)."""

    path: str
    values: tuple[tuple[str, str], ...]


def keep() -> str:
    """What this request's form held, signed; empty when there is nothing to keep or another site sent it."""
    values = typed_values()
    if not values or not sent_from_here():
        return ""
    text: str = _signer().dumps([request.path, values])
    return text if len(text) <= _LARGEST else ""


def typed_values() -> list[tuple[str, str]]:
    """Every value this request's form held, but for secrets, keys and revisions."""
    return [(name, value) for name, value in request.form.items(multi=True) if name not in _NEVER]


def found() -> Kept | None:
    """What came back with this request; None when it is absent, old or was changed."""
    text = request.form.get(FIELD, "")
    if not text:
        return None
    try:
        loaded: Any = _signer().loads(text, max_age=_LONGEST_SECONDS)
        path, values = loaded
        return Kept(str(path), tuple((str(name), str(value)) for name, value in values))
    except (BadData, TypeError, ValueError):
        return None


def sent_from_here() -> bool:
    """Whether the browser says that this form came from a page of this service; older browsers say nothing."""
    return request.headers.get("Sec-Fetch-Site", "same-origin") in {"same-origin", "none"}


def _signer() -> URLSafeTimedSerializer:
    keys = [*reversed(current_app.config.get("SECRET_KEY_FALLBACKS") or ()), current_app.config["SECRET_KEY"]]
    return URLSafeTimedSerializer(keys, salt="kept-form")
