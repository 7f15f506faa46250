"""A council answers from its secret link, without an account and without a script."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from tests.consultation.world import TOO_LATE, World
from tests.web.conftest import form_of
from tests.web.consultation.conftest import token_of
from workflow.accounts.models import RoleAssignment
from workflow.accounts.roles import Role
from workflow.clock import FixedClock
from workflow.consultation import inviting
from workflow.consultation.models import Invitation, InvitationFetch, Response
from workflow.consultation.terms import Position
from workflow.notifications import links

YOU = {"name": "Pat Smith", "email": "pat@ken.example", "publish": "yes"}


def come_by_link(client: FlaskClient, app: Flask, world: World, council: str = "KEN") -> str:
    """Follow the link in a council's mail; returns the address without the token."""
    answer = client.get(f"/r/{token_of(app, world.invitation(council))}")
    assert answer.status_code == 303
    return str(answer.headers["Location"])


def send(client: FlaskClient, address: str, **typed: Any) -> TestResponse:
    """Fill in the form of a page and send it."""
    page = client.get(address)
    assert page.status_code == 200, page.text
    return client.post(address, data={**form_of(page), **typed})


def answer_all(client: FlaskClient, start: str, **position: Any) -> TestResponse:
    """Walk the whole journey; returns the last page."""
    steps = [
        ("", {}),
        ("/position", {"position": "support", "text": "", **position}),
        ("/questions", {"question_1": "Yes, in our schools."}),
        ("/you", YOU),
        ("/check", {}),
    ]
    for step, typed in steps:
        answer = send(client, start + step, **typed)
        assert answer.status_code == 303, (step, answer.text)
    return client.get(start + "/sent")


def test_a_council_answers_from_its_link_in_four_pages_and_a_check(
    client: FlaskClient, app: Flask, world: World
) -> None:
    world.open(questions="Does it serve a need in your area?")
    start = come_by_link(client, app, world)
    assert "/r/" not in start
    page = answer_all(client, start, position="support_with_changes", text="Smaller teams.")
    assert "Answer received" in page.text
    assert "Kent County Council" in page.text
    assert "Smaller teams." in page.text
    assert "Yes, in our schools." in page.text
    with world.sessions() as session:
        sent = session.scalars(select(Response)).one()
    assert (sent.position, sent.answers) == (Position.SUPPORT_WITH_CHANGES, {"1": "Yes, in our schools."})
    assert (sent.by_name, sent.by_email, sent.publish, sent.by_person) == (
        "Pat Smith",
        "pat@ken.example",
        True,
        None,
    )


def test_following_the_link_is_logged_but_opens_nothing_until_start_is_pressed(
    client: FlaskClient, app: Flask, world: World
) -> None:
    world.open()
    start = come_by_link(client, app, world)
    client.get(start)
    with world.sessions() as session:
        assert session.get(InvitationFetch, (world.invitation("KEN"), 1)) is not None
        assert session.get_one(Invitation, world.invitation("KEN")).opened_at is None
    send(client, start)
    with world.sessions() as session:
        assert session.get_one(Invitation, world.invitation("KEN")).opened_at is not None


def test_the_cookie_of_a_link_is_narrow_and_closed_to_scripts(
    client: FlaskClient, app: Flask, world: World
) -> None:
    consultation_id = world.open()
    answer = client.get(f"/r/{token_of(app, world.invitation('KEN'))}")
    cookie = next(
        value for name, value in answer.headers if name == "Set-Cookie" and "workflow_answer" in value
    )
    assert f"Path=/consultations/{consultation_id}/respond" in cookie
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


@pytest.mark.parametrize("token", ["x", "A" * 43, "é", "%00", "../x"])
def test_a_link_that_was_never_made_is_not_found(client: FlaskClient, world: World, token: str) -> None:
    world.open()
    assert client.get(f"/r/{token}").status_code == 404


def test_a_link_for_another_purpose_or_of_another_key_is_not_found(
    client: FlaskClient, app: Flask, world: World
) -> None:
    world.open()
    kent = world.invitation("KEN")
    secret = app.config["SETTINGS"].secret_key
    for token in (
        links.derive(secret, "sign_in", kent, 1),
        links.derive("another key of 32 characters!!", "answer", kent, 1),
    ):
        assert client.get(f"/r/{token}").status_code == 404


def test_a_replaced_link_is_not_found_in_a_mail_and_not_in_a_cookie(
    client: FlaskClient, app: Flask, world: World
) -> None:
    world.open()
    start = come_by_link(client, app, world)
    assert client.get(start).status_code == 200
    with world.work("officer") as work:
        inviting.renew_link(work, world.invitation("KEN"))
    assert client.get(start).status_code == 404
    assert client.get(f"/r/{token_of(app, world.invitation('KEN'))}").status_code == 404
    assert client.get(f"/r/{token_of(app, world.invitation('KEN'), 2)}").status_code == 303


def test_without_a_link_and_without_an_account_the_pages_are_not_found(
    client: FlaskClient, world: World
) -> None:
    consultation_id = world.open()
    for step in ("", "/position", "/questions", "/you", "/check", "/sent", "/proposal"):
        assert client.get(f"/consultations/{consultation_id}/respond{step}").status_code == 404


def test_a_link_of_one_council_never_opens_another_consultation(
    client: FlaskClient, app: Flask, world: World
) -> None:
    consultation_id = world.open(["KEN"])
    come_by_link(client, app, world)
    client.set_cookie("workflow_answer", token_of(app, world.invitation("KEN")), path="/")
    assert client.get(f"/consultations/{consultation_id + 1}/respond").status_code == 404


def test_a_council_officer_signed_in_answers_without_a_link(
    client: FlaskClient, world: World, sign_in_as: Any, person_named: Any
) -> None:
    consultation_id = world.open(questions="Does it serve a need?")
    sign_in_as(person_named("kent"))
    page = answer_all(client, f"/consultations/{consultation_id}/respond")
    assert "Answer received" in page.text
    with world.sessions() as session:
        assert session.scalars(select(Response.by_person)).one() == world.ids["kent"]


@pytest.mark.parametrize("name", ["leicester", "officer", "drafter"])
def test_whoever_is_signed_in_but_not_asked_finds_nothing_to_answer(
    client: FlaskClient, world: World, sign_in_as: Any, person_named: Any, name: str
) -> None:
    consultation_id = world.open(["KEN"])
    sign_in_as(person_named(name))
    assert client.get(f"/consultations/{consultation_id}/respond").status_code == 404


def test_nothing_counts_before_the_last_press_and_a_colleague_goes_on_from_the_draft(
    client: FlaskClient, app: Flask, world: World
) -> None:
    world.open()
    start = come_by_link(client, app, world)
    send(client, start)
    send(client, start + "/position", position="oppose", text="Too large.")
    with world.sessions() as session:
        assert session.scalars(select(Response)).all() == []
    with app.test_client() as colleague:
        again = come_by_link(colleague, app, world)
        page = colleague.get(again + "/position")
    assert "Too large." in page.text


def test_opposing_without_a_reason_is_asked_for_it_beside_the_box(
    client: FlaskClient, app: Flask, world: World
) -> None:
    world.open()
    start = come_by_link(client, app, world)
    page = send(client, start + "/position", position="oppose", text="  ")
    assert page.status_code == 200
    assert "Tell us which changes, or why" in page.text
    page = send(client, start + "/position", text="No position chosen")
    assert "Choose your council’s position" in page.text
    assert "No position chosen" in page.text


@pytest.mark.parametrize(
    "address", ["nobody", "a b@c.example", "@c.example", "a@nowhere", "a@b.example,c@d.example"]
)
def test_an_address_no_mail_can_go_to_is_told_beside_its_box(
    client: FlaskClient, app: Flask, world: World, address: str
) -> None:
    world.open()
    start = come_by_link(client, app, world)
    page = send(client, start + "/you", **{**YOU, "email": address})
    assert "Enter an email address" in page.text


def test_an_answer_can_be_changed_and_the_form_begins_with_what_was_said(
    client: FlaskClient, app: Flask, world: World
) -> None:
    world.open(questions="Does it serve a need?")
    start = come_by_link(client, app, world)
    answer_all(client, start, position="oppose", text="Too large.")
    assert "Too large." in client.get(start + "/position").text
    page = answer_all(client, start, position="support", text="Good now.")
    assert "Good now." in page.text
    with world.sessions() as session:
        rows = session.scalars(select(Response).order_by(Response.number)).all()
    assert [row.position for row in rows] == [Position.OPPOSE, Position.SUPPORT]


def test_pressing_send_again_lands_on_the_same_page_and_sends_nothing(
    client: FlaskClient, app: Flask, world: World
) -> None:
    world.open()
    start = come_by_link(client, app, world)
    send(client, start + "/position", position="support", text="")
    send(client, start + "/you", **YOU)
    hidden = form_of(client.get(start + "/check"))
    for _ in range(2):
        answer = client.post(start + "/check", data=hidden)
        assert answer.status_code == 303
        assert answer.headers["Location"].endswith("/sent")
    with world.sessions() as session:
        assert len(session.scalars(select(Response)).all()) == 1


def test_a_press_that_arrives_after_the_last_second_is_told_that_it_is_held_as_late(
    client: FlaskClient, app: Flask, world: World, clock: FixedClock
) -> None:
    world.open()
    start = come_by_link(client, app, world)
    send(client, start + "/position", position="support", text="")
    send(client, start + "/you", **YOU)
    hidden = form_of(client.get(start + "/check"))
    clock.business = TOO_LATE
    client.post(start + "/check", data=hidden)
    page = client.get(start + "/sent")
    assert "Answer held as late" in page.text
    with world.sessions() as session:
        assert session.scalars(select(Response)).one().late


def test_a_page_drawn_before_a_colleague_saved_is_refused_with_what_was_typed(
    client: FlaskClient, app: Flask, world: World
) -> None:
    world.open()
    start = come_by_link(client, app, world)
    old = form_of(client.get(start + "/position"))
    send(client, start + "/position", position="support", text="first")
    answer = client.post(start + "/position", data={**old, "position": "oppose", "text": "second words"})
    assert answer.status_code == 409
    assert "second words" in answer.text
    assert "A colleague saved this answer" in answer.text


def test_a_form_from_elsewhere_is_not_taken(client: FlaskClient, app: Flask, world: World) -> None:
    world.open()
    start = come_by_link(client, app, world)
    answer = client.post(start + "/position", data={"position": "support", "text": ""})
    assert answer.status_code in {200, 400}
    with world.sessions() as session:
        assert session.scalars(select(Response)).all() == []
    assert datetime(2011, 3, 29, tzinfo=UTC) < TOO_LATE


def test_the_text_consulted_on_is_readable_from_the_link(
    client: FlaskClient, app: Flask, world: World
) -> None:
    world.open()
    start = come_by_link(client, app, world)
    page = client.get(start + "/proposal")
    assert "Towards Excellence" in page.text
    assert "version 1" in page.text


def test_somebody_of_two_councils_answers_for_the_one_that_the_list_led_to(
    client: FlaskClient, app: Flask, world: World, sign_in_as: Any, person_named: Any
) -> None:
    with world.work() as work:
        work.session.add(
            RoleAssignment(
                person_id=world.ids["kent"],
                role=Role.COUNCIL_OFFICER,
                organisation_id=world.ids["ROT"],
                valid_from=date(2011, 1, 1),
            )
        )
    consultation_id = world.open(questions="Does it serve a need in your area?")
    world.answer("KEN")
    sign_in_as(person_named("kent"))
    start = f"/consultations/{consultation_id}/respond"
    listed = f"{start}?for={world.invitation('ROT')}"
    assert listed in client.get("/consultations").text
    client.get(listed)
    assert "Rotherham" in answer_all(client, start).text
    with world.sessions() as session:
        answered = session.scalars(select(Response.invitation_id).order_by(Response.id)).all()
    assert answered == [world.invitation("KEN"), world.invitation("ROT")]
    # The link of the other council, and an invitation that is not theirs, lead where they may.
    come_by_link(client, app, world, "KEN")
    assert "Kent County Council" in client.get(start).text
    for odd in (str(world.invitation("LCE")), "9" * 30):
        assert client.get(start, query_string={"for": odd}).status_code in {200, 404}
        assert "Kent County Council" in client.get(start).text
