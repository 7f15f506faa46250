"""The door: every request is compared with the access table before its view runs."""

from urllib.parse import urlencode, urlsplit

from flask import Flask, abort, g, redirect, request
from flask import Response as FlaskResponse
from werkzeug.wrappers import Response

from workflow.accounts import commands
from workflow.errors import NotAllowed
from workflow.web import kept, sessions
from workflow.web.access import ACCESS, Rule, Who
from workflow.web.context import current_viewer, real_now, settings, work
from workflow.web.pages import render

NOT_YOURS = (
    "Your role does not include this page. If you think it should, ask the person who looks after roles."
)


LARGEST_TEXT = 1024 * 1024


def register(app: Flask) -> None:
    """Put the guard in front of every view."""

    @app.before_request
    def guard() -> Response | None:
        if request.mimetype != "multipart/form-data":
            request.max_content_length = LARGEST_TEXT
        if request.endpoint is None:
            return None
        rule = ACCESS[request.endpoint]
        if rule.who is Who.DEMO and not settings().demo:
            abort(404)
        if request.method == "POST" and not kept.sent_from_here():
            abort(400)
        return _let_in(rule)

    @app.after_request
    def note_use(response: FlaskResponse) -> FlaskResponse:
        """Note that the session was used, in a short transaction of its own, so that it does not idle out."""
        token = sessions.token()
        if token is None or g.get("viewer") is None or g.get("is_offline"):
            return response
        if sessions.is_seen_again(sessions.digest(token), real_now()):
            with work() as opened:
                commands.see_session(opened, sessions.digest(token))
        return response


def _let_in(rule: Rule) -> Response | None:
    if rule.who in {Who.ANYONE, Who.DEMO}:
        return None
    found = current_viewer()
    if found is None:
        return _ask_to_sign_in()
    if not rule.lets_in(found.roles):
        raise NotAllowed(NOT_YOURS)
    return None


def _ask_to_sign_in() -> Response:
    """A page that was asked for is opened after the sign-in; what was typed is given back after it."""
    if request.method != "POST":
        return redirect(f"/sign-in?{urlencode({'next': next_path()})}", 303)
    from workflow.web.sign_in.forms import SignInForm  # noqa: PLC0415  The room stands above the guard.

    form = SignInForm(formdata=None)
    form.kept.data = kept.keep()
    return render("pages/sign_in/sign_in.html", status=401, form=form, hide_sign_in=True, has_ended=True)


def next_path() -> str:
    """The address that was asked for, to come back to."""
    return request.full_path.rstrip("?")


def is_local(path: str) -> bool:
    """Whether an address is a path of this service: anything that a browser could read as another site is refused."""
    if not path.startswith("/") or path.startswith("//") or "\\" in path or not path.isprintable():
        return False
    parts = urlsplit(path)
    return not parts.scheme and not parts.netloc
