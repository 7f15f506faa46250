"""What stands above every part of a bid: its name, where it stands, and the links between its parts."""

from typing import Any

from sqlalchemy.orm import Session

from workflow.accounts.queries import Viewer, organisations_named
from workflow.cases import Case
from workflow.cases.registry import registry
from workflow.web.roles import is_staff


def bid_frame(session: Session, who: Viewer, case: Case, *, tab: str) -> dict[str, Any]:
    """The template values `case`, `lead`, `tabs` and `state_label`."""
    workflow = registry().workflow_of(case)
    state = workflow.state_by_name[case.state] if workflow else None
    label = "" if state is None else (state.label if is_staff(who) else state.outside_label)
    parts = (
        ("Summary", "", ""),
        ("Consultation", "/consultation", "consultation"),
        ("Decision", "/decision", "decision"),
        ("Award", "/award", "award"),
    )
    return {
        "case": case,
        "lead": organisations_named(session, [case.proposer_id])[case.proposer_id],
        "tabs": [(text, f"/bids/{case.reference}{path}", key == tab) for text, path, key in parts],
        "state_label": label,
    }
