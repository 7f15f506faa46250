"""The first page."""

from collections.abc import Sequence
from datetime import datetime

from flask import Blueprint
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from workflow.accounts.queries import Viewer
from workflow.accounts.roles import Role
from workflow.bids import lists, queries
from workflow.cases.queries import offers_for
from workflow.cases.registry import registry
from workflow.clock import london_date
from workflow.consultation.queries import COUNCIL_ROLES, ConsultationRow, public_consultations
from workflow.consultation.queries import consultations as consultations_of
from workflow.deadlines import calendar
from workflow.funds.queries import balances, funds_of
from workflow.web.bids.frame import is_called_for, state_words
from workflow.web.context import current_viewer, now, read_session
from workflow.web.filters import due_words
from workflow.web.pages import render
from workflow.web.queue.views import SOON_DAYS, Line, grouped
from workflow.web.roles import is_staff

blueprint = Blueprint("home", __name__)


@blueprint.get("/")
def home() -> Response:
    """What waits for the reader; signed out, open rounds and consultations."""
    reader = current_viewer()
    return _signed_out() if reader is None else _your_work(read_session(), reader, now())


def _signed_out() -> Response:
    session = read_session()
    rounds = [view for view in queries.rounds(session, None, now()) if view.is_open]
    consultations, _ = public_consultations(session, None, show="open")
    return render("pages/home/welcome.html", rounds=rounds, consultations=consultations)


def _your_work(session: Session, reader: Viewer, moment: datetime) -> Response:
    days, today = calendar(session), london_date(moment)
    soon = days.add_working_days(today, SOON_DAYS)
    rows = lists.waiting(session, reader, _states_of(reader))
    offered = offers_for(session, reader, [row.case for row in rows], moment)
    mine: list[Line] = []
    not_mine: list[tuple[lists.BidRow, str]] = []
    for row in rows:
        called = [offer for offer in offered[row.case.id] if is_called_for(reader, row.case, offer)]
        may = next((offer for offer in called if offer.may), None)
        if may is not None:
            due = due_words(days.working_days_left(today, row.case.due_on)) if row.case.due_on else ""
            mine.append(Line(row, *state_words(reader, row.case), may.action.label, (), due))
        elif called:
            not_mine.append((row, called[0].reasons[0].text))
    changed = lists.changed(session, reader)
    told = {line.row.case.id for line in mine} | {row.case.id for row, _ in not_mine}
    return render(
        "pages/home/your_work.html",
        asked=[
            (row, _closes(days.working_days_left(today, row.closes_on))) for row in _asked(session, reader)
        ],
        drafts=[
            (row, due_words(days.working_days_left(today, row.case.due_on)) if row.case.due_on else "")
            for row in _drafts(session, reader)
            if row.case.id not in told
        ],
        today=today,
        soon=soon,
        groups=grouped(mine, today, soon),
        not_mine=not_mine,
        changed=[(row, *state_words(reader, row.case)) for row in changed],
        fund=_fund(session, reader, [line.row for line in mine] + list(changed)),
        may_start=bool(reader.organisations(*queries.WRITERS)),
    )


def _asked(session: Session, reader: Viewer) -> list[ConsultationRow]:
    """The open consultations that the reader's council has not answered, the one that closes first at the top."""
    if not reader.organisations(*COUNCIL_ROLES):
        return []
    rows, _ = consultations_of(session, reader, show="open")
    return [row for row in reversed(rows) if row.invitation_id is not None and not row.answered]


def _closes(working_days: int) -> str:
    return due_words(working_days, "Closes")


def _drafts(session: Session, reader: Viewer) -> list[lists.BidRow]:
    """The bids that the reader writes: no action of the definition is a writer's, and yet they wait for one."""
    return lists.waiting(session, reader, ["draft"]) if reader.organisations(Role.DRAFTER) else []


def _states_of(reader: Viewer) -> list[str]:
    """The states in which some action is for one of the reader's roles."""
    held = {str(role) for role in reader.roles}
    found = registry()
    workflow = found.definitions["bid", found.current["bid"]]
    return [
        state.name
        for state in workflow.states
        if any(held & set(action.roles) for action in workflow.actions_from[state.name])
    ]


def _fund(session: Session, reader: Viewer, rows: Sequence[lists.BidRow]) -> tuple[object, object] | None:
    """For staff, the fund of the first of these bids that their department owns, with its balances by year.

    Without such a bid it is the first of the department's funds.
    """
    if not is_staff(reader):
        return None
    places = {grant.organisation_id for grant in reader.grants}
    own = {fund.id: fund for fund in funds_of(session, reader) if fund.department_id in places}
    if not own:
        return None
    wanted = next((row.case.fund_id for row in rows if row.case.fund_id in own), next(iter(own)))
    return own[wanted], balances(session, reader, own[wanted].code)
