"""The forms of the closing figures: proposed by one person, confirmed or declined by another."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy.orm import Session

from workflow.accounts.queries import Viewer, people_named
from workflow.cases import Case
from workflow.errors import Problem, Refused
from workflow.money import Pence
from workflow.monitoring.branches.rules import asks_money_back
from workflow.monitoring.queries import declined_figures
from workflow.web.actions import form_named
from workflow.web.forms import CheckboxesField, LongTextField, MoneyField, Option
from workflow.web.monitoring.award_form import AwardForm
from workflow.web.monitoring.forms import Declaration, Reason


class Summary(NamedTuple):
    """The words that go with the closing figures, and what of the money paid was spent as agreed (pence)."""

    summary: str
    eligible_pence: Pence | None


@form_named("propose_closure")
class ProposeClosureForm(AwardForm):
    """The closing figures come from the ledger; the words are the finance officer's."""

    eligible = MoneyField(
        "How much of the money paid was spent as agreed?",
        hint="From the last progress report and its evidence. What was paid beyond it has to be paid back, where the law "
        "of the fund says so. Leave it empty only where the law lets no money be asked back.",
    )
    summary = LongTextField(
        "What should the person responsible know?",
        hint="What was paid, what was not spent and why.",
        required="Say what should be known about the closing figures",
        longest=2000,
        rows=4,
    )

    def prepare(self, session: Session, viewer: Viewer, case: Case, now: datetime) -> None:
        """Put in what was counted when the award ended early; gather what was declined, and whether the law asks money back."""
        super().prepare(session, viewer, case, now)
        self.asks_back = asks_money_back(self.facts)
        self.paid_pence = sum(self.facts["funds"].paid.values())
        if not self.is_submitted():
            counted = self.facts["monitoring"].branches.eligible_pence
            self.eligible.data = None if counted is None else Pence(counted)
        self.declined = declined_figures(session, viewer, case)

    def data_tuple(self) -> Summary:
        """What was filled in."""
        return Summary(self.summary.data or "", self.eligible.data)


NO_FIGURES = Problem(
    "no_closure",
    "No final figures are proposed.",
    "The finance officer proposes them.",
    "The finance officer",
)


class _FiguresForm(AwardForm):
    """An answer to the closing figures that were proposed."""

    def prepare(self, session: Session, viewer: Viewer, case: Case, now: datetime) -> None:
        """Gather the proposed figures and who proposed them, beside the ledger as it stands.

        Raises:
            Refused: when there are none.
        """
        super().prepare(session, viewer, case, now)
        if self.award is None or self.award.closure is None:
            raise Refused([NO_FIGURES])
        proposer = self.facts["monitoring"].closure_proposed_by
        names = people_named(session, [] if proposer is None else [proposer])
        self.proposed_by = names.get(proposer, "somebody who has left")


@form_named("confirm_closure")
class ConfirmClosureForm(_FiguresForm):
    """The second person's confirmation."""

    declared = CheckboxesField(
        "Your confirmation",
        options=(Option("yes", "I have compared the closing figures with the ledger, and they are right"),),
        required="Tick the box to confirm, or go back",
    )

    def data_tuple(self) -> Declaration:
        """What was filled in."""
        return Declaration("yes" in self.declared.data)


@form_named("decline_closure")
class DeclineClosureForm(_FiguresForm):
    """Why the closing figures are not confirmed."""

    reason = LongTextField(
        "What is wrong with the figures?",
        hint="The finance officer reads this and proposes new ones.",
        required="Say what is wrong with the figures",
        longest=2000,
        rows=5,
    )

    def data_tuple(self) -> Reason:
        """What was filled in."""
        return Reason(self.reason.data or "")
