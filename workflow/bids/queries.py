"""What may be read of rounds and bids, always within what the viewer may see."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, bindparam, func, or_, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Session, aliased

from workflow.accounts.models import Organisation, OrganisationKind
from workflow.accounts.queries import Viewer
from workflow.accounts.roles import Role
from workflow.bids.branches.models import Ineligibility
from workflow.bids.branches.versions import as_sent
from workflow.bids.content import Content, content_of, contents
from workflow.bids.models import (
    AreaKind,
    Bid,
    BidAmount,
    BidVersion,
    Change,
    Outcome,
    Partner,
    Prospectus,
    Round,
    Screening,
    Section,
)
from workflow.bids.rules import BidsFacts, Finding, round_is_open_on, why_not_paid
from workflow.bids.sections import SECTIONS, unfinished
from workflow.cases import Case, subject_of
from workflow.cases.models import RequestKey
from workflow.cases.queries import case_by_reference
from workflow.clock import london_date
from workflow.db import person
from workflow.deadlines import Deadline
from workflow.engine import Reason
from workflow.errors import NotHere
from workflow.funds.models import Fund, Power
from workflow.funds.recipients import recipient_of

SIGNATORY = Role.SIGNATORY
WRITERS = (Role.DRAFTER, Role.SIGNATORY)
"""Who writes a body's bids."""


def facts(
    session: Session, case_ids: Sequence[int], *, now: datetime, person_id: int | None
) -> dict[int, BidsFacts]:
    """What guards know of some bids, by id, in one statement; those being written are read whole besides.

    What a section says can be made false elsewhere, as when a round's years change, so a bid that may be signed is looked at
    anew and what was kept of each section is not believed.
    """
    del now, person_id
    rows = session.execute(_FACTS, {"ids": list(case_ids)}).all()
    writing = [row.id for row in rows if row.version is None or row.state == "returned" or row.unsent]
    said = contents(session, writing) if writing else {}
    return {row.id: _facts(row, unfinished(said[row.id]) if row.id in said else ()) for row in rows}


def _facts(row: Row[Any], open_sections: Sequence[Section]) -> BidsFacts:
    asked: dict[int, int] = {}
    for year, pence in row.amounts or ():
        asked[year] = asked.get(year, 0) + pence
    checked = {name: met for version, name, met in row.checks or () if version == row.version}
    return BidsFacts(
        opens_on=row.opens_on,
        closes_on=row.closes_on,
        unfinished=tuple(SECTIONS[section].label for section in open_sections),
        asked=dict(sorted(asked.items())),
        least_pence=row.least_pence,
        most_pence=row.most_pence,
        first_year=row.first_year,
        last_year=row.last_year,
        lead_name=row.Organisation.name,
        power=row.Power.terms,
        recipient=recipient_of(row.Organisation),
        partner_ids=frozenset(row.partners or ()),
        named_ids=frozenset(row.named or ()),
        current_version=row.version or 0,
        unmet=tuple(sorted(name for name, met in checked.items() if not met)) if checked else None,
        returned_until=row.returned_until,
        finding=_finding(row.findings or ()),
        review_asked=any(asked for _, _, _, asked, _ in row.findings or ()),
        unsent=row.unsent,
        material_versions=tuple(sorted(row.material or ())),
        state=row.state,
    )


def _finding(rows: Sequence[list[Any]]) -> Finding | None:
    """The newest of a bid's findings; a row is number, outcome, last day for a review, whether one was asked, its outcome."""
    if not rows:
        return None
    _, outcome, until, asked, reviewed = max(rows)
    last_day = None if until is None else date.fromisoformat(until)
    return Finding(outcome is None, last_day, asked and reviewed is None)


def _listed(*columns: Any, of: Any, where: ColumnElement[bool] | None = None) -> Any:
    """The rows of a child table of a bid as one JSON list, so that facts of many bids are one statement."""
    gathered = columns[0] if len(columns) == 1 else func.jsonb_build_array(*columns)
    statement = select(func.jsonb_agg(gathered, type_=JSONB)).where(of == Bid.id)
    return (statement if where is None else statement.where(where)).scalar_subquery()


_COUNCIL = aliased(Organisation)

_FACTS = (
    select(
        Bid.id,
        Round.opens_on,
        Round.closes_on,
        Round.least_pence,
        Round.most_pence,
        Round.first_year,
        Round.last_year,
        Organisation,
        Power,
        _listed(BidAmount.year, BidAmount.pence, of=BidAmount.bid_id).label("amounts"),
        _listed(Partner.organisation_id, of=Partner.bid_id).label("partners"),
        select(func.jsonb_agg(_COUNCIL.id, type_=JSONB))
        .where(func.jsonb_exists(Bid.area_codes, _COUNCIL.code), Bid.area_kind == AreaKind.AUTHORITIES)
        .scalar_subquery()
        .label("named"),
        _listed(Screening.version_number, Screening.criterion, Screening.met, of=Screening.bid_id).label(
            "checks"
        ),
        select(func.max(BidVersion.number))
        .where(BidVersion.bid_id == Bid.id)
        .scalar_subquery()
        .label("version"),
        Bid.unsent,
        Case.state,
        _listed(BidVersion.number, of=BidVersion.bid_id, where=BidVersion.change == Change.MATERIAL).label(
            "material"
        ),
        _listed(
            Ineligibility.number,
            Ineligibility.outcome,
            Ineligibility.review_until,
            Ineligibility.review_asked_at.is_not(None),
            Ineligibility.review_outcome,
            of=Ineligibility.bid_id,
        ).label("findings"),
        select(Deadline.due_at)
        .where(
            Deadline.subject == func.concat("case:", Bid.id),
            Deadline.kind == "returned_bid",
        )
        .order_by(Deadline.occurrence.desc())
        .limit(1)
        .scalar_subquery()
        .label("returned_until"),
    )
    .join(Case, Case.id == Bid.id)
    .join(Round, Round.id == Bid.round_id)
    .join(Fund, Fund.id == Round.fund_id)
    .join(Power, Power.id == Fund.power_id)
    .join(Organisation, Organisation.id == Bid.lead_id)
    .where(Bid.id.in_(bindparam("ids", expanding=True)))
)


def round_closes_on(session: Session, case: Case, **_: object) -> date:
    """The London date on which the round of a bid closes."""
    return session.scalars(
        select(Round.closes_on).join(Bid, Bid.round_id == Round.id).where(Bid.id == case.id)
    ).one()


@dataclass(frozen=True, slots=True)
class RoundView:
    """A round with its fund, and for which of the reader's bodies it can be used."""

    round: Round
    fund: Fund
    power: Power
    prospectus: Prospectus
    is_open: bool


def rounds(session: Session, viewer: Viewer | None, now: datetime) -> list[RoundView]:
    """All rounds, open ones first, then by closing date; everybody may see them."""
    del viewer
    today = london_date(now)
    rows = session.execute(_ROUNDS.order_by(Round.closes_on.desc(), Round.id))
    found = [_round_view(*row, today) for row in rows]
    return sorted(found, key=lambda view: not view.is_open)


def round_by_code(session: Session, viewer: Viewer | None, code: str, now: datetime) -> RoundView:
    """One round.

    Raises:
        NotHere: when there is none with this code.
    """
    del viewer
    row = session.execute(_ROUNDS.where(Round.code == code)).one_or_none()
    if row is None:
        raise NotHere
    return _round_view(*row, london_date(now))


_ROUNDS = (
    select(Round, Fund, Power, Prospectus)
    .join(Fund, Fund.id == Round.fund_id)
    .join(Power, Power.id == Fund.power_id)
    .join(Prospectus, Prospectus.id == Round.prospectus_id)
)


def _round_view(round_: Round, fund: Fund, power: Power, prospectus: Prospectus, today: date) -> RoundView:
    is_open = round_is_open_on(round_.opens_on, round_.closes_on, today)
    return RoundView(round_, fund, power, prospectus, is_open)


def outcomes_of(session: Session, viewer: Viewer | None, round_: Round) -> list[Outcome]:
    """The outcomes that a round's bids may name; everybody may see them."""
    del viewer
    return list(
        session.scalars(
            select(Outcome).where(Outcome.prospectus_id == round_.prospectus_id).order_by(Outcome.code)
        )
    )


def bodies_of(session: Session, viewer: Viewer) -> list[Organisation]:
    """The bodies for which the viewer may write a bid, by name."""
    ids = viewer.organisations(*WRITERS)
    return list(
        session.scalars(select(Organisation).where(Organisation.id.in_(ids)).order_by(Organisation.name))
    )


def possible_partners(session: Session, viewer: Viewer, case: Case, now: datetime) -> list[tuple[str, str]]:
    """The code and name of every organisation of today that can be a partner of a bid: no department, not the lead."""
    del viewer
    today = london_date(now)
    rows = session.execute(
        select(Organisation.code, Organisation.name)
        .where(
            Organisation.kind != OrganisationKind.DEPARTMENT,
            Organisation.id != case.proposer_id,
            or_(Organisation.valid_from.is_(None), Organisation.valid_from <= today),
            or_(Organisation.valid_to.is_(None), Organisation.valid_to >= today),
        )
        .order_by(Organisation.name, Organisation.id)
    )
    return [(code, name) for code, name in rows]


def cannot_be_paid(view: RoundView, body: Organisation, now: datetime) -> Reason | None:
    """Why this round's fund cannot be paid to a body, told before a word is written; None when it can.

    Source: domain, section 10, case 5.
    """
    return why_not_paid(view.power.terms, recipient_of(body), view.round.first_year, on=london_date(now))


def fund_title(session: Session, viewer: Viewer, case: Case) -> str:
    """The title of the fund of a bid that the viewer fetched."""
    del viewer
    return session.get_one(Fund, case.fund_id).title


def content_by_reference(session: Session, viewer: Viewer, reference: str) -> tuple[Case, Content]:
    """A bid with all that it says: to those who write it what they have written, to everybody else what was sent last.

    Raises:
        NotHere: when there is none, or the viewer may not see it.
    """
    case = case_by_reference(session, viewer, reference)
    content = content_of(session, case.id)
    if case.proposer_id in viewer.organisations(*WRITERS) or not content.bid.unsent:
        return case, content
    sent = version_of(session, viewer, case)
    return case, content if sent is None else as_sent(content, sent.snapshot, sent.made_at)


def was_applied(session: Session, viewer: Viewer, case: Case, *, action: str, key: str) -> bool:
    """Whether this form of the viewer was applied already, so that a second press lands where the first did."""
    return (
        session.scalar(
            select(RequestKey.result.is_not(None)).where(
                RequestKey.key == key,
                RequestKey.actor == str(person(viewer.person_id)),
                RequestKey.action == action,
                RequestKey.subject == subject_of(case.id),
            )
        )
        is True
    )


def version_of(session: Session, viewer: Viewer, case: Case, number: int | None = None) -> BidVersion | None:
    """A signed version of a bid that the viewer fetched, the newest without a number; None when there is none."""
    del viewer
    statement = (
        select(BidVersion).where(BidVersion.bid_id == case.id).order_by(BidVersion.number.desc()).limit(1)
    )
    if number is not None:
        statement = statement.where(BidVersion.number == number)
    return session.scalars(statement).one_or_none()
