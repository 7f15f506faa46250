"""Pure decisions about deadlines: when they fall, which steps they have, and which due steps still speak.

Nothing here reads a clock or a table. Offsets are in working days unless said otherwise.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from workflow.clock import LONDON
from workflow.engine.working_days import Calendar, add_months, due_at
from workflow.errors import Invalid

MORNING = time(8)
"""London time at which reminders and escalations fire, when the hours for mail that is not urgent begin."""

MAIN = "main"
"""The group of the reminders and of the escalations that stand in for them."""


@dataclass(frozen=True, slots=True)
class Escalation:
    """Who is told how many working days from the due date; `group` when it does not stand in for the reminders."""

    offset: int
    to: str
    group: str = MAIN


@dataclass(frozen=True, slots=True)
class Terms:
    """The numbers of one kind of deadline.

    `unit` is working_days, days, months or date, and `amount` how many of them. `reminders` are offsets from the
    due date in `reminder_unit` (working_days or months), negative before it. `breach_after` is None when the
    product does nothing by itself; 0 means the end of the due day, n the start of the n-th working day after it.
    `grace_seconds` are added to that moment.
    """

    unit: str
    amount: int | None = None
    reminders: tuple[int, ...] = ()
    reminder_unit: str = "working_days"
    escalations: tuple[Escalation, ...] = ()
    breach_after: int | None = None
    grace_seconds: int = 0


@dataclass(frozen=True, slots=True)
class PlannedStep:
    """A step as planned: its stable name within a version, what it does, for whom, and when (aware UTC)."""

    step: str
    action: str
    audience: str | None
    offset: int
    group: str
    fire_at: datetime


@dataclass(frozen=True, slots=True)
class DueStep:
    """What collapsing looks at: a step that is due, with its group, action and distance from the due date."""

    id: int
    version: int
    action: str
    audience: str | None
    offset: int
    group: str
    fire_at: datetime


@dataclass(frozen=True, slots=True)
class Sorted:
    """What becomes of the due steps of one deadline: ids to fire, to collapse and to cancel."""

    fire: tuple[int, ...]
    collapse: tuple[int, ...]
    cancel: tuple[int, ...]


def due_date(terms: Terms, calendar: Calendar, *, start: datetime | None, due_on: date | None) -> date:
    """The London date a deadline falls on: the chosen one, or the rule's period from `start`, rolled forward.

    Raises:
        Invalid: when the kind needs a date that was not given.
        CalendarEnds: outside the table of holidays.
    """
    if due_on is not None:
        return calendar.next_working_day(due_on)
    if start is None or terms.amount is None:
        raise Invalid("This deadline is a date, and the date is missing. Choose a date.", field="due_on")
    match terms.unit:
        case "working_days":
            return calendar.due_on(start, terms.amount)
        case "days":
            return calendar.due_on_after_days(start, terms.amount)
        case "months":
            return calendar.due_on_after_months(start, terms.amount)
        case _:
            raise Invalid("This deadline is a date, and the date is missing. Choose a date.", field="due_on")


def breach_moment(terms: Terms, calendar: Calendar, due_on: date) -> datetime | None:
    """When the product acts by itself (aware UTC), or None: at the end of the due day or the start of the n-th after it.

    The seconds of grace let a request that arrived in time be counted before the close runs.
    """
    if terms.breach_after is None:
        return None
    grace = timedelta(seconds=terms.grace_seconds)
    if terms.breach_after == 0:
        return due_at(due_on) + grace
    first_day = calendar.add_working_days(due_on, terms.breach_after)
    return datetime.combine(first_day, time(), LONDON).astimezone(UTC) + grace


def plan_steps(terms: Terms, calendar: Calendar, due_on: date) -> list[PlannedStep]:
    """All steps of a deadline due on a date, earliest first."""
    steps = [_reminder(terms, calendar, due_on, offset) for offset in terms.reminders]
    steps += [_escalation(calendar, due_on, told) for told in terms.escalations]
    breach = breach_moment(terms, calendar, due_on)
    if breach is not None and terms.breach_after is not None:
        steps.append(PlannedStep("breach", "breach", None, terms.breach_after, "breach", breach))
    return sorted(steps, key=lambda step: (step.fire_at, step.step))


def sort_due(steps: Iterable[DueStep], *, version: int, is_running: bool, is_late: bool) -> Sorted:
    """Which of the due steps of one deadline speak, which gave way, and which have no point any more.

    `is_running` is false once the deadline is met or cancelled; `is_late` once its due date has passed.

    - What belongs to an older version, or to a deadline that no longer runs, is cancelled.
    - A reminder from before the due date is cancelled once that date has passed.
    - Within a group an escalation supersedes the reminders, and only the newest reminder goes.
    - Escalations to different people all go; to the same people only the newest.
    """
    fire: list[int] = []
    collapse: list[int] = []
    cancel: list[int] = []
    speaking: set[tuple[str, str | None]] = set()
    escalated: set[str] = set()
    newest_first = sorted(
        steps, key=lambda step: (step.action != "escalate", -step.fire_at.timestamp(), -step.id)
    )
    for step in newest_first:
        is_stale = not is_running or step.version != version
        is_too_late = is_late and step.action == "remind" and step.offset <= 0
        if is_stale or is_too_late:
            cancel.append(step.id)
        elif (step.group, step.audience) in speaking or (step.action == "remind" and step.group in escalated):
            collapse.append(step.id)
        else:
            fire.append(step.id)
            speaking.add((step.group, step.audience))
            if step.action == "escalate":
                escalated.add(step.group)
    return Sorted(tuple(sorted(fire)), tuple(sorted(collapse)), tuple(sorted(cancel)))


def _reminder(terms: Terms, calendar: Calendar, due_on: date, offset: int) -> PlannedStep:
    day = (
        calendar.previous_working_day(add_months(due_on, offset))
        if terms.reminder_unit == "months"
        else _offset_day(calendar, due_on, offset)
    )
    unit = "m" if terms.reminder_unit == "months" else ""
    return PlannedStep(f"remind{offset:+d}{unit}", "remind", None, offset, MAIN, _morning(day))


def _escalation(calendar: Calendar, due_on: date, told: Escalation) -> PlannedStep:
    # An escalation of the due day itself tells that the day has passed, so it waits for its end.
    fire_at = due_at(due_on) if told.offset == 0 else _morning(_offset_day(calendar, due_on, told.offset))
    return PlannedStep(
        f"escalate{told.offset:+d}:{told.to}", "escalate", told.to, told.offset, told.group, fire_at
    )


def _offset_day(calendar: Calendar, due_on: date, offset: int) -> date:
    """A reminder rolls back and a consequence forward, each by whole working days."""
    if offset <= 0:
        return calendar.subtract_working_days(due_on, -offset)
    return calendar.add_working_days(due_on, offset)


def _morning(day: date) -> datetime:
    return datetime.combine(day, MORNING, LONDON).astimezone(UTC)
