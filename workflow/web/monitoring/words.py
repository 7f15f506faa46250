"""The words for where a payment request stands, what a change is about, and how sure a lead body is."""

from workflow.monitoring.branches.models import AwardStepKind, ChangeKind, ChangeStatus, Confidence
from workflow.monitoring.models import ClaimState

CLAIM_WORDS = {
    ClaimState.WAITING: "Waiting to be checked",
    ClaimState.CHECKED: "Checked, waiting to be paid",
    ClaimState.REFUSED: "Not accepted",
    ClaimState.PAID: "Paid",
}
CLAIM_COLOURS = {
    ClaimState.WAITING: "blue",
    ClaimState.CHECKED: "blue",
    ClaimState.REFUSED: "red",
    ClaimState.PAID: "green",
}

CHANGE_WORDS = {
    ChangeKind.AMOUNT_UP: "More money",
    ChangeKind.AMOUNT_DOWN: "Less money",
    ChangeKind.TIME: "Another time",
    ChangeKind.SCOPE: "The work itself",
}
CHANGE_HINTS = {
    ChangeKind.AMOUNT_UP: "The whole new total is approved anew, and the fund must have the difference",
    ChangeKind.AMOUNT_DOWN: "What you give up is free for other bids once the change is agreed",
    ChangeKind.TIME: "The same total, spent in other years or until another day",
    ChangeKind.SCOPE: "The same money and time for something else",
}
CHANGE_STATUS_WORDS = {
    ChangeStatus.ASKED: ("Waits for an answer", "yellow"),
    ChangeStatus.AGREED: ("Agreed", "green"),
    ChangeStatus.REFUSED: ("Not agreed", "red"),
    ChangeStatus.WITHDRAWN: ("Taken back", "grey"),
}
CONFIDENCE_WORDS = {
    Confidence.HIGH: "High: it will be done as agreed",
    Confidence.MEDIUM: "Medium: some of it is at risk",
    Confidence.LOW: "Low: it will not be done without a change",
}
STEP_WORDS = {
    AwardStepKind.DECLINED: "Offer declined",
    AwardStepKind.SUSPENDED: "Payments paused",
    AwardStepKind.LIFTED: "Payments go on",
}
