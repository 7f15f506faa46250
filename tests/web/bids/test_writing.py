"""The pages on which a bid is started, written and checked."""

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from tests.bids.world import WHOLE, World
from tests.web.conftest import form_of
from tests.web.strict import text_of
from workflow.bids.models import Bid, Deliverable, Section

SignIn = Callable[[str], None]


def send(client: FlaskClient, path: str, **typed: Any) -> Any:
    """Open a form's page and send it with what is typed."""
    return client.post(path, data={**form_of(client.get(path)), **typed})


def start(client: FlaskClient, world: World, **typed: Any) -> Any:
    given = {"round": "TOP-1", "lead": str(world.ids["LGID"]), "title": "Peer challenge"}
    return send(client, "/bids/new", **{**given, **typed})


def test_a_bid_is_started_and_leads_to_its_sections(
    client: FlaskClient, world: World, sign_in: SignIn
) -> None:
    sign_in("writer")
    answer = start(client, world)
    assert (answer.status_code, answer.location) == (303, "/bids/SLI-2011-0001/sections")
    page = client.get(answer.location).text
    assert "0 of 11 sections are complete" in page
    assert "Only your signatory can send it" in page


def test_pressing_start_twice_makes_one_bid_and_lands_on_the_same_page(
    client: FlaskClient, world: World, sign_in: SignIn
) -> None:
    sign_in("writer")
    hidden = form_of(client.get("/bids/new"))
    typed = {**hidden, "round": "TOP-1", "lead": str(world.ids["LGID"]), "title": "Twice"}
    first, second = client.post("/bids/new", data=typed), client.post("/bids/new", data=typed)
    assert first.location == second.location
    with world.sessions() as session:
        assert session.scalar(select(func.count()).select_from(Bid)) == 1


def test_a_body_the_fund_cannot_pay_is_told_on_the_round_and_when_it_starts(
    client: FlaskClient, world: World, sign_in: SignIn
) -> None:
    sign_in("solace")
    assert "cannot be paid to Society of Chief Executives" in client.get("/rounds/TOP-1").text
    answer = start(client, world, lead=str(world.ids["SOLACE"]))
    assert answer.status_code == 200
    assert "be a partner of a body that this fund can be paid to" in answer.text


def test_a_lead_that_is_somebody_elses_is_not_taken_from_a_changed_form(
    client: FlaskClient, world: World, sign_in: SignIn
) -> None:
    sign_in("writer")
    assert "choose from the list" in start(client, world, lead=str(world.ids["ADASS"])).text


def test_a_person_without_a_body_that_bids_cannot_start(
    client: FlaskClient, world: World, sign_in: SignIn
) -> None:
    sign_in("officer")
    assert client.get("/bids/new").status_code == 403


def test_every_section_page_opens_and_keeps_what_was_saved(
    client: FlaskClient, world: World, sign_in: SignIn
) -> None:
    sign_in("writer")
    reference = world.whole()
    for section in Section:
        answer = client.get(f"/bids/{reference}/sections/{section.value}")
        assert answer.status_code == 200, section
    page = client.get(f"/bids/{reference}/sections/budget").text
    assert "10,000.50" in page
    assert "£220,000.50" in page
    assert "11 of 11 sections are complete" in client.get(f"/bids/{reference}/sections").text


def test_a_section_is_saved_with_what_was_typed(client: FlaskClient, world: World, sign_in: SignIn) -> None:
    sign_in("writer")
    reference = world.start()
    path = f"/bids/{reference}/sections/summary"
    answer = send(client, path, title="Better", summary="A team visits.", need="They asked.")
    assert (answer.status_code, answer.location) == (303, f"/bids/{reference}/sections")
    assert "A team visits." in client.get(path).text
    assert world.case(reference).title == "Better"


def test_a_budget_is_added_up_by_the_server(client: FlaskClient, world: World, sign_in: SignIn) -> None:
    sign_in("writer")
    reference = world.start()
    path = f"/bids/{reference}/sections/budget"
    amounts = {"amount_2011_staff": "£120,000.10", "amount_2012_travel": "5000", "amount_2011_other": ""}
    answer = send(client, path, **amounts, add_up="yes")
    assert answer.location == path
    page = client.get(path).text
    assert "£125,000.10" in page
    assert "inside the limits" in page


def test_an_amount_that_is_none_stays_in_its_box_with_its_message(
    client: FlaskClient, world: World, sign_in: SignIn
) -> None:
    sign_in("writer")
    answer = send(client, f"/bids/{world.start()}/sections/budget", amount_2011_staff="about ten")
    assert answer.status_code == 200
    assert 'value="about ten"' in answer.text
    assert "There is a problem" in answer.text


def test_temporary_government_support_needs_a_reason_an_end_and_a_plan(
    client: FlaskClient, world: World, sign_in: SignIn
) -> None:
    sign_in("writer")
    path = f"/bids/{world.start()}/sections/route"
    answer = send(client, path, spend_route="central_transitional")
    for message in ("Say why temporary", "Enter the date on which it ends", "Say what happens when it ends"):
        assert message in answer.text
    typed = {"transition_reason": "Councils are not ready", "exit_plan": "They take over"}
    ends = {
        "transition_ends_on-day": "31",
        "transition_ends_on-month": "3",
        "transition_ends_on-year": "2013",
    }
    assert send(client, path, spend_route="central_transitional", **typed, **ends).status_code == 303


def test_two_people_on_one_section_see_both_texts_and_lose_none(
    client: FlaskClient, world: World, sign_in: SignIn
) -> None:
    sign_in("writer")
    reference = world.start()
    path = f"/bids/{reference}/sections/summary"
    hidden = form_of(client.get(path))
    world.save(reference, Section.SUMMARY, WHOLE[Section.SUMMARY], who="signatory")
    typed = {"title": "My title", "summary": "My own long text", "need": "My need"}
    answer = client.post(path, data={**hidden, **typed})
    assert answer.status_code == 409
    assert "Signatory" in answer.text
    assert "A peer team visits each council." in answer.text
    assert "My own long text" in answer.text
    again = client.post(path, data={**form_of(answer), **typed})
    assert again.status_code == 303
    assert world.case(reference).title == "My title"


def test_a_row_is_added_changed_and_removed(client: FlaskClient, world: World, sign_in: SignIn) -> None:
    sign_in("writer")
    reference = world.start()
    path = f"/bids/{reference}/sections/deliverables"
    due = {"due_on-day": "31", "due_on-month": "3", "due_on-year": "2012"}
    assert send(client, f"{path}/new", text="75 challenges", **due).location == path
    assert "75 challenges" in client.get(path).text
    with world.sessions() as session:
        row_id = session.scalars(select(Deliverable.id)).one()
    assert send(client, f"{path}/{row_id}", text="80 challenges", **due).location == path
    assert "80 challenges" in client.get(f"{path}/{row_id}/remove").text
    assert send(client, f"{path}/{row_id}/remove").location == path
    assert "Nothing is listed yet" in client.get(path).text


def test_a_list_that_must_hold_something_says_so_when_it_is_empty(
    client: FlaskClient, world: World, sign_in: SignIn
) -> None:
    sign_in("writer")
    reference = world.start()
    assert "Add at least one risk first" in send(client, f"/bids/{reference}/sections/risks").text
    assert send(client, f"/bids/{reference}/sections/partners").status_code == 303


def test_a_row_of_another_bid_answers_as_if_it_were_not_there(
    client: FlaskClient, world: World, sign_in: SignIn
) -> None:
    sign_in("writer")
    mine = world.start()
    world.whole()
    with world.sessions() as session:
        row_id = session.scalars(select(Deliverable.id)).one()
    assert client.get(f"/bids/{mine}/sections/deliverables/{row_id}").status_code == 404
    assert client.get(f"/bids/{mine}/sections/deliverables/{row_id}/remove").status_code == 404


def test_nobody_but_its_writers_sees_a_draft(client: FlaskClient, world: World, sign_in: SignIn) -> None:
    reference = world.start()
    for who in ("adass", "officer", "stranger", "kent", "administrator"):
        sign_in(who)
        for part in ("", "/sections", "/sections/summary", "/history", "/check", "/actions/submit"):
            # Whoever looks after people is refused every action, whatever the bid.
            barred = who == "administrator" and "/actions/" in part
            assert client.get(f"/bids/{reference}{part}").status_code == (403 if barred else 404), (who, part)


def test_a_section_nobody_knows_is_not_there(client: FlaskClient, world: World, sign_in: SignIn) -> None:
    sign_in("writer")
    reference = world.start()
    for name in ("none", "summary/new", "summary/1", "risks/999"):
        assert client.get(f"/bids/{reference}/sections/{name}").status_code == 404


def test_checking_the_answers_shows_all_of_them_and_what_is_missing(
    client: FlaskClient, world: World, sign_in: SignIn
) -> None:
    sign_in("signatory")
    assert "11 sections to finish" in client.get(f"/bids/{world.start()}/check").text
    page = client.get(f"/bids/{world.whole()}/check").text
    assert "Go on to declare and send" in page
    assert "Councils challenged" in page


def test_odd_text_is_kept_and_never_read_as_markup(
    client: FlaskClient, world: World, sign_in: SignIn
) -> None:
    sign_in("writer")
    reference = world.start()
    odd = "=1+1 <script>alert(1)</script> שלום 🙂 'quoted'"
    path = f"/bids/{reference}/sections/summary"
    assert send(client, path, title=odd, summary=odd, need=odd).status_code == 303
    assert "<script>alert" not in client.get(f"/bids/{reference}").text
    assert world.case(reference).title == odd


def test_a_section_that_can_no_longer_be_changed_says_so_with_a_way_back_to_the_bid(
    client: FlaskClient, world: World, sign_in: SignIn
) -> None:
    sign_in("writer")
    reference = world.whole()
    path = f"/bids/{reference}/sections/summary"
    hidden = form_of(client.get(path))
    world.apply("signatory", reference, "submit")
    answer = client.post(path, data={**hidden, "title": "Late", "summary": "Too late.", "need": "None."})
    assert answer.status_code == 409
    assert f'<a class="govuk-link" href="/bids/{reference}">Back to the bid</a>' in answer.text
    assert "Too late." in answer.text


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("partners", {"organisation": "LGA", "task": "Lends late peers"}),
        ("deliverables", {"text": "Late reports", "due_on-year": "2012"}),
        ("indicators", {"text": "Late figures", "baseline": "1", "target": "2"}),
        ("risks", {"text": "Late risk", "answer": "We wait for it"}),
    ],
)
def test_a_row_of_a_bid_that_was_sent_meanwhile_is_given_back_as_it_was_typed(
    client: FlaskClient, world: World, sign_in: SignIn, name: str, typed: dict[str, str]
) -> None:
    sign_in("writer")
    reference = world.whole()
    path = f"/bids/{reference}/sections/{name}/new"
    hidden = form_of(client.get(path))
    world.apply("signatory", reference, "submit")
    answer = client.post(path, data={**hidden, **typed})
    assert answer.status_code == 409
    assert (typed.get("task") or typed["text"]) in text_of(answer.text)
