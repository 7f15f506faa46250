"""Who is told of a decision: those who can still take it, or the person responsible when nobody can."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from workflow.accounts.roles import Role
from workflow.approval import deciders
from workflow.approval import queries as approval
from workflow.cases import Case
from workflow.cases.registry import Audience
from workflow.notifications import Recipient
from workflow.wiring import audiences as who

ACCOUNTING_OFFICERS = who.people("department", Role.ACCOUNTING_OFFICER)

FOR_REJECTION = who.without(who.APPROVERS | ACCOUNTING_OFFICERS, "submit", "appraise", "propose_rejection")
"""Who can confirm or decline a proposed rejection."""

ESCALATE_TO: dict[str, Audience] = {**who.ESCALATE_TO, "cover": who.RESPONSIBLE}
"""An accounting officer has no colleague who stands in by rank, so the person responsible is told."""


def in_state(state: str, audience: Audience) -> Audience:
    """An audience that is told only when the case came to this state."""

    def found(session: Session, case: Case, **given: object) -> Sequence[Recipient]:
        return audience(session, case, **given) if case.state == state else []

    return found


def if_nobody_is_left(session: Session, case: Case, *, now: datetime, **given: object) -> Sequence[Recipient]:
    """The person responsible, at once, when a decision lacks people who may take it; else nobody.

    Source: domain, section 5, conflict.
    """
    if case.state != "deciding":
        return []
    facts = approval.facts(session, [case.id], now=now, person_id=None)[case.id]
    left = deciders.facts(session, [case.id], now=now, person_id=None)[case.id].left
    needed = facts.quorum - len(facts.voters)
    return who.RESPONSIBLE(session, case, now=now, **given) if len(left) < needed else []
