"""Funds as their pages show them: the list with totals, one envelope, and the entries with what was left after each."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple, cast

from sqlalchemy import ColumnElement, func, select, true
from sqlalchemy.orm import Session, aliased

from workflow.accounts.models import Organisation
from workflow.accounts.queries import Viewer
from workflow.errors import NotHere
from workflow.funds.models import AllocationRevision, Fund, FundYear, LedgerEntry, Power
from workflow.funds.queries import (
    PAGE,
    EntryRow,
    YearBalance,
    balance_of,
    entries,
    fund_by_code,
    sees_undecided,
    visible,
)
from workflow.money import Pence


class Sums(NamedTuple):
    """Amounts in pence over some years; `unpaid` is promised and not paid, `left` is left to promise."""

    ceiling: Pence
    paid: Pence
    unpaid: Pence
    reserved: Pence
    left: Pence


@dataclass(frozen=True, slots=True)
class FundLine:
    """One fund in the list: over how many years its sums go, and where its figures come from."""

    code: str
    title: str
    department: str
    years: int
    sums: Sums
    provenance: str


@dataclass(frozen=True, slots=True)
class Envelope:
    """One fund with its power, who owns and holds it, its years, their sums, and its newest revision by year.

    `shows_undecided` says whether the reader sees what is set aside for bids that are not decided.
    """

    fund: Fund
    power: Power
    department: str
    holder: str
    years: tuple[YearBalance, ...]
    sums: Sums
    revised: dict[int, AllocationRevision]
    shows_undecided: bool = True


@dataclass(frozen=True, slots=True)
class StatementLine:
    """One entry of a year, and what was left to promise of that year after it (pence)."""

    entry: EntryRow
    left_after: Pence


def fund_lines(session: Session, viewer: Viewer) -> list[FundLine]:
    """Every fund that a person sees, with its totals over all years, by title; one statement."""
    columns = [
        func.coalesce(func.sum(column), 0)
        for column in (FundYear.ceiling, FundYear.reserved, FundYear.committed, FundYear.paid)
    ]
    rows = session.execute(
        select(Fund, Organisation.code, func.count(FundYear.id), *columns)
        .join(Organisation, Organisation.id == Fund.department_id)
        .outerjoin(FundYear, FundYear.fund_id == Fund.id)
        .where(visible(viewer))
        .group_by(Fund.id, Organisation.code)
        .order_by(Fund.title, Fund.id)
    )
    found = []
    for fund, department, years, *amounts in rows:
        ceiling, reserved, committed, paid = map(int, amounts)
        sums = _sums(ceiling, reserved if sees_undecided(viewer, fund) else 0, committed, paid)
        found.append(FundLine(fund.code, fund.title, department, years, sums, fund.provenance))
    return found


def envelope(session: Session, viewer: Viewer, fund_code: str) -> Envelope:
    """A fund with its years, by its code.

    Raises:
        NotHere: when there is no such fund, or the person may not see it.
    """
    return _envelope(session, viewer, Fund.code == fund_code)


def envelope_of(session: Session, viewer: Viewer, fund_id: int) -> Envelope:
    """A fund with its years, for a page of a case that it pays.

    Raises:
        NotHere: when the person may not see it.
    """
    return _envelope(session, viewer, Fund.id == fund_id)


def _envelope(session: Session, viewer: Viewer, which: ColumnElement[bool]) -> Envelope:
    department, holder = aliased(Organisation), aliased(Organisation)
    row = session.execute(
        select(Fund, Power, department.code, holder.name)
        .join(Power, Power.id == Fund.power_id)
        .join(department, department.id == Fund.department_id)
        .join(holder, holder.id == Fund.holder_id)
        .where(which, visible(viewer))
    ).one_or_none()
    if row is None:
        raise NotHere
    fund, power, department_code, holder_name = row
    newest = (
        select(AllocationRevision)
        .where(AllocationRevision.fund_year_id == FundYear.id)
        .order_by(AllocationRevision.id.desc())
        .limit(1)
    )
    revision = aliased(AllocationRevision, newest.lateral("newest"))
    found = session.execute(
        select(FundYear, revision)
        .outerjoin(revision, true())
        .where(FundYear.fund_id == fund.id)
        .order_by(FundYear.year)
        # Balances are moved by statements of their own, so what the session read before may be old.
        .execution_options(populate_existing=True)
    )
    rows = [(year, cast("AllocationRevision | None", last)) for year, last in found]
    years = tuple(balance_of(year) for year, _ in rows)
    inside = sees_undecided(viewer, fund)
    if not inside:
        years = tuple(year.without_undecided() for year in years)
    revised = {year.year: last for year, last in rows if last is not None}
    return Envelope(fund, power, department_code, holder_name, years, total_of(years), revised, inside)


def total_of(years: tuple[YearBalance, ...]) -> Sums:
    """The sums over some years."""
    return _sums(
        sum(year.ceiling for year in years),
        sum(year.reserved for year in years),
        sum(year.committed for year in years),
        sum(year.paid for year in years),
    )


def _sums(ceiling: int, reserved: int, committed: int, paid: int) -> Sums:
    return Sums(
        Pence(ceiling),
        Pence(paid),
        Pence(committed - paid),
        Pence(reserved),
        Pence(ceiling - reserved - committed),
    )


def statement(
    session: Session, viewer: Viewer, fund_code: str, year: YearBalance, after: int | None = None
) -> tuple[list[StatementLine], int | None]:
    """A page of a year's entries, the newest first, and the id after which the next page goes on (None: no more).

    Raises:
        NotHere: when there is no such fund, or the person may not see it.
    """
    rows = entries(session, viewer, fund_code, year.year, after, limit=PAGE + 1)
    left = year.available - (0 if after is None else _moved_since(session, viewer, fund_code, year, after))
    lines = []
    for row in rows[:PAGE]:
        lines.append(StatementLine(row, Pence(left)))
        left -= row.ceiling - row.reserved - row.committed
    return lines, rows[PAGE - 1].id if len(rows) > PAGE else None


def _moved_since(session: Session, viewer: Viewer, fund_code: str, year: YearBalance, entry_id: int) -> int:
    """By how much the entries from this one on changed what is left of the year."""
    fund = fund_by_code(session, viewer, fund_code)
    change = LedgerEntry.ceiling - LedgerEntry.committed
    if sees_undecided(viewer, fund):
        change = change - LedgerEntry.reserved
    moved = session.scalar(
        select(func.coalesce(func.sum(change), 0))
        .join(FundYear, FundYear.id == LedgerEntry.fund_year_id)
        .where(FundYear.fund_id == fund.id, FundYear.year == year.year, LedgerEntry.id >= entry_id)
    )
    return int(moved or 0)


def every_entry(
    session: Session, viewer: Viewer, fund_code: str, year: YearBalance
) -> Iterator[StatementLine]:
    """All entries of a year with what was left after each, the newest first, read a page at a time.

    Raises:
        NotHere: when there is no such fund, or the person may not see it.
    """
    left, after = year.available, None
    while True:
        rows = entries(session, viewer, fund_code, year.year, after, limit=EXPORT_PAGE)
        for row in rows:
            yield StatementLine(row, Pence(left))
            left = Pence(left - (row.ceiling - row.reserved - row.committed))
        if len(rows) < EXPORT_PAGE:
            return
        after = rows[-1].id


EXPORT_PAGE = 500
"""How many entries an export reads at once."""
