"""The rules of assessment and approval: who may not, how much, and when the votes are enough. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from workflow.clock import london_date
from workflow.engine import Data, Facts, Guard, GuardContext, Reason
from workflow.funds.rules import Shortfall, shortfalls
from workflow.money import financial_year, format_pounds, year_label

ACCOUNTING_TESTS = ("regularity", "propriety", "value_for_money", "feasibility")

DUTY_WORDS = {
    "submit": "signed this bid for its lead body",
    "screen": "did the first check of this bid",
    "appraise": "assessed this bid",
    "approve": "approved this bid already",
    "propose_rejection": "proposed to reject this bid",
    "reject": "decided to reject this bid before",
    "offer": "made the offer for this bid",
    "check": "checked a payment request of this bid",
    "pay": "paid a payment request of this bid",
    "propose_closure": "proposed to close this bid",
}


@dataclass(frozen=True, slots=True)
class ApprovalFacts:
    """What approval knows of a bid: the assessment of the running round and its votes.

    Amounts are pence by financial year. `quorum` is how many approvals the whole-life value needs, `rejection_quorum` how
    many people a rejection. `voters` are the people whose approval counts in this round. `marks` say why only the accounting
    officer decides. `last_step` is the newest step beside the votes, by name, and `deferred_from` the state that the newest
    deferral left. `consent_pence` is what the Treasury agreed to in this round. `barred` are the people who judged the bid
    before an appeal was accepted. `appeal_by` is the last London date for an appeal, None when none can be made.
    """

    round: int
    assessed_version: int | None
    recommended: Mapping[int, int]
    whole_life_pence: int
    quorum: int
    voters: frozenset[int]
    state: str = ""
    rejection_quorum: int = 2
    marks: frozenset[str] = frozenset()
    last_step: str | None = None
    deferred_from: str | None = None
    consent_pence: int = 0
    barred: frozenset[int] = frozenset()
    appeal_by: date | None = None
    has_appealed: bool = False


def separated_from(*duties: str) -> Guard:
    """The guard that excludes whoever ever did one of these duties, in any loop or on anyone's behalf.

    Source: domain, section 5, separation of duties; delegate and principal count as one person.
    """

    def check(context: GuardContext) -> Reason | None:
        mine = context.actor.counted_ids
        did = [
            duty for duty, person in sorted(context.facts["case"].duties) if person in mine and duty in duties
        ]
        if not did:
            return None
        return Reason(
            f"already_{did[0]}",
            f"You {DUTY_WORDS[did[0]]}, so another person must do this.",
            "Nothing to put right: five different people see to each bid.",
            "Somebody else with the same role",
        )

    return Guard(f"separated_from_{'_'.join(duties)}", check)


def _no_conflict(context: GuardContext) -> Reason | None:
    """Source: domain, section 5, conflict; it holds for the assessment, the votes, the offer, the payments and the closing."""
    actor, bid = context.facts["actor"], context.facts["bids"]
    touched = {context.facts["case"].proposer_id, *bid.partner_ids, *bid.named_ids}
    if actor.organisation_id in touched:
        return Reason(
            "home_organisation",
            "Your own organisation leads this bid, takes part in it or would benefit from it.",
            "Nothing to put right: a person with a connection takes no part in the decision or the money.",
            "Somebody else with the same role",
        )
    if touched & actor.interests or context.case.id in actor.interest_cases:
        return Reason(
            "interest_on_record",
            "You have a connection to this bid on record.",
            "If the connection has ended, the person responsible can close it.",
            "Somebody else with the same role",
        )
    return None


no_conflict = Guard("no_conflict", _no_conflict)


def _within_limit(context: GuardContext) -> Reason | None:
    limit = context.facts["actor"].limit_pence
    value = context.facts["approval"].whole_life_pence
    if limit is None:
        return Reason(
            "no_delegation",
            "Nothing is delegated to you today.",
            "The person responsible can grant you a limit, with dates.",
            f"An approver who can approve at least {format_pounds(value)}",
        )
    if limit < value:
        return Reason(
            "over_limit",
            f"The total over all years is {format_pounds(value)}; you can approve up to {format_pounds(limit)}.",
            "Somebody with a higher limit decides.",
            f"An approver who can approve at least {format_pounds(value)}",
        )
    return None


within_limit = Guard("within_limit", _within_limit)


def _version_is_assessed(context: GuardContext) -> Reason | None:
    assessed = context.facts["approval"].assessed_version
    current = context.facts["bids"].current_version
    if assessed == current:
        return None
    return Reason(
        "version_not_assessed",
        "The bid changed after it was assessed.",
        f"Version {current} must be assessed first; version {assessed or 'none'} was.",
        "The assessor",
    )


version_is_assessed = Guard("version_is_assessed", _version_is_assessed)


def _declares_no_conflict(context: GuardContext) -> Reason | None:
    if (context.data or {}).get("no_conflict") is True:
        return None
    return Reason(
        "conflict_not_declared",
        "You have not said that you have no connection to this bid.",
        "Answer the first question. If you have one, or are not sure, do not decide.",
        "Another approver",
        field="no_conflict",
    )


declares_no_conflict = Guard("declares_no_conflict", _declares_no_conflict, needs_data=True)


def _tests_answered(context: GuardContext) -> Reason | None:
    tests = (context.data or {}).get("tests", {})
    if set(tests) == set(ACCOUNTING_TESTS) and all(isinstance(met, bool) for met in tests.values()):
        return None
    return Reason(
        "tests_open", "One of the four tests is not answered.", "Answer all four.", "You", field="tests"
    )


tests_answered = Guard("tests_answered", _tests_answered, needs_data=True)


def _amounts_fit_the_request(context: GuardContext) -> Reason | None:
    recommended: Mapping[int, int] = (context.data or {}).get("amounts", {})
    asked: Mapping[int, int] = context.facts["bids"].asked
    if not sum(recommended.values()):
        return Reason(
            "nothing_recommended",
            "No amount is recommended.",
            "Enter an amount for a year.",
            "You",
            field=f"amount_{min(asked)}" if asked else None,
        )
    for year in sorted(recommended):
        so_far = sum(pence for one, pence in recommended.items() if one <= year)
        asked_so_far = sum(pence for one, pence in asked.items() if one <= year)
        if so_far > asked_so_far:
            return Reason(
                "more_than_asked",
                f"{format_pounds(so_far)} is more than the {format_pounds(asked_so_far)} asked "
                f"for up to {year_label(year)}.",
                "Recommend what was asked, or less; money may move to a later year, never to an earlier one.",
                "You",
                field=f"amount_{year}",
            )
    return None


amounts_fit_the_request = Guard("amounts_fit_the_request", _amounts_fit_the_request, needs_data=True)


def _money_is_available(context: GuardContext) -> Reason | None:
    """Says early what the ledger will enforce; the ledger's own conditional update is what counts.

    What is left of a year that ended is not spent: it lapses, and is never set aside again. Source: domain, section 7, 9.
    """
    recommended: Mapping[int, int] = (context.data or {}).get("amounts", {})
    this_year = financial_year(london_date(context.facts["now"]))
    over = next((year for year, amount in sorted(recommended.items()) if amount and year < this_year), None)
    if over is not None:
        return Reason(
            "year_ended",
            f"{year_label(over)} has ended, so its money can no longer be set aside.",
            "Enter nothing for that year, and what is needed for the years that follow.",
            "You",
            field=f"amount_{over}",
        )
    available: Mapping[int, int] = context.facts["funds"].available
    short = shortfalls(available, recommended)
    if not short:
        return None
    said = "; ".join(
        f"{year_label(item.year)} has {format_pounds(max(item.left, 0))} left, "
        f"{format_pounds(item.missing)} too little"
        for item in short
    )
    return Reason(
        "money_short",
        f"The fund has not enough left: {said}.",
        _ways_round(available, short[0]),
        "You, or the finance officer who can ask for more",
        field=f"amount_{short[0].year}",
    )


def _ways_round(available: Mapping[int, int], short: Shortfall) -> str:
    """What an assessor can do about a year that is short: a part, or a later year with room."""
    left = max(short.left, 0)
    part = (
        f"Recommend a part, {format_pounds(left)} or less for {year_label(short.year)}"
        if left
        else f"Recommend nothing for {year_label(short.year)}"
    )
    roomy = [year for year, pence in sorted(available.items()) if year > short.year and pence > 0]
    if not roomy:
        return f"{part}; no later year has room."
    missing = format_pounds(short.asked - left)
    return (
        f"{part}; or move {missing} to a later year: {year_label(roomy[0])} has "
        f"{format_pounds(available[roomy[0]])} left."
    )


money_is_available = Guard("money_is_available", _money_is_available, needs_data=True, money=True)


def _money_is_set_aside(context: GuardContext) -> Reason | None:
    recommended = context.facts["approval"].recommended
    reserved = context.facts["funds"].reserved
    this_year = financial_year(london_date(context.facts["now"]))
    over = next((year for year, amount in sorted(recommended.items()) if amount and year < this_year), None)
    if over is not None:
        return Reason(
            "year_over",
            f"{year_label(over)} has ended, so its money can no longer be promised.",
            "Send the bid back, so that it is assessed again for the years that still run.",
            "An approver",
        )
    if all(reserved.get(year, 0) >= amount for year, amount in recommended.items()):
        return None
    return Reason(
        "not_set_aside",
        "The money for this bid is not set aside.",
        "It must be assessed again, which sets the money aside.",
        "The assessor",
    )


money_is_set_aside = Guard("money_is_set_aside", _money_is_set_aside, money=True)


def outcome_of_votes(facts: Facts, _data: Data) -> str:
    """`approved` when this vote is the last one needed, else `deciding`. A pure function of votes and the tier."""
    approval = facts["approval"]
    return "approved" if len(approval.voters) + 1 >= approval.quorum else "deciding"


def votes_needed(approval: ApprovalFacts) -> int:
    """How many approvals are still needed."""
    return max(approval.quorum - len(approval.voters), 0)
