"""Starting a bid: for whom and in which round, with what is said before a word is written to a body that cannot be paid."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import redirect, request, url_for
from werkzeug.wrappers import Response

from workflow.accounts.models import Organisation
from workflow.bids import commands, queries
from workflow.bids.queries import RoundView
from workflow.engine import Reason
from workflow.errors import Invalid, NotAllowed, Refused
from workflow.web.bids.forms import StartForm
from workflow.web.bids.room import blueprint
from workflow.web.context import now, read_session, viewer, work
from workflow.web.forms import Option
from workflow.web.pages import render


@dataclass(frozen=True, slots=True)
class Barred:
    """A body that some open rounds cannot pay: why, round by round, and which rounds it can bid to instead."""

    body: str
    rounds: tuple[tuple[str, Reason], ...]
    instead: tuple[RoundView, ...]


@blueprint.route("/bids/new", methods=["GET", "POST"])
def new() -> Response:
    """Start a bid: for whom, in which round, under which title. The same press twice starts one bid."""
    session, reader = read_session(), viewer()
    bodies = queries.bodies_of(session, reader)
    if not bodies:
        raise NotAllowed(
            "Only a bid writer or signatory can start a bid. Ask your organisation’s administrator."
        )
    opened = [view for view in queries.rounds(session, reader, now()) if view.is_open]
    form = StartForm(rev=0, data={"round": request.args.get("round")})
    form.round.options = tuple(Option(v.round.code, v.round.title, v.fund.title) for v in opened)
    form.lead.options = tuple(Option(str(body.id), body.name) for body in bodies)
    if not form.validate_on_submit():
        return _page(form, opened, bodies)
    try:
        with work() as at_work:
            reference = commands.start_bid(at_work, **form.data_tuple()._asdict(), key=form.request_key)
    except (Refused, Invalid) as error:
        if not form.refuse(error):
            raise
        return _page(form, opened, bodies)
    return redirect(url_for("bids.sections", reference=reference), 303)


def _page(form: StartForm, opened: Sequence[RoundView], bodies: Sequence[Organisation]) -> Response:
    return render("pages/bids/new.html", form=form, rounds=opened, barred=_barred(opened, bodies))


def _barred(opened: Sequence[RoundView], bodies: Sequence[Organisation]) -> list[Barred]:
    """The reader's bodies that not every open round can pay. Source: domain, section 10, case 5."""
    found = []
    for body in bodies:
        said = [(one, queries.cannot_be_paid(one, body, now())) for one in opened]
        wrong = tuple((one.round.title, reason) for one, reason in said if reason is not None)
        if wrong:
            instead = tuple(one for one, reason in said if reason is None)
            found.append(Barred(body.name, wrong, instead))
    return found
