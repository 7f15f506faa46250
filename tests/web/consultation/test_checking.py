"""The pages about single answers and single councils: confirming, disputing, settling, writing again, and the file of all."""

import csv
from collections.abc import Callable, Iterator
from io import StringIO
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from tests.consultation.world import lifecycle_in_use
from tests.web.conftest import form_of
from tests.world import AFTER_CLOSE, World, answer, make_world, to_consulting
from workflow.accounts.models import Person, RoleAssignment
from workflow.accounts.roles import Role
from workflow.clock import FixedClock
from workflow.consultation.commands import Answer, send_answer
from workflow.consultation.models import Invitation, ResponseHold
from workflow.consultation.terms import Position, Resolution
from workflow.db import SYSTEM, Actor, Sessions
from workflow.notifications import Notification, links


@pytest.fixture
def world(sessions: Sessions, clock: FixedClock, app: Flask) -> Iterator[World]:
    with lifecycle_in_use():
        made = make_world(sessions, clock)
        _officer_of_gateshead(made)
        yield made


def _officer_of_gateshead(world: World) -> None:
    with world.sessions() as session:
        someone = Person(email="officer@gat.example", name="Gail Gate", organisation_id=world.ids["GAT"])
        session.add(someone)
        session.flush()
        session.add(
            RoleAssignment(
                person_id=someone.id,
                role=Role.COUNCIL_OFFICER,
                organisation_id=world.ids["GAT"],
                valid_from=world.clock.now().date(),
            )
        )
        world.ids["gail"] = someone.id
        session.commit()


@pytest.fixture
def bid_id(world: World) -> int:
    return to_consulting(world)


@pytest.fixture
def signed_in(world: World, sign_in_as: Callable[[Any], None]) -> Callable[[str], None]:
    def sign_in(name: str) -> None:
        with world.sessions() as session:
            someone = session.get_one(Person, world.ids[name])
        sign_in_as(someone)

    return sign_in


def invitation_of(world: World, code: str) -> Invitation:
    with world.sessions() as session:
        return session.scalars(
            select(Invitation)
            .where(Invitation.organisation_id == world.ids[code])
            .order_by(Invitation.id.desc())
            .limit(1)
        ).one()


def from_elsewhere(world: World, code: str = "GAT") -> int:
    invitation = invitation_of(world, code)
    given = Answer(Position.OPPOSE, "Too dear.", {}, "A Stranger", "a@elsewhere.example", publish=True)
    result = world.work(
        Actor("link", link_id=invitation.id),
        lambda work: send_answer(work, invitation.id, link_version=1, answer=given, key=uuid4().hex),
    )
    found: int = result["response_id"]
    return found


def token(app: Flask, purpose: str, response_id: int) -> str:
    return links.derive(app.config["SETTINGS"].secret_key, purpose, response_id, 1)


def counted(world: World, code: str = "GAT") -> int | None:
    return invitation_of(world, code).response_id


def test_a_contacts_link_confirms_only_when_the_button_is_pressed(
    client: FlaskClient, app: Flask, world: World, bid_id: int
) -> None:
    response_id = from_elsewhere(world)
    arrived = client.get(f"/r/{token(app, 'confirm_answer', response_id)}")
    address = arrived.headers["Location"]
    assert address == f"/answers/{response_id}/check"
    cookie = next(
        value for name, value in arrived.headers if name == "Set-Cookie" and "answer_check" in value
    )
    assert f"Path=/answers/{response_id}" in cookie
    page = client.get(address)
    assert "Is this the answer of Council GAT?" in page.text
    assert "Too dear." in page.text
    assert counted(world) is None
    sent = client.post(address, data={**form_of(page), "own": "yes"})
    assert sent.status_code == 303
    assert counted(world) == response_id
    assert "Thank you. It counts now." in client.get(address).text
    assert bid_id


def test_a_senders_link_can_only_say_that_it_is_wrong_and_shows_no_words(
    client: FlaskClient, app: Flask, world: World, bid_id: int
) -> None:
    response_id = answer(world, bid_id, "GAT")["response_id"]
    address = client.get(f"/r/{token(app, 'dispute_answer', response_id)}").headers["Location"]
    page = client.get(address)
    assert "We would want fewer days." not in page.text
    empty = client.post(address, data={**form_of(page), "said": ""})
    assert "Say what is wrong, and who should be asked" in empty.text
    assert counted(world) == response_id
    client.post(address, data={**form_of(page), "said": "I never sent this."})
    assert counted(world) is None
    assert "I never sent this." in client.get(address).text


def test_a_senders_link_cannot_confirm_whatever_is_sent(
    client: FlaskClient, app: Flask, world: World, bid_id: int
) -> None:
    response_id = from_elsewhere(world)
    address = client.get(f"/r/{token(app, 'dispute_answer', response_id)}").headers["Location"]
    page = client.get(address)
    client.post(address, data={**form_of(page), "own": "yes"})
    assert counted(world) is None
    assert bid_id


def test_somebody_signed_in_of_the_council_confirms_from_the_consultation(
    client: FlaskClient, world: World, bid_id: int, signed_in: Callable[[str], None]
) -> None:
    response_id = from_elsewhere(world)
    signed_in("gail")
    start = client.get("/consultations")
    assert "Your council has not answered" in start.text
    with world.sessions() as session:
        consultation_id = session.get_one(Invitation, invitation_of(world, "GAT").id).consultation_id
    page = client.get(f"/consultations/{consultation_id}/respond")
    assert f"/answers/{response_id}/check" in page.text
    check = client.get(f"/answers/{response_id}/check")
    client.post(f"/answers/{response_id}/check", data={**form_of(check), "own": "yes"})
    assert counted(world) == response_id
    assert bid_id


@pytest.mark.parametrize("who", [None, "case", "drafter"])
def test_the_page_of_an_answer_is_not_there_for_others(
    client: FlaskClient, world: World, bid_id: int, signed_in: Callable[[str], None], who: str | None
) -> None:
    response_id = from_elsewhere(world)
    if who:
        signed_in(who)
    assert client.get(f"/answers/{response_id}/check").status_code == 404
    assert bid_id


def test_a_link_about_one_answer_opens_no_other(
    client: FlaskClient, app: Flask, world: World, bid_id: int
) -> None:
    first, second = from_elsewhere(world), from_elsewhere(world, "SUN")
    client.get(f"/r/{token(app, 'confirm_answer', first)}")
    client.set_cookie("workflow_answer_check", token(app, "confirm_answer", first), path=f"/answers/{second}")
    assert client.get(f"/answers/{second}/check").status_code == 404
    assert bid_id


def test_the_case_officer_finds_what_is_held_and_settles_it(
    client: FlaskClient, world: World, bid_id: int, signed_in: Callable[[str], None]
) -> None:
    response_id = from_elsewhere(world)
    signed_in("case")
    register = client.get(f"/bids/{world.case(bid_id).reference}/consultation?show=held")
    assert "To be confirmed" in register.text
    page = client.get(f"/consultations/answers/{response_id}")
    rule = f"/consultations/answers/{response_id}/ruling"
    typed = form_of(page)
    wrong = client.post(rule, data={**typed, "resolution": "set_aside", "reason": ""})
    assert "Say why, so that the council can read it" in wrong.text
    done = client.post(rule, data={**typed, "resolution": "set_aside", "reason": "We rang the council."})
    assert done.status_code == 303
    with world.sessions() as session:
        [held] = session.scalars(select(ResponseHold))
    assert (held.resolution, held.reason) == (Resolution.SET_ASIDE, "We rang the council.")
    assert "set aside" in client.get(f"/consultations/answers/{response_id}").text


def test_the_lead_body_is_offered_no_way_to_settle_it(
    client: FlaskClient, world: World, bid_id: int, signed_in: Callable[[str], None]
) -> None:
    response_id = from_elsewhere(world)
    signed_in("drafter")
    page = client.get(f"/consultations/answers/{response_id}")
    assert "Does it count?" not in page.text
    assert bid_id


def test_the_case_officer_writes_to_a_council_again_with_a_new_link(
    client: FlaskClient, world: World, bid_id: int, signed_in: Callable[[str], None]
) -> None:
    gateshead = invitation_of(world, "GAT")
    signed_in("case")
    address = f"/consultations/invitations/{gateshead.id}"
    page = client.get(address)
    assert "corporate@gat.example" in page.text
    typed = {**form_of(page), "link": "new"}
    for _ in range(2):
        assert client.post(address, data=typed).status_code == 303
    assert invitation_of(world, "GAT").version == 2
    with world.sessions() as session:
        sent = session.scalars(
            select(Notification.address).where(
                Notification.template == "consultation_invitation",
                Notification.address.like("%@gat.example"),
            )
        ).all()
    assert sorted(sent) == ["corporate@gat.example"] * 2 + ["officer@gat.example"] * 2
    assert bid_id


def test_others_see_no_address_of_a_council_and_cannot_write_to_it(
    client: FlaskClient, world: World, bid_id: int, signed_in: Callable[[str], None]
) -> None:
    address = f"/consultations/invitations/{invitation_of(world, 'GAT').id}"
    signed_in("drafter")
    page = client.get(address)
    assert "corporate@gat.example" not in page.text
    assert "Send the invitation again" not in page.text
    signed_in("gail")
    assert client.get(address).status_code == 404
    assert bid_id


def test_the_register_goes_out_as_a_file_with_a_line_for_each_council(
    client: FlaskClient, world: World, bid_id: int, signed_in: Callable[[str], None]
) -> None:
    answer(world, bid_id, "GAT", Position.OPPOSE)
    from_elsewhere(world, "SUN")
    reference = world.case(bid_id).reference
    signed_in("case")
    found = client.get(f"/bids/{reference}/consultation.csv")
    assert found.mimetype == "text/csv"
    rows = list(csv.DictReader(StringIO(found.text)))
    assert [(row["Code"], row["State"], row["Position"]) for row in rows] == [
        ("GAT", "Answered", "Oppose"),
        ("NTY", "Not opened", ""),
        ("STY", "Not opened", ""),
        ("SUN", "To be confirmed", ""),
    ]
    signed_in("gail")
    assert client.get(f"/bids/{reference}/consultation.csv").status_code == 404


def test_a_late_answer_is_counted_by_its_form_and_more_time_is_given_by_its_own(
    client: FlaskClient, world: World, bid_id: int, signed_in: Callable[[str], None]
) -> None:
    reference = world.case(bid_id).reference
    signed_in("case")
    more = f"/bids/{reference}/actions/extend_consultation"
    page = client.get(more)
    typed = {"closes_on-day": "20", "closes_on-month": "5", "closes_on-year": "2011", "reason": "Easter."}
    assert client.post(more, data={**form_of(page), **typed}).status_code == 303
    register = client.get(f"/bids/{reference}/consultation")
    assert "until Friday 20 May 2011 instead of Tuesday 3 May 2011" in register.text
    world.move_to(AFTER_CLOSE.replace(day=20))
    world.act(SYSTEM, bid_id, "close_consultation")
    answer(world, bid_id, "GAT")
    signed_in("case")
    accept = f"/bids/{reference}/actions/accept_late"
    page = client.get(accept)
    assert "Council GAT" in page.text
    held = form_of(page)
    chosen = str(answer_id(world))
    sent = client.post(accept, data={**held, "response_id": chosen, "reason": "Flooded."})
    assert sent.status_code == 303
    assert counted(world) == int(chosen)


def answer_id(world: World) -> int:
    with world.sessions() as session:
        return session.scalars(select(ResponseHold.response_id)).one()


def test_a_colleagues_other_words_are_shown_beside_ones_own_and_nothing_typed_is_lost(
    client: FlaskClient, world: World, bid_id: int, signed_in: Callable[[str], None]
) -> None:
    response_id = answer(world, bid_id, "GAT")["response_id"]
    world.move_to(AFTER_CLOSE)
    world.act(SYSTEM, bid_id, "close_consultation")
    signed_in("drafter")
    address = f"/consultations/answers/{response_id}"
    drawn = form_of(client.get(address))
    first = {**drawn, "outcome": "changed", "text": "We took two days off."}
    assert client.post(address, data=first).status_code == 303
    second = client.post(address, data={**drawn, "outcome": "noted", "text": "We thank you."})
    assert second.status_code == 409
    assert "We took two days off." in second.text
    assert "We thank you." in second.text
    again = {**form_of(second), "outcome": "noted", "text": "We thank you."}
    assert client.post(address, data=again).status_code == 303
    assert "We thank you." in client.get(address).text
