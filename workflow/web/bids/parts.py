"""A partner's own page of a bid, and the partners of a bid as everybody who reads it sees them."""

from collections.abc import Callable
from typing import Any, NamedTuple

from flask import flash, redirect, url_for
from werkzeug.wrappers import Response

from workflow.accounts.queries import Viewer, organisations_named
from workflow.bids import partnering, queries
from workflow.bids.branches.queries import comments_of, share_of, withdrawn_parts
from workflow.bids.branches.versions import said_by
from workflow.bids.models import Partner
from workflow.bids.taking_part import part_by_reference
from workflow.cases import Case
from workflow.errors import Invalid
from workflow.web.bids.frame import bid_frame, is_inside
from workflow.web.bids.room import blueprint
from workflow.web.context import read_session, viewer, work
from workflow.web.forms import ActionForm, LongTextField
from workflow.web.pages import render


class Nothing(NamedTuple):
    """A form that asks for nothing but the press of its button."""


class ConfirmPartForm(ActionForm):
    """One button: the part is ours."""

    def data_tuple(self) -> Nothing:
        """Nothing is asked."""
        return Nothing()


class Words(NamedTuple):
    """What a partner writes."""

    words: str


class CommentForm(ActionForm):
    """What the lead body should know or change."""

    words = LongTextField(
        "What do you want to say to the lead body?",
        required="Write what you want to say",
        what="Your comment",
        longest=partnering.LONGEST_WORDS,
        rows=6,
    )

    def data_tuple(self) -> Words:
        """What the command takes."""
        return Words(self.words.data or "")


class LeaveForm(ActionForm):
    """Why a body takes no part any more."""

    words = LongTextField(
        "Why do you take no part any more?",
        hint="The lead body and the department read this.",
        required="Say why you take no part any more",
        what="The reason",
        longest=partnering.LONGEST_WORDS,
        rows=5,
    )

    def data_tuple(self) -> Words:
        """What the command takes."""
        return Words(self.words.data or "")


@blueprint.route("/bids/<reference>/part", methods=["GET", "POST"])
def part(reference: str) -> Response:
    """A partner's own task and share, to be confirmed; never the lead's draft or anybody else's money."""
    session, reader = read_session(), viewer()
    case, own = part_by_reference(session, reader, reference)
    form = ConfirmPartForm(rev=case.rev)
    if form.validate_on_submit():
        with work() as opened:
            partnering.confirm_part(opened, case.id, own.organisation_id, key=form.request_key)
        flash("Your part is confirmed")
        return redirect(url_for("bids.part", reference=reference), 303)
    names = organisations_named(session, [case.proposer_id, own.organisation_id])
    sent = queries.version_of(session, reader, case)
    said = said_by(sent.snapshot) if sent else None
    return render(
        "pages/bids/part.html",
        form=form,
        case=case,
        part=own,
        body=names[own.organisation_id],
        lead=names[case.proposer_id],
        summary=said["summary"] if said else "",
        shares=share_of(session, reader, own),
        comments=comments_of(session, reader, case, own.organisation_id),
    )


@blueprint.route("/bids/<reference>/part/comment", methods=["GET", "POST"])
def part_comment(reference: str) -> Response:
    """A partner writes to the lead body."""
    return _words_page(reference, CommentForm, "pages/bids/part_comment.html", _comment)


@blueprint.route("/bids/<reference>/part/withdraw", methods=["GET", "POST"])
def part_withdraw(reference: str) -> Response:
    """A partner takes no part any more."""
    return _words_page(reference, LeaveForm, "pages/bids/part_withdraw.html", _withdraw)


def _comment(case: Case, own: Partner, words: str, key: str) -> str:
    with work() as opened:
        partnering.comment_on_part(opened, case.id, own.organisation_id, text=words, key=key)
    return "Your comment is sent"


def _withdraw(case: Case, own: Partner, words: str, key: str) -> str:
    with work() as opened:
        partnering.withdraw_part(opened, case.id, own.organisation_id, reason=words, key=key)
    return "You take no part any more"


def _words_page(
    reference: str, form_class: Any, template: str, do: Callable[[Case, Partner, str, str], str]
) -> Response:
    session, reader = read_session(), viewer()
    case, own = part_by_reference(session, reader, reference)
    form = form_class(rev=case.rev)
    part_href = url_for("bids.part", reference=reference)
    if form.validate_on_submit():
        try:
            flash(do(case, own, form.data_tuple().words, form.request_key))
        except Invalid as error:
            if not form.refuse(error):
                raise
        else:
            return redirect(part_href, 303)
    return render(template, form=form, case=case, part_href=part_href)


@blueprint.get("/bids/<reference>/partners")
def partners(reference: str) -> Response:
    """The partners of a bid: what each does, whether it has confirmed, and to the lead body what each wrote."""
    session, reader = read_session(), viewer()
    case, content = queries.content_by_reference(session, reader, reference)
    return render(
        "pages/bids/partners.html",
        **bid_frame(session, reader, case, tab="partners"),
        partners=content.partners,
        sees_money=_sees_money(reader, case),
        comments=comments_of(session, reader, case),
        reasons=withdrawn_parts(session, reader, case),
    )


def _sees_money(reader: Viewer, case: Case) -> bool:
    return is_inside(reader, case) or case.proposer_id in reader.organisations(*queries.WRITERS)
