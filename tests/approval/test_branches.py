"""Every way that a decision can go beside approval: what it needs, what becomes of the money, and who is told."""

from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text

from tests import world as line
from tests.world import APPROVAL, RECOMMENDATION, SMALL, START, World, make_world
from workflow.accounts.models import Delegation, Interest
from workflow.approval.models import DecisionStep, StepKind, Vote
from workflow.cases import sweep_breaches
from workflow.clock import LONDON, FixedClock
from workflow.db import SYSTEM, Sessions
from workflow.deadlines import open_deadlines
from workflow.errors import Refused
from workflow.funds.models import FundYear
from workflow.money import Pence
from workflow.notifications import Notification

WHY = {"reason": "Another fund pays for this."}


@pytest.fixture
def world(sessions: Sessions, clock: FixedClock) -> World:
    clock.move(START - clock.now())
    return make_world(sessions, clock)


def held(world: World) -> dict[int, tuple[int, int]]:
    """What the fund has set aside and promised, by year."""
    with world.sessions() as session:
        return {
            row.year: (row.reserved, row.committed)
            for row in session.scalars(select(FundYear))
            if row.reserved or row.committed
        }


def steps(world: World, bid_id: int) -> list[DecisionStep]:
    with world.sessions() as session:
        found = select(DecisionStep).where(DecisionStep.case_id == bid_id).order_by(DecisionStep.id)
        return list(session.scalars(found))


def told(world: World, template: str) -> set[str]:
    """The addresses to which a letter is owed."""
    with world.sessions() as session:
        found = session.scalars(select(Notification.address).where(Notification.template == template))
        return {address.partition("@")[0] for address in found}


def codes(world: World, who: str, bid_id: int, action: str, data: dict[str, Any] | None = None) -> set[str]:
    with pytest.raises(Refused) as refused:
        world.act(who, bid_id, action, data)
    return {reason.code for reason in refused.value.reasons}


def test_a_bid_whose_direction_comes_after_its_year_is_sent_back_and_its_money_is_free(
    world: World, tmp_path: Path
) -> None:
    bid_id = line.to_direction_sought(world)
    world.move_to(datetime(2012, 4, 2, 9, tzinfo=LONDON))
    assert "year_over" in codes(world, "accounting", bid_id, "record_direction", directed(world, tmp_path))
    assert held(world) != {}
    world.act("accounting", bid_id, "send_back", {"reason": "Its first year is over."})
    assert (world.case(bid_id).state, held(world)) == ("appraisal", {})
    assert told(world, "bid_sent_back") == {"assessor", "assessor2"}


def test_sending_back_frees_the_money_and_lets_votes_count_no_more(world: World) -> None:
    bid_id = line.to_deciding(world)
    world.act("approver1", bid_id, "approve", APPROVAL)
    world.act("approver2", bid_id, "send_back", {"reason": "The second year is not explained."})
    assert (world.case(bid_id).state, held(world)) == ("appraisal", {})
    assert told(world, "bid_sent_back") == {"assessor"}
    with world.sessions() as session:
        assert session.scalars(select(Vote.round)).all() == [1]
    world.act("assessor", bid_id, "recommend", RECOMMENDATION)
    line.with_deciders(world)
    world.act("approver2", bid_id, "approve", APPROVAL)
    assert world.case(bid_id).state == "deciding"
    assert "already_approve" in codes(world, "approver1", bid_id, "approve", APPROVAL)
    world.act("approver3", bid_id, "approve", APPROVAL)
    assert world.case(bid_id).state == "approved"


def test_one_person_rejects_a_small_bid_and_the_money_is_free_in_the_same_transaction(world: World) -> None:
    bid_id = line.to_rejected(world)
    case = world.case(bid_id)
    assert (case.state, case.ended, held(world)) == ("rejected", True, {})
    assert told(world, "bid_rejected") == {"drafter", "signatory"}
    (made,) = steps(world, bid_id)
    assert (made.kind, made.told, made.reason) == (
        StepKind.REJECTED,
        "Another fund pays for this.",
        "See file 7.",
    )


def test_a_rejection_needs_reasons(world: World) -> None:
    bid_id = line.to_deciding(world, asked=SMALL)
    assert codes(world, "approver1", bid_id, "reject", {"reason": " "}) == {"reason_missing"}


def test_above_the_threshold_a_second_person_checks_before_the_lead_body_is_told(world: World) -> None:
    bid_id = line.to_deciding(world)
    assert "second_person_checks" in codes(world, "approver1", bid_id, "reject", WHY)
    world.act("approver1", bid_id, "propose_rejection", WHY)
    assert (world.case(bid_id).state, told(world, "bid_rejected")) == ("deciding", set())
    assert told(world, "rejection_to_confirm") == {"approver2"}
    assert "already_propose_rejection" in codes(world, "approver1", bid_id, "confirm_rejection")
    assert "rejection_waits" in codes(world, "approver2", bid_id, "approve", APPROVAL)
    world.act("approver2", bid_id, "confirm_rejection")
    assert (world.case(bid_id).state, held(world)) == ("rejected", {})
    assert steps(world, bid_id)[-1].told == "Another fund pays for this."


def test_a_declined_rejection_leaves_the_bid_to_be_decided(world: World) -> None:
    bid_id = line.to_deciding(world)
    world.act("approver1", bid_id, "propose_rejection", WHY)
    world.act("approver2", bid_id, "decline_rejection", {"reason": "The overlap is small."})
    assert "no_rejection_waits" in codes(world, "approver2", bid_id, "confirm_rejection")
    world.act("approver2", bid_id, "approve", APPROVAL)
    assert world.case(bid_id).state == "deciding"
    assert told(world, "bid_rejected") == set()


def test_the_threshold_is_a_dated_row_and_not_a_number_in_the_code(world: World) -> None:
    with world.sessions() as session, session.begin():
        given = {"department": world.ids["DCLG"]}
        session.execute(
            text(
                "INSERT INTO approval_tier (department_id, over_pence, quorum, rejection_quorum, valid_from, provenance)"
                " VALUES (:department, 4000000, 1, 2, '2011-01-01', 'test')"
            ),
            given,
        )
    bid_id = line.to_deciding(world, asked=SMALL)
    assert "second_person_checks" in codes(world, "approver1", bid_id, "reject", WHY)


def test_an_approver_rejects_on_the_assessors_advice_and_never_without_it(world: World) -> None:
    bid_id = line.to_appraisal(world)
    assert "no_advice" in codes(world, "approver1", bid_id, "reject_on_advice", WHY)
    world.act("assessor", bid_id, "advise_rejection", {"reason": "It repeats what P014 does."})
    assert told(world, "rejection_advised") == {"approver1", "approver2"}
    world.act("approver1", bid_id, "reject_on_advice", WHY)
    assert world.case(bid_id).state == "rejected"
    assert told(world, "bid_rejected") == {"drafter", "signatory"}


def test_a_decision_that_is_put_off_keeps_its_money_and_its_votes(world: World) -> None:
    bid_id = line.to_deciding(world)
    world.act("approver1", bid_id, "approve", APPROVAL)
    data = {"until_on": date(2011, 9, 1), "reason": "We wait for a report."}
    world.act("approver2", bid_id, "defer", data)
    assert (world.case(bid_id).state, world.case(bid_id).due_on) == ("deferred", date(2011, 9, 1))
    assert held(world) == {2011: (20_000_000, 0), 2012: (10_000_000, 0)}
    world.act("approver2", bid_id, "resume")
    world.act("approver2", bid_id, "approve", APPROVAL)
    assert world.case(bid_id).state == "approved"


def test_a_decision_comes_back_by_itself_after_its_day(world: World) -> None:
    bid_id = line.to_deferred(world)
    world.move_to(datetime(2011, 9, 2, 0, 1, tzinfo=LONDON))
    assert sweep_breaches(world.sessions, world.clock) == 1
    assert world.case(bid_id).state == "deciding"
    with world.sessions() as session:
        (running,) = open_deadlines(session, [f"case:{bid_id}"])[f"case:{bid_id}"]
        assert running.kind == "first_approval"


@pytest.mark.parametrize("until", [date(2012, 4, 2), date(2012, 3, 31), date(2011, 5, 4), None])
def test_a_decision_is_put_off_to_a_later_day_of_the_year_that_holds_the_money(
    world: World, until: date | None
) -> None:
    bid_id = line.to_deciding(world)
    found = codes(world, "approver1", bid_id, "defer", {"until_on": until, "reason": "Later."})
    assert found & {"past_the_year", "date_not_later"}
    world.act("approver1", bid_id, "defer", {"until_on": date(2012, 3, 30), "reason": "Later."})
    assert world.case(bid_id).state == "deferred"


def test_a_referred_decision_that_was_put_off_comes_back_to_the_accounting_officer(world: World) -> None:
    bid_id = line.to_referred(world)
    world.act("accounting", bid_id, "defer", {"until_on": date(2011, 9, 1), "reason": "The Treasury asks."})
    world.act(SYSTEM, bid_id, "resume")
    assert world.case(bid_id).state == "referred"


def test_a_contentious_bid_goes_to_the_accounting_officer_whatever_its_amount(world: World) -> None:
    bid_id = line.to_referred(world, asked=SMALL)
    assert world.case(bid_id).state == "referred"
    assert told(world, "bid_referred") == {"accounting", "finance"}
    assert told(world, "bid_to_decide") == set()


def test_what_marks_a_bid_is_said_in_words(world: World) -> None:
    bid_id = line.to_appraisal(world)
    data = {**RECOMMENDATION, "marks": ("novel",), "marked_why": " "}
    assert codes(world, "assessor", bid_id, "recommend", data) == {"marks_unexplained"}


def test_an_amount_above_every_approvers_limit_goes_to_the_accounting_officer(world: World) -> None:
    with world.sessions() as session, session.begin():
        session.execute(text("UPDATE delegation SET valid_to = '2011-04-30'"))
        dated = {"organisation_id": world.ids["DCLG"], "valid_from": date(2011, 5, 1)}
        session.add(Delegation(person_id=world.ids["approver1"], limit_pence=Pence(29_999_999), **dated))
    bid_id = line.to_deciding(world)
    assert world.case(bid_id).state == "referred"
    line.with_deciders(world)
    world.act("accounting", bid_id, "approve_referred", APPROVAL)
    assert (world.case(bid_id).state, held(world)[2011]) == ("approved", (0, 20_000_000))


def test_an_approver_cannot_approve_what_is_contentious(world: World) -> None:
    bid_id = line.to_deciding(world)
    world.act("approver1", bid_id, "refer", {"marks": ("contentious",), "reason": "The press."})
    assert codes(world, "approver2", bid_id, "approve", APPROVAL) >= {"wrong_state"}
    assert "consent_missing" in codes_of_ao(world, bid_id)


def codes_of_ao(world: World, bid_id: int) -> set[str]:
    line.with_deciders(world)
    return codes(world, "accounting", bid_id, "approve_referred", APPROVAL)


def test_the_accounting_officer_is_told_which_consent_is_missing(world: World, tmp_path: Path) -> None:
    bid_id = line.to_referred(world)
    with pytest.raises(Refused) as refused:
        world.act("accounting", bid_id, "approve_referred", APPROVAL)
    (reason,) = refused.value.reasons
    assert reason.text == "This bid is contentious, and the Treasury’s consent to £300,000 is not recorded."
    assert reason.who == "A finance officer"
    consent = {"reference": "HMT/7", "dated_on": date(2011, 5, 3), "amount_pence": Pence(29_999_999)}
    document = line.letter(world, "finance", tmp_path)
    world.act("finance", bid_id, "record_consent", {**consent, "document": document})
    assert codes(world, "accounting", bid_id, "approve_referred", APPROVAL) == {"consent_too_small"}
    consent |= {"amount_pence": Pence(30_000_000)}
    document = line.letter(world, "finance", tmp_path)
    world.act("finance", bid_id, "record_consent", {**consent, "document": document})
    world.act("accounting", bid_id, "approve_referred", APPROVAL)
    assert world.case(bid_id).state == "approved"


def test_a_consent_without_its_letter_is_not_recorded(world: World) -> None:
    bid_id = line.to_referred(world)
    data = {"reference": "HMT/7", "dated_on": date(2011, 5, 3), "amount_pence": Pence(1), "document": ()}
    assert codes(world, "finance", bid_id, "record_consent", data) == {"letter_missing"}
    later = {**data, "document": (1,), "dated_on": date(2012, 1, 1)}
    assert codes(world, "finance", bid_id, "record_consent", later) == {"letter_date"}


def test_a_bid_that_nobody_marked_needs_no_consent(world: World) -> None:
    bid_id = line.to_deciding(world)
    world.act("approver1", bid_id, "refer", {"marks": (), "reason": "I would rather not."})
    data = {"reference": "x", "dated_on": date(2011, 5, 3), "amount_pence": Pence(1), "document": (1,)}
    assert codes(world, "finance", bid_id, "record_consent", data) == {"no_consent_needed"}
    line.with_deciders(world)
    world.act("accounting", bid_id, "approve_referred", APPROVAL)
    assert world.case(bid_id).state == "approved"


def directed(world: World, folder: Path) -> dict[str, Any]:
    return {
        "minister": "The Secretary of State",
        "dated_on": date(2011, 5, 3),
        "publish_on": date(2011, 7, 1),
        "copied_to_auditor": True,
        "copied_to_treasury": True,
        "document": line.letter(world, "accounting", folder),
    }


def test_a_ministers_direction_approves_against_the_objection_and_is_copied_to_both(
    world: World, tmp_path: Path
) -> None:
    bid_id = line.to_direction_sought(world)
    assert world.case(bid_id).state == "direction_sought"
    data = directed(world, tmp_path)
    assert "not_copied" in codes(
        world, "accounting", bid_id, "record_direction", {**data, "copied_to_auditor": False}
    )
    world.act("accounting", bid_id, "record_direction", data)
    assert (world.case(bid_id).state, held(world)[2011]) == ("approved", (0, 20_000_000))
    assert told(world, "direction_recorded") == {"finance", "responsible"}


def test_an_objection_is_stated_under_one_of_the_four_tests(world: World) -> None:
    bid_id = line.to_referred(world)
    assert codes(world, "accounting", bid_id, "seek_direction", {"objections": {}}) == {"no_objection"}


def test_without_a_direction_the_bid_is_rejected_and_its_money_is_free(world: World) -> None:
    bid_id = line.to_direction_sought(world)
    world.act("accounting", bid_id, "give_up_direction", WHY)
    assert (world.case(bid_id).state, held(world)) == ("rejected", {})


def test_a_connection_declared_after_a_vote_voids_it_and_keeps_the_money(world: World) -> None:
    bid_id = line.to_deciding(world)
    assert "not_voted" in codes(world, "approver1", bid_id, "declare_conflict", WHY)
    world.act("approver1", bid_id, "approve", APPROVAL)
    world.act("approver1", bid_id, "declare_conflict", {"reason": "My brother works there."})
    assert held(world) == {2011: (20_000_000, 0), 2012: (10_000_000, 0)}
    with world.sessions() as session:
        assert [row.case_id for row in session.scalars(select(Interest))] == [bid_id]
        assert len(session.scalars(select(Vote)).all()) == 1
    world.act("approver2", bid_id, "approve", APPROVAL)
    assert world.case(bid_id).state == "deciding"
    assert codes(world, "approver1", bid_id, "approve", APPROVAL) >= {"interest_on_record"}


def test_that_nobody_is_left_is_told_to_the_person_responsible_at_once(world: World) -> None:
    bid_id = line.to_deciding(world)
    world.act("approver1", bid_id, "approve", APPROVAL)
    assert told(world, "nobody_left") == set()
    world.act("approver1", bid_id, "declare_conflict", {"reason": "My brother works there."})
    assert told(world, "nobody_left") == {"responsible"}


def test_an_appeal_is_judged_by_people_who_had_no_part_in_the_first_decision(world: World) -> None:
    bid_id = line.to_rejected(world)
    line.with_deciders(world)
    world.act("signatory", bid_id, "ask_appeal", {"reason": "That fund ended in March."})
    assert told(world, "appeal_asked") == {"accounting", "responsible"}
    world.act("accounting", bid_id, "accept_appeal", {"reason": "It did.", "note": ""})
    assert (world.case(bid_id).state, world.case(bid_id).ended) == ("appraisal", False)
    again = {**RECOMMENDATION, "amounts": SMALL}
    assert "judged_before_appeal" in codes(world, "assessor", bid_id, "recommend", again)
    world.act("assessor2", bid_id, "recommend", again)
    assert "judged_before_appeal" in codes(world, "approver1", bid_id, "approve", APPROVAL)
    world.act("approver2", bid_id, "reject", WHY)
    assert codes(world, "signatory", bid_id, "ask_appeal", WHY) == {"appealed_before"}


def test_an_appeal_is_asked_within_twenty_working_days(world: World) -> None:
    bid_id = line.to_rejected(world)
    with world.sessions() as session:
        (running,) = open_deadlines(session, [f"case:{bid_id}"])[f"case:{bid_id}"]
    assert (running.kind, running.due_on) == ("appeal", date(2011, 6, 2))
    world.move_to(datetime(2011, 6, 3, 0, 0, tzinfo=LONDON))
    assert codes(world, "signatory", bid_id, "ask_appeal", WHY) == {"appeal_too_late"}


def test_a_refused_appeal_ends_the_matter_and_whoever_decided_does_not_refuse_it(world: World) -> None:
    bid_id = line.to_rejected(world)
    line.with_deciders(world)
    assert "no_appeal_waits" in codes(world, "accounting", bid_id, "refuse_appeal", WHY)
    world.act("signatory", bid_id, "ask_appeal", WHY)
    world.act("responsible", bid_id, "refuse_appeal", {"reason": "The fund runs on.", "note": ""})
    assert world.case(bid_id).state == "rejected"
    assert told(world, "appeal_refused") == {"drafter", "signatory"}
    assert "no_appeal_waits" in codes(world, "accounting", bid_id, "accept_appeal", WHY)


def test_whoever_assessed_may_neither_reject_nor_put_off(world: World) -> None:
    """Source: domain, section 10, case 12."""
    bid_id = line.to_deciding(world)
    with world.sessions() as session, session.begin():
        session.execute(
            text(
                "INSERT INTO role_assignment (person_id, role, organisation_id, valid_from)"
                " VALUES (:person, 'approver', :home, '2010-04-01')"
            ),
            {"person": world.ids["assessor"], "home": world.ids["DCLG"]},
        )
    later = {"until_on": date(2011, 9, 1), "reason": "Later."}
    tried: dict[str, dict[str, Any]] = {
        "approve": APPROVAL,
        "propose_rejection": WHY,
        "defer": later,
        "refer": WHY,
        "send_back": WHY,
    }
    for action, data in tried.items():
        assert "already_appraise" in codes(world, "assessor", bid_id, action, data), action
