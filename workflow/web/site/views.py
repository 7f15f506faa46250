"""Static pages of the footer, and the answers for monitors."""

import hmac

from flask import Blueprint, abort, current_app, request
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.wrappers import Response

from workflow.web.context import read_session, settings
from workflow.web.pages import render
from workflow.web.site.schema import expected_head

blueprint = Blueprint("site", __name__)


@blueprint.get("/help")
def help_page() -> Response:
    """Who helps, and where things are."""
    return render("pages/site/help.html")


@blueprint.get("/cookies")
def cookies() -> Response:
    """The two cookies, both essential."""
    return render("pages/site/cookies.html")


@blueprint.get("/privacy")
def privacy() -> Response:
    """What is kept about people, why, and for how long."""
    return render("pages/site/privacy.html")


@blueprint.get("/accessibility")
def accessibility() -> Response:
    """The accessibility statement."""
    return render("pages/site/accessibility.html")


@blueprint.get("/contact")
def contact() -> Response:
    """How to reach the people who run the service."""
    return render("pages/site/contact.html")


@blueprint.get("/healthz")
def healthz() -> Response:
    """Alive: the process answers. It asks nobody else."""
    return _plain("ok")


@blueprint.get("/readyz")
def readyz() -> Response:
    """Ready for people: the database answers, its schema is the one this code expects, and the assets are there.

    Nothing else is asked: a stopped broker must not take every page away.
    """
    troubles = _troubles()
    return _plain("ready") if not troubles else _plain("\n".join(troubles), 503)


def _troubles() -> list[str]:
    troubles = []
    if not current_app.extensions["assets"].are_present():
        troubles.append("assets: the built style sheet and script are not there")
    try:
        found = read_session().scalar(text("SELECT version_num FROM alembic_version"))
    except SQLAlchemyError:
        return [*troubles, "database: it does not answer, or was never migrated"]
    if found != expected_head():
        troubles.append(f"schema: the database is at {found}, this code expects {expected_head()}")
    return troubles


@blueprint.get("/status")
def status() -> Response:
    """The same as lines for a monitor that holds the token; without one it is not there."""
    token = settings().metrics_token
    sent = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if not token or not hmac.compare_digest(sent.encode(), token.encode()):
        abort(404)
    troubles = _troubles()
    return _plain("\n".join(troubles or ["ready"]), 503 if troubles else 200)


def _plain(body: str, code: int = 200) -> Response:
    return current_app.response_class(f"{body}\n", status=code, mimetype="text/plain")
