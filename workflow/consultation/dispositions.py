"""The lead body's word on each answer."""

from sqlalchemy.dialects.postgresql import insert

from workflow import audit
from workflow.accounts import queries as accounts
from workflow.accounts.roles import Role
from workflow.cases import Case, hold_case
from workflow.consultation.inviting import case_of, stream_of
from workflow.consultation.models import ConsultationReport, Disposition, Invitation, Response
from workflow.consultation.terms import Outcome
from workflow.db import Work
from workflow.errors import Invalid, NotAllowed, NotHere, Problem, Refused


def set_disposition(
    work: Work, response_id: int, *, outcome: Outcome, text: str, seen_rev: int | None = None
) -> None:
    """The lead body says what it did about one answer, and why; it may reword that until it sends its response.

    `seen_rev` is the revision of the words that the page showed, 0 when there were none; None does not ask.

    Raises:
        NotHere: when the answer is of a bid the person may not see. NotAllowed: when the person is not of the lead body.
        Refused: before the close, after the response was sent, when a later answer replaced this one, or (`CHANGED`) when
        a colleague said something else since.
        Invalid: when nothing is said.
    """
    if not text.strip():
        raise Invalid("Say what you did about this answer, or why you did nothing.", field="text")
    response = work.session.get(Response, response_id)
    if response is None:
        raise NotHere
    case = hold_case(work, case_of(work, response.invitation_id))
    _is_of_lead(work, case)
    invitation = work.session.get_one(Invitation, response.invitation_id, populate_existing=True)
    _may_be_disposed(work, case, invitation, response)
    before = work.session.get(Disposition, response_id, populate_existing=True, with_for_update=True)
    _is_as_seen(before, seen_rev)
    values = {"outcome": outcome, "text": text.strip(), "by": work.actor.person_id, "at": work.now}
    work.session.execute(
        insert(Disposition)
        .values(response_id=response_id, **values)
        .on_conflict_do_update(index_elements=["response_id"], set_={**values, "rev": Disposition.rev + 1})
    )
    audit.record(
        work,
        stream_of(invitation.id),
        "disposition_set",
        {"response": response_id, "outcome": outcome.value},
        texts={"text": text.strip()},
    )


CHANGED = "disposition_changed"
"""The code of the reason that a colleague said something else since the page was drawn."""


def _is_as_seen(before: Disposition | None, seen_rev: int | None) -> None:
    if seen_rev is None or seen_rev == (0 if before is None else before.rev):
        return
    text = "A colleague said something else about this answer while you were writing."
    raise Refused([Problem(CHANGED, text, "Read both, and keep the words that are right.", "You")])


def _is_of_lead(work: Work, case: Case) -> None:
    if work.actor.person_id is None:
        raise NotHere
    viewer = accounts.viewer_for(work.session, work.actor.person_id, work.now)
    if case.proposer_id in viewer.organisations(Role.DRAFTER, Role.SIGNATORY):
        return
    if case.department_id in {grant.organisation_id for grant in viewer.grants}:
        raise NotAllowed("Only the lead body of the bid can say what it did about an answer.")
    raise NotHere


def _may_be_disposed(work: Work, case: Case, invitation: Invitation, response: Response) -> None:
    reasons = []
    if case.state != "responding":
        text = "The answers of this bid cannot be responded to now."
        reasons.append(
            Problem(
                "not_responding", text, "That is possible after the close, until the department accepts.", ""
            )
        )
    if invitation.response_id != response.id:
        text = "This answer does not count, because a later one replaced it or it came late."
        reasons.append(
            Problem(
                "answer_not_counted", text, "Open the list again and choose the answer that counts.", "You"
            )
        )
    report = work.session.get(ConsultationReport, invitation.consultation_id, populate_existing=True)
    if report is not None and work.session.get(Disposition, response.id) is not None:
        text = "Your response was sent already, so what you said about this answer stands."
        reasons.append(
            Problem("response_sent", text, "Write to the department if it is wrong.", "The case officer")
        )
    if reasons:
        raise Refused(reasons)
