"""What tests of deadlines share: the real holidays and the default rules, in a session that is rolled back or committed."""

import csv
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from workflow import deadlines
from workflow.clock import FixedClock
from workflow.db import SYSTEM, Sessions, Work, unit_of_work
from workflow.deadlines.models import DeadlineStep, StepState

HOLIDAYS = Path(deadlines.__file__).parents[1] / "reference" / "data" / "bank_holidays_england.csv"


def load(session: Session) -> None:
    with HOLIDAYS.open(encoding="utf-8") as file:
        rows = [
            (date.fromisoformat(row["date"]), row["title"], row["source"]) for row in csv.DictReader(file)
        ]
    deadlines.load_bank_holidays(session, rows)
    deadlines.load_deadline_rules(session)


@pytest.fixture
def work(session: Session, clock: FixedClock) -> Work:
    load(session)
    return Work(session, clock.now(), clock.real(), SYSTEM)


@pytest.fixture
def loaded(committing: Sessions) -> Sessions:
    with committing() as session, session.begin():
        load(session)
    return committing


def at(work: Work, moment: datetime) -> Work:
    """The same unit of work at another business moment."""
    return Work(work.session, moment, work.real, work.actor)


@contextmanager
def working(sessions: Sessions, clock: FixedClock) -> Iterator[Work]:
    with unit_of_work(sessions, clock, actor=SYSTEM) as work:
        yield work


def states(session: Session, deadline_id: int) -> dict[str, StepState]:
    session.expire_all()
    rows = session.scalars(
        select(DeadlineStep).where(DeadlineStep.deadline_id == deadline_id).order_by(DeadlineStep.id)
    )
    return {f"v{row.deadline_version} {row.step}": row.state for row in rows}
