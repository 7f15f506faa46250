"""What guards know of a bid's newest consultation, read for many bids at once."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, func, or_, select
from sqlalchemy.orm import Session

from workflow import deadlines
from workflow.bids.models import AreaKind, Bid, BidAmount, Prospectus, Round
from workflow.clock import london_date
from workflow.consultation.elections import Election
from workflow.consultation.models import Consultation, ConsultationLength, ElectionPeriod
from workflow.consultation.rules import ConsultationFacts, Length
from workflow.consultation.tallies import counted_of, held_in
from workflow.consultation.terms import ConsultationKind, HoldKind
from workflow.money import Pence


def facts(
    session: Session, case_ids: Sequence[int], *, now: datetime, person_id: int | None
) -> dict[int, ConsultationFacts]:
    """What guards know of each bid's newest consultation, in a constant number of statements."""
    del person_id  # Who asks changes nothing here.
    none = before_any(session, now)
    bars = _covered_bars(session, case_ids)
    found = {case_id: replace(none, covered_bars=bars.get(case_id, ())) for case_id in case_ids}
    rows = counted_of(session, case_ids)
    held = held_in(session, [row.Consultation.id for row in rows]) if rows else ()
    late_days = deadlines.rule_in_force(session, "late_response", now).terms.amount if rows else None
    for row in rows:
        bid_id = row.Consultation.bid_id
        found[bid_id] = _with_held(_facts_of(found[bid_id], row), held, late_days)
    return found


def before_any(session: Session, now: datetime) -> ConsultationFacts:
    """What is known before there is a consultation: the calendar, the lengths in force, and the elections to come."""
    calendar, today = deadlines.calendar(session), london_date(now)
    return ConsultationFacts(
        now,
        calendar.start_day(now),
        calendar,
        _lengths(session, today),
        elections(session, ElectionPeriod.polls_on >= today),
    )


COVERED_BELOW = Pence(10_000_000)
"""A bid for less may be covered by what councils said about its outcome. Source: domain, section 5."""


def _covered_bars(session: Session, bid_ids: Sequence[int]) -> dict[int, tuple[str, ...]]:
    """What stands in the way of asking councils only for objections, by bid, in one statement."""
    asked = (
        select(func.coalesce(func.sum(BidAmount.pence), 0))
        .where(BidAmount.bid_id == Bid.id)
        .correlate(Bid)
        .scalar_subquery()
    )
    rows = session.execute(
        select(Bid.id, Prospectus.consulted_to, asked, Bid.new_cost_for_councils, Bid.area_kind)
        .join(Round, Round.id == Bid.round_id)
        .join(Prospectus, Prospectus.id == Round.prospectus_id)
        .where(Bid.id.in_(bid_ids))
    )
    return {
        bid_id: tuple(
            words
            for words, stands in (
                ("councils were not asked about what this money is for", consulted_to is None),
                ("it asks for £100,000 or more", pence >= COVERED_BELOW),
                ("it is not sure that it costs councils nothing", new_cost is not False),
                ("it names councils", area is AreaKind.AUTHORITIES),
            )
            if stands
        )
        for bid_id, consulted_to, pence, new_cost, area in rows
    }


def _facts_of(none: ConsultationFacts, row: Row[Any]) -> ConsultationFacts:
    one: Consultation = row.Consultation
    return replace(
        none,
        consultation_id=one.id,
        kind=one.kind,
        version_number=one.version_number,
        opens_at=one.opens_at,
        closes_on=one.closes_on,
        closes_at=one.closes_at,
        closed_at=one.closed_at,
        invited=row.invited,
        answered=row.answered,
        late=row.late,
        objections=row.objections,
        undisposed=row.undisposed,
        undisposed_names=tuple(row.names or ()),
        response_sent=row.sent_at is not None,
        response_accepted=row.accepted_at is not None,
        material_version=row.material,
    )


def _with_held(
    known: ConsultationFacts, held: Sequence[Row[int, HoldKind, int, str]], late_days: int | None
) -> ConsultationFacts:
    own = [one for one in held if one.consultation_id == known.consultation_id]
    assert known.closes_on is not None  # There is a consultation.
    return replace(
        known,
        held_names=tuple(dict.fromkeys(one.name for one in own if one.kind is not HoldKind.LATE)),
        held_late=frozenset(one.response_id for one in own if one.kind is HoldKind.LATE),
        late_until=known.calendar.add_working_days(known.closes_on, late_days or 0),
    )


def _lengths(session: Session, day: date) -> dict[ConsultationKind, Length]:
    rows = session.execute(
        select(ConsultationLength.kind, ConsultationLength.days, ConsultationLength.unit)
        .where(
            ConsultationLength.valid_from <= day,
            or_(ConsultationLength.valid_to.is_(None), ConsultationLength.valid_to >= day),
        )
        .order_by(ConsultationLength.valid_from, ConsultationLength.id)
    )
    return {row.kind: Length(row.days, row.unit) for row in rows}


def elections(session: Session, condition: ColumnElement[bool]) -> tuple[Election, ...]:
    """The periods before polls that meet a condition, the one that begins first at the front."""
    rows = session.execute(
        select(ElectionPeriod.applies_to, ElectionPeriod.starts_on, ElectionPeriod.polls_on)
        .where(condition)
        .order_by(ElectionPeriod.starts_on, ElectionPeriod.id)
    )
    return tuple(Election(*row) for row in rows)
