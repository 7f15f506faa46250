"""What changes to an agreement write when an action is applied."""

from sqlalchemy import func, select

from workflow import funds
from workflow.cases import EffectContext, decided
from workflow.cases.registry import Effect
from workflow.db import Work
from workflow.money import Pence, total
from workflow.monitoring.branches.duties import add_reports, match_reports
from workflow.monitoring.branches.effects import add_to_plan
from workflow.monitoring.branches.models import (
    AgreementChange,
    ChangeKind,
    ChangeStatus,
    ChangeVote,
    ChangeYear,
)
from workflow.monitoring.branches.terms import Change
from workflow.monitoring.models import Award


def ask_change(work: Work, context: EffectContext) -> None:
    """Keep what the lead body asks for, beside what the agreement says today."""
    data, case_id = context.data, context.case.id
    award = work.session.get_one(Award, case_id)
    before, after = dict(context.facts["monitoring"].profile), dict(data["amounts"])
    last = work.session.scalar(
        select(func.max(AgreementChange.number)).where(AgreementChange.case_id == case_id)
    )
    change = AgreementChange(
        case_id=case_id,
        number=(last or 0) + 1,
        kind=ChangeKind(data["kind"]),
        status=ChangeStatus.ASKED,
        reason=str(data["reason"]).strip(),
        total_before=award.total_pence,
        total_after=total(list(after.values())),
        ends_on_before=award.ends_on,
        ends_on_after=data.get("ends_on") or award.ends_on,
        asked_at=work.now,
        asked_by=work.actor.person_id,
        answer="",
    )
    work.session.add(change)
    work.session.flush()  # Its years refer to it.
    work.session.add_all(
        ChangeYear(
            case_id=case_id,
            number=change.number,
            year=year,
            before_pence=Pence(before.get(year, 0)),
            after_pence=Pence(after.get(year, 0)),
        )
        for year in sorted(set(before) | set(after))
    )
    context.payload |= {
        "change": change.number,
        "kind": change.kind.value,
        "total_before": change.total_before,
        "total_after": change.total_after,
    }


def is_last_vote(context: EffectContext) -> bool:
    """Whether this approval is the last that the change needs."""
    change = _waiting(context)
    return change.votes + 1 >= change.quorum


def agree_change(work: Work, context: EffectContext) -> None:
    """Count an approval; with the last one needed the agreement is as was asked for."""
    waiting, case_id = _waiting(context), context.case.id
    work.session.add(
        ChangeVote(
            case_id=case_id,
            number=waiting.number,
            person_id=work.actor.person_id,
            limit_pence=context.facts["actor"].limit_pence,
            reason=context.data.get("reason") or "",
            voted_at=work.now,
        )
    )
    context.payload |= {
        "change": waiting.number,
        "approvals": waiting.votes + 1,
        "needed": waiting.quorum,
    }
    if not is_last_vote(context):
        context.payload["agreed"] = False
        return
    _settle(work, context, ChangeStatus.AGREED)
    award = work.session.get_one(Award, case_id)
    award.total_pence, award.ends_on = Pence(waiting.total_after), waiting.ends_on_after
    context.case.amount_pence = award.total_pence
    for year in sorted(set(waiting.before) | set(waiting.after)):
        moved = waiting.after.get(year, 0) - waiting.before.get(year, 0)
        if moved:
            add_to_plan(work, case_id, year, moved)
    add_reports(work, award)
    match_reports(work, award)
    context.payload |= {
        "agreed": True,
        "total_pence": award.total_pence,
        "ends_on": award.ends_on.isoformat(),
    }


def move_the_difference(work: Work, context: EffectContext) -> None:
    """Take from the fund, or give back to it, the difference only, once the last approval is given."""
    if not is_last_vote(context):
        return
    change, case = _waiting(context), context.case
    key, decision = f"change:case:{case.id}:{change.number}", decided(context)
    # Year by year, ascending, whatever moves in it, so that two changes never wait for each other in a ring.
    for year in sorted(change.more | change.less):
        if year in change.more:
            more = {year: Pence(change.more[year])}
            funds.reserve(work, case.fund_id, case.id, more, key=key, decision=decision)
            funds.commit(work, case.fund_id, case.id, more, key=key, decision=decision)
        else:
            less = {year: Pence(change.less[year])}
            funds.decommit(work, case.fund_id, case.id, less, key=key, decision=decision)


def settle_change(status: ChangeStatus) -> Effect:
    """The effect that ends a change without agreeing to it."""

    def settle(work: Work, context: EffectContext) -> None:
        _settle(work, context, status)
        context.payload["change"] = _waiting(context).number

    return settle


def _settle(work: Work, context: EffectContext, status: ChangeStatus) -> None:
    change = work.session.get_one(AgreementChange, (context.case.id, _waiting(context).number))
    change.status, change.settled_at, change.settled_by = status, work.now, work.actor.person_id
    change.answer = str(context.data.get("reason") or "").strip()


def _waiting(context: EffectContext) -> Change:
    change: Change | None = context.facts["monitoring"].branches.change
    if change is None:
        raise LookupError("the guards let a change pass that is not there")
    return change
