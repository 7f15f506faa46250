"""The rules of progress reports, pauses, year ends, endings and money paid back. Pure."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from workflow.clock import london_date
from workflow.engine import Guard, GuardContext, Reason
from workflow.funds.rules import Recovery
from workflow.money import financial_year, format_pounds, year_label
from workflow.monitoring.branches.terms import Branches


def written(day: date) -> str:
    """A London date in words."""
    return f"{day:%A} {day.day} {day:%B %Y}"


def branches_in(context: GuardContext) -> Branches:
    """What the award of a context has beside its straight line."""
    found: Branches = context.facts["monitoring"].branches
    return found


def today_in(context: GuardContext) -> date:
    """The London date of a context."""
    return london_date(context.facts["now"])


def _support_has_an_end(context: GuardContext) -> Reason | None:
    """Source: domain, section 5, transitional support."""
    found = branches_in(context)
    if not found.is_transitional or found.transition_ends_on is not None:
        return None
    return Reason(
        "support_without_end",
        "This bid is for temporary government support, and it names no end date.",
        "Support without an end is not temporary: the bid must be made again with an end date.",
        "The lead body",
    )


support_has_an_end = Guard("support_has_an_end", _support_has_an_end)


def _payments_not_held(context: GuardContext) -> Reason | None:
    held = branches_in(context).holding(today_in(context))
    if held is None:
        return None
    return Reason(
        "report_missing",
        f"The progress report for {quarter_words(held.period_from, held.period_to)} was due on {written(held.due_on)} "
        "and was not sent.",
        f"Payments wait since {written(held.held_from)}. They go on as soon as the report is sent.",
        "The lead body",
    )


payments_not_held = Guard("payments_not_held", _payments_not_held)


def _payments_not_paused(context: GuardContext) -> Reason | None:
    """A pause ends when somebody ends it, and not with the time of the award. Source: domain, section 4, suspended."""
    if context.case.state == "terminated" or not branches_in(context).is_paused:
        return None
    return Reason(
        "payments_paused",
        "Payments for this award are paused.",
        "They go on when an approver lets them go on, or the award is ended early.",
        "An approver",
    )


payments_not_paused = Guard("payments_not_paused", _payments_not_paused)


def _payments_are_paused(context: GuardContext) -> Reason | None:
    if branches_in(context).is_paused:
        return None
    return Reason(
        "not_paused",
        "Payments for this award are not paused.",
        "Nothing to put right.",
        "The person responsible",
    )


payments_are_paused = Guard("payments_are_paused", _payments_are_paused)


def quarter_words(first: date, last: date) -> str:
    """A quarter as people read it: `April to June 2011`."""
    return f"{first:%B} to {last:%B %Y}"


def _report_is_owed(context: GuardContext) -> Reason | None:
    found = branches_in(context)
    if found.owed(today_in(context)):
        return None
    coming = next((one for one in found.reports if not one.is_sent), None)
    if coming is None:
        text, how = "Every progress report of this award was sent.", "Nothing to put right."
    else:
        text = "No progress report is owed today."
        how = (
            f"The next is for {quarter_words(coming.period_from, coming.period_to)}: "
            f"it can be sent from {written(coming.period_to + timedelta(days=1))} and is due on {written(coming.due_on)}."
        )
    return Reason("no_report_owed", text, how, "The lead body")


report_is_owed = Guard("report_is_owed", _report_is_owed)


def _year_can_be_settled(context: GuardContext) -> Reason | None:
    found = branches_in(context)
    ended = years_to_settle(context.facts, today_in(context))
    if not ended:
        return Reason(
            "no_year_to_settle",
            "No year of this award has ended with money that is not settled.",
            "A year is settled after its 31 March.",
            "The finance officer",
        )
    year = (context.data or {}).get("year")
    if context.data is not None and (year not in ended or year in found.settled_years):
        return Reason("year_settled", "That year is settled already.", "Choose another.", "You", field="year")
    return None


year_can_be_settled = Guard("year_can_be_settled", _year_can_be_settled)


def years_to_settle(facts: Mapping[str, Any], today: date) -> list[int]:
    """The ended years of an award that hold promised money and were not settled, the earliest first."""
    settled = facts["monitoring"].branches.settled_years
    committed = facts["funds"].committed
    return [
        year
        for year, pence in sorted(committed.items())
        if pence and year not in settled and year < financial_year(today)
    ]


def _year_end_adds_up(context: GuardContext) -> Reason | None:
    data, funds = context.data or {}, context.facts["funds"]
    year = data.get("year", 0)
    unpaid = funds.committed.get(year, 0) - funds.paid.get(year, 0)
    kept = data.get("accrued_pence", 0) + data.get("carried_pence", 0)
    if kept > unpaid:
        return Reason(
            "keeps_too_much",
            f"{format_pounds(unpaid)} of {year_label(year)} is promised and not paid.",
            "What is still to be paid and what is carried forward are together at most that.",
            "You",
            field="carried",
        )
    waiting = context.facts["monitoring"].requested(year) - funds.paid.get(year, 0)
    if data.get("accrued_pence", 0) < waiting:
        return Reason(
            "request_without_money",
            f"{format_pounds(waiting)} of {year_label(year)} is requested and not paid yet.",
            "Keep at least that, or check and refuse the payment request first.",
            "You",
            field="accrued",
        )
    if data.get("carried_pence", 0) and not str(data.get("agreement") or "").strip():
        return Reason(
            "carry_without_agreement",
            "Money is carried forward by agreement only, and no agreement is named.",
            "Enter the reference of the agreement.",
            "You",
            field="agreement",
        )
    left = funds.available.get(year + 1, 0)
    if data.get("carried_pence", 0) > left:
        return Reason(
            "no_room_next_year",
            f"{format_pounds(left)} of {year_label(year + 1)} is left to promise.",
            "Carry forward that or less; the rest is not kept.",
            "You",
            field="carried",
        )
    return None


year_end_adds_up = Guard("year_end_adds_up", _year_end_adds_up, needs_data=True, money=True)


def asks_money_back(facts: Mapping[str, Any]) -> bool:
    """Whether the power of the fund lets money be asked back. Source: domain, section 5, the power decides."""
    return bool(facts["funds"].power.recovery is not Recovery.NONE)


def money_to_pay_back(facts: Mapping[str, Any], eligible_pence: int) -> int:
    """What was paid and not spent as agreed (pence); nothing where the power knows no paying back."""
    paid = sum(facts["funds"].paid.values())
    return max(paid - eligible_pence, 0) if asks_money_back(facts) else 0


def spent_as_agreed(facts: Mapping[str, Any], data: Mapping[str, Any]) -> int | None:
    """What of the money paid was spent as agreed (pence): as the form says, else as counted when the award ended early."""
    said: int | None = data.get("eligible_pence")
    counted: int | None = facts["monitoring"].branches.eligible_pence
    return counted if said is None else said


def _spent_is_known(context: GuardContext) -> Reason | None:
    """Source: domain, section 7, number 8: what was spent as agreed covers what was paid, or the difference comes back."""
    paid = sum(context.facts["funds"].paid.values())
    if not paid or not asks_money_back(context.facts):
        return None
    if spent_as_agreed(context.facts, context.data or {}) is not None:
        return None
    return Reason(
        "spent_not_known",
        f"{format_pounds(paid)} was paid, and it is not said how much of it was spent as agreed.",
        "Enter it from the last progress report and its evidence: once the award is closed, nothing can be asked back.",
        "You",
        field="eligible",
    )


spent_is_known = Guard("spent_is_known", _spent_is_known, needs_data=True)


def _notice_is_given(context: GuardContext) -> Reason | None:
    ends_on = (context.data or {}).get("notice_ends_on")
    if ends_on is None or ends_on >= today_in(context):
        return None
    return Reason(
        "notice_in_the_past",
        "The notice would have ended already.",
        "Choose today or a later day.",
        "You",
        field="notice_ends_on",
    )


notice_is_given = Guard("notice_is_given", _notice_is_given, needs_data=True)


def _money_is_asked_back(context: GuardContext) -> Reason | None:
    found = branches_in(context)
    outstanding = found.asked_back - found.came_back
    if outstanding <= 0:
        return Reason(
            "nothing_to_pay_back",
            "Nothing is to be paid back for this award.",
            "Money is asked back when it was paid and not spent as agreed, where the law allows it.",
            "The finance officer",
        )
    amount = (context.data or {}).get("amount_pence", 0)
    if amount > outstanding:
        return Reason(
            "pays_back_too_much",
            f"{format_pounds(outstanding)} is left to pay back.",
            "Enter that or less.",
            "You",
            field="amount",
        )
    return None


money_is_asked_back = Guard("money_is_asked_back", _money_is_asked_back, money=True)
