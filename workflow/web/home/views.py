"""The first page: for those signed in what waits for them, what is late, what is due; for others what is open."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from flask import Blueprint
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from workflow.accounts.queries import Viewer
from workflow.accounts.roles import Role
from workflow.bids import lists, queries
from workflow.bids.lists import BidRow
from workflow.cases import Case
from workflow.cases.queries import PROPOSER_ROLES, newest_events
from workflow.cases.registry import registry
from workflow.clock import london_date
from workflow.consultation.queries import COUNCIL_ROLES, ConsultationRow, public_consultations
from workflow.consultation.queries import consultations as consultations_of
from workflow.deadlines import calendar
from workflow.engine import Workflow
from workflow.funds.queries import balances, funds_of
from workflow.money import format_pounds
from workflow.web.bids.ball import IDLE, Move, is_stuck, moves_of, personal_bars, whose
from workflow.web.bids.ball_words import UNBLOCKS
from workflow.web.bids.due import due_days
from workflow.web.bids.frame import state_words
from workflow.web.bids.words import event_words
from workflow.web.context import current_viewer, now, read_session
from workflow.web.filters import due_words
from workflow.web.home.parts import pages_of, parts_in
from workflow.web.pages import render
from workflow.web.queue.asked import SOON_DAYS
from workflow.web.roles import is_staff

blueprint = Blueprint("home", __name__)

MOST_FOLLOWED = 25
"""How many of its own bids a body is shown at home."""

MOST_LOOKED_AT = 100
"""Among how many live bids, soonest due first, those that wait for the reader are looked for."""

ASKED_WITHIN = timedelta(days=90)
"""For how long after it ended a bid may wait for somebody again: longer than any time to ask for a review or to appeal."""

REQUESTED = {"check_claim": "waiting", "pay_claim": "checked"}
"""In which state the payment requests are that a step is about."""

MOST_COMING = 5
"""How many bids that are on their way to somebody are shown."""


@dataclass(frozen=True, slots=True)
class Line:
    """A bid at home: what is asked of the reader, what more there is to it, until when that is due and how far that is."""

    case: Case
    lead: str
    ask: str
    more: str
    due: str
    href: str
    due_on: date | None


@blueprint.get("/")
def home() -> Response:
    """What waits for the reader; signed out, open rounds and consultations."""
    reader = current_viewer()
    return _signed_out() if reader is None else _your_work(read_session(), reader, now())


def _signed_out() -> Response:
    session = read_session()
    rounds = [view for view in queries.rounds(session, None, now()) if view.is_open]
    rounds.sort(key=lambda view: (view.round.closes_on, view.round.code))
    consultations, _ = public_consultations(session, None, show="open")
    return render("pages/home/welcome.html", rounds=rounds, consultations=consultations)


def _your_work(session: Session, reader: Viewer, moment: datetime) -> Response:
    days, today = calendar(session), london_date(moment)
    soon = days.add_working_days(today, SOON_DAYS)

    def due(day: date | None, verb: str = "Due") -> str:
        return due_words(days.working_days_left(today, day), verb) if day else ""

    rows = _reaching(session, reader, moment)
    moves = moves_of(session, reader, [row.case for row in rows], moment)
    waited_for = [(row.case, moves[row.case.id].waited_for(inside=False)) for row in rows]
    dates = due_days(session, waited_for, IDLE)
    asked_of = [_mine(row, moves[row.case.id], day, due(day)) for row, day in zip(rows, dates, strict=True)]
    mine = [line for line in asked_of if line]
    barred = [(row, bars[0]) for row in rows if (bars := _barred(moves[row.case.id]))]
    changed = lists.changed(session, reader)
    asked = [(row, due(row.closes_on, "Closes")) for row in _asked(session, reader)]
    parts = parts_in(session, reader)
    return render(
        "pages/home/your_work.html",
        asked=asked,
        parts=[part for part in parts if not part.is_confirmed],
        taking_part=[(part, *state_words(reader, part.case)) for part in parts if part.is_confirmed],
        today=today,
        soon=soon,
        groups=_grouped(mine, today, soon),
        count=len(mine),
        barred=barred,
        followed=_followed(reader, rows, moves, mine),
        changed=_told(session, reader, changed),
        fund=_fund(session, reader, [line.case for line in mine] + [row.case for row in changed]),
        may_start=bool(reader.organisations(*queries.WRITERS)),
        own_pages=pages_of(session, reader, moment),
        coming=[
            (row, *state_words(reader, row.case), due(row.case.due_on))
            for row in _coming(session, reader)
            if row.case.id not in {line.case.id for line in mine}
        ],
        has_queue=is_staff(reader),
    )


def _reaching(session: Session, reader: Viewer, moment: datetime) -> list[BidRow]:
    """The bids in which a step may be the reader's: the live ones, and those that ended and are asked about again."""
    final = {state.name for state in _workflow().states if state.final}
    states = _states_of(reader)
    live = [name for name in states if name not in final]
    if reader.organisations(*PROPOSER_ROLES):
        # A body follows its own bids through every state.
        live = [state.name for state in _workflow().states if not state.final]
    ended = [name for name in states if name in final]
    rows = lists.waiting(session, reader, live, limit=MOST_LOOKED_AT)
    return rows + (lists.asked_anew(session, reader, ended, moment - ASKED_WITHIN) if ended else [])


def _mine(row: BidRow, move: Move, due_on: date | None, due: str) -> Line | None:
    """The line of a bid that waits for the reader, or that is stuck at the reader; None when it does neither."""
    case, address = row.case, f"/bids/{row.case.reference}"
    if case.state == "returned":
        return Line(
            case,
            row.lead,
            "Put right what was named",
            "and send it again",
            due,
            f"{address}/sections",
            due_on,
        )
    if move.may:
        first, *rest = [offer.action for offer in move.may]
        more = f"or {rest[0].label[:1].lower()}{rest[0].label[1:]}" if rest else ""
        if len(rest) > 1:
            more = f"or one of {len(rest)} other steps"
        if case.state == "deciding" and move.facts["approval"].quorum > 1:
            given = len(move.facts["approval"].voters)
            more = f"Approval {given + 1} of {move.facts['approval'].quorum}"
        if first.name in REQUESTED:
            more = _requested(move, REQUESTED[first.name])
        return Line(case, row.lead, first.label, more, due, address, due_on)
    if _is_writing(move, case):
        unfinished = len(move.facts["bids"].unfinished)
        left = f"{unfinished} {'section is' if unfinished == 1 else 'sections are'} not finished"
        ask, more = ("Finish the bid", left) if unfinished else ("Ready to sign", "Your signatory sends it")
        return Line(case, row.lead, ask, more, due, f"{address}/sections", due_on)
    if case.state == "responding" and move.facts["consultation"].undisposed and move.blocked:
        left = move.facts["consultation"].undisposed
        more = f"{left} of {move.facts['consultation'].answered} to go"
        return Line(
            case, row.lead, "Say what you did about each answer", more, due, f"{address}/consultation", due_on
        )
    stuck = is_stuck(case, move)
    if stuck and move.blocked and move.is_owner:
        return Line(
            case, row.lead, move.blocked[0].action.label, f"Blocked: {stuck[0]}", due, address, due_on
        )
    return None


def _requested(move: Move, state: str) -> str:
    """How much the payment requests in a state come to, in one award."""
    waiting = [claim for claim in move.facts["monitoring"].claims if claim.state == state]
    amounts = (c.claimed_pence if c.accepted_pence is None else c.accepted_pence for c in waiting)
    return f"{format_pounds(sum(amounts))} of it"


def _is_writing(move: Move, case: Case) -> bool:
    return case.state == "draft" and move.workflow is not None and not move.may


def _barred(move: Move) -> tuple[str, ...]:
    return () if move.may else personal_bars(move)


def _grouped(lines: Sequence[Line], today: date, soon: date) -> dict[str, list[Line]]:
    groups: dict[str, list[Line]] = {"late": [], "soon": [], "later": []}
    for line in lines:
        due_on = line.due_on
        groups["later" if due_on is None or due_on > soon else ("late" if due_on < today else "soon")].append(
            line
        )
    return groups


def _asked(session: Session, reader: Viewer) -> list[ConsultationRow]:
    """The open consultations that the reader's council has not answered, the one that closes first at the top."""
    if not reader.organisations(*COUNCIL_ROLES):
        return []
    rows, _ = consultations_of(session, reader, show="open")
    return [row for row in rows if row.invitation_id is not None and not row.answered]


def _workflow() -> Workflow:
    found = registry()
    return found.definitions["bid", found.current["bid"]]


def _states_of(reader: Viewer) -> list[str]:
    """The states in which some action is for one of the reader's roles; a writer writes what is not sent yet."""
    held = {str(role) for role in reader.roles}
    if held & {str(role) for role in PROPOSER_ROLES}:
        held |= {str(role) for role in PROPOSER_ROLES}
    workflow = _workflow()
    return [
        state.name
        for state in workflow.states
        if any(
            held & set(a.roles) and (not a.optional or a.name in UNBLOCKS)
            for a in workflow.actions_from[state.name]
        )
    ]


def _coming(session: Session, reader: Viewer) -> list[BidRow]:
    """For staff, the bids that should reach them next: those due first in a state that leads to one of theirs."""
    if not is_staff(reader):
        return []
    workflow, held = _workflow(), {str(role) for role in reader.roles}
    mine = {state.name for state in workflow.states if state.owner in held}
    before = [
        state.name
        for state in workflow.states
        if not (state.name in mine or state.initial or state.final)
        and any(
            mine & set(a.targets) - set(a.sources)
            for a in workflow.actions_from[state.name]
            if not a.optional
        )
    ]
    return lists.waiting(session, reader, before, limit=MOST_COMING) if mine and before else []


def _told(session: Session, reader: Viewer, rows: Sequence[BidRow]) -> list[tuple[BidRow, str]]:
    """What happened last to some bids: the event for those who see every step, and for others where the bid is."""
    newest = newest_events(session, reader, [row.case for row in rows])
    return [
        (
            row,
            event_words(newest[row.case.id]) if row.case.id in newest else state_words(reader, row.case)[0],
        )
        for row in rows
    ]


def _followed(
    reader: Viewer, rows: Sequence[BidRow], moves: Mapping[int, Move], mine: Sequence[Line]
) -> list[tuple[BidRow, str, str, str]]:
    """For a body: its live bids that wait for others, with their state and whose move they are."""
    told = {line.case.id for line in mine}
    bodies = reader.organisations(*PROPOSER_ROLES)
    return [
        (row, *state_words(reader, row.case), whose(reader, row.case, moves[row.case.id]))
        for row in rows
        if row.case.proposer_id in bodies and row.case.id not in told and not row.case.ended
    ][:MOST_FOLLOWED]


def _fund(session: Session, reader: Viewer, cases: Sequence[Case]) -> tuple[object, object] | None:
    """For staff, the fund of the first of these bids that their department owns, with its balances by year.

    Without such a bid it is the first of the department's funds.
    """
    if not is_staff(reader) or reader.has(Role.ADMINISTRATOR):
        return None
    places = {grant.organisation_id for grant in reader.grants}
    own = {fund.id: fund for fund in funds_of(session, reader) if fund.department_id in places}
    if not own:
        return None
    wanted = next((case.fund_id for case in cases if case.fund_id in own), next(iter(own)))
    return own[wanted], balances(session, reader, own[wanted].code)
