"""The rules of starting a consultation before polls, of more time, of asking anew, and of late answers. Pure."""

from datetime import date, timedelta

from workflow.clock import london_date
from workflow.consultation.elections import Election, next_good_day, running_on
from workflow.consultation.rules import (
    LONGEST_DAYS,
    ConsultationFacts,
    closing_date_reason,
    named,
    real_closing_date,
    written,
)
from workflow.consultation.terms import ConsultationKind
from workflow.engine import Guard, GuardContext, Reason
from workflow.engine.working_days import CalendarEnds


def proposed_dates(facts: ConsultationFacts, kind: ConsultationKind) -> tuple[date, date]:
    """The next good day to open a consultation of a kind, and the first day on which it may then close.

    Raises:
        CalendarEnds: when a date is outside the table of bank holidays.
        LookupError: when no rule for the kind is in force today.

    Source: domain, section 10, case 21.
    """
    opens_on = next_good_day(facts.elections, facts.calendar, facts.today)
    return opens_on, facts.lengths[kind].end(facts.calendar, opens_on)


def _outside_elections(context: GuardContext) -> Reason | None:
    facts: ConsultationFacts = context.facts["consultation"]
    data = context.data or {}
    inside = running_on(facts.elections, facts.today)
    if not inside or str(data.get("election_reason") or "").strip():
        return None
    return Reason(
        "election_period",
        f"{written(facts.today)} lies in {_names(inside)}. No consultation starts in it without a published reason.",
        _way_on(facts, data.get("kind") or facts.kind),
        "You",
        field="election_reason",
    )


def _names(inside: tuple[Election, ...]) -> str:
    return " and ".join(one.name for one in inside)


def _way_on(facts: ConsultationFacts, kind: object) -> str:
    chosen = next((one for one in facts.lengths if one == kind), ConsultationKind.FULL)
    try:
        opens_on, closes_on = proposed_dates(facts, chosen)
    except (CalendarEnds, LookupError):
        return "Wait until after polling day, or give a reason."
    return (
        f"Open it on {written(opens_on)}; a {chosen.value} consultation may then close on {written(closes_on)}. "
        "Or say why it cannot wait."
    )


outside_elections = Guard("outside_elections", _outside_elections, needs_data=True)
"""No consultation starts before polls without a published reason. Source: domain, section 5; section 10, case 21."""


def _still_open(context: GuardContext) -> Reason | None:
    facts: ConsultationFacts = context.facts["consultation"]
    if facts.closes_at is not None and facts.now < facts.closes_at:
        return None
    return Reason(
        "consultation_over",
        "The time for answers is over, so it can no longer be extended.",
        "An answer that comes now is held as late, and you can count it with a reason.",
        "The case officer",
    )


still_open = Guard("still_open", _still_open)
"""More time is given only before the close. Source: domain, section 4."""


def _later_date(context: GuardContext) -> Reason | None:
    facts: ConsultationFacts = context.facts["consultation"]
    chosen = (context.data or {}).get("closes_on")
    if facts.closes_on is None or facts.opens_at is None:
        return None  # Another guard says that there is no consultation.
    if not isinstance(chosen, date):
        return _date("closing_date_missing", "No new closing date is given.", "Enter the new last day.")
    if chosen - london_date(facts.opens_at) > timedelta(days=LONGEST_DAYS):
        text = f"{written(chosen)} is more than a year after the consultation opened."
        return _date("closing_date_too_far", text, "Choose an earlier date.")
    try:
        real = real_closing_date(facts.calendar, chosen)
    except CalendarEnds as error:
        return _date("calendar_ends", str(error), "Choose another date.")
    if real > facts.closes_on:
        return None
    text = f"Councils were told {written(facts.closes_on)}, and {written(real)} is not later."
    return _date(
        "closing_date_not_later", text, "Choose a later date; nobody can take time away from councils."
    )


def _date(code: str, text: str, how: str) -> Reason:
    return Reason(code, text, how, "You", field="closes_on")


later_date = Guard("later_date", _later_date, needs_data=True)
"""Councils are only ever given more time, to a working day."""


def _material_change_waits(context: GuardContext) -> Reason | None:
    facts: ConsultationFacts = context.facts["consultation"]
    if facts.material_version is not None or facts.must_widen:
        return None
    return Reason(
        "nothing_to_ask_anew",
        "The bid has not changed so much that councils must be asked anew.",
        "A small correction needs no new consultation: those who commented are told of it.",
        "The lead body",
    )


material_change_waits = Guard("material_change_waits", _material_change_waits)
"""Councils are asked anew only when the bid materially changed, or when they were only told and one objected.

Source: domain, section 4, versions; section 5, consultation in proportion.
"""


def _no_material_change_waits(context: GuardContext) -> Reason | None:
    facts: ConsultationFacts = context.facts["consultation"]
    if facts.material_version is None:
        return None
    return Reason(
        "changed_since_asked",
        f"Version {facts.material_version} changed the bid so much that councils must read it: they were asked about "
        f"version {facts.version_number}.",
        "Ask councils anew about the changed bid.",
        "The case officer",
    )


no_material_change_waits = Guard("no_material_change_waits", _no_material_change_waits)
"""Nothing is assessed that differs materially from what councils read."""


def kind_anew(facts: ConsultationFacts, before: ConsultationKind) -> ConsultationKind:
    """The kind in which councils are asked anew: as before, but light once one has objected to being only told."""
    return ConsultationKind.LIGHT if facts.must_widen else before


def _restart_date_good(context: GuardContext) -> Reason | None:
    facts: ConsultationFacts = context.facts["consultation"]
    if facts.kind is None:
        return None  # Another guard says that there is no consultation.
    kind = kind_anew(facts, facts.kind)
    data = {"reason": "as before", **(context.data or {}), "kind": kind.value}
    return closing_date_reason(facts, data)


restart_date_good = Guard("restart_date_good", _restart_date_good, needs_data=True)
"""A restarted consultation has its full length again. Source: domain, section 4."""


def _covered_allowed(context: GuardContext) -> Reason | None:
    facts: ConsultationFacts = context.facts["consultation"]
    if (context.data or {}).get("kind") != ConsultationKind.COVERED or not facts.covered_bars:
        return None
    return Reason(
        "covered_not_allowed",
        f"Councils cannot only be told of this bid, because {' and '.join(facts.covered_bars)}.",
        "Choose a light or a full consultation.",
        "You",
        field="kind",
    )


covered_allowed = Guard("covered_allowed", _covered_allowed, needs_data=True)
"""Councils are only told of small bids for what they agreed to before. Source: domain, section 5."""


def _nobody_objected(context: GuardContext) -> Reason | None:
    facts: ConsultationFacts = context.facts["consultation"]
    if not facts.must_widen:
        return None
    return Reason(
        "objected_to",
        "Councils were only told of this bid, and one of them objects, so all must be asked.",
        "Ask councils anew, in a light consultation.",
        "The case officer",
    )


nobody_objected = Guard("nobody_objected", _nobody_objected)
"""One objection of substance makes a covered consultation a light one. Source: domain, section 5."""


def _late_answer_in_time(context: GuardContext) -> Reason | None:
    facts: ConsultationFacts = context.facts["consultation"]
    if not facts.held_late:
        return Reason(
            "nothing_late", "No late answer is held.", "There is nothing for you to do here.", "A council"
        )
    if facts.late_until is None or facts.today <= facts.late_until:
        return None
    return Reason(
        "too_late_to_accept",
        f"Late answers could be counted until {written(facts.late_until)}.",
        "Nothing to put right: they stay on the register as late, and are not counted.",
        "",
    )


late_answer_in_time = Guard("late_answer_in_time", _late_answer_in_time)
"""A late answer is counted within five working days of the close. Source: domain, sections 4 and 6."""


def _late_answer_chosen(context: GuardContext) -> Reason | None:
    facts: ConsultationFacts = context.facts["consultation"]
    if (context.data or {}).get("response_id") in facts.held_late:
        return None
    return Reason(
        "no_late_answer",
        "This is no late answer that is held.",
        "Choose one of those in the list.",
        "You",
        field="response_id",
    )


late_answer_chosen = Guard("late_answer_chosen", _late_answer_chosen, needs_data=True)
"""Only an answer that is held as late is counted as one."""


def _nothing_is_held(context: GuardContext) -> Reason | None:
    facts: ConsultationFacts = context.facts["consultation"]
    if not facts.held_names:
        return None
    return Reason(
        "answer_held",
        f"An answer waits for somebody to say whether it counts: {named(facts.held_names, len(facts.held_names))}.",
        "Ask the council, then count the answer or set it aside, with a reason.",
        "The case officer or the council",
    )


nothing_is_held = Guard("nothing_is_held", _nothing_is_held)
"""No disputed or unconfirmed answer is passed over in silence."""
