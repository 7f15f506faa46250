"""Business time: one row that only moves forward, goes on while sweeps run, and stands still while they do not."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from workflow.db import SYSTEM, Sessions, Work
from workflow.deadlines import StoredClock, advance_to, beat, start
from workflow.deadlines.clock import LONGEST_STEP, running
from workflow.deadlines.models import BusinessClock
from workflow.errors import Invalid

BEGIN = datetime(2011, 3, 29, 8, 0, tzinfo=UTC)
REAL = datetime(2026, 1, 1, 12, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def stored(sessions: Sessions, real: datetime) -> datetime:
    """Business time as any process reads it at a machine moment."""
    with sessions() as session:
        row = session.scalars(select(BusinessClock)).one()
        return running(row.business_at, row.real_at, real)


def test_it_starts_where_it_is_told_and_goes_on_with_the_machine(committing: Sessions) -> None:
    assert start(committing, BEGIN, real=REAL) == BEGIN
    assert stored(committing, REAL + 20 * SECOND) == BEGIN + 20 * SECOND
    beat(committing, real=REAL + 30 * SECOND)
    assert stored(committing, REAL + 40 * SECOND) == BEGIN + 40 * SECOND


def test_a_second_start_goes_on_from_what_anybody_can_have_read_and_not_from_the_beginning(
    committing: Sessions,
) -> None:
    start(committing, BEGIN, real=REAL)
    beat(committing, real=REAL + 30 * SECOND)
    read_before_the_crash = stored(committing, REAL + 100 * SECOND)
    night_later = REAL + timedelta(hours=9)
    again = start(committing, BEGIN, real=night_later)
    assert read_before_the_crash <= again <= BEGIN + 30 * SECOND + LONGEST_STEP
    assert stored(committing, night_later) == again


def test_it_waits_when_no_sweep_runs(committing: Sessions) -> None:
    start(committing, BEGIN, real=REAL)
    assert stored(committing, REAL + timedelta(days=3)) == BEGIN + LONGEST_STEP


@pytest.mark.parametrize("step", [timedelta(hours=-1), timedelta(hours=1), timedelta(days=3)])
def test_a_machine_clock_that_is_set_never_takes_business_time_back_or_far_ahead(
    committing: Sessions, step: timedelta
) -> None:
    start(committing, BEGIN, real=REAL)
    before = stored(committing, REAL + 10 * SECOND)
    beat(committing, real=REAL + 10 * SECOND)
    beat(committing, real=REAL + 10 * SECOND + step)
    after = stored(committing, REAL + 10 * SECOND + step)
    assert before <= after <= before + LONGEST_STEP


def test_it_can_be_moved_forward_and_never_back(committing: Sessions) -> None:
    start(committing, BEGIN, real=REAL)
    with committing() as session, session.begin():
        advance_to(Work(session, BEGIN, REAL, SYSTEM), BEGIN + timedelta(days=2))
    assert stored(committing, REAL) == BEGIN + timedelta(days=2)
    with committing() as session, session.begin(), pytest.raises(Invalid, match="only moves forward"):
        advance_to(Work(session, BEGIN, REAL, SYSTEM), BEGIN + timedelta(days=1))


def test_a_clock_that_was_never_started_says_so(committing: Sessions) -> None:
    beat(committing)
    with pytest.raises(LookupError):
        StoredClock(committing).now()


def test_every_process_reads_the_same_time(committing: Sessions) -> None:
    start(committing, BEGIN)
    first, second = StoredClock(committing).now(), StoredClock(committing).now()
    assert BEGIN <= first <= second < BEGIN + timedelta(seconds=30)
