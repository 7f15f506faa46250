"""The forms of the steps of a decision beside approving: reject, put off, send back, refer, appeal."""

from datetime import date, datetime, timedelta
from typing import NamedTuple

from sqlalchemy.orm import Session

from workflow.accounts.queries import Viewer
from workflow.approval import queries as approval
from workflow.approval.terms import Mark, StepKind
from workflow.cases import Case
from workflow.clock import london_date
from workflow.money import Pence, total
from workflow.web.actions import form_named
from workflow.web.approval.words import MARK_WORDS
from workflow.web.bids.frame import facts_known
from workflow.web.forms import ActionForm, CheckboxesField, DateField, LongTextField, Option


class StepForm(ActionForm):
    """What every step's page shows: the money that is set aside, and what was said last."""

    said: "approval.StepView | None" = None
    says: StepKind | None = None

    def prepare(self, session: Session, viewer: Viewer, case: Case, now: datetime) -> None:
        """Gather the facts, and the newest step that this one answers."""
        self.facts = facts_known(session, viewer, case, now)
        if self.says is not None:
            steps = approval.steps_of(session, viewer, case)
            self.said = next((step for step in reversed(steps) if step.kind is self.says), None)

    @property
    def set_aside_pence(self) -> Pence:
        """What is set aside for the bid over all years."""
        return total(list(self.facts["funds"].reserved.values()))


class Said(NamedTuple):
    """Why a step is taken."""

    reason: str


class SaidTwice(NamedTuple):
    """What the lead body reads, and what only the department does."""

    reason: str
    note: str


def _reason(label: str, hint: str = "", *, longest: int = 2000) -> LongTextField:
    return LongTextField(
        label, hint=hint, required="Say why, in your own words", what="The reason", longest=longest, rows=4
    )


INSIDE = "Read in the department and by auditors, not by the lead body."
OUTSIDE = "The lead body reads these words. Say plainly what was not good enough, and what would have been; name nobody."


class OwnReasonForm(StepForm):
    """A step with a reason for the department."""

    reason = _reason("Why?", INSIDE)

    def data_tuple(self) -> Said:
        """What was filled in."""
        return Said(self.reason.data or "")


class ToldForm(StepForm):
    """A step with reasons for the lead body, and a note for the department."""

    reason = _reason("What are the reasons?", OUTSIDE, longest=4000)
    note = LongTextField("Is there anything for the department’s record?", hint=INSIDE, longest=2000, rows=3)

    def data_tuple(self) -> SaidTwice:
        """What was filled in."""
        return SaidTwice(self.reason.data or "", self.note.data or "")


@form_named("send_back")
class SendBackForm(OwnReasonForm):
    """Why the bid is assessed again."""

    reason = _reason("What should be assessed again, and why?", INSIDE)


@form_named("advise_rejection")
class AdviseRejectionForm(OwnReasonForm):
    """Why the assessor advises against the bid."""

    reason = _reason("Why do you advise not to approve it?", "The approver reads this, not the lead body.")


@form_named("reject")
class RejectForm(ToldForm):
    """The reasons of a rejection by one person."""


@form_named("reject_on_advice")
class RejectOnAdviceForm(ToldForm):
    """The reasons of a rejection that the assessor advised."""

    says = StepKind.REJECTION_ADVISED


@form_named("propose_rejection")
class ProposeRejectionForm(ToldForm):
    """The reasons that a second person checks first."""


@form_named("give_up_direction")
class GiveUpDirectionForm(ToldForm):
    """The reasons of a rejection for want of a direction."""


class Confirmed(NamedTuple):
    """A confirmation made by pressing the button."""

    confirmed: bool


@form_named("confirm_rejection")
class ConfirmRejectionForm(StepForm):
    """The second person's check of a proposed rejection."""

    says = StepKind.REJECTION_PROPOSED
    confirmed = CheckboxesField(
        "Your check",
        options=(Option("yes", "I have read the bid and these reasons, and they are right and fair"),),
        required="Tick the box to confirm, or decline the rejection",
    )

    def data_tuple(self) -> Confirmed:
        """What was filled in."""
        return Confirmed("yes" in self.confirmed.data)


@form_named("decline_rejection")
class DeclineRejectionForm(OwnReasonForm):
    """Why the second person does not confirm."""

    says = StepKind.REJECTION_PROPOSED
    reason = _reason("Why do you not confirm it?", INSIDE)


class PutOff(NamedTuple):
    """Until when, a London date, and why."""

    until_on: date | None
    reason: str


@form_named("defer")
class DeferForm(StepForm):
    """Until when the decision is put off."""

    until_on = DateField(
        "Until which day?",
        hint="The bid comes back for a decision by itself after this day. The money stays set aside until then.",
        required="Enter the day",
        what="The day",
    )
    reason = _reason("What do you wait for?", INSIDE)

    def prepare(self, session: Session, viewer: Viewer, case: Case, now: datetime) -> None:
        """A decision is put off to a later day than today."""
        super().prepare(session, viewer, case, now)
        self.until_on.earliest = london_date(now) + timedelta(days=1)

    def data_tuple(self) -> PutOff:
        """What was filled in."""
        return PutOff(self.until_on.data, self.reason.data or "")


class Nothing(NamedTuple):
    """Pressing the button says it all."""


@form_named("resume")
class ResumeForm(StepForm):
    """A decision that was put off is taken up before its day."""

    says = StepKind.DEFERRED

    def data_tuple(self) -> Nothing:
        """Nothing is filled in."""
        return Nothing()


@form_named("declare_conflict")
class DeclareConflictForm(OwnReasonForm):
    """The connection that takes back an approval."""

    reason = _reason("What is your connection to this bid?", "It is put on record, and read by auditors.")


class Referral(NamedTuple):
    """Why only the accounting officer decides, and what the bid is."""

    marks: tuple[str, ...]
    reason: str


@form_named("refer")
class ReferForm(StepForm):
    """Why the accounting officer decides."""

    marks = CheckboxesField(
        "Is it one of these?",
        hint="Leave all empty if it is none of them, for instance when the amount is above every approver’s limit.",
        options=tuple(Option(mark.value, *MARK_WORDS[mark]) for mark in Mark),
    )
    reason = _reason("Why do you refer it?", INSIDE)

    def data_tuple(self) -> Referral:
        """What was filled in."""
        return Referral(tuple(self.marks.data or ()), self.reason.data or "")


@form_named("ask_appeal")
class AskAppealForm(StepForm):
    """What the lead body holds against a decision."""

    says = StepKind.REJECTED
    reason = _reason(
        "Why should the department look at it again?",
        "For instance a reason that rests on a mistake, or an answer that was not seen. New plans belong in a new bid.",
        longest=4000,
    )

    def data_tuple(self) -> Said:
        """What was filled in."""
        return Said(self.reason.data or "")


class AnswerAppealForm(ToldForm):
    """The answer to an appeal, for the lead body."""

    says = StepKind.APPEAL_ASKED
    reason = _reason("What do you answer?", "The lead body reads these words.", longest=4000)


@form_named("accept_appeal")
class AcceptAppealForm(AnswerAppealForm):
    """Why the bid is judged again."""


@form_named("refuse_appeal")
class RefuseAppealForm(AnswerAppealForm):
    """Why the decision stands."""
