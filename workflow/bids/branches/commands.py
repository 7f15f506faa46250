"""Putting the words of a bid back to what was sent, and beginning a bid with the words of another."""

from sqlalchemy import select

from workflow import audit
from workflow.bids.branches.copying import write_words
from workflow.bids.branches.versions import said_by
from workflow.bids.commands import hold_writable, saved_whole
from workflow.bids.content import content_of, snapshot_of
from workflow.bids.models import Bid, BidSection, BidVersion, Section
from workflow.bids.starting import round_for, start_in
from workflow.cases import Case, once, subject_of
from workflow.db import Work
from workflow.errors import Invalid, NotHere


def put_back(work: Work, bid_id: int, *, key: str) -> None:
    """Make a bid say again what its newest version says; what was written since is gone.

    Raises:
        NotHere: no such bid, or the person may not write it. Invalid: when nothing was sent, or nothing can be changed.
    """

    def make() -> dict[str, int]:
        case, bid = hold_writable(work, bid_id)
        sent = work.session.scalars(
            select(BidVersion).where(BidVersion.bid_id == bid_id).order_by(BidVersion.number.desc()).limit(1)
        ).one_or_none()
        if sent is None:
            raise Invalid("This bid was never sent, so there is nothing to put back.")
        _write(work, case, sent.snapshot)
        saved_whole(work, case, bid)
        bid.unsent = False
        audit.record(work, _words_of(case), "text_put_back", {"version": sent.number})
        return {"version": sent.number}

    once(work, key, action="put_back", subject=f"bid:{bid_id}", make=make)


def copy_bid(work: Work, bid_id: int, *, round_code: str, key: str) -> str:
    """Begin a bid in an open round with the words of one's own other bid, whatever became of it; returns its reference.

    Sections that no longer fit, such as the years of another round, are left to be finished. A second press gives the
    same bid.

    Raises:
        NotHere: no such bid or round, or the person may not write for its lead body.
        Invalid: when the round is not open. Refused: when the fund cannot be paid to the body.
    """
    before = work.session.get(Bid, bid_id)
    if before is None:
        raise NotHere
    round_ = round_for(work, round_code, before.lead_id)

    def make() -> dict[str, str]:
        case = start_in(work, round_, before.lead_id, before.title)
        bid = work.session.get_one(Bid, case.id)
        bid.copied_from_id = before.id
        _write(work, case, snapshot_of(content_of(work.session, before.id)))
        saved_whole(work, case, bid)
        audit.record(work, _words_of(case), "copied_from", {"bid": before.id})
        return {"reference": case.reference}

    done = once(work, key, action="copy_bid", subject=f"{subject_of(bid_id)}:round:{round_.id}", make=make)
    return str(done["reference"])


def _write(work: Work, case: Case, snapshot: str) -> None:
    """Write the words, and count every section that has some as saved by whoever did this."""
    content = content_of(work.session, case.id)
    years = range(content.round.first_year, content.round.last_year + 1)
    outcomes = frozenset(one.code for one in content.outcomes)
    write_words(work, case, said_by(snapshot), years=years, outcomes=outcomes)
    known = {
        row.name: row for row in work.session.scalars(select(BidSection).where(BidSection.bid_id == case.id))
    }
    for section in Section:
        row = known.get(section) or BidSection(bid_id=case.id, name=section, rev=0, complete=True)
        row.rev += 1
        row.saved_at, row.saved_by = work.now, work.actor.person_id or 0
        work.session.add(row)
    work.session.flush()  # The words are read back whole.


def _words_of(case: Case) -> str:
    """The stream of what happens to a bid's words beside its steps."""
    return f"words:{case.id}"
