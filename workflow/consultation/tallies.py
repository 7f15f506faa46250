"""Counting answers, and the newest consultation of a bid: what facts, effects and pages all count the same way.

These functions scope nothing; `queries.py` does that for the pages.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Integer, Row, cast, func, select, true
from sqlalchemy.dialects.postgresql import aggregate_order_by, distinct_on
from sqlalchemy.orm import Session

from workflow.accounts.models import Organisation
from workflow.consultation.models import (
    Consultation,
    ConsultationReport,
    Disposition,
    Invitation,
    Response,
)
from workflow.consultation.rules import NAMED_AT_MOST
from workflow.consultation.terms import Position


@dataclass(frozen=True, slots=True)
class Tally:
    """How many councils were asked, answered, only opened the invitation, and have a late answer held.

    `positions` counts the answer that counts of each council, one a council.
    """

    invited: int
    answered: int
    opened: int
    late: int
    positions: Mapping[Position, int]

    @property
    def not_opened(self) -> int:
        """Councils that neither answered nor pressed Start."""
        return self.invited - self.answered - self.opened


NOBODY_ASKED = Tally(0, 0, 0, 0, dict.fromkeys(Position, 0))

held_late = (
    select(Response.id)
    .where(Response.invitation_id == Invitation.id, Response.late)
    .correlate(Invitation)
    .exists()
)
"""Whether an invitation has an answer that came late."""


def tallies_of(session: Session, consultation_ids: Sequence[int]) -> dict[int, Tally]:
    """The tally of each consultation, in one statement."""
    is_answered = Invitation.response_id.is_not(None)
    is_opened = Invitation.opened_at.is_not(None) & Invitation.response_id.is_(None)
    rows = session.execute(
        select(
            Invitation.consultation_id,
            func.count(),
            func.count().filter(is_answered),
            func.count().filter(is_opened),
            func.count().filter(held_late),
            *[func.count().filter(Response.position == position) for position in Position],
        )
        .outerjoin(Response, Response.id == Invitation.response_id)
        .where(Invitation.consultation_id.in_(consultation_ids))
        .group_by(Invitation.consultation_id)
        .order_by(Invitation.consultation_id)
    )
    return {row[0]: Tally(*row[1:5], dict(zip(Position, row[5:], strict=True))) for row in rows}


def tally_of(session: Session, consultation_id: int) -> Tally:
    """The tally of one consultation."""
    return tallies_of(session, [consultation_id]).get(consultation_id, NOBODY_ASKED)


def newest(session: Session, bid_id: int) -> Consultation | None:
    """The newest consultation of a bid, which is the one that counts; None before the first."""
    return newest_of(session, [bid_id]).get(bid_id)


def newest_of(session: Session, bid_ids: Sequence[int]) -> dict[int, Consultation]:
    """The newest consultation of each bid that has one, in one statement."""
    found = session.scalars(
        select(Consultation)
        .ext(distinct_on(Consultation.bid_id))
        .where(Consultation.bid_id.in_(bid_ids))
        .order_by(Consultation.bid_id, Consultation.occurrence.desc())
        .execution_options(populate_existing=True)
    )
    return {consultation.bid_id: consultation for consultation in found}


_asked = (
    select(
        func.count().label("invited"),
        func.count().filter(Invitation.response_id.is_not(None)).label("answered"),
        func.count().filter(held_late).label("late"),
    )
    .where(Invitation.consultation_id == Consultation.id)
    .correlate(Consultation)
    .lateral()
)
_names = func.array_agg(aggregate_order_by(Organisation.name, Organisation.name, Organisation.id))
_undisposed = (
    select(
        func.count().label("undisposed"),
        func.trim_array(_names, cast(func.greatest(func.count() - NAMED_AT_MOST, 0), Integer)).label("names"),
    )
    .select_from(Invitation)
    .join(Organisation, Organisation.id == Invitation.organisation_id)
    .outerjoin(Disposition, Disposition.response_id == Invitation.response_id)
    .where(
        Invitation.consultation_id == Consultation.id,
        Invitation.response_id.is_not(None),
        Disposition.response_id.is_(None),
    )
    .correlate(Consultation)
    .lateral()
)


def counted_of(session: Session, bid_ids: Sequence[int]) -> Sequence[Row[Any]]:
    """The newest consultation of each bid that has one with what facts need of it, in one statement.

    Columns: `Consultation`, `invited`, `answered` and `late`; `undisposed` counts the counted answers with no word on what
    was done about them, and `names` are the first of their councils; `sent_at` and `accepted_at` are the report's.
    """
    return session.execute(
        select(
            Consultation,
            *_asked.c,
            *_undisposed.c,
            ConsultationReport.sent_at,
            ConsultationReport.accepted_at,
        )
        .ext(distinct_on(Consultation.bid_id))
        .outerjoin(ConsultationReport, ConsultationReport.consultation_id == Consultation.id)
        .join(_asked, true())
        .join(_undisposed, true())
        .where(Consultation.bid_id.in_(bid_ids))
        .order_by(Consultation.bid_id, Consultation.occurrence.desc())
        .execution_options(populate_existing=True)
    ).all()
