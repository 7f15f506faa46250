"""What a partner sees: its own part of a bid that it is named in, and the whole bid once that was sent.

A partner does not read the lead's draft, nor anybody else's money. Source: domain, section 8.
"""

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from workflow.accounts.queries import Viewer
from workflow.accounts.roles import Role
from workflow.bids.models import Partner
from workflow.cases import Case
from workflow.errors import NotHere


def is_named(viewer: Viewer) -> ColumnElement[bool]:
    """The condition on `Case` that one of the viewer's bodies is named as a partner of the bid."""
    bodies = viewer.organisations(Role.PARTNER)
    named = select(Partner.id).where(Partner.bid_id == Case.id, Partner.organisation_id.in_(bodies))
    return named.correlate(Case).exists()


def part_by_reference(session: Session, viewer: Viewer, reference: str) -> tuple[Case, Partner]:
    """A bid with the part that one of the viewer's bodies has in it; of several, the first.

    The page built on it shows the title, the lead, the partner's own task and share, and of a draft nothing else.

    Raises:
        NotHere: when there is no such bid, or no body of the viewer is named in it.
    """
    row = session.execute(
        select(Case, Partner)
        .join(Partner, Partner.bid_id == Case.id)
        .where(Case.reference == reference, Partner.organisation_id.in_(viewer.organisations(Role.PARTNER)))
        .order_by(Partner.id)
        .limit(1)
    ).one_or_none()
    if row is None:
        raise NotHere
    case, part = row
    return case, part


def parts_of(session: Session, viewer: Viewer) -> list[tuple[Case, Partner]]:
    """The live bids that the viewer's bodies are named in, those that nobody confirmed yet first."""
    rows = session.execute(
        select(Case, Partner)
        .join(Partner, Partner.bid_id == Case.id)
        .where(is_named(viewer), Partner.organisation_id.in_(viewer.organisations(Role.PARTNER)), ~Case.ended)
        .order_by(Partner.confirmed_at.is_not(None), Case.id, Partner.id)
    )
    return [(case, part) for case, part in rows]
