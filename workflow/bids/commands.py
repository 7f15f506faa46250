"""All that changes a bid while it is being written. Sections are saved one by one and never bump the case's revision."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from workflow.accounts import queries as accounts
from workflow.accounts.models import Organisation, OrganisationKind
from workflow.accounts.roles import Role
from workflow.bids.content import content_of
from workflow.bids.models import (
    AreaKind,
    Bid,
    BidAmount,
    BidSection,
    CostHead,
    Deliverable,
    Indicator,
    Partner,
    Risk,
    Round,
    Section,
    SpendRoute,
    SupportType,
)
from workflow.bids.rules import round_is_open_on, written
from workflow.bids.sections import SECTIONS, is_whole
from workflow.cases import Case, arm_first_deadline, describe_case, hold_case, once, open_case
from workflow.clock import london_date
from workflow.db import Work
from workflow.errors import Invalid, NotHere, Stale
from workflow.funds.models import Fund
from workflow.money import Pence

PREFIX = "SLI"
"""What references of bids begin with: sector-led improvement."""

MOST_ROWS = 50
"""How many partners, deliverables, indicators or risks a bid may have of each."""


def start_bid(work: Work, *, round_code: str, lead_id: int, title: str, key: str) -> str:
    """Start a bid for a body in an open round; returns its reference. A second press gives the same bid.

    Raises:
        NotHere: no such round, or the person may not write for the body.
        Invalid: when the round is not open, or the body cannot lead because it is no legal person.
    """
    round_ = work.session.scalars(select(Round).where(Round.code == round_code)).one_or_none()
    if round_ is None or work.actor.person_id is None:
        raise NotHere
    viewer = accounts.viewer_for(work.session, work.actor.person_id, work.now)
    if lead_id not in viewer.organisations(Role.DRAFTER, Role.SIGNATORY):
        raise NotHere
    result = once(
        work,
        key,
        action="start_bid",
        subject=f"round:{round_.id}",
        make=lambda: {"reference": _start(work, round_, lead_id, title).reference},
    )
    return str(result["reference"])


def _start(work: Work, round_: Round, lead_id: int, title: str) -> Case:
    if not round_is_open_on(round_.opens_on, round_.closes_on, london_date(work.now)):
        raise Invalid(f"This round is not open. It closes on {written(round_.closes_on)}.", field="title")
    lead = work.session.get_one(Organisation, lead_id)
    if not lead.is_legal_person:
        raise Invalid(f"{lead.name} is not a legal person, so it cannot lead a bid.", field="lead")
    fund = work.session.get_one(Fund, round_.fund_id)
    case = open_case(
        work,
        kind="bid",
        prefix=PREFIX,
        title=title,
        department_id=fund.department_id,
        proposer_id=lead_id,
        fund_id=fund.id,
    )
    work.session.add(Bid(id=case.id, round_id=round_.id, lead_id=lead_id, title=title))
    work.session.flush()  # The round's closing date is read through the bid.
    arm_first_deadline(work, case, {})
    return case


class StaleSection(Stale):
    """Somebody saved this section since the page was drawn; nothing of either text is lost."""


class Summary(NamedTuple):
    """What the bid is, in words."""

    title: str
    summary: str
    need: str


class Outcomes(NamedTuple):
    """Which outcomes it serves, and with which kind of support: one main, any others."""

    outcome_codes: tuple[str, ...]
    main_support: SupportType
    other_support: tuple[SupportType, ...]


class Exclusion(NamedTuple):
    """Whether it is linked to one service's operational needs, and why. Source: seed, paragraph 2."""

    operational_need: bool
    operational_reason: str


class Route(NamedTuple):
    """Who leads the work; temporary government support says why, until when, and what then."""

    spend_route: SpendRoute
    transition_reason: str | None
    transition_ends_on: date | None
    exit_plan: str | None


class Area(NamedTuple):
    """Where it works."""

    area_kind: AreaKind
    area_region: str | None
    area_codes: tuple[str, ...]


class BudgetLine(NamedTuple):
    """Pence for one financial year and one kind of cost."""

    year: int
    head: CostHead
    pence: Pence


class Budget(NamedTuple):
    """What is asked for, and what comes from elsewhere."""

    lines: tuple[BudgetLine, ...]
    match_pence: Pence
    match_source: str | None


class Facts(NamedTuple):
    """Whether it sells goods or services, and whether it costs councils anything new."""

    sells: bool
    new_cost_for_councils: bool
    new_cost_reason: str | None


class PartnerLine(NamedTuple):
    """A partner by its code, with its task."""

    code: str
    task: str


class DeliverableLine(NamedTuple):
    """Something that will be there by a date."""

    text: str
    due_on: date
    outcome_code: str | None


class IndicatorLine(NamedTuple):
    """How one will see that it worked."""

    text: str
    baseline: str
    target: str


class RiskLine(NamedTuple):
    """What may go wrong, and the answer."""

    text: str
    answer: str


Values = Summary | Outcomes | Exclusion | Route | Area | Budget | Facts | None


def save_section(work: Work, bid_id: int, section: Section, values: Values, *, seen_rev: int) -> int:
    """Save one section of a draft; returns the section's new revision. `values` None says that the list is finished.

    Raises:
        NotHere: no such bid, or the person may not write it. Invalid: when it is no draft, or a value breaks a rule.
        StaleSection: when somebody saved this section since `seen_rev`.
    """
    case = writable(work, bid_id)
    bid = work.session.get_one(Bid, bid_id)
    row = _section(work, bid_id, section, seen_rev)
    if values is not None:
        _WRITERS[type(values)](work, bid, values)
    return _saved(work, case, bid, row)


def add_row(
    work: Work,
    bid_id: int,
    section: Section,
    line: PartnerLine | DeliverableLine | IndicatorLine | RiskLine,
    *,
    row_id: int | None = None,
) -> None:
    """Add a partner, deliverable, indicator or risk to a draft, or change the one with an id.

    Raises:
        NotHere: no such bid or row. Invalid: when there are too many, or the partner is unknown or named twice.
    """
    case = writable(work, bid_id)
    model, values = _row_values(work, case, line)
    count = len(work.session.scalars(select(model.id).where(model.bid_id == bid_id)).all())
    if row_id is not None:
        found = work.session.scalars(
            select(model).where(model.id == row_id, model.bid_id == bid_id)
        ).one_or_none()
        if found is None:
            raise NotHere
        for name, value in values.items():
            setattr(found, name, value)
    elif count >= MOST_ROWS:
        raise Invalid(f"There are {MOST_ROWS} already. Remove one first.", field="text")
    else:
        work.session.add(model(bid_id=bid_id, **values))
    _touch(work, case, bid_id, section)


def remove_row(work: Work, bid_id: int, section: Section, row_id: int) -> None:
    """Remove a partner, deliverable, indicator or risk from a draft.

    Raises:
        NotHere: no such bid, or the row is another bid's.
    """
    case = writable(work, bid_id)
    model = ROWS[section]
    gone = work.session.execute(
        delete(model).where(model.id == row_id, model.bid_id == bid_id).returning(model.id)
    ).all()
    if not gone:
        raise NotHere
    _touch(work, case, bid_id, section)


ROWS: Mapping[Section, Any] = {
    Section.PARTNERS: Partner,
    Section.DELIVERABLES: Deliverable,
    Section.INDICATORS: Indicator,
    Section.RISKS: Risk,
}
"""The sections that are lists, with their tables."""


def writable(work: Work, bid_id: int) -> Case:
    """Hold the case of a draft that the person may write, so that it cannot be sent while a section is saved.

    Raises:
        NotHere: no such bid, or the person may not write it. Invalid: when it is no longer a draft.
    """
    case = hold_case(work, bid_id)
    if work.actor.person_id is None:
        raise NotHere
    viewer = accounts.viewer_for(work.session, work.actor.person_id, work.now)
    if case.proposer_id not in viewer.organisations(Role.DRAFTER, Role.SIGNATORY):
        raise NotHere
    if case.state != "draft":
        raise Invalid("This bid was sent, so its text can no longer be changed here.")
    return case


def _section(work: Work, bid_id: int, section: Section, seen_rev: int) -> BidSection:
    """Lock the section's row and compare its revision with the one the page was drawn from; 0 is never saved."""
    row = work.session.get(BidSection, (bid_id, section), with_for_update=True)
    if row is None:
        row = BidSection(bid_id=bid_id, name=section, rev=0, complete=False)
    if row.rev != seen_rev:
        names = accounts.people_named(work.session, [row.saved_by] if row.rev else [])
        by = names.get(row.saved_by, "A colleague") if row.rev else "A colleague"
        raise StaleSection(by=by, when=row.saved_at if row.rev else work.now, what=f"saved “{SECTIONS[section].label}”")
    return row


def _saved(work: Work, case: Case, bid: Bid, row: BidSection) -> int:
    row.rev += 1
    row.saved_at, row.saved_by = work.now, work.actor.person_id or 0
    row.complete = True  # Needed before the content is read; set right just below.
    work.session.add(row)
    work.session.flush()  # The content is read back whole, with the rows just written.
    content = content_of(work.session, bid.id)
    row.complete = is_whole(content, row.name)
    describe_case(case, title=bid.title, amount_pence=Pence(content.total_pence))
    return row.rev


def _touch(work: Work, case: Case, bid_id: int, section: Section) -> None:
    row = work.session.get(BidSection, (bid_id, section), with_for_update=True)
    if row is None:
        row = BidSection(bid_id=bid_id, name=section, rev=0, complete=False)
    _saved(work, case, work.session.get_one(Bid, bid_id), row)


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


_WRITERS: Mapping[type, Callable[[Work, Bid, Any], None]] = {
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


def _row_values(
    work: Work, case: Case, line: PartnerLine | DeliverableLine | IndicatorLine | RiskLine
) -> tuple[Any, dict[str, Any]]:
    """The table and the columns of a row; a partner is named by its code and may not be the lead itself."""
    match line:
        case PartnerLine():
            body = work.session.scalars(
                select(Organisation).where(Organisation.code == line.code)
            ).one_or_none()
            if body is None:
                raise Invalid("Choose an organisation from the list.", field="organisation")
            if body.id == case.proposer_id:
                raise Invalid("The lead body cannot be its own partner.", field="organisation")
            return Partner, {"organisation_id": body.id, "task": line.task}
        case DeliverableLine():
            return Deliverable, line._asdict()
        case IndicatorLine():
            return Indicator, line._asdict()
        case RiskLine():
            return Risk, line._asdict()
