"""The sign-in cookie: a random token whose digest, never itself, is kept on the server, where it can be revoked."""

import hashlib
from collections.abc import Callable
from datetime import datetime, timedelta

from flask import current_app, request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from workflow.accounts import queries
from workflow.accounts.queries import Viewer
from workflow.config import Settings
from workflow.errors import NotHere

NOTE_EVERY = timedelta(minutes=5)
MOST_REMEMBERED = 10_000


def cookie_name() -> str:
    """The cookie's name; over TLS its prefix makes browsers refuse it from anywhere but this host."""
    return "__Host-workflow_session" if _settings().is_secure else "workflow_session"


def token() -> str | None:
    """The token that this request carries, if it looks like one."""
    found = request.cookies.get(cookie_name(), "")
    return found if 20 <= len(found) <= 200 and found.isascii() else None


def digest(token_text: str) -> str:
    """What is kept of a token."""
    return hashlib.sha256(token_text.encode()).hexdigest()


def find_viewer(session: Session, *, real: datetime, now: Callable[[], datetime]) -> Viewer | None:
    """Who holds the token of this request; None without one, or when it has ended or was revoked."""
    found = token()
    if found is None:
        return None
    person_id = queries.person_of_session(session, digest(found), real)
    if person_id is None:
        return None
    try:
        return queries.viewer_for(session, person_id, now())
    except NotHere:
        return None  # The person has left since.


def is_seen_again(token_digest: str, real: datetime) -> bool:
    """Whether the use of a session is worth a note: once in some minutes in each process, not with every page."""
    seen: dict[str, datetime] = current_app.extensions.setdefault("sessions_seen", {})
    last = seen.get(token_digest)
    if last is not None and real - last < NOTE_EVERY:
        return False
    if len(seen) > MOST_REMEMBERED:
        seen.clear()
    seen[token_digest] = real
    return True


def give(response: Response, token_text: str) -> None:
    """Put the token into the browser, for scripts unreadable and for this host only."""
    response.set_cookie(
        cookie_name(), token_text, httponly=True, samesite="Lax", secure=_settings().is_secure, path="/"
    )


def take_back(response: Response) -> None:
    """Remove the token from the browser."""
    response.delete_cookie(
        cookie_name(), httponly=True, samesite="Lax", secure=_settings().is_secure, path="/"
    )


def _settings() -> Settings:
    found: Settings = current_app.config["SETTINGS"]
    return found
