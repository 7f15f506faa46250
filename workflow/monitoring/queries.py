"""What may be read of awards, always for a batch of cases."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from workflow.accounts.queries import Viewer, people_named
from workflow.accounts.roles import Role
from workflow.cases import Case
from workflow.cases.queries import DEPARTMENT_ROLES, visible
from workflow.monitoring.models import Award, Claim, Closure, Payment, ProfileLine
from workflow.monitoring.rules import ClaimView, MonitoringFacts


def facts(
    session: Session, case_ids: Sequence[int], *, now: datetime, person_id: int | None
) -> dict[int, MonitoringFacts]:
    """Payment plans, payment requests and closing figures by case id, in three statements."""
    del now, person_id
    profiles: dict[int, dict[int, int]] = {}
    for line in session.scalars(select(ProfileLine).where(ProfileLine.case_id.in_(case_ids))):
        profiles.setdefault(line.case_id, {})[line.year] = line.amount_pence
    claims: dict[int, list[ClaimView]] = {}
    for claim in session.scalars(select(Claim).where(Claim.case_id.in_(case_ids)).order_by(Claim.id)):
        claims.setdefault(claim.case_id, []).append(_view(claim))
    proposals = select(Closure.case_id, Closure.proposed_by).where(Closure.case_id.in_(case_ids))
    proposed = dict(session.execute(proposals).all())
    return {
        case_id: MonitoringFacts(
            profiles.get(case_id, {}), tuple(claims.get(case_id, ())), proposed.get(case_id)
        )
        for case_id in case_ids
    }


def _view(claim: Claim) -> ClaimView:
    return ClaimView(
        claim.id,
        claim.number,
        claim.year,
        claim.state.value,
        claim.claimed_pence,
        claim.accepted_pence,
        claim.made_by,
        claim.checked_by,
    )


@dataclass(frozen=True, slots=True)
class ClaimLine:
    """A payment request as its page shows it; people are named only inside the deciding department."""

    claim: Claim
    made_by: str
    checked_by: str | None
    payment: Payment | None
    paid_by: str | None


@dataclass(frozen=True, slots=True)
class AwardView:
    """An award with its payment plan, payment requests (newest first) and closing figures."""

    award: Award
    profile: dict[int, int]
    claims: list[ClaimLine]
    closure: Closure | None


def award_of(session: Session, viewer: Viewer, case: Case) -> AwardView | None:
    """The award of a case that the viewer may see; None before the offer, or when it may not be seen."""
    award = session.scalars(
        select(Award).join(Case, Case.id == Award.case_id).where(Award.case_id == case.id, visible(viewer))
    ).one_or_none()
    if award is None:
        return None
    lines = session.scalars(
        select(ProfileLine).where(ProfileLine.case_id == case.id).order_by(ProfileLine.year)
    )
    return AwardView(
        award,
        {line.year: line.amount_pence for line in lines},
        _claims(session, viewer, case),
        session.get(Closure, case.id),
    )


def _claims(session: Session, viewer: Viewer, case: Case) -> list[ClaimLine]:
    claims = session.scalars(select(Claim).where(Claim.case_id == case.id).order_by(Claim.id.desc())).all()
    ids_of_claims = [claim.id for claim in claims]
    payments = {
        payment.claim_id: payment
        for payment in session.scalars(select(Payment).where(Payment.claim_id.in_(ids_of_claims)))
    }
    people = {claim.made_by for claim in claims} | {payment.paid_by for payment in payments.values()}
    people |= {claim.checked_by for claim in claims if claim.checked_by is not None}
    inside = viewer.has(Role.AUDITOR) or case.department_id in viewer.organisations(*DEPARTMENT_ROLES)
    names = people_named(session, people) if inside else {}
    return [
        ClaimLine(
            claim,
            names.get(claim.made_by, "The recipient"),
            None if claim.checked_by is None else names.get(claim.checked_by, "The department"),
            payments.get(claim.id),
            names.get(payments[claim.id].paid_by, "The department") if claim.id in payments else None,
        )
        for claim in claims
    ]


def award_ends_on(session: Session, case: Case, **_: object) -> date:
    """The London date on which the work of an award ends."""
    return session.scalars(select(Award.ends_on).where(Award.case_id == case.id)).one()
