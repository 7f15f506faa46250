"""How an answer stands: held or not, and which answer of a council counts."""

from collections.abc import Collection

from sqlalchemy import select, text

from workflow.consultation.models import Invitation, ResponseHold
from workflow.consultation.terms import HoldKind, Resolution
from workflow.db import Work

_RECOUNT = text("""
    UPDATE invitation SET response_id = (
        SELECT r.id FROM response AS r
        WHERE r.invitation_id = invitation.id AND NOT EXISTS (
            SELECT 1 FROM response_hold AS h
            WHERE h.response_id = r.id AND (h.resolved_at IS NULL OR h.resolution = 'set_aside')
        )
        ORDER BY r.number DESC LIMIT 1
    ) WHERE id = :id
""")


def recount(work: Work, invitation: Invitation) -> None:
    """Let the newest answer count that is neither held nor set aside; an older one counts again while a newer is held.

    The caller holds the case and the invitation.
    """
    work.session.flush()  # The statement reads the answers and the holds.
    work.session.execute(_RECOUNT, {"id": invitation.id})
    work.session.refresh(invitation, ["response_id"])


def hold(work: Work, response_id: int, kind: HoldKind, said: str = "") -> None:
    """Keep an answer out of the count until somebody resolves it."""
    work.session.add(
        ResponseHold(
            response_id=response_id,
            kind=kind,
            held_at=work.now,
            held_by=work.actor.person_id,
            said=said,
        )
    )


def open_holds(work: Work, response_id: int, kinds: Collection[HoldKind]) -> list[ResponseHold]:
    """The open holds of an answer, of some kinds, the oldest first."""
    return list(
        work.session.scalars(
            select(ResponseHold)
            .where(
                ResponseHold.response_id == response_id,
                ResponseHold.resolved_at.is_(None),
                ResponseHold.kind.in_(kinds),
            )
            .order_by(ResponseHold.id)
            .execution_options(populate_existing=True)
        )
    )


def resolve(work: Work, holds: Collection[ResponseHold], resolution: Resolution, reason: str) -> None:
    """Say what came of some holds, and why."""
    for one in holds:
        one.resolved_at, one.resolution = work.now, resolution
        one.reason, one.resolved_by = reason, work.actor.person_id
