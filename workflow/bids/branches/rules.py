"""The rules of sending a bid back, of finding it not eligible, and of looking at that again. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any

from workflow.bids.rules import CRITERIA, BidsFacts, written
from workflow.clock import london_date
from workflow.engine import Guard, GuardContext, Reason

LONGEST_DEFECT = 2000
"""How many characters say what to put right in one section."""


def _sent_back_in_time(context: GuardContext) -> Reason | None:
    """Whether a bid that was sent back comes again in time; any other bid is none of this rule's business."""
    bid: BidsFacts = context.facts["bids"]
    if context.case.state != "returned" or bid.returned_until is None:
        return None
    if context.facts["now"] < bid.returned_until:
        return None
    return Reason(
        "changes_too_late",
        "The time for changes is over.",
        "Your text is kept. Copy it into a bid to an open round.",
        "You",
    )


sent_back_in_time = Guard("sent_back_in_time", _sent_back_in_time)


def _time_for_changes_is_over(context: GuardContext) -> Reason | None:
    bid: BidsFacts = context.facts["bids"]
    if bid.returned_until is None or context.facts["now"] >= bid.returned_until:
        return None
    text = "The lead body still has time to put right what was named."
    return Reason("time_for_changes_runs", text, "Wait until then.", "The signatory of the lead body")


time_for_changes_is_over = Guard("time_for_changes_is_over", _time_for_changes_is_over)


def _defects_named(context: GuardContext) -> Reason | None:
    given: Sequence[Mapping[str, Any]] = (context.data or {}).get("defects") or ()
    named = [one for one in given if str(one.get("text") or "").strip()]
    if not named:
        return Reason(
            "no_defect",
            "Nothing is named that the lead body could put right.",
            "Say in at least one section what is to be put right.",
            "You",
            field="defects",
        )
    if any(len(str(one["text"])) > LONGEST_DEFECT for one in named):
        text = f"What is to be put right must be {LONGEST_DEFECT:,} characters or fewer in each section."
        return Reason("defect_too_long", text, "Say it shorter.", "You", field="defects")
    return None


defects_named = Guard("defects_named", _defects_named, needs_data=True)


def _no_finding_waits(context: GuardContext) -> Reason | None:
    finding = context.facts["bids"].finding
    if finding is None or not finding.waits:
        return None
    return Reason(
        "finding_waits",
        "A case officer has proposed that this bid is not eligible.",
        "A second officer confirms or declines that first.",
        "A second officer",
    )


no_finding_waits = Guard("no_finding_waits", _no_finding_waits)


def _finding_waits(context: GuardContext) -> Reason | None:
    finding = context.facts["bids"].finding
    if finding is not None and finding.waits:
        return None
    return Reason(
        "no_finding",
        "Nobody has proposed that this bid is not eligible.",
        "A case officer proposes it first, with a question of the first check and a reason.",
        "The case officer",
    )


finding_waits = Guard("finding_waits", _finding_waits)


def _criterion_named(context: GuardContext) -> Reason | None:
    if (context.data or {}).get("criterion") in CRITERIA:
        return None
    return Reason(
        "criterion_missing",
        "No question of the first check is named that this bid does not meet.",
        "Choose the question whose answer is no.",
        "You",
        field="criterion",
    )


criterion_named = Guard("criterion_named", _criterion_named, needs_data=True)


def _review_may_be_asked(context: GuardContext) -> Reason | None:
    bid: BidsFacts = context.facts["bids"]
    if bid.review_asked:
        return Reason(
            "review_asked_before",
            "A review of this bid was asked for already, and that can be done once.",
            "You can copy the text into a bid to an open round.",
            "You",
        )
    if bid.finding is None or bid.finding.review_until is None:
        return None
    if london_date(context.facts["now"]) <= bid.finding.review_until:
        return None
    return Reason(
        "review_too_late",
        f"A review could be asked for until {written(bid.finding.review_until)}.",
        "You can copy the text into a bid to an open round.",
        "You",
    )


review_may_be_asked = Guard("review_may_be_asked", _review_may_be_asked)


def _review_waits(context: GuardContext) -> Reason | None:
    finding = context.facts["bids"].finding
    if finding is not None and finding.review_waits:
        return None
    return Reason(
        "no_review",
        "No review of this bid waits for an answer.",
        "The lead body can ask for one, once, while there is time.",
        "The signatory of the lead body",
    )


review_waits = Guard("review_waits", _review_waits)

_DID = {"screen": "did the first check of this bid", "exclude": "confirmed that it is not eligible"}


def another_officer_than(*duties: str) -> Guard:
    """The guard that keeps away whoever ever did one of these duties on the bid, on anyone's behalf.

    Source: domain, section 4: a second officer confirms, and officers of another team look again.
    """

    def check(context: GuardContext) -> Reason | None:
        mine = context.actor.counted_ids
        did = sorted(duty for duty, who in context.facts["case"].duties if who in mine and duty in duties)
        if not did:
            return None
        return Reason(
            f"already_{did[0]}",
            f"You {_DID[did[0]]}, so another person must do this.",
            "Nothing to put right: two people look at it, so that neither decides alone.",
            "Another second officer, or for a review the head of team",
        )

    return Guard(f"another_officer_than_{'_'.join(duties)}", check)
