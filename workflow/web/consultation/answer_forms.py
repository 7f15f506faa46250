"""What councils and the lead body fill in. Councils and the public read these words, so they are the plain ones."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from wtforms.validators import ValidationError

from workflow.consultation.answers import Invited
from workflow.consultation.terms import Outcome, Position, Resolution
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
    if not draft.is_there and last is not None:
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


class DispositionForm(ActionForm):
    """The lead body's word on one answer; `rev` is that of the words that the page showed, 0 when there were none."""

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

    def draw_from(self, rev: int) -> None:
        """Draw it again from newer words, with a new key and what was typed."""
        self._drawn_from = rev
        self._draw_new()

    def data_tuple(self) -> DispositionData:
        """What the command takes."""
        return DispositionData(Outcome(self.outcome.data or ""), self.text.data or "")


class CheckData(NamedTuple):
    """Whether an answer is the council's own, and if not, what is wrong with it."""

    is_own: bool
    said: str


class DisputeForm(ActionForm):
    """Somebody with a link says that an answer is wrong."""

    said = LongTextField(
        "What is wrong, and who should be asked?",
        hint="The council and the department read this.",
        required="Say what is wrong, and who should be asked",
        what="What is wrong",
        longest=1000,
        rows=4,
    )

    def data_tuple(self) -> CheckData:
        """What the command takes."""
        return CheckData(False, self.said.data or "")


class CheckForm(ActionForm):
    """Somebody of the council says whether an answer is the council's own."""

    own = RadiosField(
        "Is this your council’s answer?",
        options=[
            Option("yes", "Yes, it is ours", "It counts from now on"),
            Option("no", "No, it is wrong", "It is not counted until this is cleared up"),
        ],
        required="Say whether this is your council’s answer",
    )
    said = LongTextField(
        "What is wrong, and who should be asked?",
        hint="Only if it is wrong. The council and the department read this.",
        what="What is wrong",
        longest=1000,
        rows=4,
    )

    def validate_said(self, field: LongTextField) -> None:
        """Whoever says that it is wrong says why."""
        if self.own.data == "no" and not field.data:
            raise ValidationError("Say what is wrong, and who should be asked")

    def data_tuple(self) -> CheckData:
        """What the command takes."""
        return CheckData(self.own.data == "yes", self.said.data or "")


class RulingData(NamedTuple):
    """Whether a held answer counts, and why."""

    resolution: Resolution
    reason: str


class RulingForm(ActionForm):
    """The case officer's word on an answer that is held."""

    resolution = RadiosField(
        "Does this answer count?",
        options=[
            Option(Resolution.COUNTED, "Count it", "The council says that it is theirs"),
            Option(
                Resolution.SET_ASIDE,
                "Set it aside",
                "An earlier answer of the council counts, if there is one",
            ),
        ],
        required="Choose whether the answer counts",
        what="Whether it counts",
    )
    reason = LongTextField(
        "Why?",
        hint="The council reads it. Say whom you asked.",
        required="Say why, so that the council can read it",
        what="Reason",
        longest=1000,
        rows=3,
    )

    def data_tuple(self) -> RulingData:
        """What the command takes."""
        return RulingData(Resolution(self.resolution.data or ""), self.reason.data or "")


class SendAgainForm(ActionForm):
    """Write to a council once more."""

    link = RadiosField(
        "Which link?",
        options=[
            Option("same", "The same link", "For somebody who cannot find the message"),
            Option(
                "new",
                "A new link",
                "The old one stops working at once: for a link that went to the wrong place",
            ),
        ],
        required="Choose which link is sent",
    )

    def data_tuple(self) -> tuple[bool]:
        """Whether the link is made anew."""
        return (self.link.data == "new",)
