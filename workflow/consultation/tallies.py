"""Counting answers, and the newest consultation of a bid: what facts, effects and pages all count the same way.

These functions scope nothing; `queries.py` does that for the pages.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Integer, Row, cast, func, select, true
from sqlalchemy.dialects.postgresql import aggregate_order_by, distinct_on
from sqlalchemy.orm import Session

from workflow.accounts.models import Organisation
from workflow.bids.models import BidVersion
from workflow.consultation.models import (
    Consultation,
    ConsultationReport,
    Disposition,
    Invitation,
    Response,
    ResponseHold,
)
from workflow.consultation.rules import NAMED_AT_MOST
from workflow.consultation.terms import HoldKind, Position


@dataclass(frozen=True, slots=True)
class Tally:
    """How many councils were asked, answered, only opened the invitation, and sent an answer late, counted or not.

    `positions` counts the answer that counts of each council, one a council. `held` councils have an answer that somebody
    must look at before it counts.
    """

    invited: int
    answered: int
    opened: int
    late: int
    positions: Mapping[Position, int]
    held: int = 0

    @property
    def not_opened(self) -> int:
        """Councils that neither answered nor pressed Start."""
        return self.invited - self.answered - self.opened


NOBODY_ASKED = Tally(0, 0, 0, 0, dict.fromkeys(Position, 0))

came_late = (
    select(Response.id)
    .where(Response.invitation_id == Invitation.id, Response.late)
    .correlate(Invitation)
    .exists()
)
"""Whether an invitation has an answer that came late, counted or not."""


def is_held(*kinds: HoldKind) -> ColumnElement[bool]:
    """The condition on `Invitation` that an answer of it is held for one of these reasons."""
    return (
        select(ResponseHold.id)
        .join(Response, Response.id == ResponseHold.response_id)
        .where(
            Response.invitation_id == Invitation.id,
            ResponseHold.resolved_at.is_(None),
            ResponseHold.kind.in_(kinds),
        )
        .correlate(Invitation)
        .exists()
    )


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
            func.count().filter(came_late),
            func.count().filter(is_held(*HoldKind)),
            *[func.count().filter(Response.position == position) for position in Position],
        )
        .outerjoin(Response, Response.id == Invitation.response_id)
        .where(Invitation.consultation_id.in_(consultation_ids))
        .group_by(Invitation.consultation_id)
        .order_by(Invitation.consultation_id)
    )
    return {row[0]: Tally(*row[1:5], dict(zip(Position, row[6:], strict=True)), row[5]) for row in rows}


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
        func.count().filter(came_late).label("late"),
        func.count().filter(Response.position == Position.OPPOSE).label("objections"),
    )
    .select_from(Invitation)
    .outerjoin(Response, Response.id == Invitation.response_id)
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
material_since = (
    select(func.max(BidVersion.number))
    .where(
        BidVersion.bid_id == Consultation.bid_id,
        BidVersion.number > Consultation.version_number,
        BidVersion.change == "material",
    )
    .correlate(Consultation)
    .scalar_subquery()
)
"""The newest version of the bid since a consultation opened that changed it materially, if there is one."""


def counted_of(session: Session, bid_ids: Sequence[int]) -> Sequence[Row[Any]]:
    """The newest consultation of each bid that has one with what facts need of it, in one statement.

    Columns: `Consultation`, `invited`, `answered`, `late` and `objections`; `undisposed` counts the counted answers with no
    word on what was done about them, and `names` are the first of their councils; `sent_at` and `accepted_at` are the report's;
    `material` is the newest version since that changed the bid materially.
    """
    return session.execute(
        select(
            Consultation,
            *_asked.c,
            *_undisposed.c,
            ConsultationReport.sent_at,
            ConsultationReport.accepted_at,
            material_since.label("material"),
        )
        .ext(distinct_on(Consultation.bid_id))
        .outerjoin(ConsultationReport, ConsultationReport.consultation_id == Consultation.id)
        .join(_asked, true())
        .join(_undisposed, true())
        .where(Consultation.bid_id.in_(bid_ids))
        .order_by(Consultation.bid_id, Consultation.occurrence.desc())
        .execution_options(populate_existing=True)
    ).all()


def held_in(session: Session, consultation_ids: Sequence[int]) -> Sequence[Row[int, HoldKind, int, str]]:
    """The answers of these consultations that are held: `consultation_id`, `kind`, `response_id` and the council's `name`."""
    return session.execute(
        select(Invitation.consultation_id, ResponseHold.kind, ResponseHold.response_id, Organisation.name)
        .join(Response, Response.id == ResponseHold.response_id)
        .join(Invitation, Invitation.id == Response.invitation_id)
        .join(Organisation, Organisation.id == Invitation.organisation_id)
        .where(Invitation.consultation_id.in_(consultation_ids), ResponseHold.resolved_at.is_(None))
        .order_by(Organisation.name, ResponseHold.id)
    ).all()
