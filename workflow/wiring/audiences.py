"""Who is told: the people who hold a role for a case's department or for the body that bids."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from workflow.accounts.queries import holders_of
from workflow.accounts.roles import Role
from workflow.bids.models import Partner
from workflow.cases import Case
from workflow.cases.facts import duties_of
from workflow.cases.registry import Audience
from workflow.consultation import audiences as councils
from workflow.monitoring.models import Claim
from workflow.notifications import Recipient

Side = Literal["department", "proposer"]


@dataclass(frozen=True, slots=True)
class People:
    """The audience of everybody who holds one of some roles today, each on a side of the case; one statement."""

    roles: tuple[tuple[Side, Role], ...]

    def __call__(self, session: Session, case: Case, *, now: datetime, **_: object) -> Sequence[Recipient]:
        """The recipients, once each, by id."""
        sides = {"department": case.department_id, "proposer": case.proposer_id}
        found = holders_of(session, [(role, sides[side]) for side, role in self.roles], now)
        return [Recipient(address=one.email, name=one.name, person_id=one.person_id) for one in found]

    def __or__(self, other: "People") -> "People":
        """Everybody of both."""
        return People(self.roles + other.roles)


@dataclass(frozen=True, slots=True)
class Narrowed:
    """An audience of which a rule leaves some out: `of` is the whole one, and whoever did one of `duties` is out."""

    of: Audience
    left: Audience
    duties: tuple[str, ...] = ()

    def __call__(self, session: Session, case: Case, **given: object) -> Sequence[Recipient]:
        """The recipients that are left."""
        return self.left(session, case, **given)


@dataclass(frozen=True, slots=True)
class FirstOf:
    """The first audience that is not empty, so that a duty never goes untold for want of one role."""

    audiences: tuple[Audience, ...]

    def __call__(self, session: Session, case: Case, **given: object) -> Sequence[Recipient]:
        """The recipients of the first that has any."""
        for candidate in self.audiences:
            found = candidate(session, case, **given)
            if found:
                return found
        return []


def people(side: Side, *roles: Role) -> People:
    """The audience of everybody who holds one of the roles today, on one side of the case."""
    return People(tuple((side, role) for role in roles))


def first_of(*audiences: Audience) -> Audience:
    """The first audience that is not empty."""
    return FirstOf(audiences)


def without(audience: Audience, *duties: str) -> Audience:
    """An audience without those who ever did one of these duties on the case: they may not act, so nobody asks them."""

    def left(session: Session, case: Case, **given: object) -> Sequence[Recipient]:
        did = {person for duty, person in duties_of(session, [case.id])[case.id] if duty in duties}
        return [one for one in audience(session, case, **given) if one.person_id not in did]

    return Narrowed(audience, left, duties)


def shown_to(audience: Audience) -> Audience:
    """An audience that only hears of a case the department has seen; a draft is its proposer's own, to the end."""

    def told(session: Session, case: Case, **given: object) -> Sequence[Recipient]:
        return audience(session, case, **given) if case.shared else []

    return told


def where_cut(audience: Audience) -> Audience:
    """An audience that only hears of the check of a payment request by which less was accepted than was asked for."""

    def told(
        session: Session, case: Case, *, data: Mapping[str, Any], **given: object
    ) -> Sequence[Recipient]:
        claim = session.get_one(Claim, data["claim_id"])
        if claim.accepted_pence == claim.claimed_pence:
            return []
        return audience(session, case, data=data, **given)

    return told


def unless_paused(audience: Audience) -> Audience:
    """An audience that is left alone while an award is paused: what it would be reminded of cannot be done then."""

    def told(session: Session, case: Case, **given: object) -> Sequence[Recipient]:
        return [] if case.state == "suspended" else audience(session, case, **given)

    return Narrowed(audience, told)


def partners(session: Session, case: Case, *, now: datetime, **_: object) -> Sequence[Recipient]:
    """Everybody who speaks for a partner that still takes part in the bid."""
    bodies = session.scalars(
        select(Partner.organisation_id).where(Partner.bid_id == case.id, Partner.withdrawn_at.is_(None))
    )
    found = holders_of(session, [(Role.PARTNER, body) for body in bodies], now)
    return [Recipient(address=one.email, name=one.name, person_id=one.person_id) for one in found]


LEAD_BODY = people("proposer", Role.SIGNATORY, Role.DRAFTER)
SIGNATORIES = people("proposer", Role.SIGNATORY)
CASE_OFFICERS = people("department", Role.CASE_OFFICER)
SECOND_OFFICERS = people("department", Role.SECOND_OFFICER)
TEAM_HEADS = people("department", Role.HEAD_OF_TEAM)
ASSESSORS = people("department", Role.ASSESSOR)
APPROVERS = people("department", Role.APPROVER)
APPROVERS_LEFT = without(APPROVERS, "submit", "appraise", "approve")
FINANCE = people("department", Role.FINANCE_OFFICER)
GRANT_MANAGERS = people("department", Role.GRANT_MANAGER)
AUTHORISERS = people("department", Role.PAYMENT_AUTHORISER)
AUTHORISERS_LEFT = without(AUTHORISERS, "submit", "appraise", "approve", "check")
RESPONSIBLE = people("department", Role.SENIOR_OFFICER)
HEADS = first_of(people("department", Role.HEAD_OF_TEAM), RESPONSIBLE)

ESCALATE_TO: dict[str, Audience] = {
    "head_of_team": HEADS,
    "senior_officer": RESPONSIBLE,
    "finance_head": HEADS,
    "cover": APPROVERS_LEFT,
    "lead_body_head": SIGNATORIES,
    "lead_body_if_few_answered": councils.lead_body_if_few_answered,
}
"""Who is told when a deadline is missed, by the name that the deadline's rule has for them."""
