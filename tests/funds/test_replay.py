"""Whatever happens to a fund, its entries replay to its balances, its versions have no gap, and nothing is over-committed."""

from collections.abc import Callable, Mapping

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.funds.conftest import Money, make_money
from workflow.clock import FixedClock
from workflow.db import SYSTEM, Work
from workflow.errors import WorkflowError
from workflow.funds.commands import (
    accrue,
    carry,
    commit,
    decommit,
    lapse,
    pay,
    recover,
    reserve,
    unreserve,
)
from workflow.funds.ledger import COLUMNS
from workflow.funds.models import AwardYear, FundYear, LedgerEntry
from workflow.reports.ledger_checks import ledger_problems

Step = tuple[str, int, int, int]
YEARS = (2011, 2012)

steps = st.lists(
    st.tuples(
        st.sampled_from(
            ["reserve", "reserve", "commit", "commit", "pay", "unreserve", "decommit", "lapse", "carry", "accrue",
             "release", "late", "recover", "ceiling"]
        ),
        st.integers(0, 1),
        st.sampled_from(YEARS),
        st.integers(0, 60),
    ),
    max_size=30,
)  # fmt: skip


def commands(money: Money, case: int, year: int, pence: int, key: str) -> Mapping[str, Callable[[], object]]:
    work, fund = money.work, money.fund.id
    return {
        "reserve": lambda: reserve(work, fund, case, {year: pence, 2012: pence}, key=key),
        "unreserve": lambda: unreserve(work, fund, case, {year: pence}, key=key),
        "commit": lambda: commit(work, fund, case, {year: pence}, key=key),
        "decommit": lambda: decommit(work, fund, case, {year: pence}, key=key),
        "lapse": lambda: lapse(work, fund, case, {year: pence}, key=key),
        "pay": lambda: pay(work, fund, case, year, pence, key=key),
        "late": lambda: pay(work, fund, case, year, pence, key=key, from_accrual=True),
        "recover": lambda: recover(work, fund, case, year, pence, key=key, same_year=pence % 2 == 0),
        "accrue": lambda: accrue(work, fund, case, year, pence, key=key),
        "release": lambda: accrue(work, fund, case, year, pence, key=key, release=True),
        "carry": lambda: carry(work, fund, case, 2011, pence, key=key),
        "ceiling": lambda: money.allocate(year, pence * 2),
    }


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(todo=steps)
def test_entries_replay_to_the_balances_whatever_is_done(
    session: Session, clock: FixedClock, todo: list[Step]
) -> None:
    with session.begin_nested() as undone:
        money = make_money(Work(session, clock.now(), clock.real(), SYSTEM))
        for year in YEARS:
            money.allocate(year, 100)
        cases = [money.case(), money.case()]
        for number, (name, case, year, pence) in enumerate(todo):
            _try(session, commands(money, cases[case], year, pence, f"k{number}")[name])
        _adds_up(session)
        assert ledger_problems(session) == []
        undone.rollback()
    session.expire_all()


def _try(session: Session, command: Callable[[], object]) -> None:
    """As a request would: what is refused leaves nothing behind."""
    try:
        with session.begin_nested():
            command()
    except WorkflowError:
        pass


def _adds_up(session: Session) -> None:
    """Added up here in Python, so that the check in SQL has somebody to agree with."""
    session.expire_all()
    replayed: dict[int, dict[str, int]] = {}
    held: dict[tuple[int | None, int], dict[str, int]] = {}
    for entry in session.scalars(select(LedgerEntry).order_by(LedgerEntry.id)):
        for totals in (
            replayed.setdefault(entry.fund_year_id, dict.fromkeys(COLUMNS, 0)),
            held.setdefault((entry.case_id, entry.fund_year_id), dict.fromkeys(COLUMNS, 0)),
        ):
            for column in COLUMNS:
                totals[column] += getattr(entry, column)
    for year in session.scalars(select(FundYear)):
        assert {column: getattr(year, column) for column in COLUMNS} == replayed[year.id]
        assert year.reserved + year.committed <= year.ceiling
    for row in session.scalars(select(AwardYear)):
        expected = held[row.case_id, row.fund_year_id]
        assert {column: getattr(row, column) for column in COLUMNS[1:]} == {
            c: expected[c] for c in COLUMNS[1:]
        }
