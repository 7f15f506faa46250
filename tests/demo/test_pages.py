"""The demonstration's pages, as somebody meets them who has never seen the product."""

import re
from pathlib import Path

import pytest
from flask import Response
from flask.testing import FlaskClient
from sqlalchemy import func, select

from tests.web.conftest import form_of, settings_for
from workflow.accounts.models import Person, UserSession
from workflow.app import create_app
from workflow.db import Sessions
from workflow.demo.people import PEOPLE
from workflow.demo.waiting import WAITS, WALK

EML = (
    "X-Envelope-To: corporate@gateshead.example\r\nFrom: no-reply@workflow.example\r\nTo: {to}\r\n"
    "Subject: {subject}\r\nDate: Tue, 29 Mar 2011 09:05:00 +0100\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n"
    "Dear council,\r\n\r\nAnswer here: http://localhost:8000/r/abc-123.\r\nOr read https://example.org/x<script>\r\n"
)


def press(client: FlaskClient, path: str, page: str, **said: str) -> object:
    token = form_of(client.get(page))["csrf_token"]
    return client.post(path, data={"csrf_token": token, **said})


def test_the_first_page_tells_the_story_and_offers_every_role(newcomer: FlaskClient) -> None:
    page = newcomer.get("/demo").text

    assert "It is Tuesday 29 March 2011." in page
    for one in WAITS:
        assert one.what in page
        assert not one.person or f'value="{one.person}"' in page
    assert all(step.title in page for step in WALK)
    assert all(someone.email in page for someone in PEOPLE)


def test_one_press_signs_in_and_another_signs_in_as_somebody_else(
    newcomer: FlaskClient, demo_sessions: Sessions
) -> None:
    for someone in PEOPLE[:2]:
        answer = press(newcomer, "/demo/sign-in", "/demo", person=someone.email)
        assert answer.status_code == 303  # type: ignore[attr-defined]
        assert someone.name in newcomer.get("/help").text

    with demo_sessions() as session:
        running = (
            select(func.count())
            .select_from(UserSession)
            .join(Person, Person.id == UserSession.person_id)
            .where(Person.email == PEOPLE[0].email, UserSession.revoked_at.is_(None))
        )
        assert session.scalar(running) == 0


def test_somebody_who_is_not_of_the_demonstration_is_not_signed_in(newcomer: FlaskClient) -> None:
    answer = press(newcomer, "/demo/sign-in", "/demo", person="nobody@nowhere.example")

    assert answer.status_code == 404  # type: ignore[attr-defined]


def test_choosing_nobody_asks_for_somebody(newcomer: FlaskClient) -> None:
    answer = press(newcomer, "/demo/sign-in", "/demo", choose="1", person="")

    assert "Choose somebody" in answer.text  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("/demo/sign-in", {"person": "approver1@dclg.example"}),
        ("/demo/sign-in", {"choose": "1", "person": ""}),
        ("/demo/clock", {"step": "day"}),
        ("/demo/clock", {"day-day": "1"}),
        ("/demo/start-again", {}),
    ],
)
def test_a_press_on_a_page_that_was_open_for_too_long_is_told_so(
    newcomer: FlaskClient, address: str, said: dict[str, str]
) -> None:
    answer = newcomer.post(address, data={"csrf_token": "old", **said})

    assert "There is a problem" in answer.text
    assert "send it again" in answer.text


def test_every_page_says_where_the_clock_stands_and_that_it_is_a_demonstration(newcomer: FlaskClient) -> None:
    page = newcomer.get("/help").text

    assert "Demonstration" in page
    assert "2011" in page
    assert "people, bids, answers" in page


def test_the_mailbox_shows_the_newest_first_and_finds_an_address(
    newcomer: FlaskClient, mail_folder: Path
) -> None:
    for number, to in enumerate(("a@tryout.example", "b@other.example")):
        text = EML.format(to=to, subject=f"Message {number}")
        (mail_folder / f"9{number:019d}-0000000{number}.eml").write_bytes(text.encode())

    page = newcomer.get("/demo/mailbox").text
    assert page.index("Message 1") < page.index("Message 0")
    found = newcomer.get("/demo/mailbox?to=TRYOUT").text
    assert "Message 0" in found
    assert "Message 1" not in found
    assert "No message went to such an address" in newcomer.get("/demo/mailbox?to=xyz").text


def test_a_letter_has_links_into_the_product_and_no_markup_of_its_own(
    newcomer: FlaskClient, mail_folder: Path
) -> None:
    (mail_folder / f"{7:020d}-00000007.eml").write_bytes(
        EML.format(to="x@y.example", subject="<b>S</b>").encode()
    )
    page = newcomer.get(f"/demo/mailbox/{7:020d}-00000007").text

    assert 'href="/r/abc-123"' in page
    assert 'href="https://example.org/x"' in page
    assert "<script>\n" not in page
    assert "&lt;script&gt;" in page


def test_a_letter_is_drawn_as_it_looks_in_a_frame_that_runs_nothing(newcomer: FlaskClient) -> None:
    found = newcomer.get("/demo/mailbox?to=gateshead&about=joint+improvement").text
    name = re.search(r"/demo/mailbox/(\d{20}-[0-9a-f]{8})", found)
    assert name is not None

    page = newcomer.get(f"/demo/mailbox/{name[1]}")
    assert f'src="/demo/mailbox/{name[1]}/as-sent"' in page.text
    assert "frame-src 'self'" in page.headers["Content-Security-Policy"]
    # What is drawn in the frame is a letter, and no page of the product.
    drawn = FlaskClient(newcomer.application, Response).get(f"/demo/mailbox/{name[1]}/as-sent")
    assert 'href="/r/' in drawn.text
    assert '<base target="_top">' in drawn.text
    policy = drawn.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "allow-scripts" not in policy


def test_the_first_step_of_the_walk_opens_one_letter_that_leads_to_the_answer(newcomer: FlaskClient) -> None:
    step = WALK[0].path
    assert step.replace("&", "&amp;") in newcomer.get("/demo").text
    page = newcomer.get(step, follow_redirects=True)
    assert page.request.path.startswith("/demo/mailbox/")
    assert "corporate@gateshead.example" in page.text
    assert 'href="/r/' in page.text


def test_cards_name_the_organisation_of_who_signs_in_and_not_its_code(newcomer: FlaskClient) -> None:
    page = newcomer.get("/demo").text
    assert "Cath Renwick · Gateshead Metropolitan Borough Council" in page
    assert "· GAT" not in page
    assert "· LGR" not in page


def test_one_press_leads_to_what_waits(newcomer: FlaskClient) -> None:
    one = WAITS[1]
    answer = press(newcomer, "/demo/sign-in", "/demo", person=one.person, go=one.path)
    assert re.fullmatch(r"/bids/SLI-2011-\d{4}/actions/submit", answer.location)  # type: ignore[attr-defined]

    answer = press(newcomer, "/demo/sign-in", "/demo", person=one.person, go="https://elsewhere.example")
    assert answer.location == "/"  # type: ignore[attr-defined]


def test_a_letter_of_the_past_says_when_it_was_sent_in_business_time(newcomer: FlaskClient) -> None:
    found = newcomer.get("/demo/mailbox?to=gateshead").text

    assert "2011, " in found
    name = re.search(r"/demo/mailbox/(01\d{18}-[0-9a-f]{8})", found)
    assert name is not None
    assert "2011, " in newcomer.get(f"/demo/mailbox/{name[1]}").text


def test_a_letter_that_is_not_there_or_tries_another_folder_is_not_found(newcomer: FlaskClient) -> None:
    for name in ("1" * 20 + "-00000000", "..", "%2e%2e%2fsecret-key", "secret-key"):
        assert newcomer.get(f"/demo/mailbox/{name}").status_code == 404


def test_the_pages_are_not_there_where_the_demonstration_is_off(demo_sessions: Sessions) -> None:
    app = create_app(
        settings_for("postgresql://nobody@127.0.0.1:1/none", "redis://127.0.0.1:1/0"),
        sessions=demo_sessions,
        testing=True,
    )
    for path in ("/demo", "/demo/clock", "/demo/mailbox", "/demo/mailbox/x", "/demo/start-again"):
        assert app.test_client().get(path).status_code == 404
    for path in ("/demo/sign-in", "/demo/clock", "/demo/start-again"):
        assert app.test_client().post(path).status_code == 404
