"""Writing a bid: starting it, saving sections one by one, signing it."""

import threading
from datetime import date
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import func, select, text, update
from sqlalchemy.exc import DBAPIError

from tests.bids.world import WHOLE, World, build
from tests.harness import Database
from workflow.accounts.models import Organisation
from workflow.bids import commands
from workflow.bids.content import digest_of, read_snapshot
from workflow.bids.models import Bid, BidSection, BidVersion, CostHead, Deliverable, Section
from workflow.bids.values import Budget, BudgetLine, DeliverableLine, PartnerLine, Summary
from workflow.cases import Case
from workflow.clock import FixedClock
from workflow.db import make_engine, make_sessions
from workflow.errors import Invalid, NotHere, Refused, Stale
from workflow.money import Pence


def test_a_bid_that_is_started_has_a_reference_and_the_rounds_closing_date(world: World) -> None:
    case = world.case(world.start())
    assert case.reference == "SLI-2011-0001"
    assert (case.state, case.due_on, case.rev) == ("draft", date(2011, 4, 8), 1)


def test_an_impatient_double_click_starts_one_bid(world: World) -> None:
    key = uuid4().hex
    assert world.start(key=key) == world.start(key=key)
    with world.sessions() as session:
        assert session.scalar(select(func.count()).select_from(Bid)) == 1


def test_a_body_that_the_fund_cannot_pay_is_told_before_a_word_is_written(world: World) -> None:
    with pytest.raises(Refused) as refused:
        world.start("solace", "SOLACE")
    assert [reason.code for reason in refused.value.reasons] == ["power_does_not_fit"]
    assert "Society of Chief Executives" in str(refused.value)
    assert "partner" in refused.value.reasons[0].how


def test_a_body_that_is_no_legal_person_cannot_lead(world: World) -> None:
    with world.work() as work:
        work.session.execute(
            update(Organisation).where(Organisation.id == world.ids["LGID"]).values(is_legal_person=False)
        )
    with pytest.raises(Refused) as refused:
        world.start()
    assert refused.value.reasons[0].code == "not_a_legal_person"


def test_nobody_starts_a_bid_for_a_body_of_somebody_else(world: World) -> None:
    with pytest.raises(NotHere):
        world.start("adass", "LGID")


def test_a_round_that_has_closed_takes_no_new_bid(world: World) -> None:
    world.clock.business = world.clock.business.replace(month=4, day=9)
    with pytest.raises(Invalid, match="not open"):
        world.start()


def test_saving_a_section_leaves_the_revision_of_the_bid_alone(world: World) -> None:
    reference = world.start()
    assert world.save(reference, Section.SUMMARY, WHOLE[Section.SUMMARY]) == 1
    case = world.case(reference)
    assert (case.rev, case.title) == (1, "Peer challenge for every council")


def test_two_people_on_different_sections_both_keep_their_work(world: World) -> None:
    reference = world.start()
    world.save(reference, Section.SUMMARY, WHOLE[Section.SUMMARY], who="writer")
    world.save(reference, Section.OUTCOMES, WHOLE[Section.OUTCOMES], who="signatory")
    with world.sessions() as session:
        bid = session.get_one(Bid, world.case(reference).id)
        assert (bid.summary, bid.outcome_codes) == ("A peer team visits each council.", ["stand"])


def test_a_section_saved_meanwhile_is_not_overwritten(world: World) -> None:
    reference = world.start()
    world.save(reference, Section.SUMMARY, WHOLE[Section.SUMMARY], who="signatory")
    with pytest.raises(Stale, match="Signatory"):
        world.save(reference, Section.SUMMARY, Summary("Mine", "Mine", "Mine"), seen_rev=0)
    assert world.case(reference).title == "Peer challenge for every council"


def test_the_second_press_of_one_save_is_not_a_conflict_with_itself(world: World) -> None:
    reference, key = world.start(), uuid4().hex
    for _ in range(2):
        with world.work("writer") as work:
            rev = commands.save_section(
                work,
                world.case(reference).id,
                Section.SUMMARY,
                WHOLE[Section.SUMMARY],
                seen_rev=0,
                key=key,
            )
        assert rev == 1


def test_a_body_of_somebody_else_cannot_write_the_bid(world: World) -> None:
    reference = world.start()
    for who in ("adass", "officer", "administrator"):
        with pytest.raises(NotHere):
            world.save(reference, Section.SUMMARY, WHOLE[Section.SUMMARY], who=who)


def test_a_signed_bid_is_no_longer_written(world: World) -> None:
    reference = world.submitted()
    with pytest.raises(Invalid, match="sent"):
        world.save(reference, Section.SUMMARY, WHOLE[Section.SUMMARY], seen_rev=1)


def test_a_row_of_another_bid_is_not_there(world: World) -> None:
    mine, other = world.start(), world.start()
    world.add(other, Section.DELIVERABLES, DeliverableLine("Guides", date(2012, 3, 31), None))
    with world.sessions() as session:
        row_id = session.scalars(select(Deliverable.id)).one()
    with pytest.raises(NotHere), world.work("writer") as work:
        commands.remove_row(work, world.case(mine).id, Section.DELIVERABLES, row_id, key=uuid4().hex)


def test_the_lead_is_not_its_own_partner_and_a_partner_is_named_once(world: World) -> None:
    reference = world.start()
    with pytest.raises(Invalid, match="own partner"):
        world.add(reference, Section.PARTNERS, PartnerLine("LGID", "Leads"))
    world.add(reference, Section.PARTNERS, PartnerLine("SOLACE", "Trains"))
    with pytest.raises(Invalid, match="already"):
        world.add(reference, Section.PARTNERS, PartnerLine("SOLACE", "Trains again"))


def test_a_draft_with_unfinished_sections_is_refused_and_all_are_named(world: World) -> None:
    reference = world.start()
    world.save(reference, Section.SUMMARY, WHOLE[Section.SUMMARY])
    with pytest.raises(Refused) as refused:
        world.apply("signatory", reference, "submit", declaration=True)
    reasons = {reason.code: reason.text for reason in refused.value.reasons}
    assert "10 sections are not finished" in reasons["sections_unfinished"]
    assert "Budget by year" in reasons["sections_unfinished"]


def test_an_amount_outside_the_round_is_refused_with_both_limits(world: World) -> None:
    reference = world.whole()
    small = Budget((BudgetLine(2011, CostHead.STAFF, Pence(4_999_999)),), Pence(0), None)
    world.save(reference, Section.BUDGET, small, seen_rev=1)
    with pytest.raises(Refused, match="£50,000 to £2,000,000"):
        world.apply("signatory", reference, "submit", declaration=True)


def test_submitting_keeps_the_signed_text_as_version_1(world: World) -> None:
    reference = world.submitted()
    case = world.case(reference)
    assert (case.state, case.amount_pence) == ("submitted", 22_000_050)
    with world.sessions() as session:
        version = session.get_one(BidVersion, (case.id, 1))
        said = read_snapshot(version.snapshot)
    assert version.sha256 == digest_of(version.snapshot)
    assert said["amounts"] == [
        [2011, "staff", 12_000_000],
        [2011, "travel", 1_000_050],
        [2012, "staff", 9_000_000],
    ]
    assert said["deliverables"][0]["due_on"] == "2012-03-31"


def test_a_signed_version_is_never_changed(world: World) -> None:
    reference = world.submitted()
    case_id = world.case(reference).id
    for statement in (
        "UPDATE bid_version SET snapshot = '{}' WHERE bid_id = :id",
        "DELETE FROM bid_version WHERE bid_id = :id",
    ):
        with pytest.raises(DBAPIError), world.sessions() as session, session.begin():
            session.execute(text(statement), {"id": case_id})


def test_a_bid_whose_lead_can_no_longer_be_paid_is_refused_at_submission(world: World) -> None:
    reference = world.whole()
    with world.work() as work:
        lead = work.session.get_one(Organisation, world.ids["LGID"])
        lead.specified_from = date(2012, 4, 1)
    with pytest.raises(Refused, match="cannot be paid"):
        world.apply("signatory", reference, "submit", declaration=True)


def test_only_the_signatory_signs(world: World) -> None:
    reference = world.whole()
    with pytest.raises(Refused) as refused:
        world.apply("writer", reference, "submit", declaration=True)
    assert [reason.code for reason in refused.value.reasons] == ["role_not_held"]


def test_two_people_saving_many_sections_at_once_never_wait_for_each_other_for_ever(
    database: Database, clock: FixedClock
) -> None:
    engine = make_engine(database.app_url)
    world = build(World(make_sessions(engine), clock))
    reference = world.start()
    failures: list[Exception] = []

    def save(who: str, sections: list[Section]) -> None:
        for turn in range(6):
            for section in sections:
                try:
                    world.save(reference, section, WHOLE[section], seen_rev=turn, who=who)
                except Exception as error:  # noqa: BLE001 - whatever happens in the thread is the test's finding.
                    failures.append(error)

    pairs: tuple[tuple[str, list[Section]], ...] = (
        ("writer", [Section.SUMMARY, Section.OUTCOMES, Section.ROUTE]),
        ("signatory", [Section.BUDGET, Section.EXCLUSION, Section.FACTS]),
    )
    threads = [threading.Thread(target=save, args=pair) for pair in pairs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with world.sessions() as session:
        revisions = session.scalars(select(BidSection.rev)).all()
        case = session.scalars(select(Case)).one()
    engine.dispose()
    assert failures == []
    assert revisions == [6] * 6
    assert (case.rev, case.amount_pence) == (1, 22_000_050)


def test_what_a_bid_says_about_an_unknown_outcome_is_refused(world: World) -> None:
    reference = world.start()
    wrong: Any = WHOLE[Section.OUTCOMES]
    with pytest.raises(Invalid, match="outcomes of this fund"):
        world.save(reference, Section.OUTCOMES, wrong._replace(outcome_codes=("none",)))
