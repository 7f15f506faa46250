"""What somebody who is about to ask councils should know: the dates, the elections, and what each council has open already."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from workflow.accounts.models import Organisation
from workflow.accounts.queries import Viewer
from workflow.cases import Case
from workflow.consultation.changes import proposed_dates
from workflow.consultation.elections import Election, running_on
from workflow.consultation.known import before_any
from workflow.consultation.models import Consultation, Invitation
from workflow.consultation.queries import is_over
from workflow.consultation.rules import ConsultationFacts, earliest_closing_date
from workflow.consultation.terms import ConsultationKind
from workflow.engine.working_days import SATURDAY


@dataclass(frozen=True, slots=True)
class Dates:
    """The earliest last days for answers of a consultation that opens now, by kind.

    `elections` are the periods before polls that it would start in; then `proposed` gives, by kind, the next good day to
    open and the earliest close from there. `days_off` are the holidays ahead, each with the day a close on it becomes.
    """

    earliest: dict[ConsultationKind, date]
    elections: tuple[Election, ...] = ()
    proposed: dict[ConsultationKind, tuple[date, date]] = field(default_factory=dict)
    days_off: tuple[tuple[date, date], ...] = ()


def possible_dates(session: Session, viewer: Viewer, now: datetime) -> Dates:
    """When a consultation that opens now may close at the earliest."""
    del viewer  # The rule is the same for everybody.
    known = before_any(session, now)
    inside = running_on(known.elections, known.today)
    return Dates(
        {kind: earliest_closing_date(known, kind) for kind in known.lengths},
        inside,
        {kind: proposed_dates(known, kind) for kind in known.lengths} if inside else {},
        _days_off(known),
    )


DAYS_OFF_AHEAD = 130
"""How far ahead the form lists the days off to which a closing date would not fall."""


def _days_off(known: ConsultationFacts) -> tuple[tuple[date, date], ...]:
    """Each holiday on a weekday that is near, with the working day that a closing date on it becomes."""
    last = known.today + timedelta(days=DAYS_OFF_AHEAD)
    near = sorted(day for day in known.calendar.holidays if known.today <= day <= last)
    return tuple((day, known.calendar.next_working_day(day)) for day in near if day.weekday() < SATURDAY)


def open_by_council(session: Session, viewer: Viewer, now: datetime) -> dict[str, int]:
    """How many consultations each council has open at a moment, by its code; councils with none are left out."""
    del viewer  # What is being asked is public.
    rows = session.execute(
        select(Organisation.code, func.count())
        .join(Invitation, Invitation.organisation_id == Organisation.id)
        .join(Consultation, Consultation.id == Invitation.consultation_id)
        .join(Case, Case.id == Consultation.bid_id)
        .where(Consultation.closes_at > now, ~is_over)
        .group_by(Organisation.code)
        .order_by(Organisation.code)
    )
    return dict(rows.all())
