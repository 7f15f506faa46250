"""The decision tab of a bid: what is recommended, what the fund has left, who voted."""

from flask import Blueprint
from werkzeug.wrappers import Response

from workflow.approval import queries as approval
from workflow.approval.rules import votes_needed
from workflow.cases.facts import facts_for
from workflow.cases.queries import case_by_reference, offers_for
from workflow.web.approval.words import CRITERION_WORDS, TEST_WORDS
from workflow.web.approval.frame import bid_frame
from workflow.web.context import now, read_session, viewer
from workflow.web.pages import render

blueprint = Blueprint("approval", __name__)


@blueprint.get("/bids/<reference>/decision")
def decision(reference: str) -> Response:
    """The recommendation, the votes and the fund before and after."""
    session, who = read_session(), viewer()
    case = case_by_reference(session, who, reference)
    facts = facts_for(session, [case], now=now(), person_id=who.person_id)[case.id]
    return render(
        "pages/approval/decision.html",
        **bid_frame(session, who, case, tab="decision"),
        assessment=approval.appraisal_of(session, who, case),
        facts=facts,
        needed=votes_needed(facts["approval"]),
        offers=offers_for(session, who, [case], now())[case.id],
        criterion_words=CRITERION_WORDS,
        test_words=TEST_WORDS,
    )
