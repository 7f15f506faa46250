"""The forms of sending a bid back, of finding it not eligible, and of looking at that again."""

from datetime import date, datetime
from typing import Any, NamedTuple, Self

from sqlalchemy.orm import Session

from workflow.accounts.queries import Viewer
from workflow.bids.branches.queries import FindingView, findings_of, time_for_changes
from workflow.bids.branches.rules import LONGEST_DEFECT
from workflow.bids.content import Content
from workflow.bids.models import Section
from workflow.bids.queries import content_by_reference
from workflow.bids.rules import CRITERIA
from workflow.bids.sections import SECTIONS
from workflow.cases import Case
from workflow.web.actions import form_named
from workflow.web.bids.list_forms import LISTS
from workflow.web.bids.reading import section_answers
from workflow.web.forms import ActionForm, CheckboxesField, LongTextField, Option, RadiosField

LONGEST = 2000
LONGEST_HINT = 140
"""How many characters of what a section says stand above the box for what is to be put right in it."""


class Returned(NamedTuple):
    """What is to be put right: a mapping of `section` and `text` for each section that is named."""

    defects: list[dict[str, str]]


@form_named("return_bid")
class ReturnForm(ActionForm):
    """A box for each section; those that are left empty are fine as they are."""

    until: date | None = None

    @classmethod
    def for_case(cls, session: Session, viewer: Viewer, case: Case, now: datetime) -> "type[ReturnForm]":
        """A box for each section, named after it, with the beginning of what it says."""
        del now
        _, content = content_by_reference(session, viewer, case.reference)
        fields: dict[str, Any] = {
            section.value: LongTextField(
                words.label, hint=_beginning(content, section), longest=LONGEST_DEFECT, rows=2
            )
            for section, words in SECTIONS.items()
        }
        return type(cls.__name__, (cls,), fields)

    def prepare(self, session: Session, viewer: Viewer, case: Case, now: datetime) -> None:
        """Say until when the lead body would have."""
        del case
        self.until = time_for_changes(session, viewer, now)

    def validate(self, extra_validators: Any = None) -> bool:
        """At least one section is named, or there is nothing to put right."""
        is_right = super().validate(extra_validators=extra_validators)
        if is_right and not self.data_tuple().defects:
            first = next(iter(SECTIONS)).value
            self[first].errors = ["Say in at least one section what is to be put right"]
            return False
        return is_right

    def data_tuple(self) -> Returned:
        """What the command takes."""
        named = [(section.value, self[section.value].data or "") for section in SECTIONS]
        return Returned([{"section": section, "text": text} for section, text in named if text])


def _beginning(content: Content, section: Section) -> str:
    """The first answer of a section, or the rows of a list, cut to a line or two."""
    answers = section_answers(content, section)
    said = (
        "; ".join(row for row, _ in answers) if section in LISTS else next((t for _, t in answers if t), "")
    )
    line = " ".join(said.split())
    return line if len(line) <= LONGEST_HINT else f"{line[: LONGEST_HINT - 1]}…"


class Proposal(NamedTuple):
    """The question of the first check that the bid does not meet, and why."""

    criterion: str
    reason: str


@form_named("propose_ineligible")
class ProposeIneligibleForm(ActionForm):
    """One question and a reason that the lead body will read."""

    criterion = RadiosField(
        "To which question of the first check is the answer no?",
        options=tuple(Option(name, question) for name, question in CRITERIA.items()),
        required="Choose the question whose answer is no",
    )
    reason = LongTextField(
        "Why?",
        hint="The lead body reads these words if a second officer agrees.",
        required="Say why, in words for the lead body",
        what="The reason",
        longest=LONGEST,
        rows=6,
    )

    def data_tuple(self) -> Proposal:
        """What the command takes."""
        return Proposal(self.criterion.data or "", self.reason.data or "")


class Words(NamedTuple):
    """What somebody says about a step."""

    reason: str


class FindingForm(ActionForm):
    """A form beside which the newest finding is shown."""

    finding: FindingView | None = None

    def prepare(self, session: Session, viewer: Viewer, case: Case, now: datetime) -> Self:
        """Show what was found."""
        del now
        found = findings_of(session, viewer, case)
        self.finding = found[0] if found else None
        return self

    def data_tuple(self) -> NamedTuple:
        """What the command takes; each form says it."""
        raise NotImplementedError


@form_named("confirm_ineligible")
class ConfirmIneligibleForm(FindingForm):
    """The second officer has read the bid and agrees."""

    read = CheckboxesField(
        "Your confirmation",
        options=(Option("yes", "I have read the bid, and I agree that it is not eligible"),),
        required="Tick the box to confirm, or go back",
    )

    def data_tuple(self) -> Words:
        """What the command takes."""
        return Words("")


@form_named("decline_ineligible")
class DeclineIneligibleForm(FindingForm):
    """The second officer does not agree, and says why."""

    reason = LongTextField(
        "Why is it eligible?",
        hint="Only the department reads this.",
        required="Say why it is eligible",
        what="The reason",
        longest=LONGEST,
        rows=5,
    )

    def data_tuple(self) -> Words:
        """What the command takes."""
        return Words(self.reason.data or "")


@form_named("ask_review")
class AskReviewForm(FindingForm):
    """Why the lead body thinks that the finding is wrong."""

    reason = LongTextField(
        "Why should it be looked at again?",
        hint="Say what the first check got wrong. People who had no part in it will read this.",
        required="Say why it should be looked at again",
        what="The reason",
        longest=LONGEST,
        rows=8,
    )

    def data_tuple(self) -> Words:
        """What the command takes."""
        return Words(self.reason.data or "")


@form_named("accept_review")
class AcceptReviewForm(FindingForm):
    """The bid is checked again."""

    reason = LongTextField(
        "Why is it checked again?",
        hint="The lead body reads these words.",
        required="Say why it is checked again",
        what="The reason",
        longest=LONGEST,
        rows=5,
    )

    def data_tuple(self) -> Words:
        """What the command takes."""
        return Words(self.reason.data or "")


@form_named("refuse_review")
class RefuseReviewForm(FindingForm):
    """The bid stays not eligible."""

    reason = LongTextField(
        "Why does it stay not eligible?",
        hint="The lead body reads these words.",
        required="Say why it stays not eligible",
        what="The reason",
        longest=LONGEST,
        rows=5,
    )

    def data_tuple(self) -> Words:
        """What the command takes."""
        return Words(self.reason.data or "")
