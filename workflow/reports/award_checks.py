"""What must be true of awards beside the straight line, and of the answers that count. Source: domain, section 7."""

from sqlalchemy.orm import Session

from workflow.reports.invariants import Invariant, broken

AWARDS = (
    Invariant(
        "bid {reference}: {counted} pence came back by what is asked for, {received} by its receipts and {moved} by the ledger",
        """
        SELECT c.reference, m.recovered_pence AS counted, r.received, e.moved
        FROM recovery m JOIN "case" c ON c.id = m.case_id
        LEFT JOIN LATERAL (SELECT coalesce(sum(amount_pence), 0) AS received FROM recovery_receipt
                           WHERE case_id = m.case_id) r ON true
        LEFT JOIN LATERAL (SELECT coalesce(sum(recovered - paid), 0) AS moved FROM ledger_entry
                           WHERE case_id = m.case_id AND kind = 'recover') e ON true
        WHERE m.recovered_pence <> r.received OR r.received <> e.moved ORDER BY c.reference
        """,
    ),
    Invariant(
        "bid {reference}, {year}: what became of the year’s money is not what its entries say",
        """
        SELECT c.reference, y.year FROM year_end y JOIN "case" c ON c.id = y.case_id
        LEFT JOIN LATERAL (SELECT coalesce(sum(e.lapsed), 0) AS lapsed, coalesce(sum(e.carried_out), 0) AS carried,
                                  coalesce(sum(e.accrued), 0) AS accrued
                           FROM ledger_entry e JOIN fund_year f ON f.id = e.fund_year_id
                           WHERE e.case_id = y.case_id AND f.year = y.year
                             AND starts_with(e.idempotency_key, concat('yearend:case:', y.case_id, ':', y.year, ':'))
                          ) s ON true
        WHERE (y.lapsed_pence, y.carried_pence, y.accrued_pence) IS DISTINCT FROM (s.lapsed, s.carried, s.accrued)
        ORDER BY c.reference, y.year
        """,
    ),
    Invariant(
        "bid {reference}, {year}: change {number} is {status}, and the ledger moved {moved} pence for it",
        """
        SELECT c.reference, y.year, v.number, v.status, s.moved
        FROM variation v JOIN variation_year y ON y.case_id = v.case_id AND y.number = v.number
        JOIN "case" c ON c.id = v.case_id
        LEFT JOIN LATERAL (SELECT coalesce(sum(e.committed), 0) AS moved
                           FROM ledger_entry e JOIN fund_year f ON f.id = e.fund_year_id
                           WHERE e.case_id = v.case_id AND f.year = y.year
                             AND starts_with(e.idempotency_key, concat('change:case:', v.case_id, ':', v.number, ':'))
                          ) s ON true
        WHERE s.moved <> CASE WHEN v.status = 'agreed' THEN y.after_pence - y.before_pence ELSE 0 END
        ORDER BY c.reference, v.number, y.year
        """,
    ),
)

ANSWERS = (
    Invariant(
        "invitation {id}: the answer that counts is not the newest that is neither held nor set aside",
        """
        SELECT i.id FROM invitation i WHERE i.response_id IS DISTINCT FROM (
            SELECT r.id FROM response r WHERE r.invitation_id = i.id AND NOT EXISTS (
                SELECT 1 FROM response_hold h
                WHERE h.response_id = r.id AND (h.resolved_at IS NULL OR h.resolution = 'set_aside'))
            ORDER BY r.number DESC LIMIT 1)
        ORDER BY i.id
        """,
    ),
)


def award_problems(session: Session) -> list[str]:
    """Where awards and the ledger say different things, and where another answer of a council counts than should."""
    return broken(session, (*AWARDS, *ANSWERS))
