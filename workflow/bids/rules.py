"""The rules of a bid: when its sections are whole, who may be paid, and what the first check asks. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from workflow.clock import london_date
from workflow.engine import Data, Facts, Guard, GuardContext, Reason
from workflow.funds.rules import PowerTerms, Recipient, Recipients, power_fits
from workflow.money import format_pounds

CRITERIA: Mapping[str, str] = {
    "complete": "Is every answer there, and does the budget add up?",
    "fits_prospectus": "Does it serve an outcome of what this money is for?",
    "not_operational": "Is it free of one service’s day-to-day needs?",
    "power_fits": "Can this fund be paid to the lead body?",
    "route_explained": "If it is temporary government support, is its end planned?",
}
"""What the first check answers, by stable name. Source: seed, paragraphs 2 to 4."""


@dataclass(frozen=True, slots=True)
class Finding:
    """The newest finding that a bid is not eligible: whether it waits for the second officer, and what came of it.

    `review_until` is the last London date on which a review can be asked for, None while it is not confirmed.
    """

    waits: bool
    review_until: date | None = None
    review_waits: bool = False


@dataclass(frozen=True, slots=True)
class BidsFacts:
    """What guards know of a bid. Amounts are pence by financial year.

    `opens_on` and `closes_on` are the round's London dates; `unfinished` names the sections that are not whole.
    `unmet` are the criteria of the first check that were answered no, None before it was done for the current version.
    `returned_until` is the moment until which a bid that was sent back may come again, `unsent` says that the words differ
    from those of the newest version, and `material_versions` are those that changed what councils were asked about.
    `named_ids` are the councils for which the bid works, where it names some.
    """

    opens_on: date
    closes_on: date
    unfinished: tuple[str, ...]
    asked: Mapping[int, int]
    least_pence: int
    most_pence: int
    first_year: int
    last_year: int
    lead_name: str
    power: PowerTerms
    recipient: Recipient
    partner_ids: frozenset[int]
    current_version: int
    unmet: tuple[str, ...] | None
    returned_until: datetime | None = None
    finding: Finding | None = None
    review_asked: bool = False
    unsent: bool = False
    material_versions: tuple[int, ...] = ()
    state: str = ""
    named_ids: frozenset[int] = frozenset()

    @property
    def total_pence(self) -> int:
        """What is asked for over all years."""
        return sum(self.asked.values())


def round_is_open_on(opens_on: date, closes_on: date, day: date) -> bool:
    """Whether a round takes bids on a London date; both its days are included."""
    return opens_on <= day <= closes_on


def _round_is_open(context: GuardContext) -> Reason | None:
    bid: BidsFacts = context.facts["bids"]
    today = london_date(context.facts["now"])
    if context.case.state == "returned" or round_is_open_on(bid.opens_on, bid.closes_on, today):
        return None  # A bid that was sent back has a date of its own, past its round.
    if today < bid.opens_on:
        text = f"This round opens on {written(bid.opens_on)}."
        return Reason("round_not_open", text, "Send the bid from that day on.", "You")
    return Reason(
        "round_closed",
        f"This round closed at 11:59pm on {written(bid.closes_on)}.",
        "Your text is kept. Start a bid in an open round and copy it.",
        "You",
    )


round_is_open = Guard("round_is_open", _round_is_open)


def _round_is_over(context: GuardContext) -> Reason | None:
    bid: BidsFacts = context.facts["bids"]
    if london_date(context.facts["now"]) > bid.closes_on:
        return None
    text = f"This round takes bids until 11:59pm on {written(bid.closes_on)}."
    return Reason("round_not_over", text, "A draft can be sent until then.", "The signatory")


round_is_over = Guard("round_is_over", _round_is_over)


def _money_can_go_back(context: GuardContext) -> Reason | None:
    """Source: domain, section 10, case 13: everything that is set aside or promised is released at once."""
    if not any(held.paid for held in context.facts["funds"].held.values()):
        return None
    return Reason(
        "money_was_paid",
        "Money was paid for this bid already, so it cannot simply be taken back.",
        "The agreement has to be ended instead, and what is to be paid back worked out.",
        "The person responsible",
    )


money_can_go_back = Guard("money_can_go_back", _money_can_go_back, money=True)


def _sections_are_complete(context: GuardContext) -> Reason | None:
    bid: BidsFacts = context.facts["bids"]
    if not bid.unfinished:
        return None
    count = len(bid.unfinished)
    return Reason(
        "sections_unfinished",
        f"{count} {'section is' if count == 1 else 'sections are'} not finished: {', '.join(bid.unfinished)}.",
        "Finish them in the list of sections.",
        "The bid writer or the signatory",
    )


sections_are_complete = Guard("sections_are_complete", _sections_are_complete)


def _amount_fits_the_round(context: GuardContext) -> Reason | None:
    bid: BidsFacts = context.facts["bids"]
    if bid.least_pence <= bid.total_pence <= bid.most_pence:
        return None
    return Reason(
        "amount_outside_round",
        f"{format_pounds(bid.total_pence)} is asked for; this round takes {format_pounds(bid.least_pence)} "
        f"to {format_pounds(bid.most_pence)}.",
        "Change the budget.",
        "The bid writer or the signatory",
    )


amount_fits_the_round = Guard("amount_fits_the_round", _amount_fits_the_round)


def why_not_paid(power: PowerTerms, recipient: Recipient, year: int, *, on: date) -> Reason | None:
    """Why a power does not allow paying a body in a financial year, with from when it would; None when it does.

    `on` is the date of the event. Source: LGFA 1988 s.76(4); domain, section 10, case 6.
    """
    wrong = power_fits(power, recipient, year, on=on)
    specified = recipient.specified_from
    if wrong is None or power.recipients is not Recipients.SPECIFIED_BODIES or specified is None:
        return wrong
    if wrong.code != "power_does_not_fit":
        return wrong
    since = f"{recipient.name} is specified from {written(specified)}, so it can be paid for years that begin later."
    return replace(wrong, how=f"{since} {wrong.how}")


def _power_fits_recipient(context: GuardContext) -> Reason | None:
    bid: BidsFacts = context.facts["bids"]
    today = london_date(context.facts["now"])
    years = sorted(year for year, pence in bid.asked.items() if pence) or [bid.first_year]
    found = [why_not_paid(bid.power, bid.recipient, year, on=today) for year in years]
    return next((reason for reason in found if reason is not None), None)


power_fits_recipient = Guard("power_fits_recipient", _power_fits_recipient)


def _something_changed(context: GuardContext) -> Reason | None:
    if context.facts["bids"].unsent:
        return None
    return Reason(
        "nothing_changed",
        "The text is the same as in the version that was sent.",
        "Change a section first.",
        "The bid writer or the signatory",
    )


something_changed = Guard("something_changed", _something_changed)


def where_it_stands(facts: Facts, _data: Data) -> str:
    """The state in which a bid stays when an action of several states changes none of them."""
    return str(facts["bids"].state)


def _nothing_unsent(context: GuardContext) -> Reason | None:
    if not context.facts["bids"].unsent:
        return None
    return Reason(
        "changes_unsent",
        "The lead body has changed its text and has not sent the change.",
        "Send the change, or put the text back to the version that was sent.",
        "The bid writer or the signatory of the lead body",
    )


nothing_unsent = Guard("nothing_unsent", _nothing_unsent)


def _not_of_proposer(context: GuardContext) -> Reason | None:
    bid: BidsFacts = context.facts["bids"]
    home = context.facts["actor"].organisation_id
    if home is None or home not in {context.facts["case"].proposer_id, *bid.partner_ids}:
        return None
    return Reason(
        "of_the_proposer",
        "You belong to a body that takes part in this bid.",
        "Nothing to put right: somebody else of the department must do this.",
        "A colleague from another organisation",
    )


not_of_proposer = Guard("not_of_proposer", _not_of_proposer)


def _criteria_answered(context: GuardContext) -> Reason | None:
    answers: Mapping[str, bool] = (context.data or {}).get("answers", {})
    missing = [name for name in CRITERIA if name not in answers]
    if missing:
        return Reason(
            "criteria_open",
            "A question of the first check is not answered.",
            "Answer every question.",
            "You",
            field=missing[0],
        )
    unmet = [name for name in CRITERIA if not answers[name]]
    if unmet:
        return Reason(
            "criteria_unmet",
            "A bid passes the first check only when every answer is yes.",
            "If one is no, tell the lead body what to put right before you pass it.",
            "You",
            field=unmet[0],
        )
    return None


criteria_answered = Guard("criteria_answered", _criteria_answered, needs_data=True)


def _first_check_passed(context: GuardContext) -> Reason | None:
    if context.facts["bids"].unmet == ():
        return None
    return Reason(
        "first_check_open",
        "The first check of this version is not done.",
        "Answer its questions first.",
        "The case officer",
    )


first_check_passed = Guard("first_check_passed", _first_check_passed)


def _first_check_not_passed(context: GuardContext) -> Reason | None:
    """A version is checked once: what was passed is not answered again, whatever else is still open from there."""
    if context.facts["bids"].unmet != ():
        return None
    return Reason(
        "first_check_done",
        "The first check of this version was passed already.",
        "Go on with asking councils, or send the bid back for changes.",
        "The case officer",
    )


first_check_not_passed = Guard("first_check_not_passed", _first_check_not_passed)


def written(day: date) -> str:
    """A London date in words: `Tuesday 3 May 2011`."""
    return f"{day:%A} {day.day} {day:%B %Y}"


APPROVED_STATES = frozenset(
    {"approved", "offered", "active", "suspended", "closing", "closed", "terminated", "declined"}
)
"""The states that only a bid that was approved comes to."""


def is_withheld(support: str | None, area: str | None, state: str) -> bool:
    """Whether people outside are told no more than that a bid would help a council: until it is approved.

    Source: domain, section 5, intervention bids that name councils.
    """
    return support == "intervention" and area == "authorities" and state not in APPROVED_STATES
