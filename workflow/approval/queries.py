"""What may be read of assessments and votes, always for a batch of cases."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Session

from workflow.accounts.models import Person
from workflow.accounts.queries import Viewer
from workflow.accounts.roles import Role
from workflow.approval.facts import FACTS, facts_of, years_of
from workflow.approval.models import (
    Appraisal,
    AppraisalScore,
    AppraisalTest,
    DecisionStep,
    StepKind,
    Vote,
    VoteVoided,
)
from workflow.approval.rules import ApprovalFacts
from workflow.approval.terms import AccountingTest, Criterion
from workflow.cases import Case
from workflow.cases.queries import DEPARTMENT_ROLES
from workflow.clock import london_date
from workflow.db import read_columns
from workflow.money import Pence


def facts(
    session: Session, case_ids: Sequence[int], *, now: datetime, person_id: int | None
) -> dict[int, ApprovalFacts]:
    """The assessment of the running round with its votes, by case id, in one statement.

    The whole-life value is the assessed total, else what is asked; linked bids are added when a later part of the product
    brings them.
    """
    del person_id
    rows = read_columns(session, FACTS, {"ids": list(case_ids), "today": london_date(now)})
    return {row[0]: facts_of(row) for row in rows}


@dataclass(frozen=True, slots=True)
class VoteView:
    """One vote as a page shows it; `void_since` when its giver declared a connection later."""

    who: str
    reason: str
    limit_pence: Pence
    at: datetime
    void_since: datetime | None = None


@dataclass(frozen=True, slots=True)
class AppraisalView:
    """One assessment with its scores, tests, amounts by year and the votes of its round; `all_votes` has the void ones too."""

    appraisal: Appraisal
    who: str
    scores: dict[Criterion, int]
    tests: dict[AccountingTest, bool]
    years: dict[int, int]
    all_votes: list[VoteView]

    @property
    def votes(self) -> list[VoteView]:
        """The votes that count."""
        return [vote for vote in self.all_votes if vote.void_since is None]


def appraisal_of(session: Session, viewer: Viewer, case: Case) -> AppraisalView | None:
    """The latest assessment of a case that the viewer may see, for people of the deciding department and auditors.

    The caller fetched the case through `case_by_reference`; the lead body reads the outcome, not the scores.
    """
    if not viewer.has(Role.AUDITOR) and case.department_id not in viewer.organisations(*DEPARTMENT_ROLES):
        return None
    scores = func.jsonb_object_agg(AppraisalScore.criterion, AppraisalScore.score, type_=JSONB)
    tests = func.jsonb_object_agg(AppraisalTest.test, AppraisalTest.met, type_=JSONB)
    row = session.execute(
        select(
            Appraisal,
            Person.name,
            select(scores).where(AppraisalScore.appraisal_id == Appraisal.id).scalar_subquery(),
            select(tests).where(AppraisalTest.appraisal_id == Appraisal.id).scalar_subquery(),
            years_of(Appraisal.id),
        )
        .join(Person, Person.id == Appraisal.made_by)
        .where(Appraisal.case_id == case.id)
        .order_by(Appraisal.round.desc())
        .limit(1)
    ).one_or_none()
    if row is None:
        return None
    appraisal, who, given, met, years = row
    return AppraisalView(
        appraisal,
        who,
        {criterion: given[criterion] for criterion in Criterion if criterion in given},
        {test: met[test] for test in AccountingTest if test in met},
        {int(year): pence for year, pence in sorted(years.items())},
        _votes(session, case, appraisal.round),
    )


def _votes(session: Session, case: Case, number: int) -> list[VoteView]:
    rows = session.execute(
        select(Vote, Person.name, VoteVoided.voided_at)
        .join(Person, Person.id == Vote.person_id)
        .outerjoin(VoteVoided, VoteVoided.vote_id == Vote.id)
        .where(Vote.case_id == case.id, Vote.round == number)
        .order_by(Vote.id)
    )
    return [VoteView(name, vote.reason, vote.limit_pence, vote.voted_at, void) for vote, name, void in rows]


@dataclass(frozen=True, slots=True)
class StepView:
    """One step of a decision beside the votes. `reason` is empty for people outside the department, and `who` names nobody."""

    kind: StepKind
    who: str
    reason: str
    told: str
    until_on: date | None
    marks: tuple[str, ...]
    round: int
    rev: int
    at: datetime


TOLD_OUTSIDE = (StepKind.REJECTED, StepKind.APPEAL_ASKED, StepKind.APPEAL_ACCEPTED, StepKind.APPEAL_REFUSED)
"""The steps that people outside the department learn of."""


def steps_of(session: Session, viewer: Viewer, case: Case) -> list[StepView]:
    """The steps of a case that the viewer fetched, in their order.

    People outside the department read what was written for them, by whom only that it was the department.
    """
    inside = viewer.has(Role.AUDITOR) or case.department_id in viewer.organisations(*DEPARTMENT_ROLES)
    statement = (
        select(DecisionStep, Person.name)
        .outerjoin(Person, Person.id == DecisionStep.person_id)
        .where(DecisionStep.case_id == case.id)
        .order_by(DecisionStep.id)
    )
    if not inside:
        statement = statement.where(DecisionStep.kind.in_(TOLD_OUTSIDE))
    return [
        StepView(
            row.kind,
            (name or "The system") if inside else "",
            row.reason if inside else "",
            row.told,
            row.until_on,
            tuple(row.marks),
            row.round,
            row.rev,
            row.made_at,
        )
        for row, name in session.execute(statement)
    ]


def refusal_of(session: Session, viewer: Viewer, case: Case) -> StepView | None:
    """The rejection in which a case that the viewer fetched ended, with the reasons as the lead body reads them."""
    if case.state != "rejected":
        return None
    found = (step for step in reversed(steps_of(session, viewer, case)) if step.kind is StepKind.REJECTED)
    return next(found, None)
