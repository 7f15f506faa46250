"""The page of every action, the record, the history."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from tests.bids.world import World
from tests.web.conftest import form_of
from workflow.audit.models import Event
from workflow.bids.models import BidVersion
from workflow.bids.rules import CRITERIA
from workflow.cases.commands import RULES_CHANGED
from workflow.cases.registry import registry
from workflow.web.bids.words import COLOURS, EVENTS, OUTSIDE_STAGES, STAGES, STOPPED

SignIn = Callable[[str], None]
SIGNED = {"declaration": ["true", "may_sign"]}
ALL_YES = dict.fromkeys(CRITERIA, "yes")


def send(client: FlaskClient, path: str, **typed: Any) -> Any:
    return client.post(path, data={**form_of(client.get(path)), **typed})


def test_a_signatory_signs_and_lands_on_the_receipt(
    client: FlaskClient, world: World, sign_in: SignIn
) -> None:
    reference = world.whole()
    sign_in("signatory")
    answer = send(client, f"/bids/{reference}/actions/submit", **SIGNED)
    assert (answer.status_code, answer.location) == (303, f"/bids/{reference}/sent")
    assert f"Your reference is {reference}" in client.get(answer.location).text


def test_one_ticked_box_of_two_is_no_signature(client: FlaskClient, world: World, sign_in: SignIn) -> None:
    reference = world.whole()
    sign_in("signatory")
    answer = send(client, f"/bids/{reference}/actions/submit", declaration=["true"])
    assert "Tick both boxes to sign" in answer.text
    assert world.case(reference).state == "draft"


def test_a_second_press_lands_where_the_first_did_and_changes_nothing(
    client: FlaskClient, world: World, sign_in: SignIn
) -> None:
    reference = world.whole()
    sign_in("signatory")
    path = f"/bids/{reference}/actions/submit"
    typed = {**form_of(client.get(path)), **SIGNED}
    places = {client.post(path, data=typed).location for _ in range(3)}
    assert places == {f"/bids/{reference}/sent"}
    with world.sessions() as session:
        assert session.scalar(select(func.count()).select_from(BidVersion)) == 1
        assert world.case(reference).rev == 2


def test_a_draft_that_is_not_finished_names_every_reason(
    client: FlaskClient, world: World, sign_in: SignIn
) -> None:
    reference = world.start()
    sign_in("signatory")
    answer = client.get(f"/bids/{reference}/actions/submit")
    assert answer.status_code == 409
    assert "You cannot sign and send the bid yet" in answer.text
    assert "11 sections are not finished" in answer.text
    assert "What you can do now" in answer.text


def test_a_reason_that_never_ends_is_not_said_to_end(
    client: FlaskClient, world: World, sign_in: SignIn
) -> None:
    reference = world.whole()
    sign_in("writer")
    answer = client.get(f"/bids/{reference}/actions/submit")
    assert "You cannot sign and send the bid</h1>" in answer.text


def test_an_action_of_another_state_says_where_the_bid_stands(
    client: FlaskClient, world: World, sign_in: SignIn
) -> None:
    reference = world.submitted()
    sign_in("officer")
    answer = client.get(f"/bids/{reference}/actions/pass_first_check")
    assert answer.status_code == 409
    assert "Submitted" in answer.text


@pytest.mark.parametrize("action", ["nothing", "close_consultation"])
def test_an_action_that_nobody_can_do_is_not_there(
    client: FlaskClient, world: World, sign_in: SignIn, action: str
) -> None:
    reference = world.submitted()
    sign_in("officer")
    assert client.get(f"/bids/{reference}/actions/{action}").status_code == 404


def test_a_form_drawn_from_an_older_revision_meets_the_conflict_page(
    client: FlaskClient, world: World, sign_in: SignIn
) -> None:
    reference = world.submitted()
    sign_in("officer")
    path = f"/bids/{reference}/actions/take_case"
    hidden = form_of(client.get(path))
    world.apply("officer", reference, "take_case")
    answer = client.post(path, data=hidden)
    assert answer.status_code == 409
    assert "Officer" in answer.text


def test_the_first_check_needs_every_answer_and_every_answer_yes(
    client: FlaskClient, world: World, sign_in: SignIn
) -> None:
    reference = world.submitted()
    sign_in("officer")
    assert send(client, f"/bids/{reference}/actions/take_case").status_code == 303
    path = f"/bids/{reference}/actions/pass_first_check"
    assert "Answer yes or no" in send(client, path).text
    refused = send(client, path, **{**ALL_YES, "fits_prospectus": "no"}, reason="Not an outcome")
    assert refused.status_code == 200
    assert "only when every answer is yes" in refused.text
    assert "Not an outcome" in refused.text
    assert send(client, path, **ALL_YES).status_code == 303
    assert "First check passed" in client.get(f"/bids/{reference}").text


def test_an_officer_of_the_body_that_bids_cannot_take_its_case(
    client: FlaskClient, world: World, sign_in: SignIn
) -> None:
    reference = world.submitted()
    with world.work() as work:
        from workflow.accounts.models import Person  # noqa: PLC0415

        work.session.get_one(Person, world.ids["officer"]).organisation_id = world.ids["LGID"]
    sign_in("officer")
    answer = client.get(f"/bids/{reference}/actions/take_case")
    assert "You belong to a body that takes part in this bid" in answer.text
    assert "for its first check</h1>" in answer.text


def test_the_record_says_who_until_when_then_what(client: FlaskClient, world: World, sign_in: SignIn) -> None:
    reference = world.submitted()
    sign_in("officer")
    page = client.get(f"/bids/{reference}").text
    assert "You, or another case officer" in page
    assert "Tuesday 5 April 2011" in page
    assert "5 working days left" in page
    assert "Take this bid for its first check" in page
    assert "£220,000.50" in page


def test_the_lead_body_reads_neither_names_nor_internal_stages(
    client: FlaskClient, world: World, sign_in: SignIn
) -> None:
    reference = world.submitted()
    world.apply("officer", reference, "take_case")
    sign_in("writer")
    pages = [client.get(f"/bids/{reference}{part}").text for part in ("", "/history")]
    for page in pages:
        assert "Officer" not in page
        assert "Assessment" not in page
        assert "Signatory" in page


def test_another_department_sees_nothing_of_a_bid(client: FlaskClient, world: World, sign_in: SignIn) -> None:
    reference = world.submitted()
    for who in ("stranger", "adass", "kent", "administrator"):
        sign_in(who)
        for part in ("", "/sections", "/history", "/sent", "/actions/take_case"):
            # Whoever looks after people is refused every action, whatever the bid.
            barred = who == "administrator" and "/actions/" in part
            assert client.get(f"/bids/{reference}{part}").status_code == (403 if barred else 404), (who, part)


def test_what_a_sent_bid_says_can_be_read_by_the_department(
    client: FlaskClient, world: World, sign_in: SignIn
) -> None:
    reference = world.submitted()
    sign_in("assessor")
    page = client.get(f"/bids/{reference}/sections").text
    assert "They asked." in page
    assert client.get(f"/bids/{reference}/sections/summary").status_code == 404


def test_the_history_shows_every_event_of_the_stream(
    client: FlaskClient, world: World, sign_in: SignIn
) -> None:
    reference = world.submitted()
    sign_in("auditor")
    with world.sessions() as session:
        events = session.scalar(
            select(func.count()).where(Event.stream == f"case:{world.case(reference).id}")
        )
    page = client.get(f"/bids/{reference}/history").text
    assert len(re.findall('<li><p class="app-strong">', page)) == events == 2


def test_every_state_has_a_colour_and_a_stage_and_every_event_words() -> None:
    found = registry()
    workflow = found.definitions["bid", found.current["bid"]]
    states = {state.name for state in workflow.states}
    assert states == set(COLOURS)
    for stages in (STAGES, OUTSIDE_STAGES):
        placed = [name for _, names in stages for name in names]
        assert len(placed) == len(set(placed))
        assert states - {workflow.initial.name} == set(placed) | set(STOPPED)
    beside = {"bid_opened", RULES_CHANGED}
    assert {action.event for action in workflow.actions} | beside == set(EVENTS)


def test_rounds_are_open_to_everybody_and_an_unknown_one_is_not_there(
    client: FlaskClient, world: World
) -> None:
    assert "Sector-led improvement, first round" in client.get("/rounds").text
    page = client.get("/rounds/TOP-1").text
    assert "11:59pm on Friday 8 April 2011" in page
    assert "Councils know where they stand" in page
    assert client.get("/rounds/NONE").status_code == 404


def test_the_list_of_bids_holds_what_the_reader_may_see(
    client: FlaskClient, world: World, sign_in: SignIn
) -> None:
    reference = world.submitted(title="Seen by both")
    world.start(title="Only a draft")
    sign_in("writer")
    page = client.get("/bids").text
    assert "Seen by both" in page
    assert "Only a draft" in page
    sign_in("officer")
    page = client.get("/bids").text
    assert reference in page
    assert "Only a draft" not in page
    sign_in("stranger")
    assert "No bid has reached you yet" in client.get("/bids").text
