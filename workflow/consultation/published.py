"""What anybody may read of a consultation once it has closed: answers that may be published, and what was done about them."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from workflow.accounts.queries import Viewer
from workflow.bids.told import withheld
from workflow.cases import Case
from workflow.cases.registry import registry
from workflow.consultation.about import About, about_where
from workflow.consultation.models import (
    Consultation,
    ConsultationReport,
    Disposition,
    Invitation,
    Response,
)
from workflow.consultation.queries import may_see
from workflow.consultation.said import Said, said_of
from workflow.consultation.tallies import NOBODY_ASKED, Tally, tallies_of
from workflow.consultation.terms import Outcome

PAGE = 20


@dataclass(frozen=True, slots=True)
class Published:
    """A consultation as anybody may read it. Before the close there are no answers, and the tally is not for showing.

    `said` are answers that count and may be published, one a council, of which there are `publishable` in all; `after` is
    the invitation after which the next page begins, None on the last. `outcomes` counts what was done, and `report` is what
    the lead body said, both from the moment the department accepted it. `stands` is where the bid stands, in outside words.
    """

    about: About
    tally: Tally
    said: tuple[Said, ...]
    publishable: int
    after: int | None
    outcomes: Mapping[Outcome, int]
    report: ConsultationReport | None
    stands: str


def published(
    session: Session, viewer: Viewer | None, consultation_id: int, *, after: int | None = None
) -> Published:
    """A consultation for everybody, signed in or not.

    Raises:
        NotHere: when there is none, or the public is not told of it and the viewer is not among those it concerns.
    """
    open_to = ~withheld if viewer is None else ~withheld | may_see(viewer)
    about = about_where(session, (Consultation.id == consultation_id) & open_to)
    tally = tallies_of(session, [consultation_id]).get(consultation_id, NOBODY_ASKED)
    stands = _stands(session, consultation_id)
    if about.closed_at is None:
        return Published(about, tally, (), 0, None, {}, None, stands)
    report = session.scalars(
        select(ConsultationReport).where(
            ConsultationReport.consultation_id == consultation_id,
            ConsultationReport.accepted_at.is_not(None),
        )
    ).one_or_none()
    said, following = _said(session, consultation_id, after)
    return Published(
        about,
        tally,
        said,
        _publishable(session, consultation_id),
        following,
        {} if report is None else _outcomes(session, consultation_id),
        report,
        stands,
    )


def _stands(session: Session, consultation_id: int) -> str:
    case = session.scalars(
        select(Case)
        .join(Consultation, Consultation.bid_id == Case.id)
        .where(Consultation.id == consultation_id)
    ).one()
    workflow = registry().workflow_of(case)
    state = None if workflow is None else workflow.state_by_name.get(case.state)
    return "" if state is None else state.outside_label


_COUNTED = select(Response.id).join(Invitation, Invitation.response_id == Response.id).where(Response.publish)


def _said(session: Session, consultation_id: int, after: int | None) -> tuple[tuple[Said, ...], int | None]:
    """A page of answers in the order in which councils were asked; the order says nothing of what they think."""
    chosen = (
        _COUNTED.add_columns(Invitation.id)
        .where(Invitation.consultation_id == consultation_id, Invitation.id > (after or 0))
        .order_by(Invitation.id)
        .limit(PAGE + 1)
    )
    rows = session.execute(chosen).all()
    shown = rows[:PAGE]
    said = said_of(session, Response.id.in_([row[0] for row in shown]))
    return tuple(said), shown[-1][1] if len(rows) > PAGE else None


def _publishable(session: Session, consultation_id: int) -> int:
    counted = _COUNTED.where(Invitation.consultation_id == consultation_id).subquery()
    return session.execute(select(func.count()).select_from(counted)).scalar_one()


def _outcomes(session: Session, consultation_id: int) -> dict[Outcome, int]:
    rows = session.execute(
        select(Disposition.outcome, func.count())
        .join(Invitation, Invitation.response_id == Disposition.response_id)
        .where(Invitation.consultation_id == consultation_id)
        .group_by(Disposition.outcome)
    )
    counted = dict(rows.all())
    return {outcome: counted[outcome] for outcome in Outcome if outcome in counted}
