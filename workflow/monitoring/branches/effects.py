"""What pauses, year ends, endings and money paid back write when an action is applied."""

from workflow import deadlines, funds
from workflow.cases import EffectContext, decided
from workflow.cases.registry import Effect
from workflow.clock import london_date
from workflow.db import Work
from workflow.funds.rules import Held, Recovery
from workflow.money import Pence, financial_year
from workflow.monitoring.branches.duties import drop_duties, money_back_subject
from workflow.monitoring.branches.models import (
    AwardStep,
    AwardStepKind,
    MoneyBack,
    MoneyBackReceipt,
    Termination,
    YearEnd,
)
from workflow.monitoring.branches.rules import money_to_pay_back
from workflow.monitoring.models import ProfileLine


def award_step(kind: AwardStepKind) -> Effect:
    """The effect that keeps why an offer was declined, or payments were paused or go on."""

    def record(work: Work, context: EffectContext) -> None:
        told = str(context.data["reason"]).strip()
        work.session.add(
            AwardStep(
                case_id=context.case.id,
                kind=kind,
                told=told,
                made_at=work.now,
                made_by=work.actor.person_id,
            )
        )

    return record


def settle_year(work: Work, context: EffectContext) -> None:
    """Write down what becomes of an ended year's money; what is carried forward moves in the payment plan."""
    data = context.data
    year, held = data["year"], context.facts["funds"].held.get(data["year"], Held())
    accrued, carried = data["accrued_pence"], data["carried_pence"]
    lapsed = held.committed - held.paid - accrued - carried
    ended = YearEnd(
        case_id=context.case.id,
        year=year,
        promised_pence=held.committed,
        paid_pence=held.paid,
        accrued_pence=accrued,
        carried_pence=carried,
        lapsed_pence=lapsed,
        agreement=(data.get("agreement") or "").strip(),
        reason=data["reason"],
        settled_at=work.now,
        settled_by=work.actor.person_id,
    )
    work.session.add(ended)
    if carried:
        _move_plan(work, context, year, carried)
    context.payload |= {
        "year": year,
        "paid_pence": held.paid,
        "accrued_pence": accrued,
        "carried_pence": carried,
        "lapsed_pence": lapsed,
    }


def _move_plan(work: Work, context: EffectContext, year: int, carried: int) -> None:
    for which, pence in ((year, -carried), (year + 1, carried)):
        add_to_plan(work, context.case.id, which, pence)


def add_to_plan(work: Work, case_id: int, year: int, pence: int) -> None:
    """Change one year of the payment plan; a new year gets its line."""
    line = work.session.get(ProfileLine, (case_id, year))
    if line is None:
        work.session.add(ProfileLine(case_id=case_id, year=year, amount_pence=Pence(pence)))
    else:
        line.amount_pence = Pence(line.amount_pence + pence)


def move_year_end(work: Work, context: EffectContext) -> None:
    """Keep what is accrued in the old year, carry forward what was agreed, and let the rest lapse."""
    data, case = context.data, context.case
    year, held = data["year"], context.facts["funds"].held.get(data["year"], Held())
    key, decision = f"yearend:case:{case.id}:{year}", decided(context)
    lapsed = held.committed - held.paid - data["accrued_pence"] - data["carried_pence"]
    if lapsed:
        funds.lapse(work, case.fund_id, case.id, {year: lapsed}, key=f"{key}:lapse", decision=decision)
    if data["accrued_pence"] > held.accrued:
        more = data["accrued_pence"] - held.accrued
        funds.accrue(work, case.fund_id, case.id, year, more, key=f"{key}:accrue", decision=decision)
    if data["carried_pence"]:
        funds.carry(
            work, case.fund_id, case.id, year, data["carried_pence"], key=f"{key}:carry", decision=decision
        )


def terminate(work: Work, context: EffectContext) -> None:
    """Write down why an award ends early, its notice, and what has to be paid back; what it owed falls away."""
    eligible = context.data["eligible_pence"]
    back = money_to_pay_back(context.facts, eligible)
    ended = Termination(
        case_id=context.case.id,
        reason=context.data["reason"],
        notice_ends_on=context.data["notice_ends_on"],
        eligible_pence=eligible,
        recovery_pence=Pence(back),
        made_at=work.now,
        made_by=work.actor.person_id,
    )
    work.session.add(ended)
    drop_duties(work, context, keep_claims=True)
    context.payload |= {
        "eligible_pence": eligible,
        "recovery_pence": back,
        "notice_ends_on": ended.notice_ends_on.isoformat(),
    }


def ask_money_back(work: Work, context: EffectContext, back: int) -> None:
    """Ask for money that was paid and not spent as agreed; it is due some days from now."""
    if back <= 0:
        return
    armed = deadlines.arm(work, money_back_subject(context.case.id), "recovery", start=work.now, occurrence=1)
    work.session.add(
        MoneyBack(
            case_id=context.case.id,
            asked_pence=Pence(back),
            recovered_pence=Pence(0),
            due_on=armed.due_on,
            asked_at=work.now,
        )
    )
    context.payload["recovery_pence"] = back


def record_money_back(work: Work, context: EffectContext) -> None:
    """Count money that came back, by the years it was paid for, the latest first."""
    amount, back = context.data["amount_pence"], work.session.get_one(MoneyBack, context.case.id)
    back.recovered_pence = Pence(back.recovered_pence + amount)
    for year, pence in _years_paid_back(context, amount).items():
        work.session.add(
            MoneyBackReceipt(
                case_id=context.case.id,
                rev=context.case.rev + 1,
                year=year,
                amount_pence=pence,
                restored=_restores(work, context, year),
                received_at=work.now,
                recorded_by=work.actor.person_id,
            )
        )
    if back.recovered_pence == back.asked_pence:
        deadlines.meet(work, money_back_subject(context.case.id))
    context.payload |= {
        "amount_pence": amount,
        "left_pence": back.asked_pence - back.recovered_pence,
        "treatment": context.facts["funds"].power.recovery.value,
    }


def move_money_back(work: Work, context: EffectContext) -> None:
    """What money paid back does follows the power of the fund and the year: it restores the fund's year, or frees nothing.

    Source: domain, section 7, number 10.
    """
    case, key, decision = context.case, f"back:case:{context.case.id}:r{context.case.rev}", decided(context)
    for year, pence in sorted(_years_paid_back(context, context.data["amount_pence"]).items()):
        restores = _restores(work, context, year)
        funds.recover(
            work, case.fund_id, case.id, year, pence, key=key, same_year=restores, decision=decision
        )
        if restores:
            funds.decommit(work, case.fund_id, case.id, {year: Pence(pence)}, key=key, decision=decision)


def _restores(work: Work, context: EffectContext, year: int) -> bool:
    rule = context.facts["funds"].power.recovery
    return rule is Recovery.RESTORES_ALLOCATION and year == financial_year(london_date(work.now))


def _years_paid_back(context: EffectContext, amount: int) -> dict[int, int]:
    """How an amount falls on the years that were paid, the latest first, each up to what was paid and did not come back."""
    left, found = amount, {}
    for year, held in sorted(context.facts["funds"].held.items(), reverse=True):
        pence = min(left, held.paid - held.recovered)
        if pence > 0:
            found[year] = pence
            left -= pence
    return found
