"""The forms of assessment and approval."""

from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy.orm import Session

from workflow.accounts.queries import Viewer
from workflow.approval.models import AccountingTest, Criterion
from workflow.cases import Case
from workflow.cases.facts import facts_for
from workflow.errors import Problem, Refused
from workflow.money import Pence, year_label
from workflow.web.actions import form_named
from workflow.web.approval.brief import brief_of
from workflow.web.approval.words import CRITERION_WORDS, SCORES, TEST_WORDS
from workflow.web.consultation.words import POSITION_WORDS
from workflow.web.forms import ActionForm, LongTextField, MoneyField, Option, RadiosField

YES_NO = (Option("yes", "Yes"), Option("no", "No"))


class Recommendation(NamedTuple):
    """What an assessor says: amounts in pence by financial year, scores 0 to 5, the four tests."""

    amounts: dict[int, Pence]
    scores: dict[str, int]
    tests: dict[str, bool]
    recommendation: str
    unsure_of: str


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
    years: tuple[int, ...] = ()
    criteria = CRITERION_WORDS
    tests = TEST_WORDS
    position_words = POSITION_WORDS

    @classmethod
    def for_case(cls, session: Session, viewer: Viewer, case: Case, now: datetime) -> "type[RecommendForm]":
        """The form with an amount for each year that the bid asks for, and the scores and tests."""
        asked = facts_for(session, [case], now=now, person_id=viewer.person_id)[case.id]["bids"].asked
        fields: dict[str, Any] = {
            f"score_{criterion}": RadiosField(
                CRITERION_WORDS[criterion], options=SCORES, required="Choose a score", inline=True
            )
            for criterion in Criterion
        }
        fields |= {
            f"test_{test}": RadiosField(
                TEST_WORDS[test], options=YES_NO, required="Answer yes or no", inline=True
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
        return type(cls.__name__, (cls,), {**fields, "years": tuple(sorted(asked))})

    def prepare(self, session: Session, viewer: Viewer, case: Case, now: datetime) -> None:
        """Gather what the assessor judges from: what was asked, what is left, what councils said."""
        self.brief = brief_of(session, viewer, case, now)

    def data_tuple(self) -> Recommendation:
        """What was filled in."""
        return Recommendation(
            amounts={year: self[f"amount_{year}"].data for year in self.years},
            scores={criterion.value: int(self[f"score_{criterion}"].data) for criterion in Criterion},
            tests={test.value: self[f"test_{test}"].data == "yes" for test in AccountingTest},
            recommendation=self.recommendation.data or "",
            unsure_of=self.unsure_of.data or "",
        )


class Approval(NamedTuple):
    """What an approver says."""

    no_conflict: bool
    reason: str


NOT_ASSESSED = Problem(
    "not_assessed", "This bid has not been assessed.", "An assessor recommends first.", "An assessor"
)


@form_named("approve")
class ApproveForm(ActionForm):
    """The declaration first, then the reason; approving is the button."""

    position_words = POSITION_WORDS
    no_conflict = RadiosField(
        "Do you have a connection to this bid?",
        options=(
            Option("no", "No"),
            Option(
                "yes",
                "Yes, or I am not sure",
                "Do not decide. The money stays set aside, and another approver decides.",
            ),
        ),
        required="Say whether you have a connection to this bid",
    )
    reason = LongTextField(
        "Why do you approve?",
        hint="Kept with the decision, and shown to whoever asks why.",
        required="Say why you approve",
        longest=2000,
        rows=4,
    )

    def prepare(self, session: Session, viewer: Viewer, case: Case, now: datetime) -> None:
        """Gather what the approver decides on.

        Raises:
            Refused: when nobody has assessed the bid.
        """
        self.brief = brief_of(session, viewer, case, now)
        if self.brief.assessment is None:
            raise Refused([NOT_ASSESSED])

    def data_tuple(self) -> Approval:
        """What was filled in."""
        return Approval(no_conflict=self.no_conflict.data == "no", reason=self.reason.data or "")
