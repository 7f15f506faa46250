"""The forms of an award."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy.orm import Session

from workflow.accounts.queries import Viewer
from workflow.cases import Case
from workflow.cases.facts import facts_for
from workflow.clock import london_date
from workflow.money import Pence, financial_year, format_pounds, year_label
from workflow.monitoring.rules import left_to_request
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


class Offer(NamedTuple):
    """What the agreement says beside the amounts."""

    conditions: str
    eligible_heads: str


@form_named("offer")
class OfferForm(ActionForm):
    """The agreement's words; its amounts are those that were approved."""

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

    def data_tuple(self) -> Offer:
        """What was filled in."""
        return Offer(self.conditions.data or "", self.eligible_heads.data or "")


class Declaration(NamedTuple):
    """A declaration made by pressing the button."""

    declared: bool


@form_named("accept_offer")
class AcceptOfferForm(ActionForm):
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
    """A payment request: the financial year, pence, what it is for, and the ids of its evidence."""

    year: int
    amount_pence: Pence
    narrative: str
    evidence: tuple[int, ...] = ()


@form_named("make_claim")
class MakeClaimForm(ActionForm):
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
        facts = facts_for(session, [case], now=now, person_id=viewer.person_id)[case.id]
        held = facts["funds"].committed
        this_year = financial_year(london_date(now))
        self.year.options = tuple(
            Option(
                str(year),
                f"{year_label(year)}, {format_pounds(left_to_request(facts, held, year))} left to request",
            )
            for year in sorted(held)
            if year <= this_year
        )
        self.facts = facts

    def data_tuple(self) -> ClaimData:
        """What was filled in."""
        return ClaimData(
            int(self.year.data or 0),
            self.amount.data or Pence(0),
            self.narrative.data or "",
            self.evidence.data,
        )


class CheckData(NamedTuple):
    """How much of a payment request is accepted, in pence, and why not all of it."""

    claim_id: int
    accepted_pence: Pence
    reason: str


@form_named("check_claim")
class CheckClaimForm(ActionForm):
    """The check of one payment request."""

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
        self.claim_id.options = _claims(session, viewer, case, now, "waiting")

    def data_tuple(self) -> CheckData:
        """What was filled in."""
        return CheckData(int(self.claim_id.data or 0), self.accepted.data or Pence(0), self.reason.data or "")


class PayData(NamedTuple):
    """Which payment request is paid."""

    claim_id: int


@form_named("pay_claim")
class PayClaimForm(ActionForm):
    """The payment of one checked payment request, whole."""

    claim_id = RadiosField("Which payment request do you pay?", required="Choose a payment request")

    def prepare(self, session: Session, viewer: Viewer, case: Case, now: datetime) -> None:
        """Offer the payment requests that were checked and wait to be paid."""
        self.claim_id.options = _claims(session, viewer, case, now, "checked")

    def data_tuple(self) -> PayData:
        """What was filled in."""
        return PayData(int(self.claim_id.data or 0))


def _claims(session: Session, viewer: Viewer, case: Case, now: datetime, state: str) -> tuple[Option, ...]:
    facts = facts_for(session, [case], now=now, person_id=viewer.person_id)[case.id]["monitoring"]
    return tuple(
        Option(
            str(claim.id),
            f"Payment request {claim.number}: "
            f"{format_pounds(claim.claimed_pence if claim.accepted_pence is None else claim.accepted_pence)}"
            f" for {year_label(claim.year)}",
        )
        for claim in facts.claims
        if claim.state == state
    )


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


class Summary(NamedTuple):
    """The words that go with the closing figures."""

    summary: str


@form_named("propose_closure")
class ProposeClosureForm(ActionForm):
    """The closing figures come from the ledger; the words are the finance officer's."""

    summary = LongTextField(
        "What should the person responsible know?",
        hint="What was paid, what was not spent and why.",
        required="Say what should be known about the closing figures",
        longest=2000,
        rows=4,
    )

    def data_tuple(self) -> Summary:
        """What was filled in."""
        return Summary(self.summary.data or "")


@form_named("confirm_closure")
class ConfirmClosureForm(ActionForm):
    """The second person's confirmation."""

    declared = CheckboxesField(
        "Your confirmation",
        options=(Option("yes", "I have compared the closing figures with the ledger, and they are right"),),
        required="Tick the box to confirm, or go back",
    )

    def data_tuple(self) -> Declaration:
        """What was filled in."""
        return Declaration("yes" in self.declared.data)
