"""The decision tab of a bid: what is recommended, what the fund has left, who voted."""

from werkzeug.wrappers import Response

from workflow.accounts.queries import Viewer
from workflow.approval import queries as approval
from workflow.approval.questions import may_ask
from workflow.cases import Case
from workflow.cases.queries import case_by_reference
from workflow.cases.registry import registry
from workflow.monitoring import queries as monitoring
from workflow.web.approval import forms, notice, questions, referral_forms, step_forms, why
from workflow.web.approval.brief import brief_of
from workflow.web.approval.room import blueprint
from workflow.web.approval.words import CRITERION_WORDS, TEST_WORDS
from workflow.web.bids.frame import bid_frame, has_reached, is_inside
from workflow.web.consultation.words import POSITION_WORDS
from workflow.web.context import now, read_session, viewer
from workflow.web.pages import render

# Importing the forms registers them for their actions.
__all__ = ["blueprint", "forms", "notice", "questions", "referral_forms", "step_forms", "why"]

MAIN = (
    "recommend",
    "approve",
    "approve_referred",
    "record_direction",
    "confirm_rejection",
    "reject_on_advice",
    "accept_appeal",
    "resume",
)
"""The actions that may be this tab's one main button, the first that the reader may do."""

BESIDE = (
    *MAIN,
    "decline_rejection",
    "send_back",
    "defer",
    "refer",
    "reject",
    "propose_rejection",
    "advise_rejection",
    "seek_direction",
    "record_consent",
    "give_up_direction",
    "refuse_appeal",
    "declare_conflict",
)
"""The other ways that a decision can go, as buttons beside it."""


ENDED_WITHOUT = frozenset({"lapsed", "withdrawn"})
"""The ends that stand after all others in the definition and say nothing of what was decided."""


@blueprint.get("/bids/<reference>/decision")
def decision(reference: str) -> Response:
    """The recommendation, the votes and the fund with and without the bid; outside the department, the outcome alone."""
    session, who = read_session(), viewer()
    case = case_by_reference(session, who, reference)
    brief = brief_of(session, who, case, now()) if is_inside(who, case) else None
    award = monitoring.award_of(session, who, case) if brief is None else None
    return render(
        "pages/approval/decision.html",
        **bid_frame(session, who, case, tab="decision", facts=brief.facts if brief else None),
        actions=[] if brief is None else brief.open_to_reader(BESIDE),
        main=MAIN,
        barred=None if brief is None else brief.barred(("approve", "approve_referred"), _held(who, case)),
        may_ask=may_ask(who, case),
        told=approval.steps_of(session, who, case) if brief is None else [],
        brief=brief,
        award_pence=award.award.total_pence if award else None,
        is_approved=case.state not in ENDED_WITHOUT
        and has_reached(registry().workflow_of(case), case, "approved"),
        criterion_words=CRITERION_WORDS,
        test_words=TEST_WORDS,
        position_words=POSITION_WORDS,
    )


def _held(who: Viewer, case: Case) -> frozenset[str]:
    """The roles that the reader holds for the department of this case."""
    return frozenset(grant.role.value for grant in who.grants if grant.organisation_id == case.department_id)
