"""Which bids are linked to which, and what they come to; in SQL, as facts of many bids are one statement."""

# ruff: noqa: S608 - Every part of the statements is written here; nothing comes from outside.

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from workflow.approval.linked import LinkedBid
from workflow.approval.readiness import UNDECIDED
from workflow.cases import Case
from workflow.clock import london_date
from workflow.db import read_columns
from workflow.money import Pence

WITHOUT_MONEY = ("draft", "ineligible", "rejected", "withdrawn", "lapsed", "declined")
"""The states of a bid that asks for nothing, or got nothing."""


def _words(names: Iterable[str]) -> str:
    return ", ".join(f"'{name}'" for name in names)


def _sent_outcomes(bid: str) -> str:
    """The outcomes that a bid names in what was sent: words that nobody signed yet link nothing, and part nothing."""
    return f"""CASE WHEN {bid}.unsent THEN coalesce(
            (SELECT CAST(v.snapshot AS jsonb) -> 'outcomes' FROM bid_version AS v WHERE v.bid_id = {bid}.id
             ORDER BY v.number DESC LIMIT 1), {bid}.outcome_codes) ELSE {bid}.outcome_codes END"""


def _sent_on(case: str) -> str:
    return f"""(SELECT min(CAST(v.made_at AT TIME ZONE 'Europe/London' AS date))
            FROM bid_version AS v WHERE v.bid_id = {case}.id)"""


def _recommended_on(case: str) -> str:
    return f"""(SELECT max(CAST(a.made_at AT TIME ZONE 'Europe/London' AS date))
            FROM appraisal AS a WHERE a.case_id = {case}.id)"""


def _near(first: str, second: str) -> str:
    """Whether two days are near enough; without a rule in force, any two, because the careful answer is the safe one."""
    return f"coalesce(abs({first} - {second}) <= setting.days, {first} IS NOT NULL AND {second} IS NOT NULL)"


FOUND = f"""
    SELECT other.id, other.reference, other.title, CASE WHEN other.state IN ({_words(UNDECIDED)}) THEN coalesce(
            (SELECT a.total_pence FROM appraisal AS a WHERE a.case_id = other.id ORDER BY a.round DESC LIMIT 1),
            other.amount_pence) ELSE other.amount_pence END AS pence
    FROM bid AS mine
    JOIN "case" AS other ON other.proposer_id = "case".proposer_id AND other.fund_id = "case".fund_id
        AND other.id <> "case".id AND other.kind = 'bid' AND other.state NOT IN ({_words(WITHOUT_MONEY)})
    JOIN bid AS theirs ON theirs.id = other.id
    LEFT JOIN LATERAL (SELECT r.amount AS days FROM deadline_rule AS r WHERE r.kind = 'linked_bids'
        AND r.valid_from <= :today AND coalesce(r.valid_to, :today) >= :today
        ORDER BY r.valid_from DESC LIMIT 1) AS setting ON true
    CROSS JOIN LATERAL (SELECT {_sent_on('"case"')} AS mine_sent, {_sent_on("other")} AS theirs_sent,
        {_recommended_on('"case"')} AS mine_recommended, {_recommended_on("other")} AS theirs_recommended) AS day
    WHERE mine.id = "case".id AND day.mine_sent IS NOT NULL AND day.theirs_sent IS NOT NULL
      AND jsonb_exists_any({_sent_outcomes("theirs")}, ARRAY(SELECT jsonb_array_elements_text({_sent_outcomes("mine")})))
      AND ({_near("day.mine_sent", "day.theirs_sent")} OR {_near("day.mine_recommended", "day.theirs_recommended")})
"""
"""The bids linked to one row of a table named "case", on the London date `:today`; for use in a subquery."""

GATHERED = f"""
    SELECT jsonb_agg(jsonb_build_array(one.id, one.reference, one.title, one.pence) ORDER BY one.id) AS bids,
        CAST(coalesce(sum(one.pence), 0) AS bigint) AS pence FROM ({FOUND}) AS one
"""
"""The same as one row: a JSON array of (id, reference, title, pence), and their total."""

_IDS = text(f'SELECT one.id FROM "case" CROSS JOIN LATERAL ({FOUND}) AS one WHERE "case".id = :case_id')


def linked_of(rows: Sequence[Sequence[Any]] | None) -> tuple[LinkedBid, ...]:
    """The linked bids of a column `bids` of `GATHERED`."""
    return tuple(
        LinkedBid(id_, reference, title, Pence(pence)) for id_, reference, title, pence in rows or ()
    )


def linked_ids(session: Session, case: Case, *, now: datetime) -> list[int]:
    """The cases of the bids linked to a bid, which a decision on it locks as well, before it reads their total."""
    found = read_columns(session, _IDS, {"case_id": case.id, "today": london_date(now)})
    return sorted(case_id for (case_id,) in found)


def linked_named(session: Session, recorded: Sequence[Sequence[int]]) -> tuple[LinkedBid, ...]:
    """The linked bids that a decision recorded as (case id, pence), as they are called today."""
    found = {
        case.id: case
        for case in session.scalars(select(Case).where(Case.id.in_([id_ for id_, _ in recorded])))
    }
    return tuple(
        LinkedBid(id_, found[id_].reference, found[id_].title, Pence(pence)) for id_, pence in recorded
    )
