"""Reading one council's invitation and answers: by the council, by the lead body and the department, and by the public."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import Session, aliased

from workflow.accounts.models import Organisation, Person
from workflow.accounts.queries import Viewer
from workflow.accounts.roles import Role
from workflow.cases import Case
from workflow.cases.queries import visible
from workflow.consultation.about import About, about_where
from workflow.consultation.commands import ANSWERED_IN
from workflow.consultation.contacts import COUNCIL_ROLES
from workflow.consultation.models import (
    Consultation,
    Disposition,
    Invitation,
    InvitationStart,
    Response,
    ResponseDraft,
    ResponseHold,
)
from workflow.consultation.said import Said, said_of
from workflow.consultation.terms import HoldKind, Position
from workflow.errors import NotHere


@dataclass(frozen=True, slots=True)
class LinkHolder:
    """Somebody who came with a council's secret link, as far as its signature goes; the version is checked by the query."""

    invitation_id: int
    version: int


@dataclass(frozen=True, slots=True)
class Draft:
    """What was typed so far; nothing, when `saved_at` is None. `rev` goes on from the draft before."""

    rev: int
    position: Position | None
    text: str
    answers: Mapping[str, str]
    name: str
    email: str
    publish: bool | None
    saved_at: datetime | None
    saved_by: str = ""

    @property
    def is_there(self) -> bool:
        """Whether anything was saved."""
        return self.saved_at is not None


@dataclass(frozen=True, slots=True)
class Invited:
    """One council's invitation with what it typed and sent so far, the newest answer first.

    `earlier` are its answers about earlier texts of the same bid, `started` those who pressed Start, with when.
    """

    id: int
    version: int
    council: str
    opened_at: datetime | None
    about: About
    draft: Draft
    said: tuple[Said, ...]
    earlier: tuple[Said, ...] = ()
    started: tuple[tuple[str, datetime], ...] = ()


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
    about = about_where(session, Consultation.id == consultation_id)
    said = said_of(session, Response.invitation_id.in_(_of_same_bid(invitation)))
    return Invited(
        invitation.id,
        invitation.version,
        council,
        invitation.opened_at,
        about,
        _draft(session, invitation),
        tuple(one for one in said if one.invitation_id == invitation.id),
        tuple(one for one in said if one.invitation_id != invitation.id),
        _started(session, invitation.id),
    )


def _of_same_bid(invitation: Invitation) -> Select[int]:
    """The ids of a council's invitations about the same bid, this one and those to earlier consultations."""
    own, same = aliased(Consultation), aliased(Consultation)
    return (
        select(Invitation.id)
        .join(same, same.id == Invitation.consultation_id)
        .join(own, (own.bid_id == same.bid_id) & (own.occurrence >= same.occurrence))
        .where(own.id == invitation.consultation_id, Invitation.organisation_id == invitation.organisation_id)
    )


def _started(session: Session, invitation_id: int) -> tuple[tuple[str, datetime], ...]:
    rows = session.execute(
        select(Person.name, InvitationStart.started_at)
        .select_from(InvitationStart)
        .outerjoin(Person, Person.id == InvitationStart.person_id)
        .where(InvitationStart.invitation_id == invitation_id)
        .order_by(InvitationStart.id)
    )
    return tuple((name or "Somebody with your council’s link", at) for name, at in rows)


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


def _draft(session: Session, invitation: Invitation) -> Draft:
    found = session.execute(
        select(ResponseDraft, Person.name)
        .outerjoin(Person, Person.id == ResponseDraft.saved_by)
        .where(ResponseDraft.invitation_id == invitation.id)
    ).one_or_none()
    if found is None:
        return Draft(invitation.draft_rev, None, "", {}, "", "", None, None)
    row, name = found
    return Draft(
        row.rev,
        row.position,
        row.text,
        row.answers,
        row.name,
        row.email,
        row.publish,
        row.saved_at,
        name or row.name,
    )


def about(session: Session, viewer: Viewer, consultation_id: int) -> About:
    """What a consultation asks about, for those who see the bid.

    Raises:
        NotHere: when the viewer does not.
    """
    return about_where(session, (Consultation.id == consultation_id) & visible(viewer))


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
    said = said_of(session, Response.invitation_id == place[0])
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


def late_and_held(session: Session, viewer: Viewer, consultation_id: int) -> list[Said]:
    """The late answers of a consultation that are held, by council, for those who see the bid."""
    late = (
        select(ResponseHold.response_id)
        .join(Response, Response.id == ResponseHold.response_id)
        .join(Invitation, Invitation.id == Response.invitation_id)
        .join(Consultation, Consultation.id == Invitation.consultation_id)
        .join(Case, Case.id == Consultation.bid_id)
        .where(
            Consultation.id == consultation_id,
            ResponseHold.kind == HoldKind.LATE,
            ResponseHold.resolved_at.is_(None),
            visible(viewer),
        )
    )
    return said_of(session, Response.id.in_(late))


@dataclass(frozen=True, slots=True)
class ToCheck:
    """One answer with the bid it is about, for somebody of its council or with a link about it.

    `may_confirm` says whether they may say that it is the council's own; anybody with a link may say that it is not.
    """

    about: About
    said: Said
    may_confirm: bool


def to_check(session: Session, viewer: Viewer | None, holder: LinkHolder | None, response_id: int) -> ToCheck:
    """An answer to be confirmed or disputed; `holder` names the answer in `invitation_id` and its link's version.

    Raises:
        NotHere: when the viewer is not of the council, and the link is of another answer or was replaced.
    """
    row = session.execute(
        select(Invitation.consultation_id, Invitation.organisation_id, Invitation.version)
        .join(Response, Response.invitation_id == Invitation.id)
        .where(Response.id == response_id)
    ).one_or_none()
    if row is None:
        raise NotHere
    is_own = viewer is not None and row.organisation_id in viewer.organisations(*COUNCIL_ROLES)
    has_link = holder is not None and (holder.invitation_id, holder.version) == (response_id, row.version)
    if not (is_own or has_link):
        raise NotHere
    [said] = said_of(session, Response.id == response_id)
    return ToCheck(about_where(session, Consultation.id == row.consultation_id), said, is_own)


def may_rule(session: Session, viewer: Viewer, consultation_id: int) -> bool:
    """Whether the viewer, as a case officer, may count or set aside answers of a consultation that are held."""
    found = session.scalar(
        select(Case.id)
        .join(Consultation, Consultation.bid_id == Case.id)
        .where(
            Consultation.id == consultation_id,
            Case.department_id.in_(viewer.organisations(Role.CASE_OFFICER)),
            Case.state.in_(ANSWERED_IN),
        )
    )
    return found is not None
