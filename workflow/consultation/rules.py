"""The rules of consultation, pure: who is asked, until when, when it is over, and when every answer was considered."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from workflow.clock import london_date
from workflow.consultation.elections import Election
from workflow.consultation.terms import ConsultationKind, Unit
from workflow.engine import Guard, GuardContext, Reason
from workflow.engine.working_days import Calendar, CalendarEnds, due_at

GRACE = timedelta(seconds=30)
"""How long after its last moment a consultation is closed, so that what arrived in time is counted first."""

LONGEST_DAYS = 366
"""A closing date further away than this is a slip of the pen, not a plan."""

NAMED_AT_MOST = 5
"""How many councils a reason names before it only counts the rest."""


@dataclass(frozen=True, slots=True)
class Length:
    """How long a kind of consultation takes at least."""

    number: int
    unit: Unit = Unit.DAYS

    def __str__(self) -> str:
        return f"{self.number} {'days' if self.unit is Unit.DAYS else 'working days'}"

    def end(self, calendar: Calendar, starts_on: date) -> date:
        """The first working day on which a consultation that starts on a London date may close.

        Raises:
            CalendarEnds: when the date is outside the table of bank holidays.
        """
        if self.unit is Unit.WORKING_DAYS:
            return calendar.add_working_days(starts_on, self.number)
        return calendar.next_working_day(starts_on + timedelta(days=self.number))


@dataclass(frozen=True, slots=True)
class ConsultationFacts:
    """What guards know of the newest consultation of a bid; `consultation_id` is None before the first one.

    `today` is the London business date and `starts_on` day 0 of a period that begins now; `lengths` gives those of each
    kind in force today, `elections` the periods before polls that have not ended. `invited`, `answered` and `late` count
    councils. `undisposed` counts the answers with no word yet on what was done about them, and `undisposed_names` names
    the first of their councils; `held_names` those with an answer that somebody must look at. `held_late` are the ids of
    late answers that are held, to be taken until `late_until`. `material_version` is the newest version of the bid that
    changed it so much that councils must be asked anew, if it is newer than the text that they read. `objections` counts
    councils that oppose; `covered_bars` says in words why councils cannot only be told of the bid.
    """

    now: datetime
    starts_on: date
    calendar: Calendar
    lengths: Mapping[ConsultationKind, Length]
    elections: tuple[Election, ...] = ()
    consultation_id: int | None = None
    kind: ConsultationKind | None = None
    version_number: int = 0
    opens_at: datetime | None = None
    closes_on: date | None = None
    closes_at: datetime | None = None
    closed_at: datetime | None = None
    invited: int = 0
    answered: int = 0
    late: int = 0
    undisposed: int = 0
    undisposed_names: tuple[str, ...] = ()
    response_sent: bool = False
    response_accepted: bool = False
    held_names: tuple[str, ...] = ()
    held_late: frozenset[int] = frozenset()
    late_until: date | None = None
    material_version: int | None = None
    objections: int = 0
    covered_bars: tuple[str, ...] = ()

    @property
    def must_widen(self) -> bool:
        """Whether councils were only told, and one objected: then they must be asked. Source: domain, section 5."""
        return self.kind is ConsultationKind.COVERED and self.objections > 0

    @property
    def today(self) -> date:
        """The London date of the moment asked about."""
        return london_date(self.now)


def real_closing_date(calendar: Calendar, closes_on: date) -> date:
    """The working day on which a consultation really closes: a day off rolls forward.

    Raises:
        CalendarEnds: when the date is outside the table of bank holidays.

    Source: domain, section 10, case 7.
    """
    return calendar.next_working_day(closes_on)


def earliest_closing_date(facts: ConsultationFacts, kind: ConsultationKind) -> date:
    """The first working day on which a consultation of this kind, opened now, may close.

    Raises:
        CalendarEnds: when the date is outside the table of bank holidays.
        LookupError: when no rule for the kind is in force today.

    Source: Code of Practice on Consultation 2008, criterion 2: at least 12 weeks.
    """
    return facts.lengths[kind].end(facts.calendar, facts.starts_on)


def is_on_time(arrived_at: datetime, closes_at: datetime) -> bool:
    """Whether an answer that reached the server at this moment is in time: 23:59:59 London is, 00:00:00 is not.

    Source: domain, section 10, case 8.
    """
    return arrived_at < closes_at


def _consultees_chosen(context: GuardContext) -> Reason | None:
    chosen = (context.data or {}).get("consultees")
    if chosen == "all" or (chosen and not isinstance(chosen, str)):
        return None
    return Reason(
        "no_consultees",
        "No council is chosen, so nobody would be asked.",
        "Choose all councils, a region or type, or pick them from the list.",
        "You",
        field="consultees",
    )


def _closing_date_good(context: GuardContext) -> Reason | None:
    return closing_date_reason(context.facts["consultation"], context.data or {})


def closing_date_reason(facts: ConsultationFacts, data: Mapping[str, Any]) -> Reason | None:
    """Why a consultation that begins now cannot have this `kind`, `closes_on` and `reason`; None when it can."""
    closes_on = data.get("closes_on")
    if not isinstance(closes_on, date):
        return _date_reason(
            "closing_date_missing", "No closing date is given.", "Enter the last day for answers."
        )
    if (closes_on - facts.starts_on).days > LONGEST_DAYS:
        text = f"{written(closes_on)} is more than a year away."
        return _date_reason("closing_date_too_far", text, "Check the year, and choose an earlier date.")
    return _kind_and_date(facts, data, closes_on)


def _kind_and_date(facts: ConsultationFacts, data: Mapping[str, Any], closes_on: date) -> Reason | None:
    try:
        kind = ConsultationKind(data.get("kind") or "")
    except ValueError:
        return _date_reason(
            "kind_missing", "It is not said whether this is a full or a light consultation.", field="kind"
        )
    if kind not in facts.lengths:
        text = f"No rule in force today says how long a {kind.value} consultation takes."
        return _date_reason("no_length_in_force", text, "Ask an administrator to set one.", field="kind")
    if kind is not ConsultationKind.FULL and not str(data.get("reason") or "").strip():
        text = f"A {kind.value} consultation needs a reason, which is published."
        return _date_reason("light_reason_missing", text, "Say why councils get less time.", field="reason")
    try:
        earliest = earliest_closing_date(facts, kind)
        real = real_closing_date(facts.calendar, closes_on)
    except CalendarEnds as error:
        return _date_reason("calendar_ends", str(error), "Choose another date.")
    if real >= earliest:
        return None
    return _date_reason(
        "closing_date_too_early",
        f"A {kind.value} consultation takes at least {facts.lengths[kind]}, and {written(real)} is too early.",
        f"Choose {written(earliest)} or a later date.",
    )


def _date_reason(code: str, text: str, how: str = "Choose one.", *, field: str = "closes_on") -> Reason:
    return Reason(code, text, how, "You", field=field)


def _consultation_is_over(context: GuardContext) -> Reason | None:
    facts: ConsultationFacts = context.facts["consultation"]
    if facts.closes_at is None:
        return Reason(
            "no_consultation",
            "No consultation was opened for this bid.",
            "Open one first.",
            "The case officer",
        )
    if facts.now >= facts.closes_at + GRACE:
        return None
    return Reason(
        "consultation_open",
        f"Councils may answer until 11:59pm on {written(london_last_day(facts))}.",
        "It closes by itself; nobody can close it sooner.",
        "The system",
    )


def london_last_day(facts: ConsultationFacts) -> date:
    """The last day for answers, of a bid that has a consultation."""
    assert facts.closes_on is not None
    return facts.closes_on


def _every_answer_has_a_disposition(context: GuardContext) -> Reason | None:
    facts: ConsultationFacts = context.facts["consultation"]
    if not facts.undisposed:
        return None
    count = "1 answer has" if facts.undisposed == 1 else f"{facts.undisposed} answers have"
    return Reason(
        "disposition_missing",
        f"{count} no word yet on what was done about it: {named(facts.undisposed_names, facts.undisposed)}.",
        "Say for each answer what was done about it.",
        "The lead body",
    )


def _response_was_sent(context: GuardContext) -> Reason | None:
    facts: ConsultationFacts = context.facts["consultation"]
    if facts.response_sent:
        return None
    return Reason(
        "response_not_sent",
        "The lead body has not sent its response to the answers.",
        "It says what was done about each answer, and then sends its response.",
        "The lead body",
    )


def _response_not_sent_before(context: GuardContext) -> Reason | None:
    facts: ConsultationFacts = context.facts["consultation"]
    if not facts.response_sent:
        return None
    return Reason(
        "response_sent_already",
        "Your response was sent already, and stands as you sent it.",
        "The case officer reads it now. Write to them if something in it is wrong.",
        "The case officer",
    )


def named(names: tuple[str, ...], count: int) -> str:
    """Names in a sentence, at most five of them, of `count` in all: "Kent County Council and 17 others"."""
    shown = names[:NAMED_AT_MOST]
    rest = count - len(shown)
    if rest > 0:
        return f"{', '.join(shown)} and {rest} other{'s' if rest > 1 else ''}"
    return " and ".join(filter(None, [", ".join(shown[:-1]), shown[-1]])) if shown else ""


def written(day: date) -> str:
    """A London date in words: "Tuesday 3 May 2011"."""
    return f"{day:%A} {day.day} {day:%B %Y}"


def closing_moment(closes_on: date) -> datetime:
    """The first moment at which an answer is late: the end of the London day, in aware UTC."""
    return due_at(closes_on)


consultees_chosen = Guard("consultees_chosen", _consultees_chosen, needs_data=True)
"""Somebody is asked."""

closing_date_good = Guard("closing_date_good", _closing_date_good, needs_data=True)
"""The time is adequate: the days of the kind, ending on a working day, with a reason when it is the shorter kind."""

consultation_is_over = Guard("consultation_is_over", _consultation_is_over)
"""Nothing closes a consultation before its last moment has passed, for anybody."""

every_answer_has_a_disposition = Guard("every_answer_has_a_disposition", _every_answer_has_a_disposition)
"""Every answer was considered. Source: domain, section 5, the fourth guard; section 10, case 10."""

response_was_sent = Guard("response_was_sent", _response_was_sent)
"""The lead body has spoken before the department accepts."""

response_not_sent_before = Guard("response_not_sent_before", _response_not_sent_before)
"""What the lead body said is sent once, so that the move is then the department's."""
