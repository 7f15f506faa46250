"""Authorities with their successors, and sector bodies and departments with what powers read of them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from workflow.accounts.models import Organisation, OrganisationKind, OrganisationSuccessor
from workflow.reference.files import Row, read

AUTHORITIES = "local_authorities_england.csv"
BODIES = "bodies.csv"
ATTRIBUTES = "body_attributes.csv"
AUTHORITY_PROVENANCE = "mySociety, UK local authority names and codes 1.7.3, CC BY 4.0, cleaned"

DISTRICT = "district"
OTHER_TYPES = frozenset({"combined_authority", "greater_london_authority"})
"""Kept for their successors and as recipients; they are not principal councils, so nobody consults them."""

TYPES = OTHER_TYPES | {DISTRICT, "county", "city_of_london", "london_borough", "metropolitan", "unitary"}
_AUTHORITY_COLUMNS = ("code", "official_name", "short_name", "type", "region", "county_code", "gss_code")
_DATE_COLUMNS = ("former_gss_codes", "org_id", "start_date", "end_date", "replaced_by")
_BODY_COLUMNS = ("code", "name", "kind", "org_id", "org_id_status", "note")
_ATTRIBUTE_COLUMNS = ("code", "parent", "is_legal_person", "specified_from", "is_charitable", "provenance")


@dataclass(frozen=True, slots=True)
class Organisations:
    """The organisations of the files: their columns by code, each one's parent and its successors by code."""

    columns: Mapping[str, dict[str, Any]]
    parents: Mapping[str, str]
    successors: tuple[tuple[str, str], ...]


def read_organisations(folder: Path) -> Organisations:
    """Read and check authorities and bodies.

    Raises:
        BrokenRow: naming the first line that is wrong.
    """
    authorities = read(folder, AUTHORITIES, (*_AUTHORITY_COLUMNS, *_DATE_COLUMNS), key=("code",))
    bodies = read(folder, BODIES, _BODY_COLUMNS, key=("code",))
    attributes = read(folder, ATTRIBUTES, _ATTRIBUTE_COLUMNS, key=("code",))
    columns = {row.text("code"): _authority(row) for row in authorities}
    for row in bodies:
        if row.text("code") in columns:
            raise row.broken(f"{row.text('code')} is already an authority")
        columns[row.text("code")] = _body(row)
    parents = _parents(authorities, "county_code", columns) | _parents(attributes, "parent", columns)
    for row in attributes:
        columns[row.refer("code", columns)] |= _attributes(row)
    return Organisations(columns, parents, tuple(_successors(authorities, columns)))


def load_organisations(session: Session, found: Organisations) -> tuple[int, int]:
    """Add what is not there yet; returns how many organisations and successors are new. Others stay as they are."""
    rows = [{"code": code} | columns for code, columns in found.columns.items()]
    added = set(
        session.scalars(
            insert(Organisation).on_conflict_do_nothing(index_elements=["code"]).returning(Organisation.code),
            rows,
        )
    )
    ids = dict(session.execute(select(Organisation.code, Organisation.id)).all())
    parents = [
        {"id": ids[code], "parent_id": ids[parent]} for code, parent in found.parents.items() if code in added
    ]
    if parents:
        session.execute(update(Organisation), parents)
    pairs = [{"organisation_id": ids[old], "successor_id": ids[new]} for old, new in found.successors]
    if not pairs:
        return len(added), 0
    statement = insert(OrganisationSuccessor).on_conflict_do_nothing()
    new = session.execute(statement.returning(OrganisationSuccessor.successor_id), pairs).all()
    return len(added), len(new)


def _authority(row: Row) -> dict[str, Any]:
    kind = row.text("type")
    if kind not in TYPES:
        raise row.broken(f"type is {kind!r}, not one of {', '.join(sorted(TYPES))}")
    begins, ends = row.day_or_none("start_date"), row.day_or_none("end_date")
    if begins is not None and ends is not None and ends < begins:
        raise row.broken(f"end_date {ends} is before start_date {begins}")
    is_council = kind not in OTHER_TYPES
    return _columns(
        name=row.text("official_name"),
        short_name=row.text("short_name"),
        kind=OrganisationKind.LOCAL_AUTHORITY if is_council else OrganisationKind.OTHER,
        org_id=row.optional("org_id"),
        region=row.text("region"),
        authority_type=kind,
        gss_code=row.optional("gss_code"),
        former_gss_codes=row.codes("former_gss_codes"),
        # Source: Local Authority Social Services Act 1970: all principal councils but districts under a county.
        has_social_care_duty=is_council and kind != DISTRICT,
        is_section_33=True,  # Source: LGA 2003 s.33(1): all kinds of this file are listed there.
        valid_from=begins,
        valid_to=ends,
        provenance=AUTHORITY_PROVENANCE,
    )


def _body(row: Row) -> dict[str, Any]:
    note = "; ".join(part for part in (row.optional("org_id_status"), row.optional("note")) if part)
    return _columns(
        name=row.text("name"),
        short_name=row.text("code"),
        kind=row.choice("kind", OrganisationKind),
        org_id=row.optional("org_id"),
        provenance=note or "fact",
    )


def _attributes(row: Row) -> dict[str, Any]:
    return {
        "is_legal_person": row.flag("is_legal_person"),
        "specified_from": row.day_or_none("specified_from"),
        "is_charitable": row.flag("is_charitable"),
        "provenance": row.text("provenance"),
    }


def _columns(
    *,
    name: str,
    short_name: str,
    kind: OrganisationKind,
    org_id: str | None,
    provenance: str,
    region: str | None = None,
    authority_type: str | None = None,
    gss_code: str | None = None,
    former_gss_codes: list[str] | None = None,
    has_social_care_duty: bool = False,
    is_section_33: bool = False,
    valid_from: date | None = None,
    valid_to: date | None = None,
) -> dict[str, Any]:
    """All columns of an organisation, so that the rows of one statement have the same shape."""
    return {
        "name": name,
        "short_name": short_name,
        "kind": kind,
        "is_legal_person": True,
        "org_id": org_id,
        "region": region,
        "authority_type": authority_type,
        "gss_code": gss_code,
        "former_gss_codes": former_gss_codes or [],
        "has_social_care_duty": has_social_care_duty,
        "is_section_33": is_section_33,
        "is_charitable": False,
        "specified_from": None,
        "valid_from": valid_from,
        "valid_to": valid_to,
        "provenance": provenance,
    }


def _parents(rows: Iterable[Row], column: str, known: Mapping[str, object]) -> dict[str, str]:
    return {row.text("code"): row.refer(column, known) for row in rows if row.optional(column)}


def _successors(rows: Iterable[Row], known: Mapping[str, object]) -> Iterable[tuple[str, str]]:
    for row in rows:
        code = row.text("code")
        for successor in row.codes("replaced_by"):
            if successor not in known:
                raise row.broken(f"replaced_by names {successor!r}, which is not known")
            if successor == code:
                raise row.broken("replaced_by names the authority itself")
            if row.optional("end_date") is None:
                raise row.broken("replaced_by is given for an authority that has no end_date")
            yield code, successor
