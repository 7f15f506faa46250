"""What assessment and approval write when an action is applied."""

from sqlalchemy import text

from workflow import funds
from workflow.approval.models import (
    AccountingTest,
    Appraisal,
    AppraisalScore,
    AppraisalTest,
    AppraisalYear,
    Criterion,
)
from workflow.cases import EffectContext, decided
from workflow.db import Work
from workflow.errors import Invalid
from workflow.money import Pence, total


def record_appraisal(work: Work, context: EffectContext) -> None:
    """Write the assessment of the bid's current version as a new round.

    The case keeps showing what is asked for, because its lead body reads that amount and not the recommended one.

    Raises:
        Invalid: when a score is missing or no score.
    """
    data, facts = context.data, context.facts
    amounts: dict[int, Pence] = {year: pence for year, pence in data["amounts"].items() if pence}
    appraisal = Appraisal(
        case_id=context.case.id,
        round=facts["approval"].round + 1,
        version_number=facts["bids"].current_version,
        recommendation=data["recommendation"],
        unsure_of=data["unsure_of"],
        total_pence=total(list(amounts.values())),
        marks=sorted(data.get("marks") or ()),
        marked_why=(data.get("marked_why") or "") if data.get("marks") else "",
        made_at=work.now,
        made_by=work.actor.person_id,
    )
    work.session.add(appraisal)
    work.session.flush()  # The scores and years refer to it.
    work.session.add_all(_parts(appraisal.id, data["scores"], data["tests"], amounts))
    context.payload |= {
        "round": appraisal.round,
        "version": appraisal.version_number,
        "total_pence": appraisal.total_pence,
        "years": [[year, pence] for year, pence in sorted(amounts.items())],
    }
    if appraisal.marks:
        context.payload["marks"] = appraisal.marks
        context.texts["marked_why"] = appraisal.marked_why
    context.texts |= {"recommendation": data["recommendation"], "unsure_of": data["unsure_of"]}


def _parts(
    appraisal_id: int, scores: dict[str, int], tests: dict[str, bool], amounts: dict[int, Pence]
) -> list[AppraisalScore | AppraisalTest | AppraisalYear]:
    if set(scores) != set(Criterion):
        raise Invalid("Score every one of the six criteria.", field="scores")
    return [
        *(
            AppraisalScore(appraisal_id=appraisal_id, criterion=Criterion(name), score=score)
            for name, score in scores.items()
        ),
        *(
            AppraisalTest(appraisal_id=appraisal_id, test=AccountingTest(name), met=met)
            for name, met in tests.items()
        ),
        *(
            AppraisalYear(appraisal_id=appraisal_id, year=year, recommended_pence=pence)
            for year, pence in amounts.items()
        ),
    ]


def reserve_money(work: Work, context: EffectContext) -> None:
    """Set the recommended money aside, by year; the last thing that happens, and refused when a year is short."""
    amounts = {year: pence for year, pence in context.data["amounts"].items() if pence}
    key = f"reserve:case:{context.case.id}:r{context.case.rev}"
    funds.reserve(work, context.case.fund_id, context.case.id, amounts, key=key, decision=decided(context))


_VOTE = text("""
    INSERT INTO vote (case_id, round, person_id, outcome, reason, limit_pence, version_number, no_conflict, voted_at)
    VALUES (:case_id, :round, :person_id, 'approve', :reason, :limit_pence, :version_number, true, :now)
""")


def record_vote(work: Work, context: EffectContext) -> None:
    """Write the vote: on which version, in which round, and under which limit. The last one makes the amount the case's."""
    facts = context.facts
    vote = {
        "round": facts["approval"].round,
        "version_number": facts["approval"].assessed_version,
        "limit_pence": facts["actor"].limit_pence,
    }
    given = {"case_id": context.case.id, "person_id": work.actor.person_id, "now": work.now}
    work.session.execute(_VOTE, {**vote, **given, "reason": context.data.get("reason", "")})
    if context.plan.moves:
        context.case.amount_pence = Pence(facts["approval"].whole_life_pence)
    context.payload |= {
        "round": vote["round"],
        "version": vote["version_number"],
        "limit_pence": vote["limit_pence"],
        "votes": len(facts["approval"].voters) + 1,
        "quorum": facts["approval"].quorum,
    }


def commit_money(work: Work, context: EffectContext) -> None:
    """Turn what is set aside into a promise, when and only when this vote was the last one needed."""
    if context.plan.new_state == context.before:
        return
    amounts = {year: Pence(pence) for year, pence in context.facts["approval"].recommended.items()}
    key = f"commit:case:{context.case.id}:r{context.case.rev}"
    funds.commit(work, context.case.fund_id, context.case.id, amounts, key=key, decision=decided(context))
