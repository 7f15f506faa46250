"""The forms of starting a bid and of the department's and the signatory's first actions."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy.orm import Session
from wtforms.validators import ValidationError

from workflow.accounts.queries import Viewer
from workflow.bids.branches.queries import Defect, defects_of
from workflow.bids.models import Section
from workflow.bids.queries import version_of
from workflow.bids.rules import CRITERIA
from workflow.bids.sections import SECTIONS
from workflow.cases import Case
from workflow.web.actions import form_named
from workflow.web.bids.checking_forms import (
    AcceptReviewForm,
    AskReviewForm,
    ConfirmIneligibleForm,
    DeclineIneligibleForm,
    ProposeIneligibleForm,
    RefuseReviewForm,
    ReturnForm,
)
from workflow.web.bids.leaving_forms import WithdrawForm
from workflow.web.bids.words import CRITERIA_HINTS
from workflow.web.forms import (
    ActionForm,
    CheckboxesField,
    LongTextField,
    Option,
    RadiosField,
    TextField,
)

YES_NO = (Option("yes", "Yes"), Option("no", "No"))


class StartData(NamedTuple):
    """A new bid: the round's code, the id of the body that leads, a title."""

    round_code: str
    lead_id: int
    title: str


class StartForm(ActionForm):
    """Which round, for whom, under which title. The title can be changed later."""

    round = RadiosField("Which funding round?", required="Choose a funding round")
    lead = RadiosField("Which body leads?", required="Choose the body that leads")
    title = TextField("Title", hint="You can change it later.", required="Enter a title", longest=150)

    def data_tuple(self) -> StartData:
        """What the command takes."""
        return StartData(self.round.data or "", int(self.lead.data or 0), self.title.data or "")


class Declaration(NamedTuple):
    """A declaration made by ticking a box and pressing the button."""

    declaration: bool


@form_named("submit")
class SubmitForm(ActionForm):
    """The signature: nothing is ticked in advance. `defects` is what a bid that was sent back is to put right."""

    defects: Sequence[Defect] = ()
    labels: Mapping[Section, str] = {section: words.label for section, words in SECTIONS.items()}
    declaration = CheckboxesField(
        "Your declaration",
        options=(
            Option("true", "What this bid says is true as far as I know"),
            Option("may_sign", "I may sign for the lead body, and its partners know what is asked of them"),
        ),
        required="Tick both boxes to sign, or go back",
    )

    def prepare(self, session: Session, viewer: Viewer, case: Case, now: datetime) -> None:
        """Name what was to be put right beside the declaration."""
        del now
        self.defects = defects_of(session, viewer, case) if case.state == "returned" else []

    def validate_declaration(self, field: CheckboxesField) -> None:
        """Both are needed."""
        if len(field.data) < len(field.options):
            raise ValidationError("Tick both boxes to sign, or go back")

    def data_tuple(self) -> Declaration:
        """What the command takes."""
        return Declaration(declaration=True)


class Nothing(NamedTuple):
    """An action that asks for nothing but the press of its button."""


@form_named("take_case")
class TakeCaseForm(ActionForm):
    """One button: the person takes the bid."""

    def data_tuple(self) -> Nothing:
        """Nothing is asked."""
        return Nothing()


class FirstCheck(NamedTuple):
    """An answer for each question of the first check, and what the officer wants to say."""

    answers: dict[str, bool]
    reason: str


@form_named("pass_first_check")
class FirstCheckForm(ActionForm):
    """The questions of the first check of one version. Nothing is answered in advance. Source: seed, paragraphs 2 to 4.

    `version` is the number of the version, `defects` what was to be put right in the one before.
    """

    version = 1
    defects: Sequence[Defect] = ()

    @classmethod
    def for_case(cls, session: Session, viewer: Viewer, case: Case, now: datetime) -> "type[FirstCheckForm]":
        """A field for each question, named as the rule names it."""
        del session, viewer, case, now
        fields: dict[str, Any] = {
            name: RadiosField(
                question,
                hint=CRITERIA_HINTS[name],
                options=YES_NO,
                required="Answer yes or no",
                what=question,
                inline=True,
            )
            for name, question in CRITERIA.items()
        }
        fields["reason"] = LongTextField(
            "What should the next reader know?", hint="You may leave this empty.", longest=2000, rows=4
        )
        return type(cls.__name__, (cls,), fields)

    def prepare(self, session: Session, viewer: Viewer, case: Case, now: datetime) -> None:
        """Show which version is checked, and what was to be put right in the one before it."""
        del now
        newest = version_of(session, viewer, case)
        self.version = newest.number if newest else 1
        self.defects = defects_of(session, viewer, case)

    def data_tuple(self) -> FirstCheck:
        """What the command takes."""
        answers = {name: self[name].data == "yes" for name in CRITERIA}
        return FirstCheck(answers, self["reason"].data or "")


ACTION_FORMS: dict[str, type[ActionForm]] = {
    "submit": SubmitForm,
    "take_case": TakeCaseForm,
    "pass_first_check": FirstCheckForm,
    "return_bid": ReturnForm,
    "propose_ineligible": ProposeIneligibleForm,
    "confirm_ineligible": ConfirmIneligibleForm,
    "decline_ineligible": DeclineIneligibleForm,
    "ask_review": AskReviewForm,
    "accept_review": AcceptReviewForm,
    "refuse_review": RefuseReviewForm,
    "withdraw": WithdrawForm,
}
"""The forms of this room's actions, by the name in the definition."""
