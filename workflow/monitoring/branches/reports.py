"""Progress reports as people read and write them."""

from dataclasses import dataclass
from typing import Any, NoReturn

from sqlalchemy import select
from sqlalchemy.orm import Session

from workflow.accounts.models import Person
from workflow.accounts.queries import Viewer, viewer_for
from workflow.cases import Case, hold_case
from workflow.cases.queries import PROPOSER_ROLES, visible
from workflow.db import Work
from workflow.errors import Invalid, NotHere, Stale
from workflow.monitoring.branches.duties import keep_report, says
from workflow.monitoring.branches.models import ProgressReport


@dataclass(frozen=True, slots=True)
class ReportView:
    """One report with the one before it.

    `may_write` when the reader may still write it; `may_read` is for what it says, which before it is sent only the lead body
    reads.
    """

    report: ProgressReport
    before: ProgressReport | None
    sent_by: str | None
    may_write: bool
    may_read: bool


def reports_of(session: Session, viewer: Viewer, case: Case) -> list[ProgressReport]:
    """Every report that an award owes, the earliest first; what unsent ones say is for their writers only."""
    return list(
        session.scalars(
            select(ProgressReport)
            .join(Case, Case.id == ProgressReport.case_id)
            .where(ProgressReport.case_id == case.id, visible(viewer))
            .order_by(ProgressReport.number)
        )
    )


def report_of(session: Session, viewer: Viewer, case: Case, number: int) -> ReportView:
    """One report by its number.

    Raises:
        NotHere: when there is none, or the viewer may not see it.
    """
    found = {report.number: report for report in reports_of(session, viewer, case)}
    report = found.get(number)
    if report is None:
        raise NotHere
    sender = None if report.sent_by is None else session.get(Person, report.sent_by)
    writes = case.proposer_id in viewer.organisations(*PROPOSER_ROLES)
    return ReportView(
        report,
        found.get(number - 1),
        sender.name if sender is not None and writes else None,
        may_write=writes and report.sent_at is None and not case.ended,
        may_read=writes or report.sent_at is not None,
    )


class StaleReport(Stale):
    """Somebody kept words in this report since the page was drawn; nothing of either text is lost."""


def save_report(work: Work, case_id: int, number: int, said: dict[str, Any], *, seen_rev: int) -> None:
    """Keep what is written of a report so far; it changes the report's own revision and not the award's.

    The same words kept twice are kept once, so that a second press of a form is no conflict.

    Raises:
        NotHere: when there is no such report, or it is not the writer's.
        Invalid: when it was sent already.
        StaleReport: when somebody kept other words in it since `seen_rev`.
    """
    case = hold_case(work, case_id)
    if work.actor.person_id is None:
        raise NotHere
    viewer = viewer_for(work.session, work.actor.person_id, work.now)
    if case.proposer_id not in viewer.organisations(*PROPOSER_ROLES):
        raise NotHere
    report = work.session.get(ProgressReport, (case_id, number), with_for_update={"key_share": True})
    if report is None:
        raise NotHere
    if report.sent_at is not None or case.ended:
        raise Invalid(
            "This progress report was sent already, so it cannot be changed. Write to the grant manager."
        )
    if report.draft_rev != seen_rev:
        if says(report, said):
            return
        _refuse_as_stale(work, report)
    keep_report(work, report, said)


def _refuse_as_stale(work: Work, report: ProgressReport) -> NoReturn:
    writer = None if report.saved_by is None else work.session.get(Person, report.saved_by)
    by = "A colleague" if writer is None else writer.name
    raise StaleReport(
        by=by, when=report.saved_at or work.now, what="kept other words in this progress report"
    )
