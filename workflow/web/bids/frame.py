"""What stands above every part of a bid: its name, where it stands, and the links between the parts that exist for the reader."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any, NamedTuple

from flask import g
from sqlalchemy.orm import Session

from workflow.accounts.queries import Viewer, organisations_named
from workflow.accounts.roles import Role
from workflow.bids.told import with_a_date
from workflow.cases import Case
from workflow.cases.facts import actor_for, facts_for
from workflow.cases.queries import DEPARTMENT_ROLES
from workflow.cases.registry import registry
from workflow.engine import Offer, State, Workflow
from workflow.web.bids.words import COLOURS, STAGES
from workflow.web.context import now
from workflow.web.pages import exists


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


def due_told(who: Viewer, case: Case) -> date | None:
    """When a case is due, as the reader is told it: outside no date that would tell one inner stage from another."""
    return case.due_on if is_inside(who, case) or case.state in with_a_date() else None


def has_reached(workflow: Workflow | None, case: Case, state: str) -> bool:
    """Whether a case stands in a state of the straight line or beyond it; one that was stopped has reached nothing."""
    line = [name for _, names in STAGES for name in names]
    if workflow is None or state not in line or case.state not in line:
        return False
    return line.index(case.state) >= line.index(state)


class Part(NamedTuple):
    """A part of a bid: its words, path and name, and whether it is there for what is known of a case and its reader."""

    text: str
    path: str
    name: str
    is_there: Callable[[Case, Mapping[str, Any], bool], bool]


def _always(_case: Case, _facts: Mapping[str, Any], _inside: bool) -> bool:
    return True


BEFORE_OFFER = frozenset(name for _, names in STAGES[:6] for name in names)
"""The states in which no award was ever offered, so that nothing of one has to be read."""

ASKED_ALREADY = frozenset(name for _, names in STAGES[2:] for name in names)
"""The states that are reached only by asking councils."""


def _has_consultation(case: Case, facts: Mapping[str, Any], _inside: bool) -> bool:
    """Nobody comes to the later stages past the councils, so that only a bid elsewhere has to be read for it."""
    if case.state in ASKED_ALREADY:
        return True
    return facts["consultation"].consultation_id is not None


def _has_decision(case: Case, facts: Mapping[str, Any], inside: bool) -> bool:
    """Inside it begins with the assessment; outside it is there when something was decided."""
    if inside:
        return case.state in {"appraisal", "rejected"} or facts["approval"].assessed_version is not None
    return case.state in {"approved", "rejected"} or _has_award(case, facts, inside)


def _has_award(case: Case, facts: Mapping[str, Any], _inside: bool) -> bool:
    if case.state in BEFORE_OFFER:
        return False
    return bool(facts["monitoring"].profile)


def _has_reasons(case: Case, facts: Mapping[str, Any], inside: bool) -> bool:
    return inside and (case.state == "rejected" or facts["approval"].assessed_version is not None)


def _has_versions(_case: Case, facts: Mapping[str, Any], _inside: bool) -> bool:
    return bool(facts["bids"].current_version > 1)


def _has_first_check(_case: Case, facts: Mapping[str, Any], inside: bool) -> bool:
    """Whether something was to be put right, or was found not eligible; a mere proposal is the department's own."""
    bid = facts["bids"]
    found = bid.finding is not None and (inside or bid.finding.review_until is not None)
    return found or bid.returned_until is not None


PARTS = (
    Part("Summary", "", "summary", _always),
    Part("Sections", "/sections", "sections", _always),
    Part("Partners", "/partners", "partners", lambda _case, facts, _inside: bool(facts["bids"].partner_ids)),
    Part("First check", "/first-check", "first_check", _has_first_check),
    Part("Versions", "/versions", "versions", _has_versions),
    Part("Consultation", "/consultation", "consultation", _has_consultation),
    Part("Decision", "/decision", "decision", _has_decision),
    Part("Questions", "/questions", "questions", lambda _case, _facts, inside: inside),
    Part("Award", "/award", "award", _has_award),
    Part("History", "/history", "history", _always),
    Part("Why", "/why", "why", _has_reasons),
)
"""The parts of a bid. One whose address no room has is not promised."""


def facts_known(session: Session, who: Viewer, case: Case, moment: datetime) -> Mapping[str, Any]:
    """The facts of a case for this reader, read once in a request whoever draws a part of the page from them."""
    kept: dict[tuple[object, ...], Mapping[str, Any]] = g.setdefault("facts_known", {})
    key = (id(session), case.id, case.rev, who.person_id, moment)
    if key not in kept:
        kept[key] = facts_for(session, [case], now=moment, person_id=who.person_id)[case.id]
    return kept[key]


def bid_frame(
    session: Session, who: Viewer, case: Case, *, tab: str, facts: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """The template values `case`, `lead`, `tabs`, `state_label` and `state_colour`; `facts`, where they were read already."""
    label, colour = state_words(who, case)
    known = facts or facts_known(session, who, case, now())
    inside = is_inside(who, case)
    # The current part is always there, so that a page never stands outside its own links.
    there = [part for part in PARTS if part.name == tab or _is_shown(part, case, known, inside)]
    return {
        "case": case,
        "lead": organisations_named(session, [case.proposer_id])[case.proposer_id],
        "tabs": [(part.text, f"/bids/{case.reference}{part.path}", part.name == tab) for part in there],
        "state_label": label,
        "state_colour": colour,
    }


def _is_shown(part: Part, case: Case, facts: Mapping[str, Any], inside: bool) -> bool:
    return exists(f"/bids/{case.reference}{part.path}") and part.is_there(case, facts, inside)


def is_theirs(who: Viewer, case: Case, offer: Offer) -> bool:
    """Whether an action is this person's by a role held for this very case; reasons may still stand in its way."""
    return not actor_for(who, case).held_roles.isdisjoint(offer.action.roles)


def is_called_for(who: Viewer, case: Case, offer: Offer) -> bool:
    """Whether a case waits for this person to do an action."""
    return not offer.action.optional and is_theirs(who, case, offer)
