"""Consultations as the department, the lead body and signed-in councils see them; the answering is in `respond`."""

from typing import Any

from flask import flash, redirect, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from workflow.accounts.queries import Viewer
from workflow.accounts.roles import Role
from workflow.cases import Case
from workflow.cases.queries import case_by_reference
from workflow.clock import london_date
from workflow.consultation import answers, queries, register
from workflow.consultation.about import About
from workflow.consultation.dispositions import CHANGED, set_disposition
from workflow.consultation.models import ConsultationReport
from workflow.consultation.tallies import newest
from workflow.deadlines import calendar
from workflow.errors import Invalid, NotHere, Refused
from workflow.web.bids.frame import bid_frame
from workflow.web.consultation import change_forms, checking, forms, listing, public, respond
from workflow.web.consultation.answer_forms import DispositionForm, RulingForm
from workflow.web.consultation.room import blueprint
from workflow.web.consultation.text import readable
from workflow.web.consultation.words import OUTCOME_WORDS, POSITION_WORDS, TYPE_WORDS
from workflow.web.context import current_viewer, now, read_session, viewer, work
from workflow.web.filters import due_words
from workflow.web.pages import render

__all__ = ["blueprint", "change_forms", "checking", "forms", "listing", "public", "respond"]

SHOWN = {"open": "Open", "closed": "Closed", "all": "All"}


@blueprint.get("/consultations")
def index() -> Response:
    """The consultations that the viewer may see or answer, one page; for the public, those that are open."""
    reader = current_viewer()
    show = request.args.get("show", "open")
    after = request.args.get("after", type=int)
    if reader is None:
        rows, more = queries.public_consultations(read_session(), reader, show=show, after=after)
    else:
        rows, more = queries.consultations(read_session(), reader, show=show, after=after)
    next_href = url_for("consultation.index", show=show, after=rows[-1].id) if more else ""
    return render(
        "pages/consultation/index.html",
        rows=[(row, _closes(row)) for row in rows],
        show=show,
        shown=SHOWN,
        next_href=next_href,
    )


def _closes(row: queries.ConsultationRow) -> str:
    """How far the last day for answers is; nothing once that is over."""
    if row.is_over:
        return ""
    left = calendar(read_session()).working_days_left(london_date(now()), row.closes_on)
    return due_words(left, "Closes")


@blueprint.get("/bids/<reference>/consultation")
def of_bid(reference: str) -> Response:
    """The register of a bid's newest consultation: who was asked, who answered, what to do."""
    session, reader = read_session(), viewer()
    case = case_by_reference(session, reader, reference)
    found = newest(session, case.id)
    frame = bid_frame(session, reader, case, tab="consultation")
    if found is None:
        return render("pages/consultation/none.html", **frame, action=_action(reader, case, None))
    counts = register.register_counts(session, reader, found.id)
    show = request.args.get("show", _first_view(case, counts))
    rows, more = register.register_rows(
        session, reader, found.id, show=show, after=request.args.get("after", type=int)
    )
    report = queries.report_of(session, reader, found.id)
    next_href = (
        url_for("consultation.of_bid", reference=reference, show=show, after=rows[-1].invitation_id)
        if more
        else ""
    )
    return render(
        "pages/consultation/register.html",
        **frame,
        about=answers.about(session, reader, found.id),
        asked_closes_on=found.asked_closes_on,
        counts=counts,
        report=report,
        action=_action(reader, case, report),
        further=_further(reader, case, counts),
        is_officer=reader.has(Role.CASE_OFFICER, case.department_id),
        next_answer=_next_answer(session, reader, case, found.id, counts),
        rows=rows,
        show=show,
        next_href=next_href,
        row_state=listing.state_words,
        **_words(),
    )


@blueprint.route("/consultations/answers/<int:response_id>", methods=["GET", "POST"])
def answer(response_id: int) -> Response:
    """One answer; the lead body says here what it did about it, and goes on to the next."""
    return answer_page(response_id)


def answer_page(response_id: int, *, ruling: RulingForm | None = None) -> Response:
    """The page of one answer, with what was typed about whether it counts, if that was wrong."""
    session, reader = read_session(), viewer()
    about, said = answers.answer(session, reader, response_id)
    form = DispositionForm(
        rev=said[0].done_rev, data={"outcome": said[0].outcome, "text": said[0].done or None}
    )
    context: dict[str, Any] = {"about": about, "said": said, "form": form, **_words()}
    context["may_say"] = queries.may_say(session, reader, about.consultation_id)
    context["ruling"] = ruling
    if ruling is None and answers.may_rule(session, reader, about.consultation_id):
        context["ruling"] = RulingForm(rev=0) if request.method == "GET" else None
    if ruling is not None or not form.validate_on_submit():
        return render("pages/consultation/answer.html", **context)
    given = form.data_tuple()
    try:
        with work() as opened:
            set_disposition(
                opened, response_id, outcome=given.outcome, text=given.text, seen_rev=form.revision
            )
    except (Refused, Invalid) as error:
        if _said_otherwise(error):
            return _both_texts(context, response_id)
        if not form.refuse(error):
            raise
        return render("pages/consultation/answer.html", **context)
    return _on_to_the_next(about)


def _said_otherwise(error: Refused | Invalid) -> bool:
    return isinstance(error, Refused) and CHANGED in {reason.code for reason in error.reasons}


def _both_texts(context: dict[str, Any], response_id: int) -> Response:
    """What a colleague said meanwhile beside what was typed here; sending again keeps what was typed."""
    with work() as opened:
        _, said = answers.answer(opened.session, viewer(), response_id)
    form: DispositionForm = context["form"]
    form.draw_from(said[0].done_rev)
    return render(
        "pages/consultation/answer.html", status=409, **{**context, "said": said, "theirs": said[0]}
    )


def _on_to_the_next(about: About) -> Response:
    """From one answer to the next without a word on it; after the last, back to the register."""
    with work() as opened:
        following = answers.next_to_dispose(opened.session, viewer(), about.consultation_id)
    if following is not None:
        flash("Saved. This is the next answer.")
        return redirect(url_for("consultation.answer", response_id=following), 303)
    flash("Saved. You have said what you did about every answer.")
    return redirect(url_for("consultation.of_bid", reference=about.reference), 303)


@blueprint.get("/bids/<reference>/consultation/proposal")
def consulted_text(reference: str) -> Response:
    """The text that councils are asked about, as it was frozen."""
    session, reader = read_session(), viewer()
    case = case_by_reference(session, reader, reference)
    found = newest(session, case.id)
    if found is None:
        raise NotHere
    about = answers.about(session, reader, found.id)
    return render("pages/consultation/proposal.html", about=about, text=readable(about.snapshot))


def _further(reader: Viewer, case: Case, counts: register.RegisterCounts) -> list[tuple[str, str]]:
    """Further actions of this tab that the reader's role may have now, as (words, address)."""
    if not reader.has(Role.CASE_OFFICER, case.department_id):
        return []
    named = {
        "extend_consultation": ("Give councils more time", case.state == "consulting"),
        "accept_late": ("Count a late answer", case.state == "responding" and bool(counts.late)),
    }
    return [
        (words, url_for("bids.act", reference=case.reference, action=action))
        for action, (words, is_there) in named.items()
        if is_there
    ]


def _action(reader: Viewer, case: Case, report: ConsultationReport | None) -> tuple[str, str] | None:
    """The one action of this tab that the reader's role may have now, as (name, words); its own page says why not, if not."""
    officer = reader.has(Role.CASE_OFFICER, case.department_id)
    lead = any(reader.has(role, case.proposer_id) for role in (Role.DRAFTER, Role.SIGNATORY))
    match case.state:
        case "screening" if officer:
            return "open_consultation", "Ask councils"
        case "responding" if lead:
            return "send_response", "Send what you did about each answer"
        case "responding" if officer and report is not None:
            return "accept_response", "Accept what the lead body did"
        case _:
            return None


def _first_view(case: Case, counts: register.RegisterCounts) -> str:
    """What the register shows unasked: while the lead body answers councils, the answers that still need its word."""
    return "to_answer" if case.state == "responding" and counts.undisposed else "all"


def _next_answer(
    session: Session, reader: Viewer, case: Case, consultation_id: int, counts: register.RegisterCounts
) -> int | None:
    """The answer that the reader has to say something about next, if that is what the bid waits for."""
    if case.state != "responding" or not counts.undisposed:
        return None
    if not queries.may_say(session, reader, consultation_id):
        return None
    return answers.next_to_dispose(session, reader, consultation_id)


def _words() -> dict[str, Any]:
    return {"position_words": POSITION_WORDS, "outcome_words": OUTCOME_WORDS, "type_words": TYPE_WORDS}
