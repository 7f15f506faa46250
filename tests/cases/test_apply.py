"""One action is one transaction: keys, revisions, refusals, and what is left when something fails half-way."""

from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import event, func, select

from tests.world import (
    APPROVAL,
    FIRST_CHECK,
    RECOMMENDATION,
    World,
    draft,
    make_world,
    to_appraisal,
    to_checking,
    to_deciding,
)
from workflow import audit
from workflow.accounts.queries import viewer_for
from workflow.audit.models import Event
from workflow.cases import registry as installed
from workflow.cases.models import Case, CaseDuty, RequestKey
from workflow.cases.queries import case_by_reference, offers_for
from workflow.clock import FixedClock
from workflow.db import Sessions
from workflow.deadlines.models import Deadline
from workflow.errors import Invalid, KeyMisused, NotHere, Refused, Stale
from workflow.funds.models import FundYear, LedgerEntry
from workflow.notifications import Notification


@pytest.fixture
def world(committing: Sessions, clock: FixedClock) -> World:
    return make_world(committing, clock)


def count(world: World, model: Any) -> int:
    with world.sessions() as session:
        return session.scalar(select(func.count()).select_from(model)) or 0


def everything(world: World) -> list[int]:
    return [
        count(world, model) for model in (Event, Notification, Deadline, LedgerEntry, CaseDuty, RequestKey)
    ]


def test_a_second_press_of_the_same_form_changes_nothing_and_gives_the_first_result(world: World) -> None:
    bid_id = draft(world)
    key = uuid4().hex
    rev = world.case(bid_id).rev
    first = world.act("signatory", bid_id, "submit", {}, key=key, seen_rev=rev)
    before = everything(world)
    assert world.act("signatory", bid_id, "submit", {}, key=key, seen_rev=rev) == first
    assert everything(world) == before


def test_a_key_of_somebody_else_or_of_another_action_is_refused(world: World) -> None:
    bid_id = draft(world)
    key = uuid4().hex
    world.act("signatory", bid_id, "submit", {}, key=key)
    with pytest.raises(KeyMisused):
        world.act("case", bid_id, "submit", {}, key=key)
    with pytest.raises(KeyMisused):
        world.act("signatory", bid_id, "take_case", {}, key=key)


@pytest.mark.parametrize("key", ["", "short", "x" * 65, "not-a-key; drop"])
def test_a_key_of_no_form_is_refused_with_the_way_on(world: World, key: str) -> None:
    bid_id = draft(world)
    with pytest.raises(Invalid, match="Open the page again"):
        world.act("signatory", bid_id, "submit", {}, key=key or " ")


def test_a_refused_form_leaves_its_key_usable(world: World) -> None:
    bid_id = to_checking(world)
    key = uuid4().hex
    with pytest.raises(Refused):
        world.act("case", bid_id, "open_consultation", {"kind": "full"}, key=key)
    world.act("case", bid_id, "pass_first_check", FIRST_CHECK, key=key)


def test_a_page_drawn_before_somebody_acted_is_stale_and_says_who_did_what(world: World) -> None:
    bid_id = draft(world)
    world.act("signatory", bid_id, "submit", {})
    seen = world.case(bid_id).rev
    world.act("case", bid_id, "take_case")
    with pytest.raises(Stale) as stale:
        world.act("case", bid_id, "take_case", seen_rev=seen)
    assert stale.value.by == "Case"
    assert stale.value.what == "Take this bid for its first check"
    assert stale.value.when == world.clock.now()


def test_every_reason_is_given_at_once(world: World) -> None:
    bid_id = to_appraisal(world)
    with pytest.raises(Refused) as refused:
        world.act("drafter", bid_id, "recommend", {"amounts": {}, "tests": {}})
    assert {reason.code for reason in refused.value.reasons} >= {
        "role_not_held",
        "tests_open",
        "nothing_recommended",
    }


@pytest.mark.parametrize("who", ["drafter", "case", "assessor", "finance"])
def test_an_action_is_refused_to_everybody_without_its_role(world: World, who: str) -> None:
    bid_id = to_deciding(world)
    with pytest.raises(Refused) as refused:
        world.act(who, bid_id, "approve", APPROVAL)
    assert "role_not_held" in {reason.code for reason in refused.value.reasons}


def test_one_approver_can_never_complete_a_decision_of_two(world: World) -> None:
    bid_id = to_deciding(world)
    assert world.act("approver1", bid_id, "approve", APPROVAL).state == "deciding"
    with pytest.raises(Refused) as refused:
        world.act("approver1", bid_id, "approve", APPROVAL)
    assert [reason.code for reason in refused.value.reasons] == ["already_approve"]
    assert world.act("approver2", bid_id, "approve", APPROVAL).state == "approved"


def test_money_is_set_aside_by_the_recommendation_and_promised_by_the_last_vote(world: World) -> None:
    bid_id = to_deciding(world)

    def money() -> tuple[int, int]:
        with world.sessions() as session:
            year = session.scalars(select(FundYear).where(FundYear.year == 2011)).one()
            return year.reserved, year.committed

    assert money() == (20_000_000, 0)
    world.act("approver1", bid_id, "approve", APPROVAL)
    assert money() == (20_000_000, 0)
    world.act("approver2", bid_id, "approve", APPROVAL)
    assert money() == (0, 20_000_000)


def test_the_revision_and_the_number_of_the_event_are_one(world: World) -> None:
    bid_id = to_deciding(world)
    with world.sessions() as session:
        numbers = [event.seq for event in audit.events_of(session, f"case:{bid_id}", 100)]
    assert numbers == list(range(world.case(bid_id).rev, 0, -1))


EFFECTS = ("record_appraisal", "reserve_money")


@pytest.mark.parametrize("broken", EFFECTS)
def test_a_failure_in_any_effect_leaves_nothing(world: World, broken: str) -> None:
    bid_id = to_appraisal(world)
    before, stood = everything(world), world.case(bid_id)
    using = installed.registry()

    def fails(*_: object) -> None:
        raise ZeroDivisionError

    installed.install(replace(using, effects={**using.effects, broken: fails}))
    try:
        with pytest.raises(ZeroDivisionError):
            world.act("assessor", bid_id, "recommend", RECOMMENDATION)
    finally:
        installed.install(using)
    assert everything(world) == before
    assert (world.case(bid_id).state, world.case(bid_id).rev) == (stood.state, stood.rev)


def test_a_case_is_invisible_to_those_it_does_not_concern(world: World) -> None:
    bid_id = draft(world)
    reference = world.case(bid_id).reference
    with world.sessions() as session:
        own = viewer_for(session, world.ids["drafter"], world.clock.now())
        assert case_by_reference(session, own, reference).id == bid_id
        staff = viewer_for(session, world.ids["case"], world.clock.now())
        with pytest.raises(NotHere):
            case_by_reference(session, staff, reference)
    world.act("signatory", bid_id, "submit", {})
    with world.sessions() as session:
        assert case_by_reference(session, staff, reference).id == bid_id


def test_offers_cost_the_same_number_of_statements_for_one_case_and_for_ten(world: World) -> None:
    for number in range(10):
        world.act("signatory", draft(world, title=f"Bid {number}"), "submit", {})

    def statements(limit: int) -> int:
        seen: list[str] = []
        with world.sessions() as session:
            viewer = viewer_for(session, world.ids["case"], world.clock.now())
            cases = session.scalars(select(Case).order_by(Case.id).limit(limit)).all()
            engine = session.get_bind()

            def listen(*given: Any) -> None:
                seen.append(given[2])

            event.listen(engine, "before_cursor_execute", listen)
            found = offers_for(session, viewer, cases, world.clock.now())
            event.remove(engine, "before_cursor_execute", listen)
        assert len(found) == limit
        return len(seen)

    assert statements(10) == statements(1)
