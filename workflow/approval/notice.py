"""The notice of a decision: what was decided, how much in which year, on which text, and what proves it.

It says the same to everybody who may read the bid, and names nobody: who voted stands on the page that says why.
"""

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from workflow import audit
from workflow.accounts.queries import Viewer
from workflow.approval.facts import years_of
from workflow.approval.models import Appraisal, DecisionStep, Direction, Vote, VoteVoided
from workflow.approval.queries import facts
from workflow.approval.terms import StepKind
from workflow.audit.models import Event
from workflow.bids.models import BidVersion
from workflow.cases import Case, subject_of
from workflow.money import Pence, total

DECIDES = ("bid_approved", "direction_recorded", "bid_rejected")
"""The events that may decide a bid; one that leaves its state as it was decides nothing yet."""
_REOPENS = ("appeal_accepted", "bid_sent_back")


class Fate(enum.StrEnum):
    """How a bid was decided. The values are states of a bid's life."""

    APPROVED = "approved"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class DecisionNotice:
    """One decision. `years` holds pence by financial year, nothing for a bid that was not approved.

    `approvers` is how many voted for it, 0 where one person decided. `version` and `sha256` are of the text that was
    judged. `told` are the reasons for the lead body, `appeal_by` the London date until which it can ask for another
    look. `event` is the number of the event in the bid's stream, `proof` its hash.
    """

    fate: Fate
    at: datetime
    approvers: int
    is_directed: bool
    years: Mapping[int, Pence]
    version: int | None
    sha256: str
    told: str
    appeal_by: date | None
    event: int
    proof: str

    @property
    def total_pence(self) -> Pence:
        """What was approved over all years."""
        return total(list(self.years.values()))


def notice_of(session: Session, viewer: Viewer, case: Case, *, now: datetime) -> DecisionNotice | None:
    """The notice of the decision that stands for a case that the viewer fetched; None while there is none."""
    decided = deciding_event(session, case)
    if decided is None:
        return None
    event, fate = decided
    number, years, voted = _judged(session, case)
    version = session.get(BidVersion, (case.id, number)) if number is not None else None
    known = facts(session, [case.id], now=now, person_id=viewer.person_id)[case.id]
    is_rejected = fate is Fate.REJECTED
    return DecisionNotice(
        fate=fate,
        at=event.at,
        approvers=0 if is_rejected or _was_single(session, case) else voted,
        is_directed=session.scalar(select(Direction.id).where(Direction.case_id == case.id).limit(1))
        is not None,
        years={} if is_rejected else years,
        version=number,
        sha256=version.sha256 if version is not None else "",
        told=_told(session, case) if is_rejected else "",
        appeal_by=known.appeal_by if is_rejected and not known.has_appealed else None,
        event=event.seq,
        proof=event.hash,
    )


def deciding_event(session: Session, case: Case) -> tuple[Event, Fate] | None:
    """The event that decided a case that the viewer fetched, and how; None when a later one opened the decision again."""
    newest_first = session.scalars(
        select(Event)
        .where(Event.stream == subject_of(case.id), Event.event.in_((*DECIDES, *_REOPENS)))
        .order_by(Event.seq.desc())
    )
    for event in newest_first:
        if event.event in _REOPENS:
            return None
        to = audit.payload_of(event)["to"]
        if to in set(Fate):  # A vote below the quorum decides nothing yet.
            return event, Fate(to)
    return None


def _judged(session: Session, case: Case) -> tuple[int | None, dict[int, Pence], int]:
    """The version that the last round judged, what it was to get by year, and how many votes of that round count."""
    votes = (
        select(func.count(Vote.id))
        .outerjoin(VoteVoided, VoteVoided.vote_id == Vote.id)
        .where(Vote.case_id == Appraisal.case_id, Vote.round == Appraisal.round, VoteVoided.vote_id.is_(None))
        .scalar_subquery()
    )
    row = session.execute(
        select(Appraisal.version_number, years_of(Appraisal.id), votes)
        .where(Appraisal.case_id == case.id)
        .order_by(Appraisal.round.desc())
        .limit(1)
    ).one_or_none()
    if row is None:
        return None, {}, 0
    number, years, voted = row
    return number, {int(year): Pence(pence) for year, pence in sorted(years.items()) if pence}, voted


def _was_single(session: Session, case: Case) -> bool:
    """Whether the accounting officer decided the last round alone."""
    kinds = (StepKind.APPROVED, StepKind.DIRECTED)
    wanted = (DecisionStep.case_id == case.id, DecisionStep.kind.in_(kinds))
    return session.scalar(select(DecisionStep.id).where(*wanted).limit(1)) is not None


def _told(session: Session, case: Case) -> str:
    wanted = (DecisionStep.case_id == case.id, DecisionStep.kind == StepKind.REJECTED)
    return (
        session.scalar(select(DecisionStep.told).where(*wanted).order_by(DecisionStep.id.desc()).limit(1))
        or ""
    )
