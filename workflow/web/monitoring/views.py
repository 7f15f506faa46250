"""The award tab of a bid: the agreement, the payment plan, the payment requests and the closing figures."""

from flask import Blueprint, send_file
from werkzeug.wrappers import Response

from workflow.cases.facts import facts_for
from workflow.cases.queries import case_by_reference
from workflow.documents.reading import attachments_of, media_type_of, open_document
from workflow.errors import NotHere
from workflow.monitoring import queries
from workflow.web.approval.brief import first_of
from workflow.web.bids.frame import bid_frame
from workflow.web.context import now, read_session, settings, viewer
from workflow.web.monitoring import forms
from workflow.web.monitoring.ledger import award_years
from workflow.web.monitoring.words import CLAIM_COLOURS, CLAIM_WORDS
from workflow.web.pages import render

__all__ = ["blueprint", "forms"]  # Importing the forms registers them for their actions.

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
        years=award_years(facts),
        evidence=attachments_of(session, [f"claim:{line.claim.id}" for line in claims]),
        action=first_of(who, case, facts, OF_AWARD),
        claim_words=CLAIM_WORDS,
        claim_colours=CLAIM_COLOURS,
    )


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
