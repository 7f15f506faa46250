"""The rules of an award: what may be requested, who checks, who pays, and when it can close. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from workflow.clock import london_date
from workflow.engine import Guard, GuardContext, Reason
from workflow.money import financial_year, format_pounds, year_label
from workflow.monitoring.branches.terms import Branches


@dataclass(frozen=True, slots=True)
class ClaimView:
    """A payment request as the rules see it; `state` is waiting, checked, refused or paid."""

    id: int
    number: int
    year: int
    state: str
    claimed_pence: int
    accepted_pence: int | None
    made_by: int
    checked_by: int | None


@dataclass(frozen=True, slots=True)
class MonitoringFacts:
    """What monitoring knows of an award: its payment plan by year, its payment requests, who proposed to close it.

    `branches` is what it has beside the straight line.
    """

    profile: Mapping[int, int]
    claims: tuple[ClaimView, ...]
    closure_proposed_by: int | None
    branches: Branches = field(default_factory=Branches)

    def claim(self, claim_id: int | None) -> ClaimView | None:
        """The payment request with an id, if it is this award's."""
        return next((claim for claim in self.claims if claim.id == claim_id), None)

    def requested(self, year: int) -> int:
        """Pence of a year that are requested and not refused: what was accepted, else what was asked."""
        return sum(
            claim.claimed_pence if claim.accepted_pence is None else claim.accepted_pence
            for claim in self.claims
            if claim.year == year and claim.state != "refused"
        )


def left_to_request(facts: Mapping[str, MonitoringFacts], held: Mapping[int, int], year: int) -> int:
    """Pence of a year's promise that no payment request has taken yet."""
    return held.get(year, 0) - facts["monitoring"].requested(year)


def work_ends_on(promised: Mapping[int, int]) -> date | None:
    """The last London date of the last financial year with money; None when nothing is promised."""
    years = [year for year, pence in promised.items() if pence]
    return date(max(years) + 1, 3, 31) if years else None


def _award_adds_up(context: GuardContext) -> Reason | None:
    committed = sum(context.facts["funds"].committed.values())
    promised = sum(context.facts["approval"].recommended.values())
    if committed == promised and committed > 0:
        return None
    return Reason(
        "award_differs",
        f"{format_pounds(committed)} is promised in the fund, and {format_pounds(promised)} was approved.",
        "The two must be equal before an offer is made. Tell the administrator.",
        "The finance officer",
    )


award_adds_up = Guard("award_adds_up", _award_adds_up, money=True)


def _claim_fits_award(context: GuardContext) -> Reason | None:
    data = context.data or {}
    year, amount = data.get("year", 0), data.get("amount_pence", 0)
    if year > financial_year(london_date(context.facts["now"])):
        return Reason(
            "year_not_begun",
            f"{year_label(year)} has not begun: money is paid when it is needed, not in advance.",
            f"Request it from 1 April {year}.",
            "You",
            field="year",
        )
    left = left_to_request(context.facts, context.facts["funds"].committed, year)
    if 0 < amount <= left:
        return None
    return Reason(
        "claim_over_award",
        f"{format_pounds(max(left, 0))} of {year_label(year)} is left to request.",
        "Enter an amount up to that.",
        "You",
        field="amount",
    )


claim_fits_award = Guard("claim_fits_award", _claim_fits_award, needs_data=True)


def _waiting(state: str, nothing: str, how: str, who: str, *, money: bool = False) -> Guard:
    """The guard that something waits in a state; with a form, that the one named does."""

    def check(context: GuardContext) -> Reason | None:
        monitoring: MonitoringFacts = context.facts["monitoring"]
        if context.data is None or "claim_id" not in context.data:
            found = any(claim.state == state for claim in monitoring.claims)
        else:
            named = monitoring.claim(context.data["claim_id"])
            found = named is not None and named.state == state
        return None if found else Reason(f"no_claim_{state}", nothing, how, who, field="claim_id")

    return Guard(f"claim_is_{state}", check, money=money)


claim_waits_for_check = _waiting(
    "waiting",
    "No payment request waits to be checked.",
    "The recipient requests a payment first.",
    "The recipient",
)
claim_waits_for_payment = _waiting(
    "checked",
    "No checked payment request waits to be paid.",
    "A payment request is checked first.",
    "The grant manager",
    money=True,
)


def _check_fits_claim(context: GuardContext) -> Reason | None:
    data = context.data or {}
    claim = context.facts["monitoring"].claim(data.get("claim_id"))
    if claim is None:
        return None
    if context.actor.person_id == claim.made_by:
        return Reason(
            "checks_own_claim",
            "You made this payment request, so another person must check it.",
            "Nothing to put right: two people see to each payment request.",
            "Another grant manager",
        )
    accepted = data.get("accepted_pence", 0)
    if accepted > claim.claimed_pence:
        return Reason(
            "accepts_too_much",
            f"Only {format_pounds(claim.claimed_pence)} was requested.",
            "Accept that or less.",
            "You",
            field="accepted",
        )
    if accepted < claim.claimed_pence and not str(data.get("reason") or "").strip():
        return Reason(
            "part_needs_reason",
            "You accept less than was requested, and no reason is given.",
            "Say why, so that the recipient can put it right.",
            "You",
            field="reason",
        )
    return None


check_fits_claim = Guard("check_fits_claim", _check_fits_claim, needs_data=True)


def _no_claim_under_way(context: GuardContext) -> Reason | None:
    open_ones = [c.number for c in context.facts["monitoring"].claims if c.state in {"waiting", "checked"}]
    if not open_ones:
        return None
    return Reason(
        "claim_under_way",
        f"Payment request {open_ones[0]} is not finished.",
        "Check and pay it, or refuse it, first.",
        "The grant manager or the payment authoriser",
    )


no_claim_under_way = Guard("no_claim_under_way", _no_claim_under_way)


def _no_closure_proposed(context: GuardContext) -> Reason | None:
    if context.facts["monitoring"].closure_proposed_by is None:
        return None
    return Reason(
        "closure_proposed",
        "The final figures are proposed already.",
        "They wait for a second person to confirm them.",
        "The person responsible",
    )


no_closure_proposed = Guard("no_closure_proposed", _no_closure_proposed)


def _closure_is_proposed(context: GuardContext) -> Reason | None:
    if context.facts["monitoring"].closure_proposed_by is not None:
        return None
    return Reason(
        "no_closure",
        "No final figures are proposed.",
        "The finance officer proposes them.",
        "The finance officer",
    )


closure_is_proposed = Guard("closure_is_proposed", _closure_is_proposed)


def _money_closes(context: GuardContext) -> Reason | None:
    funds = context.facts["funds"]
    short = [year for year, paid in funds.paid.items() if paid > funds.committed.get(year, 0)]
    if not short:
        return None
    return Reason(
        "paid_over_promised",
        f"More was paid than promised in {year_label(short[0])}.",
        "Tell the administrator: this must never be.",
        "The finance officer",
    )


money_closes = Guard("money_closes", _money_closes, money=True)
