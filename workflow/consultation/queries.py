"""All that reads consultations, each time only what the viewer may see.

The department, the lead body and auditors see a bid's consultation; a council sees those that invite it, and of them only
its own answer; somebody with a secret link sees that one invitation.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, ScalarSelect, Select, false, literal, or_, select, tuple_
from sqlalchemy.orm import Session, aliased

from workflow.accounts.models import Organisation
from workflow.accounts.queries import Viewer
from workflow.accounts.roles import Role
from workflow.bids.told import withheld
from workflow.cases import Case
from workflow.cases.queries import visible
from workflow.clock import london_date
from workflow.consultation.commands import WITHDRAWN
from workflow.consultation.inviting import living_authorities
from workflow.consultation.known import facts as facts  # noqa: PLC0414 - the rooms register their facts from `queries`
from workflow.consultation.models import Consultation, ConsultationReport, Invitation
from workflow.consultation.tallies import NOBODY_ASKED, Tally, tallies_of
from workflow.consultation.terms import ConsultationKind
from workflow.errors import NotHere

COUNCIL_ROLES = (Role.COUNCIL_OFFICER, Role.CORPORATE_MAILBOX)
"""Who answers for a council."""

PAGE = 25
"""Rows of a page of any list here."""


def consultation_closes_on(session: Session, case: Case, *, now: datetime, data: object) -> date:
    """The London date of the deadline that closes a bid's newest consultation."""
    del now, data
    closes_on = session.scalar(
        select(Consultation.closes_on)
        .where(Consultation.bid_id == case.id)
        .order_by(Consultation.occurrence.desc())
        .limit(1)
    )
    if closes_on is None:
        raise NotHere
    return closes_on


@dataclass(frozen=True, slots=True)
class ConsultationRow:
    """A line of the list of consultations. `invitation_id` and `answered` are the viewer's own council's, if it is asked.

    `is_over` says that no council is asked any more, `is_withdrawn` that the lead body took the bid back.
    """

    id: int
    reference: str
    title: str
    lead: str
    kind: ConsultationKind
    opens_at: datetime
    closes_on: date
    closed_at: datetime | None
    tally: Tally
    invitation_id: int | None
    answered: bool
    sees_register: bool
    is_over: bool
    is_withdrawn: bool


def may_see(viewer: Viewer) -> ColumnElement[bool]:
    """The condition, over consultations joined with their cases, for what a viewer may see."""
    asked = select(Invitation.id).where(
        Invitation.consultation_id == Consultation.id, Invitation.organisation_id.in_(_councils(viewer))
    )
    return or_(visible(viewer), asked.correlate(Consultation).exists())


def _own_invitation(viewer: Viewer) -> ScalarSelect[int]:
    """The invitation that a viewer answers first: of several councils, one that has not answered."""
    return (
        select(Invitation.id)
        .where(
            Invitation.consultation_id == Consultation.id, Invitation.organisation_id.in_(_councils(viewer))
        )
        .order_by(Invitation.response_id.is_not(None), Invitation.id)
        .limit(1)
        .correlate(Consultation)
        .scalar_subquery()
    )


def _councils(viewer: Viewer) -> frozenset[int]:
    return viewer.organisations(*COUNCIL_ROLES)


def consultations(
    session: Session, viewer: Viewer, *, show: str = "open", after: int | None = None, limit: int = PAGE
) -> tuple[list[ConsultationRow], bool]:
    """A page of consultations, and whether there are more after it: the open ones with the first to close at the top.

    Closed ones, and all together, begin with the one that closes last. `show` is "open", "closed" or "all"; any other
    value shows no rows. `after` is the id of the last row of the page before.
    """
    lead, own = aliased(Organisation), aliased(Invitation)
    query = (
        select(Consultation, Case, lead.name, own, visible(viewer))
        .join(Case, Case.id == Consultation.bid_id)
        .join(lead, lead.id == Case.proposer_id)
        .outerjoin(own, own.id == _own_invitation(viewer))
        .where(may_see(viewer), _shown(show))
    )
    return _page(session, query, show, after, limit)


is_over = Consultation.closed_at.is_not(None) | Consultation.replaced_at.is_not(None) | Case.ended
"""The condition, over consultations joined with their cases, that no council is being asked any more."""


def _shown(show: str) -> ColumnElement[bool]:
    match show:
        case "open":
            return ~is_over
        case "closed":
            return is_over
        case "all":
            return Consultation.id.is_not(None)
        case _:
            return Consultation.id.is_(None)


def public_consultations(
    session: Session,
    viewer: Viewer | None,
    *,
    show: str = "open",
    after: int | None = None,
    limit: int = PAGE,
) -> tuple[list[ConsultationRow], bool]:
    """The same for anybody, signed in or not: consultations are public from their opening.

    About a bid to help councils that it names, those alone are asked; the public reads of it when it is approved.
    """
    del viewer
    lead = aliased(Organisation)
    query = (
        select(Consultation, Case, lead.name, literal(None), false())
        .join(Case, Case.id == Consultation.bid_id)
        .join(lead, lead.id == Case.proposer_id)
        .where(_shown(show), ~withheld)
    )
    return _page(session, query, show, after, limit)


def _page(
    session: Session, query: Select[*tuple[Any, ...]], show: str, after: int | None, limit: int
) -> tuple[list[ConsultationRow], bool]:
    """A page of consultations: of open ones the first to close at the top, else the one that closes last."""
    place = tuple_(Consultation.closes_on, Consultation.id)
    if after is not None:
        last = (
            select(Consultation.closes_on, Consultation.id).where(Consultation.id == after).scalar_subquery()
        )
        query = query.where(place > last if show == "open" else place < last)
    keys = (Consultation.closes_on, Consultation.id)
    order = keys if show == "open" else tuple(key.desc() for key in keys)
    rows = session.execute(query.order_by(*order).limit(limit + 1)).all()
    tallies = tallies_of(session, [row[0].id for row in rows])
    found = [_row(row, tallies.get(row[0].id, NOBODY_ASKED)) for row in rows[:limit]]
    return found, len(rows) > limit


def _row(row: Row[*tuple[Any, ...]], tally: Tally) -> ConsultationRow:
    one, case, lead, own, sees_register = row
    return ConsultationRow(
        one.id,
        case.reference,
        case.title,
        lead,
        one.kind,
        one.opens_at,
        one.closes_on,
        one.closed_at,
        tally,
        None if own is None else own.id,
        own is not None and own.response_id is not None,
        sees_register,
        one.closed_at is not None or one.replaced_at is not None or case.ended,
        case.state == WITHDRAWN,
    )


@dataclass(frozen=True, slots=True)
class Authority:
    """A council that may be asked."""

    code: str
    name: str
    type: str
    region: str


def authorities(session: Session, viewer: Viewer, now: datetime) -> list[Authority]:
    """The councils that exist on the London date of a moment, by name. They are public, so the viewer changes nothing."""
    del viewer
    rows = session.scalars(
        select(Organisation)
        .where(living_authorities(london_date(now)))
        .order_by(Organisation.name, Organisation.id)
    )
    return [Authority(one.code, one.name, one.authority_type or "", one.region or "") for one in rows]


def may_say(session: Session, viewer: Viewer, consultation_id: int) -> bool:
    """Whether the viewer says for the lead body what was done about an answer, and this is the time for it."""
    bodies = viewer.organisations(Role.DRAFTER, Role.SIGNATORY)
    found = session.scalar(
        select(Case.id)
        .join(Consultation, Consultation.bid_id == Case.id)
        .where(Consultation.id == consultation_id, Case.proposer_id.in_(bodies), Case.state == "responding")
    )
    return found is not None


def report_of(session: Session, viewer: Viewer, consultation_id: int) -> ConsultationReport | None:
    """What the lead body made of the answers, once it was sent, for those who see the bid."""
    return session.scalars(
        select(ConsultationReport)
        .join(Consultation, Consultation.id == ConsultationReport.consultation_id)
        .join(Case, Case.id == Consultation.bid_id)
        .where(ConsultationReport.consultation_id == consultation_id, visible(viewer))
    ).one_or_none()
