import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from tests.funds.conftest import Money
from workflow import audit
from workflow.errors import Invalid, NotHere
from workflow.funds.commands import (
    accrue,
    carry,
    commit,
    decommit,
    lapse,
    pay,
    recover,
    reserve,
    set_ceiling,
    unreserve,
)
from workflow.funds.errors import CutBelowCommitted, EntryKeyMisused, NotConfirmed, NotHeld, Overcommitted
from workflow.funds.models import AllocationRevision, AwardYear, LedgerEntry
from workflow.funds.queries import CaseBalance, case_balances
from workflow.funds.rules import EntryKind, YearStatus
from workflow.money import Pence


def test_the_last_ten_thousand_pounds_can_be_set_aside_and_not_a_penny_more(money: Money) -> None:
    # Source: domain, section 10, case 1.
    money.allocate(2011, 35_000_000_00)
    first, last = money.case(), money.case()
    reserve(money.work, money.fund.id, first, {2011: 34_990_000_00}, key="first")
    reserve(money.work, money.fund.id, last, {2011: 10_000_00}, key="last")
    assert money.balance(2011).reserved == 35_000_000_00
    with pytest.raises(Overcommitted) as refused:
        reserve(money.work, money.fund.id, last, {2011: 1}, key="more")
    (short,) = refused.value.shortfalls
    assert (short.year, short.asked, short.left, short.missing) == (2011, 1, 0, 1)
    assert "£0.01 is missing" in str(refused.value)


def test_a_bid_over_three_years_is_told_every_year_that_lacks_money_and_nothing_is_set_aside(
    money: Money,
) -> None:
    money.allocate(2011, 100)
    money.allocate(2012, 10)
    case = money.case()
    with pytest.raises(Overcommitted) as refused:
        reserve(money.work, money.fund.id, case, {2013: 5, 2011: 50, 2012: 30}, key="k")
    assert [(s.year, s.left) for s in refused.value.shortfalls] == [(2012, 10), (2013, 0)]


def test_every_year_of_a_refused_movement_is_named_even_when_the_first_year_fails(money: Money) -> None:
    for year in (2011, 2012, 2013):
        money.allocate(year, 10)
    with pytest.raises(Overcommitted) as refused:
        reserve(money.work, money.fund.id, money.case(), {2011: 11, 2012: 10, 2013: 12}, key="k")
    assert [s.year for s in refused.value.shortfalls] == [2011, 2013]


def test_money_walks_from_set_aside_to_promised_to_paid_and_what_is_not_spent_is_released(
    money: Money,
) -> None:
    money.allocate(2011, 1_000)
    work, fund, case = money.work, money.fund.id, money.case()
    reserve(work, fund, case, {2011: 600}, key="1")
    commit(work, fund, case, {2011: 500}, key="2")
    unreserve(work, fund, case, {2011: 100}, key="3")
    pay(work, fund, case, 2011, 350, key="4")
    decommit(work, fund, case, {2011: 150}, key="5")
    year = money.balance(2011)
    assert (year.reserved, year.committed, year.paid, year.version) == (0, 350, 350, 6)
    assert case_balances(work.session, [case]) == {
        case: [CaseBalance(2011, *(Pence(p) for p in (0, 350, 350, 0, 0, 0, 0)))]
    }


def test_a_promise_takes_from_what_is_set_aside_in_one_entry(money: Money) -> None:
    money.allocate(2011, 1_000)
    case = money.case()
    reserve(money.work, money.fund.id, case, {2011: 600}, key="1")
    (line,) = commit(money.work, money.fund.id, case, {2011: 600}, key="2", decision=f"case:{case}/9")
    entry = money.work.session.get_one(LedgerEntry, line.entry_id)
    assert (entry.kind, entry.reserved, entry.committed) == (EntryKind.COMMIT, -600, 600)
    assert (entry.balance_version, entry.decision, entry.actor) == (3, f"case:{case}/9", "system:workflow")


def test_nothing_can_be_promised_that_was_not_set_aside_for_this_very_bid(money: Money) -> None:
    money.allocate(2011, 1_000)
    mine, other = money.case(), money.case()
    reserve(money.work, money.fund.id, other, {2011: 600}, key="1")
    with pytest.raises(NotHeld, match="less is set aside for this bid"):
        commit(money.work, money.fund.id, mine, {2011: 1}, key="2")


def test_an_indicative_year_can_be_set_aside_from_but_not_promised(money: Money) -> None:
    set_ceiling(money.work, money.fund.id, 2014, 500, key="a", status=YearStatus.INDICATIVE)
    case = money.case()
    reserve(money.work, money.fund.id, case, {2014: 300}, key="1")
    with pytest.raises(NotConfirmed, match="2014 to 2015 is not confirmed"):
        commit(money.work, money.fund.id, case, {2014: 300}, key="2")


def test_confirming_a_year_at_the_same_amount_lets_it_be_promised(money: Money) -> None:
    set_ceiling(money.work, money.fund.id, 2014, 500, key="a", status=YearStatus.INDICATIVE)
    case = money.case()
    reserve(money.work, money.fund.id, case, {2014: 300}, key="1")
    set_ceiling(money.work, money.fund.id, 2014, 500, key="b", report="HC 1234")
    commit(money.work, money.fund.id, case, {2014: 300}, key="2")
    with pytest.raises(Invalid, match="must stay confirmed"):
        set_ceiling(money.work, money.fund.id, 2014, 600, key="c", status=YearStatus.INDICATIVE)


@pytest.mark.parametrize("amount", [51, 400])
def test_more_than_is_promised_and_unpaid_is_never_paid_released_lapsed_or_accrued(
    money: Money, amount: int
) -> None:
    money.allocate(2011, 1_000)
    work, fund, case = money.work, money.fund.id, money.case()
    reserve(work, fund, case, {2011: 150}, key="1")
    commit(work, fund, case, {2011: 150}, key="2")
    pay(work, fund, case, 2011, 100, key="3")
    with pytest.raises(NotHeld):
        pay(work, fund, case, 2011, amount, key="4")
    with pytest.raises(NotHeld):
        decommit(work, fund, case, {2011: amount}, key="5")
    with pytest.raises(NotHeld):
        lapse(work, fund, case, {2011: amount}, key="6")
    with pytest.raises(NotHeld):
        accrue(work, fund, case, 2011, amount, key="7")
    with pytest.raises(NotHeld):
        carry(work, fund, case, 2011, amount, key="8")


def test_money_paid_back_in_the_same_year_lowers_what_is_paid_and_later_frees_nothing(money: Money) -> None:
    money.allocate(2011, 100)
    work, fund, case = money.work, money.fund.id, money.case()
    reserve(work, fund, case, {2011: 100}, key="1")
    commit(work, fund, case, {2011: 100}, key="2")
    pay(work, fund, case, 2011, 100, key="3")
    recover(work, fund, case, 2011, 30, key="4", same_year=True)
    recover(work, fund, case, 2011, 20, key="5", same_year=False)
    year = money.balance(2011)
    assert (year.committed, year.paid, year.recovered) == (100, 70, 20)
    with pytest.raises(NotHeld, match="less was paid"):
        recover(work, fund, case, 2011, 71, key="6", same_year=True)


def test_the_end_of_a_year_splits_a_promise_into_paid_carried_and_lapsed(money: Money) -> None:
    # Source: domain, section 10, case 14.
    money.allocate(2011, 600_000_00)
    money.allocate(2012, 50_000_00)
    work, fund, case = money.work, money.fund.id, money.case()
    reserve(work, fund, case, {2011: 541_000_00}, key="1")
    commit(work, fund, case, {2011: 541_000_00}, key="2")
    pay(work, fund, case, 2011, 467_077_00, key="3")
    carry(work, fund, case, 2011, 48_496_00, key="4")
    lapse(work, fund, case, {2011: 25_427_00}, key="5")
    (old, new) = case_balances(work.session, [case])[case]
    assert (old.committed, old.paid, old.carried_out, old.lapsed) == (
        467_077_00,
        467_077_00,
        48_496_00,
        25_427_00,
    )
    assert (new.year, new.committed, new.paid) == (2012, 48_496_00, 0)


def test_money_is_carried_only_when_the_later_year_has_room_for_it(money: Money) -> None:
    money.allocate(2011, 541_000_00)
    money.allocate(2012, 48_495_99)
    work, fund, case = money.work, money.fund.id, money.case()
    reserve(work, fund, case, {2011: 541_000_00}, key="1")
    commit(work, fund, case, {2011: 541_000_00}, key="2")
    with pytest.raises(Overcommitted) as refused:
        carry(work, fund, case, 2011, 48_496_00, key="3")
    assert [(s.year, s.missing) for s in refused.value.shortfalls] == [(2012, 1)]
    with pytest.raises(Invalid, match="later year"):
        carry(work, fund, case, 2011, 1, key="4", to_year=2011)


def test_a_claim_in_april_for_work_in_march_is_paid_from_the_old_years_accrual(money: Money) -> None:
    # Source: domain, section 10, case 14, its second sentence.
    money.allocate(2011, 100)
    work, fund, case = money.work, money.fund.id, money.case()
    reserve(work, fund, case, {2011: 100}, key="1")
    commit(work, fund, case, {2011: 100}, key="2")
    pay(work, fund, case, 2011, 60, key="3")
    accrue(work, fund, case, 2011, 40, key="4")
    with pytest.raises(NotHeld):
        pay(work, fund, case, 2011, 1, key="5")
    pay(work, fund, case, 2011, 25, key="6", from_accrual=True)
    accrue(work, fund, case, 2011, 15, key="7", release=True)
    year = money.balance(2011)
    assert (year.paid, year.accrued, year.committed) == (85, 0, 100)


def test_a_cut_below_what_is_set_aside_and_promised_is_refused_and_names_the_bids(money: Money) -> None:
    # Source: domain, section 10, case 18.
    money.allocate(2011, 1_000_00)
    work, fund = money.work, money.fund.id
    small, large, none = money.case(), money.case(), money.case()
    reserve(work, fund, small, {2011: 100_00}, key="1")
    reserve(work, fund, large, {2011: 600_00}, key="2")
    commit(work, fund, large, {2011: 600_00}, key="3")
    assert none
    with pytest.raises(CutBelowCommitted) as refused:
        money.allocate(2011, 699_99)
    assert [pence for _, pence in refused.value.bids] == [600_00, 100_00]
    assert all(reference in str(refused.value) for reference, _ in refused.value.bids)
    money.allocate(2011, 700_00)
    assert money.balance(2011).ceiling == 700_00


def test_a_revision_is_kept_with_its_entry_and_its_event(money: Money) -> None:
    work = money.work
    set_ceiling(
        work, money.fund.id, 2011, 900, key="a", consent="HMT/1", report="HC 1", reason="Spending review"
    )
    set_ceiling(work, money.fund.id, 2011, 700, key="b", reason="Cut")
    kept = work.session.scalars(select(AllocationRevision).order_by(AllocationRevision.id)).all()
    assert [(row.amount, row.consent, row.report) for row in kept] == [(900, "HMT/1", "HC 1"), (700, "", "")]
    entries = work.session.scalars(select(LedgerEntry).order_by(LedgerEntry.id)).all()
    assert [(e.kind, e.ceiling, e.balance_version) for e in entries] == [
        (EntryKind.CEILING, 900, 1),
        (EntryKind.CEILING, -200, 2),
    ]
    newest = audit.events_of(work.session, f"fund:{money.fund.id}", 1)[0]
    assert audit.payload_of(newest)["to_pence"] == 700
    assert audit.texts_of(work.session, [newest.id])[newest.id] == {"reason": "Cut"}


def test_setting_what_is_set_already_changes_nothing(money: Money) -> None:
    money.allocate(2011, 900)
    before = money.balance(2011).version
    money.allocate(2011, 900)
    assert money.balance(2011).version == before
    assert len(money.work.session.scalars(select(AllocationRevision)).all()) == 1


def test_a_revision_sent_twice_with_one_key_counts_once_even_after_another(money: Money) -> None:
    set_ceiling(money.work, money.fund.id, 2011, 900, key="a")
    set_ceiling(money.work, money.fund.id, 2011, 700, key="b")
    set_ceiling(money.work, money.fund.id, 2011, 900, key="a")
    assert money.balance(2011).ceiling == 700
    with pytest.raises(EntryKeyMisused):
        set_ceiling(money.work, money.fund.id, 2012, 900, key="a")


@pytest.mark.parametrize("amount", [-1, 10**15 + 1, 2**63])
def test_an_amount_beyond_all_sense_is_refused_in_words(money: Money, amount: int) -> None:
    money.allocate(2011, 100)
    with pytest.raises(Invalid, match="must be between"):
        reserve(money.work, money.fund.id, money.case(), {2011: amount}, key="k")
    with pytest.raises(Invalid, match="must be between"):
        money.allocate(2011, amount)


def test_a_year_with_nothing_asked_makes_no_entry(money: Money) -> None:
    assert reserve(money.work, money.fund.id, money.case(), {2011: 0}, key="k") == []


def test_a_fund_that_does_not_exist_has_no_allocation(money: Money) -> None:
    with pytest.raises(NotHere):
        set_ceiling(money.work, 999_999, 2011, 1, key="k")


def test_a_command_sent_twice_with_one_key_counts_once(money: Money) -> None:
    money.allocate(2011, 1_000)
    money.allocate(2012, 1_000)
    case = money.case()
    first = reserve(money.work, money.fund.id, case, {2011: 600, 2012: 5}, key="k")
    again = reserve(money.work, money.fund.id, case, {2012: 5, 2011: 600}, key="k")
    assert first == again
    assert money.balance(2011).reserved == 600


def test_a_key_that_comes_back_for_something_else_is_refused(money: Money) -> None:
    money.allocate(2011, 1_000)
    case, other = money.case(), money.case()
    reserve(money.work, money.fund.id, case, {2011: 600}, key="k")
    with pytest.raises(EntryKeyMisused):
        reserve(money.work, money.fund.id, case, {2011: 5}, key="k")
    with pytest.raises(EntryKeyMisused):
        reserve(money.work, money.fund.id, other, {2011: 600}, key="k")


@pytest.mark.parametrize(
    "what",
    ["UPDATE ledger_entry SET actor = 'x'", "DELETE FROM ledger_entry", "UPDATE allocation_revision SET amount = 1",
     "DELETE FROM fund_year", "DELETE FROM award_year", "UPDATE fund_year SET year = 2010"],
)  # fmt: skip
def test_the_application_may_not_change_what_is_written(money: Money, what: str) -> None:
    with pytest.raises(DBAPIError, match="permission denied"):
        money.work.session.execute(text(what))


def test_the_table_itself_refuses_to_be_over_committed(money: Money) -> None:
    year = money.allocate(2011, 100)
    with pytest.raises(IntegrityError, match="not_overcommitted"):
        money.work.session.execute(
            text("UPDATE fund_year SET reserved = 101 WHERE id = :id"), {"id": year.id}
        )


def test_what_a_case_holds_is_never_more_than_the_fund_holds(money: Money) -> None:
    money.allocate(2011, 100)
    one, two = money.case(), money.case()
    reserve(money.work, money.fund.id, one, {2011: 40}, key="1")
    reserve(money.work, money.fund.id, two, {2011: 60}, key="2")
    held = money.work.session.scalars(select(AwardYear.reserved).order_by(AwardYear.id)).all()
    assert list(held) == [40, 60]
