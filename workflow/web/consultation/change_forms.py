"""The forms of what may happen to a consultation that runs: more time, asking anew, counting a late answer."""

from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy.orm import Session

from workflow.accounts.queries import Viewer
from workflow.cases import Case
from workflow.consultation import answers
from workflow.consultation.about import About
from workflow.consultation.rules import written
from workflow.consultation.setting_up import Dates, possible_dates
from workflow.consultation.tallies import newest
from workflow.consultation.terms import ConsultationKind
from workflow.errors import NotHere
from workflow.web.actions import form_named
from workflow.web.consultation.words import POSITION_WORDS
from workflow.web.filters import moment
from workflow.web.forms import ActionForm, DateField, LongTextField, Option, RadiosField


def election_field() -> LongTextField:
    """The box for the reason why a consultation starts before polls."""
    return LongTextField(
        "Why can it not wait until after polling day?",
        hint="Only if you ask councils now. It is published with the consultation.",
        what="Reason",
        longest=1000,
        rows=3,
    )


def typed(field: LongTextField | None) -> str:
    """What was typed in a box that may not be there."""
    return "" if field is None else field.data or ""


def about_newest(session: Session, viewer: Viewer, case: Case) -> About:
    """What the bid's newest consultation asks about.

    Raises:
        NotHere: when nobody was asked.
    """
    found = newest(session, case.id)
    if found is None:
        raise NotHere
    return answers.about(session, viewer, found.id)


class ExtendData(NamedTuple):
    """The new last day, and why."""

    closes_on: date
    reason: str


@form_named("extend_consultation")
class ExtendConsultationForm(ActionForm):
    """Give councils more time."""

    about: About

    closes_on = DateField(
        "New last day for answers",
        required="Enter the new last day for answers",
        what="New last day",
    )
    reason = LongTextField(
        "Why do councils get more time?",
        hint="Every council that was asked reads it, and it is published.",
        required="Say why councils get more time",
        what="Reason",
        longest=1000,
        rows=3,
    )

    def prepare(self, session: Session, viewer: Viewer, case: Case, now: datetime) -> None:
        """Say which day councils were told."""
        del now
        self.about = about_newest(session, viewer, case)
        self.closes_on.hint = (
            f"Councils were told {written(self.about.closes_on)}. A day off moves to the next working day."
        )

    def data_tuple(self) -> ExtendData:
        """What the command takes."""
        assert self.closes_on.data is not None  # It is required.
        return ExtendData(self.closes_on.data, self.reason.data or "")


class RestartData(NamedTuple):
    """Until when councils are asked anew, and what changed."""

    closes_on: date
    reason: str
    election_reason: str


@form_named("restart_consultation")
class RestartConsultationForm(ActionForm):
    """Ask the same councils anew about a bid that has materially changed."""

    about: About
    dates: Dates

    reason = LongTextField(
        "Why are councils asked anew?",
        hint="What changed, in a few plain sentences. Every council that was asked reads it, and it is published.",
        required="Say why councils are asked anew",
        what="Reason",
        longest=2000,
        rows=5,
    )
    closes_on = DateField("Last day for answers", required="Enter the last day for answers")
    election_reason = election_field()

    def prepare(self, session: Session, viewer: Viewer, case: Case, now: datetime) -> None:
        """Say the earliest date, and the elections."""
        self.about = about_newest(session, viewer, case)
        self.dates = possible_dates(session, viewer, now)
        if not self.dates.elections:
            del self.election_reason
        covered = self.about.kind is ConsultationKind.COVERED
        earliest = self.dates.earliest[ConsultationKind.LIGHT if covered else self.about.kind]
        self.closes_on.hint = (
            f"It is the full length again: {written(earliest)} at the earliest. A day off rolls on."
        )

    def data_tuple(self) -> RestartData:
        """What the command takes."""
        assert self.closes_on.data is not None  # It is required.
        return RestartData(self.closes_on.data, self.reason.data or "", typed(self.election_reason))


class AcceptLateData(NamedTuple):
    """Which late answer is counted, and why."""

    response_id: int
    reason: str


@form_named("accept_late")
class AcceptLateForm(ActionForm):
    """Count one late answer."""

    response_id = RadiosField("Which answer?", required="Choose the answer that is counted", what="Answer")
    reason = LongTextField(
        "Why is it counted?",
        hint="The council reads it. The answer is counted as late.",
        required="Say why it is counted",
        what="Reason",
        longest=1000,
        rows=3,
    )

    def prepare(self, session: Session, viewer: Viewer, case: Case, now: datetime) -> None:
        """List the late answers that are held, with when each arrived."""
        del now
        about = about_newest(session, viewer, case)
        self.response_id.options = tuple(
            Option(
                str(one.id),
                one.council,
                f"{POSITION_WORDS[one.position.value]}. Arrived at {moment(one.arrived_at)}",
            )
            for one in answers.late_and_held(session, viewer, about.consultation_id)
        )

    def data_tuple(self) -> AcceptLateData:
        """What the command takes."""
        return AcceptLateData(int(self.response_id.data or 0), self.reason.data or "")
