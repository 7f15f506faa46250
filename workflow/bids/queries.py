"""What may be read of rounds and bids, always within what the viewer may see."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from workflow.accounts.models import Organisation
from workflow.accounts.queries import Viewer
from workflow.accounts.roles import Role
from workflow.bids.content import Content, content_of, contents
from workflow.bids.models import Bid, BidVersion, Outcome, Prospectus, Round, Screening
from workflow.bids.rules import BidsFacts
from workflow.bids.sections import SECTIONS, unfinished
from workflow.cases import Case
from workflow.cases.queries import case_by_reference
from workflow.clock import london_date
from workflow.engine import Reason
from workflow.errors import NotHere
from workflow.funds.models import Fund, Power
from workflow.funds.rules import Recipient, power_fits


def facts(
    session: Session, case_ids: Sequence[int], *, now: datetime, person_id: int | None
) -> dict[int, BidsFacts]:
    """What guards know of some bids, by id, in a constant number of statements."""
    del now, person_id
    found = contents(session, case_ids)
    powers = _powers(session, found)
    versions = _versions(session, case_ids)
    unmet = _unmet(session, versions)
    return {
        bid_id: _facts(content, powers[content.round.fund_id], versions.get(bid_id, 0), unmet.get(bid_id))
        for bid_id, content in found.items()
    }


def _facts(content: Content, power: Power, version: int, unmet: tuple[str, ...] | None) -> BidsFacts:
    round_ = content.round
    return BidsFacts(
        opens_on=round_.opens_on,
        closes_on=round_.closes_on,
        unfinished=tuple(SECTIONS[section].label for section in unfinished(content)),
        asked=content.by_year(),
        least_pence=round_.least_pence,
        most_pence=round_.most_pence,
        first_year=round_.first_year,
        last_year=round_.last_year,
        lead_name=content.lead.name,
        power=power.terms,
        recipient=recipient_of(content.lead),
        partner_ids=frozenset(partner.organisation_id for partner in content.partners),
        current_version=version,
        unmet=unmet,
    )


def recipient_of(body: Organisation) -> Recipient:
    """The attributes of an organisation that powers read."""
    return Recipient(
        name=body.name,
        is_legal_person=body.is_legal_person,
        specified_from=body.specified_from,
        is_section_33=body.is_section_33,
        is_voluntary=body.kind == "voluntary",
        is_charitable=body.is_charitable,
    )


def _powers(session: Session, found: dict[int, Content]) -> dict[int, Power]:
    funds = {content.round.fund_id for content in found.values()}
    rows = session.execute(
        select(Fund.id, Power).join(Power, Power.id == Fund.power_id).where(Fund.id.in_(funds))
    )
    return dict(rows.tuples())


def _versions(session: Session, bid_ids: Sequence[int]) -> dict[int, int]:
    rows = session.execute(
        select(BidVersion.bid_id, func.max(BidVersion.number))
        .where(BidVersion.bid_id.in_(bid_ids))
        .group_by(BidVersion.bid_id)
    )
    return dict(rows.tuples())


def _unmet(session: Session, versions: dict[int, int]) -> dict[int, tuple[str, ...]]:
    """The criteria answered no in the first check of the current version; a bid without a check is left out."""
    found: dict[int, list[str]] = {}
    for row in session.scalars(select(Screening).where(Screening.bid_id.in_(versions))):
        if row.version_number == versions[row.bid_id]:
            unmet = found.setdefault(row.bid_id, [])
            if not row.met:
                unmet.append(row.criterion)
    return {bid_id: tuple(sorted(names)) for bid_id, names in found.items()}


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
    rows = session.execute(_ROUNDS.order_by(Round.closes_on.desc(), Round.id)).tuples()
    found = [_round_view(*row, today) for row in rows]
    return sorted(found, key=lambda view: not view.is_open)


def round_by_code(session: Session, viewer: Viewer | None, code: str, now: datetime) -> RoundView:
    """One round.

    Raises:
        NotHere: when there is none with this code.
    """
    del viewer
    row = session.execute(_ROUNDS.where(Round.code == code)).tuples().one_or_none()
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
    return RoundView(round_, fund, power, prospectus, round_.opens_on <= today <= round_.closes_on)


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
    ids = viewer.organisations(Role.DRAFTER, Role.SIGNATORY)
    return list(
        session.scalars(select(Organisation).where(Organisation.id.in_(ids)).order_by(Organisation.name))
    )


def cannot_be_paid(view: RoundView, body: Organisation, now: datetime) -> Reason | None:
    """Why this round's fund cannot be paid to a body, told before a word is written; None when it can.

    Source: domain, section 10, case 5.
    """
    return power_fits(view.power.terms, recipient_of(body), view.round.first_year, on=london_date(now))


def content_by_reference(session: Session, viewer: Viewer, reference: str) -> tuple[Case, Content]:
    """A bid with all that it says.

    Raises:
        NotHere: when there is none, or the viewer may not see it.
    """
    case = case_by_reference(session, viewer, reference)
    return case, content_of(session, case.id)


def version_of(session: Session, viewer: Viewer, case: Case, number: int | None = None) -> BidVersion | None:
    """A signed version of a bid that the viewer fetched, the newest without a number; None when there is none."""
    del viewer
    statement = (
        select(BidVersion).where(BidVersion.bid_id == case.id).order_by(BidVersion.number.desc()).limit(1)
    )
    if number is not None:
        statement = statement.where(BidVersion.number == number)
    return session.scalars(statement).one_or_none()
