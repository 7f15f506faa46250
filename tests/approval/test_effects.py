"""What assessment and approval write: the assessment with its money set aside, the votes, the promise. Whole or not at all."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import Connection, event, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from tests.world import APPROVAL, ASKED, RECOMMENDATION, START, World, make_world, to_appraisal, to_deciding
from workflow import audit
from workflow.accounts.models import RoleAssignment
from workflow.accounts.queries import viewer_for
from workflow.accounts.roles import Role
from workflow.approval import queries
from workflow.approval.models import (
    AccountingTest,
    Appraisal,
    AppraisalScore,
    AppraisalTest,
    AppraisalYear,
    ApprovalTier,
    Criterion,
    Vote,
    VoteOutcome,
)
from workflow.clock import FixedClock
from workflow.db import Sessions
from workflow.errors import Invalid, Refused
from workflow.funds.models import FundYear, LedgerEntry
from workflow.money import Pence


@pytest.fixture
def world(sessions: Sessions, clock: FixedClock) -> World:
    return make_world(sessions, clock)


def rows(world: World, model: type[Any]) -> list[Any]:
    with world.sessions() as session:
        return list(session.scalars(select(model)))


def balance(world: World, year: int) -> tuple[int, int]:
    with world.sessions() as session:
        found = session.scalars(select(FundYear).where(FundYear.year == year)).one()
        return found.reserved, found.committed


def grant(world: World, who: str, role: Role) -> None:
    with world.sessions() as session, session.begin():
        session.add(
            RoleAssignment(
                person_id=world.ids[who],
                role=role,
                organisation_id=world.ids["DCLG"],
                valid_from=date(2010, 4, 1),
            )
        )


def codes(refused: pytest.ExceptionInfo[Refused]) -> set[str]:
    return {reason.code for reason in refused.value.reasons}


def test_a_recommendation_is_written_with_its_scores_tests_and_years(world: World) -> None:
    to_deciding(world)
    (appraisal,) = rows(world, Appraisal)
    assert (appraisal.round, appraisal.version_number, appraisal.total_pence) == (1, 1, 30_000_000)
    assert {row.criterion for row in rows(world, AppraisalScore)} == set(Criterion)
    assert {row.test for row in rows(world, AppraisalTest)} == set(AccountingTest)
    assert {row.year: row.recommended_pence for row in rows(world, AppraisalYear)} == ASKED


def test_a_recommendation_sets_the_money_aside_by_year_and_names_its_decision(world: World) -> None:
    bid_id = to_deciding(world)
    assert (balance(world, 2011), balance(world, 2012)) == ((20_000_000, 0), (10_000_000, 0))
    entries = [entry for entry in rows(world, LedgerEntry) if entry.case_id == bid_id]
    assert {entry.decision for entry in entries} == {f"case:{bid_id}/{world.case(bid_id).rev}"}


def test_the_event_of_a_recommendation_holds_figures_and_keeps_free_text_beside_it(world: World) -> None:
    bid_id = to_deciding(world)
    with world.sessions() as session:
        newest = audit.events_of(session, f"case:{bid_id}", 1)[0]
        assert newest.event == "bid_recommended"
        assert "Approve it." not in newest.canonical
        assert audit.texts_of(session, [newest.id])[newest.id]["recommendation"] == "Approve it."


def test_a_year_that_gets_nothing_is_not_set_aside(world: World) -> None:
    bid_id = to_appraisal(world)
    world.act(
        "assessor", bid_id, "recommend", {**RECOMMENDATION, "amounts": {2011: Pence(1), 2012: Pence(0)}}
    )
    assert (balance(world, 2011), balance(world, 2012)) == ((1, 0), (0, 0))
    assert [row.year for row in rows(world, AppraisalYear)] == [2011]


def test_a_recommendation_beyond_what_is_left_writes_nothing(sessions: Sessions, clock: FixedClock) -> None:
    world = make_world(sessions, clock, ceiling_pence=30_000_000)
    bid_id = to_deciding(world)
    world.move_to(START)
    other = to_appraisal(world, title="Second bid")
    before = world.case(other).rev
    with pytest.raises(Refused) as refused:
        world.act("assessor", other, "recommend", RECOMMENDATION)
    assert "£100,000" in str(refused.value)
    assert [row.case_id for row in rows(world, Appraisal)] == [bid_id]
    assert (world.case(other).state, world.case(other).rev) == ("appraisal", before)


def test_a_recommendation_without_every_score_writes_nothing(world: World) -> None:
    bid_id = to_appraisal(world)
    with pytest.raises(Invalid):
        world.act("assessor", bid_id, "recommend", {**RECOMMENDATION, "scores": {"fit": 4}})
    assert rows(world, Appraisal) == []
    assert balance(world, 2011) == (0, 0)


def test_the_first_of_two_votes_promises_nothing_and_the_second_promises_all(world: World) -> None:
    bid_id = to_deciding(world)
    world.act("approver1", bid_id, "approve", APPROVAL)
    assert world.case(bid_id).state == "deciding"
    assert balance(world, 2011) == (20_000_000, 0)
    world.act("approver2", bid_id, "approve", APPROVAL)
    assert world.case(bid_id).state == "approved"
    assert (balance(world, 2011), balance(world, 2012)) == ((0, 20_000_000), (0, 10_000_000))


def test_a_vote_keeps_the_limit_and_the_version_it_was_given_under(world: World) -> None:
    bid_id = to_deciding(world)
    world.act("approver1", bid_id, "approve", APPROVAL)
    (vote,) = rows(world, Vote)
    assert (vote.person_id, vote.round, vote.version_number) == (world.ids["approver1"], 1, 1)
    assert (vote.limit_pence, vote.reason) == (1_000_000_000, "Good value.")


def test_nobody_votes_twice_however_often_the_form_is_sent(world: World) -> None:
    bid_id = to_deciding(world)
    world.act("approver1", bid_id, "approve", APPROVAL)
    with pytest.raises(Refused) as refused:
        world.act("approver1", bid_id, "approve", APPROVAL)
    assert codes(refused) == {"already_approve"}
    assert len(rows(world, Vote)) == 1


def test_an_assessor_who_is_also_an_approver_cannot_vote_on_that_bid(world: World) -> None:
    """Case 12 of the domain."""
    bid_id = to_deciding(world)
    grant(world, "assessor", Role.APPROVER)
    with pytest.raises(Refused) as refused:
        world.act("assessor", bid_id, "approve", APPROVAL)
    assert "already_appraise" in codes(refused)


def test_a_vote_without_the_declaration_is_refused_beside_its_question(world: World) -> None:
    bid_id = to_deciding(world)
    with pytest.raises(Refused) as refused:
        world.act("approver1", bid_id, "approve", {"no_conflict": False, "reason": "Good value."})
    assert [reason.field for reason in refused.value.reasons] == ["no_conflict"]
    assert rows(world, Vote) == []


@pytest.mark.parametrize(
    ("pence", "quorum"), [(10_000_000, 1), (10_000_001, 2)], ids=["at the tier", "a penny above it"]
)
def test_two_approvals_are_needed_above_the_tier_only(world: World, pence: int, quorum: int) -> None:
    bid_id = to_deciding(world, asked={2011: Pence(pence)})
    with world.sessions() as session:
        facts = queries.facts(session, [bid_id], now=world.clock.now(), person_id=None)[bid_id]
    assert facts.quorum == quorum
    world.act("approver1", bid_id, "approve", APPROVAL)
    assert world.case(bid_id).state == ("approved" if quorum == 1 else "deciding")


def test_without_a_tier_in_force_the_careful_number_of_approvals_is_needed(world: World) -> None:
    bid_id = to_deciding(world, asked={2011: Pence(200_000)})
    with world.sessions() as session, session.begin():
        for tier in session.scalars(select(ApprovalTier)):
            tier.valid_to = date(2010, 3, 31)
    with world.sessions() as session:
        assert queries.facts(session, [bid_id], now=world.clock.now(), person_id=None)[bid_id].quorum == 2


@pytest.mark.parametrize(
    ("who", "sees"), [("approver2", True), ("finance", True), ("signatory", False), ("drafter", False)]
)
def test_scores_and_votes_are_read_inside_the_department_only(world: World, who: str, sees: bool) -> None:
    bid_id = to_deciding(world)
    with world.sessions() as session:
        viewer = viewer_for(session, world.ids[who], world.clock.now())
        assert (queries.appraisal_of(session, viewer, world.case(bid_id)) is not None) is sees


def test_facts_take_as_many_statements_for_three_bids_as_for_one(
    world: World, connection: Connection
) -> None:
    bids = []
    for number in range(3):
        world.move_to(START)
        bids.append(to_deciding(world, title=f"Bid {number}", asked={2011: Pence(200_000)}))
    seen: list[str] = []

    def note(_conn: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if statement.lstrip().upper().startswith("SELECT"):
            seen.append(statement)

    event.listen(connection, "before_cursor_execute", note)
    counts = []
    for asked in (bids[:1], bids):
        seen.clear()
        with world.sessions() as session:
            assert len(queries.facts(session, asked, now=world.clock.now(), person_id=None)) == len(asked)
        counts.append(len(seen))
    event.remove(connection, "before_cursor_execute", note)
    assert counts[0] == counts[1] <= 5


def test_an_assessment_and_a_vote_can_never_be_changed_or_removed(world: World) -> None:
    to_deciding(world)
    for statement in ("UPDATE appraisal SET total_pence = 1", "DELETE FROM appraisal", "DELETE FROM vote"):
        with world.sessions() as session, pytest.raises(DBAPIError, match="permission denied"):
            session.execute(text(statement))


def test_a_vote_in_a_round_without_an_assessment_is_refused_by_the_table_itself(world: World) -> None:
    bid_id = to_deciding(world)
    vote = Vote(
        case_id=bid_id,
        round=2,
        person_id=world.ids["approver1"],
        outcome=VoteOutcome.APPROVE,
        reason="",
        limit_pence=Pence(1),
        version_number=1,
        no_conflict=True,
        voted_at=world.clock.now(),
    )
    with world.sessions() as session:
        session.add(vote)
        with pytest.raises(IntegrityError, match="fk_vote_case_id_round"):
            session.flush()


def test_a_vote_with_a_connection_is_refused_by_the_table_itself(world: World) -> None:
    bid_id = to_deciding(world)
    vote = Vote(
        case_id=bid_id,
        round=1,
        person_id=world.ids["approver1"],
        outcome=VoteOutcome.APPROVE,
        reason="",
        limit_pence=Pence(1),
        version_number=1,
        no_conflict=False,
        voted_at=world.clock.now(),
    )
    with world.sessions() as session:
        session.add(vote)
        with pytest.raises(IntegrityError, match="no_conflict_declared"):
            session.flush()
