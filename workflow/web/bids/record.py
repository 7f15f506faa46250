"""What the record of a bid shows: who, until when, then what; where it is; its facts; its money; what happened."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from workflow.accounts.queries import Viewer
from workflow.bids.content import Content
from workflow.cases import Case
from workflow.cases.facts import actor_for, facts_for, view_of
from workflow.cases.queries import HistoryEntry, history
from workflow.cases.registry import registry
from workflow.clock import london_date
from workflow.deadlines import calendar
from workflow.engine import SYSTEM, Offer, Workflow, offers
from workflow.engine.explain import Explanation, Voice, explain
from workflow.money import format_pounds, year_label
from workflow.web.bids.frame import is_inside, is_theirs
from workflow.web.bids.words import AREAS, OUTSIDE_STAGES, ROUTES, STAGES, SUPPORT, event_words
from workflow.web.filters import clock_time, day_month, due_words
from workflow.web.filters import london_date as written

Parts = list[tuple[str, str, str]]


@dataclass(frozen=True, slots=True)
class Record:
    """A bid as one reader meets it now. `may` are the actions open to the reader, `blocked` those with reasons."""

    facts: Mapping[str, Any]
    may: tuple[Offer, ...]
    blocked: tuple[Offer, ...]
    explain: Parts
    stages: list[tuple[str, str, list[str]]]
    timeline: list[tuple[str, str, str]]
    events: int


def record_of(session: Session, who: Viewer, case: Case, now: datetime, *, newest: int = 6) -> Record:
    """Gather the record of a case that the reader may see; facts are read once for offers and explanation."""
    facts = facts_for(session, [case], now=now, person_id=who.person_id)[case.id]
    workflow = registry().workflow_of(case)
    offered: tuple[Offer, ...] = ()
    if workflow is not None:
        actor = actor_for(who, case, facts["actor"].principals)
        offered = tuple(o for o in offers(workflow, view_of(case), actor, facts) if is_theirs(who, case, o))
    happened = history(session, who, case)
    shown = [entry for entry in happened if _is_shown(workflow, who, case, entry)]
    may = tuple(offer for offer in offered if offer.may)
    return Record(
        facts=facts,
        may=may,
        blocked=tuple(offer for offer in offered if not offer.may),
        explain=[]
        if workflow is None
        else _explain(session, who, case, workflow=workflow, facts=facts, may=may, now=now),
        stages=_stages(who, case, happened, now),
        timeline=timeline(shown[:newest], now),
        events=len(shown),
    )


def _explain(
    session: Session,
    who: Viewer,
    case: Case,
    *,
    workflow: Workflow,
    facts: Mapping[str, Any],
    may: Sequence[Offer],
    now: datetime,
) -> Parts:
    voice = Voice.DEPARTMENT if is_inside(who, case) else Voice.OUTSIDE
    said = explain(workflow, view_of(case), facts, voice=voice, due_on=case.due_on)
    is_theirs_to_do = voice is Voice.DEPARTMENT or bool(may) or workflow.state_by_name[case.state].initial
    parts: Parts = [
        (
            "Waiting for" if is_theirs_to_do else "Now",
            *_waiting(case, workflow, facts, said=said, may=may, voice=voice),
        )
    ]
    if said.until is not None:
        verb = "Closes" if workflow.state_by_name[case.state].owner == SYSTEM else "Due"
        words = due_words(calendar(session).working_days_left(london_date(now), said.until), verb)
        parts.append(("Until", written(said.until), _and_then(words, said.if_late)))
    if said.then:
        parts.append(("Then", said.then, ""))
    return parts


def _and_then(words: str, if_late: str) -> str:
    return f"{words}. Then {if_late[:1].lower()}{if_late[1:]}" if if_late else words


def _waiting(
    case: Case,
    workflow: Workflow,
    facts: Mapping[str, Any],
    *,
    said: Explanation,
    may: Sequence[Offer],
    voice: Voice,
) -> tuple[str, str]:
    state = workflow.state_by_name[case.state]
    unfinished = facts["bids"].unfinished if state.initial and facts.get("bids") else ()
    if unfinished:
        count = len(unfinished)
        return "You, the lead body", f"{count} {'section is' if count == 1 else 'sections are'} not finished"
    mine = next((offer for offer in may if state.owner in offer.action.roles), None) or next(iter(may), None)
    if mine is None:
        return (
            (said.waiting_for, "") if not state.initial else ("Your signatory", "Every section is finished")
        )
    role = workflow.role_label(state.owner)
    others = (
        f"You, or another {role}" if voice is Voice.DEPARTMENT and state.owner in mine.action.roles else "You"
    )
    return others, mine.action.label


def _stages(
    who: Viewer, case: Case, happened: Sequence[HistoryEntry], now: datetime
) -> list[tuple[str, str, list[str]]]:
    stages = STAGES if is_inside(who, case) else OUTSIDE_STAGES
    reached: dict[str, date] = {}
    for entry in reversed(happened):
        reached.setdefault(str(entry.payload.get("to")), london_date(entry.at))
    here = next((n for n, (_, states) in enumerate(stages) if case.state in states), -1)
    year = london_date(now).year
    return [
        (
            name,
            _status(n, here, ended=case.ended),
            _lines([reached[s] for s in states if s in reached], n == here, year),
        )
        for n, (name, states) in enumerate(stages)
    ]


def _status(number: int, here: int, *, ended: bool) -> str:
    if number == here:
        return "done" if ended else "now"
    return "done" if number < here else "later"


def _lines(days: Sequence[date], is_here: bool, year: int) -> list[str]:
    lines = [day_month(days[0], year)] if days else []
    return [*lines, "here now"] if is_here else lines


def key_facts(case: Case, content: Content, fund: str) -> Parts:
    """The facts that people ask for first: (label, main, more)."""
    bid = content.bid
    years = sorted(content.by_year())
    support = SUPPORT[bid.main_support][0] if bid.main_support else "–"
    others = ", ".join(SUPPORT[kind][0].lower() for kind in SUPPORT if kind.value in bid.other_support)
    span = f"{year_label(years[0])}" if years else "–"
    if len(years) > 1:
        span = f"{years[0]} to {years[-1] + 1}"
    partners = len(content.partners)
    facts = [
        ("Asked for", format_pounds(content.total_pence), _match(content)),
        ("Years", span, f"{len(years)} financial year{'' if len(years) == 1 else 's'}" if years else ""),
        ("Kind of support", support, f"also {others}" if others else ""),
        ("Area", _area(content), ""),
        (
            "Lead body",
            content.lead.short_name,
            f"with {partners} partner{'' if partners == 1 else 's'}" if partners else "",
        ),
        ("Fund", fund, content.round.title),
        ("Who leads the work", ROUTES[bid.spend_route][0] if bid.spend_route else "–", _until(content)),
    ]
    return [*facts, ("Started", day_month(case.opened_at, 0), "")]


def _match(content: Content) -> str:
    bid = content.bid
    return f"and {format_pounds(bid.match_pence)} from elsewhere" if bid.match_pence else ""


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
            count = len(bid.area_codes)
            return f"{count} council{'' if count == 1 else 's'}"
        case _:
            return AREAS[bid.area_kind]


def _is_shown(workflow: Workflow | None, who: Viewer, case: Case, entry: HistoryEntry) -> bool:
    """Outside the department a step between states that read alike there is not shown, unless it was the reader's own side's."""
    if workflow is None or is_inside(who, case) or entry.who not in {"The department", "The system"}:
        return True
    ends = [workflow.state_by_name.get(str(entry.payload.get(name))) for name in ("from", "to")]
    labels = {state.outside_label for state in ends if state is not None}
    return len(labels) != 1 or entry.payload.get("from") is None or _is_money(entry)


def _is_money(entry: HistoryEntry) -> bool:
    return entry.event in {"claim_checked", "claim_paid"}


def shown_history(session: Session, who: Viewer, case: Case, *, limit: int = 200) -> list[HistoryEntry]:
    """All events of a case that the reader is shown, newest first."""
    workflow = registry().workflow_of(case)
    return [e for e in history(session, who, case, limit=limit) if _is_shown(workflow, who, case, e)]


def timeline(entries: Sequence[HistoryEntry], now: datetime) -> list[tuple[str, str, str]]:
    """The events as (what, text, who and when); the year only when it is not this one."""
    year = london_date(now).year
    return [
        (event_words(entry.event), entry_text(entry), f"{entry.who}, {_when(entry.at, year)}")
        for entry in entries
    ]


def _when(at: datetime, this_year: int) -> str:
    return f"{day_month(at, this_year)}, {clock_time(at).rpartition(', ')[2]}"


OUTSIDE_NAME = "The department"
"""How people outside the department read whoever acted in it."""


def entry_text(entry: HistoryEntry) -> str:
    """What an event says beside its name: figures first, then the words that were given."""
    if entry.event == "bid_recommended" and entry.who == OUTSIDE_NAME:
        return ""  # What is recommended is the department's own until it is decided.
    given = entry.payload
    pieces = []
    if isinstance(given.get("version"), int) and entry.event == "bid_submitted":
        pieces.append(f"Version {given['version']}.")
    if isinstance(given.get("claim"), int):
        pieces.append(f"Payment request {given['claim']}.")
    pieces += [
        words
        for name, form in _AMOUNTS
        if isinstance(given.get(name), int)
        for words in [form.format(format_pounds(_whole(given[name])))]
    ]
    if isinstance(given.get("quorum"), int):
        pieces.append(f"Approval {given.get('votes')} of {given['quorum']}.")
    if isinstance(given.get("answered"), int):
        pieces.append(f"{given['answered']} of {given.get('invited')} answered.")
    elif isinstance(given.get("invited"), int):
        pieces.append(f"{given['invited']} councils.")
    reason = next(
        (entry.texts[name] for name in ("reason", "recommendation", "summary") if entry.texts.get(name)), ""
    )
    return " ".join([*pieces, f"“{reason}”"] if reason else pieces)


_AMOUNTS = (
    ("total_pence", "{}."),
    ("claimed_pence", "{} requested."),
    ("accepted_pence", "{} accepted."),
    ("paid_pence", "{} paid."),
    ("released_pence", "{} released."),
)


def _whole(value: object) -> int:
    return value if isinstance(value, int) else 0
