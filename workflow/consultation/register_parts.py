"""What the register says beside each council of one page: why an answer is held, and when it was last written to."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from workflow.consultation.models import Response, ResponseHold
from workflow.consultation.terms import HoldKind


def held_as(session: Session, invitation_ids: Sequence[int]) -> dict[int, frozenset[HoldKind]]:
    """Why an answer of each invitation is held, for those that have one; in one statement."""
    rows = session.execute(
        select(Response.invitation_id, ResponseHold.kind)
        .join(ResponseHold, ResponseHold.response_id == Response.id)
        .where(Response.invitation_id.in_(invitation_ids), ResponseHold.resolved_at.is_(None))
        .order_by(ResponseHold.id)
    )
    found: dict[int, frozenset[HoldKind]] = {}
    for invitation_id, kind in rows:
        found[invitation_id] = found.get(invitation_id, frozenset()) | {kind}
    return found


_CONTACTED = text("""
    SELECT CAST(named ->> 'invitation_id' AS bigint) AS invitation_id, max(n.created_at) AS at
    FROM notification AS n
    JOIN notification_subject AS s ON s.notification_id = n.id
    CROSS JOIN LATERAL jsonb_array_elements(n.payload -> 'named') AS named
    WHERE s.subject = (SELECT 'case:' || bid_id FROM consultation WHERE id = :consultation_id)
      AND n.template = ANY(CAST(:templates AS text[])) AND n.state <> 'cancelled'
      AND CAST(named ->> 'invitation_id' AS bigint) = ANY(CAST(:ids AS bigint[]))
    GROUP BY 1
""")
ASKING = (
    "consultation_invitation",
    "consultation_reminder",
    "consultation_restarted",
    "consultation_extended",
)
"""The messages by which a council is asked."""


def contacted(session: Session, consultation_id: int, ids: Sequence[int]) -> dict[int, datetime]:
    """When a message last went out to each council, in one statement."""
    given = {"consultation_id": consultation_id, "templates": list(ASKING), "ids": list(ids)}
    return {row.invitation_id: row.at for row in session.execute(_CONTACTED, given)}
