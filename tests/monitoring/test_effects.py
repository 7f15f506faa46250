"""What an award writes: the agreement, payment requests, payments and the closing figures, with the ledger beside them."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from tests.world import APPROVAL, CLAIM, OFFER, START, World, make_world, to_active, to_deciding
from workflow.accounts.models import RoleAssignment
from workflow.accounts.roles import Role
from workflow.clock import FixedClock
from workflow.db import Sessions
from workflow.deadlines import open_deadlines
from workflow.errors import Refused
from workflow.funds.models import AwardYear, FundYear, LedgerEntry
from workflow.funds.rules import EntryKind
from workflow.money import Pence
from workflow.monitoring.models import Award, Claim, ClaimState, Closure, Payment, ProfileLine

SUMMER_2012 = datetime(2012, 6, 6, 9, tzinfo=UTC)


@pytest.fixture
def world(sessions: Sessions, clock: FixedClock) -> World:
    return make_world(sessions, clock)


def rows(world: World, model: type[Any]) -> list[Any]:
    with world.sessions() as session:
        return list(session.scalars(select(model)))


def fund_year(world: World, year: int) -> FundYear:
    with world.sessions() as session:
        return session.scalars(select(FundYear).where(FundYear.year == year)).one()


def codes(refused: pytest.ExceptionInfo[Refused]) -> set[str]:
    return {reason.code for reason in refused.value.reasons}


def another_award(world: World) -> int:
    """A second award, whose bid was begun on the same day as the first one's."""
    world.move_to(START)
    return to_active(world, title="Second bid")


def claim(world: World, bid_id: int, **changes: Any) -> int:
    made: int = world.act("drafter", bid_id, "make_claim", {**CLAIM, **changes}).extra["claim_id"]
    return made


def check(world: World, bid_id: int, claim_id: int, pence: int, reason: str = "") -> None:
    data = {"claim_id": claim_id, "accepted_pence": Pence(pence), "reason": reason}
    world.act("manager", bid_id, "check_claim", data)


def to_closing(world: World, bid_id: int) -> None:
    world.act("responsible", bid_id, "start_closing", {"reason": "The work is done."})
    world.act("finance", bid_id, "propose_closure", {"summary": "The rest was not needed."})


def test_an_offer_fixes_the_payment_plan_as_what_was_promised(world: World) -> None:
    bid_id = to_deciding(world)
    world.act("approver1", bid_id, "approve", APPROVAL)
    world.act("approver2", bid_id, "approve", APPROVAL)
    world.act("finance", bid_id, "offer", OFFER)
    (award,) = rows(world, Award)
    plan = {line.year: line.amount_pence for line in rows(world, ProfileLine)}
    assert plan == {2011: 20_000_000, 2012: 10_000_000}
    assert (award.total_pence, award.ends_on, award.accepted_at) == (30_000_000, date(2013, 3, 31), None)


def test_acceptance_names_the_signatory_and_starts_the_date_on_which_the_work_ends(world: World) -> None:
    bid_id = to_active(world)
    (award,) = rows(world, Award)
    assert award.accepted_by == world.ids["signatory"]
    with world.sessions() as session:
        (deadline,) = open_deadlines(session, [f"case:{bid_id}"])[f"case:{bid_id}"]
        # 31 March 2013 is Easter Sunday; the small world's calendar knows no Easter Monday of that year.
        assert (deadline.kind, deadline.due_on) == ("award_end", date(2013, 4, 1))


def test_payment_requests_are_numbered_within_their_award(world: World) -> None:
    first, second = to_active(world), another_award(world)
    for bid_id in (first, first, second):
        claim(world, bid_id, amount_pence=Pence(100))
    assert [(row.case_id, row.number) for row in rows(world, Claim)] == [(first, 1), (first, 2), (second, 1)]


def test_a_payment_request_moves_no_money_until_it_is_paid(world: World) -> None:
    bid_id = to_active(world)
    before = len(rows(world, LedgerEntry))
    claim_id = claim(world, bid_id)
    check(world, bid_id, claim_id, 12_000_000, "Travel")
    assert len(rows(world, LedgerEntry)) == before
    world.act("payer", bid_id, "pay_claim", {"claim_id": claim_id})
    (payment,) = rows(world, Payment)
    assert (payment.amount_pence, payment.paid_by) == (12_000_000, world.ids["payer"])
    assert (fund_year(world, 2011).committed, fund_year(world, 2011).paid) == (20_000_000, 12_000_000)


def test_a_refused_payment_request_is_never_paid_and_can_be_made_again(world: World) -> None:
    bid_id = to_active(world)
    claim_id = claim(world, bid_id, amount_pence=Pence(20_000_000))
    check(world, bid_id, claim_id, 0, "No evidence")
    assert rows(world, Claim)[0].state is ClaimState.REFUSED
    with pytest.raises(Refused) as refused:
        world.act("payer", bid_id, "pay_claim", {"claim_id": claim_id})
    assert codes(refused) == {"no_claim_checked"}
    claim(world, bid_id, amount_pence=Pence(20_000_000))


def test_a_payment_request_is_paid_once(world: World) -> None:
    bid_id = to_active(world)
    claim_id = claim(world, bid_id)
    check(world, bid_id, claim_id, 12_345_678)
    world.act("payer", bid_id, "pay_claim", {"claim_id": claim_id})
    with pytest.raises(Refused):
        world.act("payer", bid_id, "pay_claim", {"claim_id": claim_id})
    assert len(rows(world, Payment)) == 1


def test_a_payment_request_of_another_award_cannot_be_checked_here(world: World) -> None:
    mine, other = to_active(world), another_award(world)
    claim(world, mine)
    theirs = claim(world, other)
    with pytest.raises(Refused) as refused:
        check(world, mine, theirs, 1, "No")
    assert codes(refused) == {"no_claim_waiting"}


@pytest.mark.parametrize(("who", "code"), [("approver1", "already_approve"), ("manager", "already_check")])
def test_whoever_approved_or_checked_may_not_pay(world: World, who: str, code: str) -> None:
    bid_id = to_active(world)
    claim_id = claim(world, bid_id)
    check(world, bid_id, claim_id, 12_000_000, "Travel")
    with world.sessions() as session, session.begin():
        session.add(
            RoleAssignment(
                person_id=world.ids[who],
                role=Role.PAYMENT_AUTHORISER,
                organisation_id=world.ids["DCLG"],
                valid_from=date(2010, 4, 1),
            )
        )
    with pytest.raises(Refused) as refused:
        world.act(who, bid_id, "pay_claim", {"claim_id": claim_id})
    assert codes(refused) == {code}
    assert fund_year(world, 2011).paid == 0


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ({"state": "checked", "accepted_pence": 12_345_679}, "accepted_within_claimed"),
        ({"state": "checked", "accepted_pence": 1}, "part_needs_reason"),
        ({"state": "waiting", "accepted_pence": 1, "check_reason": "x"}, "checked_unless_waiting"),
    ],
)
def test_the_table_itself_refuses_a_check_that_breaks_a_rule(
    world: World, change: dict[str, Any], constraint: str
) -> None:
    claim(world, to_active(world))
    checked = {"checked_at": world.clock.now(), "checked_by": world.ids["manager"], **change}
    with world.sessions() as session, pytest.raises(IntegrityError, match=constraint):
        session.execute(update(Claim).values(**checked))


def test_the_table_itself_refuses_a_check_by_the_one_who_asked(world: World) -> None:
    claim(world, to_active(world))
    checked = {"state": "checked", "accepted_pence": CLAIM["amount_pence"], "checked_at": world.clock.now()}
    with world.sessions() as session, pytest.raises(IntegrityError, match="checked_by_another"):
        session.execute(update(Claim).values(**checked, checked_by=world.ids["drafter"]))


def test_closing_gives_running_years_back_to_the_fund(world: World) -> None:
    bid_id = to_active(world)
    claim_id = claim(world, bid_id)
    check(world, bid_id, claim_id, 12_000_000, "Travel")
    world.act("payer", bid_id, "pay_claim", {"claim_id": claim_id})
    to_closing(world, bid_id)
    (closure,) = rows(world, Closure)
    assert (closure.paid_pence, closure.released_pence) == (12_000_000, 18_000_000)
    assert fund_year(world, 2012).committed == 10_000_000
    world.act("responsible", bid_id, "confirm_closure", {"declared": True})
    years = {2011: fund_year(world, 2011), 2012: fund_year(world, 2012)}
    assert {year: (row.committed, row.paid, row.lapsed) for year, row in years.items()} == {
        2011: (12_000_000, 12_000_000, 0),
        2012: (0, 0, 0),
    }


def test_closing_lets_ended_years_lapse(world: World) -> None:
    bid_id = to_active(world)
    world.move_to(SUMMER_2012)
    to_closing(world, bid_id)
    world.act("responsible", bid_id, "confirm_closure", {"declared": True})
    assert (fund_year(world, 2011).committed, fund_year(world, 2011).lapsed) == (0, 20_000_000)
    assert (fund_year(world, 2012).committed, fund_year(world, 2012).lapsed) == (0, 0)
    kinds = [entry.kind for entry in rows(world, LedgerEntry)][-2:]
    assert set(kinds) == {EntryKind.LAPSE, EntryKind.DECOMMIT}
    assert sum(row.committed - row.paid for row in rows(world, AwardYear)) == 0


def test_whoever_proposed_the_final_figures_does_not_confirm_them(world: World) -> None:
    bid_id = to_active(world)
    with world.sessions() as session, session.begin():
        session.add(
            RoleAssignment(
                person_id=world.ids["responsible"],
                role=Role.FINANCE_OFFICER,
                organisation_id=world.ids["DCLG"],
                valid_from=date(2010, 4, 1),
            )
        )
    world.act("responsible", bid_id, "start_closing", {"reason": "The work is done."})
    world.act("responsible", bid_id, "propose_closure", {"summary": "The rest was not needed."})
    with pytest.raises(Refused) as refused:
        world.act("responsible", bid_id, "confirm_closure", {"declared": True})
    assert codes(refused) == {"already_propose_closure"}
    assert rows(world, Closure)[0].confirmed_at is None


def test_an_award_does_not_close_while_a_payment_request_is_under_way(world: World) -> None:
    bid_id = to_active(world)
    claim(world, bid_id)
    with pytest.raises(Refused) as refused:
        world.act("responsible", bid_id, "start_closing", {"reason": "The work is done."})
    assert codes(refused) == {"claim_under_way"}
