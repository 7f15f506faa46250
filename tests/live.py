"""A running web server over an application of the tests, for a browser; the application stays within reach of the test."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from flask import Flask
from playwright.sync_api import BrowserContext
from sqlalchemy import select
from werkzeug.serving import WSGIRequestHandler, make_server

from workflow.accounts import commands
from workflow.accounts.models import Person
from workflow.db import SYSTEM, unit_of_work
from workflow.web import sessions as web_sessions


class _Quiet(WSGIRequestHandler):
    """Writes no line for each request."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing."""


@contextmanager
def served(app: Flask) -> Iterator[str]:
    """Serve an application on the loopback; the address without a slash at its end."""
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=_Quiet)
    thread = threading.Thread(target=server.serve_forever, name="live", daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join(10)
        server.server_close()


def token_for(app: Flask, email: str) -> tuple[str, str]:
    """The name and value of the cookie with which somebody is signed in, by a session just started.

    Raises:
        LookupError: when nobody has this address.
    """
    with unit_of_work(app.extensions["sessions"], app.extensions["clock"], actor=SYSTEM) as work:
        person_id = work.session.scalars(select(Person.id).where(Person.email == email)).one_or_none()
        if person_id is None:
            raise LookupError(f"Nobody has the address {email}")
        token = commands.start_session(work, person_id)
    with app.test_request_context():
        return web_sessions.cookie_name(), token


def sign_in(app: Flask, context: BrowserContext, address: str, email: str) -> None:
    """Sign a browser in as somebody, or out when the address is empty; the form is not used."""
    context.clear_cookies()
    if email:
        name, value = token_for(app, email)
        context.add_cookies([{"name": name, "value": value, "url": address}])
