"""What people of the demonstration do beside the actions of a bid: a draft of an answer, and a colleague who leaves."""

from datetime import date

from sqlalchemy import select

from workflow.accounts.commands import note_leaving
from workflow.accounts.models import Organisation, Person
from workflow.consultation.commands import save_draft, start_answer
from workflow.consultation.models import Consultation, Invitation
from workflow.consultation.terms import Position
from workflow.db import Work


class Begin:
    """A council's officer who writes half an answer."""

    def __init__(self, code: str, text: str) -> None:
        self._code, self._text = code, text

    def __call__(self, work: Work, bid_id: int) -> None:
        """Save the draft as the signed-in officer."""
        invitation = work.session.scalars(
            select(Invitation)
            .join(Consultation, Consultation.id == Invitation.consultation_id)
            .join(Organisation, Organisation.id == Invitation.organisation_id)
            .where(Consultation.bid_id == bid_id, Organisation.code == self._code)
        ).one()
        start_answer(work, invitation.id, link_version=None)
        said = {"position": Position.SUPPORT_WITH_CHANGES, "text": self._text}
        save_draft(work, invitation.id, link_version=None, seen_rev=invitation.draft_rev, fields=said)


class Leaves:
    """Somebody who leaves on a day and still holds a role."""

    def __init__(self, email: str, last_day: date) -> None:
        self._email, self._last_day = email, last_day

    def __call__(self, work: Work, _bid_id: int) -> None:
        """Note it, as somebody who looks after people."""
        found = work.session.scalars(select(Person.id).where(Person.email == self._email)).one()
        note_leaving(work, found, last_day=self._last_day)
