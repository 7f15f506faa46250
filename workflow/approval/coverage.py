"""What councils said, as those who decide read it: what was done about their answers, and the strongest objection."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import case as either
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from workflow.accounts.models import Organisation
from workflow.cases import Case
from workflow.consultation.models import Consultation, Disposition, Invitation, Response
from workflow.consultation.terms import Outcome, Position

AGAINST = (Position.OPPOSE, Position.SUPPORT_WITH_CHANGES)
"""The positions that object, the stronger first."""


@dataclass(frozen=True, slots=True)
class Objection:
    """A council's objection in its own words, and what was done about it."""

    council: str
    position: Position
    text: str
    outcome: Outcome | None
    done: str


@dataclass(frozen=True, slots=True)
class Done:
    """How many answers met with one outcome, and one of them as an example."""

    answers: int
    council: str
    text: str


def strongest_objection(session: Session, case: Case) -> Objection | None:
    """The objection that counts most in the newest consultation: opposing before wanting changes, then the longest.

    The caller fetched the case for somebody of the department.
    """
    row = session.execute(
        select(Organisation.name, Response.position, Response.text, Disposition.outcome, Disposition.text)
        .select_from(Invitation)
        .join(Consultation, Consultation.id == Invitation.consultation_id)
        .join(Response, Response.id == Invitation.response_id)
        .join(Organisation, Organisation.id == Invitation.organisation_id)
        .outerjoin(Disposition, Disposition.response_id == Response.id)
        .where(
            Consultation.bid_id == case.id,
            Consultation.occurrence == _newest(case),
            Response.position.in_(AGAINST),
            Response.text != "",
        )
        .order_by(
            either((Response.position == Position.OPPOSE, 0), else_=1),
            func.length(Response.text).desc(),
            Response.id,
        )
        .limit(1)
    ).one_or_none()
    return None if row is None else Objection(row[0], row[1], row[2], row[3], row[4] or "")


def what_was_done(session: Session, case: Case) -> Mapping[Outcome, Done]:
    """What became of the answers of the newest consultation, by outcome, each with the longest word on it as an example."""
    rows = session.execute(
        select(Disposition.outcome, Organisation.name, Disposition.text)
        .select_from(Invitation)
        .join(Consultation, Consultation.id == Invitation.consultation_id)
        .join(Disposition, Disposition.response_id == Invitation.response_id)
        .join(Organisation, Organisation.id == Invitation.organisation_id)
        .where(Consultation.bid_id == case.id, Consultation.occurrence == _newest(case))
        .order_by(Disposition.outcome, func.length(Disposition.text).desc(), Disposition.response_id)
    ).all()
    found: dict[Outcome, Done] = {}
    for outcome, council, words in rows:
        known = found.get(outcome)
        found[outcome] = (
            Done(1, council, words) if known is None else Done(known.answers + 1, known.council, known.text)
        )
    return found


def _newest(case: Case) -> object:
    newest = select(func.max(Consultation.occurrence)).where(Consultation.bid_id == case.id)
    return newest.scalar_subquery()
