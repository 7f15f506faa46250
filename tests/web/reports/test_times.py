"""How long bids take, against figures worked out by hand."""

import csv
from datetime import date, timedelta
from io import StringIO
from types import SimpleNamespace
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import event

from tests.reports.second_department import add_bid, add_department, add_someone
from tests.world import AFTER_CLOSE, APPROVAL, RECOMMENDATION, World, answer, draft, make_world, to_consulting
from workflow.accounts.queries import viewer_for
from workflow.accounts.roles import Role
from workflow.clock import FixedClock
from workflow.consultation.dispositions import set_disposition
from workflow.consultation.terms import Outcome
from workflow.db import SYSTEM, Sessions
from workflow.errors import NotHere
from workflow.reports.times import StateTime, Stay, Waits, state_times, stays, to_decision

DAY = 86_400
RETURNED = {"defects": [{"section": "budget", "text": "The amount for 2012 is not explained."}]}


@pytest.fixture
def world(sessions: Sessions, clock: FixedClock) -> World:
    return make_world(sessions, clock)


def later(world: World, days: int) -> None:
    world.move_to(world.clock.now() + timedelta(days=days))


def sent_back_once(world: World) -> int:
    """Draft on 29 March; sent on the 31st, taken on 1 April, sent back on the 3rd, sent on the 7th, taken on the 10th."""
    bid_id = draft(world)
    steps: list[tuple[int, str, str, dict[str, Any]]] = [
        (2, "signatory", "submit", {"declaration": True}),
        (1, "case", "take_case", {}),
        (2, "case", "return_bid", RETURNED),
        (4, "signatory", "submit", {"declaration": True}),
        (3, "case", "take_case", {}),
    ]
    for days, who, action, data in steps:
        later(world, days)
        world.act(who, bid_id, action, data)
    return bid_id


def times(world: World, year: int = 2011, who: str = "case") -> dict[str, StateTime]:
    with world.sessions() as session:
        viewer = viewer_for(session, world.ids[who], world.clock.now())
        return {one.state: one for one in state_times(session, viewer, year)}


def test_median_and_ninth_tenth_loops_and_the_share_in_time_are_those_worked_out_by_hand(
    world: World,
) -> None:
    sent_back_once(world)
    found = times(world)
    submitted = found["submitted"]  # One day and three days: half way is 2, nine tenths of the way is 2.8.
    assert (submitted.ended, submitted.median_s, submitted.ninth_s) == (2, 2 * DAY, 241_920)
    assert (submitted.came_back, submitted.dated, submitted.kept, submitted.now) == (1, 2, 2, 0)
    screening = found["screening"]
    assert (screening.ended, screening.median_s, screening.came_back, screening.now) == (1, 2 * DAY, 1, 1)
    returned = found["returned"]
    assert (returned.median_s, returned.waits, submitted.waits) == (
        4 * DAY,
        Waits.PROPOSER,
        Waits.DEPARTMENT,
    )


def test_a_stay_counts_in_the_year_in_which_it_was_left(world: World) -> None:
    sent_back_once(world)
    # The draft was left on 31 March, the last day of the financial year 2010 to 2011.
    assert (times(world, 2010)["draft"].ended, times(world, 2010)["draft"].median_s) == (1, 2 * DAY)
    assert times(world, 2010)["submitted"].ended == 0
    assert (times(world)["draft"].ended, times(world)["draft"].median_s) == (0, None)


def test_a_stay_that_is_left_after_its_date_is_not_in_time(world: World) -> None:
    bid_id = draft(world)
    world.act("signatory", bid_id, "submit", {"declaration": True})
    later(world, 90)
    world.act("case", bid_id, "take_case")
    found = times(world)["submitted"]
    assert (found.dated, found.kept) == (1, 0)


def decided(world: World) -> None:
    """Councils are asked for 35 days, 15 hours and a minute; then 3 days for the lead, 4 to assess and 5 to decide."""
    bid_id = to_consulting(world)
    response = answer(world, bid_id, "GAT")
    world.move_to(AFTER_CLOSE)
    world.act(SYSTEM, bid_id, "close_consultation")
    later(world, 2)
    world.work(
        "drafter",
        lambda work: set_disposition(work, response["response_id"], outcome=Outcome.CHANGED, text="Changed."),
    )
    world.act("drafter", bid_id, "send_response", {"summary": "One answer, one change."})
    later(world, 1)
    accepted = {"reason": "All considered.", "report_on": date(2011, 6, 1)}
    world.act("case", bid_id, "accept_response", accepted)
    later(world, 4)
    world.act("assessor", bid_id, "recommend", RECOMMENDATION)
    later(world, 5)
    world.act("approver1", bid_id, "approve", APPROVAL)
    world.act("approver2", bid_id, "approve", APPROVAL)


def test_what_a_bid_waits_for_its_proposer_does_not_count_against_the_department(world: World) -> None:
    decided(world)
    with world.sessions() as session:
        viewer = viewer_for(session, world.ids["case"], world.clock.now())
        found = {one.waits: (one.bids, one.median_s) for one in to_decision(session, viewer, 2011)}
    assert found == {
        Waits.DEPARTMENT: (1, 9 * DAY),
        Waits.PROPOSER: (1, 3 * DAY),
        Waits.OTHERS: (1, 35 * DAY + 15 * 3600 + 60),
    }


def test_what_the_calendar_closes_on_its_date_is_neither_late_nor_in_time(world: World) -> None:
    decided(world)
    consulting = times(world)["consulting"]
    assert (consulting.ended, consulting.dated, consulting.kept) == (1, 0, 0)


def test_states_stand_in_the_order_of_the_newest_rules(world: World) -> None:
    to_consulting(world)
    sent_back_once(world)
    # Version 1 knows no bid sent back, and asks councils after the first check.
    assert list(times(world)) == ["draft", "submitted", "screening", "returned", "consulting"]


def test_a_department_reads_its_own_bids_an_auditor_all_and_a_bidder_none(world: World) -> None:
    sent_back_once(world)
    add_department(world)
    add_bid(world, title="Of the other department", state="submitted", shared=True)
    add_someone(world, "auditor", "LGA", Role.AUDITOR)
    add_someone(world, "other", "DfE", Role.CASE_OFFICER)
    assert "submitted" in times(world, who="auditor")
    assert times(world, who="other") == {}
    with world.sessions() as session, pytest.raises(NotHere):
        stays(session, viewer_for(session, world.ids["drafter"], world.clock.now()), 2011)


def test_the_number_of_statements_does_not_grow_with_the_bids(world: World) -> None:
    def asked() -> int:
        said: list[str] = []
        with world.sessions() as session:
            viewer = viewer_for(session, world.ids["case"], world.clock.now())
            bound = session.connection()

            def count(*given: Any) -> None:
                said.append(given[2])

            event.listen(bound, "before_cursor_execute", count)
            state_times(session, viewer, 2011)
            to_decision(session, viewer, 2011)
            list(stays(session, viewer, 2011))
            event.remove(bound, "before_cursor_execute", count)
        return len(said)

    to_consulting(world)
    before = asked()
    to_consulting(world, title="Another")
    assert asked() == before <= 8


def test_every_stay_is_in_the_file(world: World, client: FlaskClient, sign_in_as: Any) -> None:
    sent_back_once(world)
    with world.sessions() as session:
        viewer = viewer_for(session, world.ids["case"], world.clock.now())
        found: list[Stay] = list(stays(session, viewer, 2011))
    assert [(one.visit, one.left_at is None) for one in found] == [
        (1, False),
        (1, False),
        (1, False),
        (1, False),
        (2, False),
        (2, True),
    ]
    sign_in_as(SimpleNamespace(id=world.ids["case"]))
    rows = list(csv.reader(StringIO(client.get("/reports/times.csv").text)))
    assert len(rows) == 1 + len(found)
    assert rows[2][:4] == ["SLI-2011-0001", "Submitted", "The department", "1"]
    assert rows[2][6] == str(DAY)


def test_the_page_says_days_and_shares(world: World, client: FlaskClient, sign_in_as: Any) -> None:
    sent_back_once(world)
    sign_in_as(SimpleNamespace(id=world.ids["case"]))
    page = client.get("/reports/times").text
    assert "2.8" in page
    assert "2 of 2" in page
    assert client.get("/reports/times?year=2010").status_code == 200
    assert "How long bids take" in client.get("/reports").text
