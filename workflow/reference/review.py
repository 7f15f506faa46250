"""The review: what it agreed and says, the mapping of what was and will be spent, and the programmes behind its figures."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import InstrumentedAttribute, Session

from workflow.accounts.models import Organisation
from workflow.bids.models import Outcome, Prospectus, SpendRoute, SupportType
from workflow.funds.models import Fund
from workflow.money import year_of_label
from workflow.reference.files import Row, read
from workflow.reports.models import (
    ImprovementProgramme,
    MappedSupport,
    MappingAmount,
    MappingLine,
    OutcomeTheme,
    ProgrammeKind,
    Provenance,
    Review,
    ReviewStatement,
)

MAPPING = "baseline_sr10_mapping.csv"
PROGRAMMES = "improvement_programmes.csv"
SR10 = {f"sr10_{year}_{year - 1999}": year for year in range(2011, 2015)}
"""The columns of the years of the spending review, with the calendar year that each starts in."""

OutcomeKey = tuple[str, str, str]
"""An outcome in the files: the fund's code, the prospectus's version and the outcome's code."""


@dataclass(frozen=True, slots=True)
class ReviewFiles:
    """The rows of the files; mapping lines and programmes name departments by their codes."""

    reviews: tuple[dict[str, Any], ...]
    statements: tuple[dict[str, Any], ...]
    lines: tuple[dict[str, Any], ...]
    amounts: tuple[dict[str, Any], ...]
    programmes: tuple[dict[str, Any], ...]
    themes: tuple[tuple[OutcomeKey, dict[str, Any]], ...]


def read_review(folder: Path, organisations: Iterable[str]) -> ReviewFiles:
    """Read and check the review's files; organisations are known by their codes.

    Raises:
        BrokenRow: naming the first line that is wrong.
    """
    known = frozenset(organisations)
    columns: Sequence[str] = ("code", "title", "agreement", "closed_on", "published_on", "provenance")
    reviews = tuple(_review(row) for row in read(folder, "reviews.csv", columns, key=("code",)))
    codes = frozenset(one["code"] for one in reviews)
    columns = ("review", "number", "paragraph", "about", "action", "text")
    rows = read(folder, "review_statements.csv", columns, key=("review", "number"))
    statements = tuple(_statement(row, codes) for row in rows)
    columns = ("line_ref", "department", "line_title", "support_type", "spend_route", "in_scope")
    columns = (*columns, "baseline_gbp_per_year", *SR10, "transitional_end", "provenance")
    rows = read(folder, MAPPING, columns, key=("line_ref",))
    lines = tuple(_line(row, known) for row in rows)
    amounts = tuple(
        {"line_ref": row.text("line_ref"), "year": year, "pence": row.money(column)}
        for row in rows
        for column, year in SR10.items()
    )
    columns = ("ref", "kind", "title", "lead_body", "sponsor_department", "support_types", "amount_gbp")
    columns = (*columns, "amount_note", "financial_years", "authority_codes", "provenance", "source")
    programmes = tuple(_programme(row, known) for row in read(folder, PROGRAMMES, columns, key=("ref",)))
    return ReviewFiles(reviews, statements, lines, amounts, programmes, _themes(folder))


def load_review(session: Session, found: ReviewFiles) -> dict[str, int]:
    """Add what is not there yet; returns how many of each are new. Others stay as they are."""
    departments = dict(session.execute(select(Organisation.code, Organisation.id)).all())
    lines = [
        {key: value for key, value in line.items() if key != "department"}
        | {"department_id": departments[line["department"]]}
        for line in found.lines
    ]
    return {
        "reviews": _insert(session, Review.code, list(found.reviews)),
        "review statements": _insert(session, ReviewStatement.number, list(found.statements)),
        "mapping lines": _insert(session, MappingLine.ref, lines),
        "mapping amounts": _insert(session, MappingAmount.year, list(found.amounts)),
        "programmes": _insert(session, ImprovementProgramme.ref, list(found.programmes)),
        "outcome themes": _insert(session, OutcomeTheme.outcome_id, _of_outcomes(session, found)),
    }


def _insert(session: Session, column: InstrumentedAttribute[Any], rows: list[dict[str, Any]]) -> int:
    """Add rows to the table of a column of its key; returns how many were not there."""
    if not rows:
        return 0
    statement = insert(column.class_).on_conflict_do_nothing().returning(column)
    return len(session.execute(statement, rows).all())


def _of_outcomes(session: Session, found: ReviewFiles) -> list[dict[str, Any]]:
    rows = session.execute(
        select(Fund.code, Prospectus.version, Outcome.code, Outcome.id)
        .join(Prospectus, Prospectus.id == Outcome.prospectus_id)
        .join(Fund, Fund.id == Prospectus.fund_id)
    )
    ids = {(fund, str(version), code): outcome_id for fund, version, code, outcome_id in rows}
    return [{"outcome_id": ids[key]} | theme for key, theme in found.themes]


def _review(row: Row) -> dict[str, Any]:
    closed, published = row.day("closed_on"), row.day_or_none("published_on")
    if published is not None and published < closed:
        raise row.broken(f"published_on {published} is before closed_on {closed}")
    texts = {name: row.text(name) for name in ("code", "title", "agreement", "provenance")}
    return {**texts, "closed_on": closed, "published_on": published}


def _statement(row: Row, reviews: frozenset[str]) -> dict[str, Any]:
    number = row.text("number")
    if not (number.isascii() and number.isdigit()) or not 1 <= int(number) < 1000:
        raise row.broken(f"number is {number!r}, not a whole number from 1")
    return {
        "review": row.refer("review", reviews),
        "number": int(number),
        "paragraph": row.text("paragraph"),
        "about": row.text("about"),
        "action": row.optional("action") or "",
        "text": row.text("text"),
    }


def _line(row: Row, organisations: frozenset[str]) -> dict[str, Any]:
    return {
        "ref": row.text("line_ref"),
        "department": row.refer("department", organisations),
        "title": row.text("line_title"),
        "support_type": row.choice("support_type", MappedSupport),
        "spend_route": row.choice("spend_route", SpendRoute),
        "baseline_pence": row.money("baseline_gbp_per_year"),
        "in_scope": row.flag("in_scope"),
        "ends_in": row.year("transitional_end") if row.optional("transitional_end") else None,
        "provenance": row.text("provenance"),
    }


def _programme(row: Row, organisations: frozenset[str]) -> dict[str, Any]:
    kinds = frozenset(SupportType)
    for kind in row.codes("support_types"):
        if kind not in kinds:
            raise row.broken(f"support_types has {kind!r}, not one of {', '.join(SupportType)}")
    for code in row.codes("sponsor_department"):
        if code not in organisations:
            raise row.broken(f"sponsor_department {code!r} is not known")
    return {
        "ref": row.text("ref"),
        "kind": row.choice("kind", ProgrammeKind),
        "title": row.text("title"),
        "lead_body": row.text("lead_body"),
        "sponsors": row.codes("sponsor_department"),
        "support_types": row.codes("support_types"),
        "amount_pence": row.money("amount_gbp") if row.optional("amount_gbp") else None,
        "amount_note": row.optional("amount_note") or "",
        "years": [_year(row, label) for label in row.codes("financial_years")],
        "authority_codes": row.codes("authority_codes"),
        "provenance": row.choice("provenance", Provenance),
        "source": row.text("source"),
    }


def _year(row: Row, label: str) -> int:
    try:
        return year_of_label(label)
    except ValueError as error:
        raise row.broken(f"financial_years has {label!r}, not a year such as 2011-12") from error


def _themes(folder: Path) -> tuple[tuple[OutcomeKey, dict[str, Any]], ...]:
    key = ("fund", "version", "code")
    outcomes = {tuple(row.text(one) for one in key) for row in read(folder, "outcomes.csv", key, key=key)}
    found: list[tuple[OutcomeKey, dict[str, Any]]] = []
    for row in read(folder, "outcome_themes.csv", (*key, "theme", "provenance"), key=key):
        named = (row.text("fund"), row.text("version"), row.text("code"))
        if named not in outcomes:
            raise row.broken(f"there is no outcome {named[2]!r} of the fund {named[0]!r}")
        found.append((named, {"theme": row.text("theme"), "provenance": row.text("provenance")}))
    return tuple(found)
