"""The table of roles, and the life of a bid as the definition has it."""

from flask import Blueprint
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from workflow.accounts.roles import ROLES, THINGS, Side
from workflow.cases.registry import registry
from workflow.deadlines.models import Unit
from workflow.deadlines.queries import NoRule, rule_in_force
from workflow.engine import SYSTEM, State, Workflow
from workflow.web.bids.words import COLOURS
from workflow.web.context import now, read_session, viewer
from workflow.web.filters import counted
from workflow.web.pages import render
from workflow.web.roles import is_staff

blueprint = Blueprint("about", __name__)

SIDES = {
    Side.BODY: "The body that bids",
    Side.COUNCIL: "Councils",
    Side.DEPARTMENT: "The department",
    Side.ALL: "Everybody’s",
}
UNITS = {
    Unit.WORKING_DAYS: "working day",
    Unit.DAYS: "day",
    Unit.MONTHS: "month",
}


@blueprint.get("/roles")
def roles() -> Response:
    """Who sees what and may do what: the same table that the rules read."""
    sides = [(words, [row for row in ROLES.values() if row.side is side]) for side, words in SIDES.items()]
    return render("pages/about/roles.html", sides=sides, things=THINGS)


@blueprint.get("/workflow")
def lifecycle() -> Response:
    """The life of a bid: every step for staff, and for others the stages that they read on their bids."""
    found = registry()
    workflow = found.definitions["bid", found.current["bid"]]
    if not is_staff(viewer()):
        labels = list(dict.fromkeys(state.outside_label for state in workflow.states))
        return render("pages/about/stages.html", labels=labels, noun=workflow.noun)
    session = read_session()
    return render(
        "pages/about/lifecycle.html",
        workflow=workflow,
        states=[(state, _owner(workflow, state), _time(session, state)) for state in workflow.states],
        label_of={state.name: state.label for state in workflow.states},
        colours=COLOURS,
    )


def _owner(workflow: Workflow, state: State) -> str:
    if state.final:
        return "Nobody: this is the end"
    words = "the calendar" if state.owner == SYSTEM else workflow.role_label(state.owner)
    return words[:1].upper() + words[1:]


def _time(session: Session, state: State) -> str:
    """How long a state may take today, by the rule in force, or why it has no time limit."""
    if state.deadline is None:
        return state.waiver or "–"
    try:
        rule = rule_in_force(session, state.deadline.kind, now())
    except NoRule:
        return "No rule is in force"
    unit = UNITS.get(rule.unit)
    return "Until a date" if unit is None or rule.amount is None else counted(rule.amount, unit)
