"""What a consultation asks about, and since when and until when. The callers scope what is read."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session, aliased

from workflow.accounts.models import Organisation
from workflow.bids.content import read_snapshot
from workflow.bids.models import BidVersion
from workflow.cases import Case
from workflow.clock import london_date
from workflow.consultation.commands import ANSWERED_IN, WITHDRAWN
from workflow.consultation.elections import Election, run_into, running_on
from workflow.consultation.known import elections
from workflow.consultation.models import (
    Consultation,
    ConsultationMove,
    ConsultationQuestion,
    ElectionPeriod,
)
from workflow.consultation.tallies import material_since
from workflow.consultation.terms import ConsultationKind
from workflow.errors import NotHere


@dataclass(frozen=True, slots=True)
class About:
    """What is asked about: the bid as it was when the consultation opened, and until when.

    `snapshot` is the canonical JSON of the version consulted on, `amount_pence` what that asks for. `questions` are
    (number, text) in order. `moves` tell how the last day was put off, `elections` are the periods before polls it touches.
    `change_reason` says what changed, when councils are asked anew; one that was asked anew about has `replaced_at`.
    `material_version` is the newest version since that changed the bid so much that councils must be asked anew.
    """

    consultation_id: int
    reference: str
    title: str
    lead: str
    amount_pence: int
    state: str
    kind: ConsultationKind
    reason: str | None
    opens_at: datetime
    closes_on: date
    closes_at: datetime
    closed_at: datetime | None
    version_number: int
    snapshot: str
    questions: tuple[tuple[int, str], ...]
    election_reason: str | None
    change_reason: str | None
    replaced_at: datetime | None
    moves: tuple[ConsultationMove, ...]
    elections: tuple[Election, ...]
    material_version: int | None

    @property
    def is_considered(self) -> bool:
        """Whether the bid has left councils behind: nothing about the answers changes any more."""
        return self.state not in ANSWERED_IN or self.replaced_at is not None

    @property
    def takes_answers(self) -> bool:
        """Whether an answer is taken at all; after the close it is held as late."""
        return self.state in ANSWERED_IN and self.replaced_at is None

    @property
    def is_over(self) -> bool:
        """Whether councils can no longer be counted by it: it closed, was replaced, or the bid left it."""
        return self.closed_at is not None or self.replaced_at is not None or self.state != "consulting"

    @property
    def is_withdrawn(self) -> bool:
        """Whether the lead body took the bid back; the answers are kept, and nobody considers them further."""
        return self.state == WITHDRAWN

    @property
    def began_in(self) -> tuple[Election, ...]:
        """The periods before polls in which it was opened, for the published reason."""
        return running_on(self.elections, london_date(self.opens_at))

    @property
    def runs_into(self) -> tuple[Election, ...]:
        """The periods before polls that began, or will, while it is open; it goes on."""
        return run_into(self.elections, london_date(self.opens_at), self.closes_on)


def about_where(session: Session, condition: ColumnElement[bool]) -> About:
    """What the one consultation that meets a condition asks about.

    Raises:
        NotHere: when there is none.
    """
    lead = aliased(Organisation)
    row = session.execute(
        select(Consultation, Case, lead.name, BidVersion.snapshot, material_since)
        .join(Case, Case.id == Consultation.bid_id)
        .join(lead, lead.id == Case.proposer_id)
        .join(
            BidVersion,
            (BidVersion.bid_id == Consultation.bid_id) & (BidVersion.number == Consultation.version_number),
        )
        .where(condition)
    ).one_or_none()
    if row is None:
        raise NotHere
    one, case, lead_name, snapshot, material = row
    questions = session.execute(
        select(ConsultationQuestion.number, ConsultationQuestion.text)
        .where(ConsultationQuestion.consultation_id == one.id)
        .order_by(ConsultationQuestion.number)
    )
    return About(
        one.id,
        case.reference,
        case.title,
        lead_name,
        # What was asked for then; what is granted since is told with the award, and not before.
        sum(pence for _, _, pence in read_snapshot(snapshot).get("amounts", ())),
        case.state,
        one.kind,
        one.reason,
        one.opens_at,
        one.closes_on,
        one.closes_at,
        one.closed_at,
        one.version_number,
        snapshot,
        tuple((number, text) for number, text in questions),
        one.election_reason,
        one.change_reason,
        one.replaced_at,
        tuple(_moves(session, one.id)),
        _touched(session, one),
        material,
    )


def _moves(session: Session, consultation_id: int) -> Sequence[ConsultationMove]:
    return session.scalars(
        select(ConsultationMove)
        .where(ConsultationMove.consultation_id == consultation_id)
        .order_by(ConsultationMove.id)
    ).all()


def _touched(session: Session, one: Consultation) -> tuple[Election, ...]:
    begun = london_date(one.opens_at)
    return elections(
        session, (ElectionPeriod.polls_on >= begun) & (ElectionPeriod.starts_on <= one.closes_on)
    )
