"""What a view is given for the length of one request: the moment, a session to read with, who looks, and a unit of work."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from typing import cast

from flask import Flask, Response, current_app, g
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from workflow.accounts.queries import Viewer
from workflow.clock import Clock
from workflow.config import Settings
from workflow.db import SYSTEM, Actor, Sessions, Work, person, unit_of_work
from workflow.errors import NotAllowed
from workflow.web import sessions as web_sessions
from workflow.web.headers import request_id


def settings() -> Settings:
    """The settings of the running product."""
    return cast("Settings", current_app.config["SETTINGS"])


def clock() -> Clock:
    """The clock of the running product."""
    return cast("Clock", current_app.extensions["clock"])


def sessions() -> Sessions:
    """The maker of database sessions."""
    return cast("Sessions", current_app.extensions["sessions"])


def now() -> datetime:
    """Business time, aware UTC, taken once a request."""
    if "now" not in g:
        g.now = clock().now()
    return cast("datetime", g.now)


def real_now() -> datetime:
    """The machine's time, aware UTC, for sessions, keys and throttles."""
    return clock().real()


def read_session() -> Session:
    """The request's session for reading: opened when first asked for, closed after the answer, never committed."""
    if "session" not in g:
        g.session = sessions()(autoflush=False)
    return cast("Session", g.session)


def current_viewer() -> Viewer | None:
    """Who is signed in, with the roles in force now; None when nobody is."""
    if "viewer" not in g:
        g.viewer = web_sessions.find_viewer(read_session(), real=real_now(), now=now)
    return cast("Viewer | None", g.viewer)


def viewer() -> Viewer:
    """Who is signed in, in a view that the access table keeps for those who are.

    Raises:
        NotAllowed: when nobody is, which the guard has already prevented.
    """
    found = current_viewer()
    if found is None:
        raise NotAllowed("Sign in to see this page.")
    return found


def current_actor() -> Actor:
    """Who acts in this request: the person signed in, else the system, as in signing in itself."""
    found = current_viewer()
    return SYSTEM if found is None else person(found.person_id)


@contextmanager
def work(actor: Actor | None = None) -> Iterator[Work]:
    """One unit of work of this request: commits when the block ends, rolls back on any error.

    `actor` is given where it is not the person signed in, such as the holder of a secret link. What was read before stays
    readable, but its transaction ends here: what is read afterwards is as the unit of work leaves it.
    """
    acting = actor or current_actor()
    moment = now()
    _end(g.get("session"))
    with unit_of_work(sessions(), clock(), actor=acting, request_id=request_id(), now=moment) as opened:
        yield opened


def _must_be_unchanged(session: Session | None) -> None:
    if session is not None and (session.new or session.dirty or session.deleted):
        raise RuntimeError("The session for reading was changed. Change things in `with work() as opened:`")


def _end(session: Session | None) -> None:
    """End the transaction of the session for reading, so that no request waits for a second connection holding one."""
    if session is not None:
        _must_be_unchanged(session)
        session.commit()


def end_reading() -> None:
    """Give up what was being read, after an error: the database answers nothing more within that transaction."""
    session: Session | None = g.get("session")
    if session is not None:
        with suppress(SQLAlchemyError):
            session.rollback()


def register(app: Flask) -> None:
    """Close each request's session, and in tests refuse one that was changed and never committed."""

    @app.after_request
    def look_for_changes(response: Response) -> Response:
        if app.testing:
            _must_be_unchanged(g.get("session"))
        return response

    @app.teardown_request
    def close(_error: BaseException | None) -> None:
        session: Session | None = g.pop("session", None)
        if session is None:
            return
        try:
            # Nothing was changed, so a commit ends it like a rollback; and where the tests put this session and a unit
            # of work onto one connection, it does not take the unit of work back with it.
            session.expunge_all()
            session.commit()
        except SQLAlchemyError:
            session.rollback()
        finally:
            session.close()
