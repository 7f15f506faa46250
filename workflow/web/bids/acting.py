"""The one page of every action: its form, or every reason why not; and what follows when it is done."""

from typing import Any, BinaryIO, cast

from flask import current_app, flash, redirect, request, url_for
from jinja2 import TemplateNotFound
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from workflow import cases, documents
from workflow.accounts.queries import Viewer
from workflow.bids import queries
from workflow.cases import Case
from workflow.cases.facts import actor_for, view_of
from workflow.cases.queries import case_by_reference
from workflow.cases.registry import registry
from workflow.db import Work
from workflow.engine import Action, Offer, Reason, Refusal, Workflow, offers, plan
from workflow.errors import Invalid, NotHere, Refused, Stale
from workflow.web.actions import form_for
from workflow.web.bids.blocked import blocked_page, caption_of
from workflow.web.bids.frame import facts_known, is_inside, is_theirs
from workflow.web.bids.happened import shown_history
from workflow.web.bids.room import blueprint
from workflow.web.bids.words import event_words
from workflow.web.context import now, read_session, settings, viewer, work
from workflow.web.forms import ActionForm, UploadField
from workflow.web.pages import render

ANY = "pages/bids/actions/any.html"
"""What draws an action whose room has no template of its own for it."""

AFTER = {
    "submit": "bids.sent",
    "open_consultation": "consultation.of_bid",
    "extend_consultation": "consultation.of_bid",
    "restart_consultation": "consultation.of_bid",
    "accept_late": "consultation.of_bid",
    "send_response": "consultation.of_bid",
}
"""Where an action leads, when not to the record of the bid."""

COMPLETED = {("bid_approved", "approved"): "Approved: the money is promised now"}
"""What is said of an action that has brought a bid into a state, where that is more than its event says."""


@blueprint.route("/bids/<reference>/actions/<action>", methods=["GET", "POST"])
def act(reference: str, action: str) -> Response:
    """The form of an action, or every reason why not; sent, it is applied once, however often it was pressed."""
    session, reader = read_session(), viewer()
    case = case_by_reference(session, reader, reference)
    workflow, chosen = _definition(case, action)
    if request.method == "GET":
        reasons, open_to = _reasons(session, reader, case, workflow, chosen)
        if reasons:
            return _blocked(reader, case, chosen, reasons, open_to)
        form = form_for(chosen.form or chosen.name, session, reader, case, now())
        return _page(case, chosen, form)
    return _sent(session, reader, case, workflow, chosen)


@blueprint.get("/bids/<reference>/sent")
def sent(reference: str) -> Response:
    """The receipt of a bid that was signed and sent."""
    session, reader = read_session(), viewer()
    case = case_by_reference(session, reader, reference)
    version = queries.version_of(session, reader, case)
    if version is None or case.proposer_id not in reader.organisations(*queries.WRITERS):
        raise NotHere
    return render("pages/bids/sent.html", case=case, version=version)


def _definition(case: Case, name: str) -> tuple[Workflow, Action]:
    """The definition of a case, and one of its actions.

    Raises:
        NotHere: when it has no such action, or only the calendar does it. Refused: when the version is not known here.
    """
    workflow = registry().workflow_of(case)
    if workflow is None:
        text = "This bid follows rules that this server does not know yet, so it can only be read."
        raise Refused([Reason("unknown_version", text, "Try again when the upgrade is done.")])
    action = workflow.action_by_name.get(name)
    if action is None or action.is_system_only:
        raise NotHere
    return workflow, action


def _reasons(
    session: Session, reader: Viewer, case: Case, workflow: Workflow, chosen: Action
) -> tuple[tuple[Reason, ...], list[Offer]]:
    """Every reason why the reader may not do this now, and the offers that are open instead."""
    facts = facts_known(session, reader, case, now())
    actor = actor_for(reader, case, facts["actor"].principals)
    offered = offers(workflow, view_of(case), actor, facts)
    open_to = [offer for offer in offered if offer.may]
    for offer in offered:
        if offer.action.name == chosen.name:
            return offer.reasons, open_to
    planned = plan(workflow, view_of(case), chosen.name, actor, facts)
    return (planned.reasons if isinstance(planned, Refusal) else ()), open_to


def _sent(session: Session, reader: Viewer, case: Case, workflow: Workflow, chosen: Action) -> Response:
    key = request.form.get("key", "")
    if queries.was_applied(session, reader, case, action=chosen.name, key=key):
        return _onward(case.reference, chosen)
    form = form_for(chosen.form or chosen.name, session, reader, case, now())
    if not is_theirs(reader, case, Offer(chosen)):
        # A form is drawn again only for those whom it was drawn for: around its boxes stands what they judge from.
        return _blocked(reader, case, chosen, *_reasons(session, reader, case, workflow, chosen))
    if not form.validate_on_submit():
        # The first of two presses may have been applied since, and taken away what this one chose from.
        if queries.was_applied(session, reader, case, action=chosen.name, key=key):
            return _onward(case.reference, chosen)
        return _page(case, chosen, form)
    try:
        with work() as opened:
            done = _apply(opened, case, chosen, form)
    except (Refused, Invalid) as error:
        if form.refuse(error):
            return _page(case, chosen, form)
        if isinstance(error, Refused):
            return _blocked(reader, case, chosen, tuple(error.reasons), [])
        raise
    except Stale as error:
        raise _as_told(session, reader, case, error) from error
    flash(COMPLETED.get((chosen.event, done.state)) or event_words(chosen.event))
    return _onward(case.reference, chosen)


def _apply(opened: Work, case: Case, chosen: Action, form: ActionForm) -> cases.Applied:
    """Apply the action with what the form gave; its files are kept in the same transaction and given by their ids."""
    data: dict[str, Any] = form.data_tuple()._asdict()
    for field in form.visible():
        if isinstance(field, UploadField):
            data[field.short_name] = _stored(opened, field)
    return cases.apply(
        opened, case.id, action=chosen.name, seen_rev=form.revision, data=data, key=form.request_key
    )


def _stored(opened: Work, field: UploadField) -> tuple[int, ...]:
    upload = field.data
    if upload is None:
        return ()
    try:
        kept = documents.store(
            opened,
            settings().state / "files",
            name=upload.filename or "",
            data=cast("BinaryIO", upload.stream),
            kind=field.short_name,
        )
    except Invalid as error:
        raise Invalid(str(error), field=field.short_name) from error
    return (kept.id,)


def _onward(reference: str, chosen: Action) -> Response:
    return redirect(url_for(AFTER.get(chosen.name, "bids.show"), reference=reference), 303)


def _page(case: Case, chosen: Action, form: ActionForm) -> Response:
    uploads = any(isinstance(field, UploadField) for field in form.visible())
    return render(
        _template(form, chosen),
        form=form,
        case=case,
        action=chosen,
        caption=caption_of(case),
        bid_href=url_for("bids.show", reference=case.reference),
        uploads=uploads,
    )


def _template(form: ActionForm, chosen: Action) -> str:
    """The template of the room that owns the form, where it has one for this action."""
    room = type(form).__mro__[0].__module__.split(".")[2]
    name = f"pages/{room}/actions/{chosen.name}.html"
    try:
        current_app.jinja_env.get_template(name)
    except TemplateNotFound as missing:
        if missing.name != name:
            raise
        return ANY
    return name


def _as_told(session: Session, reader: Viewer, case: Case, error: Stale) -> Stale:
    """What came between, as the reader's own history tells it: outside the department no name and no step inside it."""
    if is_inside(reader, case):
        return error
    newest = shown_history(session, reader, case)[0]
    return Stale(by=newest.who, when=newest.at, what=event_words(newest.event))


def _blocked(
    reader: Viewer, case: Case, chosen: Action, reasons: tuple[Any, ...], open_to: list[Offer]
) -> Response:
    return blocked_page(read_session(), reader, case, chosen, reasons=reasons, open_to=open_to, now=now())
