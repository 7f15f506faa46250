"""The forms of changes to an agreement."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy.orm import Session

from workflow.accounts.queries import Viewer
from workflow.cases import Case
from workflow.cases.facts import facts_for
from workflow.clock import london_date
from workflow.errors import Problem, Refused
from workflow.money import Pence, financial_year, year_label
from workflow.monitoring.branches import changes
from workflow.monitoring.branches.models import ChangeKind
from workflow.web.actions import form_named
from workflow.web.forms import DateField, LongTextField, MoneyField, Option, RadiosField
from workflow.web.forms.kit import KitField
from workflow.web.monitoring.award_form import AwardForm
from workflow.web.monitoring.forms import Reason
from workflow.web.monitoring.words import CHANGE_HINTS, CHANGE_WORDS


class ChangeData(NamedTuple):
    """What a lead body asks for: new amounts by year in pence, the new end, and why."""

    kind: str
    amounts: Mapping[int, int]
    ends_on: date | None
    reason: str


@form_named("ask_variation")
class AskChangeForm(AwardForm):
    """The payment plan and the end as they should be."""

    plan_years: tuple[int, ...] = ()
    kind = RadiosField(
        "What is the change about?",
        options=tuple(Option(kind.value, CHANGE_WORDS[kind], CHANGE_HINTS[kind]) for kind in ChangeKind),
        required="Choose what the change is about",
    )
    ends_on = DateField("When should the work end?", required="Enter the day on which the work should end")
    reason = LongTextField(
        "What should change, and why?",
        hint="For a change of the work itself, say what will be done instead.",
        required="Say what should change, and why",
        longest=3000,
        rows=6,
    )

    @classmethod
    def for_case(cls, session: Session, viewer: Viewer, case: Case, now: datetime) -> "type[AskChangeForm]":
        """The form with an amount for each year of the plan, and for each that the fund has after it."""
        facts = facts_for(session, [case], now=now, person_id=viewer.person_id)[case.id]
        profile = facts["monitoring"].profile
        this_year = financial_year(london_date(now))
        years = sorted(set(profile) | {year for year in facts["funds"].available if year >= this_year})
        fields = {
            f"year_{year}": MoneyField(
                f"Amount for {year_label(year)}", required=f"Enter an amount for {year_label(year)}, or 0"
            )
            for year in years
        }
        return type(cls.__name__, (cls,), {**fields, "plan_years": tuple(years)})

    def prepare(self, session: Session, viewer: Viewer, case: Case, now: datetime) -> None:
        """Put the plan and the end as they stand into the boxes."""
        super().prepare(session, viewer, case, now)
        if self.award is None or self.is_submitted():
            return
        for year in self.plan_years:
            self[f"year_{year}"].data = Pence(self.award.profile.get(year, 0))
        self.ends_on.data = self.award.award.ends_on

    def visible(self) -> list[KitField]:
        """The kind first, then the years, the end, and the words last."""
        order = ["kind", *(f"year_{year}" for year in self.plan_years), "ends_on", "reason"]
        return sorted(super().visible(), key=lambda field: order.index(field.short_name))

    def data_tuple(self) -> ChangeData:
        """What was filled in."""
        amounts = {year: self[f"year_{year}"].data or Pence(0) for year in self.plan_years}
        return ChangeData(
            self.kind.data or "",
            {
                year: pence
                for year, pence in amounts.items()
                if pence or year in self.facts["monitoring"].profile
            },
            self.ends_on.data,
            self.reason.data or "",
        )


class _AnswerForm(AwardForm):
    """An answer to a change, beside what it would make of the plan."""

    def prepare(self, session: Session, viewer: Viewer, case: Case, now: datetime) -> None:
        """Gather the change that waits.

        Raises:
            Refused: when none does.
        """
        super().prepare(session, viewer, case, now)
        waiting = self.facts["monitoring"].branches.change
        if waiting is None:
            text = "No change to the agreement is asked for."
            raise Refused([Problem("no_change", text, "The signatory of the lead body asks for one.")])
        found = changes.changes_of(session, viewer, case)
        self.change = next(one for one in found if one.change.number == waiting.number)
        self.waiting = waiting
        self.available: dict[int, Any] = self.facts["funds"].available

    def data_tuple(self) -> Reason:
        """What was filled in."""
        return Reason(self.reason.data or "")


@form_named("agree_variation")
class AgreeChangeForm(_AnswerForm):
    """One approval of a change."""

    reason = LongTextField(
        "Why do you agree?",
        hint="The department reads this.",
        required="Say why you agree",
        longest=2000,
        rows=4,
    )


@form_named("refuse_variation")
class RefuseChangeForm(_AnswerForm):
    """Why a change is refused."""

    reason = LongTextField(
        "Why not?", hint="The lead body reads this.", required="Say why not", longest=2000, rows=4
    )


@form_named("withdraw_variation")
class WithdrawChangeForm(_AnswerForm):
    """Why a request is taken back."""

    reason = LongTextField(
        "Why do you take it back?",
        hint="The department reads this.",
        required="Say why you take it back",
        longest=2000,
        rows=4,
    )
