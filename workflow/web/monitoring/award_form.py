"""What every form of an award has: the award's money, its payment requests and the time left, for the page around it."""

from datetime import datetime

from sqlalchemy.orm import Session

from workflow.accounts.queries import Viewer
from workflow.cases import Case
from workflow.cases.facts import facts_for
from workflow.clock import london_date
from workflow.documents.reading import attachments_of
from workflow.errors import Problem, Refused
from workflow.money import format_pounds, year_label
from workflow.monitoring import queries
from workflow.monitoring.models import Claim, ClaimState
from workflow.web.approval.brief import working_days_left
from workflow.web.forms import ActionForm, Option
from workflow.web.monitoring.ledger import award_years, goes_back

NO_AWARD = Problem(
    "no_award", "There is no award yet.", "The finance officer makes the offer first.", "The finance officer"
)


class AwardForm(ActionForm):
    """A form of an award, with what its page shows beside the fields.

    `years` is the money by year, `back` what is not spent and where it goes, `lines` the payment requests of `shown`,
    `files` their evidence by subject, `days_left` the working days until the due date.
    """

    shown: ClaimState | None = None
    needs_award = True

    def prepare(self, session: Session, viewer: Viewer, case: Case, now: datetime) -> None:
        """Gather what the page shows.

        Raises:
            Refused: when there is no award, and this form is of one.
        """
        self.facts = facts_for(session, [case], now=now, person_id=viewer.person_id)[case.id]
        self.years = award_years(self.facts)
        self.back = goes_back(self.years, london_date(now))
        self.award = queries.award_of(session, viewer, case)
        if self.award is None and self.needs_award:
            raise Refused([NO_AWARD])
        claims = self.award.claims if self.award else []
        self.lines = [line for line in claims if line.claim.state is self.shown]
        self.files = attachments_of(session, [f"claim:{line.claim.id}" for line in self.lines])
        self.days_left = working_days_left(session, case, now)

    def claim_options(self) -> tuple[Option, ...]:
        """The payment requests that can be chosen, oldest first."""
        return tuple(_option(line.claim) for line in reversed(self.lines))


def _option(claim: Claim) -> Option:
    pence = claim.claimed_pence if claim.accepted_pence is None else claim.accepted_pence
    words = f"Payment request {claim.number}: {format_pounds(pence)} for {year_label(claim.year)}"
    return Option(str(claim.id), words)
