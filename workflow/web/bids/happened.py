"""What happened to a bid, in the words of its reader: which events are shown, what each says, who and when."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from workflow.accounts.queries import Viewer
from workflow.bids.models import Section
from workflow.bids.sections import SECTIONS
from workflow.cases import Case
from workflow.cases.queries import PROPOSER_ROLES, HistoryEntry, history
from workflow.cases.registry import registry
from workflow.clock import london_date
from workflow.engine import Workflow
from workflow.money import format_pounds
from workflow.web.bids.frame import is_inside
from workflow.web.bids.words import event_words
from workflow.web.filters import clock_time, day_month, starts_a_day

OUTSIDE_NAME = "The department"
"""How people outside the department read whoever acted in it."""

SYSTEM_NAME = "The system"

SHOWN_OUTSIDE = frozenset(
    {
        "claim_checked",
        "claim_paid",
        "consultation_extended",
        "consultation_restarted",
        "late_answer_accepted",
        "review_refused",
        "appeal_refused",
        "variation_agreed",
        "variation_refused",
        "recovery_recorded",
    }
)
"""Steps of the department that people outside are shown though the stage that they read stays the same."""

INSIDE_ONLY = frozenset(
    {
        "bid_sent_back",
        "bid_referred",
        "consent_recorded",
        "direction_sought",
        "decision_deferred",
        "decision_resumed",
        "conflict_declared",
        "rejection_advised",
        "rejection_proposed",
        "rejection_declined",
        "closure_declined",
        "ineligibility_proposed",
        "ineligibility_declined",
    }
)
"""Steps inside the department that nobody outside is shown."""

OUTSIDE_WORDS: Mapping[str, str] = {
    "bid_recommended": "Assessed; the decision comes next",
    "bid_approved": "Approved",
    "direction_recorded": "Approved",
}
"""Where people outside read other words for an event."""

TEXTS_FOR_LEAD: Mapping[str, tuple[str, ...]] = {
    "bid_returned": ("defects",),
    "change_sent": ("note",),
    "review_accepted": ("reason",),
    "review_refused": ("reason",),
    "bid_rejected": ("reason",),
    "appeal_accepted": ("reason",),
    "appeal_refused": ("reason",),
    "award_suspended": ("reason",),
    "variation_refused": ("reason",),
    "award_terminated": ("reason",),
    "consultation_extended": ("reason",),
    "consultation_restarted": ("reason",),
}
"""The words that an event keeps for the body that bids, by the event; all others stay inside the department."""


def shown_history(session: Session, who: Viewer, case: Case, *, limit: int = 200) -> list[HistoryEntry]:
    """All events of a case that the reader is shown, newest first."""
    workflow = registry().workflow_of(case)
    is_lead = case.proposer_id in who.organisations(*PROPOSER_ROLES)
    found = history(session, who, case, limit=limit, open_texts=TEXTS_FOR_LEAD if is_lead else {})
    return [entry for entry in found if _is_shown(workflow, who, case, entry)]


def _is_shown(workflow: Workflow | None, who: Viewer, case: Case, entry: HistoryEntry) -> bool:
    """Outside the department a step between states that read alike there is not shown, unless it was the reader's own side's."""
    if workflow is None or is_inside(who, case) or entry.who not in {OUTSIDE_NAME, SYSTEM_NAME}:
        return True
    if entry.event in INSIDE_ONLY:
        return False
    if entry.event in SHOWN_OUTSIDE:
        return True
    ends = [workflow.state_by_name.get(str(entry.payload.get(name))) for name in ("from", "to")]
    labels = {state.outside_label for state in ends if state is not None}
    return len(labels) != 1 or entry.payload.get("from") is None


def timeline(
    entries: Sequence[HistoryEntry], now: datetime, *, inside: bool = True
) -> list[tuple[str, str, str]]:
    """The events as (what, text, who and when); the year only when it is not this one."""
    year = london_date(now).year
    return [
        (words_of(entry, inside=inside), entry_text(entry), _who_and_when(entry, year)) for entry in entries
    ]


def words_of(entry: HistoryEntry, *, inside: bool = True) -> str:
    """What an event is called for this reader."""
    return (None if inside else OUTSIDE_WORDS.get(entry.event)) or event_words(entry.event)


def _who_and_when(entry: HistoryEntry, this_year: int) -> str:
    """Who, the day and the time; what the calendar does as a day ends is told of that day."""
    if entry.who == SYSTEM_NAME and starts_a_day(entry.at):
        return f"By itself, 11:59pm on {day_month(entry.at - timedelta(minutes=2), this_year)}"
    who = "By itself" if entry.who == SYSTEM_NAME else entry.who
    if starts_a_day(entry.at):
        return f"{who}, {day_month(entry.at, this_year)}"
    return f"{who}, {day_month(entry.at, this_year)}, {clock_time(entry.at).rpartition(', ')[2]}"


def entry_text(entry: HistoryEntry) -> str:
    """What an event says beside its name: figures first, then the words that were given."""
    if entry.event == "bid_recommended" and entry.who == OUTSIDE_NAME:
        return ""  # What is recommended is the department's own until it is decided.
    given = entry.payload
    pieces = []
    if isinstance(given.get("version"), int) and entry.event in {"bid_submitted", "change_sent"}:
        pieces.append(f"Version {given['version']}.")
    if given.get("written_and_signed_by_one"):
        pieces.append("One person wrote and signed it.")
    if isinstance(given.get("claim"), int):
        pieces.append(f"Payment request {given['claim']}.")
    pieces += [
        words
        for name, form in _AMOUNTS
        if isinstance(given.get(name), int)
        for words in [form.format(format_pounds(_whole(given[name])))]
    ]
    if isinstance(given.get("quorum"), int):
        pieces.append(f"Approval {given.get('votes')} of {given['quorum']}.")
    if isinstance(given.get("answered"), int):
        pieces.append(f"{given['answered']} of {given.get('invited')} answered.")
    elif isinstance(given.get("invited"), int):
        pieces.append(f"{given['invited']} councils.")
    if isinstance(given.get("until"), str):
        pieces.append(f"Until {day_month(date.fromisoformat(str(given['until'])), 0)}.")
    if entry.texts.get("defects"):
        pieces += [_defect(line) for line in entry.texts["defects"].splitlines()]
    said = [entry.texts[name] for name in _REASONS if entry.texts.get(name)][:1]
    said += [entry.texts["note"]] if entry.texts.get("note") else []
    return " ".join([*pieces, *(f"“{words}”" for words in said)])


def _defect(line: str) -> str:
    """One thing to put right, with its section in words."""
    name, _, text = line.partition(": ")
    label = SECTIONS[Section(name)].label if name in set(Section) else name
    return f"{label}: “{text}”"


_REASONS = ("reason", "recommendation", "summary")

_AMOUNTS = (
    ("total_pence", "{}."),
    ("claimed_pence", "{} requested."),
    ("accepted_pence", "{} accepted."),
    ("paid_pence", "{} paid."),
    ("released_pence", "{} released."),
    ("consent_pence", "{}."),
    ("recovery_pence", "{} to pay back."),
    ("recovered_pence", "{} paid back."),
)


def _whole(value: object) -> int:
    return value if isinstance(value, int) else 0
