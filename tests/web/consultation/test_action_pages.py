"""The pages of this room's three actions."""

import re
from datetime import UTC, datetime
from typing import Any

from flask.testing import FlaskClient

from tests.consultation.world import CLOSED, World
from tests.web.conftest import form_of
from workflow.cases import Case
from workflow.clock import FixedClock
from workflow.consultation.dispositions import set_disposition
from workflow.consultation.models import Consultation, ConsultationReport, Invitation
from workflow.consultation.terms import Outcome

ACTIONS = "/bids/SLI-2011-0001/actions"
OPENING = {
    "kind": "full",
    "closes_on-day": "29",
    "closes_on-month": "6",
    "closes_on-year": "2011",
    "asked": "chosen",
    "consultees": ["KEN", "ROT"],
    "questions": "Does it serve a need?",
}


def test_a_case_officer_opens_a_consultation_of_chosen_councils_by_its_form(
    client: FlaskClient, world: World, sign_in_as: Any, person_named: Any
) -> None:
    sign_in_as(person_named("officer"))
    page = client.get(f"{ACTIONS}/open_consultation")
    assert page.status_code == 200
    assert "The list of 3 councils" in page.text
    assert "Tuesday 21 June 2011" in page.text  # 84 days after Tuesday 29 March.
    answer = client.post(f"{ACTIONS}/open_consultation", data={**form_of(page), **OPENING})
    assert answer.status_code == 303, answer.text
    with world.sessions() as session:
        assert session.query(Invitation).count() == 2
        assert session.query(Consultation).one().opened_by == world.ids["officer"]


def test_the_earliest_last_day_of_a_full_consultation_is_filled_in_and_may_be_emptied(
    client: FlaskClient, world: World, sign_in_as: Any, person_named: Any
) -> None:
    sign_in_as(person_named("officer"))
    page = client.get(f"{ACTIONS}/open_consultation")
    boxes = dict(re.findall(r'name="closes_on-(day|month|year)"[^>]*? value="(\d+)"', page.text))
    assert boxes == {"day": "21", "month": "6", "year": "2011"}  # 84 days after Tuesday 29 March.
    emptied = {**form_of(page), **OPENING, **dict.fromkeys((f"closes_on-{part}" for part in boxes), "")}
    answer = client.post(f"{ACTIONS}/open_consultation", data=emptied)
    assert "Enter the last day for answers" in answer.text
    with world.sessions() as session:
        assert session.query(Consultation).count() == 0


def test_a_date_too_early_is_told_beside_its_boxes_and_every_word_is_kept(
    client: FlaskClient, world: World, sign_in_as: Any, person_named: Any
) -> None:
    sign_in_as(person_named("officer"))
    page = client.get(f"{ACTIONS}/open_consultation")
    typed = {**form_of(page), **OPENING, "closes_on-month": "5"}
    answer = client.post(f"{ACTIONS}/open_consultation", data=typed)
    assert answer.status_code == 200
    assert "Choose Tuesday 21 June 2011 or a later date." in answer.text
    assert "Does it serve a need?" in answer.text
    with world.sessions() as session:
        assert session.query(Consultation).count() == 0
        assert session.get_one(Case, world.case_id).state == "screening"


def test_the_lead_body_sends_and_the_department_accepts_by_their_forms(
    client: FlaskClient, world: World, sign_in_as: Any, person_named: Any, clock: FixedClock
) -> None:
    world.open()
    world.answer("KEN")
    world.close()
    clock.business = datetime(2011, 5, 4, 9, 0, tzinfo=UTC)
    sign_in_as(person_named("signatory"))
    blocked = client.get(f"{ACTIONS}/send_response")
    assert "Kent County Council" in blocked.text
    assert "What you did, in a few sentences" not in blocked.text
    with world.sessions() as session:
        kent = session.get_one(Invitation, world.invitation("KEN")).response_id or 0
    with world.work("drafter", at=CLOSED) as work:
        set_disposition(work, kent, outcome=Outcome.NOTED, text="Thank you.")
    page = client.get(f"{ACTIONS}/send_response")
    answer = client.post(
        f"{ACTIONS}/send_response", data={**form_of(page), "summary": "We changed the teams."}
    )
    assert answer.status_code == 303
    sign_in_as(person_named("officer"))
    page = client.get(f"{ACTIONS}/accept_response")
    assert page.status_code == 200
    assert "We changed the teams." in page.text, "what is accepted is read before it is accepted"
    assert "1 of 3 councils" in page.text
    answer = client.post(f"{ACTIONS}/accept_response", data={**form_of(page), "reason": ""})
    assert answer.status_code == 303
    with world.sessions() as session:
        assert session.query(ConsultationReport).one().accepted_by == world.ids["officer"]
        assert session.get_one(Case, world.case_id).state == "appraisal"
    register = client.get("/bids/SLI-2011-0001/consultation")
    assert "We changed the teams." in register.text


def test_the_response_is_sent_once_and_then_the_department_has_the_move(
    client: FlaskClient, world: World, sign_in_as: Any, person_named: Any, clock: FixedClock
) -> None:
    world.open()
    world.close()
    clock.business = datetime(2011, 5, 4, 9, 0, tzinfo=UTC)
    world.apply("signatory", "send_response", summary="Nobody answered.", at=CLOSED)
    sign_in_as(person_named("signatory"))
    again = client.get(f"{ACTIONS}/send_response")
    assert again.status_code == 409
    assert "Your response was sent already" in again.text
