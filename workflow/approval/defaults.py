"""The tiers that a new installation begins with; every number is configuration with dates, never a constant of a rule.

Source: domain, sections 4 and 5: a second approver above 100,000.00, and a second person before a proposer is told that a bid
above it is rejected (invented defaults).
"""

from datetime import date

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from workflow.approval.models import ApprovalTier
from workflow.money import Pence

SECOND_APPROVER_OVER = Pence(10_000_000)
IN_FORCE_FROM = date(2009, 4, 1)


def load_tiers(session: Session, department_ids: list[int]) -> int:
    """Give each department its two tiers once; returns how many rows are new."""
    rows = [
        {
            "department_id": department,
            "over_pence": over,
            "quorum": quorum,
            "rejection_quorum": quorum,
            "valid_from": IN_FORCE_FROM,
            "provenance": "invented",
        }
        for department in department_ids
        for over, quorum in ((Pence(0), 1), (SECOND_APPROVER_OVER, 2))
    ]
    if not rows:
        return 0
    added = session.execute(
        insert(ApprovalTier).values(rows).on_conflict_do_nothing().returning(ApprovalTier.id)
    )
    return len(added.all())
