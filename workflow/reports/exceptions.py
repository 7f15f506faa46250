"""What was done differently from the rule, for auditors: found in events and in consultations, each with the reason given.

Nothing here is a reproach: each is allowed, and each is worth a look. A sample of bids can be drawn again from its number.
Source: domain, section 8, auditor.
"""

import enum
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import BigInteger, Text, cast, func, literal, select
from sqlalchemy.dialects.postgresql import JSON
from sqlalchemy.orm import Session, aliased

from workflow import audit
from workflow.accounts.models import Person
from workflow.accounts.queries import Viewer
from workflow.accounts.roles import Thing
from workflow.audit.models import Event
from workflow.cases import Case
from workflow.consultation.models import Consultation
from workflow.consultation.terms import ConsultationKind
from workflow.errors import NotHere
from workflow.funds.models import Fund
from workflow.funds.rules import ConsultationRule

MOST = 50
"""So many of each kind are shown, the newest."""
FAST = timedelta(days=1)
"""A decision that follows its recommendation sooner than this is worth a look. A choice of this project."""
LARGEST_SAMPLE = 50


class Different(enum.StrEnum):
    """What may be done differently from the rule."""

    SHORTER_CONSULTATION = "shorter_consultation"
    ELECTION_PERIOD = "election_period"
    CONSULTATION_RESTARTED = "consultation_restarted"
    LATE_ANSWER = "late_answer"
    DECIDED_FAST = "decided_fast"
    CONFLICT = "conflict"
    SENT_BACK = "sent_back"
    DIRECTION = "direction"
    SECOND_THOUGHTS = "second_thoughts"


BY_EVENT = {
    "consultation_restarted": Different.CONSULTATION_RESTARTED,
    "late_answer_accepted": Different.LATE_ANSWER,
    "conflict_declared": Different.CONFLICT,
    "bid_sent_back": Different.SENT_BACK,
    "direction_recorded": Different.DIRECTION,
    "appeal_accepted": Different.SECOND_THOUGHTS,
    "review_accepted": Different.SECOND_THOUGHTS,
}
"""Which event says that something was done differently."""


@dataclass(frozen=True, slots=True)
class Exceptional:
    """One thing done differently: to which bid, when, by whom, and why, as far as a reason was given."""

    kind: Different
    reference: str
    title: str
    at: datetime
    who: str
    why: str


@dataclass(frozen=True, slots=True)
class Sampled:
    """A bid of a sample."""

    reference: str
    title: str
    state: str
    opened_at: datetime


def exceptions(session: Session, viewer: Viewer) -> list[Exceptional]:
    """What was done differently, the newest first.

    Raises:
        NotHere: when the viewer is no auditor.
    """
    _only_auditors(viewer)
    found = [*_by_event(session), *_of_consultations(session), *_fast(session)]
    return sorted(found, key=lambda one: (one.at, one.reference), reverse=True)


def sample(session: Session, viewer: Viewer, *, seed: int, size: int) -> list[Sampled]:
    """So many of the bids that were sent, drawn by a number: the same number draws the same of the same bids.

    Raises:
        NotHere: when the viewer is no auditor.
    """
    _only_auditors(viewer)
    drawn = func.md5(func.concat(cast(literal(seed, BigInteger), Text), ":", Case.reference))
    rows = session.execute(
        select(Case.reference, Case.title, Case.state, Case.opened_at)
        .where(Case.kind == "bid", Case.shared)
        .order_by(drawn, Case.id)
        .limit(max(0, min(size, LARGEST_SAMPLE)))
    )
    return [Sampled(*row) for row in rows]


def _only_auditors(viewer: Viewer) -> None:
    if not viewer.opens(Thing.EXCEPTIONS):
        raise NotHere


def _by_event(session: Session) -> list[Exceptional]:
    rows = session.execute(
        select(Event, Case.reference, Case.title)
        .join(Case, Event.stream == "case:" + cast(Case.id, Text))
        .where(Event.event.in_(BY_EVENT))
        .order_by(Event.id.desc())
        .limit(MOST * len(BY_EVENT))
    ).all()
    texts = audit.texts_of(session, [event.id for event, _, _ in rows])
    names = _names(session, [event.actor for event, _, _ in rows])
    return [
        Exceptional(
            BY_EVENT[event.event],
            reference,
            title,
            event.at,
            names.get(event.actor, "The system"),
            (texts.get(event.id, {}).get("reason") or ""),
        )
        for event, reference, title in rows
    ]


def _names(session: Session, actors: Sequence[str]) -> dict[str, str]:
    """The names of those who acted, by the actor that an event keeps."""
    ids = {int(actor.partition(":")[2]) for actor in actors if actor.startswith("person:")}
    rows = session.execute(select(Person.id, Person.name).where(Person.id.in_(ids)))
    return {f"person:{person_id}": name for person_id, name in rows}


def _of_consultations(session: Session) -> list[Exceptional]:
    """Consultations with less time than their fund's rule gives, and those that began in an election period; with reasons."""
    rows = session.execute(
        select(Consultation, Case.reference, Case.title, Person.name, Fund.consultation_rule)
        .join(Case, Case.id == Consultation.bid_id)
        .join(Fund, Fund.id == Case.fund_id)
        .join(Person, Person.id == Consultation.opened_by)
        .where((Consultation.kind != ConsultationKind.FULL) | Consultation.election_reason.is_not(None))
        .order_by(Consultation.id.desc())
        .limit(MOST)
    )
    found = []
    for one, reference, title, name, rule in rows:
        if is_shorter(one.kind, rule):
            kind, why = Different.SHORTER_CONSULTATION, one.reason or ""
            found.append(Exceptional(kind, reference, title, one.opens_at, name, why))
        if one.election_reason is not None:
            kind, why = Different.ELECTION_PERIOD, one.election_reason
            found.append(Exceptional(kind, reference, title, one.opens_at, name, why))
    return found


def is_shorter(kind: ConsultationKind, rule: ConsultationRule) -> bool:
    """Whether a kind of consultation gives councils less time than the rule of its fund."""
    return kind.value in _SHORTER[rule]


_SHORTER: Mapping[ConsultationRule, frozenset[str]] = {
    ConsultationRule.FULL: frozenset({"light", "covered"}),
    ConsultationRule.LIGHT: frozenset({"covered"}),
    ConsultationRule.COVERED: frozenset(),
}


def _fast(session: Session) -> list[Exceptional]:
    """Bids that were approved within a day of their recommendation."""
    before = aliased(Event)
    recommended = (
        select(before.at)
        .where(before.stream == Event.stream, before.event == "bid_recommended", before.seq < Event.seq)
        .order_by(before.seq.desc())
        .limit(1)
        .correlate(Event)
        .scalar_subquery()
    )
    rows = session.execute(
        select(Event.at, Event.actor, Case.reference, Case.title)
        .join(Case, Event.stream == "case:" + cast(Case.id, Text))
        .where(
            Event.event == "bid_approved",
            cast(Event.canonical, JSON)["payload"]["to"].astext == "approved",
            Event.at - recommended < FAST,
        )
        .order_by(Event.id.desc())
        .limit(MOST)
    ).all()
    names = _names(session, [actor for _, actor, _, _ in rows])
    why = "Approved within a day of the recommendation"
    return [
        Exceptional(Different.DECIDED_FAST, reference, title, at, names.get(actor, "The system"), why)
        for at, actor, reference, title in rows
    ]
