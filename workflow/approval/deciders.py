"""Who can still decide: the approvers left for each of some cases, and the highest limit among them; one statement."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, text
from sqlalchemy.orm import Session

from workflow.clock import london_date
from workflow.db import read_columns


@dataclass(frozen=True, slots=True)
class Deciders:
    """The approvers who may still approve a case, by id, and the highest limit of any approver of its department (pence).

    `left` leaves out whoever did an earlier step, has a connection, belongs to a body that takes part, or has a lower limit.
    `officers` are the accounting officers of whom the same holds, but for the limit.
    """

    left: tuple[int, ...]
    highest_pence: int
    officers: tuple[int, ...] = ()


def facts(
    session: Session, case_ids: Sequence[int], *, now: datetime, person_id: int | None
) -> dict[int, Deciders]:
    """Who can still approve, by case id; computed from roles, limits, cover and connections of this very day.

    Source: domain, section 5, conflict: when nobody eligible remains, the case says so at once.
    """
    del person_id
    given = {"ids": list(case_ids), "today": london_date(now), "now": now}
    rows = read_columns(session, _DECIDERS, given)
    return {
        case_id: Deciders(tuple(left or ()), int(highest or 0), tuple(officers or ()))
        for case_id, highest, left, officers in rows
    }


_DECIDERS = text("""
    WITH asked AS (
        SELECT c.id, c.department_id, c.proposer_id, coalesce(
            (SELECT a.total_pence FROM appraisal AS a WHERE a.case_id = c.id ORDER BY a.round DESC LIMIT 1),
            c.amount_pence) AS pence
        FROM "case" AS c WHERE c.id IN :ids
    ), able AS (
        SELECT asked.*, p.id AS person_id, p.organisation_id AS home, r.role, (
            SELECT max(d.limit_pence) FROM delegation AS d
            WHERE d.person_id = p.id AND d.organisation_id = asked.department_id
              AND d.valid_from <= :today AND coalesce(d.valid_to, :today) >= :today) AS limit_pence
        FROM asked
        JOIN role_assignment AS r ON r.organisation_id = asked.department_id
            AND r.role IN ('approver', 'accounting_officer')
            AND r.valid_from <= :today AND coalesce(r.valid_to, :today) >= :today
        JOIN person AS p ON p.id = r.person_id AND p.active
    ), touched AS (
        SELECT id AS case_id, proposer_id AS organisation_id FROM asked
        UNION SELECT partner.bid_id, partner.organisation_id FROM partner JOIN asked ON asked.id = partner.bid_id
        UNION SELECT bid.id, council.id FROM asked JOIN bid ON bid.id = asked.id AND bid.area_kind = 'authorities'
            JOIN organisation AS council ON jsonb_exists(bid.area_codes, council.code)
    ), done AS (
        SELECT d.case_id, someone::bigint AS person_id
        FROM case_duty AS d JOIN asked ON asked.id = d.case_id
        CROSS JOIN jsonb_array_elements_text(d.principal_ids || to_jsonb(d.person_id)) AS someone
        WHERE d.duty IN ('submit', 'appraise', 'approve', 'reject')
           OR (d.duty = 'propose_rejection' AND d.rev < (
               SELECT max(s.rev) FROM decision_step AS s WHERE s.case_id = d.case_id AND s.kind = 'appeal_accepted'))
    ), free AS (
        SELECT able.* FROM able
        WHERE NOT EXISTS (SELECT 1 FROM touched
                          WHERE touched.case_id = able.id AND touched.organisation_id = able.home)
          AND NOT EXISTS (SELECT 1 FROM interest AS i
                          WHERE i.person_id = able.person_id AND i.declared_at <= :now
                            AND (i.resolved_at IS NULL OR i.resolved_at > :now)
                            AND (i.case_id = able.id OR i.organisation_id IN
                                (SELECT organisation_id FROM touched WHERE touched.case_id = able.id)))
          AND NOT EXISTS (SELECT 1 FROM done
                          WHERE done.case_id = able.id AND (done.person_id = able.person_id OR done.person_id IN
                              (SELECT for_person_id FROM cover
                               WHERE cover.person_id = able.person_id
                                 AND cover.valid_from <= :today AND cover.valid_to >= :today)))
    )
    SELECT asked.id,
        (SELECT max(able.limit_pence) FROM able WHERE able.id = asked.id AND able.role = 'approver'),
        (SELECT jsonb_agg(DISTINCT free.person_id) FROM free
         WHERE free.id = asked.id AND free.role = 'approver' AND free.limit_pence >= asked.pence),
        (SELECT jsonb_agg(DISTINCT free.person_id) FROM free
         WHERE free.id = asked.id AND free.role = 'accounting_officer')
    FROM asked
""").bindparams(bindparam("ids", expanding=True))
