"""What may be read of assessments and votes, always for a batch of cases."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Date,
    ScalarSelect,
    Select,
    SQLColumnExpression,
    bindparam,
    func,
    select,
    true,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Session, aliased

from workflow.accounts.models import Person
from workflow.accounts.queries import Viewer
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
    rows = read_columns(session, _FACTS, {"ids": list(case_ids), "today": london_date(now)})
    return {
        case_id: ApprovalFacts(
            round=number,
            assessed_version=version,
            recommended={int(year): pence for year, pence in sorted((years or {}).items())},
            whole_life_pence=pence_in_all,
            quorum=quorum or CAREFUL_QUORUM,
            voters=frozenset(voters or ()),
        )
        for case_id, number, version, pence_in_all, years, voters, quorum in rows
    }


CAREFUL_QUORUM = 2
"""How many approvals are needed when no tier is in force, because the careful answer is the safe one."""


def _years_of(appraisal_id: SQLColumnExpression[int]) -> ScalarSelect[Any]:
    """What an assessment recommends, as a JSON object of year and pence."""
    pairs = func.jsonb_object_agg(AppraisalYear.year, AppraisalYear.recommended_pence, type_=JSONB)
    return select(pairs).where(AppraisalYear.appraisal_id == appraisal_id).scalar_subquery()


def _voters_of(case_id: SQLColumnExpression[int], number: SQLColumnExpression[int]) -> ScalarSelect[Any]:
    """Who approved in a round, as a JSON array of person ids."""
    people = func.jsonb_agg(Vote.person_id, type_=JSONB)
    return select(people).where(Vote.case_id == case_id, Vote.round == number).scalar_subquery()


def _quorum_of(
    department_id: SQLColumnExpression[int], value: SQLColumnExpression[Pence], today: ColumnElement[date]
) -> ScalarSelect[int]:
    """How many approvals a value needs by the tiers in force that day: the highest tier below it counts."""
    return (
        select(ApprovalTier.quorum)
        .where(
            ApprovalTier.department_id == department_id,
            ApprovalTier.over_pence < value,
            ApprovalTier.valid_from <= today,
            func.coalesce(ApprovalTier.valid_to, today) >= today,
        )
        .order_by(ApprovalTier.over_pence.desc(), ApprovalTier.valid_from.desc())
        .limit(1)
        .scalar_subquery()
    )


def _facts_statement() -> Select[Any]:
    latest = select(Appraisal).where(Appraisal.case_id == Case.id).order_by(Appraisal.round.desc()).limit(1)
    running = aliased(Appraisal, latest.lateral("running"))
    value = func.coalesce(running.total_pence, Case.amount_pence)
    return (
        select(
            Case.id,
            func.coalesce(running.round, 0),
            running.version_number,
            value,
            _years_of(running.id),
            _voters_of(Case.id, running.round),
            _quorum_of(Case.department_id, value, bindparam("today", type_=Date)),
        )
        .outerjoin(running, true())
        .where(Case.id.in_(bindparam("ids", expanding=True)))
        .order_by(Case.id)
    )


_FACTS = _facts_statement()


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
    scores = func.jsonb_object_agg(AppraisalScore.criterion, AppraisalScore.score, type_=JSONB)
    tests = func.jsonb_object_agg(AppraisalTest.test, AppraisalTest.met, type_=JSONB)
    row = session.execute(
        select(
            Appraisal,
            Person.name,
            select(scores).where(AppraisalScore.appraisal_id == Appraisal.id).scalar_subquery(),
            select(tests).where(AppraisalTest.appraisal_id == Appraisal.id).scalar_subquery(),
            _years_of(Appraisal.id),
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
        select(Vote, Person.name)
        .join(Person, Person.id == Vote.person_id)
        .where(Vote.case_id == case.id, Vote.round == number)
        .order_by(Vote.id)
    )
    return [VoteView(name, vote.reason, vote.limit_pence, vote.voted_at) for vote, name in rows]
