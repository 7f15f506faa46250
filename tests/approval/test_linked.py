"""Linked bids: what one body asks for the same outcome at about the same time is decided upon as one amount.

Source: domain, section 5, limits.
"""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import create_engine, event, select, text

from tests import world as line
from tests.approval.test_branches import codes, told
from tests.harness import Database
from tests.world import AFTER_CLOSE, APPROVAL, RECOMMENDATION, START, World, make_world
from workflow import audit
from workflow.approval import deciders, queries
from workflow.approval.rules import ApprovalFacts
from workflow.audit.models import Event
from workflow.cases.facts import facts_for
from workflow.cases.models import Case
from workflow.clock import FixedClock
from workflow.db import SYSTEM, Work, make_engine, make_sessions
from workflow.deadlines.models import DeadlineRule, Unit
from workflow.errors import Refused
from workflow.money import Pence

LARGER, SMALLER = {2011: Pence(60_000_000)}, {2011: Pence(50_000_000)}
"""£600,000 and £500,000: together £1,100,000."""
MILLION = Pence(100_000_000)


@pytest.fixture
def world(database: Database, clock: FixedClock) -> Iterator[World]:
    """A world of its own, whose past the tests put right."""
    engine = make_engine(database.app_url)
    clock.move(START - clock.now())
    yield make_world(make_sessions(engine), clock)
    engine.dispose()


def limit(world: World, database: Database, pence: int, *names: str) -> None:
    """Set what some approvers can approve."""
    for name in names or ("approver1", "approver2"):
        change(
            database,
            "UPDATE delegation SET limit_pence = :pence WHERE person_id = :id",
            pence=pence,
            id=world.ids[name],
        )


def assessed(world: World, bid_id: int) -> int:
    """A bid about which no council said anything, as far as its assessment."""
    if world.clock.now() < AFTER_CLOSE:
        world.move_to(AFTER_CLOSE)
    world.act(SYSTEM, bid_id, "close_consultation")
    world.act("drafter", bid_id, "send_response", {"summary": "None came."})
    world.act("case", bid_id, "accept_response", {"reason": "None came.", "report_on": date(2011, 6, 1)})
    return bid_id


def recommended(world: World, bid_id: int, amounts: Mapping[int, Pence]) -> int:
    world.act("assessor", assessed(world, bid_id), "recommend", {**RECOMMENDATION, "amounts": dict(amounts)})
    return bid_id


def two(world: World) -> tuple[int, int]:
    """Two bids of one body for one outcome, sent on one day: the first of £600,000 awaits its decision."""
    first = line.to_consulting(world, asked=LARGER)
    second = line.to_consulting(world, asked=SMALLER, title="Second half")
    return recommended(world, first, LARGER), second


def known(world: World, bid_id: int) -> ApprovalFacts:
    with world.sessions() as session:
        return queries.facts(session, [bid_id], now=world.clock.now(), person_id=None)[bid_id]


def linked(world: World, bid_id: int) -> list[tuple[int, int]]:
    return [(one.case_id, one.pence) for one in known(world, bid_id).linked]


def change(database: Database, statement: str, **given: Any) -> None:
    """Put the past right, which no role of the product may."""
    engine = create_engine(database.superuser_url)
    with engine.begin() as connection:
        connection.execute(text("SET session_replication_role = replica"))
        connection.execute(text(statement), given)
    engine.dispose()


def test_a_limit_below_the_total_with_linked_bids_is_refused_and_names_them(
    world: World, database: Database
) -> None:
    line.with_deciders(world)
    first, second = two(world)
    limit(world, database, MILLION)
    with pytest.raises(Refused) as refused:
        world.act("approver1", first, "approve", APPROVAL)
    (reason,) = refused.value.reasons
    assert reason.code == "over_limit"
    assert reason.text == ("Together with 1 linked bid this is £1,100,000; you can approve up to £1,000,000.")
    assert linked(world, first) == [(second, 50_000_000)]
    # The other way round it is the same: neither half passes, whichever comes first.
    recommended(world, second, SMALLER)
    assert codes(world, "approver2", second, "approve", APPROVAL) == {"over_limit"}
    limit(world, database, 110_000_000)
    world.act("approver1", first, "approve", APPROVAL)


def test_the_quorum_and_the_people_of_a_rejection_are_those_of_the_sum(world: World) -> None:
    small = {2011: Pence(6_000_000)}
    bids = [line.to_consulting(world, asked=small, title=f"Part {number}") for number in range(2)]
    recommended(world, bids[0], small)
    found = known(world, bids[0])
    assert (found.own_pence, found.whole_life_pence) == (6_000_000, 12_000_000)
    assert (found.quorum, found.rejection_quorum) == (2, 2)
    assert codes(world, "approver1", bids[0], "reject", {"reason": "No."}) == {"second_person_checks"}
    world.act("approver1", bids[0], "approve", APPROVAL)
    assert world.case(bids[0]).state == "deciding"
    world.act("approver2", bids[0], "approve", APPROVAL)
    assert world.case(bids[0]).state == "approved"


@pytest.mark.parametrize("state", ["rejected", "ineligible", "withdrawn", "lapsed", "declined", "draft"])
def test_a_bid_that_ended_without_money_counts_no_more(world: World, database: Database, state: str) -> None:
    first, second = two(world)
    change(database, 'UPDATE "case" SET state = :state WHERE id = :id', state=state, id=second)
    assert linked(world, first) == []
    assert known(world, first).whole_life_pence == 60_000_000


@pytest.mark.parametrize("state", ["approved", "offered", "active", "closed", "terminated", "deferred"])
def test_a_bid_that_got_money_or_still_may_counts(world: World, database: Database, state: str) -> None:
    first, second = two(world)
    change(database, 'UPDATE "case" SET state = :state WHERE id = :id', state=state, id=second)
    assert linked(world, first) == [(second, 50_000_000)]


def test_a_linked_bid_counts_with_what_is_recommended_and_once_decided_with_what_was_promised(
    world: World,
) -> None:
    first, second = two(world)
    recommended(world, second, {2011: Pence(40_000_000)})
    assert linked(world, first) == [(second, 40_000_000)]
    world.act("approver1", second, "approve", APPROVAL)
    world.act("approver2", second, "approve", APPROVAL)
    assert world.case(second).amount_pence == 40_000_000
    assert linked(world, first) == [(second, 40_000_000)]


def test_bids_sent_more_than_ninety_days_apart_are_not_linked(world: World, database: Database) -> None:
    first, second = two(world)
    sent = "UPDATE bid_version SET made_at = :at WHERE bid_id = :id"
    change(database, sent, at=START + timedelta(days=90), id=second)
    assert linked(world, first) == [(second, 50_000_000)]
    change(database, sent, at=START + timedelta(days=91), id=second)
    assert linked(world, first) == []
    # Sent far apart, they are linked when they are recommended within the days.
    recommended(world, second, SMALLER)
    assert linked(world, first) == [(second, 50_000_000)]


def test_the_days_are_those_of_the_rule_in_force_on_the_day(world: World, database: Database) -> None:
    first, second = two(world)
    moved = START + timedelta(days=31)
    change(database, "UPDATE bid_version SET made_at = :at WHERE bid_id = :id", at=moved, id=second)

    def shorten(work: Work) -> None:
        shorter = DeadlineRule(
            kind="linked_bids",
            valid_from=date(2011, 5, 10),
            unit=Unit.DAYS,
            amount=30,
            reminder_unit=Unit.WORKING_DAYS,
            reminders=[],
            escalations=[],
            breach_action=False,
            grace_seconds=0,
            source="test",
        )
        work.session.add(shorter)

    world.work(SYSTEM, shorten)
    assert linked(world, first) == [(second, 50_000_000)]
    world.clock.move(timedelta(days=7))
    assert linked(world, first) == []


def test_without_a_rule_in_force_all_bids_for_the_outcome_are_one(world: World, database: Database) -> None:
    first, second = two(world)
    moved = START + timedelta(days=900)
    change(database, "UPDATE bid_version SET made_at = :at WHERE bid_id = :id", at=moved, id=second)
    assert linked(world, first) == []
    change(database, "DELETE FROM deadline_rule WHERE kind = 'linked_bids'")
    assert linked(world, first) == [(second, 50_000_000)]


@pytest.mark.parametrize("differs", ["outcome", "lead", "fund"])
def test_another_outcome_lead_or_fund_links_nothing(world: World, database: Database, differs: str) -> None:
    first, second = two(world)
    match differs:
        case "outcome":
            change(database, """UPDATE bid SET outcome_codes = '["O2"]' WHERE id = :id""", id=second)
        case "lead":
            statement = 'UPDATE "case" SET proposer_id = :other WHERE id = :id'
            change(database, statement, id=second, other=world.ids["GAT"])
        case _:
            change(database, 'UPDATE "case" SET fund_id = fund_id + 1 WHERE id = :id', id=second)
    assert linked(world, first) == []


def test_words_that_nobody_signed_part_no_bids(world: World, database: Database) -> None:
    first, second = two(world)
    change(database, """UPDATE bid SET outcome_codes = '["O2"]', unsent = true WHERE id = :id""", id=second)
    assert linked(world, first) == [(second, 50_000_000)]


def test_an_approval_under_a_limit_that_a_later_bid_outgrows_counts_no_more(
    world: World, database: Database
) -> None:
    line.with_deciders(world)
    first = line.to_consulting(world, asked=LARGER)
    second = line.to_checking(world, asked=SMALLER, title="Second half")
    world.act("case", second, "return_bid", {"defects": line.DEFECTS})
    world.act("signatory", second, "withdraw", {"reason": "Not yet."})
    third = line.draft(world, asked=SMALLER, title="Second half again")
    recommended(world, first, LARGER)
    limit(world, database, MILLION, "approver1")
    world.act("approver1", first, "approve", APPROVAL)
    assert known(world, first).voters == {world.ids["approver1"]}
    # The round is open for this bid alone.
    world.work(SYSTEM, lambda work: work.session.execute(text("UPDATE round SET closes_on = '2011-06-30'")))
    world.act("signatory", third, "submit", {"declaration": True})
    found = known(world, first)
    assert (found.voters, found.outgrown) == (frozenset(), frozenset({world.ids["approver1"]}))
    world.act("approver2", first, "approve", APPROVAL)
    assert world.case(first).state == "deciding"
    assert "already_approve" in codes(world, "approver1", first, "approve", APPROVAL)
    # Who gave it can still say that there is a connection.
    world.act("approver1", first, "declare_conflict", {"reason": "My brother works there."})
    world.act("approver3", first, "approve", APPROVAL)
    assert world.case(first).state == "approved"


def test_what_only_the_sum_lifts_above_every_limit_goes_to_the_accounting_officer(
    world: World, database: Database
) -> None:
    line.with_deciders(world)
    limit(world, database, MILLION, "approver1", "approver2", "approver3")
    first, _ = two(world)
    assert world.case(first).state == "referred"


def test_who_cannot_approve_the_sum_is_not_counted_on_and_not_asked(world: World, database: Database) -> None:
    line.with_deciders(world)
    limit(world, database, MILLION, "approver1", "approver2")
    first, _ = two(world)
    with world.sessions() as session:
        found = deciders.facts(session, [first], now=world.clock.now(), person_id=None)[first]
    assert found.left == (world.ids["approver3"],)
    assert told(world, "bid_to_decide") == {"approver3"}


def test_the_decision_records_what_it_was_weighed_with_and_promises_the_bids_own_money_alone(
    world: World,
) -> None:
    first, second = two(world)
    world.act("approver1", first, "approve", APPROVAL)
    world.act("approver2", first, "approve", APPROVAL)
    assert world.case(first).amount_pence == 60_000_000
    with world.sessions() as session:
        newest = session.scalars(
            select(Event).where(Event.stream == f"case:{first}").order_by(Event.seq.desc()).limit(1)
        ).one()
        said = audit.payload_of(newest)
    assert said["linked"] == [[second, 50_000_000]]
    assert said["whole_life_pence"] == 110_000_000
    # What is decided stays decided on the total of its day.
    assert known(world, first).whole_life_pence == 60_000_000
    assert len(known(world, first).voters) == 2


def test_more_money_for_an_award_is_weighed_with_linked_bids_too(world: World, database: Database) -> None:
    first, _ = two(world)
    world.act("approver1", first, "approve", APPROVAL)
    world.act("approver2", first, "approve", APPROVAL)
    world.act("finance", first, "offer", line.OFFER)
    world.act("signatory", first, "accept_offer", {"declared": True})
    more = {
        "kind": "amount_up",
        "amounts": {2011: 70_000_000},
        "ends_on": date(2012, 3, 31),
        "reason": "More.",
    }
    world.act("signatory", first, "ask_variation", more)
    limit(world, database, 119_999_999)
    with pytest.raises(Refused) as refused:
        world.act("approver1", first, "agree_variation", {"reason": "Good."})
    (reason,) = refused.value.reasons
    assert reason.text.startswith("The total would be £1,200,000 (with 1 linked bid).")
    limit(world, database, 120_000_000)
    world.act("approver1", first, "agree_variation", {"reason": "Good."})


def test_the_facts_of_many_linked_bids_are_as_many_statements_as_of_one(world: World) -> None:
    bids = [line.to_screening(world, asked=SMALLER, title=f"Part {number}") for number in range(3)]

    def statements(ids: list[int]) -> int:
        seen: list[str] = []
        with world.sessions() as session:
            cases = list(session.scalars(select(Case).where(Case.id.in_(ids))))
            connection = session.connection()
            event.listen(connection, "before_cursor_execute", lambda *a: seen.append(a[2]))
            for facts in facts_for(session, cases, now=world.clock.now(), person_id=None).values():
                assert len(facts["approval"].linked) == 2
                assert facts["deciders"] is not None
        return len(seen)

    assert statements(bids) == statements(bids[:1])
