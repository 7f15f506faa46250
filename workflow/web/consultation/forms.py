"""The forms of this room's actions; what councils answer is in `answer_forms`."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy.orm import Session
from wtforms.validators import ValidationError

from workflow.accounts.queries import Viewer
from workflow.cases import Case
from workflow.consultation.models import ConsultationReport
from workflow.consultation.queries import Authority, authorities, report_of
from workflow.consultation.register import RegisterCounts, register_counts
from workflow.consultation.rules import written
from workflow.consultation.setting_up import Dates, open_by_council, possible_dates
from workflow.consultation.tallies import newest
from workflow.consultation.terms import ConsultationKind
from workflow.errors import NotHere
from workflow.web.actions import form_named
from workflow.web.consultation.change_forms import election_field, typed
from workflow.web.consultation.words import TYPE_WORDS
from workflow.web.forms import ActionForm, CheckboxesField, DateField, LongTextField, Option, RadiosField


class OpenData(NamedTuple):
    """What opens a consultation; `consultees` is "all" or codes of authorities."""

    kind: str
    consultees: str | tuple[str, ...]
    closes_on: date
    reason: str
    questions: str
    election_reason: str


@form_named("open_consultation")
class OpenConsultationForm(ActionForm):
    """Who is asked, until when, and what beside their position."""

    kind = RadiosField(
        "How long do councils get?",
        options=[
            Option(
                ConsultationKind.FULL,
                "Full consultation, at least 84 days",
                "The rule, unless there is a reason",
            ),
            Option(
                ConsultationKind.LIGHT,
                "Light consultation, at least 28 days",
                "Needs a reason, which is published with the consultation",
            ),
            Option(
                ConsultationKind.COVERED,
                "Tell councils, and give them at least 10 working days to object",
                "Only for less than £100,000, where councils were asked about what the money is for, no council is named "
                "and none pays. Needs a reason, which is published. One objection makes it a light consultation",
            ),
        ],
        required="Choose a full or a light consultation",
    )
    closes_on = DateField(
        "Last day for answers",
        hint="A day off moves to the next working day, and councils are told that date.",
        required="Enter the last day for answers",
    )
    reason = LongTextField("Reason for giving councils less time", what="Reason", longest=1000, rows=3)
    election_reason = election_field()
    asked = RadiosField(
        "Who is asked?",
        options=[
            Option("all", "Every council in England that exists today"),
            Option("some", "Councils of some regions or types", "Tick regions, types, or both, below"),
            Option("chosen", "Councils I choose", "Tick them in the list below"),
        ],
        required="Choose who is asked",
    )
    regions = CheckboxesField("Regions", hint="Only if you chose regions or types.", small=True)
    types = CheckboxesField("Types of council", hint="Only if you chose regions or types.", small=True)
    consultees = CheckboxesField("Councils", hint="Only if you chose to pick them yourself.", small=True)
    questions = LongTextField(
        "Questions beside their position",
        hint="One on each line, five at most. Every council is asked for its position in any case.",
        longest=1600,
        rows=4,
    )
    living: Sequence[Authority] = ()
    dates: Dates
    busy: Mapping[str, int]

    def prepare(self, session: Session, viewer: Viewer, case: Case, now: datetime) -> None:
        """Fill in the councils that exist today with what each has open, the earliest dates, and elections."""
        del case
        self.living = authorities(session, viewer, now)
        self.busy = open_by_council(session, viewer, now)
        self.dates = possible_dates(session, viewer, now)
        if not self.dates.elections:
            del self.election_reason
        earliest = self.dates.earliest
        self.closes_on.hint = (
            "A day off moves to the next working day, and councils are told that date. Opened now, a full "
            f"consultation may close on {written(earliest[ConsultationKind.FULL])} at the earliest, a light one on "
            f"{written(earliest[ConsultationKind.LIGHT])}."
        )
        if self.closes_on.texts is None:
            # It is filled in for whoever opens the page; what somebody typed, or emptied, stays.
            self.closes_on.data = earliest[ConsultationKind.FULL]
        self.regions.options = tuple(
            Option(value, value) for value in _known(one.region for one in self.living)
        )
        self.types.options = tuple(
            Option(value, TYPE_WORDS.get(value, value)) for value in _known(one.type for one in self.living)
        )
        self.consultees.options = tuple(
            Option(one.code, f"{one.name}{self._has_open(one)}") for one in self.living
        )

    def _has_open(self, one: Authority) -> str:
        count = self.busy.get(one.code)
        return f" ({count} open)" if count else ""

    @property
    def busy_words(self) -> str:
        """How many consultations councils have open, in a sentence: "353 councils have 1 open, 4 have 2"."""
        counted = sorted(Counter(self.busy.values()).items())
        return ", ".join(
            f"{councils} {'council has' if councils == 1 else 'councils have'} {number} open"
            for number, councils in counted
        )

    def validate_asked(self, field: RadiosField) -> None:
        """Ask for the ticks that the choice needs."""
        if field.data == "some" and not (self.regions.data or self.types.data):
            raise ValidationError("Tick at least one region or type of council")
        if field.data == "chosen" and not self.consultees.data:
            raise ValidationError("Tick at least one council in the list")

    def data_tuple(self) -> OpenData:
        """What the command takes: regions and types become the codes of their councils."""
        assert self.closes_on.data is not None  # It is required.
        return OpenData(
            self.kind.data or "",
            self._consultees(),
            self.closes_on.data,
            self.reason.data or "",
            self.questions.data or "",
            typed(self.election_reason),
        )

    def _consultees(self) -> str | tuple[str, ...]:
        if self.asked.data == "all":
            return "all"
        if self.asked.data == "chosen":
            return tuple(self.consultees.data)
        regions, types = set(self.regions.data), set(self.types.data)
        return tuple(
            one.code
            for one in self.living
            if (not regions or one.region in regions) and (not types or one.type in types)
        )


def _known(values: Iterable[str]) -> list[str]:
    """The values that are there, each once, in order."""
    return sorted({value for value in values if value})


class SendResponseData(NamedTuple):
    """What the lead body says about the answers as a whole."""

    summary: str


@form_named("send_response")
class SendResponseForm(ActionForm):
    """The lead body sends what it did about each answer."""

    summary = LongTextField(
        "What you did, in a few sentences",
        hint="It is published with the report, above what you said about each answer.",
        required="Say in a few sentences what you did about the answers",
        what="What you did",
        longest=4000,
        rows=6,
    )

    def data_tuple(self) -> SendResponseData:
        """What the command takes."""
        return SendResponseData(self.summary.data or "")


class AcceptResponseData(NamedTuple):
    """The department accepts; `report_on` is the date promised for the public report, or None for the usual one."""

    reason: str
    report_on: date | None


@form_named("accept_response")
class AcceptResponseForm(ActionForm):
    """The department accepts what the lead body did."""

    counts: RegisterCounts
    report: ConsultationReport | None

    reason = LongTextField(
        "Why is it good enough?", hint="You may leave this empty.", what="Reason", longest=2000, rows=3
    )
    report_on = DateField(
        "When will the report be published?",
        hint="Leave this empty for 84 days after the last day for answers.",
        what="Date of the report",
    )

    def prepare(self, session: Session, viewer: Viewer, case: Case, now: datetime) -> None:
        """Gather what is accepted: how many answered, and what the lead body says it made of that.

        Raises:
            NotHere: when nobody was asked.
        """
        del now
        found = newest(session, case.id)
        if found is None:
            raise NotHere
        self.counts = register_counts(session, viewer, found.id)
        self.report = report_of(session, viewer, found.id)

    def data_tuple(self) -> AcceptResponseData:
        """What the command takes."""
        return AcceptResponseData(self.reason.data or "", self.report_on.data)
