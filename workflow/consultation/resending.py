"""A case officer sends a council its invitation again, with the same link or a new one."""

from typing import Any

from workflow import audit, notifications
from workflow.accounts import queries as accounts
from workflow.accounts.roles import Role
from workflow.cases import hold_case, once
from workflow.cases.notices import address_hash
from workflow.consultation.audiences import to_invite
from workflow.consultation.inviting import case_of, renew_link, stream_of
from workflow.consultation.models import Invitation
from workflow.db import Work
from workflow.errors import NotHere, Problem, Refused
from workflow.notifications import Message


def send_again(work: Work, invitation_id: int, *, renew: bool, key: str) -> dict[str, Any]:
    """Write to everybody who may answer for a council once more; `renew` makes the old link worthless first.

    Returns `{"sent": n}`.

    Raises:
        NotHere: when the person is no case officer of the bid's department. Refused: when councils are no longer asked,
        or there is no address.
    """

    def make() -> dict[str, Any]:
        case = hold_case(work, case_of(work, invitation_id))
        _is_officer(work, case.department_id)
        if case.state != "consulting":
            text = "Councils are not being asked about this bid now."
            raise Refused([Problem("not_consulting", text, "Nothing more is sent to them.", "")])
        if renew:
            renew_link(work, invitation_id)
        sent = notifications.owe(work, _messages(work, case.id, invitation_id, key))
        if not sent:
            text = "This council has no address that can be written to."
            raise Refused([Problem("no_address", text, "Telephone it, and have its mailbox added.", "You")])
        audit.record(work, stream_of(invitation_id), "invitation_sent_again", {"messages": sent})
        return {"sent": sent}

    return once(work, key, action="send_again", subject=stream_of(invitation_id), make=make)


def _is_officer(work: Work, department_id: int) -> None:
    if work.actor.person_id is None:
        raise NotHere
    viewer = accounts.viewer_for(work.session, work.actor.person_id, work.now)
    if department_id not in viewer.organisations(Role.CASE_OFFICER):
        raise NotHere


def _messages(work: Work, case_id: int, invitation_id: int, key: str) -> list[Message]:
    invitation = work.session.get_one(Invitation, invitation_id)
    named = to_invite(work.session, invitation.consultation_id, now=work.now, only=invitation_id)
    return [
        Message(
            key=f"consultation_invitation:{one.subject}:again:{key}:{address_hash(one.address)}",
            template="consultation_invitation",
            address=one.address,
            subject=f"case:{case_id}",
            person_id=one.person_id,
            payload={
                "case_id": case_id,
                "name": one.payload["name"],
                "named": [{"invitation_id": invitation_id, "subject": one.subject}],
            },
            mandatory=True,
        )
        for one in named
    ]
