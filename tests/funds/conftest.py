from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from itertools import count

import pytest
from sqlalchemy.orm import Session

from tests.harness import Database
from workflow.accounts.models import Organisation, OrganisationKind
from workflow.cases.models import Case, WorkflowState, WorkflowVersion
from workflow.clock import FixedClock
from workflow.db import SYSTEM, Sessions, Work, make_engine, make_sessions, unit_of_work
from workflow.funds.commands import open_fund, set_ceiling
from workflow.funds.models import Fund, FundYear, Power
from workflow.funds.rules import ConsultationRule, Recipients, Recovery


@dataclass
class Money:
    """A department with one fund, and cases on it, made as a test needs them."""

    work: Work
    department: Organisation
    body: Organisation
    fund: Fund
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def allocate(self, year: int, pence: int) -> FundYear:
        return set_ceiling(self.work, self.fund.id, year, pence, key=f"allocate:{next(self._numbers)}")

    def case(self, title: str = "Peer challenge") -> int:
        case = Case(
            kind="bid",
            reference=f"SLI-2011-{next(self._numbers):04d}",
            title=title,
            workflow_key="bid",
            workflow_version=1,
            state="draft",
            rev=1,
            department_id=self.department.id,
            proposer_id=self.body.id,
            fund_id=self.fund.id,
            opened_at=self.work.now,
            changed_at=self.work.now,
            changed_what="Started",
        )
        self.work.session.add(case)
        self.work.session.flush()
        return case.id

    def balance(self, year: int) -> FundYear:
        return (
            self.work.session.query(FundYear)
            .filter_by(fund_id=self.fund.id, year=year)
            .populate_existing()
            .one()
        )


def make_money(work: Work) -> Money:
    session = work.session
    department = Organisation(
        code="DCLG", name="Communities", short_name="DCLG", kind=OrganisationKind.DEPARTMENT
    )
    body = Organisation(
        code="LGID", name="Improvement Agency", short_name="LGID", kind=OrganisationKind.SECTOR_BODY
    )
    power = Power(
        code="lgfa-78",
        law="Local Government Finance Act 1988 s.78",
        title="Revenue support grant",
        recipients=Recipients.SPECIFIED_BODIES,
        has_conditions=False,
        has_claims=False,
        recovery=Recovery.NONE,
        in_force_from=date(1988, 7, 29),
    )
    session.add_all([department, body, power])
    if session.get(WorkflowVersion, ("bid", 1)) is None:
        session.add(WorkflowVersion(key="bid", version=1, digest="x", deployed_at=work.now))
        session.flush()
    if session.get(WorkflowState, ("bid", 1, "draft")) is None:
        session.add(WorkflowState(key="bid", version=1, state="draft", final=False))
    session.flush()
    fund = open_fund(
        work,
        code="TOP",
        title="Top-slice",
        department_id=department.id,
        holder_id=body.id,
        power_id=power.id,
        consultation_rule=ConsultationRule.FULL,
        recovery_rule=Recovery.NONE,
    )
    return Money(work, department, body, fund)


@pytest.fixture
def work(session: Session, clock: FixedClock) -> Work:
    return Work(session, clock.now(), clock.real(), SYSTEM)


@pytest.fixture
def money(work: Work) -> Money:
    """A fund whose rows vanish when the test ends."""
    return make_money(work)


@dataclass
class Shared:
    """A fund in a database of its own, for threads; `cases` are four bids on it."""

    sessions: Sessions
    clock: FixedClock
    fund_id: int
    cases: list[int]


@pytest.fixture
def shared(database: Database, clock: FixedClock) -> Iterator[Shared]:
    engine = make_engine(database.app_url, pool_size=12)
    sessions = make_sessions(engine)
    with unit_of_work(sessions, clock, actor=SYSTEM) as work:
        made = make_money(work)
        made.allocate(2011, 10_000_00)
        made.allocate(2012, 10_000_00)
        cases = [made.case(f"Bid {number}") for number in range(4)]
    yield Shared(sessions, clock, made.fund.id, cases)
    engine.dispose()
