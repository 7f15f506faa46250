"""What is done about an answer that is held or disputed: by somebody of the council, or by the case officer.

A late answer waits for the case officer and is taken with an action of the bid. One from an address that the council does
not know, and one that somebody says is wrong, are resolved here, and no revision of the bid changes by it.
"""

from typing import Any

from workflow import audit, notifications
from workflow.accounts import queries as accounts
from workflow.accounts.roles import Role
from workflow.cases import Case, hold_case, once
from workflow.consultation.commands import ANSWERED_IN, WITHDRAWN
from workflow.consultation.inviting import case_of, own_invitation, stream_of
from workflow.consultation.models import Invitation, Response, ResponseHold
from workflow.consultation.receipts import to_officers, told
from workflow.consultation.standing import hold, open_holds, recount, resolve
from workflow.consultation.terms import HoldKind, Resolution
from workflow.db import Work
from workflow.errors import Invalid, NotHere, Problem, Refused
from workflow.notifications import Named

WAITING = (HoldKind.OUTSIDE, HoldKind.DISPUTED)
"""Holds that somebody of the council, or the case officer, resolves."""

LONGEST = 1000


def confirm_answer(work: Work, response_id: int, *, link_version: int | None, key: str) -> dict[str, Any]:
    """Somebody of the council says that an answer is the council's: it counts from now on.

    `link_version` is the version of a link that was mailed to one of the council's own contacts; None for a signed-in
    person of the council. Returns `{"changed": bool}`: False when nothing was held.

    Raises:
        NotHere: for everybody else. Refused: when the bid has moved on.
    """

    def make() -> dict[str, Any]:
        case, invitation, response = _of_council(work, response_id, link_version)
        held = open_holds(work, response.id, WAITING)
        if not held:
            return {"changed": False}
        _is_answered(case)
        _settle(work, case, invitation, response, held, Resolution.COUNTED, "The council confirmed it.")
        return {"changed": True}

    return once(work, key, action="confirm_answer", subject=f"response:{response_id}", make=make)


def dispute_answer(
    work: Work, response_id: int, *, link_version: int | None, said: str, key: str
) -> dict[str, Any]:
    """Somebody says that an answer is wrong: it is held as disputed, and the council and the case officers are told.

    Returns `{"changed": bool}`: False when it was disputed already.

    Raises:
        NotHere: for whoever has no link and is not of the council. Refused: when the bid has moved on.
        Invalid: when nothing is said, or too much.
    """
    if not said.strip():
        raise Invalid("Say what is wrong, and who should be asked.", field="said")
    if len(said) > LONGEST:
        raise Invalid(f"This must be {LONGEST:,} characters or fewer.", field="said")

    def make() -> dict[str, Any]:
        case, invitation, response = _of_council(work, response_id, link_version)
        if open_holds(work, response.id, [HoldKind.DISPUTED]):
            return {"changed": False}
        _is_answered(case)
        hold(work, response.id, HoldKind.DISPUTED, said.strip())
        recount(work, invitation)
        audit.record(
            work,
            stream_of(invitation.id),
            "answer_disputed",
            {"response": response.id},
            texts={"said": said.strip()},
        )
        _tell_of_dispute(work, case, invitation, response)
        return {"changed": True}

    return once(work, key, action="dispute_answer", subject=f"response:{response_id}", make=make)


def rule_on_answer(
    work: Work, response_id: int, *, resolution: Resolution, reason: str, key: str
) -> dict[str, Any]:
    """The case officer counts a held answer, or sets it aside, with a reason that the council reads.

    Raises:
        NotHere: for whoever is no case officer of the bid's department. Refused: when nothing is held any more, or the
        bid has moved on. Invalid: without a reason.
    """
    if not reason.strip():
        raise Invalid("Say why, so that the council can read it.", field="reason")

    def make() -> dict[str, Any]:
        case, invitation, response = _of_officer(work, response_id)
        _is_answered(case)
        held = open_holds(work, response.id, WAITING)
        if not held:
            text = "This answer is not held any more."
            raise Refused([Problem("not_held", text, "Open the register to see how it stands.", "You")])
        _settle(work, case, invitation, response, held, resolution, reason.strip())
        return {"changed": True}

    return once(work, key, action="rule_on_answer", subject=f"response:{response_id}", make=make)


def _settle(  # noqa: PLR0917 - what is settled, and how
    work: Work,
    case: Case,
    invitation: Invitation,
    response: Response,
    held: list[ResponseHold],
    resolution: Resolution,
    reason: str,
) -> None:
    resolve(work, held, resolution, reason)
    recount(work, invitation)
    audit.record(
        work,
        stream_of(invitation.id),
        "answer_counted" if resolution is Resolution.COUNTED else "answer_set_aside",
        {"response": response.id},
        texts={"reason": reason},
    )
    notifications.owe(work, told(work, case, invitation, response, "answer_settled", step=held[-1].id))


def _tell_of_dispute(work: Work, case: Case, invitation: Invitation, response: Response) -> None:
    officers = accounts.people_with(work.session, Role.CASE_OFFICER, case.department_id, work.now)
    named = [Named(one.email, "", one.id, {"name": one.name}) for one in officers]
    step = open_holds(work, response.id, [HoldKind.DISPUTED])[-1].id
    messages = told(work, case, invitation, response, "answer_disputed", step=step)
    messages += to_officers(case, invitation, response, "answer_disputed", named, step=step)
    notifications.owe(work, messages)


def _of_council(work: Work, response_id: int, link_version: int | None) -> tuple[Case, Invitation, Response]:
    response = _response(work, response_id)
    case = hold_case(work, case_of(work, response.invitation_id))
    return case, own_invitation(work, response.invitation_id, link_version), response


def _of_officer(work: Work, response_id: int) -> tuple[Case, Invitation, Response]:
    response = _response(work, response_id)
    case = hold_case(work, case_of(work, response.invitation_id))
    if work.actor.person_id is None:
        raise NotHere
    viewer = accounts.viewer_for(work.session, work.actor.person_id, work.now)
    if case.department_id not in viewer.organisations(Role.CASE_OFFICER):
        raise NotHere
    invitation = work.session.get_one(
        Invitation, response.invitation_id, populate_existing=True, with_for_update={"key_share": True}
    )
    return case, invitation, response


def _response(work: Work, response_id: int) -> Response:
    found = work.session.get(Response, response_id)
    if found is None:
        raise NotHere
    return found


def _is_answered(case: Case) -> None:
    if case.state in ANSWERED_IN:
        return
    text = "What councils said about this bid has been considered, so this answer stands as it is."
    if case.state == WITHDRAWN:
        text = "The lead body withdrew this bid, so this answer stands as it is."
    raise Refused(
        [Problem("consultation_over", text, "Write to the department about it.", "The case officer")]
    )
