"""The facts of mail about a bid before it is assessed, and about leaving."""

from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from workflow import audit
from workflow.accounts.queries import organisations_named
from workflow.bids.branches.models import BidDefect, Ineligibility, PartnerShare
from workflow.bids.models import BidVersion, Change, Partner
from workflow.bids.rules import CRITERIA
from workflow.bids.sections import SECTIONS
from workflow.cases import Case
from workflow.wiring.mailroom.terms import Extra, Found, Payload, Room


def _sent(_room: Room, _session: Session, _case: Case, payload: Payload) -> Found:
    return {"version": payload["said"].get("version", 1)}


def _returned(_room: Room, session: Session, case: Case, payload: Payload) -> Found:
    """What is to be put right; nothing once the bid was sent again."""
    if case.state != "returned":
        return None
    defects = session.scalars(
        select(BidDefect)
        .where(BidDefect.bid_id == case.id, BidDefect.version_number == payload["said"]["version"])
        .order_by(BidDefect.id)
    )
    return {"defects": [{"section": SECTIONS[one.section].label, "text": one.text} for one in defects]}


def _finding(_room: Room, session: Session, case: Case, payload: Payload) -> Found:
    found = session.get(Ineligibility, (case.id, payload["said"]["finding"]))
    if found is None:
        return None
    asked_before = session.scalars(
        select(Ineligibility.number)
        .where(
            Ineligibility.bid_id == case.id,
            Ineligibility.number < found.number,
            Ineligibility.review_asked_at.is_not(None),
        )
        .order_by(Ineligibility.number)
    ).first()
    return {
        "criterion": CRITERIA[found.criterion],
        "reason": found.reason,
        # A review can be asked for once, so a second finding tells of no other.
        "review_until": None if asked_before else found.review_until,
        "review_reason": found.review_reason,
        "words": found.review_words,
    }


def _declined(_room: Room, session: Session, case: Case, payload: Payload) -> Found:
    found = session.get(Ineligibility, (case.id, payload["said"]["finding"]))
    return None if found is None else {"reason": found.decided_words}


def _changed(_room: Room, session: Session, case: Case, payload: Payload) -> Found:
    found = session.get(BidVersion, (case.id, payload["said"]["version"]))
    if found is None:
        return None
    return {"version": found.number, "note": found.note, "is_material": found.change is Change.MATERIAL}


def _lapsed(_room: Room, _session: Session, case: Case, _payload: Payload) -> Found:
    return {"was_draft": not case.shared}


def _withdrawn(_room: Room, _session: Session, _case: Case, payload: Payload) -> Found:
    return {"released_pence": payload["said"].get("released_pence", 0)}


def _left(_room: Room, _session: Session, _case: Case, payload: Payload) -> Found:
    """How far the bid was when its lead body took it back: councils were still asked, or it was approved already."""
    stood = payload["said"].get("from", "")
    return {"was_asked": stood == "consulting", "was_approved": stood in {"approved", "offered"}}


def _part(_room: Room, session: Session, case: Case, payload: Payload) -> Found:
    """A partner's part as it stands now; none when it is named no longer, or has confirmed meanwhile."""
    part = session.get(Partner, payload["partner_id"])
    if part is None or case.ended or part.confirmed_at is not None:
        return None
    shares = session.scalars(select(PartnerShare.pence).where(PartnerShare.partner_id == part.id))
    return {
        "partner": organisations_named(session, [part.organisation_id])[part.organisation_id],
        "task": part.task,
        "share_pence": sum(shares),
    }


def _partner_removed(_room: Room, session: Session, case: Case, payload: Payload) -> Found:
    """Who is named no longer; none when it was named again before this was sent."""
    body = payload["organisation_id"]
    again = select(Partner.id).where(Partner.bid_id == case.id, Partner.organisation_id == body)
    if session.scalar(again) is not None:
        return None
    return {"partner": organisations_named(session, [body])[body]}


def _partner_answered(_room: Room, session: Session, _case: Case, payload: Payload) -> Found:
    body = payload["organisation_id"]
    texts = audit.texts_of(session, [payload["event_id"]]).get(payload["event_id"], {})
    return {
        "partner": organisations_named(session, [body])[body],
        "said": payload["said"],
        "words": texts.get("words") or "",
    }


EXTRA: Mapping[str, Extra] = {
    "bid_received": _sent,
    "bid_to_check": _sent,
    "bid_returned": _returned,
    "ineligibility_to_check": _finding,
    "ineligibility_declined": _declined,
    "bid_ineligible": _finding,
    "review_to_decide": _finding,
    "review_accepted": _finding,
    "review_refused": _finding,
    "change_sent": _changed,
    "change_to_see": _changed,
    "partner_named": _part,
    "partner_removed": _partner_removed,
    "partner_answered": _partner_answered,
    "bid_lapsed": _lapsed,
    "bid_withdrawn": _left,
    "consultation_withdrawn": _left,
    "bid_withdrawn_office": _withdrawn,
}
"""By template."""
