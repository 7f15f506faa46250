"""Money kept for work done in a year that has ended: until when it can be used, and what becomes of the rest.

Source: domain, section 7, number 9: what is not used by 30 June is released to the old year and reported. The number of days is
a dated rule (`accrual_release`), so that another date can be set from a day on.
"""

from datetime import date, timedelta

from sqlalchemy import select

from workflow import deadlines, funds
from workflow.cases import EffectContext, decided, subject_of
from workflow.clock import london_date
from workflow.db import Work
from workflow.deadlines.models import Deadline, DeadlineState
from workflow.engine import Guard, GuardContext, Reason
from workflow.funds.rules import Held
from workflow.money import year_label

KIND = "accrual_release"
DAYS_AFTER_YEAR_END = 91
"""30 June, counted from 31 March, where the rule in force names no number."""


def accrual_subject(case_id: int, year: int) -> str:
    """The name by which deadlines know the money that is kept of one ended year."""
    return f"{subject_of(case_id)}/accrual:{year}"


def released_key(case_id: int, year: int) -> str:
    """What the keys of the entries begin with by which unused money of a year was released."""
    return f"accrual:case:{case_id}:{year}:"


def year_of(subject: str) -> int:
    """The financial year that such a name is about."""
    return int(subject.rpartition(":")[2])


def unused(context: GuardContext | EffectContext, year: int) -> int:
    """Pence that are kept of a year and that no payment request has taken, whether it is paid or on its way."""
    held: Held = context.facts["funds"].held.get(year, Held())
    on_its_way: int = context.facts["monitoring"].requested(year) - held.paid
    return max(held.accrued - max(on_its_way, 0), 0)


def _something_is_unused(context: GuardContext) -> Reason | None:
    year = year_of(str((context.data or {})["subject"]))
    if unused(context, year):
        return None
    return Reason(
        "kept_money_used",
        f"All that was kept of {year_label(year)} is paid or requested.",
        "Nothing to put right.",
        "The finance officer",
    )


something_is_unused = Guard("something_is_unused", _something_is_unused, needs_data=True, money=True)


def start_release(work: Work, case_id: int, year: int) -> None:
    """Say until when what is kept of an ended year can be used."""
    days = deadlines.rule_in_force(work.session, KIND, work.now).terms.amount or DAYS_AFTER_YEAR_END
    due_on = max(date(year + 1, 3, 31) + timedelta(days=days), london_date(work.now))
    deadlines.arm(work, accrual_subject(case_id, year), KIND, due_on=due_on, occurrence=1)


def release_again(work: Work, case_id: int, year: int) -> None:
    """After the date has passed, release also what a payment request gave up that was cut or refused since."""
    subject = accrual_subject(case_id, year)
    passed = select(Deadline.id).where(Deadline.subject == subject, Deadline.state == DeadlineState.BREACHED)
    if work.session.scalars(passed.limit(1)).first() is not None:
        deadlines.arm(work, subject, KIND, due_on=london_date(work.now))


def stop_release(work: Work, case_id: int, year: int) -> None:
    """All that was kept of a year is paid, so that its date says nothing any more."""
    deadlines.meet(work, accrual_subject(case_id, year))


def say_what_is_released(_work: Work, context: EffectContext) -> None:
    """Say in the event what of the money kept for an ended year was not used by its date."""
    year = year_of(context.data["subject"])
    context.payload |= {"year": year, "released_pence": unused(context, year)}


def let_accrual_lapse(work: Work, context: EffectContext) -> None:
    """Give the unused money back to the year it was kept of, where it counts as not spent."""
    case, year, decision = context.case, year_of(context.data["subject"]), decided(context)
    pence, key = unused(context, year), f"{released_key(case.id, year)}r{case.rev}"
    funds.accrue(work, case.fund_id, case.id, year, pence, key=key, release=True, decision=decision)
    funds.lapse(work, case.fund_id, case.id, {year: pence}, key=key, decision=decision)
