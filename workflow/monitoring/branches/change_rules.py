"""The rules of changes to an agreement. Pure. Source: domain, section 4 and case 15."""

from datetime import date

from workflow.engine import CalendarEnds, Guard, GuardContext, Reason
from workflow.funds.rules import shortfalls
from workflow.money import financial_year, format_pounds, year_label
from workflow.monitoring.branches.rules import branches_in, today_in, written

DATES_AFTER_THE_END = 40
"""Working days after the last quarter of an award within which its report is due, payments wait and everybody is told.

Source: domain, section 6, quarterly return.
"""


def _no_change_waits(context: GuardContext) -> Reason | None:
    if branches_in(context).change is None:
        return None
    return Reason(
        "change_waits",
        "A change to the agreement was asked for and waits for an answer.",
        "It is agreed, refused or taken back first.",
        "An approver, or the signatory",
    )


no_change_waits = Guard("no_change_waits", _no_change_waits)


def _change_waits(context: GuardContext) -> Reason | None:
    if branches_in(context).change is not None:
        return None
    return Reason(
        "no_change",
        "No change to the agreement is asked for.",
        "The signatory of the lead body asks for one.",
        "The signatory of the lead body",
    )


change_waits = Guard("change_waits", _change_waits)


def _change_changes_something(context: GuardContext) -> Reason | None:
    data, found = context.data or {}, branches_in(context)
    before, after = context.facts["monitoring"].profile, data.get("amounts") or {}
    old, new = sum(before.values()), sum(after.values())
    match data.get("kind"):
        case "amount_up" if new <= old:
            text, field = (
                f"The new total is {format_pounds(new)}, which is not more than {format_pounds(old)}.",
                "kind",
            )
        case "amount_down" if new >= old or new <= 0:
            text, field = (
                f"The new total is {format_pounds(new)}; it must be less than {format_pounds(old)}.",
                "kind",
            )
        case "time" if new != old:
            text, field = f"The total would change from {format_pounds(old)} to {format_pounds(new)}.", "kind"
        case "time" if data.get("ends_on") in {None, found.ends_on} and dict(after) == dict(before):
            text, field = "Neither the end date nor any year’s amount would change.", "ends_on"
        case "scope" if dict(after) != dict(before):
            text, field = "A change of the work itself changes no amount.", "kind"
        case _:
            return None
    how = "Choose what the change is about, and enter the amounts and the date as they should be."
    return Reason("change_without_change", text, how, "You", field=field)


change_changes_something = Guard("change_changes_something", _change_changes_something, needs_data=True)


def _change_leaves_what_happened(context: GuardContext) -> Reason | None:
    """A year that has ended stays as it is, and no year falls below what was requested, paid or kept for it."""
    data, facts = context.data or {}, context.facts
    before, after = facts["monitoring"].profile, data.get("amounts") or {}
    this_year, ends_on = financial_year(today_in(context)), data.get("ends_on")
    for year in sorted(set(before) | set(after)):
        amount = after.get(year, 0)
        if year < this_year and amount != before.get(year, 0):
            text, how = f"{year_label(year)} has ended.", f"Leave it at {format_pounds(before.get(year, 0))}."
            return Reason("ended_year_changed", text, how, "You", field=f"year_{year}")
        taken = max(facts["monitoring"].requested(year), facts["funds"].paid.get(year, 0))
        if amount < taken:
            text = f"{format_pounds(taken)} of {year_label(year)} is requested or paid already."
            return Reason("below_paid", text, "Enter that or more.", "You", field=f"year_{year}")
    if ends_on is not None and ends_on < today_in(context):
        return Reason(
            "end_in_the_past", "The new end is in the past.", "Choose a later day.", "You", field="ends_on"
        )
    if ends_on is not None and ends_on != branches_in(context).ends_on:
        # The dates of the last report can only be told where the calendar of bank holidays reaches as far.
        try:
            quarter = date(ends_on.year, (ends_on.month + 2) // 3 * 3, 30)
            facts["consultation"].calendar.add_working_days(quarter, DATES_AFTER_THE_END)
        except CalendarEnds as error:
            return Reason("calendar_ends", str(error), "Choose an earlier day.", "You", field="ends_on")
    last = max((year for year, pence in after.items() if pence), default=this_year)
    if ends_on is not None and financial_year(ends_on) < last:
        text = f"The work would end on {written(ends_on)}, before the money of {year_label(last)}."
        return Reason("ends_before_money", text, "Move the money or the end.", "You", field="ends_on")
    return None


change_leaves_what_happened = Guard(
    "change_leaves_what_happened", _change_leaves_what_happened, needs_data=True
)


def _change_within_limit(context: GuardContext) -> Reason | None:
    """The limit is tested against the whole new value. Source: domain, case 15."""
    change, limit = branches_in(context).change, context.facts["actor"].limit_pence
    if change is None or (limit is not None and limit >= change.total_after):
        return None
    can = (
        "Nothing is delegated to you today"
        if limit is None
        else f"You can approve up to {format_pounds(limit)}"
    )
    return Reason(
        "change_over_limit",
        f"The total would be {format_pounds(change.total_after)}. {can}.",
        "Somebody with a higher limit decides.",
        f"An approver who can approve at least {format_pounds(change.total_after)}",
    )


change_within_limit = Guard("change_within_limit", _change_within_limit)


def _not_agreed_before(context: GuardContext) -> Reason | None:
    """A deputy and the person covered for count as one, whoever of them came first. Source: domain, section 5."""
    change = branches_in(context).change
    if change is None or not change.counted & context.actor.counted_ids:
        return None
    return Reason(
        "agreed_before",
        "You agreed to this change already.",
        "Another person gives the next approval.",
        "Another approver",
    )


not_agreed_before = Guard("not_agreed_before", _not_agreed_before)


def _difference_is_available(context: GuardContext) -> Reason | None:
    """Only the difference is asked of the fund; what is promised already is not tested again."""
    change, funds = branches_in(context).change, context.facts["funds"]
    if change is None:
        return None
    moved = sorted(change.more | change.less)
    over = next((year for year in moved if year < financial_year(today_in(context))), None)
    if over is not None:
        text = f"{year_label(over)} has ended since the change was asked for, so its money stays as it is."
        return Reason("year_over", text, "Refuse the change; it can be asked for anew.", "An approver")
    short = shortfalls(funds.available, change.more)
    if short:
        text = " ".join(one.text for one in short)
        return Reason("overcommitted", text, "Refuse it, or wait for a larger allocation.", "An approver")
    unsettled = [year for year in change.more if year not in funds.confirmed]
    if unsettled:
        text = f"The allocation of {year_label(unsettled[0])} is not confirmed yet."
        return Reason("not_confirmed", text, "Wait until it is confirmed.", "The finance officer")
    paid = [year for year, pence in change.after.items() if pence < _taken(context, year)]
    if paid:
        text = f"More of {year_label(paid[0])} was requested or paid since the change was asked for."
        return Reason("below_paid", text, "Refuse the change; it can be asked for anew.", "An approver")
    return None


def _taken(context: GuardContext, year: int) -> int:
    facts = context.facts
    taken: int = max(facts["monitoring"].requested(year), facts["funds"].paid.get(year, 0))
    return taken


difference_is_available = Guard("difference_is_available", _difference_is_available, money=True)
