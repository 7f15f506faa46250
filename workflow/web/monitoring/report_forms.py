"""The forms of a progress report: kept as a draft at any time, sent when the quarter is over."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy.orm import Session

from workflow.accounts.queries import Viewer
from workflow.cases import Case
from workflow.clock import london_date
from workflow.errors import Invalid, Problem, Refused
from workflow.money import Pence, format_pounds
from workflow.monitoring.branches import reports
from workflow.monitoring.branches.models import Confidence, ProgressReport
from workflow.monitoring.branches.rules import quarter_words
from workflow.web.actions import form_named
from workflow.web.forms import (
    ActionForm,
    HiddenField,
    LongTextField,
    MoneyField,
    Option,
    RadiosField,
    SelectField,
)
from workflow.web.monitoring.award_form import AwardForm
from workflow.web.monitoring.words import CONFIDENCE_WORDS

DONE = tuple(Option(str(share), f"{share}%") for share in range(0, 101, 5))
SURE = tuple(Option(one.value, words) for one, words in CONFIDENCE_WORDS.items())


class ReportData(NamedTuple):
    """What a progress report says; amounts in pence, the share done in percent.

    `seen_draft` is the revision of the draft that the page was drawn from.
    """

    number: int
    seen_draft: int
    progress: int | None
    confidence: Confidence | None
    narrative: str
    spent_pence: Pence | None
    forecast_pence: Pence | None


def _fields(*, whole: bool) -> dict[str, Any]:
    """The boxes of a report; a draft may leave any of them empty."""

    def needed(words: str) -> str | None:
        return words if whole else None

    return {
        "progress": SelectField(
            "How much of the work is done?",
            options=DONE,
            required=needed("Choose how much of the work is done"),
        ),
        "confidence": RadiosField(
            "How sure are you that the rest will be done as agreed?",
            options=SURE,
            required=needed("Choose how sure you are"),
        ),
        "narrative": LongTextField(
            "What was done, and what stands in the way?",
            hint="Say first what is behind, and what you need from the department.",
            required=needed("Say what was done"),
            longest=4000,
            rows=8,
        ),
        "spent": MoneyField(
            "Spent so far",
            hint="From the beginning to the last day of the quarter, on what the agreement allows.",
            required=needed("Enter what was spent so far, or 0"),
        ),
        "forecast": MoneyField(
            "What will you have spent of this financial year’s money by 31 March?",
            required=needed("Enter what you will have spent by 31 March, or 0"),
        ),
    }


def _said(form: Any, number: int, seen_draft: int) -> ReportData:
    return ReportData(
        number=number,
        seen_draft=seen_draft,
        progress=None if form.progress.data is None else int(form.progress.data),
        confidence=None if form.confidence.data is None else Confidence(form.confidence.data),
        narrative=form.narrative.data or "",
        spent_pence=form.spent.data,
        forecast_pence=form.forecast.data,
    )


def kept_in(report: ProgressReport) -> dict[str, Any]:
    """What is in the boxes of a report's form before anybody types."""
    return {
        "progress": None if report.progress is None else str(report.progress),
        "confidence": None if report.confidence is None else report.confidence.value,
        "narrative": report.narrative or None,
        "spent": report.spent_pence,
        "forecast": report.forecast_pence,
    }


def answers_of(report: ProgressReport) -> list[tuple[str, str]]:
    """What a report says so far, as (question, answer in words)."""
    return [
        ("Work done", "" if report.progress is None else f"{report.progress}%"),
        ("How sure", "" if report.confidence is None else CONFIDENCE_WORDS[report.confidence]),
        ("What was done", report.narrative),
        ("Spent so far", "" if report.spent_pence is None else format_pounds(report.spent_pence)),
        (
            "Forecast for the year",
            "" if report.forecast_pence is None else format_pounds(report.forecast_pence),
        ),
    ]


class DraftForm(ActionForm):
    """A report as far as it is written."""

    locals().update(_fields(whole=False))

    def data_tuple(self) -> ReportData:
        """What was filled in so far."""
        return _said(self, 0, self.revision)


@form_named("send_return")
class SendReportForm(AwardForm):
    """The whole report of the earliest quarter that is over and was not reported."""

    number = HiddenField(longest=6)
    seen_draft = HiddenField(longest=18)
    theirs: Sequence[tuple[str, str]] = ()
    """What a colleague kept while this was written, as (question, answer)."""
    locals().update(_fields(whole=True))

    def prepare(self, session: Session, viewer: Viewer, case: Case, now: datetime) -> None:
        """Find the quarter, and put what was kept into the boxes.

        Raises:
            Refused: when no quarter waits.
        """
        super().prepare(session, viewer, case, now)
        owed = self.facts["monitoring"].branches.owed(london_date(now))
        if not owed:
            text = "No progress report is owed today."
            raise Refused(
                [Problem("no_report_owed", text, "The next one can be sent when its quarter is over.")]
            )
        named = next((one for one in owed if str(one.number) == (self.number.data or "")), owed[0])
        report = reports.report_of(session, viewer, case, named.number)
        self.report, self._session = report.report, session
        self.quarter = quarter_words(self.report.period_from, self.report.period_to)
        if not self.is_submitted() or self.is_redraw:
            self.number.data = str(named.number)
            # Text that comes back from a conflict or a sign-in still stands on the draft that its page was drawn from.
            self.seen_draft.data = self.seen_draft.data or str(self.report.draft_rev)
            for name, value in kept_in(self.report).items():
                if self[name].data is None:
                    self[name].data = value

    def data_tuple(self) -> ReportData:
        """What was filled in."""
        seen = self.seen_draft.data or ""
        return _said(self, self.report.number, int(seen) if seen.isascii() and seen.isdecimal() else -1)

    def refuse(self, error: Refused | Invalid) -> bool:
        """Show a draft that was kept meanwhile beside what was typed; sent again, this form has seen it."""
        is_drawn = super().refuse(error)
        if is_drawn and self.seen_draft.errors:
            self._session.refresh(self.report)
            self.theirs = answers_of(self.report)
            self.seen_draft.data = str(self.report.draft_rev)
        return is_drawn
