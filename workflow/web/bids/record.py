"""What the record of a bid shows: who, until when, then what; where it is; its facts; its money; what happened."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from workflow.accounts.queries import Viewer, holders_of
from workflow.accounts.roles import Role
from workflow.bids.content import Content
from workflow.cases import Case
from workflow.cases.queries import PROPOSER_ROLES
from workflow.money import format_pounds, year_label
from workflow.web.bids.ball import Move, Parts, explained, moves_of
from workflow.web.bids.frame import is_inside
from workflow.web.bids.happened import shown_history, timeline
from workflow.web.bids.stages import Stage, stages_of, ways_beside
from workflow.web.bids.words import AREAS, ROUTES, SUPPORT
from workflow.web.filters import counted, day_month
from workflow.web.pages import Link

NEWEST = 6
"""How many events the record shows; the history has all."""


@dataclass(frozen=True, slots=True)
class Record:
    """A bid as one reader meets it now.

    `main` is the one thing to do, `beside` says, inside the department, where else the bid can go from here.
    """

    move: Move
    explain: Parts
    main: Link | None
    stages: list[Stage]
    beside: str
    timeline: list[tuple[str, str, str]]
    events: int

    @property
    def facts(self) -> Mapping[str, Any]:
        """The facts of the case by room."""
        return self.move.facts


def record_of(session: Session, who: Viewer, case: Case, now: datetime, *, lead: str) -> Record:
    """Gather the record of a case that the reader may see; facts are read once for all of it."""
    move = moves_of(session, who, [case], now)[case.id]
    inside = is_inside(who, case)
    happened = shown_history(session, who, case)
    return Record(
        move=move,
        explain=explained(session, who, case, move, lead=lead, now=now),
        main=_main(who, case, move),
        stages=stages_of(who, case, happened, now),
        beside=ways_beside(case) if inside else "",
        timeline=timeline(happened[:NEWEST], now, inside=inside),
        events=len(happened),
    )


def _main(who: Viewer, case: Case, move: Move) -> Link | None:
    """The one thing to do: what is barred only because work is unfinished leads to that work."""
    address = f"/bids/{case.reference}"
    is_lead = case.proposer_id in who.organisations(*PROPOSER_ROLES)
    if case.state == "returned" and is_lead:
        return Link("Put it right", f"{address}/sections")
    if move.may:
        return Link(move.may[0].action.label, f"{address}/actions/{move.may[0].action.name}")
    if not is_lead:
        return None
    if case.state == "draft":
        return Link("Go on writing", f"{address}/sections")
    if case.state == "responding" and move.facts["consultation"].undisposed:
        return Link("Say what you did about each answer", f"{address}/consultation")
    return None


def key_facts(case: Case, content: Content, fund: str, facts: Mapping[str, Any], *, inside: bool) -> Parts:
    """The facts that people ask for first: (label, main, more)."""
    bid = content.bid
    years = sorted(content.by_year())
    support = SUPPORT[bid.main_support][0] if bid.main_support else "–"
    others = ", ".join(SUPPORT[kind][0].lower() for kind in SUPPORT if kind.value in bid.other_support)
    span = f"{year_label(years[0])}" if years else "–"
    if len(years) > 1:
        span = f"{years[0]} to {years[-1] + 1}"
    found = [
        _amount(content, facts, inside=inside),
        ("Years", span, counted(len(years), "financial year") if years else ""),
        ("Kind of support", support, f"also {others}" if others else ""),
        ("Area", _area(content), ""),
        ("Lead body", content.lead.short_name, _partners(content)),
        ("Fund", fund, content.round.title),
        ("Who leads the work", ROUTES[bid.spend_route][0] if bid.spend_route else "–", _until(content)),
    ]
    asked = facts["consultation"]
    if asked.consultation_id is not None:
        found.append(
            (
                "Councils",
                f"{asked.answered} of {asked.invited} answered",
                "" if asked.closed_at or case.ended else "so far",
            )
        )
    return found if inside else [*found, ("Started", day_month(case.opened_at, 0), "")]


def person_responsible(session: Session, who: Viewer, case: Case, now: datetime) -> Parts:
    """Who is responsible for the bid, which only the department reads by name."""
    if not is_inside(who, case):
        return []
    found = holders_of(session, [(Role.SENIOR_OFFICER, case.department_id)], now)
    return [("Person responsible", " or ".join(holder.name for holder in found), "")] if found else []


def _amount(content: Content, facts: Mapping[str, Any], *, inside: bool) -> tuple[str, str, str]:
    """What is granted, or recommended for who may know it, or asked for."""
    asked = format_pounds(content.total_pence)
    granted = sum(facts["monitoring"].profile.values())
    if granted:
        return "Granted", format_pounds(granted), f"of {asked} asked for"
    recommended = sum(facts["approval"].recommended.values()) if inside else 0
    if recommended:
        return "Recommended", format_pounds(recommended), f"of {asked} asked for"
    match = content.bid.match_pence
    return "Asked for", asked, f"and {format_pounds(match)} from elsewhere" if match else ""


def _partners(content: Content) -> str:
    names = [partner.code for partner in content.partners]
    return (
        f"with {', '.join(names)}" if 0 < len(names) < 4 else f"with {len(names)} partners" if names else ""
    )


def _until(content: Content) -> str:
    ends_on = content.bid.transition_ends_on
    is_transitional = content.bid.spend_route == "central_transitional"
    return f"until {day_month(ends_on, 0)}" if ends_on and is_transitional else ""


def _area(content: Content) -> str:
    bid = content.bid
    match bid.area_kind:
        case None:
            return "–"
        case "region":
            return bid.area_region or "–"
        case "authorities":
            return counted(len(bid.area_codes), "council")
        case _:
            return AREAS[bid.area_kind]
