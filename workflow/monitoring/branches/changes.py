"""Changes to agreements as people read them."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from workflow.accounts.models import Person
from workflow.accounts.queries import Viewer
from workflow.accounts.roles import Role
from workflow.cases import Case
from workflow.cases.queries import DEPARTMENT_ROLES, visible
from workflow.monitoring.branches.models import (
    AgreementChange,
    AwardStep,
    ChangeVote,
    ChangeYear,
    MoneyBack,
    Termination,
    YearEnd,
)


@dataclass(frozen=True, slots=True)
class ChangeView:
    """A change with its years, and who approved it; people outside the department read only how many did."""

    change: AgreementChange
    years: list[ChangeYear]
    votes: list[tuple[ChangeVote, str | None]]


def changes_of(session: Session, viewer: Viewer, case: Case) -> list[ChangeView]:
    """Every change that was asked for, the newest first."""
    found = session.scalars(
        select(AgreementChange)
        .join(Case, Case.id == AgreementChange.case_id)
        .where(AgreementChange.case_id == case.id, visible(viewer))
        .order_by(AgreementChange.number.desc())
    ).all()
    if not found:
        return []
    inside = viewer.has(Role.AUDITOR) or case.department_id in viewer.organisations(*DEPARTMENT_ROLES)
    years = session.scalars(
        select(ChangeYear).where(ChangeYear.case_id == case.id).order_by(ChangeYear.number, ChangeYear.year)
    ).all()
    votes = session.execute(
        select(ChangeVote, Person.name)
        .join(Person, Person.id == ChangeVote.person_id)
        .where(ChangeVote.case_id == case.id)
        .order_by(ChangeVote.voted_at, ChangeVote.person_id)
    ).all()
    return [
        ChangeView(
            change,
            [year for year in years if year.number == change.number],
            [(vote, name if inside else None) for vote, name in votes if vote.number == change.number],
        )
        for change in found
    ]


@dataclass(frozen=True, slots=True)
class Beside:
    """What happened to an award beside its plan and its payment requests, the newest first."""

    steps: list[AwardStep]
    year_ends: list[YearEnd]
    termination: Termination | None
    money_back: MoneyBack | None


def beside_of(session: Session, viewer: Viewer, case: Case) -> Beside:
    """Pauses, settled years, an early end and money to pay back, of an award that the viewer may see."""
    mine = select(Case.id).where(Case.id == case.id, visible(viewer))
    steps = select(AwardStep).where(AwardStep.case_id.in_(mine)).order_by(AwardStep.id.desc())
    ends = select(YearEnd).where(YearEnd.case_id.in_(mine)).order_by(YearEnd.year.desc())
    row = session.execute(
        select(Termination, MoneyBack)
        .select_from(Case)
        .outerjoin(Termination, Termination.case_id == Case.id)
        .outerjoin(MoneyBack, MoneyBack.case_id == Case.id)
        .where(Case.id.in_(mine))
    ).one_or_none()
    termination, money_back = (None, None) if row is None else (row[0], row[1])
    return Beside(list(session.scalars(steps)), list(session.scalars(ends)), termination, money_back)
