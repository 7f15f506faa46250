"""The rules of every decision that is not an approval: who may, when, and what must be there first. Pure."""

from datetime import date

from workflow.bids.rules import written
from workflow.clock import london_date
from workflow.engine import Data, Facts, Guard, GuardContext, Reason
from workflow.engine.working_days import CalendarEnds
from workflow.money import financial_year, format_pounds, year_label


def _not_barred(context: GuardContext) -> Reason | None:
    if not context.actor.counted_ids & context.facts["approval"].barred:
        return None
    return Reason(
        "judged_before_appeal",
        "You judged this bid before its appeal was accepted.",
        "Nothing to put right: after an appeal, people who had no part in the first decision judge the bid.",
        "Somebody else with the same role",
    )


not_barred = Guard("not_barred", _not_barred)


def _no_rejection_waits(context: GuardContext) -> Reason | None:
    if context.facts["approval"].last_step != "rejection_proposed":
        return None
    return Reason(
        "rejection_waits",
        "A rejection of this bid waits for a second person.",
        "Confirm it or decline it first.",
        "Another approver, or the accounting officer",
    )


no_rejection_waits = Guard("no_rejection_waits", _no_rejection_waits)


def _rejection_waits(context: GuardContext) -> Reason | None:
    if context.facts["approval"].last_step == "rejection_proposed":
        return None
    return Reason(
        "no_rejection_waits",
        "Nobody has proposed to reject this bid.",
        "Propose it, with the reasons that the lead body would read.",
        "An approver, or the accounting officer",
    )


rejection_waits = Guard("rejection_waits", _rejection_waits)


def _one_person_rejects(context: GuardContext) -> Reason | None:
    """Source: domain, section 4: above a threshold a second person checks before the proposer is told."""
    approval = context.facts["approval"]
    if approval.rejection_quorum < 2:
        return None
    return Reason(
        "second_person_checks",
        f"At {format_pounds(approval.whole_life_pence)}, a second person checks a rejection before the lead body is told.",
        "Propose the rejection; somebody else confirms it.",
        "You, and then another approver or the accounting officer",
    )


one_person_rejects = Guard("one_person_rejects", _one_person_rejects)


def _two_people_reject(context: GuardContext) -> Reason | None:
    if context.facts["approval"].rejection_quorum > 1:
        return None
    return Reason(
        "one_person_is_enough",
        "One person may reject a bid of this amount.",
        "Reject it with the reasons that the lead body reads.",
        "An approver, or the accounting officer",
    )


two_people_reject = Guard("two_people_reject", _two_people_reject)


def _rejection_advised(context: GuardContext) -> Reason | None:
    if context.facts["approval"].last_step == "rejection_advised":
        return None
    return Reason(
        "no_advice",
        "The assessor has not advised to reject this bid.",
        "Wait for the assessment: the assessor advises a rejection, or recommends an amount.",
        "The assessor",
    )


rejection_advised = Guard("rejection_advised", _rejection_advised)


def _put_off_within_the_year(context: GuardContext) -> Reason | None:
    """Money that is set aside is held no longer than its year, so the last day that can be chosen ends before 31 March.

    A decision is taken up again when the day chosen is over; on 1 April the money of the old year can be promised no more.
    Source: domain, section 4, deferred.
    """
    until = (context.data or {}).get("until_on")
    today = london_date(context.facts["now"])
    if not isinstance(until, date) or until <= today:
        return Reason(
            "date_not_later", "The date is not after today.", "Choose a later day.", "You", field="until_on"
        )
    try:
        falls_on = context.facts["consultation"].calendar.next_working_day(until)
    except CalendarEnds as error:
        return Reason("calendar_ends", str(error), "Choose an earlier day.", "You", field="until_on")
    year = _year_held(context.facts, today)
    if falls_on < date(year + 1, 3, 31):
        return None
    return Reason(
        "past_the_year",
        f"{written(until)} is too late: the money is set aside in {year_label(year)} and is not held past its end.",
        f"Choose a working day before {written(date(year + 1, 3, 31))}, or send the bid back to be assessed for a later year.",
        "You",
        field="until_on",
    )


put_off_within_the_year = Guard("put_off_within_the_year", _put_off_within_the_year, needs_data=True)


def _year_held(facts: Facts, today: date) -> int:
    """The first financial year that holds money for the bid; none that has ended."""
    held = [year for year, pence in facts["funds"].reserved.items() if pence]
    return max(min(held, default=0), financial_year(today))


def _voted(context: GuardContext) -> Reason | None:
    if context.actor.person_id in context.facts["approval"].voters:
        return None
    return Reason(
        "not_voted",
        "You have not approved this bid, so there is no approval to take back.",
        "If you have a connection to it, say so when you are asked to decide.",
        "Whoever approved it",
    )


voted = Guard("voted", _voted)


def _appeal_in_time(context: GuardContext) -> Reason | None:
    """Source: domain, section 4: once, within 20 working days."""
    approval = context.facts["approval"]
    if approval.has_appealed:
        return Reason(
            "appealed_before",
            "The department was asked to look at this decision again before.",
            "This can be asked once. You can bid again in another round.",
        )
    today = london_date(context.facts["now"])
    if approval.appeal_by is not None and today <= approval.appeal_by:
        return None
    until = "" if approval.appeal_by is None else f" It ended on {written(approval.appeal_by)}."
    return Reason(
        "appeal_too_late",
        f"The time to ask for another look at this decision is over.{until}",
        "You can bid again in another round.",
    )


appeal_in_time = Guard("appeal_in_time", _appeal_in_time)


def _appeal_waits(context: GuardContext) -> Reason | None:
    """Whether an appeal that was made in time waits for its answer; its limit holds when it is asked."""
    if context.facts["approval"].last_step == "appeal_asked":
        return None
    return Reason(
        "no_appeal_waits",
        "Nobody has asked for another look at this decision, or it is answered.",
        "The lead body can ask for one, once, while there is time.",
        "The lead body’s signatory",
    )


appeal_waits = Guard("appeal_waits", _appeal_waits)


def where_to_decide(facts: Facts, data: Data) -> str:
    """`referred` when no approver may decide it: marked, or above the highest limit of all; else `deciding`."""
    pence = sum((data.get("amounts") or {}).values())
    return "referred" if data.get("marks") or pence > facts["deciders"].highest_pence else "deciding"


def where_it_stands(facts: Facts, _data: Data) -> str:
    """The state that the case stands in, for a step that moves nothing."""
    return str(facts["approval"].state)


def where_it_was(facts: Facts, _data: Data) -> str:
    """The state from which the decision was put off."""
    return facts["approval"].deferred_from or "deciding"


NO_OFFICER_LEFT = (
    "No accounting officer is left who had no part in this bid and has no connection to it: "
    "the person responsible has another one appointed"
)
"""What is said of a referred bid that nobody can decide."""


def too_few_left(facts: Facts) -> str:
    """That a decision lacks people who may take it, in words; empty while there are enough, or none is awaited.

    Source: domain, section 5, conflict: when nobody eligible remains, the case says so at once.
    """
    approval = facts["approval"]
    if approval.last_step == "rejection_proposed":
        return ""
    if approval.state in {"referred", "direction_sought"}:
        return "" if facts["deciders"].officers else NO_OFFICER_LEFT
    if approval.state != "deciding":
        return ""
    if len(facts["deciders"].left) >= approval.quorum - len(approval.voters):
        return ""
    return waits_for_approver(facts)


def waits_for_approver(facts: Facts) -> str:
    """What a decision waits for, as the department reads it."""
    approval, left = facts["approval"], facts["deciders"].left
    needed = approval.quorum - len(approval.voters)
    least = format_pounds(approval.whole_life_pence)
    if approval.last_step == "rejection_proposed":
        return "A second person to confirm or decline the rejection"
    if len(left) < needed:
        have = (
            "Nobody is left who" if not left else f"{needed} more approvals, and only {len(left)} is left who"
        )
        return f"{have} can approve {least}: refer it to the accounting officer"
    more = "One more approver" if approval.voters and needed == 1 else _counted(needed)
    return f"{more} who can approve at least {least}"


def _counted(needed: int) -> str:
    words = {
        1: "An approver",
        2: "Two approvers",
        3: "Three approvers",
        4: "Four approvers",
        5: "Five approvers",
    }
    return words.get(needed, f"{needed} approvers")
