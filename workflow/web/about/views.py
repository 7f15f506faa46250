"""The table of roles, and the life of a bid as the definition has it."""

from flask import Blueprint, request
from markupsafe import Markup
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from workflow.accounts.queries import Viewer
from workflow.accounts.roles import ROLES, THINGS, Side
from workflow.cases import Case
from workflow.cases.queries import case_by_reference, history
from workflow.cases.registry import registry
from workflow.deadlines.models import Unit
from workflow.deadlines.queries import NoRule, rule_in_force
from workflow.engine import SYSTEM, State, Workflow
from workflow.engine.diagram import svg
from workflow.errors import NotHere
from workflow.web.about.places import FROM_MANY, PLACES
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
    """The life of a bid: drawn and with every step for staff, and for others the stages that they read on their bids.

    `version` asks for an earlier version; `bid` marks where one bid was, is and can go.
    """
    found, session, reader = registry(), read_session(), viewer()
    versions = sorted((version for key, version in found.definitions if key == "bid"), reverse=True)
    case = _case_asked(session, reader)
    asked = case.workflow_version if case else request.args.get("version", type=int)
    workflow = found.definitions["bid", asked if asked in versions else found.current["bid"]]
    if not is_staff(reader):
        labels = list(dict.fromkeys(state.outside_label for state in workflow.states))
        return render("pages/about/stages.html", labels=labels, noun=workflow.noun)
    return render(
        "pages/about/lifecycle.html",
        workflow=workflow,
        current=found.current["bid"],
        versions=versions,
        case=case,
        drawing=_drawing(session, reader, workflow, case),
        states=[(state, _owner(workflow, state), _time(session, state)) for state in workflow.states],
        label_of={state.name: state.label for state in workflow.states},
        colours=COLOURS,
    )


def _case_asked(session: Session, reader: Viewer) -> Case | None:
    """The bid whose way is to be marked; one that the reader may not see marks nothing."""
    reference = request.args.get("bid", "")
    try:
        return case_by_reference(session, reader, reference) if reference else None
    except NotHere:
        return None


def _drawing(session: Session, reader: Viewer, workflow: Workflow, case: Case | None) -> Markup:
    """The drawing as markup: the engine escapes every label that it draws."""
    visited = (
        {str(entry.payload.get("to")) for entry in history(session, reader, case)} if case else frozenset()
    )
    ahead = workflow.actions_from.get(case.state, ()) if case else ()
    return Markup(  # noqa: S704 - made by the engine, which escapes what it draws.
        svg(
            workflow,
            PLACES,
            visited=visited,
            current=case.state if case else None,
            possible={target for action in ahead for target in action.targets},
            without_arrows_to=FROM_MANY,
        )
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
