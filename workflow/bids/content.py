"""The whole content of bids, read in one go, and the snapshot that is made of it."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import InstrumentedAttribute, Session

from workflow.accounts.models import Organisation
from workflow.bids.branches.models import PartnerShare
from workflow.bids.models import (
    Bid,
    BidAmount,
    BidSection,
    Deliverable,
    Indicator,
    Outcome,
    Partner,
    Risk,
    Round,
)


@dataclass(frozen=True, slots=True)
class PartnerView:
    """A partner with its name."""

    id: int
    organisation_id: int
    code: str
    name: str
    task: str
    is_confirmed: bool
    is_withdrawn: bool = False
    shares: tuple[tuple[int, int], ...] = ()
    """Pence by financial year."""

    @property
    def share_pence(self) -> int:
        """What it is to have over all years."""
        return sum(pence for _, pence in self.shares)


@dataclass(frozen=True, slots=True)
class Content:
    """Everything that one bid says."""

    bid: Bid
    round: Round
    lead: Organisation
    outcomes: tuple[Outcome, ...]
    sections: dict[str, BidSection]
    partners: tuple[PartnerView, ...]
    amounts: tuple[BidAmount, ...]
    deliverables: tuple[Deliverable, ...]
    indicators: tuple[Indicator, ...]
    risks: tuple[Risk, ...]

    def by_year(self) -> dict[int, int]:
        """Pence asked for, by financial year."""
        found: dict[int, int] = {}
        for amount in self.amounts:
            found[amount.year] = found.get(amount.year, 0) + amount.pence
        return dict(sorted(found.items()))

    @property
    def total_pence(self) -> int:
        """Pence asked for over all years."""
        return sum(amount.pence for amount in self.amounts)


def contents(session: Session, bid_ids: Sequence[int]) -> dict[int, Content]:
    """The content of some bids by id, in nine statements however many there are.

    For rules, and for pages that have fetched the bid within what the viewer may see.
    """
    rows = session.execute(
        select(Bid, Round, Organisation)
        .join(Round, Round.id == Bid.round_id)
        .join(Organisation, Organisation.id == Bid.lead_id)
        .where(Bid.id.in_(bid_ids))
    )
    heads = list(rows)
    outcomes: dict[int, list[Outcome]] = {}
    prospectuses = {round_.prospectus_id for _, round_, _ in heads}
    for outcome in session.scalars(
        select(Outcome).where(Outcome.prospectus_id.in_(prospectuses)).order_by(Outcome.code)
    ):
        outcomes.setdefault(outcome.prospectus_id, []).append(outcome)
    partners = _partners(session, bid_ids)
    amounts = _grouped(session, BidAmount, BidAmount.bid_id, bid_ids, BidAmount.year, BidAmount.head)
    sections = _grouped(session, BidSection, BidSection.bid_id, bid_ids, BidSection.name)
    deliverables = _grouped(
        session, Deliverable, Deliverable.bid_id, bid_ids, Deliverable.due_on, Deliverable.id
    )
    indicators = _grouped(session, Indicator, Indicator.bid_id, bid_ids, Indicator.id)
    risks = _grouped(session, Risk, Risk.bid_id, bid_ids, Risk.id)
    return {
        bid.id: Content(
            bid,
            round_,
            lead,
            tuple(outcomes.get(round_.prospectus_id, ())),
            {section.name.value: section for section in sections.get(bid.id, ())},
            partners.get(bid.id, ()),
            tuple(amounts.get(bid.id, ())),
            tuple(deliverables.get(bid.id, ())),
            tuple(indicators.get(bid.id, ())),
            tuple(risks.get(bid.id, ())),
        )
        for bid, round_, lead in heads
    }


def content_of(session: Session, bid_id: int) -> Content:
    """The content of one bid, which exists."""
    return contents(session, [bid_id])[bid_id]


def _partners(session: Session, bid_ids: Sequence[int]) -> dict[int, tuple[PartnerView, ...]]:
    found: dict[int, list[PartnerView]] = {}
    shares = (
        select(func.jsonb_agg(func.jsonb_build_array(PartnerShare.year, PartnerShare.pence), type_=JSONB))
        .where(PartnerShare.partner_id == Partner.id)
        .scalar_subquery()
    )
    rows = session.execute(
        select(Partner, Organisation, shares)
        .join(Organisation, Organisation.id == Partner.organisation_id)
        .where(Partner.bid_id.in_(bid_ids))
        .order_by(Partner.id)
    )
    for partner, body, by_year in rows:
        view = PartnerView(
            partner.id,
            body.id,
            body.code,
            body.name,
            partner.task,
            partner.confirmed_at is not None,
            partner.withdrawn_at is not None,
            tuple(sorted((year, pence) for year, pence in by_year or ())),
        )
        found.setdefault(partner.bid_id, []).append(view)
    return {bid_id: tuple(views) for bid_id, views in found.items()}


def _grouped(
    session: Session,
    model: type[Any],
    key: InstrumentedAttribute[int],
    bid_ids: Sequence[int],
    *order: InstrumentedAttribute[Any],
) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = {}
    for row in session.scalars(select(model).where(key.in_(bid_ids)).order_by(*order)):
        found.setdefault(row.bid_id, []).append(row)
    return found


def snapshot_of(content: Content) -> str:
    """The canonical JSON text of all that a bid says: sorted keys, whole numbers and texts, dates as text."""
    bid = content.bid
    said = {
        "title": bid.title,
        "summary": bid.summary,
        "need": bid.need,
        "lead": content.lead.code,
        "lead_name": content.lead.name,
        "round": content.round.code,
        "main_support": bid.main_support,
        "other_support": list(bid.other_support),
        "outcomes": list(bid.outcome_codes),
        "outcome_titles": {o.code: o.title for o in content.outcomes if o.code in bid.outcome_codes},
        "operational_need": bid.operational_need,
        "operational_reason": bid.operational_reason,
        "spend_route": bid.spend_route,
        "transition_reason": bid.transition_reason,
        "transition_ends_on": bid.transition_ends_on.isoformat() if bid.transition_ends_on else None,
        "exit_plan": bid.exit_plan,
        "area": {"kind": bid.area_kind, "region": bid.area_region, "codes": list(bid.area_codes)},
        "partners": [
            {
                "code": p.code,
                "name": p.name,
                "task": p.task,
                "confirmed": p.is_confirmed,
                "shares": [[year, pence] for year, pence in p.shares],
            }
            for p in content.partners
        ],
        "amounts": [[a.year, a.head.value, a.pence] for a in content.amounts],
        "match_pence": bid.match_pence,
        "match_source": bid.match_source,
        "deliverables": [
            {"text": d.text, "due_on": d.due_on.isoformat(), "outcome": d.outcome_code}
            for d in content.deliverables
        ],
        "indicators": [
            {"text": i.text, "baseline": i.baseline, "target": i.target} for i in content.indicators
        ],
        "risks": [{"text": r.text, "answer": r.answer} for r in content.risks],
        "sells": bid.sells,
        "new_cost_for_councils": bid.new_cost_for_councils,
        "new_cost_reason": bid.new_cost_reason,
    }
    return json.dumps(said, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def read_snapshot(snapshot: str) -> dict[str, Any]:
    """What a snapshot says, for pages that show the signed text."""
    return cast("dict[str, Any]", json.loads(snapshot))


def digest_of(snapshot: str) -> str:
    """The SHA-256 of a snapshot's text, in hexadecimal."""
    return hashlib.sha256(snapshot.encode()).hexdigest()
