"""What approval knows of some cases, in one statement; `queries.facts` asks it."""

from collections.abc import Sequence
from datetime import date
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
    text,
    true,
)
from sqlalchemy.dialects.postgresql import JSONB, aggregate_order_by
from sqlalchemy.orm import aliased

from workflow.approval.models import (
    Appraisal,
    AppraisalYear,
    ApprovalTier,
    DecisionStep,
    TreasuryConsent,
    Vote,
    VoteVoided,
)
from workflow.approval.rules import ApprovalFacts
from workflow.approval.terms import StepKind
from workflow.cases import Case
from workflow.money import Pence

CAREFUL = (2, 2)
"""How many people an approval and a rejection need when no tier is in force, because the careful answer is the safe one."""

MARKING = frozenset({StepKind.REFERRED})
"""The steps whose marks count beside those of the assessment."""


def facts_of(row: Sequence[Any]) -> ApprovalFacts:
    """The facts of one row of `FACTS`."""
    _, state, number, version, pence, marks, years, voters, tier, steps, consent, barred, appeal = row
    quorum, rejection_quorum = tier or CAREFUL
    taken = [StepKind(kind) for kind, *_ in steps or ()]
    left = [from_state for kind, from_state, *_ in steps or () if kind == StepKind.DEFERRED]
    referred = [
        mark
        for kind, _, its_marks, its_round in steps or ()
        if kind in MARKING and its_round == number
        for mark in its_marks
    ]
    return ApprovalFacts(
        round=number,
        assessed_version=version,
        recommended={int(year): amount for year, amount in sorted((years or {}).items())},
        whole_life_pence=pence,
        quorum=quorum,
        voters=frozenset(voters or ()),
        state=state,
        rejection_quorum=rejection_quorum,
        marks=frozenset([*(marks or ()), *referred]),
        last_step=taken[-1].value if taken else None,
        deferred_from=left[-1] if left else None,
        consent_pence=consent or 0,
        barred=frozenset(barred or ()),
        appeal_by=None if appeal is None else date.fromisoformat(appeal),
        has_appealed=StepKind.APPEAL_ASKED in taken,
    )


def years_of(appraisal_id: SQLColumnExpression[int]) -> ScalarSelect[Any]:
    """What an assessment recommends, as a JSON object of year and pence."""
    pairs = func.jsonb_object_agg(AppraisalYear.year, AppraisalYear.recommended_pence, type_=JSONB)
    return select(pairs).where(AppraisalYear.appraisal_id == appraisal_id).scalar_subquery()


def _voters_of(case_id: SQLColumnExpression[int], number: SQLColumnExpression[int]) -> ScalarSelect[Any]:
    """Whose approval counts in a round, as a JSON array of person ids."""
    people = func.jsonb_agg(Vote.person_id, type_=JSONB)
    is_void = select(VoteVoided.vote_id).where(VoteVoided.vote_id == Vote.id).exists()
    return select(people).where(Vote.case_id == case_id, Vote.round == number, ~is_void).scalar_subquery()


def _tier_of(
    department_id: SQLColumnExpression[int], value: SQLColumnExpression[Pence], today: ColumnElement[date]
) -> ScalarSelect[Any]:
    """How many people a value needs by the tiers in force that day: the highest tier below it counts."""
    both = func.jsonb_build_array(ApprovalTier.quorum, ApprovalTier.rejection_quorum, type_=JSONB)
    return (
        select(both)
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


def _steps_of(case_id: SQLColumnExpression[int]) -> ScalarSelect[Any]:
    """The steps of a case in their order, as a JSON array of (kind, state left, marks, round)."""
    one = func.jsonb_build_array(
        DecisionStep.kind, DecisionStep.from_state, DecisionStep.marks, DecisionStep.round
    )
    listed = func.jsonb_agg(aggregate_order_by(one, DecisionStep.id), type_=JSONB)
    return select(listed).where(DecisionStep.case_id == case_id).scalar_subquery()


def _consent_of(case_id: SQLColumnExpression[int], number: SQLColumnExpression[int]) -> ScalarSelect[Any]:
    """The highest amount that the Treasury agreed to in a round (pence)."""
    return (
        select(func.max(TreasuryConsent.amount_pence))
        .where(TreasuryConsent.case_id == case_id, TreasuryConsent.round == number)
        .scalar_subquery()
    )


# Who judged a bid before an appeal was accepted, those whom they stood in for included.
_BARRED = text("""
    (SELECT jsonb_agg(DISTINCT someone)
     FROM case_duty AS d, jsonb_array_elements(d.principal_ids || to_jsonb(d.person_id)) AS someone
     WHERE d.case_id = "case".id AND d.duty IN ('appraise', 'approve', 'propose_rejection', 'reject')
       AND d.rev < (SELECT max(s.rev) FROM decision_step AS s
                    WHERE s.case_id = "case".id AND s.kind = 'appeal_accepted')) AS barred
""")

# The last day for an appeal runs as a deadline of its own kind from the rejection.
_APPEAL = text("""
    (SELECT max(due_on)::text FROM deadline
     WHERE subject = 'case:' || "case".id AND kind = 'appeal' AND state = 'open') AS appeal_by
""")


def _statement() -> Select[Any]:
    latest = select(Appraisal).where(Appraisal.case_id == Case.id).order_by(Appraisal.round.desc()).limit(1)
    running = aliased(Appraisal, latest.lateral("running"))
    value = func.coalesce(running.total_pence, Case.amount_pence)
    return (
        select(
            Case.id,
            Case.state,
            func.coalesce(running.round, 0),
            running.version_number,
            value,
            running.marks,
            years_of(running.id),
            _voters_of(Case.id, running.round),
            _tier_of(Case.department_id, value, bindparam("today", type_=Date)),
            _steps_of(Case.id),
            _consent_of(Case.id, running.round),
            _BARRED,
            _APPEAL,
        )
        .outerjoin(running, true())
        .where(Case.id.in_(bindparam("ids", expanding=True)))
        .order_by(Case.id)
    )


FACTS = _statement()
"""One row a case of `:ids`, by the tiers of `:today`."""
