"""The rules of an offer's dates: until when it can be accepted, and that its years still run. Pure."""

from workflow.engine import Guard, GuardContext, Reason
from workflow.money import financial_year, year_label
from workflow.monitoring.branches.rules import branches_in, today_in, written


def _offer_in_time(context: GuardContext) -> Reason | None:
    """An offer ends with its day, whether or not the calendar has ended it yet. Source: domain, section 6, acceptance."""
    until = branches_in(context).accept_until
    if until is None or context.facts["now"] < until:
        return None
    return Reason(
        "offer_too_late",
        "The time to accept this offer is over.",
        "Your text is kept. Copy it into a bid to an open round.",
        "You",
    )


offer_in_time = Guard("offer_in_time", _offer_in_time)


def _work_not_over(context: GuardContext) -> Reason | None:
    """Whether any year of the offer still runs; what a year that ended meanwhile had is settled once the award runs."""
    ends_on = branches_in(context).ends_on
    if ends_on is None or today_in(context) <= ends_on:
        return None
    return Reason(
        "offer_is_over",
        f"The work of this offer was to end on {written(ends_on)}, and that day is over.",
        "Decline the offer, and copy the text into a bid to an open round.",
        "You",
    )


work_not_over = Guard("work_not_over", _work_not_over)


def _years_still_run(context: GuardContext) -> Reason | None:
    """Source: domain, section 7, number 9: what is left of a year that ended lapses, and is not offered."""
    this_year, promised = financial_year(today_in(context)), context.facts["funds"].committed
    year = next((year for year, pence in sorted(promised.items()) if pence and year < this_year), None)
    if year is None:
        return None
    return Reason(
        "year_over",
        f"{year_label(year)} has ended, so its money can no longer be offered.",
        "Send the bid back, so that it is assessed again for the years that still run.",
        "An approver, or the accounting officer",
    )


years_still_run = Guard("years_still_run", _years_still_run, money=True)
