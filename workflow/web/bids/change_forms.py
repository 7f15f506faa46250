"""The form of a change to the text while councils are asked or answered."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy.orm import Session

from workflow.accounts.queries import Viewer
from workflow.bids.branches.changes import Changed, changed_between
from workflow.bids.branches.versions import as_sent, said_by
from workflow.bids.content import content_of, snapshot_of
from workflow.bids.queries import version_of
from workflow.cases import Case
from workflow.web.actions import form_named
from workflow.web.bids.comparing import SectionDiff, compared
from workflow.web.forms import ActionForm, LongTextField


class ChangeNote(NamedTuple):
    """What was changed, and why."""

    note: str


@form_named("send_change")
class SendChangeForm(ActionForm):
    """What was changed and why, beside the list of what the product found changed."""

    note = LongTextField(
        "What did you change, and why?",
        hint="Everybody who was asked about the bid can read this.",
        required="Say what you changed, and why",
        what="What you changed",
        longest=2000,
        rows=6,
    )
    changed: Changed | None = None
    differences: tuple[SectionDiff, ...] = ()

    def prepare(self, session: Session, viewer: Viewer, case: Case, now: datetime) -> None:
        """Show what differs from the version that was sent, and what kind of change that makes it."""
        del now
        sent = version_of(session, viewer, case)
        if sent is None:
            return
        content = content_of(session, case.id)
        self.changed = changed_between(said_by(sent.snapshot), said_by(snapshot_of(content)))
        self.differences = compared(as_sent(content, sent.snapshot, sent.made_at), content)

    def data_tuple(self) -> ChangeNote:
        """What the command takes."""
        return ChangeNote(self.note.data or "")
