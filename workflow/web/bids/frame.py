"""What stands above every part of a bid: its name, where it stands, and the links between the parts that exist for the reader."""

from typing import Any

from sqlalchemy.orm import Session

from workflow.accounts.queries import Viewer, organisations_named
from workflow.accounts.roles import Role
from workflow.cases import Case
from workflow.cases.facts import actor_for
from workflow.cases.queries import DEPARTMENT_ROLES
from workflow.cases.registry import registry
from workflow.engine import Offer, State, Workflow
from workflow.web.bids.words import COLOURS


def is_inside(who: Viewer, case: Case) -> bool:
    """Whether the reader belongs to the department that decides, or audits it; others read the outside words."""
    return who.has(Role.AUDITOR) or case.department_id in who.organisations(*DEPARTMENT_ROLES)


def state_of(case: Case) -> State | None:
    """The state in which a case stands; None when this program does not know the definition's version."""
    workflow = registry().workflow_of(case)
    return None if workflow is None else workflow.state_by_name.get(case.state)


def state_words(who: Viewer, case: Case) -> tuple[str, str]:
    """The label of a case's state for this reader, and its colour."""
    state = state_of(case)
    if state is None:
        return "Read only for now", "grey"
    label = state.label if is_inside(who, case) else state.outside_label
    return label, COLOURS.get(state.name, "grey")


def has_reached(workflow: Workflow | None, case: Case, state: str) -> bool:
    """Whether a case stands in a state of the straight line or beyond it, by the order of the definition."""
    if workflow is None:
        return False
    names = [one.name for one in workflow.states]
    return state in names and case.state in names and names.index(case.state) >= names.index(state)


PARTS = (
    ("Summary", "", "summary", "draft"),
    ("Sections", "/sections", "sections", "draft"),
    ("Consultation", "/consultation", "consultation", "consulting"),
    ("Decision", "/decision", "decision", "appraisal"),
    ("Award", "/award", "award", "offered"),
    ("History", "/history", "history", "draft"),
)
"""The parts of a bid: words, path, name, and the state from which each is there."""


def bid_frame(session: Session, who: Viewer, case: Case, *, tab: str) -> dict[str, Any]:
    """The template values `case`, `lead`, `tabs`, `state_label` and `state_colour`."""
    workflow = registry().workflow_of(case)
    label, colour = state_words(who, case)
    # The current part is always there, so that a page never stands outside its own links.
    there = [part for part in PARTS if part[2] == tab or has_reached(workflow, case, part[3])]
    return {
        "case": case,
        "lead": organisations_named(session, [case.proposer_id])[case.proposer_id],
        "tabs": [(text, f"/bids/{case.reference}{path}", name == tab) for text, path, name, _ in there],
        "state_label": label,
        "state_colour": colour,
    }


def is_theirs(who: Viewer, case: Case, offer: Offer) -> bool:
    """Whether an action is this person's by a role held for this very case; reasons may still stand in its way."""
    return not actor_for(who, case).held_roles.isdisjoint(offer.action.roles)


def is_called_for(who: Viewer, case: Case, offer: Offer) -> bool:
    """Whether a case waits for this person to do an action."""
    return not offer.action.optional and is_theirs(who, case, offer)
