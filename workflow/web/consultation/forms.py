"""The forms of consultation. Councils and the public read these words, so they are the plain ones."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy.orm import Session
from wtforms.validators import ValidationError

from workflow.accounts.queries import Viewer
from workflow.cases import Case
from workflow.consultation.answers import Invited
from workflow.consultation.queries import Authority, Dates, authorities, possible_dates
from workflow.consultation.terms import ConsultationKind, Outcome, Position
from workflow.web.actions import form_named
from workflow.web.forms import (
    ActionForm,
    CheckboxesField,
    DateField,
    LongTextField,
    Option,
    PlainForm,
    RadiosField,
    TextField,
)

POSITIONS = (
    Option(Position.SUPPORT, "Support"),
    Option(Position.SUPPORT_WITH_CHANGES, "Support with changes", "Tell us which changes below"),
    Option(Position.NEUTRAL, "Neutral, or no view"),
    Option(Position.OPPOSE, "Oppose", "Tell us why below"),
)
POSITION_WORDS = {option.value: option.text for option in POSITIONS}

OUTCOMES = (
    Option(Outcome.CHANGED, "We changed the bid", "Say what is different now"),
    Option(
        Outcome.CHANGED_IN_PART, "We changed it in part", "Say what is different now, and why not all of it"
    ),
    Option(Outcome.NOT_CHANGED, "We did not change it", "Say why not"),
    Option(Outcome.NOTED, "Nothing was asked for", "The council supports the bid or has no view"),
)
OUTCOME_WORDS = {
    Outcome.CHANGED: "Changed",
    Outcome.CHANGED_IN_PART: "Changed in part",
    Outcome.NOT_CHANGED: "Not changed",
    Outcome.NOTED: "Noted",
}


class OpenData(NamedTuple):
    """What opens a consultation; `consultees` is "all" or codes of authorities."""

    kind: str
    consultees: str | tuple[str, ...]
    closes_on: date
    reason: str
    questions: str


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
        ],
        required="Choose a full or a light consultation",
    )
    closes_on = DateField(
        "Last day for answers",
        hint="A day off moves to the next working day, and councils are told that date.",
        required="Enter the last day for answers",
    )
    reason = LongTextField("Reason for a light consultation", what="Reason", longest=1000, rows=3)
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
    dates: Dates | None = None

    def prepare(self, session: Session, viewer: Viewer, case: Case, now: datetime) -> None:
        """Fill in the councils that exist today and the earliest dates."""
        del case
        self.living = authorities(session, viewer, now)
        self.dates = possible_dates(session, viewer, now)
        self.regions.options = _options(one.region for one in self.living)
        self.types.options = _options(one.type for one in self.living)
        self.consultees.options = tuple(Option(one.code, one.name) for one in self.living)

    def validate_asked(self, field: RadiosField) -> None:
        """Ask for the ticks that the choice needs."""
        if field.data == "some" and not (self.regions.data or self.types.data):
            raise ValidationError("Tick at least one region or type of council")
        if field.data == "chosen" and not self.consultees.data:
            raise ValidationError("Tick at least one council in the list")

    def data_tuple(self) -> OpenData:
        """What the command takes: regions and types become the codes of their councils."""
        return OpenData(
            self.kind.data,
            self._consultees(),
            self.closes_on.data,
            self.reason.data or "",
            self.questions.data or "",
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


def _options(values: object) -> tuple[Option, ...]:
    return tuple(Option(value, value) for value in sorted({str(value) for value in values if value}))  # type: ignore[attr-defined]


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
        return SendResponseData(self.summary.data)


class AcceptResponseData(NamedTuple):
    """The department accepts; `report_on` is the date promised for the public report, or None for the usual one."""

    reason: str
    report_on: date | None


@form_named("accept_response")
class AcceptResponseForm(ActionForm):
    """The department accepts what the lead body did."""

    reason = LongTextField(
        "Why is it good enough?", hint="You may leave this empty.", what="Reason", longest=2000, rows=3
    )
    report_on = DateField(
        "When will the report be published?",
        hint="Leave this empty for 84 days after the last day for answers.",
        what="Date of the report",
    )

    def data_tuple(self) -> AcceptResponseData:
        """What the command takes."""
        return AcceptResponseData(self.reason.data or "", self.report_on.data)


ACTION_FORMS: dict[str, type[ActionForm]] = {
    "open_consultation": OpenConsultationForm,
    "send_response": SendResponseForm,
    "accept_response": AcceptResponseForm,
}
"""The forms of this room's actions, by the name in the definition."""


class StartForm(PlainForm):
    """One button, which says that a person is here."""


class PositionData(NamedTuple):
    """The council's position, with its changes or reasons."""

    position: Position
    text: str


class PositionForm(ActionForm):
    """The first question."""

    position = RadiosField(
        "What is your council’s position?",
        options=POSITIONS,
        required="Choose your council’s position",
        what="Position",
    )
    text = LongTextField("Changes or reasons", longest=4000, rows=6)

    def validate_text(self, field: LongTextField) -> None:
        """Changes and reasons are asked for where the position says nothing without them."""
        if self.position.data in {Position.SUPPORT_WITH_CHANGES, Position.OPPOSE} and not field.data:
            raise ValidationError("Tell us which changes, or why")

    def data_tuple(self) -> PositionData:
        """What is saved."""
        return PositionData(Position(self.position.data), self.text.data or "")


class QuestionsForm(ActionForm):
    """The questions of one consultation; `questions_form` adds a field for each."""

    numbers: tuple[int, ...] = ()

    def data_tuple(self) -> dict[str, str]:
        """The text written about each question, by its number as text."""
        return {str(number): self[f"question_{number}"].data or "" for number in self.numbers}


def questions_form(questions: Sequence[tuple[int, str]]) -> type[QuestionsForm]:
    """A form class with one box for each question, none of which must be filled in."""
    fields = {
        f"question_{number}": LongTextField(
            text, what=f"Answer {number}", hint="You may leave this empty.", longest=4000, rows=4
        )
        for number, text in questions
    }
    return type(
        "QuestionsForm", (QuestionsForm,), {**fields, "numbers": tuple(number for number, _ in questions)}
    )


class YouData(NamedTuple):
    """Who answers for the council, and whether the answer may be published."""

    name: str
    email: str
    publish: bool


class YouForm(ActionForm):
    """Who answers, and may it be published."""

    name = TextField(
        "Your name", required="Enter your name", longest=200, width="two-thirds", autocomplete="name"
    )
    email = TextField(
        "Your email address",
        hint="We send you a copy of the answer.",
        required="Enter your email address",
        longest=200,
        width="two-thirds",
        autocomplete="email",
        inputmode="email",
        spellcheck=False,
    )
    publish = RadiosField(
        "May we publish this answer?",
        hint="Your name and address are never published.",
        options=[
            Option("yes", "Yes"),
            Option("no", "No", "The position still counts in the published totals"),
        ],
        required="Say whether we may publish this answer",
        inline=False,
    )

    def validate_email(self, field: TextField) -> None:
        """A shape that mail can go to; whether it arrives is seen later."""
        name, _, host = (field.data or "").rpartition("@")
        if not name or "." not in host or any(mark in field.data for mark in " ,;<>"):
            raise ValidationError("Enter an email address, like name@example.gov.uk")

    def data_tuple(self) -> YouData:
        """What is saved."""
        return YouData(self.name.data, self.email.data, self.publish.data == "yes")


class SendForm(ActionForm):
    """The last press, after everything was read again."""


def typed_before(invitation: Invited) -> dict[str, object]:
    """What was typed so far, as the data of the forms above; before anything is saved, what the last answer said."""
    draft, last = invitation.draft, next(iter(invitation.said), None)
    if not draft.rev and last is not None:
        return _as_data(last.position, last.text, last.answers, last.by_name, last.by_email, last.publish)
    typed = _as_data(draft.position, draft.text, draft.answers, draft.name, draft.email, draft.publish)
    if last is None:
        return typed
    # A change begins with the position; who answers is filled in from the last answer until it is typed anew.
    return typed | {
        "name": typed["name"] or last.by_name,
        "email": typed["email"] or last.by_email,
        "publish": typed["publish"] or ("yes" if last.publish else "no"),
    }


def _as_data(  # noqa: PLR0917 - the fields of an answer, in their order
    position: Position | None,
    text: str,
    answers: Mapping[str, str],
    name: str,
    email: str,
    publish: bool | None,
) -> dict[str, object]:
    return {
        "position": position,
        "text": text or None,
        "name": name or None,
        "email": email or None,
        "publish": None if publish is None else ("yes" if publish else "no"),
        **{f"question_{number}": written for number, written in answers.items()},
    }


class DispositionData(NamedTuple):
    """What was done about one answer, and why."""

    outcome: Outcome
    text: str


class DispositionForm(PlainForm):
    """The lead body's word on one answer."""

    outcome = RadiosField(
        "What did you do about it?",
        options=OUTCOMES,
        required="Choose what you did about this answer",
        what="What you did",
    )
    text = LongTextField(
        "What you did, and why",
        hint="The council reads this beside its own words, and it may be published.",
        required="Say what you did about this answer, or why you did nothing",
        longest=2000,
        rows=5,
    )

    def data_tuple(self) -> DispositionData:
        """What the command takes."""
        return DispositionData(Outcome(self.outcome.data), self.text.data)
