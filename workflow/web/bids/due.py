"""Until when the step is due that a bid waits for: some steps of a running award have a date of their own."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from workflow.cases import Case, subject_of
from workflow.deadlines.models import Deadline, DeadlineState

OWN_KINDS: Mapping[str, str] = {
    "check_claim": "claim_check",
    "pay_claim": "claim_payment",
    "send_return": "quarterly_return",
    "accept_review": "review_answer",
    "accept_appeal": "appeal_answer",
}
"""The steps that have a date of their own beside the bid's, with the kind of that deadline."""


def due_days(
    session: Session, waited_for: Sequence[tuple[Case, str]], undated: Iterable[str]
) -> list[date | None]:
    """For each case and the step that it waits for, when that is due, in one statement.

    In a state of `undated` the date of the case is when it ends, which is no date for a step.
    """
    of_steps = {subject_of(case.id) for case, step in waited_for if step in OWN_KINDS}
    found = _own(session, of_steps) if of_steps else {}
    states = frozenset(undated)

    def due(case: Case, step: str) -> date | None:
        own = found.get((subject_of(case.id), OWN_KINDS.get(step, "")))
        return own or (None if step and case.state in states else case.due_on)

    return [due(case, step) for case, step in waited_for]


def _own(session: Session, subjects: Iterable[str]) -> dict[tuple[str, str], date]:
    of_case = func.split_part(Deadline.subject, "/", 1)
    rows = session.execute(
        select(of_case, Deadline.kind, func.min(Deadline.due_on))
        .where(
            of_case.in_(sorted(subjects)),
            Deadline.kind.in_(OWN_KINDS.values()),
            Deadline.state == DeadlineState.OPEN,
        )
        .group_by(of_case, Deadline.kind)
    )
    return {(subject, kind): due_on for subject, kind, due_on in rows}
