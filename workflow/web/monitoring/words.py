"""The words for where a payment request stands."""

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
