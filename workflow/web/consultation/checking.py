"""Answers that somebody must look at: confirmed or disputed by the council, settled by the case officer; and writing again."""

from typing import Any

from flask import flash, redirect, url_for
from werkzeug.wrappers import Response

from workflow.consultation import holds
from workflow.consultation.answers import ToCheck, to_check
from workflow.consultation.one_council import OneCouncil, one_council
from workflow.consultation.resending import send_again
from workflow.db import Actor, person
from workflow.errors import Invalid, NotHere, Refused
from workflow.web.consultation.answer_forms import CheckForm, DisputeForm, RulingForm, SendAgainForm
from workflow.web.consultation.holder import check_in_cookie
from workflow.web.consultation.room import blueprint
from workflow.web.consultation.words import OUTCOME_WORDS, POSITION_WORDS
from workflow.web.context import current_viewer, now, read_session, viewer, work
from workflow.web.notices.words import STATES, TEMPLATES
from workflow.web.pages import render


@blueprint.route("/answers/<int:response_id>/check", methods=["GET", "POST"])
def check_answer(response_id: int) -> Response:
    """One answer, for its council or for somebody with a link about it; nothing happens before the button is pressed."""
    reader, linked = current_viewer(), check_in_cookie(response_id)
    found = to_check(read_session(), reader, None if linked is None else linked[0], response_id)
    may_confirm = found.may_confirm or (linked is not None and linked[1])
    asks = may_confirm and found.said.waits_for_council
    form = (CheckForm if asks else DisputeForm)(rev=found.said.number)
    if not form.validate_on_submit():
        return _check_page(found, form, may_confirm=may_confirm)
    given = form.data_tuple()
    actor, version = _actor(found, linked)
    try:
        with work(actor) as opened:
            if given.is_own:
                holds.confirm_answer(opened, response_id, link_version=version, key=form.request_key)
            else:
                holds.dispute_answer(
                    opened, response_id, link_version=version, said=given.said, key=form.request_key
                )
    except (Refused, Invalid) as error:
        if not form.refuse(error):
            raise
        return _check_page(found, form, may_confirm=may_confirm)
    flash(
        "Thank you. It counts now."
        if given.is_own
        else "Thank you. It is not counted until this is cleared up."
    )
    return redirect(url_for("consultation.check_answer", response_id=response_id), 303)


def _actor(found: ToCheck, linked: Any) -> tuple[Actor, int | None]:
    reader = current_viewer()
    if reader is not None and found.may_confirm:
        return person(reader.person_id), None
    return Actor("link", link_id=found.said.invitation_id), linked[0].version


def _check_page(found: ToCheck, form: CheckForm | DisputeForm, *, may_confirm: bool) -> Response:
    return render(
        "pages/consultation/respond/own.html",
        about=found.about,
        said=found.said,
        form=form,
        may_confirm=may_confirm,
        position_words=POSITION_WORDS,
        outcome_words=OUTCOME_WORDS,
    )


@blueprint.post("/consultations/answers/<int:response_id>/ruling")
def rule(response_id: int) -> Response:
    """The case officer counts a held answer, or sets it aside."""
    form = RulingForm(rev=0)
    if form.validate_on_submit():
        given = form.data_tuple()
        with work() as opened:
            holds.rule_on_answer(
                opened,
                response_id,
                resolution=given.resolution,
                reason=given.reason,
                key=form.request_key,
            )
        flash("Saved. The council is told.")
        return redirect(url_for("consultation.answer", response_id=response_id), 303)
    from workflow.web.consultation.views import answer_page  # noqa: PLC0415 - the two pages are one to a reader

    return answer_page(response_id, ruling=form)


@blueprint.route("/consultations/invitations/<int:invitation_id>", methods=["GET", "POST"])
def council(invitation_id: int) -> Response:
    """One council asked: where it can be reached, what was sent to it, and a way to send it again."""
    found = one_council(read_session(), viewer(), invitation_id, now())
    if found is None:
        raise NotHere
    form = SendAgainForm(rev=found.version)
    if not form.validate_on_submit():
        return _council_page(found, form)
    (renew,) = form.data_tuple()
    with work() as opened:
        send_again(opened, invitation_id, renew=renew, key=form.request_key)
    flash("Sent, with a new link." if renew else "Sent again.")
    return redirect(url_for("consultation.council", invitation_id=invitation_id), 303)


def _council_page(found: OneCouncil, form: SendAgainForm) -> Response:
    return render(
        "pages/consultation/council.html",
        one=found,
        form=form,
        state_words=STATES,
        template_words=TEMPLATES,
        position_words=POSITION_WORDS,
    )
