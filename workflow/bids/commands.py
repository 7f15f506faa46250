"""All that changes a bid while it is being written. Sections are saved one by one and never bump the case's revision."""

from typing import Any

from sqlalchemy import func, select

from workflow.accounts import queries as accounts
from workflow.accounts.roles import Role
from workflow.bids.branches.versions import differs
from workflow.bids.content import content_of
from workflow.bids.models import (
    Bid,
    BidSection,
    BidVersion,
    Deliverable,
    Indicator,
    Partner,
    Risk,
    Section,
)
from workflow.bids.partnering import tell_removed, write_part
from workflow.bids.sections import SECTIONS, is_whole
from workflow.bids.starting import start_bid
from workflow.bids.values import Line, PartnerLine, Values
from workflow.bids.writing import WRITERS, row_values
from workflow.cases import Case, describe_case, hold_case, lock_case, once
from workflow.cases.registry import registry
from workflow.db import Work
from workflow.errors import Invalid, NotHere, Stale
from workflow.money import Pence

__all__ = [
    "MOST_ROWS",
    "ROWS",
    "StaleSection",
    "add_row",
    "hold_writable",
    "may_be_written",
    "remove_row",
    "save_section",
    "saved_whole",
    "start_bid",
]

MOST_ROWS = 50
"""How many partners, deliverables, indicators or risks a bid may have of each."""


class StaleSection(Stale):
    """Somebody saved this section since the page was drawn; nothing of either text is lost."""


def save_section(
    work: Work, bid_id: int, section: Section, values: Values, *, seen_rev: int, key: str
) -> int:
    """Save one section of a draft; returns the section's new revision. `values` None says that the list is finished.

    A second press of the same form changes nothing and gives the same revision.

    Raises:
        NotHere: no such bid, or the person may not write it. Invalid: when it is no draft, or a value breaks a rule.
        StaleSection: when somebody saved this section since `seen_rev`.
    """

    def make() -> dict[str, int]:
        case, bid = hold_writable(work, bid_id, section)
        row = _section(work, bid_id, section, seen_rev)
        if values is not None:
            WRITERS[type(values)](work, bid, values)
        return {"rev": _saved(work, case, bid, row)}

    done = once(work, key, action="save_section", subject=f"bid:{bid_id}:{section}", make=make)
    return int(done["rev"])


def add_row(
    work: Work,
    bid_id: int,
    section: Section,
    line: Line,
    *,
    seen_rev: int,
    key: str,
    row_id: int | None = None,
) -> None:
    """Add a partner, deliverable, indicator or risk to a draft, or change the one with an id.

    Adding never meets another person's work, so only a change looks at the section's revision.

    Raises:
        NotHere: no such bid or row. Invalid: when there are too many, or the partner is unknown or named twice.
        StaleSection: when a row is changed and somebody saved this section since `seen_rev`.
    """

    def make() -> dict[str, int]:
        case, bid = hold_writable(work, bid_id, section)
        row = _section(work, bid_id, section, None if row_id is None else seen_rev)
        _write_row(work, case, line, row_id)
        return {"rev": _saved(work, case, bid, row)}

    once(work, key, action="save_row", subject=f"bid:{bid_id}:{section}:{row_id or 'new'}", make=make)


def remove_row(work: Work, bid_id: int, section: Section, row_id: int, *, key: str) -> None:
    """Remove a partner, deliverable, indicator or risk from a draft.

    Raises:
        NotHere: no such bid, or the row is another bid's.
    """

    def make() -> dict[str, int]:
        case, bid = hold_writable(work, bid_id, section)
        row = _section(work, bid_id, section, None)
        gone = _row(work, bid_id, section, row_id)
        if isinstance(gone, Partner):
            tell_removed(work, case, gone)
        work.session.delete(gone)
        return {"rev": _saved(work, case, bid, row)}

    once(work, key, action="remove_row", subject=f"bid:{bid_id}:{section}:{row_id}", make=make)


def _write_row(work: Work, case: Case, line: Line, row_id: int | None) -> None:
    section, values = row_values(work, case, line)
    model = ROWS[section]
    if section is Section.PARTNERS:
        _named_once(work, case.id, values["organisation_id"], row_id)
    if row_id is not None:
        found = _row(work, case.id, section, row_id)
        if isinstance(line, PartnerLine):
            is_new = found.organisation_id != values["organisation_id"]
            if is_new:
                tell_removed(work, case, found)
            found.organisation_id = values["organisation_id"]
            write_part(work, case, found, line, is_new=is_new)
            return
        for name, value in values.items():
            setattr(found, name, value)
        return
    count = work.session.scalar(select(func.count()).select_from(model).where(model.bid_id == case.id))
    if (count or 0) >= MOST_ROWS:
        raise Invalid(f"There are {MOST_ROWS} already. Remove one first.")
    row = model(bid_id=case.id, **values)
    work.session.add(row)
    if isinstance(line, PartnerLine):
        work.session.flush()  # Its shares refer to it.
        write_part(work, case, row, line, is_new=True)


def _named_once(work: Work, bid_id: int, organisation_id: int, row_id: int | None) -> None:
    taken = work.session.scalar(
        select(Partner.id).where(Partner.bid_id == bid_id, Partner.organisation_id == organisation_id)
    )
    if taken is not None and taken != row_id:
        raise Invalid("This organisation is a partner already.", field="organisation")


def _row(work: Work, bid_id: int, section: Section, row_id: int) -> Any:
    model = ROWS[section]
    found = work.session.scalars(
        select(model).where(model.id == row_id, model.bid_id == bid_id)
    ).one_or_none()
    if found is None:
        raise NotHere
    return found


ROWS: dict[Section, Any] = {
    Section.PARTNERS: Partner,
    Section.DELIVERABLES: Deliverable,
    Section.INDICATORS: Indicator,
    Section.RISKS: Risk,
}
"""The sections that are lists, with their tables."""


_SHOWN_IN_LISTS = frozenset({Section.SUMMARY, Section.BUDGET})
"""The sections whose title and amount the case carries, for lists."""


_SENDS = frozenset({"submit", "send_change"})


def may_be_written(case: Case) -> bool:
    """Whether the text of a bid can be changed where it stands: there, its definition lets the lead body send it."""
    workflow = registry().workflow_of(case)
    return workflow is not None and any(
        action.name in _SENDS for action in workflow.actions_from.get(case.state, ())
    )


def hold_writable(work: Work, bid_id: int, section: Section | None = None) -> tuple[Case, Bid]:
    """Hold the case of a bid that the person may write, so that it cannot be sent while a section is saved.

    Saves of one bid follow each other by the lock on its row. A section that changes the case itself locks the case
    from the start, because two who both share a lock and then both want to write would wait for each other for ever; so
    does whoever writes all sections at once, without naming one.

    Raises:
        NotHere: no such bid, or the person may not write it. Invalid: when its text can no longer be changed.
    """
    case = (lock_case if section is None or section in _SHOWN_IN_LISTS else hold_case)(work, bid_id)
    if work.actor.person_id is None:
        raise NotHere
    viewer = accounts.viewer_for(work.session, work.actor.person_id, work.now)
    if case.proposer_id not in viewer.organisations(Role.DRAFTER, Role.SIGNATORY):
        raise NotHere
    if not may_be_written(case):
        raise Invalid("This bid was sent, so its text can no longer be changed here.")
    bid = work.session.get(Bid, bid_id, with_for_update={"key_share": True}, populate_existing=True)
    if bid is None:
        raise NotHere
    return case, bid


def _section(work: Work, bid_id: int, section: Section, seen_rev: int | None) -> BidSection:
    """The section's row, compared with the revision the page was drawn from; 0 is never saved, None is not compared."""
    row = work.session.get(BidSection, (bid_id, section), populate_existing=True)
    if row is None:
        row = BidSection(bid_id=bid_id, name=section, rev=0, complete=False)
    if seen_rev is not None and row.rev != seen_rev:
        names = accounts.people_named(work.session, [row.saved_by] if row.rev else [])
        by = names.get(row.saved_by, "A colleague") if row.rev else "A colleague"
        raise StaleSection(
            by=by, when=row.saved_at if row.rev else work.now, what=f"saved “{SECTIONS[section].label}”"
        )
    return row


def _saved(work: Work, case: Case, bid: Bid, row: BidSection) -> int:
    row.rev += 1
    row.saved_at, row.saved_by = work.now, work.actor.person_id or 0
    row.complete = True  # Needed before the content is read; set right just below.
    work.session.add(row)
    work.session.flush()  # The content is read back whole, with the rows just written.
    content = content_of(work.session, bid.id)
    row.complete = is_whole(content, row.name)
    sent = _newest_version(work, bid.id)
    # Once it was sent, others read the version, and lists show its title and amount; what is being written waits.
    bid.unsent = sent is not None and differs(content, sent.snapshot)
    if row.name in _SHOWN_IN_LISTS and sent is None:
        describe_case(case, title=bid.title, amount_pence=Pence(content.total_pence))
    return row.rev


def saved_whole(work: Work, case: Case, bid: Bid) -> None:
    """After all sections were written at once: see anew which are whole, and what lists show."""
    content = content_of(work.session, bid.id)
    for section in Section:
        row = content.sections.get(section.value)
        if row is not None:
            row.complete = is_whole(content, section)
    if _newest_version(work, bid.id) is None:
        describe_case(case, title=bid.title, amount_pence=Pence(content.total_pence))


def _newest_version(work: Work, bid_id: int) -> BidVersion | None:
    return work.session.scalars(
        select(BidVersion).where(BidVersion.bid_id == bid_id).order_by(BidVersion.number.desc()).limit(1)
    ).one_or_none()
