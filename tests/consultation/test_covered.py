"""Councils that are only told of a small bid, with ten working days to object: when that may be, and what one objection does."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from tests.world import World, answer, make_world, to_screening
from workflow.clock import FixedClock
from workflow.consultation.audiences import silent_councils
from workflow.consultation.dispositions import set_disposition
from workflow.consultation.tallies import newest
from workflow.consultation.terms import ConsultationKind, Outcome, Position
from workflow.db import SYSTEM, Sessions
from workflow.errors import Refused
from workflow.money import Pence

TOLD: dict[str, Any] = {
    "kind": "covered",
    "consultees": "all",
    "closes_on": date(2011, 4, 12),
    "reason": "Councils agreed to this outcome in 2010.",
    "questions": "",
}
SMALL = {"asked": {2011: Pence(5_000_000)}}


@pytest.fixture
def world(sessions: Sessions, clock: FixedClock) -> World:
    return make_world(sessions, clock)


def kind_of(world: World, bid_id: int) -> ConsultationKind:
    with world.sessions() as session:
        found = newest(session, bid_id)
    assert found is not None
    return found.kind


def reasons(refused: pytest.ExceptionInfo[Refused]) -> dict[str, str]:
    return {reason.code: reason.text for reason in refused.value.reasons}


def closed(world: World, bid_id: int) -> None:
    world.clock.move(timedelta(days=15))
    world.act(SYSTEM, bid_id, "close_consultation")


def test_councils_are_told_of_a_small_bid_and_have_ten_working_days_to_object(world: World) -> None:
    bid_id = to_screening(world, **SMALL)
    with pytest.raises(Refused) as refused:
        world.act("case", bid_id, "open_consultation", {**TOLD, "closes_on": date(2011, 4, 11)})
    assert "takes at least 10 working days" in reasons(refused)["closing_date_too_early"]
    world.act("case", bid_id, "open_consultation", TOLD)
    assert kind_of(world, bid_id) is ConsultationKind.COVERED
    with world.sessions() as session:
        assert silent_councils(session, world.case(bid_id), now=world.clock.now(), data={}) == []


@pytest.mark.parametrize(
    ("given", "change", "words"),
    [
        ({"asked": {2011: Pence(10_000_000)}}, "", "£100,000 or more"),
        (SMALL, "UPDATE bid SET new_cost_for_councils = true", "costs councils nothing"),
        (SMALL, "UPDATE bid SET area_kind = 'authorities'", "names councils"),
    ],
)
def test_it_is_refused_for_each_condition_that_is_not_met(
    world: World, given: dict[str, Any], change: str, words: str
) -> None:
    bid_id = to_screening(world, **given)
    if change:
        with world.sessions() as session:
            session.execute(text(change))
            session.commit()
    with pytest.raises(Refused) as refused:
        world.act("case", bid_id, "open_consultation", TOLD)
    assert words in reasons(refused)["covered_not_allowed"]


def test_one_objection_makes_it_a_light_consultation_of_full_length(world: World) -> None:
    bid_id = to_screening(world, **SMALL)
    world.act("case", bid_id, "open_consultation", TOLD)
    said = answer(world, bid_id, "GAT", Position.OPPOSE)
    closed(world, bid_id)
    world.work(
        "drafter",
        lambda work: set_disposition(
            work, said["response_id"], outcome=Outcome.NOT_CHANGED, text="We stand by it."
        ),
    )
    world.act("drafter", bid_id, "send_response", {"summary": "One objection."})
    with pytest.raises(Refused) as refused:
        world.act("case", bid_id, "accept_response", {})
    assert set(reasons(refused)) == {"objected_to"}
    anew = {"reason": "Gateshead objects.", "closes_on": date(2011, 5, 12)}
    with pytest.raises(Refused) as refused:
        world.act("case", bid_id, "restart_consultation", {**anew, "closes_on": date(2011, 5, 10)})
    assert "28 days" in reasons(refused)["closing_date_too_early"]
    world.act("case", bid_id, "restart_consultation", anew)
    assert kind_of(world, bid_id) is ConsultationKind.LIGHT


def test_without_an_objection_the_bid_goes_on(world: World) -> None:
    bid_id = to_screening(world, **SMALL)
    world.act("case", bid_id, "open_consultation", TOLD)
    closed(world, bid_id)
    world.act("drafter", bid_id, "send_response", {"summary": "Nobody objected."})
    assert world.act("case", bid_id, "accept_response", {}).state == "appraisal"
