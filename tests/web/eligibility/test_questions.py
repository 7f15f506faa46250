"""Six questions before anybody signs in, one on a page, and what they come to. Source: domain, section 10, case 5."""

from collections.abc import Mapping

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from tests.conftest import START
from tests.web.strict import elements, text_of
from workflow.reference import load_reference

ASK = "/can-we-get-this-money"


@pytest.fixture(autouse=True)
def reference(session: Session) -> None:
    load_reference(session, START)
    session.commit()


def hidden(markup: str) -> dict[str, str]:
    """What the form of the page carries on."""
    boxes = [one for one in elements(markup) if one.tag == "input" and one.get("type") == "hidden"]
    return {one.get("name"): one.get("value") or "" for one in boxes if one.get("name") != "csrf_token"}


def walk(client: FlaskClient, given: Mapping[str, str]) -> str:
    """Answer question after question as a browser does, until none is left; returns the words of the last page."""
    answer = client.get(ASK)
    for _ in range(6):
        carried = hidden(answer.text)
        name = carried.get("asked")
        if name is None:
            break
        answer = client.get(ASK, query_string={**carried, name: given[name]})
        assert answer.status_code == 200
    return text_of(answer.text)


def test_case_5_solace_is_told_that_the_top_slice_cannot_be_paid_to_it_and_what_it_may_do_instead(
    client: FlaskClient,
) -> None:
    words = walk(client, {"fund": "RSG", "body": "body:SOLACE", "year": "2011"})
    assert "This fund cannot be paid to SOLACE. You can be a partner of LGID." in words
    assert "Local Government Finance Act 1988, section 78" in words
    assert "Children’s improvement , paid under the Education Act 2002, section 14" in words


def test_a_body_that_was_specified_before_the_year_is_told_that_it_can_be_paid(client: FlaskClient) -> None:
    assert "This fund can be paid to LGID" in walk(
        client, {"fund": "RSG", "body": "body:LGID", "year": "2011"}
    )


def test_a_body_that_is_no_legal_person_is_told_so(client: FlaskClient) -> None:
    words = walk(client, {"fund": "RSG", "body": "body:LGG", "year": "2011"})
    assert "Local Government Group is not a legal person" in words


@pytest.mark.parametrize(
    ("fund", "body", "more", "can"),
    [
        ("S31", "council", {}, True),
        ("RSG", "council", {}, False),
        ("BIG", "charity", {"legal": "yes", "specified": "no"}, True),
        ("BIG", "charity", {"legal": "no", "specified": "no"}, False),
        ("DH-SC", "another", {"legal": "yes", "purpose": "voluntary", "specified": "no"}, True),
        ("DH-SC", "another", {"legal": "yes", "purpose": "other", "specified": "no"}, False),
        ("BIG", "another", {"legal": "yes", "purpose": "voluntary", "specified": "no"}, False),
        ("RSG", "another", {"legal": "yes", "purpose": "other", "specified": "yes"}, True),
        ("RSG", "another", {"legal": "yes", "purpose": "other", "specified": "no"}, False),
        ("HO-PI", "another", {"legal": "yes", "purpose": "other", "specified": "no"}, True),
    ],
)
def test_the_answers_decide_by_the_funds_own_law(
    client: FlaskClient, fund: str, body: str, more: Mapping[str, str], can: bool
) -> None:
    words = walk(client, {"fund": fund, "body": body, "year": "2011", **more})
    assert ("can be paid to" if can else "cannot be paid to") in words


def test_nobody_is_asked_what_the_register_holds(client: FlaskClient) -> None:
    page = client.get(ASK, query_string={"fund": "RSG", "body": "body:SOLACE"})
    assert "In which year would you first need the money?" in text_of(page.text)
    assert "Question 3 of 3" in text_of(page.text)


def test_going_on_without_an_answer_asks_again_and_says_what_is_missing(client: FlaskClient) -> None:
    page = client.get(ASK, query_string={"fund": "RSG", "asked": "body"})
    assert "Choose an organisation, or what it is" in text_of(page.text)


def test_the_way_back_leads_to_the_question_before_with_its_answer_marked(client: FlaskClient) -> None:
    page = client.get(ASK, query_string={"fund": "RSG", "body": "another"})
    back = next(one.get("href") for one in elements(page.text) if one.get("class") == "govuk-back-link")
    before = client.get(back)
    chosen = [
        one.get("value") for one in elements(before.text) if one.tag == "option" and "selected" in one.attrib
    ]
    assert chosen == ["another"]
    assert "There is a problem" not in text_of(before.text)


@pytest.mark.parametrize("odd", ["fund=x", "fund=RSG&body=%00", "fund=RSG&body=council&year=9e9", "asked=zz"])
def test_an_answer_that_means_nothing_is_asked_for_again(client: FlaskClient, odd: str) -> None:
    answer = client.get(f"{ASK}?{odd}")
    assert answer.status_code == 200
    assert "Can we get this money? Question" in text_of(answer.text)
