"""Powers, funds with their years, and what the money is for: prospectuses, outcomes and rounds."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from workflow.accounts.models import Organisation
from workflow.db import Work
from workflow.funds import Fund, FundYear, Power, open_fund, set_ceiling
from workflow.funds.rules import ConsultationRule, Recipients, Recovery, YearStatus
from workflow.money import Pence, format_pounds, total
from workflow.reference.files import BrokenRow, Row, read

TOP_SLICE = "RSG"
TOP_SLICE_TOTAL = Pence(11_675_000_000)
"""What the LG Group receives over 2011 to 2015. Source: seed, paragraph 4: £116.75m."""

PROFILE = "topslice_profile.csv"


@dataclass(frozen=True, slots=True)
class Allocation:
    """What a fund has for a year."""

    fund: str
    year: int
    amount: Pence
    status: YearStatus
    provenance: str


@dataclass(frozen=True, slots=True)
class Money:
    """What the files say of money: columns by code, and references to other files still as codes."""

    powers: tuple[dict[str, Any], ...]
    funds: tuple[dict[str, Any], ...]
    allocations: tuple[Allocation, ...]


def read_money(folder: Path, organisations: Iterable[str]) -> Money:
    """Read and check powers, funds and their years; organisations are known by their codes.

    Raises:
        BrokenRow: naming the first line that is wrong.
    """
    known = frozenset(organisations)
    columns = ("code", "law", "title", "recipients", "has_conditions", "has_claims", "recovery", "consent")
    dated = ("in_force_from", "in_force_to", "provenance")
    powers = tuple(
        _power(row) for row in read(folder, "powers.csv", (*columns, *dated), key=("code", "in_force_from"))
    )
    owned = ("code", "title", "department", "holder", "power", "consultation", "recovery")
    booked = ("cost_centre", "account", "programme", "provenance")
    codes = frozenset(power["code"] for power in powers)
    rows = read(folder, "funds.csv", (*owned, *booked), key=("code",))
    funds = tuple(_fund(row, known, codes) for row in rows)
    return Money(powers, funds, _allocations(folder, frozenset(fund["code"] for fund in funds)))


def load_money(work: Work, found: Money) -> dict[str, int]:
    """Add the powers, funds and years that are not there yet; returns how many of each are new.

    A year that is there already is left alone, because its allocation may have been revised since.
    """
    session = work.session
    statement = insert(Power).on_conflict_do_nothing(index_elements=["code", "in_force_from"])
    powers = session.execute(statement.returning(Power.id), found.powers).all()
    return {
        "powers": len(powers),
        "funds": _load_funds(work, found.funds),
        "fund years": _load_years(work, found.allocations),
    }


def fund_ids(session: Session) -> dict[str, int]:
    """The ids of all funds by code."""
    return dict(session.execute(select(Fund.code, Fund.id)).all())


def _power(row: Row) -> dict[str, Any]:
    begins, ends = row.day("in_force_from"), row.day_or_none("in_force_to")
    if ends is not None and ends < begins:
        raise row.broken(f"in_force_to {ends} is before in_force_from {begins}")
    return {
        "code": row.text("code"),
        "law": row.text("law"),
        "title": row.text("title"),
        "recipients": row.choice("recipients", Recipients),
        "has_conditions": row.flag("has_conditions"),
        "has_claims": row.flag("has_claims"),
        "recovery": row.choice("recovery", Recovery),
        "consent": row.optional("consent") or "",
        "in_force_from": begins,
        "in_force_to": ends,
        "provenance": row.text("provenance"),
    }


def _fund(row: Row, organisations: frozenset[str], powers: frozenset[str]) -> dict[str, Any]:
    return {
        "code": row.text("code"),
        "title": row.text("title"),
        "department": row.refer("department", organisations),
        "holder": row.refer("holder", organisations),
        "power": row.refer("power", powers),
        "consultation_rule": row.choice("consultation", ConsultationRule),
        "recovery_rule": row.choice("recovery", Recovery),
        "cost_centre": row.text("cost_centre"),
        "account": row.text("account"),
        "programme": row.text("programme"),
        "provenance": row.text("provenance"),
    }


def _allocations(folder: Path, funds: frozenset[str]) -> tuple[Allocation, ...]:
    profile = read(folder, PROFILE, ("financial_year", "amount_gbp", "provenance"), key=("financial_year",))
    sliced = [_allocation(row, TOP_SLICE, YearStatus.CONFIRMED) for row in profile]
    found = total([one.amount for one in sliced])
    if found != TOP_SLICE_TOTAL:
        line = profile[-1].line if profile else 1
        raise BrokenRow(
            PROFILE,
            line,
            f"the years add up to {format_pounds(found)}, not to {format_pounds(TOP_SLICE_TOTAL)}",
        )
    columns = ("fund", "financial_year", "amount_gbp", "status", "provenance")
    others = [
        (row, _allocation(row, row.refer("fund", funds), row.choice("status", YearStatus)))
        for row in read(folder, "fund_years.csv", columns, key=("fund", "financial_year"))
    ]
    for row, other in others:
        if other.fund == TOP_SLICE:
            raise row.broken(f"the years of {TOP_SLICE} belong in {PROFILE}")
    return (*sliced, *(other for _, other in others))


def _allocation(row: Row, fund: str, status: YearStatus) -> Allocation:
    return Allocation(
        fund, row.year("financial_year"), row.money("amount_gbp"), status, row.text("provenance")
    )


def _load_funds(work: Work, funds: Iterable[Mapping[str, Any]]) -> int:
    session = work.session
    there = set(fund_ids(session))
    codes = dict(session.execute(select(Organisation.code, Organisation.id)).all())
    powers = dict(session.execute(select(Power.code, Power.id).order_by(Power.in_force_from, Power.id)).all())
    new = [fund for fund in funds if fund["code"] not in there]
    for fund in new:
        columns = {
            name: value for name, value in fund.items() if name not in {"department", "holder", "power"}
        }
        open_fund(
            work,
            department_id=codes[fund["department"]],
            holder_id=codes[fund["holder"]],
            power_id=powers[fund["power"]],
            **columns,
        )
    return len(new)


def _load_years(work: Work, allocations: Iterable[Allocation]) -> int:
    ids = fund_ids(work.session)
    there = set(work.session.execute(select(FundYear.fund_id, FundYear.year)))
    # Fund-years are locked in ascending order, here as everywhere.
    new = sorted(
        (ids[one.fund], one.year, one.amount, one.status, one.provenance)
        for one in allocations
        if (ids[one.fund], one.year) not in there
    )
    for fund_id, year, amount, status, provenance in new:
        key = f"reference:{fund_id}:{year}"
        set_ceiling(
            work, fund_id, year, amount, key=key, status=status, reason=f"First allocation: {provenance}"
        )
    return len(new)
