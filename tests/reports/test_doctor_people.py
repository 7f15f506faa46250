"""`doctor --people` says what the page of readiness says, and its exit status tells a timetable whether to wake somebody."""

from datetime import date

import pytest
from sqlalchemy import update

from tests.harness import Database
from tests.world import START, make_world, to_deciding
from workflow import cli
from workflow.accounts.models import Delegation
from workflow.clock import FixedClock
from workflow.db import SYSTEM, Sessions


def test_the_doctor_names_a_second_approval_that_nobody_can_give_and_exits_with_1(
    committing: Sessions,
    worker_database: Database,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    world = make_world(committing, FixedClock(START))
    to_deciding(world)
    monkeypatch.setenv("DATABASE_URL", worker_database.app_url)
    monkeypatch.setenv("MIGRATION_DATABASE_URL", worker_database.owner_url)
    monkeypatch.setenv("REDIS_URL", "redis://127.0.0.1:1/0")
    monkeypatch.setenv("WORKFLOW_SECRET_KEY", "for tests only, and long enough to pass")
    monkeypatch.setenv("WORKFLOW_STATE", "/srv/nothing-is-kept-here")
    monkeypatch.setenv("WORKFLOW_DEMO", "off")
    assert cli.main(["doctor", "--people"]) == 0
    assert capsys.readouterr().out == "Everything that waits can be decided, today and for 30 days.\n"
    ended = (
        update(Delegation)
        .where(Delegation.person_id == world.ids["approver2"])
        .values(valid_to=date(2011, 5, 31))
    )
    world.work(SYSTEM, lambda work: work.session.execute(ended))
    assert cli.main(["doctor", "--people"]) == 1
    assert capsys.readouterr().out == (
        "Department (RSG-SLI): Now: Nobody can give the second of 2 approvals still needed for a bid of £300,000. "
        "Approver2 has no limit. The person responsible gives somebody a limit that is high enough; an administrator can "
        "make more people approvers; or an approver refers the bid to the accounting officer.\n"
    )
