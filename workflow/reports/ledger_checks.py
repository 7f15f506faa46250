"""What must be true of the ledger at every moment. Source: domain, section 7; design of the ledger."""

# ruff: noqa: S608 - The statements are put together from the columns of the ledger itself; nothing comes from outside.

from sqlalchemy.orm import Session

from workflow.funds.ledger import COLUMNS
from workflow.reports.invariants import Invariant, broken

_HELD = COLUMNS[1:]
# The states in which a bid's money is promised; `closed` keeps what was paid.
_PROMISED = "('approved', 'offered', 'active', 'suspended', 'closing', 'terminated', 'closed')"


def _named(alias: str) -> str:
    return f"f.code AS fund, {alias}.year AS year"


def _sums(columns: tuple[str, ...]) -> str:
    return ", ".join(f"coalesce(sum(e.{column}), 0) AS {column}" for column in columns)


def _differ(columns: tuple[str, ...], one: str, other: str) -> str:
    left = ", ".join(f"{one}.{column}" for column in columns)
    right = ", ".join(f"{other}.{column}" for column in columns)
    return f"({left}) IS DISTINCT FROM ({right})"


LEDGER = (
    Invariant(
        "fund {fund}, {year}: its entries do not add up to its balances",
        f"""
        SELECT {_named("y")} FROM fund_year y JOIN fund f ON f.id = y.fund_id
        LEFT JOIN LATERAL (SELECT {_sums(COLUMNS)} FROM ledger_entry e WHERE e.fund_year_id = y.id) s ON true
        WHERE {_differ(COLUMNS, "y", "s")} ORDER BY f.code, y.year
        """,
    ),
    Invariant(
        "fund {fund}, {year}: its entries have a gap, {entries} of {version} are there",
        f"""
        SELECT {_named("y")}, y.version, s.entries FROM fund_year y JOIN fund f ON f.id = y.fund_id
        LEFT JOIN LATERAL (SELECT count(*) AS entries, coalesce(max(e.balance_version), 0) AS last
                           FROM ledger_entry e WHERE e.fund_year_id = y.id) s ON true
        WHERE s.entries <> y.version OR s.last <> y.version ORDER BY f.code, y.year
        """,
    ),
    Invariant(
        "fund {fund}, {year}: more is set aside and promised than is allocated, by {over} pence",
        f"""
        SELECT {_named("y")}, y.reserved + y.committed - y.ceiling AS over
        FROM fund_year y JOIN fund f ON f.id = y.fund_id
        WHERE y.reserved + y.committed > y.ceiling ORDER BY f.code, y.year
        """,
    ),
    Invariant(
        "fund {fund}, {year}: more is paid or kept for bills than is promised, or a balance is below nothing",
        f"""
        SELECT {_named("y")} FROM fund_year y JOIN fund f ON f.id = y.fund_id
        WHERE y.paid + y.accrued > y.committed OR least({", ".join(f"y.{column}" for column in COLUMNS)}) < 0
        ORDER BY f.code, y.year
        """,
    ),
    Invariant(
        "fund {fund}, {year}: what its bids hold does not add up to its balances",
        f"""
        SELECT {_named("y")} FROM fund_year y JOIN fund f ON f.id = y.fund_id
        LEFT JOIN LATERAL (SELECT {_sums(_HELD)} FROM award_year e WHERE e.fund_year_id = y.id) s ON true
        WHERE {_differ(_HELD, "y", "s")} ORDER BY f.code, y.year
        """,
    ),
    Invariant(
        "fund {fund}, {year}: its allocation is {ceiling} pence and its last revision says {amount}",
        f"""
        SELECT {_named("y")}, y.ceiling, r.amount FROM fund_year y JOIN fund f ON f.id = y.fund_id
        LEFT JOIN LATERAL (SELECT v.amount, v.status FROM allocation_revision v WHERE v.fund_year_id = y.id
                           ORDER BY v.id DESC LIMIT 1) r ON true
        WHERE (y.ceiling, y.status) IS DISTINCT FROM (r.amount, r.status) ORDER BY f.code, y.year
        """,
    ),
    Invariant(
        "bid {reference}, {year}: its entries do not add up to what it holds",
        f"""
        SELECT c.reference, y.year FROM award_year a JOIN fund_year y ON y.id = a.fund_year_id
        JOIN "case" c ON c.id = a.case_id
        LEFT JOIN LATERAL (SELECT count(*) AS entries, {_sums(_HELD)} FROM ledger_entry e
                           WHERE e.fund_year_id = a.fund_year_id AND e.case_id = a.case_id) s ON true
        WHERE {_differ(_HELD, "a", "s")} OR a.version <> s.entries ORDER BY c.reference, y.year
        """,
    ),
    Invariant(
        "bid {reference}: an entry of the ledger holds money of another fund for it",
        """
        SELECT DISTINCT c.reference FROM ledger_entry e JOIN fund_year y ON y.id = e.fund_year_id
        JOIN "case" c ON c.id = e.case_id WHERE y.fund_id <> c.fund_id ORDER BY c.reference
        """,
    ),
)

# The ends in which what was set aside or promised before is free again.
_GIVEN_BACK = "('withdrawn', 'lapsed', 'declined', 'rejected')"

# How often the promise of a bid was taken back, so that it was assessed again: its year had ended before the offer.
_TAKEN_BACK = """(SELECT count(*) FROM decision_step t
                  WHERE t.case_id = c.id AND t.kind = 'sent_back' AND t.from_state = 'approved')"""

DECISIONS = (
    Invariant(
        "bid {reference}: it is {state}, and its money was promised {times} times instead of once",
        f"""
        SELECT c.reference, c.state, s.times FROM "case" c
        LEFT JOIN LATERAL (SELECT count(DISTINCT coalesce(e.decision, e.idempotency_key)) - {_TAKEN_BACK} AS times
                           FROM ledger_entry e WHERE e.case_id = c.id AND e.kind = 'commit'
                             AND e.idempotency_key NOT LIKE 'change:%') s ON true
        WHERE c.kind = 'bid' AND (s.times > 1 OR s.times <> (CASE WHEN c.state IN {_PROMISED} THEN 1
              WHEN c.state IN {_GIVEN_BACK} THEN s.times ELSE 0 END))
        ORDER BY c.reference
        """,
    ),
    Invariant(
        "bid {reference}: it is {state}, and {held} pence are still set aside or promised for it",
        f"""
        SELECT c.reference, c.state, sum(a.committed + a.reserved) AS held
        FROM award_year a JOIN "case" c ON c.id = a.case_id
        WHERE c.state IN {_GIVEN_BACK} GROUP BY c.reference, c.state
        HAVING sum(a.committed + a.reserved) <> 0 ORDER BY c.reference
        """,
    ),
    Invariant(
        "bid {reference}: its agreement is over {total} pence, its payment plan over {planned}, and {held} are promised",
        """
        SELECT c.reference, w.total_pence AS total, p.planned, h.held
        FROM award w JOIN "case" c ON c.id = w.case_id
        LEFT JOIN LATERAL (SELECT coalesce(sum(l.amount_pence), 0) AS planned FROM profile_line l
                           WHERE l.case_id = w.case_id) p ON true
        LEFT JOIN LATERAL (SELECT coalesce(sum(a.committed + a.lapsed), 0) AS held FROM award_year a
                           WHERE a.case_id = w.case_id) h ON true
        WHERE w.total_pence <> p.planned
           OR (c.state IN ('offered', 'active', 'suspended', 'closing', 'terminated') AND h.held <> w.total_pence)
        ORDER BY c.reference
        """,
    ),
    Invariant(
        "bid {reference}, {year}: {paid} pence are paid by the ledger and {payments} by its payments",
        """
        SELECT c.reference, coalesce(a.year, p.year) AS year, coalesce(a.paid, 0) AS paid,
               coalesce(p.payments, 0) AS payments
        FROM (SELECT h.case_id, y.year, h.paid FROM award_year h JOIN fund_year y ON y.id = h.fund_year_id) a
        FULL JOIN (SELECT case_id, year, payments - coalesce(back, 0) AS payments FROM (
                   SELECT l.case_id, l.year, sum(m.amount_pence) AS payments FROM payment m
                   JOIN claim l ON l.id = m.claim_id GROUP BY l.case_id, l.year) paid_out
                  LEFT JOIN (SELECT case_id, year, sum(amount_pence) AS back FROM recovery_receipt
                             WHERE restored GROUP BY case_id, year) r USING (case_id, year)) p
          ON p.case_id = a.case_id AND p.year = a.year
        JOIN "case" c ON c.id = coalesce(a.case_id, p.case_id)
        WHERE coalesce(a.paid, 0) <> coalesce(p.payments, 0) ORDER BY c.reference, 2
        """,
    ),
    Invariant(
        "bid {reference}: it is closed, and {unpaid} pence are still promised and not paid",
        """
        SELECT c.reference, sum(a.committed + a.reserved - a.paid - a.accrued) AS unpaid
        FROM award_year a JOIN "case" c ON c.id = a.case_id
        WHERE c.state = 'closed' GROUP BY c.reference
        HAVING sum(a.committed + a.reserved - a.paid - a.accrued) <> 0 ORDER BY c.reference
        """,
    ),
)


def ledger_problems(session: Session) -> list[str]:
    """What is wrong with the ledger itself."""
    return broken(session, LEDGER)


def decision_problems(session: Session) -> list[str]:
    """Where bids and the ledger say different things."""
    return broken(session, DECISIONS)
