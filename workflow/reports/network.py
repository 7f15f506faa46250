"""What the network of officials and improvement bodies is told: bids of all departments, news of them, and where they overlap.

Officials read of a bid from the day it was sent, improvement bodies from the opening of its consultation, and of their own
bids nothing here. Nobody reads scores or who did what. Source: seed, paragraph 5; domain, section 8.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, Text, cast, false, select, tuple_
from sqlalchemy.dialects.postgresql import JSON
from sqlalchemy.orm import Session, aliased

from workflow.accounts.models import Organisation
from workflow.accounts.queries import Viewer
from workflow.accounts.roles import Role, Thing
from workflow.audit.models import Event
from workflow.bids.models import AreaKind, Bid, Outcome, Partner, Round, SupportType
from workflow.bids.rules import is_withheld
from workflow.cases import Case
from workflow.cases.registry import registry
from workflow.consultation.models import Consultation
from workflow.errors import NotHere
from workflow.money import Pence
from workflow.reports.models import OutcomeTheme
from workflow.reports.rules import Area

NEWS = ("consulting", "approved", "rejected", "ineligible")
"""The states whose beginning is news: councils are asked, or a decision was taken."""

OFFICIALS = frozenset({Role.NETWORK_OFFICIAL, Role.REVIEW_OWNER, Role.AUDITOR})
"""Who reads of all departments' bids from the day they were sent; improvement bodies read later."""

PAGE = 25
MOST_COMPARED = 500
"""So many live bids are compared for overlaps, the newest."""
WITHHELD = "A bid to help a council"


@dataclass(frozen=True, slots=True)
class Known:
    """A bid as the network knows it. `is_withheld` says that its title and councils are not told yet."""

    id: int
    reference: str
    title: str
    department_id: int
    department: str
    lead: str
    amount_pence: Pence
    support: SupportType | None
    area_kind: AreaKind | None
    region: str | None
    codes: tuple[str, ...]
    outcome_codes: tuple[str, ...]
    prospectus_id: int
    state: str
    stage: str
    is_withheld: bool


@dataclass(frozen=True, slots=True)
class News:
    """That councils were asked about a bid, or that a decision was taken: `state` is where the bid came to."""

    event_id: int
    at: datetime
    state: str
    bid: Known


@dataclass(frozen=True, slots=True)
class Overlap:
    """Two bids of different departments with one aim, one kind of support and a place in common."""

    first: Known
    second: Known
    themes: tuple[str, ...]


def known_to(viewer: Viewer) -> ColumnElement[bool]:
    """The condition on `Case` for what the network may tell a viewer.

    Raises:
        NotHere: when the viewer is of no part of the network.
    """
    if not viewer.opens(Thing.NETWORK):
        raise NotHere
    if viewer.roles & OFFICIALS:
        return Case.shared.is_(True)
    own = viewer.organisations(Role.NETWORK_BODY) | {viewer.organisation_id}
    asked = select(Consultation.id).where(Consultation.bid_id == Case.id)
    partner = select(Partner.id).where(Partner.bid_id == Case.id, Partner.organisation_id.in_(own))
    return Case.shared & asked.exists() & Case.proposer_id.not_in(own) & ~partner.exists()


def bids(session: Session, viewer: Viewer, *, after: int | None = None) -> tuple[list[Known], bool]:
    """A page of the bids that the network may tell the viewer of, the newest first, and whether more follow.

    Raises:
        NotHere: when the viewer is of no part of the network.
    """
    statement = _known().where(known_to(viewer)).order_by(Case.id.desc()).limit(PAGE + 1)
    if after is not None:
        statement = statement.where(Case.id < after)
    found = [_of_row(viewer, row) for row in session.execute(statement).all()]
    return found[:PAGE], len(found) > PAGE


def news(session: Session, viewer: Viewer, *, before: int | None = None) -> tuple[list[News], bool]:
    """A page of news, the newest first, and whether more follow.

    Raises:
        NotHere: when the viewer is of no part of the network.
    """
    said = cast(Event.canonical, JSON)["payload"]
    came_to = said["to"].astext
    statement = (
        _known()
        .add_columns(Event.id, Event.at, came_to)
        .join(Event, Event.stream == "case:" + cast(Case.id, Text))
        .where(
            known_to(viewer),
            Event.event.in_(_events_of_news()),
            came_to.in_(NEWS),
            came_to != said["from"].astext,
        )
        .order_by(Event.id.desc())
        .limit(PAGE + 1)
    )
    if before is not None:
        statement = statement.where(Event.id < before)
    rows = session.execute(statement).all()
    found = [News(row[-3], row[-2], row[-1], _of_row(viewer, row)) for row in rows]
    return found[:PAGE], len(found) > PAGE


def overlaps(session: Session, viewer: Viewer) -> list[Overlap]:
    """Every two live bids of different departments with a theme, the main kind of support and a place in common.

    Those with a bid of the viewer's own department come first.

    Raises:
        NotHere: when the viewer is of no part of the network.
    """
    statement = _known().where(known_to(viewer), ~Case.ended).order_by(Case.id.desc()).limit(MOST_COMPARED)
    rows = [_of_row(viewer, row) for row in session.execute(statement).all()]
    live = [one for one in rows if one.support is not None and not one.is_withheld]
    themes, areas = _themes(session, live), _areas(session, live)
    found = []
    for number, second in enumerate(live):
        for first in live[number + 1 :]:
            common = themes[first.id] & themes[second.id]
            if (
                common
                and first.department_id != second.department_id
                and first.support is second.support
                and areas[first.id].overlaps(areas[second.id])
            ):
                found.append(Overlap(first, second, tuple(sorted(common))))
    own = {grant.organisation_id for grant in viewer.grants} | {viewer.organisation_id}
    return sorted(found, key=lambda one: own.isdisjoint({one.first.department_id, one.second.department_id}))


def _events_of_news() -> frozenset[str]:
    """The names of the events by which a bid may come to a state that is news, in any version of its definition."""
    workflows = registry().definitions.values()
    return frozenset(
        action.event for one in workflows for action in one.actions if set(action.targets) & set(NEWS)
    )


_DEPARTMENT = aliased(Organisation)
_LEAD = aliased(Organisation)


def _known() -> Select[*tuple[Any, ...]]:
    return (
        select(Case, Bid, _DEPARTMENT.code, _LEAD.name, Round.prospectus_id)
        .join(Bid, Bid.id == Case.id)
        .join(Round, Round.id == Bid.round_id)
        .join(_DEPARTMENT, _DEPARTMENT.id == Case.department_id)
        .join(_LEAD, _LEAD.id == Case.proposer_id)
    )


def _of_row(viewer: Viewer, row: Row[*tuple[Any, ...]]) -> Known:
    case, bid, department, lead, prospectus_id = row[:5]
    hidden = not viewer.roles & OFFICIALS and is_withheld(bid.main_support, bid.area_kind, case.state)
    workflow = registry().workflow_of(case)
    state = None if workflow is None else workflow.state_by_name.get(case.state)
    return Known(
        id=case.id,
        reference=case.reference,
        title=WITHHELD if hidden else case.title,
        department_id=case.department_id,
        department=department,
        lead=lead,
        amount_pence=case.amount_pence,
        support=bid.main_support,
        area_kind=None if hidden else bid.area_kind,
        region=None if hidden else bid.area_region,
        codes=() if hidden else tuple(bid.area_codes),
        outcome_codes=tuple(bid.outcome_codes),
        prospectus_id=prospectus_id,
        state=case.state,
        stage="Read only for now" if state is None else state.outside_label,
        is_withheld=hidden,
    )


def _themes(session: Session, listed: Iterable[Known]) -> dict[int, frozenset[str]]:
    """What each bid's outcomes are about, by bid, in one statement."""
    named = {one.id: {(one.prospectus_id, code) for code in one.outcome_codes} for one in listed}
    wanted = sorted({pair for pairs in named.values() for pair in pairs})
    condition = tuple_(Outcome.prospectus_id, Outcome.code).in_(wanted) if wanted else false()
    rows = session.execute(
        select(Outcome.prospectus_id, Outcome.code, OutcomeTheme.theme)
        .join(OutcomeTheme, OutcomeTheme.outcome_id == Outcome.id)
        .where(condition)
    )
    of = {(prospectus_id, code): theme for prospectus_id, code, theme in rows}
    return {bid: frozenset(of[pair] for pair in pairs if pair in of) for bid, pairs in named.items()}


def _areas(session: Session, listed: Sequence[Known]) -> dict[int, Area]:
    """Where each bid works, with the regions of the councils that it names, in one statement."""
    codes = sorted({code for one in listed for code in one.codes})
    rows = session.execute(select(Organisation.code, Organisation.region).where(Organisation.code.in_(codes)))
    region_of = dict(rows.all())
    return {
        one.id: Area(
            kind=(one.area_kind or AreaKind.NATIONAL).value,
            region=one.region,
            codes=frozenset(one.codes),
            regions=frozenset(region for code in one.codes if (region := region_of.get(code))),
        )
        for one in listed
    }
