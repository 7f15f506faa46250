"""Partners: named with a task and a share, asked, and answering for themselves."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select

from tests import world as line
from tests.world import START, World, make_world
from workflow.accounts.queries import viewer_for
from workflow.accounts.roles import Role
from workflow.audit.models import Event
from workflow.bids import commands, partnering, values
from workflow.bids.branches.commands import copy_bid, put_back
from workflow.bids.branches.queries import comments_of
from workflow.bids.content import content_of
from workflow.bids.models import BidVersion, Section
from workflow.bids.taking_part import part_by_reference
from workflow.cases.registry import _installed
from workflow.clock import FixedClock
from workflow.db import Sessions
from workflow.errors import Invalid, NotHere
from workflow.money import Pence
from workflow.notifications import Notification

PART = values.PartnerLine("GAT", "Lends ten peers", ((2011, Pence(2_000_000)),))


@pytest.fixture
def world(sessions: Sessions, clock: FixedClock) -> Iterator[World]:
    """The small world with somebody who speaks for one council as a partner, and somebody for another."""
    before = list(_installed)
    clock.move(START - clock.now())
    made = make_world(sessions, clock)
    line.with_officers(made, {"partner": Role.PARTNER}, home="GAT")
    line.with_officers(made, {"other": Role.PARTNER}, home="SUN")
    yield made
    _installed[:] = before


def named(world: World, bid_id: int, part: values.PartnerLine = PART, row_id: int | None = None) -> None:
    rev = 1
    if row_id is not None:
        with world.sessions() as session:
            rev = content_of(session, bid_id).sections["partners"].rev
    world.work(
        "drafter",
        lambda work: commands.add_row(
            work, bid_id, Section.PARTNERS, part, seen_rev=rev, key=uuid4().hex, row_id=row_id
        ),
    )


def answer(world: World, bid_id: int, how: str, who: str = "partner", **said: Any) -> None:
    command = {
        "confirm": partnering.confirm_part,
        "comment": partnering.comment_on_part,
        "withdraw": partnering.withdraw_part,
    }[how]
    world.work(who, lambda work: command(work, bid_id, world.ids["GAT"], key=uuid4().hex, **said))  # type: ignore[operator]


def partner_of(world: World, bid_id: int) -> Any:
    with world.sessions() as session:
        (found,) = content_of(session, bid_id).partners
        return found


def written_to(world: World, template: str) -> set[str]:
    with world.sessions() as session:
        return set(session.scalars(select(Notification.address).where(Notification.template == template)))


def test_a_partner_is_told_when_it_is_named_and_confirms_its_task_and_share(world: World) -> None:
    bid_id = line.draft(world)
    named(world, bid_id)
    assert written_to(world, "partner_named") == {"partner@gat.example"}
    answer(world, bid_id, "confirm")
    found = partner_of(world, bid_id)
    assert (found.task, found.shares, found.is_confirmed) == ("Lends ten peers", ((2011, 2_000_000),), True)
    assert written_to(world, "partner_answered") == {"drafter@lgid.example", "signatory@lgid.example"}


def test_a_bid_whose_partner_has_not_confirmed_is_sent_with_that_shown_to_everybody(world: World) -> None:
    """Source: domain, section 10, case 24."""
    bid_id = line.draft(world)
    named(world, bid_id)
    world.act("signatory", bid_id, "submit", {"declaration": True})
    assert world.case(bid_id).state == "submitted"
    with world.sessions() as session:
        snapshot = session.get_one(BidVersion, (bid_id, 1)).snapshot
    assert '"confirmed":false' in snapshot


def test_an_answer_of_a_partner_is_written_down_and_bumps_no_revision(world: World) -> None:
    bid_id = line.draft(world)
    named(world, bid_id)
    rev = world.case(bid_id).rev
    answer(world, bid_id, "comment", text="We can lend twelve.")
    answer(world, bid_id, "withdraw", reason="We reorganise.")
    assert world.case(bid_id).rev == rev
    with world.sessions() as session:
        events = session.scalars(
            select(Event.event)
            .where(Event.stream == f"part:{partner_of(world, bid_id).id}")
            .order_by(Event.seq)
        ).all()
    assert events == ["part_commented", "part_withdrew"]
    assert partner_of(world, bid_id).is_withdrawn


def test_a_part_that_the_lead_changes_has_to_be_confirmed_anew_and_one_saved_as_it_was_does_not(
    world: World,
) -> None:
    bid_id = line.draft(world)
    named(world, bid_id)
    answer(world, bid_id, "confirm")
    row_id = partner_of(world, bid_id).id
    named(world, bid_id, PART, row_id)
    assert partner_of(world, bid_id).is_confirmed
    named(world, bid_id, PART._replace(task="Lends twelve peers"), row_id)
    assert not partner_of(world, bid_id).is_confirmed


def test_a_confirmation_after_sending_is_no_change_of_the_leads_words(world: World) -> None:
    bid_id = line.draft(world)
    named(world, bid_id)
    world.act("signatory", bid_id, "submit", {"declaration": True})
    world.act("case", bid_id, "take_case")
    world.act("case", bid_id, "return_bid", {"defects": line.DEFECTS})
    answer(world, bid_id, "confirm")
    world.work(
        "drafter",
        lambda work: commands.save_section(work, bid_id, Section.PARTNERS, None, seen_rev=2, key=uuid4().hex),
    )
    with world.sessions() as session:
        assert content_of(session, bid_id).bid.unsent is False


@pytest.mark.parametrize("who", ["other", "drafter", "case"])
def test_nobody_answers_for_another_body(world: World, who: str) -> None:
    bid_id = line.draft(world)
    named(world, bid_id)
    with pytest.raises(NotHere):
        answer(world, bid_id, "confirm", who=who)


def test_a_partner_reads_its_own_words_and_the_lead_reads_all(world: World) -> None:
    bid_id = line.draft(world)
    named(world, bid_id)
    named(world, bid_id, values.PartnerLine("SUN", "Lends a hall"))
    answer(world, bid_id, "comment", text="We can lend twelve.")
    case = world.case(bid_id)
    with world.sessions() as session:
        seen = {
            who: [
                one.text
                for one in comments_of(session, viewer_for(session, world.ids[who], world.clock.now()), case)
            ]
            for who in ("drafter", "partner", "other", "case")
        }
    assert seen == {
        "drafter": ["We can lend twelve."],
        "partner": ["We can lend twelve."],
        "other": [],
        "case": [],
    }


def test_a_body_that_is_not_named_sees_no_part(world: World) -> None:
    bid_id = line.draft(world)
    named(world, bid_id)
    with world.sessions() as session:
        viewer = viewer_for(session, world.ids["other"], world.clock.now())
        with pytest.raises(NotHere):
            part_by_reference(session, viewer, world.case(bid_id).reference)


def test_a_partner_says_something_and_gives_a_reason_or_nothing_happens(world: World) -> None:
    bid_id = line.draft(world)
    named(world, bid_id)
    with pytest.raises(Invalid):
        answer(world, bid_id, "comment", text="  ")
    with pytest.raises(Invalid):
        answer(world, bid_id, "withdraw", reason="")
    assert not partner_of(world, bid_id).is_withdrawn


def test_a_part_of_a_bid_that_ended_is_not_confirmed_any_more(world: World) -> None:
    bid_id = line.draft(world)
    named(world, bid_id)
    world.act("signatory", bid_id, "withdraw", {"reason": "No."})
    with pytest.raises(Invalid):
        answer(world, bid_id, "confirm")


def test_a_share_in_a_year_outside_the_round_is_refused(world: World) -> None:
    bid_id = line.draft(world)
    with pytest.raises(Invalid):
        named(world, bid_id, PART._replace(shares=((2020, Pence(5)),)))


def tellings(world: World) -> list[int]:
    """The bids of which the partner was told that it is named, one for each letter."""
    with world.sessions() as session:
        found = session.scalars(
            select(Notification.payload["case_id"].as_integer())
            .where(Notification.template == "partner_named")
            .order_by(Notification.id)
        )
        return list(found)


def test_a_partner_whose_part_is_put_back_to_what_was_sent_is_told_and_one_whose_part_stays_is_not(
    world: World,
) -> None:
    bid_id = line.draft(world)
    named(world, bid_id)
    world.act("signatory", bid_id, "submit", {"declaration": True})
    world.act("case", bid_id, "take_case")
    world.act("case", bid_id, "return_bid", {"defects": line.DEFECTS})
    put_back_by_drafter(world, bid_id)
    assert tellings(world) == [bid_id]
    world.clock.move(timedelta(minutes=1))
    named(world, bid_id, PART._replace(task="Lends twelve peers"), partner_of(world, bid_id).id)
    put_back_by_drafter(world, bid_id)
    assert tellings(world) == [bid_id] * 3
    assert partner_of(world, bid_id).task == "Lends ten peers"


def put_back_by_drafter(world: World, bid_id: int) -> None:
    world.work("drafter", lambda work: put_back(work, bid_id, key=uuid4().hex))


def test_a_partner_is_told_when_a_copy_of_a_bid_names_it(world: World) -> None:
    bid_id = line.draft(world)
    named(world, bid_id)
    world.work("drafter", lambda work: copy_bid(work, bid_id, round_code="R1", key=uuid4().hex))
    assert len(set(tellings(world))) == 2
    assert written_to(world, "partner_named") == {"partner@gat.example"}


def remove(world: World, bid_id: int) -> None:
    part_id = partner_of(world, bid_id).id
    world.work(
        "drafter",
        lambda work: commands.remove_row(work, bid_id, Section.PARTNERS, part_id, key=uuid4().hex),
    )


def test_a_partner_that_is_removed_or_left_out_by_the_text_put_back_is_told(world: World) -> None:
    bid_id = line.draft(world)
    world.act("signatory", bid_id, "submit", {"declaration": True})
    world.act("case", bid_id, "take_case")
    world.act("case", bid_id, "return_bid", {"defects": line.DEFECTS})
    named(world, bid_id)
    put_back_by_drafter(world, bid_id)
    assert written_to(world, "partner_removed") == {"partner@gat.example"}
    world.clock.move(timedelta(minutes=1))
    named(world, bid_id)
    remove(world, bid_id)
    with world.sessions() as session:
        told = session.scalars(
            select(Notification.payload["organisation_id"].as_integer()).where(
                Notification.template == "partner_removed"
            )
        ).all()
    assert list(told) == [world.ids["GAT"]] * 2


def test_a_partner_that_takes_no_part_any_more_is_not_told_that_it_is_removed(world: World) -> None:
    bid_id = line.draft(world)
    named(world, bid_id)
    answer(world, bid_id, "withdraw", reason="We reorganise.")
    remove(world, bid_id)
    assert written_to(world, "partner_removed") == set()
