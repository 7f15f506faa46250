"""Who leaves and what has to be taken over, addresses that do not work, and the list of people with their roles."""

from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from workflow.accounts import commands, granting
from workflow.accounts.directory import set_mailboxes
from workflow.accounts.grant_checks import TO_ONESELF
from workflow.accounts.models import Organisation
from workflow.accounts.queries import organisation
from workflow.accounts.roles import ROLES, Role
from workflow.clock import london_date as day_of
from workflow.errors import Invalid, NotAllowed, NotHere
from workflow.reports import people
from workflow.web.admin.forms import AddressForm, LastDayForm, RoleForm
from workflow.web.context import now, read_session, viewer, work
from workflow.web.filters import london_date
from workflow.web.pages import render

blueprint = Blueprint("admin", __name__)

LONGEST = 100


@blueprint.get("/admin")
def index() -> Response:
    """What waits for those who look after people, and the list of people."""
    session, reader = read_session(), viewer()
    text = request.args.get("text", "").strip()[:LONGEST].replace("\x00", "")
    found, more = people.people(session, reader, now(), text=text, after=request.args.get("after", type=int))
    return render(
        "pages/admin/index.html",
        leavers=people.leavers(session, reader, now()),
        broken=people.broken_addresses(session, reader),
        people=found,
        text=text,
        next_href=url_for("admin.index", text=text, after=found[-1].id) if more else "",
        **_words(),
    )


@blueprint.get("/admin/people/<int:person_id>")
def person(person_id: int) -> Response:
    """One person with their roles, and who could take each of them over."""
    found = people.person_page(read_session(), viewer(), person_id, now())
    return render("pages/admin/person.html", found=found, **_words())


@blueprint.route("/admin/people/<int:person_id>/leaving", methods=["GET", "POST"])
def leaving(person_id: int) -> Response:
    """Note somebody's last day."""
    found = people.person_page(read_session(), viewer(), person_id, now())
    form = LastDayForm(data={"last_day": found.person.leaves_on})
    heading = f"When is {found.person.name}’s last day?"
    if not form.validate_on_submit():
        return render("pages/admin/last_day.html", form=form, found=found, heading=heading, lines=[])
    with work() as opened:
        commands.note_leaving(opened, person_id, last_day=form.data_tuple().last_day)
    flash("Last day noted. Their roles are not ended yet.")
    return redirect(url_for("admin.person", person_id=person_id), 303)


@blueprint.route("/admin/people/<int:person_id>/roles/<int:role_id>", methods=["GET", "POST"])
def end_role(person_id: int, role_id: int) -> Response:
    """End a role on a day."""
    found = people.person_page(read_session(), viewer(), person_id, now())
    held = next((one for one in found.roles if one.id == role_id), None)
    if held is None:
        raise NotHere
    form = LastDayForm(data={"last_day": held.valid_to or found.person.leaves_on})
    label = ROLES[held.role].label.lower()
    context: dict[str, Any] = {
        "found": found,
        "heading": f"End {found.person.name}’s role as {label}",
        "lines": [_who_takes_over(held)],
    }
    if not form.validate_on_submit():
        return render("pages/admin/last_day.html", form=form, **context)
    last_day = form.data_tuple().last_day
    try:
        with work() as opened:
            granting.end_role(opened, role_id, last_day=last_day)
    except Invalid as error:
        form.last_day.errors = [str(error)]
        return render("pages/admin/last_day.html", form=form, **context)
    flash(f"The role ends on {london_date(last_day)}")
    return redirect(url_for("admin.person", person_id=person_id), 303)


@blueprint.route("/admin/people/<int:person_id>/roles/new", methods=["GET", "POST"])
def give_role(person_id: int) -> Response:
    """Give somebody a role; nobody gives one to themselves."""
    found = people.person_page(read_session(), viewer(), person_id, now())
    if person_id == viewer().person_id:
        raise NotAllowed(TO_ONESELF)
    home = read_session().get_one(Organisation, found.person.organisation_id)
    form = RoleForm(data={"organisation": home.code, "valid_from": day_of(now())})
    if not form.validate_on_submit():
        return render("pages/admin/give_role.html", form=form, found=found)
    given = form.data_tuple()
    try:
        with work() as opened:
            granting.give_role(
                opened,
                person_id,
                given.role,
                _coded(given.code),
                valid_from=given.valid_from,
                valid_to=given.valid_to,
            )
    except Invalid as error:
        if not form.refuse(error):
            raise
        return render("pages/admin/give_role.html", form=form, found=found)
    flash("Role given. They are told by a message.")
    return redirect(url_for("admin.person", person_id=person_id), 303)


def _coded(code: str) -> int:
    try:
        return organisation(read_session(), code.strip()).id
    except NotHere:
        raise Invalid(
            "No organisation has this code. Check it on the list of people.", field="organisation"
        ) from None


@blueprint.route("/admin/organisations/<code>/address", methods=["GET", "POST"])
def address(code: str) -> Response:
    """Give an organisation an address that messages reach."""
    session, reader = read_session(), viewer()
    people.broken_addresses(
        session, reader
    )  # Whoever does not look after people is told that nothing is here.
    found = organisation(session, code)
    form = AddressForm(data={"address": found.mailbox})
    if not form.validate_on_submit():
        return render("pages/admin/address.html", form=form, found=found)
    given = form.data_tuple().address
    if "@" not in given.strip("@") or any(mark in given for mark in " ,;<>"):
        form.address.errors = ["Enter an email address, like name@example.org"]
        return render("pages/admin/address.html", form=form, found=found)
    with work() as opened:
        set_mailboxes(opened, {code: given})
    flash("Address changed. The next message goes there.")
    return redirect(url_for("admin.index"), 303)


def _who_takes_over(held: people.Held) -> str:
    if held.others:
        return f"Others in this role: {', '.join(held.others)}."
    if held.nobody_else:
        return "Nobody else holds this role for this organisation. Give it to somebody before it ends here."
    return "Nobody else holds this role for this organisation, and it does not need anybody."


def _words() -> dict[str, Any]:
    return {
        "role_rows": ROLES,
        "who_takes_over": _who_takes_over,
        "may_change": viewer().has(Role.ADMINISTRATOR),
    }
