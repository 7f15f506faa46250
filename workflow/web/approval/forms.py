"""The forms of assessment and approval."""

from datetime import datetime
from typing import Any, NamedTuple

from flask import abort, flash, redirect, request, url_for
from sqlalchemy.orm import Session
from wtforms.validators import ValidationError

from workflow.accounts.queries import Viewer
from workflow.approval.aside import step_aside
from workflow.approval.terms import AccountingTest, Criterion, Mark
from workflow.cases import Case
from workflow.errors import Invalid, Problem, Refused
from workflow.money import Pence, year_label
from workflow.web.actions import form_named
from workflow.web.approval.brief import brief_of
from workflow.web.approval.words import CRITERION_WORDS, MARK_WORDS, SCORES, TEST_WORDS
from workflow.web.bids.frame import facts_known
from workflow.web.consultation.words import POSITION_WORDS
from workflow.web.context import work
from workflow.web.forms import (
    ActionForm,
    CheckboxesField,
    HiddenField,
    LongTextField,
    MoneyField,
    Option,
    RadiosField,
)
from workflow.web.forms.kit import KitField

YES_NO = (Option("yes", "Yes"), Option("no", "No"))


class Recommendation(NamedTuple):
    """What an assessor says: amounts in pence by financial year, scores 0 to 5, the four tests, and `marks` with why."""

    amounts: dict[int, Pence]
    scores: dict[str, int]
    tests: dict[str, bool]
    recommendation: str
    unsure_of: str
    marks: tuple[str, ...]
    marked_why: str


@form_named("recommend")
class RecommendForm(ActionForm):
    """Scores, the four tests, and an amount for each year that was asked for."""

    recommendation = LongTextField(
        "What do you recommend, and why?",
        hint="The approvers read this first. Say it in two or three sentences.",
        required="Say what you recommend",
        longest=2000,
    )
    unsure_of = LongTextField(
        "What are you unsure of?",
        hint="The approvers see this beside your recommendation. Write “nothing” if there is nothing.",
        required="Say what you are unsure of, or write “nothing”",
        longest=1000,
        rows=3,
    )
    marks = CheckboxesField(
        "Is it one of these?",
        hint="Then only the accounting officer decides, with the Treasury’s consent. Leave all empty if it is none of them.",
        options=tuple(Option(mark.value, *MARK_WORDS[mark]) for mark in Mark),
    )
    marked_why = LongTextField(
        "If it is, why?",
        hint="The Treasury is asked with these words.",
        what="The reason",
        longest=1000,
        rows=3,
    )
    years: tuple[int, ...] = ()
    later: tuple[int, ...] = ()
    criteria = CRITERION_WORDS
    tests = TEST_WORDS
    position_words = POSITION_WORDS

    @classmethod
    def for_case(cls, session: Session, viewer: Viewer, case: Case, now: datetime) -> "type[RecommendForm]":
        """The form with an amount for each year that the bid asks for or could be moved to, and the scores and tests."""
        bid = facts_known(session, viewer, case, now)["bids"]
        asked = {year: pence for year, pence in bid.asked.items() if pence}
        later = tuple(range(max(asked, default=bid.last_year) + 1, bid.last_year + 1))
        fields: dict[str, Any] = {
            f"score_{criterion}": RadiosField(
                CRITERION_WORDS[criterion],
                options=SCORES,
                required=f"Choose a score: {CRITERION_WORDS[criterion]}",
                inline=True,
            )
            for criterion in Criterion
        }
        fields |= {
            f"test_{test}": RadiosField(
                TEST_WORDS[test],
                options=YES_NO,
                required=f"Answer yes or no: {TEST_WORDS[test]}",
                inline=True,
            )
            for test in AccountingTest
        }
        fields |= {
            f"amount_{year}": MoneyField(
                f"Amount for {year_label(year)}",
                required=f"Enter an amount for {year_label(year)}, or 0",
            )
            for year in sorted(asked)
        }
        fields |= {f"amount_{year}": MoneyField(f"Amount for {year_label(year)}") for year in later}
        return type(cls.__name__, (cls,), {**fields, "years": (*sorted(asked), *later), "later": later})

    def prepare(self, session: Session, viewer: Viewer, case: Case, now: datetime) -> None:
        """Gather what the assessor judges from: what was asked, what is left, what councils said."""
        self.brief = brief_of(session, viewer, case, now)

    def visible(self) -> list[KitField]:
        """The fields in the order of the page, where the words come last."""
        return sorted(
            super().visible(),
            key=lambda field: field.short_name in {"marks", "marked_why", "recommendation", "unsure_of"},
        )

    def data_tuple(self) -> Recommendation:
        """What was filled in."""
        return Recommendation(
            amounts={year: self[f"amount_{year}"].data or Pence(0) for year in self.years},
            scores={criterion.value: int(self[f"score_{criterion}"].data) for criterion in Criterion},
            tests={test.value: self[f"test_{test}"].data == "yes" for test in AccountingTest},
            recommendation=self.recommendation.data or "",
            unsure_of=self.unsure_of.data or "",
            marks=tuple(self.marks.data or ()),
            marked_why=self.marked_why.data or "",
        )


CHANGE = "change"
"""The name of the button that leads from the check back to the form."""


class Approval(NamedTuple):
    """What an approver says."""

    no_conflict: bool
    reason: str


NOT_ASSESSED = Problem(
    "not_assessed", "This bid has not been assessed.", "An assessor recommends first.", "An assessor"
)


@form_named("approve")
class ApproveForm(ActionForm):
    """The declaration first, then the reason, then a page to check both; approving is the button on that page."""

    position_words = POSITION_WORDS
    checked = HiddenField(longest=3)
    is_check = False
    no_conflict = RadiosField(
        "Do you have a connection to this bid?",
        options=(
            Option("no", "No"),
            Option(
                "yes",
                "Yes, or I am not sure",
                "This is put on record, and you do not decide. The money stays set aside, and another approver decides.",
            ),
        ),
        required="Say whether you have a connection to this bid",
    )
    reason = LongTextField(
        "Why do you approve?",
        hint="Kept with the decision, and shown to whoever asks why. With a connection, say here what it is, if you like.",
        what="Your reason",
        longest=2000,
        rows=4,
    )

    def validate_reason(self, field: LongTextField) -> None:
        """An approval says why; who steps aside owes no reason.

        Raises:
            ValidationError: when an approval gives none.
        """
        if self.no_conflict.data != "yes" and not field.data:
            raise ValidationError("Say why you approve")

    def prepare(self, session: Session, viewer: Viewer, case: Case, now: datetime) -> None:
        """Gather what the approver decides on.

        Raises:
            Refused: when nobody has assessed the bid.
        """
        self.brief = brief_of(session, viewer, case, now)
        if self.brief.assessment is None:
            raise Refused([NOT_ASSESSED])
        self._case = case

    def validate(self, extra_validators: Any = None) -> bool:
        """Check the fields. A declared connection ends the matter: it is put on record, and nothing is approved."""
        is_right = super().validate(extra_validators=extra_validators)
        if self.no_conflict.data == "yes" and not self.errors.keys() & {"csrf_token", "rev", "key", "reason"}:
            self._step_aside()
        return is_right and self._is_checked()

    def _is_checked(self) -> bool:
        """Whether what was filled in was shown once more; the page of the form is then drawn as the one to check it on."""
        if CHANGE in request.form:
            self.checked.data = None
            return False
        if self.checked.data == "yes":
            return True
        self.is_check, self.checked.data = True, "yes"
        return False

    def refuse(self, error: Refused | Invalid) -> bool:
        """Draw the whole form again, to be checked again."""
        self.checked.data = None
        return super().refuse(error)

    def _step_aside(self) -> None:
        """Record the connection in a unit of work of its own, once, and answer with what follows from it.

        Source: domain, section 5, conflict.
        """
        if self._case.id not in self.brief.facts["actor"].interest_cases:
            nature = self.reason.data or "Declared when asked to approve."
            with work() as opened:
                step_aside(opened, self._case.id, nature=nature)
        flash("Your connection is on record. You do not decide on this bid; another approver does")
        abort(redirect(url_for("bids.show", reference=self._case.reference), 303))

    def data_tuple(self) -> Approval:
        """What was filled in."""
        return Approval(no_conflict=self.no_conflict.data == "no", reason=self.reason.data or "")
