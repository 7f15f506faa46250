"""The decision tab of a bid: what is recommended, what the fund has left, who voted."""

from flask import Blueprint
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from workflow.accounts.queries import Viewer
from workflow.accounts.roles import Role
from workflow.cases import Case
from workflow.cases.queries import DEPARTMENT_ROLES, case_by_reference, offers_for
from workflow.monitoring import queries as monitoring
from workflow.web.approval.brief import brief_of
from workflow.web.approval.frame import bid_frame
from workflow.web.approval.words import CRITERION_WORDS, TEST_WORDS
from workflow.web.consultation.words import POSITION_WORDS
from workflow.web.context import now, read_session, viewer
from workflow.web.pages import render

blueprint = Blueprint("approval", __name__)

DECIDING = ("recommend", "approve")
"""The actions that belong to this tab."""


@blueprint.get("/bids/<reference>/decision")
def decision(reference: str) -> Response:
    """The recommendation, the votes and the fund with and without the bid; outside the department, the outcome alone."""
    session, who = read_session(), viewer()
    case = case_by_reference(session, who, reference)
    inside = who.has(Role.AUDITOR) or case.department_id in who.organisations(*DEPARTMENT_ROLES)
    award = monitoring.award_of(session, who, case)
    return render(
        "pages/approval/decision.html",
        **bid_frame(session, who, case, tab="decision"),
        **_button(session, who, case),
        brief=brief_of(session, who, case, now()) if inside else None,
        award_pence=award.award.total_pence if award else None,
        criterion_words=CRITERION_WORDS,
        test_words=TEST_WORDS,
        position_words=POSITION_WORDS,
    )


def _button(session: Session, who: Viewer, case: Case) -> dict[str, str]:
    """The one action of this tab that the viewer may do now, if any."""
    offers = offers_for(session, who, [case], now())[case.id]
    mine = next((offer.action for offer in offers if offer.action.name in DECIDING and offer.may), None)
    if mine is None:
        return {"decide_text": "", "decide_href": ""}
    return {"decide_text": mine.label, "decide_href": f"/bids/{case.reference}/actions/{mine.name}"}
