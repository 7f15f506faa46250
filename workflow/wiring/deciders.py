"""Who is told of a decision: those who can still take it, or the person responsible when nobody can."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from workflow.accounts.models import Organisation, Person
from workflow.accounts.roles import Role
from workflow.approval import branching, deciders
from workflow.approval import queries as approval
from workflow.approval.models import Question
from workflow.bids.models import AreaKind, Bid, Partner
from workflow.cases import Case
from workflow.cases.registry import Audience
from workflow.notifications import Recipient
from workflow.wiring import audiences as who

ACCOUNTING_OFFICERS = who.people("department", Role.ACCOUNTING_OFFICER)

DECIDED_BEFORE = ("submit", "appraise", "approve")
"""The steps after which nobody decides on a referred bid."""

FOR_REJECTION = who.without(who.APPROVERS | ACCOUNTING_OFFICERS, "submit", "appraise", "propose_rejection")
"""Who can confirm or decline a proposed rejection."""

ESCALATE_TO: dict[str, Audience] = {**who.ESCALATE_TO, "cover": who.RESPONSIBLE}
"""An accounting officer has no colleague who stands in by rank, so the person responsible is told."""


def unbarred(audience: Audience) -> Audience:
    """An audience without those who judged the bid before its appeal was accepted: others judge it now."""

    def found(session: Session, case: Case, *, now: datetime, **given: object) -> Sequence[Recipient]:
        barred = approval.facts(session, [case.id], now=now, person_id=None)[case.id].barred
        return [one for one in audience(session, case, now=now, **given) if one.person_id not in barred]

    return who.Narrowed(audience, found)


def at_home_elsewhere(audience: Audience) -> Audience:
    """An audience without those whose own organisation leads the bid, takes part in it or is named in it: they may not decide."""

    def found(session: Session, case: Case, **given: object) -> Sequence[Recipient]:
        taking_part = select(Partner.organisation_id).where(Partner.bid_id == case.id)
        named = (
            select(Organisation.id)
            .join(Bid, func.jsonb_exists(Bid.area_codes, Organisation.code))
            .where(Bid.id == case.id, Bid.area_kind == AreaKind.AUTHORITIES)
        )
        theirs = set(
            session.scalars(
                select(Person.id).where(
                    (Person.organisation_id == case.proposer_id)
                    | Person.organisation_id.in_(taking_part)
                    | Person.organisation_id.in_(named)
                )
            )
        )
        return [one for one in audience(session, case, **given) if one.person_id not in theirs]

    return who.Narrowed(audience, found)


ASSESSORS_LEFT = unbarred(who.without(who.ASSESSORS, "submit", "approve", "propose_rejection", "reject"))
"""Who can still assess a bid."""

APPROVERS_LEFT = unbarred(at_home_elsewhere(who.APPROVERS_LEFT))
"""Who can still approve a bid."""


ACCOUNTING_OFFICERS_LEFT = unbarred(at_home_elsewhere(who.without(ACCOUNTING_OFFICERS, *DECIDED_BEFORE)))
"""The accounting officers who can still decide on a bid that was referred."""

REFERRED_TO = unbarred(at_home_elsewhere(who.without(ACCOUNTING_OFFICERS | who.FINANCE, *DECIDED_BEFORE)))
"""The same, with the finance officers who record the Treasury's consent."""


def able(audience: Audience) -> Audience:
    """An audience without those who cannot approve this bid today, such as for want of a high enough limit."""

    def found(session: Session, case: Case, *, now: datetime, **given: object) -> Sequence[Recipient]:
        left = deciders.facts(session, [case.id], now=now, person_id=None)[case.id].left
        return [one for one in audience(session, case, now=now, **given) if one.person_id in left]

    return who.Narrowed(audience, found)


def in_state(state: str, audience: Audience) -> Audience:
    """An audience that is told only when the case came to this state."""

    def found(session: Session, case: Case, **given: object) -> Sequence[Recipient]:
        return audience(session, case, **given) if case.state == state else []

    return found


def if_nobody_is_left(session: Session, case: Case, *, now: datetime, **given: object) -> Sequence[Recipient]:
    """The person responsible, at once, when a decision lacks people who may take it; else nobody.

    Source: domain, section 5, conflict.
    """
    known = {
        room: read(session, [case.id], now=now, person_id=None)[case.id]
        for room, read in (("deciders", deciders.facts), ("approval", approval.facts))
    }
    return who.RESPONSIBLE(session, case, now=now, **given) if branching.too_few_left(known) else []


def of_question(column: InstrumentedAttribute[int]) -> Audience:
    """The person in a column of the question that a deadline is about, while it has no answer and the bid goes on."""

    def found(session: Session, case: Case, *, data: Mapping[str, Any], **_: object) -> Sequence[Recipient]:
        number = str(data.get("subject", "")).partition("/question:")[2]
        if case.ended or not number.isdecimal():
            return []
        people = session.scalars(
            select(Person)
            .join(Question, column == Person.id)
            .where(Question.case_id == case.id, Question.number == int(number), Question.answer.is_(None))
        )
        return [Recipient(address=one.email, name=one.name, person_id=one.id) for one in people]

    return found


WHO_OWES_AN_ANSWER = of_question(Question.asked_of)
WHO_ASKED = of_question(Question.asked_by)
