"""Invitations: who is asked, the secret link of each, and who may answer with it."""

from collections.abc import Sequence
from datetime import date
from typing import Literal

from sqlalchemy import ColumnElement, literal, or_, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from workflow import audit
from workflow.accounts import queries as accounts
from workflow.accounts.models import Organisation, OrganisationKind
from workflow.accounts.roles import Role
from workflow.cases import hold_case
from workflow.clock import london_date
from workflow.consultation.models import Consultation, Invitation, InvitationFetch
from workflow.consultation.rules import written
from workflow.db import UtcDateTime, Work
from workflow.errors import Invalid, NotHere


def stream_of(invitation_id: int) -> str:
    """The stream of events of an invitation."""
    return f"invitation:{invitation_id}"


def invite(work: Work, consultation: Consultation, consultees: Literal["all"] | Sequence[str]) -> int:
    """Invite councils, as the authorities live on the London date of `work.now`; returns how many.

    One statement whatever their number. Inviting again adds nothing. The rows are the list of who was asked: it never
    changes when an authority later ends.

    Raises:
        Invalid: naming the codes that are of no authority that lives that day.
    """
    living = living_authorities(london_date(work.now))
    wanted = living if consultees == "all" else living & Organisation.code.in_(list(consultees))
    if consultees != "all":
        _refuse_unknown(work, wanted, consultees)
    asked = select(
        literal(consultation.id), Organisation.id, literal(1), literal(work.now, UtcDateTime)
    ).where(wanted)
    made = work.session.execute(
        upsert(Invitation)
        .from_select(
            ["consultation_id", "organisation_id", "version", "sent_at"], asked, include_defaults=False
        )
        .on_conflict_do_nothing(index_elements=["consultation_id", "organisation_id"])
        .returning(Invitation.id)
    )
    return len(made.all())


def living_authorities(day: date) -> ColumnElement[bool]:
    """The condition on `Organisation` for the local authorities of England that exist on a London date."""
    begun = or_(Organisation.valid_from.is_(None), Organisation.valid_from <= day)
    not_ended = or_(Organisation.valid_to.is_(None), Organisation.valid_to >= day)
    return (Organisation.kind == OrganisationKind.LOCAL_AUTHORITY) & begun & not_ended


def _refuse_unknown(work: Work, wanted: ColumnElement[bool], codes: Sequence[str]) -> None:
    found = set(work.session.scalars(select(Organisation.code).where(wanted)))
    unknown = sorted(set(codes) - found)
    if unknown:
        listed = ", ".join(code[:20] for code in unknown[:10])
        text = f"No council that exists on {written(london_date(work.now))} has this code: {listed}."
        raise Invalid(f"{text} Choose others.", field="consultees")


def log_fetch(work: Work, invitation_id: int, version: int) -> None:
    """Note that a secret link was fetched, once for each version: mail scanners fetch links too, so it says no more."""
    work.session.execute(
        upsert(InvitationFetch)
        .values(invitation_id=invitation_id, version=version, fetched_at=work.now)
        .on_conflict_do_nothing()
    )


def renew_link(work: Work, invitation_id: int) -> int:
    """Make a council's secret link worthless and give it a new one; returns the new version.

    Raises:
        NotHere: when the person is no case officer of the bid's department.
    """
    case = hold_case(work, case_of(work, invitation_id))
    if work.actor.person_id is None:
        raise NotHere
    viewer = accounts.viewer_for(work.session, work.actor.person_id, work.now)
    if case.department_id not in viewer.organisations(Role.CASE_OFFICER):
        raise NotHere
    version = work.session.execute(
        update(Invitation)
        .where(Invitation.id == invitation_id)
        .values(version=Invitation.version + 1)
        .returning(Invitation.version)
    ).scalar_one()
    audit.record(work, stream_of(invitation_id), "link_renewed", {"version": version})
    return version


def case_of(work: Work, invitation_id: int) -> int:
    """The id of the case that governs an invitation; a bid and its case share it.

    Raises:
        NotHere: when there is no such invitation.
    """
    found = work.session.scalar(
        select(Consultation.bid_id)
        .join(Invitation, Invitation.consultation_id == Consultation.id)
        .where(Invitation.id == invitation_id)
    )
    if found is None:
        raise NotHere
    return found


def own_invitation(work: Work, invitation_id: int, link_version: int | None) -> Invitation:
    """Lock the invitation for whoever holds its present link or answers for its council.

    Raises:
        NotHere: for everybody else, as if it did not exist.
    """
    found = work.session.scalars(
        select(Invitation)
        .where(Invitation.id == invitation_id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    ).one_or_none()
    if found is None or not _may_answer(work, found, link_version):
        raise NotHere
    return found


def _may_answer(work: Work, invitation: Invitation, link_version: int | None) -> bool:
    if work.actor.kind == "link":
        return work.actor.link_id == invitation.id and link_version == invitation.version
    if work.actor.person_id is None:
        return False
    viewer = accounts.viewer_for(work.session, work.actor.person_id, work.now)
    return invitation.organisation_id in viewer.organisations(Role.COUNCIL_OFFICER, Role.CORPORATE_MAILBOX)
