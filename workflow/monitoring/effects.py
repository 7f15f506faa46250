"""What an award writes when an action is applied."""

from sqlalchemy import func, select

from workflow import deadlines, documents, funds
from workflow.cases import EffectContext, decided
from workflow.clock import london_date
from workflow.db import Work
from workflow.errors import NotHere
from workflow.funds.rules import Held
from workflow.money import Pence, financial_year, total
from workflow.monitoring.branches.duties import claim_subject, create_duties, drop_duties
from workflow.monitoring.branches.effects import ask_money_back
from workflow.monitoring.branches.rules import money_to_pay_back, spent_as_agreed
from workflow.monitoring.models import (
    Award,
    Claim,
    ClaimState,
    Closure,
    Payment,
    ProfileLine,
)
from workflow.monitoring.rules import ClaimView, work_ends_on


def make_award(work: Work, context: EffectContext) -> None:
    """Issue the agreement for what is promised, with the payment plan by year; it ends with the last year's March."""
    promised = {year: pence for year, pence in context.facts["funds"].committed.items() if pence}
    award = Award(
        case_id=context.case.id,
        total_pence=total(list(promised.values())),
        conditions=context.data["conditions"],
        eligible_heads=context.data["eligible_heads"],
        ends_on=work_ends_on(promised),
        offered_at=work.now,
        offered_by=work.actor.person_id,
    )
    work.session.add(award)
    work.session.flush()  # The payment plan refers to it.
    work.session.add_all(
        ProfileLine(case_id=award.case_id, year=year, amount_pence=pence) for year, pence in promised.items()
    )
    context.payload |= {
        "total_pence": award.total_pence,
        "years": [[year, pence] for year, pence in sorted(promised.items())],
        "ends_on": award.ends_on.isoformat(),
    }
    context.texts |= {"conditions": award.conditions, "eligible_heads": award.eligible_heads}


def accept_award(work: Work, context: EffectContext) -> None:
    """Record who signed for the recipient, and create what the award owes from now on."""
    award = work.session.get_one(Award, context.case.id)
    award.accepted_at, award.accepted_by = work.now, work.actor.person_id
    context.payload["total_pence"] = award.total_pence
    create_duties(work, context)


def record_claim(work: Work, context: EffectContext) -> None:
    """Add a payment request, numbered within its award."""
    last = work.session.scalar(select(func.max(Claim.number)).where(Claim.case_id == context.case.id)) or 0
    claim = Claim(
        case_id=context.case.id,
        number=last + 1,
        year=context.data["year"],
        state=ClaimState.WAITING,
        claimed_pence=context.data["amount_pence"],
        narrative=context.data["narrative"],
        made_at=work.now,
        made_by=work.actor.person_id,
        check_reason="",
    )
    work.session.add(claim)
    work.session.flush()  # The event and the evidence name it.
    context.payload |= {"claim": claim.number, "year": claim.year, "claimed_pence": claim.claimed_pence}
    context.texts["narrative"] = claim.narrative
    context.result["claim_id"] = claim.id
    deadlines.arm(work, claim_subject(claim.case_id, claim.number), "claim_check", start=work.now)
    for document_id in context.data.get("evidence", ()):
        documents.attach(work, document_id, f"claim:{claim.id}", "evidence")


def check_claim(work: Work, context: EffectContext) -> None:
    """Accept a payment request, in whole or in part with a reason, or refuse it whole."""
    claim = _claim(work, context)
    claim.accepted_pence = Pence(context.data["accepted_pence"])
    claim.check_reason = (context.data.get("reason") or "").strip()
    claim.state = ClaimState.CHECKED if claim.accepted_pence else ClaimState.REFUSED
    claim.checked_at, claim.checked_by = work.now, work.actor.person_id
    subject = claim_subject(claim.case_id, claim.number)
    deadlines.meet(work, subject)
    if claim.accepted_pence:
        # The days to pay run from the request, so that a slow check does not cost its recipient time.
        deadlines.arm(work, subject, "claim_payment", start=claim.made_at)
    context.payload |= {
        "claim": claim.number,
        "claimed_pence": claim.claimed_pence,
        "accepted_pence": claim.accepted_pence,
    }


def record_payment(work: Work, context: EffectContext) -> None:
    """Record the payment of all that was accepted."""
    claim = _claim(work, context)
    claim.state = ClaimState.PAID
    deadlines.meet(work, claim_subject(claim.case_id, claim.number))
    amount = claim.accepted_pence or Pence(0)
    work.session.add(
        Payment(claim_id=claim.id, amount_pence=amount, paid_at=work.now, paid_by=work.actor.person_id)
    )
    context.payload |= {"claim": claim.number, "year": claim.year, "paid_pence": amount}


def pay_money(work: Work, context: EffectContext) -> None:
    """Take the payment from the year's promise."""
    claim: ClaimView = context.facts["monitoring"].claim(context.data["claim_id"])
    key = f"pay:claim:{claim.id}"
    held = context.facts["funds"].held.get(claim.year, Held())
    funds.pay(
        work,
        context.case.fund_id,
        context.case.id,
        claim.year,
        Pence(claim.accepted_pence or 0),
        key=key,
        decision=decided(context),
        # Work of an ended year is paid from what was kept for it. Source: domain, case 14.
        from_accrual=held.accrued >= (claim.accepted_pence or 0),
    )


def propose_closure(work: Work, context: EffectContext) -> None:
    """Write down the closing figures as the ledger has them now."""
    held = context.facts["funds"]
    paid, committed = sum(held.paid.values()), sum(held.committed.values())
    eligible = spent_as_agreed(context.facts, context.data)
    back = 0 if eligible is None else money_to_pay_back(context.facts, eligible)
    last = select(func.max(Closure.number)).where(Closure.case_id == context.case.id)
    closure = Closure(
        case_id=context.case.id,
        number=(work.session.scalar(last) or 0) + 1,
        decline_reason="",
        paid_pence=Pence(paid),
        released_pence=Pence(committed - paid),
        eligible_pence=eligible,
        recovery_pence=Pence(back),
        summary=context.data["summary"],
        proposed_at=work.now,
        proposed_by=work.actor.person_id,
    )
    work.session.add(closure)
    context.payload |= {"paid_pence": closure.paid_pence, "released_pence": closure.released_pence}
    if back:
        context.payload["recovery_pence"] = back
    context.texts["summary"] = closure.summary


def confirm_closure(work: Work, context: EffectContext) -> None:
    """Record who confirmed the closing figures, and ask for what has to be paid back; what the award owed falls away."""
    closure = _standing(work, context)
    closure.confirmed_at, closure.confirmed_by = work.now, work.actor.person_id
    context.payload |= {"paid_pence": closure.paid_pence, "released_pence": closure.released_pence}
    drop_duties(work, context)
    ask_money_back(work, context, closure.recovery_pence)


def decline_closure(work: Work, context: EffectContext) -> None:
    """Keep the proposed figures with the reason why they were not confirmed; new ones can be proposed."""
    closure = _standing(work, context)
    closure.declined_at, closure.declined_by = work.now, work.actor.person_id
    closure.decline_reason = str(context.data["reason"]).strip()
    context.payload |= {
        "declined": closure.number,
        "paid_pence": closure.paid_pence,
        "released_pence": closure.released_pence,
    }


def _standing(work: Work, context: EffectContext) -> Closure:
    """The closing figures that wait for the second person."""
    return work.session.scalars(
        select(Closure).where(Closure.case_id == context.case.id, Closure.declined_at.is_(None))
    ).one()


def release_unspent(work: Work, context: EffectContext) -> None:
    """Give back what was promised and not paid: to the fund for years that still run, lapsed for years that ended.

    Source: domain, section 7: at closure unpaid is nothing, and C = P + accrued + carried forward + lapsed.
    """
    fund_id, case_id, decision = context.case.fund_id, context.case.id, decided(context)
    this_year, key = financial_year(london_date(work.now)), f"close:case:{case_id}"
    # Year by year, ascending, whatever moves in it, so that two who move the same years never wait for each other in a ring.
    for year, held in sorted(context.facts["funds"].held.items()):
        unspent = {year: Pence(held.committed - held.paid)}
        if held.accrued:
            # What was kept for bills that never came is let go of, so that it can lapse with the rest.
            kept = held.accrued
            let_go = f"{key}:let_go"
            funds.accrue(work, fund_id, case_id, year, kept, key=let_go, release=True, decision=decision)
        if year < this_year:
            funds.lapse(work, fund_id, case_id, unspent, key=f"{key}:lapse", decision=decision)
        else:
            funds.decommit(work, fund_id, case_id, unspent, key=f"{key}:release", decision=decision)


def _claim(work: Work, context: EffectContext) -> Claim:
    """The payment request that the form named, of this award only.

    Raises:
        NotHere: when it is another award's.
    """
    found = work.session.scalars(
        select(Claim).where(Claim.id == context.data["claim_id"], Claim.case_id == context.case.id)
    ).one_or_none()
    if found is None:
        raise NotHere
    return found
