"""What councils and the lead body fill in. Councils and the public read these words, so they are the plain ones."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from wtforms.validators import ValidationError

from workflow.consultation.answers import Invited
from workflow.consultation.terms import Outcome, Position
from workflow.web.consultation.words import OUTCOMES, POSITIONS
from workflow.web.forms import ActionForm, LongTextField, Option, PlainForm, RadiosField, TextField


class StartForm(PlainForm):
    """One button, which says that a person is here."""


class PositionData(NamedTuple):
    """The council's position, with its changes or reasons."""

    position: Position
    text: str


class PositionForm(ActionForm):
    """The first question."""

    position = RadiosField(
        "Position",
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
        return PositionData(Position(self.position.data or ""), self.text.data or "")


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
        address = field.data or ""
        name, _, host = address.rpartition("@")
        if not name or "." not in host or any(mark in address for mark in " ,;<>"):
            raise ValidationError("Enter an email address, like name@example.gov.uk")

    def data_tuple(self) -> YouData:
        """What is saved."""
        return YouData(self.name.data or "", self.email.data or "", self.publish.data == "yes")


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
        return DispositionData(Outcome(self.outcome.data or ""), self.text.data or "")
