"""The text of a version that was sent, as content like the one that is being written; and whether the two differ. Pure."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from workflow.accounts.models import Organisation
from workflow.bids.content import Content, PartnerView, read_snapshot, snapshot_of
from workflow.bids.models import (
    AreaKind,
    Bid,
    BidAmount,
    BidSection,
    CostHead,
    Deliverable,
    Indicator,
    Outcome,
    Risk,
    Section,
    SpendRoute,
    SupportType,
)
from workflow.money import Pence

Said = Mapping[str, Any]
"""What a snapshot says, as it was read back."""


def said_by(snapshot: str) -> Said:
    """What a snapshot says, without what partners confirmed meanwhile: that is theirs and changes no word of the lead."""
    said = read_snapshot(snapshot)
    for partner in said.get("partners", ()):
        partner.pop("confirmed", None)
        partner.setdefault("shares", [])
    return said


def differs(content: Content, snapshot: str) -> bool:
    """Whether what is being written says something else than the version that was sent."""
    return said_by(snapshot_of(content)) != said_by(snapshot)


def as_sent(content: Content, snapshot: str, sent_at: datetime) -> Content:
    """The content of a version: the bid, its round and its lead are those of `content`, every word is the version's.

    Its rows are loose copies that no session knows; their ids only count them.
    """
    said = read_snapshot(snapshot)
    bid_id = content.bid.id
    return Content(
        _bid(content.bid, said),
        content.round,
        _lead(content.lead, said),
        _outcomes(content, said),
        {
            section.value: BidSection(bid_id=bid_id, name=section, rev=1, complete=True, saved_at=sent_at)
            for section in Section
        },
        _partners(content, said),
        tuple(
            BidAmount(bid_id=bid_id, year=year, head=CostHead(head), pence=Pence(pence))
            for year, head, pence in said["amounts"]
        ),
        tuple(
            Deliverable(
                id=number,
                bid_id=bid_id,
                text=one["text"],
                due_on=date.fromisoformat(one["due_on"]),
                outcome_code=one["outcome"],
            )
            for number, one in enumerate(said["deliverables"], start=1)
        ),
        tuple(
            Indicator(id=number, bid_id=bid_id, **one)
            for number, one in enumerate(said["indicators"], start=1)
        ),
        tuple(Risk(id=number, bid_id=bid_id, **one) for number, one in enumerate(said["risks"], start=1)),
    )


def columns_of(said: Said) -> dict[str, Any]:
    """The columns of a bid that hold what a snapshot says."""
    ends_on = said["transition_ends_on"]
    return {
        **{name: said[name] for name in _SAME},
        "main_support": SupportType(said["main_support"]) if said["main_support"] else None,
        "other_support": list(said["other_support"]),
        "outcome_codes": list(said["outcomes"]),
        "spend_route": SpendRoute(said["spend_route"]) if said["spend_route"] else None,
        "transition_ends_on": date.fromisoformat(ends_on) if ends_on else None,
        "area_kind": AreaKind(said["area"]["kind"]) if said["area"]["kind"] else None,
        "area_region": said["area"]["region"],
        "area_codes": list(said["area"]["codes"]),
        "match_pence": Pence(said["match_pence"]),
    }


_SAME = (
    "title",
    "summary",
    "need",
    "operational_need",
    "operational_reason",
    "transition_reason",
    "exit_plan",
    "match_source",
    "sells",
    "new_cost_for_councils",
    "new_cost_reason",
)


def _bid(live: Bid, said: Said) -> Bid:
    return Bid(id=live.id, round_id=live.round_id, lead_id=live.lead_id, **columns_of(said))


def _lead(live: Organisation, said: Said) -> Organisation:
    return live if live.code == said["lead"] else Organisation(code=said["lead"], name=said["lead_name"])


def _outcomes(content: Content, said: Said) -> tuple[Outcome, ...]:
    """The fund's outcomes, with those that are no longer among them under the title they had."""
    known = {one.code for one in content.outcomes}
    gone = {code: title for code, title in said["outcome_titles"].items() if code not in known}
    return (*content.outcomes, *(Outcome(code=code, title=title) for code, title in sorted(gone.items())))


def _partners(content: Content, said: Said) -> tuple[PartnerView, ...]:
    """The partners that the version names. Whether they confirmed is what they say today, not what they said then."""
    today = {one.code: one for one in content.partners}
    return tuple(
        PartnerView(
            number,
            today[one["code"]].organisation_id if one["code"] in today else 0,
            one["code"],
            one["name"],
            one["task"],
            today[one["code"]].is_confirmed if one["code"] in today else bool(one.get("confirmed")),
            one["code"] in today and today[one["code"]].is_withdrawn,
            tuple((year, pence) for year, pence in one.get("shares", ())),
        )
        for number, one in enumerate(said["partners"], start=1)
    )
