"""Writes what a section says into its rows; the caller holds the draft."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from workflow.accounts.models import Organisation, OrganisationKind
from workflow.bids.content import content_of
from workflow.bids.models import Bid, BidAmount, Round, Section
from workflow.bids.values import (
    Area,
    Budget,
    DeliverableLine,
    Exclusion,
    Facts,
    IndicatorLine,
    Line,
    Outcomes,
    PartnerLine,
    RiskLine,
    Route,
    Summary,
)
from workflow.cases import Case
from workflow.db import Work
from workflow.errors import Invalid


def _write_fields(_work: Work, bid: Bid, values: NamedTuple) -> None:
    """Sections whose values are columns of the bid."""
    for name, value in values._asdict().items():
        setattr(bid, name, list(value) if isinstance(value, tuple) else value)


def _write_budget(work: Work, bid: Bid, values: Budget) -> None:
    round_ = work.session.get_one(Round, bid.round_id)
    years = {line.year for line in values.lines}
    if not years <= set(range(round_.first_year, round_.last_year + 1)):
        raise Invalid("A year is outside this round.", field="lines")
    work.session.execute(delete(BidAmount).where(BidAmount.bid_id == bid.id))
    work.session.add_all(
        BidAmount(bid_id=bid.id, year=line.year, head=line.head, pence=line.pence)
        for line in values.lines
        if line.pence
    )
    bid.match_pence, bid.match_source = values.match_pence, values.match_source


def _write_area(work: Work, bid: Bid, values: Area) -> None:
    known = _authority_codes(work.session, values.area_codes)
    unknown = sorted(set(values.area_codes) - known)
    if unknown:
        raise Invalid(f"No council has the code {unknown[0][:20]}.", field="area_codes")
    _write_fields(work, bid, values)


def _write_outcomes(work: Work, bid: Bid, values: Outcomes) -> None:
    codes = {outcome.code for outcome in content_of(work.session, bid.id).outcomes}
    if not set(values.outcome_codes) <= codes:
        raise Invalid("Choose outcomes of this fund.", field="outcome_codes")
    _write_fields(
        work,
        bid,
        values._replace(other_support=tuple(t for t in values.other_support if t != values.main_support)),
    )


WRITERS: Mapping[type, Callable[[Work, Bid, Any], None]] = {
    Summary: _write_fields,
    Outcomes: _write_outcomes,
    Exclusion: _write_fields,
    Route: _write_fields,
    Area: _write_area,
    Budget: _write_budget,
    Facts: _write_fields,
}


def _authority_codes(session: Session, codes: Sequence[str]) -> set[str]:
    return set(
        session.scalars(
            select(Organisation.code).where(
                Organisation.code.in_(codes), Organisation.kind == OrganisationKind.LOCAL_AUTHORITY
            )
        )
    )


def row_values(work: Work, case: Case, line: Line) -> tuple[Section, dict[str, Any]]:
    """The section and the columns of a row; a partner is named by its code and may not be the lead itself."""
    match line:
        case PartnerLine():
            body = work.session.scalars(
                select(Organisation).where(Organisation.code == line.code)
            ).one_or_none()
            if body is None:
                raise Invalid("Choose an organisation from the list.", field="organisation")
            if body.id == case.proposer_id:
                raise Invalid("The lead body cannot be its own partner.", field="organisation")
            return Section.PARTNERS, {"organisation_id": body.id, "task": line.task}
        case DeliverableLine():
            return Section.DELIVERABLES, line._asdict()
        case IndicatorLine():
            return Section.INDICATORS, line._asdict()
        case RiskLine():
            return Section.RISKS, line._asdict()
