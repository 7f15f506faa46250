"""Business time as one row that only moves forward and stands still while the product is stopped."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import func, literal, select, update
from sqlalchemy.dialects.postgresql import insert

from workflow.db import Sessions, UtcDateTime, Work
from workflow.deadlines.models import BusinessClock
from workflow.errors import Invalid

LONGEST_STEP = timedelta(seconds=90)
"""How far business time runs on after the last sweep: three of its periods, then it waits for the next."""


class StoredClock:
    """A `Clock` whose business time is kept in the database, so that every process reads the same."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    def real(self) -> datetime:
        """The machine's time, aware UTC."""
        return datetime.now(UTC)

    def now(self) -> datetime:
        """Business time: the row, and what the machine's clock went on since, up to `LONGEST_STEP`.

        Raises:
            LookupError: when `start` was never called.
        """
        with self._sessions() as session:
            row = session.execute(select(BusinessClock.business_at, BusinessClock.real_at)).first()
        if row is None:
            raise LookupError("business time was never started")
        return running(row.business_at, row.real_at, self.real())


def running(business_at: datetime, real_at: datetime, real: datetime) -> datetime:
    """Business time at a machine moment; a machine clock set back makes it wait, never return."""
    return business_at + min(max(real - real_at, timedelta(0)), LONGEST_STEP)


def start(sessions: Sessions, at: datetime, *, real: datetime | None = None) -> datetime:
    """Set business time going when the product starts; returns it. `at` counts only on the very first start.

    Time goes on from the latest moment that anybody can have read before the product stopped.
    """
    moment = real or datetime.now(UTC)
    with sessions() as session, session.begin():
        session.execute(
            insert(BusinessClock)
            .values(id=1, business_at=at, real_at=moment)
            .on_conflict_do_nothing(index_elements=["id"])
        )
    beat(sessions, real=moment)
    with sessions() as session:
        return session.scalars(select(BusinessClock.business_at)).one()


def beat(sessions: Sessions, *, real: datetime | None = None) -> None:
    """Bring the row up to the machine's time; every sweep does. Does nothing where business time was never started."""
    moment = literal(real or datetime.now(UTC), UtcDateTime)
    gone = func.greatest(moment - BusinessClock.real_at, literal(timedelta(0)))
    with sessions() as session, session.begin():
        session.execute(
            update(BusinessClock).values(
                business_at=BusinessClock.business_at + func.least(gone, literal(LONGEST_STEP)),
                real_at=moment,
            )
        )


def advance_to(work: Work, moment: datetime) -> None:
    """Move business time forward to a moment.

    Raises:
        Invalid: when the moment is not in the future of business time; the clock never goes back.
    """
    row = work.session.scalars(select(BusinessClock).with_for_update()).one()
    if moment <= running(row.business_at, row.real_at, work.real):
        raise Invalid("The clock only moves forward. Choose a later moment.", field="moment")
    row.business_at, row.real_at = moment, work.real
