"""What may be read of assessments and votes, always for a batch of cases."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from workflow.accounts.queries import Viewer, people_named
from workflow.accounts.roles import Role
from workflow.approval.models import (
    AccountingTest,
    Appraisal,
    AppraisalScore,
    AppraisalTest,
    AppraisalYear,
    ApprovalTier,
    Criterion,
    Vote,
)
from workflow.approval.rules import ApprovalFacts
from workflow.cases import Case
from workflow.cases.queries import DEPARTMENT_ROLES
from workflow.clock import london_date
from workflow.money import Pence


def facts(
    session: Session, case_ids: Sequence[int], *, now: datetime, person_id: int | None
) -> dict[int, ApprovalFacts]:
    """The assessment of the running round with its votes, by case id, in five statements."""
    del person_id
    latest = _latest(session, case_ids)
    years = _years(session, [appraisal.id for appraisal in latest.values()])
    voters = _voters(session, latest)
    values = _whole_life(session, case_ids, latest)
    tiers = _tiers(session, now)
    found = {}
    for case_id in case_ids:
        appraisal = latest.get(case_id)
        value, department = values.get(case_id, (Pence(0), 0))
        found[case_id] = ApprovalFacts(
            round=appraisal.round if appraisal else 0,
            assessed_version=appraisal.version_number if appraisal else None,
            recommended=years.get(appraisal.id, {}) if appraisal else {},
            whole_life_pence=value,
            quorum=_quorum(tiers, department, value),
            voters=voters.get(case_id, frozenset()),
        )
    return found


def _latest(session: Session, case_ids: Sequence[int]) -> dict[int, Appraisal]:
    rows = session.scalars(
        select(Appraisal)
        .where(Appraisal.case_id.in_(case_ids))
        .ext(distinct_on(Appraisal.case_id))
        .order_by(Appraisal.case_id, Appraisal.round.desc())
    )
    return {row.case_id: row for row in rows}


def _years(session: Session, appraisal_ids: Sequence[int]) -> dict[int, dict[int, int]]:
    found: dict[int, dict[int, int]] = {}
    rows = (
        select(AppraisalYear)
        .where(AppraisalYear.appraisal_id.in_(appraisal_ids))
        .order_by(AppraisalYear.year)
    )
    for row in session.scalars(rows):
        found.setdefault(row.appraisal_id, {})[row.year] = row.recommended_pence
    return found


def _voters(session: Session, latest: dict[int, Appraisal]) -> dict[int, frozenset[int]]:
    found: dict[int, set[int]] = {}
    for vote in session.scalars(select(Vote).where(Vote.case_id.in_(latest))):
        if vote.round == latest[vote.case_id].round:
            found.setdefault(vote.case_id, set()).add(vote.person_id)
    return {case_id: frozenset(people) for case_id, people in found.items()}


def _whole_life(
    session: Session, case_ids: Sequence[int], latest: dict[int, Appraisal]
) -> dict[int, tuple[Pence, int]]:
    """The total over all years and the deciding department, by case.

    Linked bids are added when a later part of the product brings them; a bid alone is its whole life until then.
    """
    rows = session.execute(
        select(Case.id, Case.amount_pence, Case.department_id).where(Case.id.in_(case_ids))
    )
    return {
        case_id: (latest[case_id].total_pence if case_id in latest else amount, department)
        for case_id, amount, department in rows
    }


def _tiers(session: Session, now: datetime) -> list[ApprovalTier]:
    today = london_date(now)
    in_force = (ApprovalTier.valid_from <= today) & (func.coalesce(ApprovalTier.valid_to, today) >= today)
    return list(session.scalars(select(ApprovalTier).where(in_force).order_by(ApprovalTier.over_pence)))


def _quorum(tiers: Sequence[ApprovalTier], department_id: int, value: int) -> int:
    """How many approvals a value needs; two when no tier is in force, because the careful answer is the safe one."""
    fitting = [tier for tier in tiers if tier.department_id == department_id and value > tier.over_pence]
    return fitting[-1].quorum if fitting else 2


@dataclass(frozen=True, slots=True)
class VoteView:
    """One vote as a page shows it."""

    who: str
    reason: str
    limit_pence: Pence
    at: datetime


@dataclass(frozen=True, slots=True)
class AppraisalView:
    """One assessment with its scores, tests, amounts by year and the votes of its round."""

    appraisal: Appraisal
    who: str
    scores: dict[Criterion, int]
    tests: dict[AccountingTest, bool]
    years: dict[int, int]
    votes: list[VoteView]


def appraisal_of(session: Session, viewer: Viewer, case: Case) -> AppraisalView | None:
    """The latest assessment of a case that the viewer may see, for people of the deciding department and auditors.

    The caller fetched the case through `case_by_reference`; the lead body reads the outcome, not the scores.
    """
    if not viewer.has(Role.AUDITOR) and case.department_id not in viewer.organisations(*DEPARTMENT_ROLES):
        return None
    appraisal = _latest(session, [case.id]).get(case.id)
    if appraisal is None:
        return None
    votes = session.scalars(
        select(Vote).where(Vote.case_id == case.id, Vote.round == appraisal.round).order_by(Vote.id)
    ).all()
    names = people_named(session, [appraisal.made_by, *(vote.person_id for vote in votes)])
    scores = {
        row.criterion: row.score
        for row in session.scalars(select(AppraisalScore).where(AppraisalScore.appraisal_id == appraisal.id))
    }
    tests = {
        row.test: row.met
        for row in session.scalars(select(AppraisalTest).where(AppraisalTest.appraisal_id == appraisal.id))
    }
    return AppraisalView(
        appraisal,
        names.get(appraisal.made_by, "Somebody who has left"),
        {criterion: scores[criterion] for criterion in Criterion if criterion in scores},
        {test: tests[test] for test in AccountingTest if test in tests},
        _years(session, [appraisal.id]).get(appraisal.id, {}),
        [
            VoteView(
                names.get(vote.person_id, "Somebody who has left"),
                vote.reason,
                vote.limit_pence,
                vote.voted_at,
            )
            for vote in votes
        ],
    )
