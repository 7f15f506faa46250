"""A council answers, signed in or from its secret link: start, position, questions, who you are, check, sent.

Every page saves what was typed, so that a colleague with the invitation can go on. Nothing counts before the last press.
"""

from typing import Any

from flask import redirect, request, url_for
from werkzeug.wrappers import Response

from workflow.consultation import commands
from workflow.consultation.answers import Invited, consultation_of_link
from workflow.consultation.inviting import log_fetch
from workflow.db import Actor
from workflow.web.consultation.answer_forms import (
    PositionForm,
    SendForm,
    StartForm,
    YouForm,
    questions_form,
    typed_before,
)
from workflow.web.consultation.holder import (
    check_of,
    choose,
    for_council,
    forget_choice,
    give_check_cookie,
    give_cookie,
    holder_of,
)
from workflow.web.consultation.room import blueprint
from workflow.web.consultation.text import readable
from workflow.web.consultation.words import OUTCOME_WORDS, POSITION_WORDS
from workflow.web.context import current_viewer, now, read_session, work
from workflow.web.forms import ActionForm
from workflow.web.pages import render


@blueprint.get("/r/<token>")
def link(token: str) -> Response:
    """From the mail's link to the page without it; the fetch is logged, as mail scanners fetch links too."""
    checked = check_of(token)
    if checked is not None:
        response_id = checked[0].invitation_id
        answered = redirect(url_for("consultation.check_answer", response_id=response_id), 303)
        give_check_cookie(answered, token, response_id)
        return answered
    holder = holder_of(token)
    consultation_id = consultation_of_link(read_session(), holder)
    with work(Actor("link", link_id=holder.invitation_id)) as opened:
        log_fetch(opened, holder.invitation_id, holder.version)
    response = redirect(url_for("consultation.respond", consultation_id=consultation_id), 303)
    forget_choice()
    give_cookie(response, token, consultation_id)
    return response


@blueprint.route("/consultations/<int:consultation_id>/respond", methods=["GET", "POST"])
def respond(consultation_id: int) -> Response:
    """What is asked, until when, and what was answered before; Start says that a person is here."""
    moment = now()
    asked = request.args.get("for", type=int)
    invitation, actor, version = for_council(read_session(), consultation_id, asked=asked)
    if asked is not None and version is None:
        choose(consultation_id, invitation.id)
    if request.method == "POST" and not invitation.about.takes_answers:
        return _to("", consultation_id)  # The page says why nobody answers any more.
    form = StartForm()
    if not form.validate_on_submit():
        return _page(
            "pages/consultation/respond/start.html",
            invitation,
            form=form,
            is_over=moment >= invitation.about.closes_at,
        )
    with work(actor) as opened:
        commands.start_answer(opened, invitation.id, link_version=version)
    return _to("position", consultation_id)


@blueprint.route("/consultations/<int:consultation_id>/respond/position", methods=["GET", "POST"])
def position(consultation_id: int) -> Response:
    """The council's position, with its changes or reasons."""
    invitation, actor, version = for_council(read_session(), consultation_id)
    form = PositionForm(rev=invitation.draft.rev, data=typed_before(invitation))
    if _came_too_late(invitation):
        return _to("", consultation_id)
    if not form.validate_on_submit():
        return _page("pages/consultation/respond/position.html", invitation, form=form)
    _save(invitation, actor, version, form, form.data_tuple()._asdict())
    return _to("questions" if invitation.about.questions else "you", consultation_id)


@blueprint.route("/consultations/<int:consultation_id>/respond/questions", methods=["GET", "POST"])
def questions(consultation_id: int) -> Response:
    """The questions of this consultation, if it has any."""
    invitation, actor, version = for_council(read_session(), consultation_id)
    if _came_too_late(invitation):
        return _to("", consultation_id)
    if not invitation.about.questions:
        return _to("you", consultation_id)
    made = questions_form(invitation.about.questions)
    form = made(rev=invitation.draft.rev, data=typed_before(invitation))
    if not form.validate_on_submit():
        return _page("pages/consultation/respond/questions.html", invitation, form=form)
    _save(invitation, actor, version, form, {"answers": form.data_tuple()})
    return _to("you", consultation_id)


@blueprint.route("/consultations/<int:consultation_id>/respond/you", methods=["GET", "POST"])
def you(consultation_id: int) -> Response:
    """Who answers, and whether the answer may be published."""
    invitation, actor, version = for_council(read_session(), consultation_id)
    form = YouForm(rev=invitation.draft.rev, data=typed_before(invitation))
    if _came_too_late(invitation):
        return _to("", consultation_id)
    if not form.validate_on_submit():
        return _page("pages/consultation/respond/you.html", invitation, form=form)
    _save(invitation, actor, version, form, form.data_tuple()._asdict())
    return _to("check", consultation_id)


@blueprint.route("/consultations/<int:consultation_id>/respond/check", methods=["GET", "POST"])
def check(consultation_id: int) -> Response:
    """Everything once more, and the press that sends it. Whether it is in time is judged by when that press arrived."""
    moment = now()
    invitation, actor, version = for_council(read_session(), consultation_id)
    form = SendForm(rev=invitation.draft.rev)
    if _came_too_late(invitation):
        return _to("", consultation_id)
    if not form.validate_on_submit():
        if not _is_complete(invitation):
            return _to(
                "sent" if invitation.said and not invitation.draft.is_there else "position", consultation_id
            )
        return _page(
            "pages/consultation/respond/check.html",
            invitation,
            form=form,
            is_over=moment >= invitation.about.closes_at,
        )
    with work(actor) as opened:
        commands.send_draft(
            opened, invitation.id, link_version=version, seen_rev=form.revision, key=form.request_key
        )
    return _to("sent", consultation_id)


@blueprint.get("/consultations/<int:consultation_id>/respond/sent")
def sent(consultation_id: int) -> Response:
    """That the answer arrived, when, and what happens next."""
    invitation, _, _ = for_council(read_session(), consultation_id)
    if not invitation.said:
        return _to("", consultation_id)
    return _page("pages/consultation/respond/sent.html", invitation, answer=invitation.said[0])


@blueprint.get("/consultations/<int:consultation_id>/respond/proposal")
def proposal(consultation_id: int) -> Response:
    """The bid as it was when the consultation opened: the text that councils are asked about."""
    invitation, _, _ = for_council(read_session(), consultation_id)
    return _page(
        "pages/consultation/respond/proposal.html", invitation, text=readable(invitation.about.snapshot)
    )


def _page(template: str, invitation: Invited, **context: Any) -> Response:
    return render(
        template,
        invitation=invitation,
        about=invitation.about,
        position_words=POSITION_WORDS,
        outcome_words=OUTCOME_WORDS,
        signed_in=current_viewer() is not None,
        today=now(),
        **context,
    )


def _came_too_late(invitation: Invited) -> bool:
    """Whether a page to write on would lead nowhere; what was typed and is sent now comes back with the reason."""
    return request.method == "GET" and not invitation.about.takes_answers


def _to(page: str, consultation_id: int) -> Response:
    endpoint = f"consultation.{page}" if page else "consultation.respond"
    return redirect(url_for(endpoint, consultation_id=consultation_id), 303)


def _save(
    invitation: Invited, actor: Actor, version: int | None, form: ActionForm, fields: dict[str, Any]
) -> None:
    with work(actor) as opened:
        commands.save_draft(
            opened, invitation.id, link_version=version, seen_rev=form.revision, fields=fields
        )


def _is_complete(invitation: Invited) -> bool:
    draft = invitation.draft
    return draft.position is not None and bool(draft.name) and draft.publish is not None
