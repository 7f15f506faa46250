"""Writing the words of a version into a bid: to put them back, or to begin another bid with them."""

from datetime import date
from typing import Any

from sqlalchemy import delete, select

from workflow.accounts.models import Organisation
from workflow.bids.branches.models import PartnerShare
from workflow.bids.branches.versions import Said, columns_of
from workflow.bids.models import Bid, BidAmount, CostHead, Deliverable, Indicator, Partner, Risk
from workflow.bids.partnering import tell_partner, tell_removed
from workflow.cases import Case
from workflow.db import Work
from workflow.money import Pence


def write_words(work: Work, case: Case, said: Said, *, years: range, outcomes: frozenset[str]) -> None:
    """Make a bid say what a snapshot says. What no longer has a place is left out: years and outcomes of another round.

    Partners that stay keep what they confirmed, when their task and share are the same; new ones are told, and confirm for
    themselves; those that are left out are told too.
    """
    bid = work.session.get_one(Bid, case.id)
    for name, value in columns_of(said).items():
        setattr(bid, name, value)
    bid.outcome_codes = [code for code in bid.outcome_codes if code in outcomes]
    for model in (BidAmount, Deliverable, Indicator, Risk):
        work.session.execute(delete(model).where(model.bid_id == bid.id))
    work.session.add_all(_rows(bid.id, said, years, outcomes))
    _write_partners(work, case, said, years)


def _rows(bid_id: int, said: Said, years: range, outcomes: frozenset[str]) -> list[Any]:
    return [
        *(
            BidAmount(bid_id=bid_id, year=year, head=CostHead(head), pence=Pence(pence))
            for year, head, pence in said["amounts"]
            if year in years
        ),
        *(
            Deliverable(
                bid_id=bid_id,
                text=one["text"],
                due_on=date.fromisoformat(one["due_on"]),
                outcome_code=one["outcome"] if one["outcome"] in outcomes else None,
            )
            for one in said["deliverables"]
        ),
        *(Indicator(bid_id=bid_id, **one) for one in said["indicators"]),
        *(Risk(bid_id=bid_id, **one) for one in said["risks"]),
    ]


def _write_partners(work: Work, case: Case, said: Said, years: range) -> None:
    """Bring the partners to what the snapshot names, by their codes; a body that there is no longer is left out."""
    named = {one["code"]: one for one in said["partners"]}
    bodies = {
        body.id: body.code
        for body in work.session.scalars(select(Organisation).where(Organisation.code.in_(named)))
    }
    there: set[int] = set()
    for partner in work.session.scalars(select(Partner).where(Partner.bid_id == case.id)).all():
        wanted = named.get(bodies.get(partner.organisation_id, ""))
        if wanted is None or wanted["task"] != partner.task or _shares(work, partner) != wanted["shares"]:
            if wanted is None:
                tell_removed(work, case, partner)
            work.session.delete(partner)
            continue
        there.add(partner.organisation_id)
    work.session.flush()  # A partner whose part changed is named anew, so the old row has to be gone.
    for organisation_id, code in sorted(bodies.items()):
        if organisation_id not in there and organisation_id != case.proposer_id:
            _name(work, case, organisation_id, named[code], years)


def _name(work: Work, case: Case, organisation_id: int, wanted: dict[str, Any], years: range) -> None:
    partner = Partner(bid_id=case.id, organisation_id=organisation_id, task=wanted["task"])
    work.session.add(partner)
    work.session.flush()  # Its shares refer to it.
    work.session.add_all(
        PartnerShare(partner_id=partner.id, year=year, pence=Pence(pence))
        for year, pence in wanted["shares"]
        if year in years
    )
    tell_partner(work, case, partner)


def _shares(work: Work, partner: Partner) -> list[list[int]]:
    rows = work.session.execute(
        select(PartnerShare.year, PartnerShare.pence)
        .where(PartnerShare.partner_id == partner.id)
        .order_by(PartnerShare.year)
    )
    return [[year, pence] for year, pence in rows]
