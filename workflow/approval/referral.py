"""The rules of a referral: what is never delegated, the Treasury's consent, an objection and its letters. Pure."""

from collections.abc import Iterable
from datetime import date

from workflow.approval.rules import ACCOUNTING_TESTS
from workflow.clock import london_date
from workflow.engine import Facts, Guard, GuardContext, Reason
from workflow.money import format_pounds

MARKS = ("novel", "contentious", "repercussive")
"""What takes a decision out of every delegation. Source: Managing Public Money."""


def listed(words: Iterable[str]) -> str:
    """Words as a list in a sentence: `novel and contentious`."""
    found = list(words)
    if len(found) < 2:
        return "".join(found)
    return f"{', '.join(found[:-1])} and {found[-1]}"


def marks_of(facts: Facts) -> list[str]:
    """The marks on the bid, in the order in which they are always said."""
    return [mark for mark in MARKS if mark in facts["approval"].marks]


def _not_marked(context: GuardContext) -> Reason | None:
    """Source: domain, section 4: novel, contentious or repercussive is never delegated."""
    marks = marks_of(context.facts)
    if not marks:
        return None
    return Reason(
        "never_delegated",
        f"This bid is {listed(marks)}, so no approver decides on it.",
        "Refer it to the accounting officer.",
        "The accounting officer, with the Treasury’s consent",
    )


not_marked = Guard("not_marked", _not_marked)


def _marks_explained(context: GuardContext) -> Reason | None:
    data = context.data or {}
    if not data.get("marks") or str(data.get("marked_why") or "").strip():
        return None
    return Reason(
        "marks_unexplained",
        f"It is not said why this bid is {listed(data['marks'])}.",
        "Say it in a sentence: the Treasury is asked with these words.",
        "You",
        field="marked_why",
    )


marks_explained = Guard("marks_explained", _marks_explained, needs_data=True)


def _consent_recorded(context: GuardContext) -> Reason | None:
    """Source: domain, section 4, referred; Managing Public Money: novel, contentious or repercussive spending."""
    marks, approval = marks_of(context.facts), context.facts["approval"]
    if not marks or approval.consent_pence >= approval.whole_life_pence:
        return None
    need = format_pounds(approval.whole_life_pence)
    who = "A finance officer"
    if not approval.consent_pence:
        return Reason(
            "consent_missing",
            f"This bid is {listed(marks)}, and the Treasury’s consent to {need} is not recorded.",
            "Ask the Treasury. Then its reference, date, amount and letter are recorded here.",
            who,
        )
    return Reason(
        "consent_too_small",
        f"The Treasury agreed to {format_pounds(approval.consent_pence)}, and {need} is recommended.",
        "Ask the Treasury for the rest, or send the bid back to be assessed for less.",
        who,
    )


consent_recorded = Guard("consent_recorded", _consent_recorded)


def _consent_is_needed(context: GuardContext) -> Reason | None:
    if marks_of(context.facts):
        return None
    return Reason(
        "no_consent_needed",
        "This bid is neither novel, contentious nor repercussive, so the Treasury is not asked.",
        "The accounting officer can decide now.",
        "The accounting officer",
    )


consent_is_needed = Guard("consent_is_needed", _consent_is_needed)


def _letter_is_dated(context: GuardContext) -> Reason | None:
    """A letter has a date that is not in the future, and its file."""
    data = context.data or {}
    dated = data.get("dated_on")
    if not isinstance(dated, date) or dated > london_date(context.facts["now"]):
        text = "The letter’s date is missing or in the future."
        return Reason("letter_date", text, "Enter the date on the letter.", "You", field="dated_on")
    if not data.get("document"):
        text = "The letter itself is missing."
        return Reason("letter_missing", text, "Choose its file.", "You", field="document")
    return None


letter_is_dated = Guard("letter_is_dated", _letter_is_dated, needs_data=True)


def _objection_stated(context: GuardContext) -> Reason | None:
    objections = (context.data or {}).get("objections") or {}
    if objections and set(objections) <= set(ACCOUNTING_TESTS):
        return None
    return Reason(
        "no_objection",
        "No objection is stated.",
        "Say under which of the four tests the spending fails, and why.",
        "You",
        field=f"objection_{ACCOUNTING_TESTS[0]}",
    )


objection_stated = Guard("objection_stated", _objection_stated, needs_data=True)


def _copied_to_both(context: GuardContext) -> Reason | None:
    """Source: Managing Public Money: a direction is copied to the Comptroller and Auditor General and the Treasury."""
    data = context.data or {}
    if not (data.get("copied_to_auditor") and data.get("copied_to_treasury")):
        return Reason(
            "not_copied",
            "The direction is not copied to everybody who must have it.",
            "Copy it to the Comptroller and Auditor General and to the Treasury Officer of Accounts, and tick both.",
            "You",
            field="copied",
        )
    if isinstance(data.get("publish_on"), date) and str(data.get("minister") or "").strip():
        return None
    return Reason(
        "not_to_be_published",
        "It is not said which minister directed it, or when the direction is published.",
        "Enter both; the date may be in the future.",
        "You",
        field="publish_on",
    )


copied_to_both = Guard("copied_to_both", _copied_to_both, needs_data=True)


def waits_for_accounting_officer(facts: Facts) -> str:
    """What a referred bid waits for, as the department reads it."""
    approval, marks = facts["approval"], marks_of(facts)
    if not facts["deciders"].officers:
        return "Another accounting officer, because none is left who may decide"
    if marks and approval.consent_pence < approval.whole_life_pence:
        return "The Treasury’s consent, then the accounting officer"
    return "The accounting officer"
