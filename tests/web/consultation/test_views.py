"""The register, the list, the lead body's pages and the public page."""

from datetime import date
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, insert, select

from tests.consultation.world import CLOSED, TOO_LATE, World
from tests.web.conftest import form_of
from workflow.accounts.models import Organisation, OrganisationKind
from workflow.clock import FixedClock
from workflow.consultation.models import Disposition, Invitation
from workflow.consultation.terms import Outcome, Position

REGISTER = "/bids/SLI-2011-0001/consultation"


@pytest.fixture
def signed_in(sign_in_as: Any, person_named: Any) -> Any:
    """Sign in somebody of the world by name."""
    return lambda name: sign_in_as(person_named(name))


def add_councils(world: World, count: int) -> None:
    with world.work() as work:
        work.session.execute(
            insert(Organisation),
            [
                {
                    "code": f"C{number:03}",
                    "name": f"Council {number:03}",
                    "short_name": f"Council {number:03}",
                    "kind": OrganisationKind.LOCAL_AUTHORITY,
                    "is_legal_person": True,
                    "former_gss_codes": [],
                    "has_social_care_duty": False,
                    "is_section_33": True,
                    "is_charitable": False,
                    "provenance": "a test",
                    "region": "London",
                    "authority_type": "london_borough",
                }
                for number in range(count)
            ],
        )


@pytest.mark.parametrize("name", ["officer", "drafter", "auditor"])
def test_the_register_says_who_has_answered_and_until_when(
    client: FlaskClient, world: World, signed_in: Any, name: str
) -> None:
    world.open(questions="Does it serve a need?")
    world.answer("KEN", Position.OPPOSE)
    signed_in(name)
    page = client.get(REGISTER)
    assert page.status_code == 200
    assert "1 of 3" in page.text
    assert "33%" in page.text
    assert "Tuesday 3 May 2011" in page.text
    assert "Kent County Council" in page.text


@pytest.mark.parametrize("name", ["stranger", "kent"])
def test_the_register_is_not_there_for_others(
    client: FlaskClient, world: World, signed_in: Any, name: str
) -> None:
    world.open()
    signed_in(name)
    assert client.get(REGISTER).status_code == 404


def test_a_bid_that_nobody_was_asked_about_says_what_would_change_that(
    client: FlaskClient, world: World, signed_in: Any
) -> None:
    signed_in("officer")
    assert "Councils have not been asked" in client.get(REGISTER).text


def test_a_close_that_rolled_is_told_with_both_dates(
    client: FlaskClient, world: World, signed_in: Any
) -> None:
    world.open(kind="light", reason="One area only.", closes_on=date(2011, 4, 29))
    signed_in("officer")
    page = client.get(REGISTER)
    assert "Friday 29 April 2011 was chosen" in page.text
    assert "councils were told Tuesday 3 May 2011" in page.text
    assert "One area only." in page.text


def test_the_register_of_353_takes_as_many_statements_as_that_of_three_and_goes_page_by_page(
    client: FlaskClient, app: Flask, world: World, signed_in: Any
) -> None:
    world.open(["KEN", "LCE", "ROT"])
    signed_in("officer")
    few = statements(client, app, REGISTER)
    add_councils(world, 350)
    with world.work() as work:
        consultation_id = work.session.scalar(select(Invitation.consultation_id).limit(1))
        ids = work.session.scalars(select(Organisation.id).where(Organisation.code.like("C%"))).all()
        work.session.execute(
            insert(Invitation),
            [
                {
                    "consultation_id": consultation_id,
                    "organisation_id": one,
                    "version": 1,
                    "sent_at": work.now,
                }
                for one in ids
            ],
        )
    many = statements(client, app, REGISTER)
    assert many == few, (few, many)
    assert many <= 20
    page = client.get(REGISTER)
    assert "0 of 353" in page.text
    assert "Council 024" in page.text
    assert "Council 025" not in page.text


def statements(client: FlaskClient, app: Flask, address: str) -> int:
    """How many statements a page takes once everything that is kept has been read."""
    client.get(address)
    counted: list[str] = []

    def count(_c: object, _cursor: object, statement: str, *_: object) -> None:
        if "SAVEPOINT" not in statement:
            counted.append(statement)

    with app.extensions["sessions"]() as session:
        engine = session.connection().engine
    event.listen(engine, "before_cursor_execute", count)
    assert client.get(address).status_code == 200
    event.remove(engine, "before_cursor_execute", count)
    return len(counted)


def test_an_unknown_view_or_page_of_the_register_shows_no_rows_and_no_error(
    client: FlaskClient, world: World, signed_in: Any
) -> None:
    world.open()
    signed_in("officer")
    for query in ("?show=nonsense", "?after=999999", "?after=x", "?show="):
        assert client.get(REGISTER + query).status_code == 200
    assert "No council is in this view" in client.get(REGISTER + "?show=nonsense").text


def test_the_list_shows_a_council_what_it_is_asked_and_the_public_what_is_open(
    client: FlaskClient, world: World, signed_in: Any
) -> None:
    consultation_id = world.open(["KEN"])
    public = client.get("/consultations")
    assert f"/open/consultations/{consultation_id}" in public.text
    assert "SLI-2011-0001" in public.text
    signed_in("kent")
    own = client.get("/consultations")
    assert "Your council has not answered" in own.text
    assert f"/consultations/{consultation_id}/respond" in own.text
    assert "this view does not exist" in client.get("/consultations?show=nonsense").text


def test_the_lead_body_goes_from_answer_to_answer_until_each_has_its_word(
    client: FlaskClient, world: World, signed_in: Any, clock: FixedClock
) -> None:
    world.open()
    world.answer("KEN", Position.OPPOSE, text="Too large.")
    world.answer("LCE")
    world.close()
    clock.business = CLOSED
    signed_in("drafter")
    with world.sessions() as session:
        first = session.get_one(Invitation, world.invitation("KEN")).response_id
        second = session.get_one(Invitation, world.invitation("LCE")).response_id
    address = f"/consultations/answers/{first}"
    page = client.get(address)
    assert "Too large." in page.text
    wrong = client.post(address, data={**form_of(page), "outcome": "", "text": "only words"})
    assert "Choose what you did about this answer" in wrong.text
    assert "only words" in wrong.text
    answer = client.post(address, data={**form_of(page), "outcome": "changed", "text": "Teams of three."})
    assert answer.headers["Location"] == f"/consultations/answers/{second}"
    page = client.get(answer.headers["Location"])
    answer = client.post(
        answer.headers["Location"], data={**form_of(page), "outcome": "noted", "text": "Thank you."}
    )
    assert answer.headers["Location"] == REGISTER
    with world.sessions() as session:
        words = session.scalars(select(Disposition).order_by(Disposition.response_id)).all()
    assert [one.outcome for one in words] == [Outcome.CHANGED, Outcome.NOTED]
    assert "Changed" in client.get(REGISTER).text


def test_the_department_reads_an_answer_and_has_no_form_to_speak_for_the_lead_body(
    client: FlaskClient, world: World, signed_in: Any, clock: FixedClock
) -> None:
    world.open()
    world.answer("KEN", Position.OPPOSE, text="Too large.")
    world.close()
    clock.business = CLOSED
    signed_in("officer")
    with world.sessions() as session:
        first = session.get_one(Invitation, world.invitation("KEN")).response_id
    page = client.get(f"/consultations/answers/{first}")
    assert "Too large." in page.text
    assert "What did you do about it?" not in page.text
    assert "has not said yet" in page.text


def test_answers_that_do_not_count_say_why(client: FlaskClient, world: World, signed_in: Any) -> None:
    world.open()
    world.answer("KEN", Position.OPPOSE)
    with world.sessions() as session:
        replaced = session.get_one(Invitation, world.invitation("KEN")).response_id
    world.answer("KEN", Position.SUPPORT)
    world.answer("KEN", Position.NEUTRAL, at=TOO_LATE)
    signed_in("officer")
    page = client.get(f"/consultations/answers/{replaced}")
    assert "because a later answer replaced it" in page.text
    assert "It came after the closing time and is held." in page.text


def test_the_frozen_text_is_readable_by_those_who_see_the_bid(
    client: FlaskClient, world: World, signed_in: Any
) -> None:
    world.open()
    signed_in("officer")
    assert "It does not change while they answer" in client.get(REGISTER + "/proposal").text


def test_the_public_page_holds_back_the_figures_until_the_close(client: FlaskClient, world: World) -> None:
    consultation_id = world.open(questions="Does it serve a need?")
    world.answer("KEN", Position.OPPOSE, text="Our own words.")
    assert "Our own words." not in client.get(f"/open/consultations/{consultation_id}").text
    address = f"/open/consultations/{consultation_id}"
    page = client.get(address)
    assert "3 councils" in page.text
    assert "Does it serve a need?" in page.text
    assert "who answered" not in page.text
    world.close()
    page = client.get(address)
    assert "1 of 3 councils answered" in page.text
    assert "1 opposes it" in page.text
    assert "Our own words." in page.text
    assert client.get("/open/consultations/999999").status_code == 404


def test_the_lead_body_is_led_from_the_register_to_the_next_answer_without_its_word(
    client: FlaskClient, world: World, signed_in: Any, clock: FixedClock
) -> None:
    add_councils(world, 40)
    world.open()
    world.answer("KEN")
    world.close()
    clock.business = CLOSED
    signed_in("drafter")
    page = client.get(REGISTER)
    assert "Say what you did about the next answer" in page.text
    assert "Kent County Council" in page.text
    assert "Council 001" not in page.text, "only what waits is shown unasked"
    assert "Council 001" in client.get(f"{REGISTER}?show=all").text
    signed_in("officer")
    assert "Say what you did about the next answer" not in client.get(REGISTER).text


def test_a_council_reads_on_its_first_page_what_it_is_asked_until_it_has_answered(
    client: FlaskClient, world: World, signed_in: Any
) -> None:
    signed_in("kent")
    assert "Nothing waits for you" in client.get("/").text
    world.open()
    page = client.get("/")
    assert "Your council is asked" in page.text
    assert "/respond" in page.text
    assert "Closes in" in page.text
    assert "Nothing waits for you" not in page.text
    world.answer("KEN")
    assert "Your council is asked" not in client.get("/").text


def test_councils_that_nobody_can_be_written_to_at_are_flagged(
    client: FlaskClient, world: World, signed_in: Any
) -> None:
    world.open()
    signed_in("officer")
    assert "No address" not in client.get(REGISTER).text
    add_councils(world, 2)
    with world.work() as work:
        for council in work.session.scalars(
            select(Organisation).where(Organisation.name.like("Council 00%"))
        ):
            work.session.execute(
                insert(Invitation).values(
                    consultation_id=work.session.scalars(select(Invitation.consultation_id).limit(1)).one(),
                    organisation_id=council.id,
                    version=1,
                    sent_at=work.now,
                )
            )
    page = client.get(REGISTER)
    assert "No address 2" in page.text
    shown = client.get(f"{REGISTER}?show=unreached").text
    assert "Council 000" in shown
    assert "Kent County Council" not in shown
