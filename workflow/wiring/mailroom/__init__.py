"""The facts of a message at the moment it is sent; a message that is no longer due has none and is cancelled.

Each file here makes what the mail of one part of a bid's life needs, by the name of its template.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from workflow.accounts.queries import organisations_named, standing_of
from workflow.accounts.roles import Role
from workflow.bids.models import Partner
from workflow.cases import Case
from workflow.clock import Clock
from workflow.consultation.models import Invitation
from workflow.deadlines import open_deadlines
from workflow.deadlines.models import Deadline, DeadlineState
from workflow.errors import NotHere
from workflow.funds.models import Fund
from workflow.notifications import Notification
from workflow.wiring.bid.news import NAME as NEWS
from workflow.wiring.mailroom import awards, bids, councils, decisions, grants, news, reminders
from workflow.wiring.mailroom.terms import Extra, Found, Payload

__all__ = ["Mailroom"]


@dataclass(frozen=True, slots=True)
class Mailroom:
    """What delivery asks of the rooms above it. `base_url` is the address that links in mail begin with."""

    base_url: str
    clock: Clock

    def context(self, session: Session, notification: Notification) -> Found:
        """The facts for a message's text now, or None when the duty is met, moved, cancelled or closed meanwhile."""
        payload = notification.payload
        if "grant" in payload:
            return grants.found(session, notification, self.base_url)
        case = session.get(Case, payload["case_id"])
        if case is None or not _is_due(session, case, payload):
            return None
        if not _still_concerns(session, case, notification, self.clock.now()):
            return None
        extra = _EXTRA.get(notification.template, _nothing)(self, session, case, payload)
        if extra is None:
            return None
        due = open_deadlines(session, [f"case:{case.id}"]).get(f"case:{case.id}", [])
        return {
            "name": payload.get("name", ""),
            "bid": self.bid(session, case),
            "due_on": due[0].due_on if due else None,
            **extra,
        }

    def bid(self, session: Session, case: Case) -> dict[str, Any]:
        """What every message says of its bid."""
        names = organisations_named(session, [case.department_id, case.proposer_id])
        return {
            "title": case.title,
            "reference": case.reference,
            "lead": names[case.proposer_id],
            "department": names[case.department_id],
            "fund": session.get_one(Fund, case.fund_id).title,
            "amount_pence": case.amount_pence,
            "url": f"{self.base_url}/bids/{case.reference}",
        }


def _is_due(session: Session, case: Case, payload: Payload) -> bool:
    """Whether a reminder or an escalation still has its deadline, in the version it was planned for."""
    if "deadline_id" not in payload:
        return True
    deadline = session.get(Deadline, payload["deadline_id"])
    running = {DeadlineState.OPEN, DeadlineState.BREACHED}
    return (
        deadline is not None
        # What is due beside the state is ended by name, and money to pay back is owed by an award that is closed.
        and (not case.ended or "/" in deadline.subject)
        and deadline.state in running
        and deadline.version == payload["deadline_version"]
    )


def _still_concerns(session: Session, case: Case, notification: Notification, now: datetime) -> bool:
    """Whether a person is still of a side of the case, a partner of it, or of a council asked; a mailbox always is."""
    if notification.person_id is None:
        return True
    try:
        grants = standing_of(session, notification.person_id, now).grants
    except NotHere:
        return False
    if notification.template in {NEWS, "support_ends"} and any(
        grant.role in {Role.NETWORK_OFFICIAL, Role.NETWORK_BODY} for grant in grants
    ):
        return True
    if notification.template == NEWS:
        return any(grant.role in {Role.NETWORK_OFFICIAL, Role.NETWORK_BODY} for grant in grants)
    own = {grant.organisation_id for grant in grants}
    if (
        notification.template == "partner_removed"
    ):  # The part is gone, so nothing but the message ties them to the bid.
        return notification.payload["organisation_id"] in own
    if own & {case.department_id, case.proposer_id}:
        return True
    part = select(Partner.id).where(Partner.bid_id == case.id, Partner.organisation_id.in_(own))
    if session.execute(part.limit(1)).first() is not None:
        return True
    asked = select(Invitation.id).where(
        Invitation.id.in_(_invitations_named(notification.payload)), Invitation.organisation_id.in_(own)
    )
    return session.execute(asked.limit(1)).first() is not None


def _invitations_named(payload: Payload) -> list[int]:
    named = [one["invitation_id"] for one in payload.get("named", ())]
    return [*named, payload["invitation_id"]] if "invitation_id" in payload else named


def _nothing(_room: object, _session: Session, _case: Case, _payload: Payload) -> Found:
    return {}


_EXTRA: Mapping[str, Extra] = {
    **bids.EXTRA,
    **councils.EXTRA,
    **decisions.EXTRA,
    **awards.EXTRA,
    **news.EXTRA,
    **reminders.EXTRA,
}
