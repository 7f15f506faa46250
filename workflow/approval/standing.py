"""What must still hold at every step after the bid was sent: the power to pay it, and the years of its money. Pure."""

from dataclasses import replace

from workflow.bids.rules import why_not_paid
from workflow.clock import london_date
from workflow.engine import Guard, GuardContext, Reason
from workflow.money import financial_year


def _why_power_fails(context: GuardContext) -> Reason | None:
    """Why the power of the fund no longer allows paying the lead body in a year that was recommended."""
    bid, today = context.facts["bids"], london_date(context.facts["now"])
    years = [year for year, pence in sorted(context.facts["approval"].recommended.items()) if pence]
    found = (why_not_paid(bid.power, bid.recipient, year, on=today) for year in years)
    return next((reason for reason in found if reason is not None), None)


def _power_still_fits(context: GuardContext) -> Reason | None:
    """Source: domain, section 5: the power is tested again at every later step."""
    wrong = _why_power_fails(context)
    if wrong is None:
        return None
    return replace(
        wrong,
        how="Send the bid back or reject it, with this reason. The lead body can bid to another fund.",
        who="An approver, or the accounting officer",
    )


power_still_fits = Guard("power_still_fits", _power_still_fits)


def _approval_can_go_back(context: GuardContext) -> Reason | None:
    """An approval stands, unless its money ended before the offer was made or the power no longer fits.

    Any other decision is still open, so this rule says nothing of it.
    """
    this_year = financial_year(london_date(context.facts["now"]))
    over = any(pence and year < this_year for year, pence in context.facts["funds"].committed.items())
    if context.case.state != "approved" or over or _why_power_fails(context) is not None:
        return None
    return Reason(
        "approval_stands",
        "This bid is approved, and its money can be offered.",
        "The offer follows. The lead body can withdraw the bid until it accepts the offer.",
        "The finance officer",
    )


approval_can_go_back = Guard("approval_can_go_back", _approval_can_go_back)
