"""The forms of an award."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy.orm import Session

from workflow.accounts.queries import Viewer
from workflow.cases import Case
from workflow.clock import london_date
from workflow.money import Pence, financial_year, format_pounds, total, year_label
from workflow.monitoring.models import ClaimState
from workflow.monitoring.rules import work_ends_on
from workflow.web.actions import form_named
from workflow.web.forms import (
    ActionForm,
    CheckboxesField,
    LongTextField,
    MoneyField,
    Option,
    RadiosField,
    SelectField,
    UploadField,
)
from workflow.web.monitoring.award_form import AwardForm


class Offer(NamedTuple):
    """What the agreement says beside the amounts."""

    conditions: str
    eligible_heads: str


@form_named("offer")
class OfferForm(AwardForm):
    """The agreement's words; its amounts are those that were approved."""

    needs_award = False
    conditions = LongTextField(
        "What does the agreement ask of the recipient?",
        hint="For a determination without conditions, name the deliverables of the memorandum of understanding.",
        required="Say what the agreement asks, or name the deliverables",
        longest=5000,
    )
    eligible_heads = LongTextField(
        "What can the money be spent on?",
        hint="One kind of cost on each line.",
        required="Name what the money can be spent on",
        longest=2000,
        rows=4,
    )

    def prepare(self, session: Session, viewer: Viewer, case: Case, now: datetime) -> None:
        """Gather what was approved: the offer's amounts are those, and nobody types them."""
        super().prepare(session, viewer, case, now)
        committed = self.facts["funds"].committed
        self.promised = [(year, pence) for year, pence in sorted(committed.items()) if pence]
        self.promised_pence = total([pence for _, pence in self.promised])
        self.ends_on = work_ends_on(committed)

    def data_tuple(self) -> Offer:
        """What was filled in."""
        return Offer(self.conditions.data or "", self.eligible_heads.data or "")


class Declaration(NamedTuple):
    """A declaration made by pressing the button."""

    declared: bool


@form_named("accept_offer")
class AcceptOfferForm(AwardForm):
    """The signature of the recipient."""

    declared = CheckboxesField(
        "Your declaration",
        options=(Option("yes", "I may sign for my organisation, and it accepts the funding agreement"),),
        required="Tick the box to accept, or go back",
    )

    def data_tuple(self) -> Declaration:
        """What was filled in."""
        return Declaration("yes" in self.declared.data)


class ClaimData(NamedTuple):
    """A payment request: the financial year, pence, what it is for, and the ids of its evidence, once that is stored."""

    year: int
    amount_pence: Pence
    narrative: str
    evidence: tuple[int, ...] = ()


@form_named("make_claim")
class MakeClaimForm(AwardForm):
    """A payment request for one financial year."""

    year = SelectField("Which financial year is it for?", required="Choose a financial year")
    amount = MoneyField("How much do you request?", required="Enter an amount", least=1)
    narrative = LongTextField(
        "What was done for this money?", required="Say what was done for this money", longest=2000, rows=5
    )
    evidence = UploadField(
        "Evidence, if you have a file", hint="For instance invoices or a ledger print, as PDF, up to 10 MB."
    )

    def prepare(self, session: Session, viewer: Viewer, case: Case, now: datetime) -> None:
        """Offer the years that have begun, each with what is left to request."""
        super().prepare(session, viewer, case, now)
        this_year = financial_year(london_date(now))
        self.year.options = tuple(
            Option(str(row.year), f"{year_label(row.year)}, {format_pounds(row.left)} left to request")
            for row in self.years
            if row.year <= this_year
        )

    def data_tuple(self) -> ClaimData:
        """What was filled in."""
        return ClaimData(
            int(self.year.data or 0),
            self.amount.data or Pence(0),
            self.narrative.data or "",
        )


class CheckData(NamedTuple):
    """How much of a payment request is accepted, in pence, and why not all of it."""

    claim_id: int
    accepted_pence: Pence
    reason: str


@form_named("check_claim")
class CheckClaimForm(AwardForm):
    """The check of one payment request."""

    shown = ClaimState.WAITING
    claim_id = RadiosField("Which payment request?", required="Choose a payment request")
    accepted = MoneyField(
        "How much do you accept?", hint="Enter 0 to refuse it.", required="Enter the amount you accept, or 0"
    )
    reason = LongTextField(
        "Why not all of it?",
        hint="Only when you accept less than was requested. The recipient reads this.",
        longest=2000,
        rows=4,
    )

    def prepare(self, session: Session, viewer: Viewer, case: Case, now: datetime) -> None:
        """Offer the payment requests that wait to be checked."""
        super().prepare(session, viewer, case, now)
        self.claim_id.options = self.claim_options()

    def data_tuple(self) -> CheckData:
        """What was filled in."""
        return CheckData(int(self.claim_id.data or 0), self.accepted.data or Pence(0), self.reason.data or "")


class PayData(NamedTuple):
    """Which payment request is paid."""

    claim_id: int


@form_named("pay_claim")
class PayClaimForm(AwardForm):
    """The payment of one checked payment request, whole."""

    shown = ClaimState.CHECKED
    claim_id = RadiosField("Which payment request do you pay?", required="Choose a payment request")

    def prepare(self, session: Session, viewer: Viewer, case: Case, now: datetime) -> None:
        """Offer the payment requests that were checked and wait to be paid."""
        super().prepare(session, viewer, case, now)
        self.claim_id.options = self.claim_options()

    def data_tuple(self) -> PayData:
        """What was filled in."""
        return PayData(int(self.claim_id.data or 0))


class Reason(NamedTuple):
    """Why an action is done."""

    reason: str


@form_named("start_closing")
class StartClosingForm(ActionForm):
    """Why the award is closed now."""

    reason = LongTextField(
        "Why is the award closed now?",
        hint="For instance, the work is finished, or its time is over.",
        required="Say why it is closed now",
        longest=1000,
        rows=3,
    )

    def data_tuple(self) -> Reason:
        """What was filled in."""
        return Reason(self.reason.data or "")
