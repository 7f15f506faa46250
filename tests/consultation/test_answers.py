"""A council's answers: in time or late, several and one that counts, with whose link."""

from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from tests.consultation.world import CLOSED, LAST_MOMENT, OPENED, TOO_LATE, World
from workflow import audit
from workflow.consultation import commands, inviting
from workflow.consultation.commands import Answer
from workflow.consultation.models import Invitation, Response, ResponseDraft
from workflow.consultation.tallies import tally_of
from workflow.consultation.terms import Position
from workflow.db import Actor
from workflow.errors import Invalid, NotHere, Refused
from workflow.notifications import Notification

SUPPORT = Answer(Position.SUPPORT, "", {}, "Pat", "pat@ken.example", publish=True)


def test_an_answer_in_the_last_second_of_the_london_day_counts_and_the_next_second_is_late(
    world: World,
) -> None:
    consultation_id = world.open()
    assert world.answer("KEN", at=LAST_MOMENT)["late"] is False
    assert world.answer("LCE", at=TOO_LATE)["late"] is True
    with world.sessions() as session:
        tally = tally_of(session, consultation_id)
        held = session.scalars(select(Response).where(Response.late)).one()
    assert (tally.answered, tally.late) == (1, 1)
    assert held.arrived_at == TOO_LATE


def test_what_arrived_in_time_but_was_still_under_way_at_the_close_is_late_with_its_arrival_time(
    world: World,
) -> None:
    consultation_id = world.open()
    world.close()
    assert world.answer("KEN", at=LAST_MOMENT)["late"] is True
    with world.sessions() as session:
        assert session.scalars(select(Response.arrived_at)).one() == LAST_MOMENT
        assert tally_of(session, consultation_id).answered == 0


def test_of_three_answers_the_last_counts_the_others_are_kept_and_the_tally_holds_one(world: World) -> None:
    consultation_id = world.open()
    for position in (Position.OPPOSE, Position.NEUTRAL, Position.SUPPORT_WITH_CHANGES):
        world.answer("KEN", position)
    with world.sessions() as session:
        tally = tally_of(session, consultation_id)
        kept = session.scalars(select(Response).order_by(Response.number)).all()
    assert (tally.answered, tally.positions[Position.SUPPORT_WITH_CHANGES]) == (1, 1)
    assert sum(tally.positions.values()) == 1
    assert [one.position for one in kept] == [
        Position.OPPOSE,
        Position.NEUTRAL,
        Position.SUPPORT_WITH_CHANGES,
    ]
    assert [one.supersedes_id for one in kept] == [None, kept[0].id, kept[1].id]


def test_a_late_answer_leaves_the_one_that_came_in_time_in_the_tally(world: World) -> None:
    consultation_id = world.open()
    world.answer("KEN", Position.SUPPORT)
    world.answer("KEN", Position.OPPOSE, at=TOO_LATE)
    with world.sessions() as session:
        tally = tally_of(session, consultation_id)
    assert (tally.positions[Position.SUPPORT], tally.positions[Position.OPPOSE], tally.late) == (1, 0, 1)


def test_the_same_press_twice_is_one_answer(world: World) -> None:
    world.open()
    invitation_id, key = world.invitation("KEN"), uuid4().hex
    results = []
    for _ in range(2):
        with world.work(Actor("link", link_id=invitation_id)) as work:
            results.append(commands.send_answer(work, invitation_id, link_version=1, answer=SUPPORT, key=key))
    assert results[0] == results[1]
    with world.sessions() as session:
        assert session.scalar(select(func.count()).select_from(Response)) == 1


def test_a_link_of_another_council_is_as_if_the_invitation_were_not_there(world: World) -> None:
    world.open()
    kent, leicester = world.invitation("KEN"), world.invitation("LCE")
    with world.work(Actor("link", link_id=leicester)) as work, pytest.raises(NotHere):
        commands.send_answer(work, kent, link_version=1, answer=SUPPORT, key=uuid4().hex)


def test_a_person_of_another_council_or_of_the_department_cannot_answer(world: World) -> None:
    world.open()
    kent = world.invitation("KEN")
    for name in ("leicester", "officer", "signatory", "stranger"):
        with world.work(name) as work, pytest.raises(NotHere):
            commands.send_answer(work, kent, link_version=None, answer=SUPPORT, key=uuid4().hex)


def test_a_council_officer_who_is_signed_in_answers_without_a_link(world: World) -> None:
    world.open()
    with world.work("kent") as work:
        commands.send_answer(
            work, world.invitation("KEN"), link_version=None, answer=SUPPORT, key=uuid4().hex
        )
    with world.sessions() as session:
        assert session.scalars(select(Response.by_person)).one() == world.ids["kent"]


def test_a_renewed_link_makes_the_old_one_worthless(world: World) -> None:
    world.open()
    kent = world.invitation("KEN")
    with world.work("officer") as work:
        assert inviting.renew_link(work, kent) == 2
    link = Actor("link", link_id=kent)
    with world.work(link) as work, pytest.raises(NotHere):
        commands.start_answer(work, kent, link_version=1)
    with world.work(link) as work:
        commands.start_answer(work, kent, link_version=2)


@pytest.mark.parametrize("name", ["stranger", "signatory", "kent"])
def test_only_a_case_officer_of_the_department_renews_a_link(world: World, name: str) -> None:
    world.open()
    with world.work(name) as work, pytest.raises(NotHere):
        inviting.renew_link(work, world.invitation("KEN"))


def test_a_fetched_link_is_logged_and_only_start_opens_the_invitation(world: World) -> None:
    world.open()
    kent = world.invitation("KEN")
    link = Actor("link", link_id=kent)
    for _ in range(2):
        with world.work(link) as work:
            inviting.log_fetch(work, kent, 1)
    with world.sessions() as session:
        assert session.get_one(Invitation, kent).opened_at is None
    with world.work(link) as work:
        commands.start_answer(work, kent, link_version=1)
    with world.sessions() as session:
        assert session.get_one(Invitation, kent).opened_at == OPENED


def test_a_draft_is_kept_for_a_colleague_and_sending_it_clears_it(world: World) -> None:
    world.open()
    kent = world.invitation("KEN")
    link = Actor("link", link_id=kent)
    with world.work(link) as work:
        rev = commands.save_draft(
            work, kent, link_version=1, seen_rev=0, fields={"position": Position.OPPOSE, "text": "Too large."}
        )
    with world.work("kent") as work:
        rev = commands.save_draft(
            work,
            kent,
            link_version=None,
            seen_rev=rev,
            fields={"name": "Sam", "email": "sam@ken.example", "publish": False},
        )
    with world.work("kent") as work:
        commands.send_draft(work, kent, link_version=None, seen_rev=rev, key=uuid4().hex)
    with world.sessions() as session:
        sent = session.scalars(select(Response)).one()
        assert session.get(ResponseDraft, kent) is None
    assert (sent.position, sent.text, sent.by_name, sent.publish) == (
        Position.OPPOSE,
        "Too large.",
        "Sam",
        False,
    )


def test_two_colleagues_on_one_draft_never_overwrite_each_other_unseen(world: World) -> None:
    world.open()
    kent = world.invitation("KEN")
    for text in ("first", "second"):
        with world.work("kent") as work:
            if text == "first":
                commands.save_draft(work, kent, link_version=None, seen_rev=0, fields={"text": text})
                continue
            with pytest.raises(Refused):
                commands.save_draft(work, kent, link_version=None, seen_rev=0, fields={"text": text})
    with world.sessions() as session:
        assert session.get_one(ResponseDraft, kent).text == "first"


def test_a_page_of_a_draft_that_was_sent_meanwhile_begins_no_new_one(world: World) -> None:
    world.open()
    kent = world.invitation("KEN")
    whole = {"position": Position.SUPPORT, "name": "Sam", "email": "sam@ken.example", "publish": True}
    with world.work("kent") as work:
        rev = commands.save_draft(work, kent, link_version=None, seen_rev=0, fields=whole)
    with world.work("kent") as work:
        commands.send_draft(work, kent, link_version=None, seen_rev=rev, key=uuid4().hex)
    with world.work("kent") as work, pytest.raises(Refused):
        commands.save_draft(work, kent, link_version=None, seen_rev=rev, fields={"text": "late words"})
    with world.sessions() as session:
        assert session.get(ResponseDraft, kent) is None


def test_a_draft_that_lacks_an_answer_is_not_sent(world: World) -> None:
    world.open()
    kent = world.invitation("KEN")
    with world.work("kent") as work:
        rev = commands.save_draft(work, kent, link_version=None, seen_rev=0, fields={"text": "words"})
    with world.work("kent") as work, pytest.raises(Refused):
        commands.send_draft(work, kent, link_version=None, seen_rev=rev, key=uuid4().hex)


@pytest.mark.parametrize(
    ("words", "field"),
    [
        ({"text": " "}, "text"),
        ({"name": ""}, "name"),
        ({"email": "nowhere"}, "email"),
        ({"text": "x" * 4001}, "text"),
    ],
)
def test_an_answer_that_lacks_something_names_the_field(
    world: World, words: dict[str, Any], field: str
) -> None:
    world.open()
    with pytest.raises(Invalid) as raised:
        world.answer("KEN", Position.OPPOSE, **words)
    assert raised.value.field == field


def test_no_answer_is_taken_once_the_response_was_accepted(world: World) -> None:
    world.open()
    world.close()
    world.apply("signatory", "send_response", summary="Nothing was said.", at=CLOSED)
    world.apply("officer", "accept_response", at=CLOSED)
    with pytest.raises(Refused):
        world.answer("KEN", at=CLOSED)


def test_an_answer_is_confirmed_to_its_sender_the_mailbox_and_the_councils_people_once_each(
    world: World,
) -> None:
    world.open()
    world.answer("KEN", email="Kent@Example.test")
    with world.sessions() as session:
        confirmed = session.scalars(
            select(Notification.address).where(Notification.template == "answer_received")
        ).all()
    assert sorted(confirmed) == ["consultations@ken.example", "kent@example.test"]


def test_an_answer_is_an_event_of_its_invitation_and_leaves_the_revision_of_the_bid_alone(
    world: World,
) -> None:
    world.open()
    world.answer("KEN")
    with world.sessions() as session:
        events = audit.events_of(session, f"invitation:{world.invitation('KEN')}", limit=10)
    assert [event.event for event in events] == ["answer_sent"]
    assert "pat@kent.example" not in events[0].canonical
