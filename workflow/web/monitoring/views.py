"""The award tab of a bid: the agreement, the payment plan, the payment requests and the closing figures."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from flask import Blueprint, flash, redirect, request, send_file, url_for
from werkzeug.wrappers import Response

from workflow.accounts.queries import Viewer
from workflow.cases import Case
from workflow.cases.facts import actor_for, facts_for, view_of
from workflow.cases.queries import case_by_reference
from workflow.cases.registry import registry
from workflow.clock import london_date
from workflow.documents.reading import attachments_of, media_type_of, open_document
from workflow.engine import Action, offers
from workflow.errors import NotAllowed, NotHere
from workflow.monitoring import queries
from workflow.monitoring.branches import changes
from workflow.monitoring.branches.reports import StaleReport, report_of, reports_of, save_report
from workflow.monitoring.branches.rules import quarter_words
from workflow.monitoring.queries import AwardView
from workflow.web.approval.brief import first_of
from workflow.web.bids.frame import bid_frame, is_inside
from workflow.web.context import now, read_session, settings, viewer, work
from workflow.web.monitoring import branch_forms, change_forms, closing_forms, forms, report_forms
from workflow.web.monitoring.ledger import award_years
from workflow.web.monitoring.words import (
    CHANGE_STATUS_WORDS,
    CHANGE_WORDS,
    CLAIM_COLOURS,
    CLAIM_WORDS,
    CONFIDENCE_WORDS,
    STEP_WORDS,
)
from workflow.web.pages import render

__all__ = [
    "blueprint",
    "branch_forms",
    "change_forms",
    "closing_forms",
    "forms",
    "report_forms",
]  # Importing the forms registers them for their actions.

blueprint = Blueprint("monitoring", __name__)

OF_AWARD = (
    "offer",
    "accept_offer",
    "check_claim",
    "pay_claim",
    "make_claim",
    "propose_closure",
    "confirm_closure",
    "start_closing",
    "send_return",
    "lift_suspension",
    "settle_year",
    "record_recovery",
)
"""The actions that belong to this tab; the first that the viewer may do is its button."""


@blueprint.get("/bids/<reference>/award")
def award(reference: str) -> Response:
    """The award with everything that happened to its money, newest first."""
    session, who = read_session(), viewer()
    case = case_by_reference(session, who, reference)
    found = queries.award_of(session, who, case)
    facts = facts_for(session, [case], now=now(), person_id=who.person_id)[case.id]
    claims = found.claims if found else []
    return render(
        "pages/monitoring/award.html",
        **bid_frame(session, who, case, tab="award"),
        award=found,
        inside=is_inside(who, case),
        years=award_years(facts),
        evidence=attachments_of(session, [f"claim:{line.claim.id}" for line in claims]),
        action=first_of(who, case, facts, OF_AWARD),
        claim_words=CLAIM_WORDS,
        claim_colours=CLAIM_COLOURS,
        reports=reports_of(session, who, case),
        beside=changes.beside_of(session, who, case),
        declined=queries.declined_figures(session, who, case),
        step_words=STEP_WORDS,
        is_paused=_is_paused_while_closing(case, facts),
        held=facts["monitoring"].branches.holding(london_date(now())),
        today=london_date(now()),
        quarter_words=quarter_words,
        may=_may(who, case, facts),
    )


def _is_paused_while_closing(case: Case, facts: Mapping[str, Any]) -> bool:
    """Whether payments are still paused although the award's time is over; before, its state says so."""
    return case.state == "closing" and bool(facts["monitoring"].branches.is_paused)


def _may(who: Viewer, case: Case, facts: Mapping[str, Any]) -> list[Action]:
    """The actions beside the straight line that the viewer may do now, for the links at the end of the page."""
    workflow = registry().workflow_of(case)
    if workflow is None:
        return []
    actor = actor_for(who, case, facts["actor"].principals)
    offered = offers(workflow, view_of(case), actor, facts)
    return [one.action for one in offered if one.may and one.action.name in BESIDE]


BESIDE = (
    "decline_offer",
    "ask_variation",
    "withdraw_variation",
    "suspend",
    "settle_year",
    "terminate",
    "start_closing",
    "decline_closure",
)
"""What may be done with an award at any time, shown as links and never as the page's one button."""


@blueprint.get("/bids/<reference>/award/changes")
def agreement_changes(reference: str) -> Response:
    """Every change to the agreement that was asked for, each with the payment plan before and after."""
    session, who = read_session(), viewer()
    case = case_by_reference(session, who, reference)
    facts = facts_for(session, [case], now=now(), person_id=who.person_id)[case.id]
    return render(
        "pages/monitoring/changes.html",
        **bid_frame(session, who, case, tab="award"),
        changes=changes.changes_of(session, who, case),
        action=first_of(who, case, facts, OF_CHANGES),
        kind_words=CHANGE_WORDS,
        status_words=CHANGE_STATUS_WORDS,
    )


OF_CHANGES = ("agree_variation", "ask_variation", "withdraw_variation")
"""The actions that belong to the page of changes; the first that the viewer may do is its button."""


NO_DRAFT = (
    "This progress report takes no draft of yours: it was sent already, or it is the lead body’s to write. Nothing was kept; "
    "what you typed is below. Ask the grant manager if what was sent has to be corrected."
)


@blueprint.route("/bids/<reference>/award/returns/<int:number>", methods=["GET", "POST"])
def progress_report(reference: str, number: int) -> Response:
    """One progress report: what it says once it is sent, and its draft for the lead body before."""
    session, who = read_session(), viewer()
    case = case_by_reference(session, who, reference)
    found = report_of(session, who, case, number)
    rev = found.report.draft_rev
    form = (
        report_forms.DraftForm(rev=rev, data=report_forms.kept_in(found.report)) if found.may_write else None
    )
    error: StaleReport | None = None
    if form is not None and form.validate_on_submit():
        try:
            _keep(case, number, form)
        except StaleReport as stale:
            # Both texts are shown, and what was typed here can be kept over the other knowingly.
            error = stale
            session.expire_all()
            found = report_of(session, who, case_by_reference(session, who, reference), number)
            form.rev.data = str(found.report.draft_rev)
        else:
            flash("Kept. Nothing is sent yet.")
            return redirect(url_for("monitoring.progress_report", reference=reference, number=number), 303)
    if form is None and request.method == "POST":
        report_forms.DraftForm(rev=rev)  # What was typed is given back on the page that says why.
        raise NotAllowed(NO_DRAFT)
    today = london_date(now())
    return render(
        "pages/monitoring/report.html",
        status=200 if error is None else 409,
        error=error,
        theirs=report_forms.answers_of(found.report) if error else [],
        **bid_frame(session, who, case, tab="award"),
        view=found,
        form=form,
        quarter=quarter_words(found.report.period_from, found.report.period_to),
        confidence_words=CONFIDENCE_WORDS,
        is_over=found.report.period_to < today,
        is_late=found.report.due_on < today,
        is_held=found.report.held_from <= today,
        time_gone=_time_gone(queries.award_of(session, who, case), found.report.period_to),
        reports=reports_of(session, who, case),
        quarter_words=quarter_words,
    )


def _keep(case: Case, number: int, form: report_forms.DraftForm) -> None:
    with work() as opened:
        save_report(opened, case.id, number, form.data_tuple()._asdict(), seen_rev=form.revision)


def _time_gone(found: AwardView | None, day: date) -> int:
    """The percent of an award's time that had gone on a London date."""
    if found is None or found.award.accepted_at is None:
        return 0
    begun = london_date(found.award.accepted_at)
    whole = max((found.award.ends_on - begun).days, 1)
    return max(0, min(100, (day - begun).days * 100 // whole))


@blueprint.get("/bids/<reference>/documents/<int:document_id>")
def document(reference: str, document_id: int) -> Response:
    """The evidence of a payment request, always as a download: what somebody sent is never opened as a page of the service.

    Raises:
        NotHere: when no payment request of this bid has such a file.
    """
    session, who = read_session(), viewer()
    case = case_by_reference(session, who, reference)
    found = queries.award_of(session, who, case)
    files = attachments_of(session, [f"claim:{line.claim.id}" for line in found.claims] if found else [])
    subject = next((one for one, kept in files.items() if document_id in {file.id for file in kept}), None)
    if subject is None:
        raise NotHere
    file, path = open_document(session, settings().state / "files", document_id=document_id, subject=subject)
    answer = send_file(
        path.resolve(),
        mimetype=media_type_of(file.file_type),
        as_attachment=True,
        download_name=file.name,
        etag=False,
    )
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return answer
