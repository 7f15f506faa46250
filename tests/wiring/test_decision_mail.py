"""What mail about decisions says, and to whom: reasons to the lead body, and nothing that is the department's own."""

from datetime import date
from functools import partial
from uuid import uuid4

import pytest
from sqlalchemy import select

from tests import world as line
from tests.wiring.test_mailroom import said
from tests.world import World, make_world, to_deciding, to_deferred, to_referred, to_rejected
from workflow.accounts.models import Delegation, Person
from workflow.approval import deciders, questions
from workflow.approval.branching import too_few_left
from workflow.approval.referral import waits_for_accounting_officer
from workflow.cases import Case
from workflow.cases.facts import facts_for
from workflow.clock import FixedClock
from workflow.db import Sessions, Work
from workflow.notifications import Notification


@pytest.fixture
def world(sessions: Sessions, clock: FixedClock) -> World:
    return make_world(sessions, clock)


def test_a_rejection_says_its_reasons_and_until_when_another_look_can_be_asked_for(world: World) -> None:
    to_rejected(world)
    for facts in said(world, "bid_rejected"):
        assert facts is not None
        assert facts["told"] == "Another fund pays for this."
        assert facts["due_on"] == date(2011, 6, 2)
        assert "See file 7." not in str(facts)


def test_councils_that_answered_are_told_of_a_rejection(world: World) -> None:
    to_rejected(world)
    with world.sessions() as session:
        told = session.scalars(
            select(Notification.address).where(Notification.template == "decision_told")
        ).all()
    assert "corporate@gat.example" in told
    assert "corporate@sun.example" not in told


def test_the_accounting_officer_reads_what_marks_a_bid_and_how_much_is_recommended(world: World) -> None:
    to_referred(world)
    for facts in said(world, "bid_referred"):
        assert facts is not None
        assert facts["marks"] == "contentious"
        assert facts["bid"]["amount_pence"] == 30_000_000


def test_a_decision_that_was_put_off_names_its_own_day_after_it_was_taken_up_again(world: World) -> None:
    bid_id = to_deferred(world)
    world.act("approver2", bid_id, "resume")
    assert {facts and facts["due_on"] for facts in said(world, "decision_put_off")} == {date(2011, 9, 1)}


def ask(world: World, bid_id: int, of: str) -> int:
    def do(work: Work) -> int:
        return questions.ask(work, bid_id, asked_of=world.ids[of], text="Why three days?", key=uuid4().hex)

    number: int = world.work("approver1", do)
    return number


def test_a_question_names_its_asker_in_the_department_and_only_the_department_outside(world: World) -> None:
    bid_id = to_deciding(world)
    ask(world, bid_id, "assessor")
    ask(world, bid_id, "signatory")
    inside, outside = said(world, "question_asked")
    assert inside is not None
    assert outside is not None
    assert (inside["asked_by"], outside["asked_by"]) == ("Approver1", "The Department")


def test_a_question_that_is_answered_before_its_mail_goes_out_is_not_asked_any_more(world: World) -> None:
    bid_id = to_deciding(world)
    number = ask(world, bid_id, "assessor")
    world.work("assessor", partial(_answer, bid_id=bid_id, number=number))
    assert said(world, "question_asked") == [None]
    (answered,) = said(world, "question_answered")
    assert answered is not None
    assert answered["answered_by"] == "Assessor"


def _answer(work: Work, *, bid_id: int, number: int) -> None:
    questions.answer(work, bid_id, number, text="Two are too few.", key=uuid4().hex)


def test_an_appeal_is_told_in_the_words_of_the_lead_body_and_answered_in_those_of_the_department(
    world: World,
) -> None:
    bid_id = to_rejected(world)
    line.with_deciders(world)
    world.act("signatory", bid_id, "ask_appeal", {"reason": "That fund ended."})
    assert {facts and facts["told"] for facts in said(world, "appeal_asked")} == {"That fund ended."}
    world.act("accounting", bid_id, "accept_appeal", {"reason": "It did.", "note": "Mind the press."})
    assert {facts and facts["told"] for facts in said(world, "appeal_accepted")} == {"It did."}


def test_a_second_rejection_promises_no_second_look(world: World) -> None:
    bid_id = to_rejected(world)
    line.with_deciders(world)
    world.act("signatory", bid_id, "ask_appeal", {"reason": "The figures were misread."})
    world.act("accounting", bid_id, "accept_appeal", {"reason": "They were."})
    world.act("assessor2", bid_id, "advise_rejection", {"reason": "Still too dear."})
    world.act("approver2", bid_id, "reject_on_advice", {"reason": "It is too dear."})
    assert [facts and facts["told"] for facts in said(world, "bid_rejected")][-1] == "It is too dear."
    assert [facts and facts["due_on"] for facts in said(world, "bid_rejected")][-1] is None


def test_nobody_who_judged_a_bid_before_its_appeal_is_asked_to_judge_it_again(world: World) -> None:
    line.with_deciders(world)
    bid_id = to_deciding(world)
    world.act("approver1", bid_id, "propose_rejection", {"reason": "Too dear."})
    world.act("approver2", bid_id, "confirm_rejection")
    world.act("signatory", bid_id, "ask_appeal", {"reason": "The figures were misread."})
    before = owed(world, "bid_to_assess")
    world.act("accounting", bid_id, "accept_appeal", {"reason": "They were."})
    assert owed(world, "bid_to_assess")[len(before) :] == ["assessor2@dclg.example"]
    world.act("assessor2", bid_id, "recommend", line.RECOMMENDATION)
    assert owed(world, "bid_to_decide")[-1] == "approver3@dclg.example"
    with world.sessions() as session:
        left = deciders.facts(session, [bid_id], now=world.clock.now(), person_id=None)[bid_id].left
    assert left == (world.ids["approver3"],)
    assert owed(world, "nobody_left") == ["responsible@dclg.example"]


def test_the_person_responsible_is_told_at_once_when_no_accounting_officer_is_left_to_decide(
    world: World,
) -> None:
    bid_id = to_referred(world, asked=line.SMALL)
    assert owed(world, "nobody_left") == []
    world.act("accounting", bid_id, "reject", {"reason": "No.", "note": ""})
    world.act("signatory", bid_id, "ask_appeal", {"reason": "Look again."})
    world.act("accounting", bid_id, "accept_appeal", {"reason": "Others judge."})
    before = owed(world, "bid_referred")
    again = {**line.RECOMMENDATION, **line.CONTENTIOUS, "amounts": line.SMALL}
    world.act("assessor2", bid_id, "recommend", again)
    assert world.case(bid_id).state == "referred"
    assert owed(world, "nobody_left") == ["responsible@dclg.example"]
    assert "accounting@dclg.example" not in owed(world, "bid_referred")[len(before) :]
    with world.sessions() as session:
        case = session.get_one(Case, bid_id)
        facts = facts_for(session, [case], now=world.clock.now(), person_id=None)[bid_id]
    assert "No accounting officer is left" in too_few_left(facts)
    assert waits_for_accounting_officer(facts).startswith("Another accounting officer")


def test_an_approver_lent_by_the_body_that_bids_is_not_asked_to_decide_on_its_bid(world: World) -> None:
    line.with_deciders(world)
    with world.sessions() as session, session.begin():
        session.get_one(Person, world.ids["approver3"]).organisation_id = world.ids["LGID"]
    to_deciding(world)
    assert owed(world, "bid_to_decide") == ["approver1@dclg.example", "approver2@dclg.example"]


def owed(world: World, template: str) -> list[str]:
    """The addresses to which a letter is owed, in the order in which it was."""
    with world.sessions() as session:
        found = select(Notification.address).where(Notification.template == template)
        return list(session.scalars(found.order_by(Notification.id)))


def test_an_approver_whose_limit_has_ended_is_not_asked_to_decide(world: World) -> None:
    with world.sessions() as session, session.begin():
        limit = session.scalars(
            select(Delegation).where(Delegation.person_id == world.ids["approver2"])
        ).one()
        limit.valid_to = date(2011, 4, 1)
    line.to_deciding(world)
    assert owed(world, "bid_to_decide") == ["approver1@dclg.example"]
