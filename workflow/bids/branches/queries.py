"""What may be read of a bid's branches: what is to be put right, findings, versions. The viewer has fetched the bid."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from workflow import deadlines
from workflow.accounts.models import Organisation
from workflow.accounts.queries import Viewer, people_named
from workflow.accounts.roles import Role
from workflow.bids.branches.models import (
    BidDefect,
    Found,
    Ineligibility,
    PartnerComment,
    PartnerShare,
    Review,
)
from workflow.bids.models import BidSection, BidVersion, Partner, Section
from workflow.bids.rules import CRITERIA
from workflow.bids.sections import SECTIONS
from workflow.cases import Case
from workflow.cases.queries import DEPARTMENT_ROLES
from workflow.deadlines.rules import due_date
from workflow.money import Pence


@dataclass(frozen=True, slots=True)
class Defect:
    """One thing to put right, and whether its section was saved since."""

    section: Section
    text: str
    at: datetime
    version: int
    is_put_right: bool

    @property
    def label(self) -> str:
        """What the section is called."""
        return SECTIONS[self.section].label


def defects_of(session: Session, viewer: Viewer, case: Case) -> list[Defect]:
    """What was named when the bid was sent back last, in the order of the sections as named; empty when it never was."""
    del viewer
    rows = session.execute(
        select(BidDefect, BidSection.saved_at)
        .outerjoin(
            BidSection, (BidSection.bid_id == BidDefect.bid_id) & (BidSection.name == BidDefect.section)
        )
        .where(BidDefect.bid_id == case.id)
        .order_by(BidDefect.version_number.desc(), BidDefect.id)
    ).all()
    newest = rows[0][0].version_number if rows else 0
    return [
        Defect(
            one.section,
            one.text,
            one.made_at,
            one.version_number,
            _is_after(saved_at, one.made_at),
        )
        for one, saved_at in rows
        if one.version_number == newest
    ]


def _is_after(saved_at: datetime | None, made_at: datetime) -> bool:
    """Whether a section was saved later; one that was never saved was not."""
    return saved_at is not None and saved_at > made_at


@dataclass(frozen=True, slots=True)
class FindingView:
    """A finding that a bid is not eligible, as one reader sees it; names are empty outside the department."""

    number: int
    criterion: str
    reason: str
    proposed_at: datetime
    proposed_by: str
    outcome: Found | None
    decided_at: datetime | None
    decided_by: str
    decided_words: str
    review_until: date | None
    review_asked_at: datetime | None
    review_reason: str
    review_outcome: Review | None
    reviewed_at: datetime | None
    review_words: str

    @property
    def question(self) -> str:
        """The question of the first check, in words."""
        return CRITERIA.get(self.criterion, self.criterion)


def findings_of(session: Session, viewer: Viewer, case: Case) -> list[FindingView]:
    """The findings about a bid, the newest first; outside the department only what was confirmed."""
    inside = _is_inside(viewer, case)
    query = select(Ineligibility).where(Ineligibility.bid_id == case.id).order_by(Ineligibility.number.desc())
    if not inside:
        query = query.where(Ineligibility.outcome == Found.CONFIRMED)
    rows = session.scalars(query).all()
    names = people_named(session, _people(rows)) if inside else {}
    return [
        FindingView(
            one.number,
            one.criterion,
            one.reason,
            one.proposed_at,
            names.get(one.proposed_by, ""),
            one.outcome,
            one.decided_at,
            names.get(one.decided_by or 0, ""),
            one.decided_words if inside else "",
            one.review_until,
            one.review_asked_at,
            one.review_reason or "",
            one.review_outcome,
            one.reviewed_at,
            one.review_words,
        )
        for one in rows
    ]


def _people(rows: Sequence[Ineligibility]) -> list[int]:
    return [who for one in rows for who in (one.proposed_by, one.decided_by) if who is not None]


def _is_inside(viewer: Viewer, case: Case) -> bool:
    return viewer.has(Role.AUDITOR) or case.department_id in viewer.organisations(*DEPARTMENT_ROLES)


def versions_of(session: Session, viewer: Viewer, case: Case) -> list[BidVersion]:
    """Every version of a bid that was sent, the first first."""
    del viewer
    return list(
        session.scalars(select(BidVersion).where(BidVersion.bid_id == case.id).order_by(BidVersion.number))
    )


@dataclass(frozen=True, slots=True)
class CommentView:
    """What a partner wrote to the lead body, with the body's name."""

    body: str
    text: str
    at: datetime


def comments_of(
    session: Session, viewer: Viewer, case: Case, organisation_id: int | None = None
) -> list[CommentView]:
    """What partners wrote about their parts, the newest first: all of it for the lead body, a partner's own for itself."""
    own = viewer.organisations(Role.PARTNER)
    is_lead = case.proposer_id in viewer.organisations(Role.DRAFTER, Role.SIGNATORY)
    query = (
        select(Organisation.name, PartnerComment.text, PartnerComment.made_at)
        .join(Organisation, Organisation.id == PartnerComment.organisation_id)
        .where(PartnerComment.bid_id == case.id)
        .order_by(PartnerComment.id.desc())
    )
    if organisation_id is not None or not is_lead:
        mine = own if organisation_id is None else own & {organisation_id}
        query = query.where(PartnerComment.organisation_id.in_(mine))
    return [CommentView(*row) for row in session.execute(query)]


def share_of(session: Session, viewer: Viewer, part: Partner) -> list[tuple[int, Pence]]:
    """What a part that the viewer fetched is to have, by financial year."""
    del viewer
    rows = session.execute(
        select(PartnerShare.year, PartnerShare.pence)
        .where(PartnerShare.partner_id == part.id)
        .order_by(PartnerShare.year)
    )
    return [(year, pence) for year, pence in rows]


def withdrawn_parts(session: Session, viewer: Viewer, case: Case) -> dict[int, str]:
    """Why bodies take no part any more in a bid that the viewer fetched, by organisation id."""
    del viewer
    rows = session.execute(
        select(Partner.organisation_id, Partner.withdrawn_reason).where(
            Partner.bid_id == case.id, Partner.withdrawn_reason.is_not(None)
        )
    )
    return {organisation_id: reason or "" for organisation_id, reason in rows}


def time_for_changes(session: Session, viewer: Viewer, now: datetime) -> date:
    """The London date until which a bid sent back now may come again; the same for everybody, so the viewer only asks."""
    del viewer
    rule = deadlines.rule_in_force(session, "returned_bid", now)
    return due_date(rule.terms, deadlines.calendar(session), start=now, due_on=None)
