"""Why a bid was decided: everything for the department and auditors, the outcome and the ways on for everybody else."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import send_file
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from workflow.accounts.queries import Viewer
from workflow.approval import queries as approval
from workflow.approval.notice import Fate, deciding_event
from workflow.approval.queries import StepView
from workflow.approval.steps import letters_of
from workflow.approval.terms import StepKind
from workflow.approval.why import Why, why_of
from workflow.bids import queries as bids
from workflow.cases import Case
from workflow.cases.queries import case_by_reference
from workflow.documents.reading import attachments, media_type_of, open_document
from workflow.errors import NotHere
from workflow.web.approval.brief import Brief, brief_of
from workflow.web.approval.room import blueprint
from workflow.web.approval.words import CRITERION_WORDS, STEP_WORDS, TEST_WORDS
from workflow.web.bids.frame import bid_frame, is_inside
from workflow.web.consultation.words import OUTCOMES, POSITION_WORDS
from workflow.web.context import now, read_session, settings, viewer
from workflow.web.pages import render

ENDING = frozenset({StepKind.REJECTED, StepKind.APPROVED, StepKind.DIRECTED})
"""The steps that decide a bid; else the last vote did."""


@dataclass(frozen=True, slots=True)
class Decided:
    """What was decided, when, and by which step, if it was not by votes."""

    words: str
    at: datetime | None
    step: StepView | None


@blueprint.get("/bids/<reference>/why")
def why(reference: str) -> Response | str:
    """The decision of a bid with all that it rests on; outside the department its reasons and what can be done."""
    session, who = read_session(), viewer()
    case = case_by_reference(session, who, reference)
    steps = approval.steps_of(session, who, case)
    if not is_inside(who, case):
        frame = bid_frame(session, who, case, tab="why")
        return render("pages/approval/why_outside.html", **frame, **_outside(session, who, case, steps))
    parts = why_parts(session, who, case, now(), steps)
    frame = bid_frame(session, who, case, tab="why", facts=parts["brief"].facts)
    return render("pages/approval/why.html", **frame, **parts)


def why_parts(
    session: Session, who: Viewer, case: Case, moment: datetime, steps: Sequence[StepView]
) -> dict[str, Any]:
    """All that the page says of a decision, for somebody of the department or an auditor, by the names of its template.

    `steps` are those of the decision. The folders that auditors take away say the same from the same facts.
    """
    brief = brief_of(session, who, case, moment, to_act=False)
    decided = _decided(session, case, steps)
    rests_on = why_of(
        session,
        who,
        case,
        pence=brief.facts["approval"].whole_life_pence,
        decided_at=decided.at or moment,
        consultation=brief.consultation,
        is_directed=any(step.kind in {StepKind.DIRECTION_SOUGHT, StepKind.DIRECTED} for step in steps),
    )
    return {
        "brief": brief,
        "steps": steps,
        "decided": decided,
        "why": rests_on,
        "departures": _departures(brief, rests_on, steps),
        "letters": attachments(session, letters_of(case.id)),
        "version": bids.version_of(session, who, case, brief.facts["approval"].assessed_version),
        "criterion_words": CRITERION_WORDS,
        "test_words": TEST_WORDS,
        "step_words": STEP_WORDS,
        "position_words": POSITION_WORDS,
        "outcome_words": {option.value: option.text for option in OUTCOMES},
    }


def _decided(session: Session, case: Case, steps: Sequence[StepView]) -> Decided:
    """The decision that stands, by the same event as its notice, whatever became of the bid since."""
    found = deciding_event(session, case)
    if found is None:
        return Decided("Not decided yet" if not case.ended else "Ended before a decision", None, None)
    event, fate = found
    kinds = {StepKind.REJECTED} if fate is Fate.REJECTED else ENDING - {StepKind.REJECTED}
    step = next((step for step in reversed(steps) if step.kind in kinds and step.at == event.at), None)
    return Decided("Not approved" if fate is Fate.REJECTED else "Approved", event.at, step)


def _outside(session: Session, who: Viewer, case: Case, steps: Sequence[StepView]) -> dict[str, Any]:
    facts = approval.facts(session, [case.id], now=now(), person_id=who.person_id)[case.id]
    newest = {kind: [step for step in steps if step.kind is kind] for kind in StepKind}
    rejected = newest[StepKind.REJECTED][-1] if newest[StepKind.REJECTED] else None
    return {
        "rejected": rejected,
        "asked": newest[StepKind.APPEAL_ASKED][-1] if newest[StepKind.APPEAL_ASKED] else None,
        "answered": next(
            (
                step
                for step in reversed(steps)
                if step.kind in {StepKind.APPEAL_ACCEPTED, StepKind.APPEAL_REFUSED}
            ),
            None,
        ),
        "appeal_by": facts.appeal_by if case.state == "rejected" and not facts.has_appealed else None,
        "is_approved": case.state in {"approved", "offered", "active", "suspended", "closing", "closed"},
    }


def _departures(brief: Brief, rests_on: Why, steps: Sequence[StepView]) -> list[tuple[str, str]]:
    """Everything that went another way than the plain rule, with the words that were given for it."""
    found = []
    consultation = rests_on.consultation
    if consultation is not None and consultation.reason:
        found.append(("Less time for councils", consultation.reason))
    if brief.assessment is not None and brief.assessment.appraisal.marks:
        marks = ", ".join(brief.assessment.appraisal.marks).capitalize()
        found.append((marks, brief.assessment.appraisal.marked_why))
    found += [(STEP_WORDS[step.kind], step.reason) for step in steps if step.kind in _APART and step.reason]
    found += [("An approval taken back", vote.void_why) for vote in rests_on.votes if vote.void_why]
    return found


_APART = frozenset({StepKind.REFERRED, StepKind.DEFERRED, StepKind.SENT_BACK})


@blueprint.get("/bids/<reference>/decision/letters/<int:document_id>")
def letter(reference: str, document_id: int) -> Response:
    """The Treasury's letter or a minister's direction, for the department and auditors, always as a download.

    Raises:
        NotHere: when the decision has no such letter, or the reader is outside.
    """
    session, who = read_session(), viewer()
    case = case_by_reference(session, who, reference)
    if not is_inside(who, case):
        raise NotHere
    subject = letters_of(case.id)
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
