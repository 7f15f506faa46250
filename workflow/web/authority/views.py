"""What I may decide; what others may, for those who give it; and giving and ending limits and cover, with dates."""

from collections.abc import Callable
from datetime import date
from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from workflow.accounts import commands, covering, granting
from workflow.accounts.grant_checks import TO_ONESELF
from workflow.accounts.queries import organisations_named
from workflow.accounts.roles import GRANTERS, ROLES, Grantable
from workflow.clock import london_date
from workflow.errors import Invalid, NotAllowed, NotHere
from workflow.reports import authority
from workflow.reports.connections import named
from workflow.web.authority.forms import ConnectionForm, CoverForm, EndForm, LimitForm, SettleForm
from workflow.web.context import now, read_session, viewer, work
from workflow.web.forms import Option, PlainForm
from workflow.web.pages import render

blueprint = Blueprint("authority", __name__)


@blueprint.get("/me/authority")
def own() -> Response:
    """What the reader may decide, until when and for whom."""
    return _page(authority.own_authority(read_session(), viewer()))


@blueprint.get("/authority")
def index() -> Response:
    """The people of the reader's departments, as on a day."""
    day, reader = _day(), viewer()
    after = request.args.get("after", type=int)
    found, more = authority.people_of(read_session(), reader, day, after=after)
    return render(
        "pages/authority/index.html",
        people=found,
        day=day,
        today=london_date(now()),
        role_rows=ROLES,
        next_href=url_for("authority.index", on=day.isoformat(), after=found[-1].id) if more else "",
    )


@blueprint.get("/authority/<int:person_id>")
def person(person_id: int) -> Response:
    """What somebody else may decide."""
    return _page(authority.authority_of(read_session(), viewer(), person_id, now()))


@blueprint.route("/me/connections/new", methods=["GET", "POST"])
def declare() -> Response:
    """Declare a connection of one's own."""
    form = ConnectionForm()
    if not form.validate_on_submit():
        return render("pages/authority/declare.html", form=form)
    said = form.data_tuple()
    try:
        target = named(read_session(), viewer(), said.to)
        with work() as opened:
            commands.declare_interest(opened, viewer().person_id, nature=said.nature, **target)
    except Invalid as error:
        if not form.refuse(error):
            raise
        return render("pages/authority/declare.html", form=form)
    flash("Connection declared. It is on record from now on.")
    return redirect(url_for("authority.own"), 303)


@blueprint.route("/authority/<int:person_id>/limits/new", methods=["GET", "POST"])
def new_limit(person_id: int) -> Response:
    """Give somebody a limit."""
    found = _other(person_id)
    form = LimitForm(data={"valid_from": london_date(now())})
    own = viewer().organisations(*GRANTERS[Grantable.LIMIT])
    names = sorted(organisations_named(read_session(), own).items(), key=lambda one: one[1])
    form.department.options = tuple(Option(str(one), name) for one, name in names)
    if len(names) == 1 and form.department.data is None:
        form.department.data = str(names[0][0])

    def give() -> None:
        given = form.data_tuple()
        with work() as opened:
            granting.give_limit(
                opened,
                person_id,
                given.department_id,
                given.limit_pence,
                valid_from=given.valid_from,
                valid_to=given.valid_to,
            )

    heading = f"What can {found.name} approve?"
    return _asked(form, found, heading, give, "Limit given. They are told by a message.")


@blueprint.route("/authority/<int:person_id>/cover/new", methods=["GET", "POST"])
def new_cover(person_id: int) -> Response:
    """Say who stands in for somebody who is away."""
    found = authority.authority_of(read_session(), viewer(), person_id, now())
    form = CoverForm(data={"valid_from": london_date(now())})
    colleagues = authority.colleagues_of(read_session(), viewer(), person_id, now())
    form.person.options = tuple(Option(str(one), name) for one, name in colleagues)

    def give() -> None:
        given = form.data_tuple()
        with work() as opened:
            covering.give_cover(
                opened, person_id, given.person_id, valid_from=given.valid_from, valid_to=given.valid_to
            )

    heading = f"Who stands in for {found.name}?"
    return _asked(form, found, heading, give, "Cover given. Both are told by a message.", is_cover=True)


@blueprint.route("/authority/<int:person_id>/limits/<int:row_id>/end", methods=["GET", "POST"])
def end_limit(person_id: int, row_id: int) -> Response:
    """End a limit."""
    found = _other(person_id)
    _one_of(found.limits, row_id)
    form = EndForm(data={"last_day": london_date(now())})

    def end() -> None:
        with work() as opened:
            granting.end_limit(opened, row_id, last_day=form.data_tuple())

    return _asked(form, found, f"End what {found.name} can approve", end, "Last day noted. They are told.")


@blueprint.route("/authority/<int:person_id>/cover/<int:row_id>/end", methods=["GET", "POST"])
def end_cover(person_id: int, row_id: int) -> Response:
    """End a cover, from the page of the one who is away."""
    found = authority.authority_of(read_session(), viewer(), person_id, now())
    _one_of(found.away, row_id)
    form = EndForm(data={"last_day": london_date(now())})

    def end() -> None:
        with work() as opened:
            covering.end_cover(opened, row_id, last_day=form.data_tuple())

    return _asked(form, found, f"End the cover for {found.name}", end, "Last day noted. Both are told.")


@blueprint.route("/authority/<int:person_id>/connections/<int:row_id>", methods=["GET", "POST"])
def settle(person_id: int, row_id: int) -> Response:
    """Settle a connection of somebody else."""
    found = _other(person_id)
    connection = _one_of(found.connections, row_id)
    form = SettleForm()

    def end() -> None:
        with work() as opened:
            granting.settle_interest(opened, row_id, words=form.data_tuple())

    heading = f"Settle {found.name}’s connection to {connection.whose}"
    return _asked(form, found, heading, end, "Connection settled. They are told.", said=connection.nature)


def _asked(
    form: PlainForm, found: authority.Authority, heading: str, do: Callable[[], None], done: str, **more: Any
) -> Response:
    """Draw a form, or do what it asks for; what a command finds wrong is told beside its field."""

    def drawn() -> Response:
        return render(
            "pages/authority/form.html",
            form=form,
            found=found,
            heading=heading,
            back=_address(found.person_id),
            **more,
        )

    if not form.validate_on_submit():
        return drawn()
    try:
        do()
    except Invalid as error:
        if not form.refuse(error):
            raise
        return drawn()
    flash(done)
    return redirect(_address(found.person_id), 303)


def _page(found: authority.Authority) -> Response:
    reader, today, day = viewer(), london_date(now()), _day()
    is_own = found.person_id == reader.person_id
    gives = {what.value: bool(reader.roles & roles) for what, roles in GRANTERS.items()}
    return render(
        "pages/authority/person.html",
        found=found,
        day=day,
        today=today,
        is_own=is_own,
        gives_limit=gives["limit"] and not is_own,
        gives_cover=gives["cover"],
        settles=gives["connection"] and not is_own,
        sees_others=_sees_others(),
    )


def _sees_others() -> bool:
    try:
        authority.departments_of(viewer())
    except NotHere:
        return False
    return True


def _address(person_id: int) -> str:
    if person_id == viewer().person_id:
        return url_for("authority.own")
    return url_for("authority.person", person_id=person_id)


def _other(person_id: int) -> authority.Authority:
    """Somebody else's, because nobody grants anything to themselves.

    Raises:
        NotHere: when the reader may not see it. NotAllowed: when it is the reader's own.
    """
    found = authority.authority_of(read_session(), viewer(), person_id, now())
    if person_id == viewer().person_id:
        raise NotAllowed(TO_ONESELF)
    return found


def _one_of(rows: Any, row_id: int) -> Any:
    for one in rows:
        if one.id == row_id:
            return one
    raise NotHere


def _day() -> date:
    """The day that the page is asked for as at, today when none or an impossible one is given."""
    try:
        return date.fromisoformat(request.args.get("on", ""))
    except ValueError:
        return london_date(now())
