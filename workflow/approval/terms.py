"""The words of assessment and decision that tables and rules share."""

import enum


class Criterion(enum.StrEnum):
    """What a bid is scored on, from 0 to 5. Source: domain, section 3."""

    FIT = "fit"
    OUTCOME = "outcome"
    VALUE = "value"
    DELIVERABILITY = "deliverability"
    SECTOR_SUPPORT = "sector_support"
    DUPLICATION = "duplication"


class AccountingTest(enum.StrEnum):
    """The four tests that an accounting officer answers for. Source: Managing Public Money."""

    REGULARITY = "regularity"
    PROPRIETY = "propriety"
    VALUE_FOR_MONEY = "value_for_money"
    FEASIBILITY = "feasibility"


class Mark(enum.StrEnum):
    """What takes a decision out of every delegation. Source: Managing Public Money, novel, contentious or repercussive."""

    NOVEL = "novel"
    CONTENTIOUS = "contentious"
    REPERCUSSIVE = "repercussive"


MARKS_KNOWN = """marks <@ '["novel", "contentious", "repercussive"]'::jsonb"""
"""The CHECK that holds a list of marks to those of `Mark`."""


class VoteOutcome(enum.StrEnum):
    """What an approver says."""

    APPROVE = "approve"


class StepKind(enum.StrEnum):
    """What somebody decided about a bid, beside voting for it."""

    REJECTION_ADVISED = "rejection_advised"
    REJECTION_PROPOSED = "rejection_proposed"
    REJECTION_DECLINED = "rejection_declined"
    REJECTED = "rejected"
    DEFERRED = "deferred"
    RESUMED = "resumed"
    REFERRED = "referred"
    DIRECTION_SOUGHT = "direction_sought"
    DIRECTED = "directed"
    APPROVED = "approved"
    SENT_BACK = "sent_back"
    APPEAL_ASKED = "appeal_asked"
    APPEAL_ACCEPTED = "appeal_accepted"
    APPEAL_REFUSED = "appeal_refused"
