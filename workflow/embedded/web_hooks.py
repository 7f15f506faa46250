"""Hooks of the web server, which loads the product once and then forks its workers, for their memory and their start."""

from typing import Any


def post_fork(_server: Any, worker: Any) -> None:
    """Let a new worker make its own connections: two processes on one would mix up their answers."""
    application = worker.app.wsgi()
    application.extensions["sessions"].kw["bind"].dispose(close=False)
