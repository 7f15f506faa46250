"""Partners: naming one with its task and share, and what it says itself. None of this bumps the bid's revision."""

from collections.abc import Iterable

from sqlalchemy import delete, select

from workflow import audit, notifications
from workflow.accounts import queries as accounts
from workflow.accounts.roles import Role
from workflow.bids.branches.models import PartnerComment, PartnerShare
from workflow.bids.models import Bid, Partner, Round
from workflow.bids.values import PartnerLine
from workflow.cases import Case, hold_case, once
from workflow.cases.notices import address_hash
from workflow.db import Work
from workflow.errors import Invalid, NotHere
from workflow.money import Pence
from workflow.notifications import Message

LONGEST_WORDS = 2000
"""How many characters a partner's comment or reason may have."""


def write_part(work: Work, case: Case, partner: Partner, line: PartnerLine, *, is_new: bool) -> None:
    """Write a partner's task and shares, and tell it. A part that changed has to be confirmed anew.

    Raises:
        Invalid: when a year is outside the round.
    """
    bid = work.session.get_one(Bid, case.id)
    round_ = work.session.get_one(Round, bid.round_id)
    shares = {year: pence for year, pence in line.shares if pence}
    if not shares.keys() <= set(range(round_.first_year, round_.last_year + 1)):
        raise Invalid("A year is outside this round.", field="organisation")
    before = dict(
        work.session.execute(
            select(PartnerShare.year, PartnerShare.pence).where(PartnerShare.partner_id == partner.id)
        ).all()
    )
    if not is_new and before == shares and partner.task == line.task:
        return
    partner.task = line.task
    partner.confirmed_at = partner.confirmed_by = None
    partner.withdrawn_at = partner.withdrawn_by = partner.withdrawn_reason = None
    work.session.execute(delete(PartnerShare).where(PartnerShare.partner_id == partner.id))
    work.session.add_all(
        PartnerShare(partner_id=partner.id, year=year, pence=Pence(pence)) for year, pence in shares.items()
    )
    tell_partner(work, case, partner)


def tell_partner(work: Work, case: Case, partner: Partner) -> None:
    """Tell everybody who speaks for a partner that it is named, with what it would do, so that it can confirm."""
    holders = accounts.holders_of(work.session, [(Role.PARTNER, partner.organisation_id)], work.now)
    _owe(work, case, "partner_named", holders, {"partner_id": partner.id})


def tell_removed(work: Work, case: Case, partner: Partner) -> None:
    """Tell everybody who speaks for a partner that it is named no longer; one that takes no part any more knows that."""
    if partner.withdrawn_at is not None:
        return
    holders = accounts.holders_of(work.session, [(Role.PARTNER, partner.organisation_id)], work.now)
    more = {"organisation_id": partner.organisation_id}
    _owe(work, case, "partner_removed", holders, {"partner_id": partner.id, **more})


def confirm_part(work: Work, bid_id: int, organisation_id: int, *, key: str) -> None:
    """A partner confirms its task and share.

    Raises:
        NotHere: no such part, or the person does not speak for that body. Invalid: when the bid has ended.
    """

    def make() -> dict[str, str]:
        case, partner = _own_part(work, bid_id, organisation_id)
        partner.confirmed_at, partner.confirmed_by = work.now, work.actor.person_id
        partner.withdrawn_at = partner.withdrawn_by = partner.withdrawn_reason = None
        _answered(work, case, partner, "confirmed")
        return {"said": "confirmed"}

    once(work, key, action="confirm_part", subject=_subject(bid_id, organisation_id), make=make)


def comment_on_part(work: Work, bid_id: int, organisation_id: int, *, text: str, key: str) -> None:
    """A partner writes to the lead body about its part.

    Raises:
        NotHere, Invalid: as `confirm_part`; Invalid also when nothing is said.
    """

    def make() -> dict[str, str]:
        case, partner = _own_part(work, bid_id, organisation_id)
        words = _words(text, "Write what you want to say")
        work.session.add(
            PartnerComment(
                bid_id=case.id,
                organisation_id=organisation_id,
                text=words,
                made_at=work.now,
                made_by=work.actor.person_id,
            )
        )
        _answered(work, case, partner, "commented", words)
        return {"said": "commented"}

    once(work, key, action="comment_on_part", subject=_subject(bid_id, organisation_id), make=make)


def withdraw_part(work: Work, bid_id: int, organisation_id: int, *, reason: str, key: str) -> None:
    """A partner takes no part any more, and says why; the bid goes on, and everybody who reads it sees it.

    Raises:
        NotHere, Invalid: as `confirm_part`; Invalid also without a reason.
    """

    def make() -> dict[str, str]:
        case, partner = _own_part(work, bid_id, organisation_id)
        words = _words(reason, "Say why you take no part any more")
        partner.confirmed_at = partner.confirmed_by = None
        partner.withdrawn_at, partner.withdrawn_by = work.now, work.actor.person_id
        partner.withdrawn_reason = words
        _answered(work, case, partner, "withdrew", words)
        return {"said": "withdrew"}

    once(work, key, action="withdraw_part", subject=_subject(bid_id, organisation_id), make=make)


def _own_part(work: Work, bid_id: int, organisation_id: int) -> tuple[Case, Partner]:
    """Hold the bid where it stands, and find the part of a body that the person speaks for."""
    case = hold_case(work, bid_id)
    if work.actor.person_id is None:
        raise NotHere
    viewer = accounts.viewer_for(work.session, work.actor.person_id, work.now)
    partner = work.session.scalars(
        select(Partner)
        .where(Partner.bid_id == bid_id, Partner.organisation_id == organisation_id)
        .with_for_update()
    ).one_or_none()
    if partner is None or organisation_id not in viewer.organisations(Role.PARTNER):
        raise NotHere
    if case.ended:
        raise Invalid("This bid has ended, so there is nothing left to confirm or to change.")
    return case, partner


def _answered(work: Work, case: Case, partner: Partner, said: str, words: str = "") -> None:
    """Write it down in the part's own stream, and tell the lead body."""
    payload = {"bid": case.id, "organisation": partner.organisation_id}
    made = audit.record(
        work, f"part:{partner.id}", f"part_{said}", payload, texts={"words": words} if words else None
    )
    roles = [(role, case.proposer_id) for role in (Role.SIGNATORY, Role.DRAFTER)]
    holders = accounts.holders_of(work.session, roles, work.now)
    # The words stay beside the event alone, so that they can be erased in one place.
    more = {"organisation_id": partner.organisation_id, "said": said, "event_id": made.id, "seq": made.seq}
    _owe(work, case, "partner_answered", holders, {"partner_id": partner.id, **more})


def _owe(
    work: Work,
    case: Case,
    template: str,
    holders: Iterable[accounts.Holder],
    payload: dict[str, object],
) -> None:
    occasion = payload.get("seq", int(work.now.timestamp()))
    notifications.owe(
        work,
        [
            Message(
                key=f"{template}:part:{payload['partner_id']}:{occasion}:{address_hash(one.email)}",
                template=template,
                address=one.email,
                subject=f"case:{case.id}",
                person_id=one.person_id,
                payload={"case_id": case.id, "name": one.name, **payload},
            )
            for one in holders
        ],
    )


def _words(text: str, missing: str) -> str:
    words = text.strip()
    if not words:
        raise Invalid(f"{missing}.", field="words")
    if len(words) > LONGEST_WORDS:
        raise Invalid(f"It must be {LONGEST_WORDS:,} characters or fewer.", field="words")
    return words


def _subject(bid_id: int, organisation_id: int) -> str:
    return f"part:{bid_id}:{organisation_id}"
