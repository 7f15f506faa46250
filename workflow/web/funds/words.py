"""The words for what a ledger entry records, and for whether a year's allocation is settled."""

from workflow.funds.rules import EntryKind, YearStatus

ENTRY_WORDS = {
    EntryKind.CEILING: "Allocation changed",
    EntryKind.RESERVE: "Set aside on recommendation",
    EntryKind.UNRESERVE: "No longer set aside",
    EntryKind.COMMIT: "Promised on approval",
    EntryKind.DECOMMIT: "Promise given back",
    EntryKind.PAY: "Paid on an accepted payment request",
    EntryKind.RECOVER: "Paid back by the recipient",
    EntryKind.ACCRUE: "Counted as work done, not paid yet",
    EntryKind.LAPSE: "Not spent when the year ended",
    EntryKind.CARRY_OUT: "Moved to next year",
    EntryKind.CARRY_IN: "Moved from last year",
}

STATUS_WORDS = {
    YearStatus.INDICATIVE: "not confirmed: money can be set aside, not promised",
    YearStatus.CONFIRMED: "confirmed",
}
