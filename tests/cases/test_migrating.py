"""Live bids move from one version of their rules to another: planned, one transaction each, and never half."""

import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event, text
from sqlalchemy.orm import Session

from tests.harness import Database
from tests.world import World, draft, make_world, to_checking, to_closed, to_consulting, to_screening
from workflow import audit, cli
from workflow.cases import migrating
from workflow.cases import registry as installed
from workflow.cases.migrating import CannotMigrate, Move, apply_move, choose, plan_move
from workflow.cases.models import WorkflowVersion
from workflow.cases.registry import Registry
from workflow.clock import FixedClock
from workflow.db import Sessions, make_engine, make_sessions
from workflow.errors import Stale
from workflow.reports.check import check
from workflow.wiring import wire


@pytest.fixture
def owner(worker_database: Database) -> Iterator[Sessions]:
    """Sessions as the owner of the schema, who alone may change to what a bid is pinned."""
    engine: Engine = make_engine(worker_database.owner_url)
    yield make_sessions(engine)
    engine.dispose()


@pytest.fixture
def using() -> Iterator[Registry]:
    wire()
    registry = installed.registry()
    yield registry
    installed.install(registry)


@pytest.fixture
def world(committing: Sessions, clock: FixedClock, using: Registry) -> World:
    """The small world, in which new bids begin in version 1."""
    made = make_world(committing, clock)
    installed.install(replace(using, current={"bid": 1}))
    return made


def the_move(sessions: Sessions, source: int = 1, target: int = 2) -> Move:
    with sessions() as session:
        return choose(session, "bid", source, target)


def pins(world: World, *ids: int) -> list[tuple[int, int]]:
    cases = [world.case(case_id) for case_id in ids]
    return [(case.workflow_version, case.rev) for case in cases]


def test_a_plan_counts_by_state_what_can_move_and_changes_nothing(world: World, owner: Sessions) -> None:
    ids = [draft(world), to_checking(world), to_screening(world), to_consulting(world)]
    before = pins(world, *ids)
    found = plan_move(owner, the_move(owner), world.clock.now())
    assert found.moved == {"draft": 1, "screening": 2, "consulting": 1}
    assert (found.left, found.ended) == ({}, 0)
    assert pins(world, *ids) == before


def test_a_bid_moves_with_one_event_and_goes_on_under_the_newer_rules(world: World, owner: Sessions) -> None:
    bid_id = to_consulting(world)
    rev, move = world.case(bid_id).rev, the_move(owner)
    found = apply_move(owner, world.clock, move, move.digest)
    assert found.moved == {"consulting": 1}
    assert pins(world, bid_id) == [(2, rev + 1)]
    with world.sessions() as session:
        written = audit.events_of(session, f"case:{bid_id}", 1)[0]
        assert (written.seq, written.event, written.definition, written.actor) == (
            rev + 1,
            "rules_changed",
            "bid/2",
            "system:workflow",
        )
        assert audit.payload_of(written) == {
            "action": "migrate",
            "from": "consulting",
            "to": "consulting",
            "from_version": 1,
            "to_version": 2,
            "digest": move.digest,
        }
        assert check(session) == []
    with pytest.raises(Stale):
        world.act("case", bid_id, "close_consultation", seen_rev=rev)
    world.act("signatory", bid_id, "withdraw", {"reason": "Version 1 had no way to withdraw."})
    assert world.case(bid_id).state == "withdrawn"


def test_a_second_run_moves_nothing_and_writes_nothing(world: World, owner: Sessions) -> None:
    bid_id, move = to_screening(world), the_move(owner)
    apply_move(owner, world.clock, move, move.digest)
    after = pins(world, bid_id)
    assert apply_move(owner, world.clock, move, move.digest).moved == {}
    assert pins(world, bid_id) == after


def test_a_run_that_is_cut_off_half_way_leaves_whole_bids_and_the_next_run_does_the_rest(
    world: World, owner: Sessions
) -> None:
    ids = [to_screening(world, title=f"Bid {number}") for number in range(4)]
    first, move = world.case(ids[0]).rev, the_move(owner)
    commits: list[Session] = []

    def dies_in_the_third(session: Session) -> None:
        commits.append(session)
        if len(commits) == 3:
            raise KeyboardInterrupt  # After its event was written and before it is committed.

    event.listen(owner, "before_commit", dies_in_the_third)
    with pytest.raises(KeyboardInterrupt):
        apply_move(owner, world.clock, move, move.digest, batch=2)
    event.remove(owner, "before_commit", dies_in_the_third)
    assert pins(world, *ids) == [(2, first + 1)] * 2 + [(1, first)] * 2
    with world.sessions() as session:
        assert check(session) == []
        assert audit.verify(session) == []
    assert apply_move(owner, world.clock, move, move.digest, batch=2).moved == {"screening": 2}
    assert pins(world, *ids) == [(2, first + 1)] * 4


def test_a_locked_bid_is_named_passed_over_and_moved_by_the_next_run(world: World, owner: Sessions) -> None:
    held, free = to_screening(world), to_screening(world, title="Another")
    reference, move = world.case(held).reference, the_move(owner)
    with world.sessions() as somebody:
        somebody.execute(text('SELECT id FROM "case" WHERE id = :id FOR NO KEY UPDATE'), {"id": held})
        assert plan_move(owner, move, world.clock.now()).left == {reference: ("screening", (migrating.BUSY,))}
        found = apply_move(owner, world.clock, move, move.digest)
        assert found.left == {reference: ("screening", (migrating.BUSY,))}
        assert [version for version, _ in pins(world, held, free)] == [1, 2]
    assert apply_move(owner, world.clock, move, move.digest).moved == {"screening": 1}


def test_an_ended_bid_stays_with_the_rules_under_which_it_ended(world: World, owner: Sessions) -> None:
    bid_id, move = to_closed(world), the_move(owner)
    before = pins(world, bid_id)
    assert plan_move(owner, move, world.clock.now()).moved == {}
    found = apply_move(owner, world.clock, move, move.digest)
    assert (found.ended, dict(found.moved), pins(world, bid_id)) == (1, {}, before)


def test_a_draft_whose_round_is_over_is_not_ended_by_being_moved(world: World, owner: Sessions) -> None:
    bid_id = draft(world)
    world.move_to(datetime(2011, 4, 9, 9, tzinfo=UTC))
    found = plan_move(owner, the_move(owner), world.clock.now())
    assert found.left == {
        world.case(bid_id).reference: (
            "draft",
            ("the deadline round_close has passed, so lapse_draft would be done at once",),
        )
    }


def test_a_bid_in_a_state_that_the_other_version_lacks_is_named(
    world: World, owner: Sessions, using: Registry
) -> None:
    installed.install(using)
    bid_id = to_checking(world)
    world.act("case", bid_id, "return_bid", RETURNED)
    move = the_move(owner, 2, 1)
    found = apply_move(owner, world.clock, move, move.digest)
    assert found.left == {world.case(bid_id).reference: ("returned", ("version 1 has no state returned",))}
    assert world.case(bid_id).workflow_version == 2


RETURNED = {"defects": [{"section": "budget", "text": "The amount for 2012 is not explained."}]}


def test_another_digest_than_the_plans_moves_nothing(world: World, owner: Sessions) -> None:
    bid_id = to_screening(world)
    with pytest.raises(CannotMigrate, match="not the digest of the plan"):
        apply_move(owner, world.clock, the_move(owner), "0" * 64)
    assert pins(world, bid_id)[0][0] == 1


def test_a_structure_that_is_not_the_deployed_one_is_refused(world: World, owner: Sessions) -> None:
    def edit(session: Session) -> None:
        session.get_one(WorkflowVersion, ("bid", 2)).digest = "0" * 64

    with world.sessions() as session, session.begin():
        edit(session)
    with pytest.raises(CannotMigrate, match="bid/2 is not the deployed one"):
        the_move(owner)


def test_the_application_itself_can_never_change_to_what_a_bid_is_pinned(world: World) -> None:
    move = the_move(world.sessions)
    with pytest.raises(CannotMigrate, match="may not change the version"):
        apply_move(world.sessions, world.clock, move, move.digest)


def test_a_version_that_nobody_knows_is_refused(world: World, owner: Sessions) -> None:
    with pytest.raises(CannotMigrate, match="does not know bid/9"):
        the_move(owner, 1, 9)
    with pytest.raises(CannotMigrate, match="two different"):
        the_move(owner, 1, 1)


def test_what_was_found_is_told_by_state_and_by_bid(world: World, owner: Sessions) -> None:
    draft(world)
    world.move_to(world.clock.now() + timedelta(days=20))
    move = the_move(owner)
    lines = migrating.told(move, plan_move(owner, move, world.clock.now()), "can move")
    assert lines[0] == f"bid/1 to bid/2, digest {move.digest}"
    assert "draft                1 cannot move" in lines
    assert lines[-1].startswith("SLI-2011-0001 (draft): the deadline round_close has passed")


def test_a_bids_deadline_runs_on_unchanged(world: World, owner: Sessions) -> None:
    bid_id, move = to_consulting(world), the_move(owner)

    def running(session: Session) -> list[Any]:
        question = text(
            "SELECT id, kind, version, due_on, state FROM deadline WHERE subject = :s ORDER BY id"
        )
        return [tuple(row) for row in session.execute(question, {"s": f"case:{bid_id}"})]

    with world.sessions() as session:
        before = running(session)
    apply_move(owner, world.clock, move, move.digest)
    with world.sessions() as session:
        assert running(session) == before
    assert [row[1] for row in before][-1] == "consultation_close"


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder through which the servers' account may come, also where root runs the tests."""
    made = Path(tempfile.mkdtemp(prefix="gm-"))
    made.chmod(0o711)
    yield made
    shutil.rmtree(made)


def test_the_command_plans_and_then_moves_by_the_digest_that_it_printed(
    world: World,
    worker_database: Database,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    open_folder: Path,
) -> None:
    to_screening(world)
    given = {
        "DATABASE_URL": worker_database.app_url,
        "MIGRATION_DATABASE_URL": worker_database.owner_url,
        "WORKFLOW_STATE": str(open_folder / "state"),
        "WORKFLOW_SECRET_KEY": "a-secret-key-that-only-the-tests-know",
        "WORKFLOW_DEMO": "off",
    }
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    asked = ["lifecycle", "migrate", "bid", "1", "2"]
    assert cli.main([*asked, "--apply", "0" * 64]) == cli.BROKEN
    assert "not the digest of the plan" in capsys.readouterr().err
    assert cli.main([*asked, "--plan"]) == cli.OK
    planned = capsys.readouterr().out.splitlines()
    assert planned[1].split() == ["screening", "1", "can", "move"]
    assert cli.main([*asked, "--apply", planned[0].rpartition(" ")[2]]) == cli.OK
    assert capsys.readouterr().out.splitlines()[1].split() == ["screening", "1", "moved"]
