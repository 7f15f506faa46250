"""Reads what guards and pages may know of awards beside the straight line, in one statement for any number of cases."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from workflow.clock import london_date
from workflow.monitoring.branches.terms import Branches, Change, Report

_STATEMENT = text("""
    SELECT b.id, a.total_pence, a.ends_on, (a.accepted_at AT TIME ZONE 'Europe/London')::date AS accepted_on,
           b.spend_route = 'central_transitional' AS is_transitional, b.transition_ends_on,
           (SELECT jsonb_agg(jsonb_build_array(r.number, r.period_from, r.period_to, r.due_on, r.held_from,
                                               r.sent_at IS NOT NULL) ORDER BY r.number)
            FROM progress_report r WHERE r.case_id = b.id) AS reports,
           (SELECT jsonb_agg(y.year) FROM year_end y WHERE y.case_id = b.id) AS settled,
           v.number, v.kind, v.total_after, v.ends_on_before, v.ends_on_after,
           (SELECT jsonb_agg(jsonb_build_array(y.year, y.before_pence, y.after_pence)) FROM variation_year y
            WHERE y.case_id = v.case_id AND y.number = v.number) AS years,
           (SELECT jsonb_agg(someone) FROM variation_vote t CROSS JOIN LATERAL (
                SELECT t.person_id AS someone
                UNION SELECT d.for_person_id FROM cover d WHERE d.person_id = t.person_id
                  AND (t.voted_at AT TIME ZONE 'Europe/London')::date BETWEEN d.valid_from AND d.valid_to
            ) o WHERE t.case_id = v.case_id AND t.number = v.number) AS counted,
           (SELECT count(*) FROM variation_vote t WHERE t.case_id = v.case_id AND t.number = v.number) AS votes,
           (SELECT t.quorum FROM approval_tier t
            WHERE t.department_id = c.department_id AND t.over_pence < v.total_after
              AND t.valid_from <= :today AND coalesce(t.valid_to, :today) >= :today
            ORDER BY t.over_pence DESC, t.valid_from DESC LIMIT 1) AS quorum,
           m.asked_pence, m.recovered_pence,
           (SELECT jsonb_object_agg(p.year, p.pence) FROM (
                SELECT year, sum(amount_pence) AS pence FROM recovery_receipt WHERE case_id = b.id GROUP BY year
            ) p) AS back,
           e.eligible_pence,
           (SELECT d.breach_at FROM deadline d WHERE d.subject = 'case:' || b.id AND d.kind = 'acceptance'
              AND d.state = 'open') AS accept_until,
           (SELECT s.kind FROM award_step s WHERE s.case_id = b.id AND s.kind IN ('suspended', 'lifted')
            ORDER BY s.id DESC LIMIT 1) = 'suspended' AS is_paused
    FROM bid b JOIN "case" c ON c.id = b.id
    LEFT JOIN award a ON a.case_id = b.id
    LEFT JOIN variation v ON v.case_id = b.id AND v.status = 'asked'
    LEFT JOIN recovery m ON m.case_id = b.id
    LEFT JOIN termination e ON e.case_id = b.id
    WHERE b.id = ANY(CAST(:ids AS bigint[])) ORDER BY b.id
""")

NO_TIER_QUORUM = 2
"""Approvals needed where no tier is in force: never fewer than two people for want of a rule."""


def branches_of(session: Session, case_ids: Sequence[int], now: datetime) -> dict[int, Branches]:
    """What is known of each of some bids, by id; a bid without an award has all of it empty."""
    session.flush()
    rows = session.execute(_STATEMENT, {"ids": list(case_ids), "today": london_date(now)}).mappings()
    return {row["id"]: _branches(row) for row in rows}


def _branches(row: Mapping[Any, Any]) -> Branches:
    return Branches(
        total_pence=row["total_pence"] or 0,
        ends_on=row["ends_on"],
        accepted_on=row["accepted_on"],
        reports=tuple(_report(one) for one in row["reports"] or ()),
        change=_change(row) if row["number"] is not None else None,
        settled_years=frozenset(row["settled"] or ()),
        asked_back=row["asked_pence"] or 0,
        came_back=row["recovered_pence"] or 0,
        back_by_year={int(year): int(pence) for year, pence in (row["back"] or {}).items()},
        is_transitional=bool(row["is_transitional"]),
        transition_ends_on=row["transition_ends_on"],
        eligible_pence=row["eligible_pence"],
        is_paused=bool(row["is_paused"]),
        accept_until=row["accept_until"],
    )


def _change(row: Mapping[Any, Any]) -> Change:
    years = row["years"] or ()
    return Change(
        number=row["number"],
        kind=row["kind"],
        before={year: before for year, before, _ in years},
        after={year: after for year, _, after in years},
        total_after=row["total_after"],
        ends_on_before=row["ends_on_before"],
        ends_on_after=row["ends_on_after"],
        votes=row["votes"],
        counted=frozenset(row["counted"] or ()),
        quorum=row["quorum"] or NO_TIER_QUORUM,
    )


def _report(row: Sequence[Any]) -> Report:
    number, period_from, period_to, due_on, held_from, is_sent = row
    days = [date.fromisoformat(day) for day in (period_from, period_to, due_on, held_from)]
    return Report(number, days[0], days[1], days[2], days[3], is_sent)
