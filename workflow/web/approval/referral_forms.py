"""The forms of what only the accounting officer decides: approval, the Treasury's consent, a direction."""

from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy.orm import Session

from workflow.accounts.queries import Viewer
from workflow.approval.terms import AccountingTest
from workflow.cases import Case
from workflow.clock import london_date
from workflow.money import Pence
from workflow.web.actions import form_named
from workflow.web.approval.forms import ApproveForm
from workflow.web.approval.step_forms import StepForm
from workflow.web.approval.words import TEST_WORDS
from workflow.web.forms import (
    CheckboxesField,
    DateField,
    LongTextField,
    MoneyField,
    Option,
    TextField,
    UploadField,
)


@form_named("approve_referred")
class ApproveReferredForm(ApproveForm):
    """The accounting officer's own decision, which needs no second one."""


class Consent(NamedTuple):
    """The Treasury's letter: reference, London date, pence, and the id of its file once that is stored."""

    reference: str
    dated_on: date | None
    amount_pence: Pence
    document: tuple[int, ...] = ()


@form_named("record_consent")
class RecordConsentForm(StepForm):
    """What the Treasury's letter says, with the letter."""

    reference = TextField(
        "What is the Treasury’s reference?", required="Enter the reference", what="The reference", longest=60
    )
    dated_on = DateField("What is the date of the letter?", required="Enter the date of the letter")
    amount = MoneyField(
        "To how much does the Treasury agree, over all years?", required="Enter the amount", least=1
    )
    document = UploadField(
        "The letter", hint="As PDF, up to 10 MB.", required="Choose the file of the letter"
    )

    def prepare(self, session: Session, viewer: Viewer, case: Case, now: datetime) -> None:
        """A letter is not dated in the future."""
        super().prepare(session, viewer, case, now)
        self.dated_on.latest = london_date(now)

    def data_tuple(self) -> Consent:
        """What was filled in."""
        return Consent(self.reference.data or "", self.dated_on.data, self.amount.data or Pence(0))


class Objections(NamedTuple):
    """What is objected, by test."""

    objections: dict[str, str]


@form_named("seek_direction")
class SeekDirectionForm(StepForm):
    """The accounting officer's objection, under one or more of the four tests."""

    tests = TEST_WORDS

    def data_tuple(self) -> Objections:
        """What was filled in, tests without words left out."""
        given = {test.value: self[f"objection_{test}"].data or "" for test in AccountingTest}
        return Objections({test: words for test, words in given.items() if words})


for _test in AccountingTest:
    setattr(
        SeekDirectionForm,
        f"objection_{_test}",
        LongTextField(TEST_WORDS[_test], hint="If not, say why.", what="The objection", longest=2000, rows=3),
    )


class Directed(NamedTuple):
    """A minister's letter, with its dates and copies, and the id of its file once that is stored."""

    minister: str
    dated_on: date | None
    publish_on: date | None
    copied_to_auditor: bool
    copied_to_treasury: bool
    document: tuple[int, ...] = ()


@form_named("record_direction")
class RecordDirectionForm(StepForm):
    """A minister's written direction."""

    minister = TextField(
        "Which minister directs it?", required="Enter the minister’s office or name", longest=120
    )
    dated_on = DateField("What is the date of the letter?", required="Enter the date of the letter")
    document = UploadField(
        "The direction", hint="As PDF, up to 10 MB.", required="Choose the file of the direction"
    )
    copied = CheckboxesField(
        "To whom is it copied?",
        hint="Both must have it.",
        options=(
            Option("auditor", "The Comptroller and Auditor General"),
            Option("treasury", "The Treasury Officer of Accounts"),
        ),
        required="Tick both, once the copies are sent",
    )
    publish_on = DateField(
        "When is it published?", hint="It may be in the future.", required="Enter the day of its publication"
    )

    def prepare(self, session: Session, viewer: Viewer, case: Case, now: datetime) -> None:
        """A letter is not dated in the future."""
        super().prepare(session, viewer, case, now)
        self.dated_on.latest = london_date(now)

    def data_tuple(self) -> Directed:
        """What was filled in."""
        copied: Any = self.copied.data or ()
        return Directed(
            self.minister.data or "",
            self.dated_on.data,
            self.publish_on.data,
            "auditor" in copied,
            "treasury" in copied,
        )
