"""What happens when a bid leaves its straight line at the very instant at which somebody, or the calendar, takes it on.

Each race has a twin that takes its defence away and shows what would happen.
"""

import threading
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm.exc import StaleDataError

from tests.harness import Database
from tests.races.test_races import at_once, in_time, offered, sound
from tests.world import APPROVAL, SMALL, World, make_world, to_deciding, to_deferred
from workflow import audit, deadlines
from workflow.cases import commands, sweep, sweep_breaches
from workflow.cases.models import Case
from workflow.clock import FixedClock
from workflow.db import Work, make_engine, make_sessions
from workflow.deadlines.models import Deadline
from workflow.errors import Refused, Stale, WorkflowError
from workflow.funds.models import FundYear

REASON = {"reason": "Our council reorganises."}
TOLD = {**REASON, "note": ""}


@pytest.fixture
def world(database: Database, clock: FixedClock) -> Iterator[World]:
    engine = make_engine(database.app_url, pool_size=24)
    yield make_world(make_sessions(engine), clock)
    engine.dispose()


def promised(world: World) -> dict[str, int]:
    """What the fund has set aside and promised, over all years."""
    with world.sessions() as session:
        years = session.scalars(select(FundYear)).all()
    return {
        "reserved": sum(year.reserved for year in years),
        "committed": sum(year.committed for year in years),
    }


def names_of(world: World, bid_id: int) -> list[str]:
    """The events of a bid, newest first."""
    with world.sessions() as session:
        return [event.event for event in audit.events_of(session, f"case:{bid_id}", 50)]


def half_approved(world: World) -> int:
    """A bid with one approval of two."""
    bid_id = to_deciding(world)
    world.act("approver1", bid_id, "approve", APPROVAL)
    return bid_id


def approve(world: World, bid_id: int, rev: int) -> Callable[[], Any]:
    return lambda: world.act("approver2", bid_id, "approve", APPROVAL, seen_rev=rev)


def withdraw(world: World, bid_id: int, rev: int) -> Callable[[], Any]:
    return lambda: world.act("signatory", bid_id, "withdraw", REASON, seen_rev=rev)


def without_lock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let two read the case before either of them writes."""
    both_have_read = threading.Barrier(2)

    def reads(work: Work, case_id: int) -> Case:
        found = work.session.get_one(Case, case_id, populate_existing=True)
        both_have_read.wait(60)
        return found

    monkeypatch.setattr(commands, "lock_case", reads)


def test_a_bid_that_is_withdrawn_while_it_is_approved_is_one_or_the_other_and_so_is_its_money(
    world: World,
) -> None:
    bid_id = half_approved(world)
    rev = world.case(bid_id).rev
    results = at_once([approve(world, bid_id, rev), withdraw(world, bid_id, rev)])
    assert sum(isinstance(result, Stale) for result in results) == 1
    state = world.case(bid_id).state
    asked = world.case(bid_id).amount_pence
    assert (
        promised(world)
        == {
            "approved": {"reserved": 0, "committed": asked},
            "withdrawn": {"reserved": 0, "committed": 0},
        }[state]
    )
    sound(world)


def test_without_the_lock_a_withdrawal_and_an_approval_collide_in_the_database(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    bid_id = half_approved(world)
    rev = world.case(bid_id).rev
    without_lock(monkeypatch)
    results = at_once([approve(world, bid_id, rev), withdraw(world, bid_id, rev)])
    # The row's version and the event's number still hold, but nobody is told who acted.
    assert any(isinstance(result, DBAPIError | StaleDataError) for result in results)


def test_a_bid_that_is_sent_back_while_it_is_approved_is_one_or_the_other_and_so_is_its_money(
    world: World,
) -> None:
    bid_id = half_approved(world)
    rev = world.case(bid_id).rev
    results = at_once(
        [
            approve(world, bid_id, rev),
            lambda: world.act("approver2", bid_id, "send_back", REASON, seen_rev=rev),
        ]
    )
    assert sum(isinstance(result, Stale) for result in results) == 1
    state, asked = world.case(bid_id).state, world.case(bid_id).amount_pence
    assert (
        promised(world)
        == {
            "approved": {"reserved": 0, "committed": asked},
            "appraisal": {"reserved": 0, "committed": 0},
        }[state]
    )
    sound(world)


def test_without_the_revision_somebody_sends_back_what_was_approved_meanwhile_and_never_knows(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    bid_id = to_deciding(world)
    seen = world.case(bid_id).rev
    world.act("approver1", bid_id, "approve", APPROVAL, seen_rev=seen)
    with pytest.raises(Stale):
        world.act("approver2", bid_id, "send_back", REASON, seen_rev=seen)
    monkeypatch.setattr(commands, "_same_revision", lambda *_: None)
    assert world.act("approver2", bid_id, "send_back", REASON, seen_rev=seen).state == "appraisal"


def over(world: World, bid_id: int, kind: str) -> deadlines.DueBreach:
    """Let the time of a bid's state pass; the breach that is due then."""
    due_on = world.case(bid_id).due_on
    assert due_on is not None
    while True:
        world.clock.move(timedelta(days=1))
        with world.sessions() as session:
            found = [
                one for one in deadlines.due_breaches(session, world.clock.now(), 10) if one.kind == kind
            ]
        if found:
            return found[0]


def test_a_decision_that_comes_back_by_itself_while_it_is_rejected_comes_back_once(world: World) -> None:
    bid_id = to_deferred(world, asked=SMALL)
    over(world, bid_id, "deferral")

    def come_back() -> int:
        return sweep_breaches(world.sessions, world.clock)

    results = at_once([come_back, come_back, lambda: world.act("approver2", bid_id, "reject", TOLD)])
    unexpected = [one for one in results if isinstance(one, Exception) and not isinstance(one, WorkflowError)]
    assert unexpected == []
    names = names_of(world, bid_id)
    assert names.count("decision_resumed") == 1
    refused = isinstance(results[2], Refused | Stale)
    assert world.case(bid_id).state == ("deciding" if refused else "rejected")
    if not refused:
        assert promised(world) == {"reserved": 0, "committed": 0}
    sound(world)


def accept_and_lapse(world: World, bid_id: int) -> list[Any]:
    """The recipient accepts at the instant at which the calendar ends the offer; what each of the two got."""
    rev = world.case(bid_id).rev
    return at_once(
        [
            lambda: in_time(world).act("signatory", bid_id, "accept_offer", {"declared": True}, seen_rev=rev),
            lambda: sweep_breaches(world.sessions, world.clock),
        ]
    )


def test_an_offer_that_ends_while_it_is_accepted_is_one_or_the_other_and_so_is_its_money(
    world: World,
) -> None:
    bid_id, _ = offered(world)
    accepted, ended = accept_and_lapse(world, bid_id)
    state, asked = world.case(bid_id).state, world.case(bid_id).amount_pence
    assert (state, ended, isinstance(accepted, Stale)) in {("active", 0, False), ("lapsed", 1, True)}
    assert promised(world) == {"reserved": 0, "committed": asked if state == "active" else 0}
    sound(world)


def test_without_the_lock_an_acceptance_and_the_end_of_its_offer_collide_in_the_database(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    bid_id, _ = offered(world)
    without_lock(monkeypatch)
    accepted, _ = accept_and_lapse(world, bid_id)
    # The row's version still holds, but the recipient is not told what happened.
    assert isinstance(accepted, DBAPIError | StaleDataError)


def put_off_again(world: World) -> tuple[int, deadlines.DueBreach]:
    """A decision that was taken up and put off again after a sweeper had read that its time was over."""
    bid_id = to_deferred(world)
    old = over(world, bid_id, "deferral")
    world.act("approver1", bid_id, "resume")
    world.act("approver1", bid_id, "defer", {"until_on": date(2012, 1, 31), **REASON})
    return bid_id, old


def breach(world: World, old: deadlines.DueBreach) -> int:
    now = world.clock.now()
    return sweep._breach(
        world.sessions, world.clock, old.deadline_id, old.version, old.subject, old.kind, now
    )


def test_a_sweeper_that_read_too_early_leaves_a_decision_that_was_put_off_again(world: World) -> None:
    bid_id, old = put_off_again(world)
    assert breach(world, old) == 0
    assert world.case(bid_id).state == "deferred"
    sound(world)


def test_without_a_second_look_at_the_deadline_a_sweeper_takes_up_what_was_put_off_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    bid_id, old = put_off_again(world)
    monkeypatch.setattr(deadlines, "lock_breach", lambda work, number, _: work.session.get(Deadline, number))
    assert breach(world, old) == 1
    assert world.case(bid_id).state == "deciding", "months too early"
