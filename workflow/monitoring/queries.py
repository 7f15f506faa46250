"""What may be read of awards, always for a batch of cases."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any

from sqlalchemy import ScalarSelect, func, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Session, aliased

from workflow.accounts.models import Person
from workflow.accounts.queries import Viewer
from workflow.accounts.roles import Role
from workflow.cases import Case
from workflow.cases.queries import DEPARTMENT_ROLES, visible
from workflow.monitoring.branches.facts import branches_of
from workflow.monitoring.branches.terms import Branches
from workflow.monitoring.models import (
    Award,
    Claim,
    ClaimState,
    Closure,
    Payment,
    ProfileLine,
)
from workflow.monitoring.rules import ClaimView, MonitoringFacts


def facts(
    session: Session, case_ids: Sequence[int], *, now: datetime, person_id: int | None
) -> dict[int, MonitoringFacts]:
    """Payment plans, payment requests, closing figures and what is beside them, by case id, in two statements."""
    del person_id
    proposed_by = (
        select(Closure.proposed_by)
        .where(Closure.case_id == Award.case_id, Closure.declined_at.is_(None))
        .scalar_subquery()
    )
    rows = session.execute(
        select(Award.case_id, _profile_of_award(), _claims_of_award(), proposed_by)
        .where(Award.case_id.in_(case_ids))
        .order_by(Award.case_id)
    )
    beside = branches_of(session, case_ids, now)
    found = {case_id: MonitoringFacts({}, (), None, beside.get(case_id, Branches())) for case_id in case_ids}
    return found | {
        case_id: MonitoringFacts(
            _by_year(profile),
            tuple(ClaimView(*claim) for claim in sorted(claims or ())),
            proposer,
            beside.get(case_id, Branches()),
        )
        for case_id, profile, claims, proposer in rows
    }


def _profile_of_award() -> ScalarSelect[Any]:
    """The payment plan of the award of a statement's row, as a JSON object of year and pence."""
    pairs = func.jsonb_object_agg(ProfileLine.year, ProfileLine.amount_pence, type_=JSONB)
    return select(pairs).where(ProfileLine.case_id == Award.case_id).scalar_subquery()


def _by_year(profile: dict[str, int] | None) -> dict[int, int]:
    return {int(year): pence for year, pence in sorted((profile or {}).items())}


def _claims_of_award() -> ScalarSelect[Any]:
    """The payment requests of the award of a statement's row, as JSON arrays in the order of `ClaimView`."""
    columns = [getattr(Claim, field.name) for field in fields(ClaimView)]
    gathered = func.jsonb_agg(func.jsonb_build_array(*columns), type_=JSONB)
    return select(gathered).where(Claim.case_id == Award.case_id).scalar_subquery()


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
    row = session.execute(
        select(Award, _profile_of_award(), Closure)
        .join(Case, Case.id == Award.case_id)
        .outerjoin(Closure, (Closure.case_id == Award.case_id) & Closure.declined_at.is_(None))
        .where(Award.case_id == case.id, visible(viewer))
    ).one_or_none()
    if row is None:
        return None
    award, profile, closure = row
    return AwardView(award, _by_year(profile), _claims(session, viewer, case), closure)


def _claims(session: Session, viewer: Viewer, case: Case) -> list[ClaimLine]:
    maker, checker, payer = aliased(Person), aliased(Person), aliased(Person)
    rows = session.execute(
        select(Claim, Payment, maker.name, checker.name, payer.name)
        .join(maker, maker.id == Claim.made_by)
        .outerjoin(checker, checker.id == Claim.checked_by)
        .outerjoin(Payment, Payment.claim_id == Claim.id)
        .outerjoin(payer, payer.id == Payment.paid_by)
        .where(Claim.case_id == case.id)
        .order_by(Claim.id.desc())
    )
    if viewer.has(Role.AUDITOR) or case.department_id in viewer.organisations(*DEPARTMENT_ROLES):
        return [
            ClaimLine(claim, made, checked, payment, paid) for claim, payment, made, checked, paid in rows
        ]
    return [
        ClaimLine(
            claim,
            "The recipient",
            None if claim.checked_by is None else "The department",
            payment,
            "The department" if claim.state is ClaimState.PAID else None,
        )
        for claim, payment, *_ in rows
    ]


def declined_figures(session: Session, viewer: Viewer, case: Case) -> list[Closure]:
    """The closing figures that were not confirmed, the newest first; only the deciding department and auditors read them."""
    if not (viewer.has(Role.AUDITOR) or case.department_id in viewer.organisations(*DEPARTMENT_ROLES)):
        return []
    return list(
        session.scalars(
            select(Closure)
            .join(Case, Case.id == Closure.case_id)
            .where(Closure.case_id == case.id, Closure.declined_at.is_not(None), visible(viewer))
            .order_by(Closure.number.desc())
        )
    )


def award_ends_on(session: Session, case: Case, **_: object) -> date:
    """The London date on which the work of an award ends."""
    return session.scalars(select(Award.ends_on).where(Award.case_id == case.id)).one()
