"""Reading one council's invitation and answers: by the council, by the lead body and the department, and by the public."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session, aliased

from workflow.accounts.models import Organisation
from workflow.accounts.queries import Viewer
from workflow.bids.content import read_snapshot
from workflow.bids.models import BidVersion
from workflow.cases import Case
from workflow.cases.queries import visible
from workflow.consultation.commands import ANSWERED_IN
from workflow.consultation.models import (
    Consultation,
    ConsultationQuestion,
    Disposition,
    Invitation,
    Response,
    ResponseDraft,
)
from workflow.consultation.queries import COUNCIL_ROLES
from workflow.consultation.tallies import NOBODY_ASKED, Tally, tallies_of
from workflow.consultation.terms import ConsultationKind, Outcome, Position
from workflow.errors import NotHere


@dataclass(frozen=True, slots=True)
class LinkHolder:
    """Somebody who came with a council's secret link, as far as its signature goes; the version is checked by the query."""

    invitation_id: int
    version: int


@dataclass(frozen=True, slots=True)
class About:
    """What is asked about: the bid as it was when the consultation opened, and until when.

    `snapshot` is the canonical JSON of the version consulted on, `amount_pence` what that asks for. `questions` are
    (number, text) in order.
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

    @property
    def takes_answers(self) -> bool:
        """Whether an answer is taken at all; after the close it is held as late."""
        return self.state in ANSWERED_IN


@dataclass(frozen=True, slots=True)
class Said:
    """One answer of a council, with what was done about it once the lead body has said so."""

    id: int
    invitation_id: int
    number: int
    council: str
    position: Position
    text: str
    answers: Mapping[str, str]
    publish: bool
    late: bool
    counts: bool
    arrived_at: datetime
    by_name: str
    by_email: str
    outcome: Outcome | None
    done: str


@dataclass(frozen=True, slots=True)
class Draft:
    """What was typed so far. `rev` is 0 when nothing was saved yet."""

    rev: int
    position: Position | None
    text: str
    answers: Mapping[str, str]
    name: str
    email: str
    publish: bool | None
    saved_at: datetime | None


NOTHING_TYPED = Draft(0, None, "", {}, "", "", None, None)


@dataclass(frozen=True, slots=True)
class Invited:
    """One council's invitation with what it typed and sent so far, the newest answer first."""

    id: int
    version: int
    council: str
    opened_at: datetime | None
    about: About
    draft: Draft
    said: tuple[Said, ...]


def invited(
    session: Session, viewer: Viewer | LinkHolder, consultation_id: int, *, prefer: int | None = None
) -> Invited:
    """The invitation to this consultation that the viewer answers for; of several, the one with the id to `prefer`.

    Raises:
        NotHere: when there is none, or the link is of another council, of another consultation, or was replaced.
    """
    row = session.execute(
        select(Invitation, Organisation.name)
        .join(Organisation, Organisation.id == Invitation.organisation_id)
        .where(Invitation.consultation_id == consultation_id, _answers_for(viewer))
        .order_by(Invitation.id != (prefer or 0), Invitation.id)
        .limit(1)
    ).one_or_none()
    if row is None:
        raise NotHere
    invitation, council = row
    draft = session.get(ResponseDraft, invitation.id)
    said = _said(session, Response.invitation_id == invitation.id)
    about = _about(session, Consultation.id == consultation_id)
    return Invited(
        invitation.id, invitation.version, council, invitation.opened_at, about, _draft(draft), tuple(said)
    )


def consultation_of_link(session: Session, viewer: LinkHolder) -> int:
    """The consultation that a secret link leads to.

    Raises:
        NotHere: when the link was replaced.
    """
    found = session.scalar(select(Invitation.consultation_id).where(_answers_for(viewer)))
    if found is None:
        raise NotHere
    return found


def _answers_for(viewer: Viewer | LinkHolder) -> ColumnElement[bool]:
    if isinstance(viewer, LinkHolder):
        return (Invitation.id == viewer.invitation_id) & (Invitation.version == viewer.version)
    return Invitation.organisation_id.in_(viewer.organisations(*COUNCIL_ROLES))


def _draft(row: ResponseDraft | None) -> Draft:
    if row is None:
        return NOTHING_TYPED
    return Draft(row.rev, row.position, row.text, row.answers, row.name, row.email, row.publish, row.saved_at)


def about(session: Session, viewer: Viewer, consultation_id: int) -> About:
    """What a consultation asks about, for those who see the bid.

    Raises:
        NotHere: when the viewer does not.
    """
    return _about(session, (Consultation.id == consultation_id) & visible(viewer))


def public_consultation(session: Session, viewer: Viewer | None, consultation_id: int) -> tuple[About, Tally]:
    """A consultation as anybody may read it, with its tally once it has closed.

    Raises:
        NotHere: when there is none.
    """
    del viewer  # It is public.
    found = _about(session, Consultation.id == consultation_id)
    tally = tallies_of(session, [consultation_id]).get(consultation_id, NOBODY_ASKED)
    return found, tally


def _about(session: Session, condition: ColumnElement[bool]) -> About:
    lead = aliased(Organisation)
    row = session.execute(
        select(Consultation, Case, lead.name, BidVersion.snapshot)
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
    one, case, lead_name, snapshot = row
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
    )


def answer(session: Session, viewer: Viewer, response_id: int) -> tuple[About, tuple[Said, ...]]:
    """One answer with the bid it is about, followed by the other answers of the same council, the newest first.

    Raises:
        NotHere: when the viewer does not see the bid, or there is no such answer.
    """
    place = session.execute(
        select(Response.invitation_id, Consultation.id)
        .join(Invitation, Invitation.id == Response.invitation_id)
        .join(Consultation, Consultation.id == Invitation.consultation_id)
        .join(Case, Case.id == Consultation.bid_id)
        .where(Response.id == response_id, visible(viewer))
    ).one_or_none()
    if place is None:
        raise NotHere
    said = _said(session, Response.invitation_id == place[0])
    chosen = [one for one in said if one.id == response_id]
    return about(session, viewer, place[1]), (*chosen, *(one for one in said if one.id != response_id))


def next_to_dispose(session: Session, viewer: Viewer, consultation_id: int) -> int | None:
    """The next counted answer, by council, with no word yet on what was done about it; None when all have one."""
    return session.scalar(
        select(Invitation.response_id)
        .join(Consultation, Consultation.id == Invitation.consultation_id)
        .join(Case, Case.id == Consultation.bid_id)
        .join(Organisation, Organisation.id == Invitation.organisation_id)
        .outerjoin(Disposition, Disposition.response_id == Invitation.response_id)
        .where(
            Invitation.consultation_id == consultation_id,
            Invitation.response_id.is_not(None),
            Disposition.response_id.is_(None),
            visible(viewer),
        )
        .order_by(Organisation.name, Invitation.id)
        .limit(1)
    )


def _said(session: Session, condition: ColumnElement[bool]) -> list[Said]:
    rows = session.execute(
        select(Response, Organisation.name, Invitation.response_id, Disposition)
        .join(Invitation, Invitation.id == Response.invitation_id)
        .join(Organisation, Organisation.id == Invitation.organisation_id)
        .outerjoin(Disposition, Disposition.response_id == Response.id)
        .where(condition)
        .order_by(Organisation.name, Response.number.desc(), Response.id.desc())
    )
    return [_one(*row) for row in rows]


def _one(response: Response, council: str, counted_id: int | None, done: Disposition | None) -> Said:
    return Said(
        response.id,
        response.invitation_id,
        response.number,
        council,
        response.position,
        response.text,
        response.answers,
        response.publish,
        response.late,
        response.id == counted_id,
        response.arrived_at,
        response.by_name,
        response.by_email,
        None if done is None else done.outcome,
        "" if done is None else done.text,
    )
