"""The forms of pauses, year ends, endings and money paid back."""

from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy.orm import Session

from workflow.accounts.queries import Viewer
from workflow.cases import Case
from workflow.clock import london_date
from workflow.money import Pence, format_pounds, year_label
from workflow.monitoring.branches.rules import asks_money_back, years_to_settle
from workflow.web.actions import form_named
from workflow.web.forms import DateField, LongTextField, MoneyField, Option, SelectField, TextField
from workflow.web.monitoring.award_form import AwardForm
from workflow.web.monitoring.forms import Reason


class ReasonForm(AwardForm):
    """Something done to an award for a reason that the other side reads."""

    reason = LongTextField(
        "Why?", hint="The other side reads this.", required="Say why", longest=2000, rows=5
    )

    def data_tuple(self) -> Reason:
        """What was filled in."""
        return Reason(self.reason.data or "")


@form_named("decline_offer")
class DeclineOfferForm(ReasonForm):
    """Why the offer is declined."""

    reason = LongTextField(
        "Why do you decline the offer?",
        hint="The department reads this.",
        required="Say why you decline the offer",
        longest=2000,
        rows=5,
    )


@form_named("suspend")
class SuspendForm(ReasonForm):
    """Why payments are paused."""

    reason = LongTextField(
        "Why are payments paused, and what would end the pause?",
        hint="The lead body reads this.",
        required="Say why payments are paused",
        longest=2000,
        rows=5,
    )


@form_named("lift_suspension")
class LiftForm(ReasonForm):
    """Why payments go on."""

    reason = LongTextField(
        "What changed, so that payments can go on?",
        hint="The lead body reads this.",
        required="Say what changed",
        longest=2000,
        rows=5,
    )


class YearEndData(NamedTuple):
    """What becomes of an ended year's money, in pence; what is neither lapses."""

    year: int
    accrued_pence: Pence
    carried_pence: Pence
    agreement: str
    reason: str


@form_named("settle_year")
class SettleYearForm(AwardForm):
    """What is kept of an ended year, and what lapses."""

    year = SelectField("Which year?", required="Choose a year")
    accrued = MoneyField(
        "Work done by 31 March and not paid yet",
        hint="It stays in that year and is paid from it. Enter 0 if there is none.",
        required="Enter an amount, or 0",
    )
    carried = MoneyField(
        "Moved to next year",
        hint="Only by agreement, and only as far as next year’s allocation has room. Enter 0 if nothing moves.",
        required="Enter an amount, or 0",
    )
    agreement = TextField("Reference of the agreement to move it", hint="Only when money moves.", longest=200)
    reason = LongTextField(
        "What should be known about it?",
        hint="The rest was not spent and can no longer be promised.",
        required="Say what should be known about it",
        longest=2000,
        rows=4,
    )

    def prepare(self, session: Session, viewer: Viewer, case: Case, now: datetime) -> None:
        """Offer the years that have ended and are not settled."""
        super().prepare(session, viewer, case, now)
        funds = self.facts["funds"]
        self.year.options = tuple(
            Option(
                str(year),
                f"{year_label(year)}: {format_pounds(funds.committed[year] - funds.paid.get(year, 0))} promised and not paid",
            )
            for year in years_to_settle(self.facts, london_date(now))
        )

    def data_tuple(self) -> YearEndData:
        """What was filled in."""
        return YearEndData(
            int(self.year.data or 0),
            self.accrued.data or Pence(0),
            self.carried.data or Pence(0),
            self.agreement.data or "",
            self.reason.data or "",
        )


class Ending(NamedTuple):
    """Why an award ends early, until when, and what of the money paid was spent as agreed (pence)."""

    reason: str
    notice_ends_on: date | None
    eligible_pence: Pence


@form_named("terminate")
class TerminateForm(AwardForm):
    """The end of an award before its time."""

    reason = LongTextField(
        "Why does it end early?",
        hint="The lead body reads this. Name the words of the agreement that allow it.",
        required="Say why it ends early",
        longest=2000,
        rows=5,
    )
    notice_ends_on = DateField("Last day of the notice", required="Enter the last day of the notice")
    eligible = MoneyField(
        "How much of the money paid was spent as agreed?",
        required="Enter what was spent as agreed, or 0",
    )

    def prepare(self, session: Session, viewer: Viewer, case: Case, now: datetime) -> None:
        """Gather what was paid, and whether the law lets money be asked back."""
        super().prepare(session, viewer, case, now)
        self.paid_pence = sum(self.facts["funds"].paid.values())
        self.asks_back = asks_money_back(self.facts)

    def data_tuple(self) -> Ending:
        """What was filled in."""
        return Ending(self.reason.data or "", self.notice_ends_on.data, self.eligible.data or Pence(0))


class Received(NamedTuple):
    """Money that came back, in pence."""

    amount_pence: Pence


@form_named("record_recovery")
class RecordRecoveryForm(AwardForm):
    """Money that a recipient paid back."""

    amount = MoneyField("How much came back?", required="Enter the amount that came back", least=1)

    def prepare(self, session: Session, viewer: Viewer, case: Case, now: datetime) -> None:
        """Gather what is still to be paid back."""
        super().prepare(session, viewer, case, now)
        found = self.facts["monitoring"].branches
        self.left_pence = found.asked_back - found.came_back

    def data_tuple(self) -> Received:
        """What was filled in."""
        return Received(self.amount.data or Pence(0))
