"""The deadlines as they are by default, and the loaders of rules and holidays.

Source: domain.md, section 6. Every number is a choice of the product, to be changed by a rule with a later date; the
84 days of a consultation are those of the Code of Practice on Consultation of 2008.
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import date

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from workflow.deadlines.models import BankHoliday, DeadlineRule
from workflow.deadlines.queries import forget
from workflow.deadlines.rules import Escalation, Terms

IN_FORCE_FROM = date(2008, 11, 1)
"""When the Code of 2008 began; the data begins later, so that every event of it meets a rule."""

ON_TIME_S = 30
"""Seconds of grace, because being on time is judged by the arrival of a request, and some are still under way."""


def _told(*steps: tuple[int, str]) -> tuple[Escalation, ...]:
    return tuple(Escalation(offset, to) for offset, to in steps)


SENIOR = "senior_officer"
HEAD = "head_of_team"
FINANCE = "finance_head"

DEFAULTS: Mapping[str, Terms] = {
    "round_close": Terms("date", reminders=(-10, -5, -1), breach_after=0, grace_seconds=ON_TIME_S),
    "screening": Terms("working_days", 5, reminders=(-1, 0), escalations=_told((3, HEAD), (5, SENIOR))),
    "returned_bid": Terms("working_days", 10, reminders=(-5, -1), breach_after=0, grace_seconds=ON_TIME_S),
    "review_request": Terms("working_days", 10),
    "review_answer": Terms(
        "working_days", 10, reminders=(-3, -1, 0), escalations=_told((1, HEAD), (3, SENIOR))
    ),
    "consultation_close": Terms(
        "days",
        84,
        reminders=(-20, -10, -3),
        escalations=(Escalation(-10, "lead_body_if_few_answered", "low_response"),),
        breach_after=0,
        grace_seconds=ON_TIME_S,
    ),
    "late_response": Terms("working_days", 5),
    "sector_response": Terms(
        "working_days", 20, reminders=(-5, -1, 0), escalations=_told((1, "lead_body_head"), (5, SENIOR))
    ),
    "public_report": Terms("days", 84, reminders=(-10, -3), escalations=_told((1, SENIOR))),
    "appraisal": Terms("working_days", 15, reminders=(-5, -1), escalations=_told((1, HEAD), (5, SENIOR))),
    "first_approval": Terms(
        "working_days", 10, reminders=(-3, -1, 0), escalations=_told((1, "cover"), (3, SENIOR))
    ),
    "second_approval": Terms(
        "working_days", 5, reminders=(-3, -1, 0), escalations=_told((1, "cover"), (3, SENIOR))
    ),
    "accounting_officer": Terms(
        "working_days", 10, reminders=(-3, -1, 0), escalations=_told((1, "cover"), (3, SENIOR))
    ),
    # How long somebody may stand in for somebody else, both days included; nobody is reminded of it.
    "cover": Terms("days", 92),
    "deferral": Terms("date", reminders=(-1,), breach_after=0, grace_seconds=ON_TIME_S),
    "appeal": Terms("working_days", 20),
    "appeal_answer": Terms("working_days", 10, reminders=(-3, -1, 0), escalations=_told((1, SENIOR))),
    "direction": Terms("working_days", 20, reminders=(-3, -1, 0), escalations=_told((1, SENIOR))),
    "acceptance": Terms("working_days", 20, reminders=(-10, -3), breach_after=1),
    "quarterly_return": Terms(
        "working_days", 15, reminders=(-10, -3, 0, 5), escalations=_told((15, SENIOR)), breach_after=10
    ),
    "claim_check": Terms("working_days", 10, reminders=(-2,), escalations=_told((1, FINANCE))),
    "claim_payment": Terms("days", 30, reminders=(-2,), escalations=_told((1, FINANCE))),
    "annual_review": Terms("months", 12, reminders=(-40, -20, -5), breach_after=0),
    "transitional_end": Terms(
        "date", reminders=(-6, -3, -1), reminder_unit="months", escalations=_told((0, "network"))
    ),
    "award_end": Terms("date", reminders=(-20, -5), breach_after=0),
    "accrual_estimate": Terms(
        "date", reminders=(-10, -3, 0), escalations=_told((1, "grant_manager"), (2, FINANCE))
    ),
    "carry_forward_request": Terms("date", reminders=(-20, -5), escalations=_told((1, FINANCE))),
    "question": Terms("working_days", 3, reminders=(0,), escalations=_told((1, "asker"))),
    "foi_request": Terms("working_days", 20, reminders=(-10, -3), escalations=_told((1, SENIOR))),
    "roles_confirmed": Terms(
        "months", 6, reminders=(-20, -5), escalations=_told((1, "auditor")), breach_after=20
    ),
    "final_return": Terms("working_days", 40, reminders=(-20, -5), escalations=_told((5, SENIOR))),
    "closure": Terms("working_days", 40, reminders=(-20, -5), escalations=_told((5, SENIOR))),
    "termination": Terms("days", 30, reminders=(-5,), escalations=_told((1, SENIOR))),
    "recovery": Terms("days", 30, reminders=(-5, 1), escalations=_told((10, FINANCE))),
    "subsidy_database": Terms("months", 3, reminders=(-20, -5), escalations=_told((1, SENIOR))),
}
"""Every kind of deadline with its numbers."""


def load_deadline_rules(session: Session) -> int:
    """Add the defaults that are not there yet; returns how many were new. A rule with a later date is left alone."""
    rows = [_row(kind, terms) for kind, terms in DEFAULTS.items()]
    statement = insert(DeadlineRule).on_conflict_do_nothing(index_elements=["kind", "valid_from"])
    added = session.execute(statement.returning(DeadlineRule.id), rows).all()
    forget(session)
    return len(added)


def load_bank_holidays(session: Session, rows: Iterable[tuple[date, str, str]]) -> int:
    """Add the holidays (day, title, source) that are not there yet; returns how many were new."""
    values = [{"day": day, "title": title, "source": source} for day, title, source in rows]
    if not values:
        return 0
    statement = insert(BankHoliday).on_conflict_do_nothing(index_elements=["day"])
    added = session.execute(statement.returning(BankHoliday.day), values).all()
    forget(session)
    return len(added)


def _row(kind: str, terms: Terms) -> dict[str, object]:
    numbers = asdict(terms)
    return numbers | {
        "kind": kind,
        "valid_from": IN_FORCE_FROM,
        "valid_to": None,
        "reminders": list(terms.reminders),
        "escalations": [asdict(told) for told in terms.escalations],
        "breach_action": terms.breach_after is not None,
        "source": "the product's default",
    }
