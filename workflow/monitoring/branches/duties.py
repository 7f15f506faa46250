"""What an award owes by a date: its progress reports, the end of temporary support, and payment requests on their way."""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select

from workflow import deadlines
from workflow.cases import EffectContext, subject_of
from workflow.clock import london_date
from workflow.db import Work
from workflow.deadlines.models import Deadline, DeadlineState
from workflow.errors import Invalid, Problem, Refused
from workflow.monitoring.branches.models import AgreementChange, ChangeStatus, ProgressReport
from workflow.monitoring.models import Award

HELD_AFTER_DAYS = 10
"""Working days after which payments wait, where the rule in force names none."""


def report_subject(case_id: int, number: int) -> str:
    """The name by which deadlines know a progress report."""
    return f"{subject_of(case_id)}/return:{number}"


def claim_subject(case_id: int, number: int) -> str:
    """The name by which deadlines know a payment request."""
    return f"{subject_of(case_id)}/claim:{number}"


def transition_subject(case_id: int) -> str:
    """The name by which deadlines know the end of temporary support."""
    return f"{subject_of(case_id)}/transition"


def money_back_subject(case_id: int) -> str:
    """The name by which deadlines know the money that is to be paid back."""
    return f"{subject_of(case_id)}/recovery"


def quarters(first: date, last: date) -> Iterator[tuple[date, date]]:
    """The quarters (first and last day) from the one that holds a London date to the one that holds another."""
    start = date(first.year, (first.month - 1) // 3 * 3 + 1, 1)
    while start <= last:
        after = date(start.year + (start.month == 10), (start.month + 2) % 12 + 1, 1)
        yield start, after - timedelta(days=1)
        start = after


def create_duties(work: Work, context: EffectContext) -> None:
    """Create what an accepted award owes: a report for each quarter of the work, and notice of the end of temporary support."""
    award = work.session.get_one(Award, context.case.id)
    add_reports(work, award)
    ends_on = context.facts["monitoring"].branches.transition_ends_on
    if ends_on is not None and context.facts["monitoring"].branches.is_transitional:
        deadlines.arm(
            work, transition_subject(award.case_id), "transitional_end", due_on=ends_on, occurrence=1
        )


def add_reports(work: Work, award: Award) -> None:
    """Add the reports of quarters that have none yet, up to the award's end.

    A quarter's report is due a number of working days after its last day, and payments wait some days later.
    """
    calendar = deadlines.calendar(work.session)
    terms = deadlines.rule_in_force(work.session, "quarterly_return", work.now).terms
    known = {
        report.period_from: report
        for report in work.session.scalars(
            select(ProgressReport).where(ProgressReport.case_id == award.case_id)
        )
    }
    first = min(known, default=london_date(award.accepted_at or work.now))
    for number, (begins, ends) in enumerate(quarters(first, award.ends_on), start=1):
        if begins in known:
            continue
        due_on = calendar.add_working_days(ends, terms.amount or 1)
        held_from = calendar.add_working_days(due_on, terms.breach_after or HELD_AFTER_DAYS)
        work.session.add(
            ProgressReport(
                case_id=award.case_id,
                number=number,
                period_from=begins,
                period_to=ends,
                due_on=due_on,
                held_from=held_from,
                narrative="",
                draft_rev=0,
            )
        )
        deadlines.arm(
            work, report_subject(award.case_id, number), "quarterly_return", due_on=due_on, occurrence=1
        )


def match_reports(work: Work, award: Award) -> None:
    """Owe the reports of quarters that begin before the award's end, and no others, once a change has moved the end.

    A report of a quarter that begins later falls away with its reminders; it is owed again when the end moves past it.
    """
    subject = f"{subject_of(award.case_id)}/return:"
    owed = set(
        work.session.scalars(
            select(Deadline.subject).where(
                Deadline.subject.startswith(subject, autoescape=True),
                Deadline.state.in_((DeadlineState.OPEN, DeadlineState.BREACHED)),
            )
        )
    )
    unsent = select(ProgressReport).where(
        ProgressReport.case_id == award.case_id, ProgressReport.sent_at.is_(None)
    )
    for report in work.session.scalars(unsent.order_by(ProgressReport.number)).all():
        name = report_subject(award.case_id, report.number)
        if report.period_from > award.ends_on:
            if name in owed:
                deadlines.cancel(work, name)
        elif name not in owed:
            deadlines.arm(work, name, "quarterly_return", due_on=report.due_on)


def drop_duties(work: Work, context: EffectContext, *, keep_claims: bool = False) -> None:
    """End what an award owed beside its state's own date, because the award has ended; money to pay back stays owed.

    With `keep_claims` payment requests on their way are still checked and paid by their dates.
    """
    case_id = context.case.id
    subject = subject_of(case_id)
    open_ones = work.session.scalars(
        select(Deadline.subject).where(
            Deadline.subject.like(f"{subject}/%"),
            Deadline.state.in_((DeadlineState.OPEN, DeadlineState.BREACHED)),
        )
    )
    for one in sorted(set(open_ones) - {money_back_subject(case_id)}):
        if not (keep_claims and one.startswith(f"{subject}/claim:")):
            deadlines.cancel(work, one)
    drop_change(work, context)


def drop_change(work: Work, context: EffectContext) -> None:
    """Take back a change that was asked for, because the award no longer runs."""
    waiting = context.facts["monitoring"].branches.change
    if waiting is None:
        return
    change = work.session.get_one(AgreementChange, (context.case.id, waiting.number))
    change.status, change.settled_at = ChangeStatus.WITHDRAWN, work.now
    change.settled_by = work.actor.person_id
    change.answer = "The award no longer ran."


def send_report(work: Work, context: EffectContext) -> None:
    """Send the report of one quarter; payments that waited for it go on.

    Raises:
        Invalid: when it was sent before, or its quarter is not over.
        Refused: when somebody kept other words in its draft since the page was drawn.
    """
    number = context.data["number"]
    report = work.session.get(ProgressReport, (context.case.id, number))
    today = london_date(work.now)
    if report is None or report.sent_at is not None or report.period_to >= today:
        raise Invalid("This progress report was sent already, or its quarter is not over.", field="number")
    _draft_was_seen(report, context.data)
    was_held = report.held_from <= today
    keep_report(work, report, context.data)
    report.sent_at, report.sent_by = work.now, work.actor.person_id
    deadlines.meet(work, report_subject(context.case.id, number))
    context.payload |= {
        "report": number,
        "progress": report.progress,
        "spent_pence": report.spent_pence,
        "forecast_pence": report.forecast_pence,
        "lifts_hold": was_held,
    }
    context.texts["narrative"] = report.narrative


def _draft_was_seen(report: ProgressReport, said: Mapping[str, Any]) -> None:
    """Whoever sends a report has seen the draft that stands, so that a colleague's newer words are not lost."""
    seen = said.get("seen_draft")
    if seen is None or seen == report.draft_rev or says(report, said):
        return
    text = "A colleague kept other words in this progress report while you were writing. Nothing was sent."
    how = "Compare them with yours below, take over what you want to keep, and send it again."
    raise Refused([Problem("draft_changed", text, how, "You", field="seen_draft")])


def keep_report(work: Work, report: ProgressReport, said: object) -> None:
    """Keep what was typed for a report, whole or not."""
    given = said if isinstance(said, dict) else dict(said)  # type: ignore[call-overload]
    for name in ("progress", "confidence", "spent_pence", "forecast_pence"):
        setattr(report, name, given.get(name))
    report.narrative = (given.get("narrative") or "").strip()
    report.draft_rev += 1
    report.saved_at, report.saved_by = work.now, work.actor.person_id


def says(report: ProgressReport, said: Mapping[str, Any]) -> bool:
    """Whether a report holds just these words already."""
    names = ("progress", "confidence", "spent_pence", "forecast_pence")
    return report.narrative == (said.get("narrative") or "").strip() and all(
        getattr(report, name) == said.get(name) for name in names
    )
