"""Signing in and out. A wrong address and a wrong password answer alike, in words and in time."""

from flask import Blueprint, redirect, request, session
from werkzeug.wrappers import Response

from workflow.accounts import commands
from workflow.db import SYSTEM
from workflow.web import kept, sessions
from workflow.web.context import current_viewer, work
from workflow.web.guard import is_local
from workflow.web.pages import render
from workflow.web.sign_in.forms import SignInForm, SignOutForm

blueprint = Blueprint("sign_in", __name__)
TEMPLATE = "pages/sign_in/sign_in.html"
WRONG = "The email address or the password is not right. Check both and try again"


@blueprint.route("/sign-in", methods=["GET", "POST"])
def sign_in() -> Response:
    """Ask for the address and the password, and go on to where the person was."""
    if request.method == "GET" and current_viewer() is not None:
        return redirect(_next(request.args.get("next", "")), 303)
    form = SignInForm()
    if request.method == "GET":
        form.next.data = _next(request.args.get("next", ""))
    if not form.validate_on_submit():
        return render(TEMPLATE, form=form, hide_sign_in=True)
    given = form.data_tuple()
    before = sessions.token()
    with work(SYSTEM) as opened:  # Whoever was signed in here is not who signs in now.
        token = commands.sign_in(opened, email=given.email, password=given.password)
        if token is not None and before is not None:
            commands.sign_out(opened, sessions.digest(before))
    if token is None:
        form.email.errors = [WRONG]
        return render(TEMPLATE, form=form, hide_sign_in=True)
    return _welcome(token, form)


def _welcome(token: str, form: SignInForm) -> Response:
    """Start a fresh browser session, so that nothing from before the sign-in is trusted, and go on."""
    session.clear()
    returned = kept.found()
    if returned is not None and is_local(returned.path):
        answer = render("pages/sign_in/returned.html", kept=returned)
    else:
        answer = redirect(_next(form.next.data or ""), 303)
    sessions.give(answer, token)
    return answer


@blueprint.post("/sign-out")
def sign_out() -> Response:
    """End this session on the server and in the browser."""
    token = sessions.token()
    if not SignOutForm().validate_on_submit() or token is None:
        return redirect("/", 303)
    with work() as opened:
        commands.sign_out(opened, sessions.digest(token))
    session.clear()
    answer = redirect("/sign-in", 303)
    sessions.take_back(answer)
    return answer


def _next(path: str) -> str:
    """Where to go on: a path of this service, else the first page."""
    return path if is_local(path) and not path.startswith("/sign-") else "/"
