"""What is watched at the door: those who look after people never act on bids, and what auditors read is written down.

Source: domain, sections 4 and 8, and section 10, case 17.
"""

from flask import Flask, request
from flask import Response as FlaskResponse

from workflow import audit
from workflow.accounts.queries import Viewer
from workflow.accounts.roles import Role
from workflow.cases.reads import note_read
from workflow.errors import NotAllowed
from workflow.web.context import current_viewer, work

ACTS = "bids.act"
NO_DECISIONS = "You look after people and settings, so you cannot act on a bid. Ask a person whose role includes this step."
NOT_READ = frozenset({"about", "demo", "home", "sign_in", "site", "static"})
"""Rooms whose pages hold nothing of a bid: that an auditor opened them is not written down."""
_LONGEST = 200


def register(app: Flask) -> None:
    """Watch every request, after the guard let it in."""

    @app.before_request
    def keep_out_of_bids() -> None:
        if request.endpoint != ACTS:
            return
        found = current_viewer()
        if found is None or not found.has(Role.ADMINISTRATOR):
            return
        if request.method == "POST":
            _write_down(found)
        raise NotAllowed(NO_DECISIONS)

    @app.after_request
    def note_reading(response: FlaskResponse) -> FlaskResponse:
        if request.method != "GET" or response.status_code != 200 or not _is_noted():
            return response
        found = current_viewer()
        if found is not None and found.has(Role.AUDITOR):
            reference = (request.view_args or {}).get("reference")
            with work() as opened:
                note_read(opened, found.person_id, request.full_path.rstrip("?")[:_LONGEST], reference)
        return response


def _is_noted() -> bool:
    return request.blueprint is not None and request.blueprint not in NOT_READ


def _write_down(found: Viewer) -> None:
    """Put the attempt on the person's stream, in a transaction of its own, so that refusing does not undo it."""
    asked = f"{request.view_args or {}}"[:_LONGEST]
    with work() as opened:
        audit.record(opened, f"person:{found.person_id}", "decision_refused", {}, texts={"asked": asked})
