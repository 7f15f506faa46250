"""The demonstration's pages: sign in with one press, move the clock, read the mail. They exist only where it is on."""

from datetime import datetime
from datetime import time as day_time
from pathlib import Path
from typing import Any

from flask import Blueprint, current_app, flash, redirect, request, session, url_for
from flask.blueprints import BlueprintSetupState
from sqlalchemy import select
from werkzeug.wrappers import Response

from workflow import wiring
from workflow.accounts import commands
from workflow.accounts.models import Organisation, Person
from workflow.clock import LONDON
from workflow.demo import copy
from workflow.demo import mailbox as mail
from workflow.demo.accounts import PASSWORD, accounts
from workflow.demo.forms import AnybodyForm, DayForm, SignInAsForm, StartAgainForm, StepForm
from workflow.demo.people import PEOPLE, Someone
from workflow.demo.seed import is_begun
from workflow.demo.travel import days_on, next_target, next_to_pass, travel, upcoming
from workflow.demo.waiting import PATHS, WAITS, WALK, located
from workflow.demo.words import NOT_OURS, NOTE, STORY, what_happens
from workflow.errors import Invalid, NotHere
from workflow.web import sessions as web_sessions
from workflow.web.context import clock as running_clock
from workflow.web.context import now, read_session, sessions, settings, work
from workflow.web.filters import clock_time
from workflow.web.headers import policy
from workflow.web.pages import Link, render

blueprint = Blueprint("demo", __name__)
PEOPLE_BY_EMAIL: dict[str, Someone] = {someone.email: someone for someone in PEOPLE}
LETTER_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'; "
    "sandbox allow-popups allow-top-navigation-by-user-activation"
)
"""A letter is drawn in a frame without scripts or anything from elsewhere; its links lead out of the frame."""


@blueprint.record_once
def _show_band(state: BlueprintSetupState) -> None:
    state.app.extensions["demo_band"] = _band


@blueprint.before_app_request
def _refuse_other_databases() -> Response | None:
    """Serve nothing where the database is not the demonstration's: anybody could sign in as anyone, and move its clock."""
    if current_app.extensions.get("demo_begun") or request.endpoint in {"site.healthz", "site.readyz"}:
        return None
    if is_begun(read_session()):
        current_app.extensions["demo_begun"] = True
        return None
    return Response(NOT_OURS, 503, mimetype="text/plain")


def _band() -> dict[str, Any]:
    links = (("Change role", "demo.index"), ("Move the clock", "demo.clock"), ("Mailbox", "demo.mailbox"))
    return {"now": now(), "links": [Link(text, url_for(name)) for text, name in links], "note": NOTE}


@blueprint.get("/demo")
def index() -> Response:
    """The story, everybody to sign in as, the clock and the mailbox."""
    return _index(AnybodyForm(formdata=None))


@blueprint.post("/demo/sign-in")
def sign_in() -> Response:
    """Sign in as somebody with one press; whoever was signed in here is signed out."""
    pressed, chosen = SignInAsForm(), AnybodyForm()
    form = chosen if "choose" in request.form else pressed
    if not form.validate_on_submit():
        return _index(chosen, wrong=form)
    email = form.data_tuple()
    if email not in {someone.email for someone in PEOPLE}:
        raise NotHere
    where = _where(form)
    with work() as opened:
        person_id = opened.session.scalars(
            select(Person.id).where(Person.email == email, Person.active)
        ).one_or_none()
        if person_id is None:
            raise NotHere
        before = web_sessions.token()
        if before is not None:
            commands.sign_out(opened, web_sessions.digest(before))
        token = commands.start_session(opened, person_id)
    session.clear()
    answer = redirect(where, 303)
    web_sessions.give(answer, token)
    return answer


def _where(form: AnybodyForm | SignInAsForm) -> str:
    """The page to begin on: what waits for the person where that was pressed, else the first page."""
    go = form.go.data if isinstance(form, SignInAsForm) else ""
    return located(read_session(), [str(go)])[str(go)] if go in PATHS else "/"


def _index(form: AnybodyForm, wrong: AnybodyForm | SignInAsForm | None = None) -> Response:
    reader = read_session()
    found = located(reader, PATHS)
    bodies = dict(reader.execute(select(Organisation.code, Organisation.name)).all())
    return render(
        "pages/demo/index.html",
        form=form,
        wrong=wrong or form,
        story=STORY,
        waits=[(one, PEOPLE_BY_EMAIL.get(one.person), found[one.path]) for one in WAITS],
        walk=[(one, found[one.path]) for one in WALK],
        accounts=accounts(),
        bodies=bodies,
        password=PASSWORD,
        coming=[(one.at, what_happens(one)) for one in (next_to_pass(reader, now()),) if one],
        now=now(),
        messages=mail.count(_folder()),
        can_start_again=copy.can_start_again(reader),
    )


@blueprint.route("/demo/start-again", methods=["GET", "POST"])
def start_again() -> Response:
    """Say what is lost, and on a press put everything back to where the demonstration opens."""
    form = StartAgainForm()
    reader = read_session()
    if not form.validate_on_submit():
        return render("pages/demo/start_again.html", form=form, can=copy.can_start_again(reader))
    # This request's own reading would keep the tables from being emptied.
    reader.close()
    try:
        copy.start_again(sessions(), settings())
    except Invalid as error:
        flash(str(error))
        return redirect(url_for("demo.start_again"), 303)
    session.clear()
    flash("Everything is as it was on the evening of Tuesday 29 March 2011.")
    return redirect(url_for("demo.index"), 303)


@blueprint.route("/demo/clock", methods=["GET", "POST"])
def clock() -> Response:
    """Where the clock stands and what comes next; a press moves it forward."""
    if request.method == "GET":
        return _clock(DayForm(formdata=None))
    form: DayForm | StepForm = StepForm() if "step" in request.form else DayForm()
    day_form = form if isinstance(form, DayForm) else DayForm(formdata=None)
    if not form.validate_on_submit():
        return _clock(day_form, wrong=form)
    try:
        target = _target(form)
        stands = _travel(target)
    except Invalid as error:
        if isinstance(form, DayForm) and form.refuse(error):
            return _clock(form)
        flash(str(error))
        return redirect(url_for("demo.clock"), 303)
    more = "" if stands >= target else " There was much to do on the way: press again to go on."
    flash(f"It is {clock_time(stands)}.{more}")
    return redirect(url_for("demo.clock"), 303)


def _target(form: DayForm | StepForm) -> datetime:
    if isinstance(form, DayForm):
        return datetime.combine(form.data_tuple(), day_time(9), tzinfo=LONDON)
    match form.data_tuple():
        case "next":
            return next_target(read_session(), now())
        case "day":
            return days_on(now(), 1)
        case "week":
            return days_on(now(), 7)
        case _:
            raise NotHere


def _travel(target: datetime) -> datetime:
    wired = wiring.connect(settings(), sessions=sessions(), clock=running_clock())
    try:
        return travel(wired, target)
    finally:
        wired.sender.close()


def _clock(form: DayForm, wrong: DayForm | StepForm | None = None) -> Response:
    return render("pages/demo/clock.html", form=form, wrong=wrong or form, now=now(), coming=_coming(8))


def _coming(limit: int) -> list[tuple[datetime, str]]:
    return [(one.at, what_happens(one)) for one in upcoming(read_session(), now(), limit=limit)]


@blueprint.get("/demo/mailbox")
def mailbox() -> Response:
    """The newest messages, those to one address where it is asked for; with `open` the newest of them itself, if any."""
    to, before = request.args.get("to", "")[:254], request.args.get("before", "")[:40]
    about = request.args.get("about", "")[:254]
    letters, older = mail.newest(_folder(), to=to, about=about, before=before)
    if letters and "open" in request.args:
        return redirect(url_for("demo.letter", name=letters[0].name), 303)
    return render(
        "pages/demo/mailbox.html",
        letters=letters,
        sent_at=mail.sent_at(read_session(), letters),
        to=to,
        about=about,
        people=[(one.role, one.person) for one in WAITS if one.person],
        count=mail.count(_folder()),
        older_href=url_for("demo.mailbox", to=to or None, about=about or None, before=older) if older else "",
        newest_href=url_for("demo.mailbox", to=to or None, about=about or None) if before else "",
    )


@blueprint.get("/demo/mailbox/<name>")
def letter(name: str) -> Response:
    """One message as it was sent."""
    opened = mail.read_letter(_folder(), name, base_url=settings().base_url)
    sent_at = mail.sent_at(read_session(), [opened.letter])
    answer = render("pages/demo/letter.html", opened=opened, sent_at=sent_at)
    answer.headers["Content-Security-Policy"] = f"{policy()}; frame-src 'self'"
    return answer


@blueprint.get("/demo/mailbox/<name>/as-sent")
def as_sent(name: str) -> Response:
    """One message as a mail program draws it, for the frame of its page."""
    text = mail.read_html(_folder(), name, base_url=settings().base_url)
    headers = {"Content-Security-Policy": LETTER_POLICY}
    return Response(text, mimetype="text/html", headers=headers)


def _folder() -> Path:
    return Path(settings().state) / "mail"
