"""Whose move a bid is, until when, and what then, in both voices and in every state."""

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from tests import world as line
from tests.web.monitoring.drawing import Desk
from tests.web.strict import elements, text_of
from workflow.accounts.models import Person
from workflow.cases.registry import registry
from workflow.clock import FixedClock
from workflow.db import SYSTEM, Sessions
from workflow.engine import Offer, Reason
from workflow.web.bids.ball import Move
from workflow.web.bids.ball_words import AFTER_DEADLINE, TOLD
from workflow.wiring import wire

To = Callable[[line.World], int]


@pytest.fixture
def world(sessions: Sessions, clock: FixedClock) -> line.World:
    return line.make_world(sessions, clock)


@pytest.fixture
def desk(client: FlaskClient, sign_in_as: Callable[[Any], None], world: line.World) -> Desk:
    return Desk(client, sign_in_as, world)


def box(desk: Desk, who: str, bid_id: int) -> list[str]:
    """The parts of the box at the top of a bid's page, as its reader meets them."""
    page = desk.open(who, bid_id, "").text
    found = next(one for one in elements(page) if "app-explain" in (one.get("class") or ""))
    return [" ".join(" ".join(part.itertext()).split()) for part in found.iter("div")]


def sent(world: line.World) -> int:
    bid_id = line.draft(world)
    world.act("signatory", bid_id, "submit", {"declaration": True})
    return bid_id


def closed_to_answers(world: line.World) -> int:
    bid_id = line.to_consulting(world)
    line.answer(world, bid_id, "GAT")
    world.move_to(line.AFTER_CLOSE)
    world.act(SYSTEM, bid_id, "close_consultation")
    return bid_id


def approved(world: line.World) -> int:
    bid_id = line.to_deciding(world)
    for who in ("approver1", "approver2"):
        world.act(who, bid_id, "approve", line.APPROVAL)
    return bid_id


def offered(world: line.World) -> int:
    bid_id = approved(world)
    world.act("finance", bid_id, "offer", line.OFFER)
    return bid_id


def asked_to_pay(world: line.World) -> int:
    bid_id = line.to_active(world)
    world.act("drafter", bid_id, "make_claim", line.CLAIM)
    return bid_id


READ: list[tuple[To, str, str]] = [
    (line.draft, "signatory", "You, LGID Your move: sign and send the bid"),
    (line.draft, "drafter", "You, LGID Your signatory: sign and send the bid"),
    (sent, "case", "You, or another case officer Take this bid for its first check"),
    (sent, "assessor", "A case officer Take this bid for its first check"),
    (
        sent,
        "signatory",
        "The department It takes the bid for its first check. There is nothing for you to do",
    ),
    (line.to_consulting, "case", "The councils that were asked 0 of 4 have answered"),
    (line.to_consulting, "signatory", "The councils that were asked 0 of 4 have answered"),
    (closed_to_answers, "drafter", "You, LGID Your move: say what you did about 1 answer, of 1 in all"),
    (closed_to_answers, "case", "A signatory of the lead body"),
    (line.to_appraisal, "signatory", "The department It assesses the bid. There is nothing for you to do"),
    (line.to_deciding, "approver1", "You, or another first approver With a limit of at least £300,000"),
    (line.to_deciding, "signatory", "The department It decides on the bid. There is nothing for you to do"),
    (approved, "finance", "You, or another finance officer Make the offer"),
    (approved, "signatory", "The department It prepares the offer. There is nothing for you to do"),
    (offered, "signatory", "You, LGID Your move: accept the offer"),
    (offered, "finance", "A signatory of the lead body Accept the offer"),
    (line.to_active, "drafter", "Nobody just now You can request a payment"),
    (line.to_active, "manager", "Nobody just now No payment request and no report waits"),
    (asked_to_pay, "manager", "You, or another grant manager Check a payment request"),
    (asked_to_pay, "payer", "A grant manager Check a payment request"),
    (asked_to_pay, "drafter", "The department It looks at what you sent. There is nothing for you to do"),
    (line.to_closed, "signatory", "Nobody This bid has ended"),
    (line.to_withdrawn, "case", "Nobody This bid has ended"),
    (line.to_returned, "signatory", "You, LGID Your move: put right what was named, and send it again"),
    (line.to_returned, "case", "A signatory of the lead body Sign and send the bid"),
    (line.to_ineligible, "case", "Nobody This bid has ended"),
    (line.to_rejected, "signatory", "You, if you wish Ask for another look at the decision"),
    (line.to_deferred, "case", "The day until which it was put off Whoever decides can take it up before"),
    (line.to_deferred, "signatory", "The department It decides on the bid"),
    (line.to_referred, "signatory", "The department It decides on the bid"),
    (line.to_direction_sought, "signatory", "The department It decides on the bid"),
    (line.to_sent_back, "assessor", "You, or another assessor"),
    (line.to_referred, "accounting", "You, or another accounting officer This bid is contentious"),
    (line.to_referred, "case", "An accounting officer This bid is contentious"),
    (line.to_suspended, "signatory", "The department It decides when payments go on"),
    (line.to_suspended, "approver1", "You, or another approver Let payments go on"),
    (line.to_terminated, "finance", "You, or another finance officer Propose the final figures"),
    (line.to_declined, "signatory", "Nobody This bid has ended"),
]


@pytest.mark.parametrize(("to", "who", "said"), READ)
def test_the_first_thing_on_a_bid_is_who_has_the_move(
    desk: Desk, world: line.World, to: To, who: str, said: str
) -> None:
    assert box(desk, who, to(world))[0].startswith(f"Waiting for {said}")


def test_a_second_approver_reads_who_approved_before_and_that_it_was_not_them(
    desk: Desk, world: line.World
) -> None:
    bid_id = line.to_deciding(world)
    world.act("approver1", bid_id, "approve", line.APPROVAL)
    waiting, until, then = box(desk, "approver2", bid_id)
    with world.sessions() as session:
        first = session.scalars(select(Person.name).where(Person.id == world.ids["approver1"])).one()
    assert waiting.startswith("Waiting for You, or another second approver")
    assert f"and not {first}, who approved" in waiting
    assert until.startswith("Until ")
    assert then == "Then The finance officer makes the offer"


def test_a_deadline_that_acts_says_what_it_does_to_whom_it_concerns(desk: Desk, world: line.World) -> None:
    bid_id = line.draft(world)
    assert box(desk, "signatory", bid_id)[1] == (
        "Until Friday 8 April 2011 8 working days left. After that it can no longer be sent"
    )


@pytest.mark.parametrize("to", [sent, line.to_screening, line.to_appraisal, line.to_deciding, approved])
def test_nobody_outside_reads_a_name_a_role_or_a_step_of_the_department(
    desk: Desk, world: line.World, to: To
) -> None:
    bid_id = to(world)
    with world.sessions() as session:
        staff = [world.ids[name] for name in line.STAFF]
        names = session.scalars(select(Person.name).where(Person.id.in_(staff)).order_by(Person.id)).all()
    words = " ".join(box(desk, "signatory", bid_id)).lower()
    roles = ("case officer", "assessor", "approver", "finance officer", "grant manager")
    for inside in (*names, *roles, "recommend"):
        assert inside.lower() not in words


def test_a_bid_that_was_stopped_shows_where(desk: Desk, world: line.World) -> None:
    page = desk.read("signatory", line.to_withdrawn(world), "")
    assert "Councils asked 29 March Withdrawn 29 March" in page


def test_one_main_button_and_what_nobody_waits_for_is_apart(desk: Desk, world: line.World) -> None:
    page = desk.open("signatory", offered(world), "").text
    main = page[page.index("<main") : page.index("</main>")]
    assert main.count('class="govuk-button"') == 1
    assert "You can also:" in text_of(page)
    assert "withdraw this bid" in text_of(page)


def test_only_parts_that_exist_are_linked(desk: Desk, world: line.World) -> None:
    bid_id = sent(world)
    assert "/consultation" not in desk.open("case", bid_id, "").text.split("app-subnav")[1].split("</nav>")[0]
    withdrawn = line.to_withdrawn(world)
    links = desk.open("case", withdrawn, "").text.split("app-subnav")[1].split("</nav>")[0]
    assert "/consultation" in links
    assert "/award" not in links
    assert "/decision" not in links


def test_every_state_and_every_deadline_that_acts_has_words() -> None:
    wire()
    found = registry()
    workflow = found.definitions["bid", found.current["bid"]]
    assert {state.name for state in workflow.states} == set(TOLD)
    assert {state.breach_action for state in workflow.states if state.breach_action} == set(AFTER_DEADLINE)


def test_what_answers_a_proposal_that_nobody_made_is_not_told_as_blocked(world: line.World) -> None:
    wire()
    found = registry()
    workflow = found.definitions["bid", found.current["bid"]]
    confirm = workflow.action_by_name["confirm_rejection"]
    approve = workflow.action_by_name["approve"]
    waits = Offer(confirm, (Reason("no_rejection_waits", "Nobody has proposed to reject this bid."),))
    short = Offer(approve, (Reason("not_set_aside", "The money is not set aside."),))
    move = Move(workflow, {}, (waits, short), (), ("The money is not set aside.",), is_owner=True)
    assert move.blocked == (short,)
    assert Move(workflow, {}, (waits,), (confirm,), (), is_owner=True).blocked == ()
