"""Signing in and out, the cookie, and what was typed before a session ended."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.web.conftest import form_of
from tests.web.strict import text_of
from workflow.accounts.commands import hash_password
from workflow.accounts.models import Organisation, OrganisationKind, Person, RoleAssignment, UserSession
from workflow.accounts.roles import Role
from workflow.audit.models import Event
from workflow.clock import FixedClock
from workflow.db import SYSTEM
from workflow.web import access
from workflow.web.guard import is_local

PASSWORD = "three random words"
WRONG = "The email address or the password is not right. Check both and try again"


@pytest.fixture
def officer(session: Session) -> Person:
    """A case officer of a department."""
    department = Organisation(
        code="DCLG", name="A department", short_name="DCLG", kind=OrganisationKind.DEPARTMENT
    )
    session.add(department)
    session.flush()  # For its id.
    person = Person(
        email="kp@dclg.example",
        name="K.P.",
        organisation_id=department.id,
        password_hash=hash_password(PASSWORD),
    )
    session.add(person)
    session.flush()  # For its id.
    session.add(
        RoleAssignment(
            person_id=person.id,
            role=Role.CASE_OFFICER,
            organisation_id=department.id,
            valid_from=date(2010, 4, 1),
        )
    )
    session.commit()
    return person


def sign_in(
    client: FlaskClient, email: str = "kp@dclg.example", password: str = PASSWORD, **more: str
) -> Any:
    hidden = form_of(client.get("/sign-in", query_string={"next": more.pop("next", "")}), "/sign-in")
    return client.post("/sign-in", data=hidden | {"email": email, "password": password} | more)


def is_in(client: FlaskClient) -> bool:
    return "Sign out" in client.get("/help").text


def test_the_right_words_sign_a_person_in(client: FlaskClient, officer: Person) -> None:
    answer = sign_in(client, "  KP@dclg.example ")
    assert (answer.status_code, answer.location) == (303, "/")
    cookie = next(
        value for name, value in answer.headers if name == "Set-Cookie" and "workflow_session" in value
    )
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "K.P., case officer, DCLG" in text_of(client.get("/help").text)


@pytest.mark.parametrize("email", ["kp@dclg.example", "nobody@dclg.example"])
def test_a_wrong_password_and_an_unknown_address_answer_alike(
    client: FlaskClient, officer: Person, email: str
) -> None:
    answer = sign_in(client, email, "not this one")
    assert answer.status_code == 200
    assert WRONG in answer.text
    assert "not this one" not in answer.text
    assert not is_in(client)


def test_somebody_who_left_cannot_sign_in_and_is_signed_out(
    client: FlaskClient, officer: Person, session: Session
) -> None:
    sign_in(client)
    assert is_in(client)
    officer.active = False
    session.commit()
    assert not is_in(client)
    assert WRONG in sign_in(client).text


@pytest.mark.parametrize(
    "path",
    [
        "//evil.example",
        "///evil.example",
        "https://evil.example",
        "/\\evil.example",
        "javascript:alert(1)",
        "/\tevil",
        "evil",
        "",
        "/sign-out",
    ],
)
def test_a_way_on_to_another_site_is_refused(client: FlaskClient, officer: Person, path: str) -> None:
    assert sign_in(client, next=path).location == "/"
    assert is_local(path) is (path == "/sign-out")


def test_a_way_on_inside_the_service_is_taken(client: FlaskClient, officer: Person) -> None:
    assert sign_in(client, next="/help?a=1&b=2").location == "/help?a=1&b=2"


def test_only_the_digest_of_the_cookie_is_kept(
    client: FlaskClient, officer: Person, session: Session
) -> None:
    sign_in(client)
    cookie = client.get_cookie("workflow_session")
    assert cookie is not None
    kept = session.scalars(select(UserSession)).one()
    assert len(cookie.value) >= 40
    assert cookie.value not in str(vars(kept))


def test_signing_out_ends_the_session_on_the_server_too(client: FlaskClient, officer: Person) -> None:
    sign_in(client)
    cookie = client.get_cookie("workflow_session")
    assert cookie is not None
    page = client.get("/help").text
    token = page.split('name="csrf_token" value="')[1].split('"')[0]
    answer = client.post("/sign-out", data={"csrf_token": token})
    assert answer.location == "/sign-in"
    assert client.get_cookie("workflow_session") is None
    client.set_cookie("workflow_session", cookie.value)
    assert not is_in(client)


def test_signing_in_again_ends_the_sign_in_of_before(
    client: FlaskClient, officer: Person, session: Session
) -> None:
    sign_in(client)
    page = client.get("/help").text
    token = page.split('name="csrf_token" value="')[1].split('"')[0]
    again = {"csrf_token": token, "email": officer.email, "password": PASSWORD}
    assert client.post("/sign-in", data=again).location == "/"
    ended = session.scalars(select(UserSession.revoked_at).order_by(UserSession.id)).all()
    assert [moment is None for moment in ended] == [False, True]
    assert is_in(client)
    assert set(session.scalars(select(Event.actor).where(Event.event == "signed_in"))) == {str(SYSTEM)}


def test_nobody_else_signs_a_person_out(client: FlaskClient, officer: Person) -> None:
    sign_in(client)
    client.post("/sign-out", data={"csrf_token": "forged"})
    assert is_in(client)


def test_a_session_ends_when_it_is_not_used_and_not_before(
    client: FlaskClient, officer: Person, clock: FixedClock
) -> None:
    sign_in(client)
    for _ in range(3):
        clock.move(timedelta(hours=11))
        assert is_in(client)
    clock.move(timedelta(hours=13))
    assert not is_in(client)


def test_the_first_page_after_signing_in_starts_a_fresh_browser_session(
    client: FlaskClient, officer: Person
) -> None:
    client.get("/sign-in")
    before = client.get_cookie("workflow_form")
    sign_in(client)
    client.get("/help")
    after = client.get_cookie("workflow_form")
    assert before is not None
    assert after is not None
    with client.application.test_request_context(headers={"Cookie": f"workflow_form={before.value}"}) as old:
        first = dict(old.session)
    with client.application.test_request_context(headers={"Cookie": f"workflow_form={after.value}"}) as new:
        assert dict(new.session)["csrf_token"] != first["csrf_token"]


def test_a_page_for_people_who_are_signed_in_asks_for_that_and_comes_back(
    client: FlaskClient, officer: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(access.ACCESS, "site.contact", access.SIGNED_IN)
    asked = client.get("/contact?about=SLI-2011-0001")
    assert (asked.status_code, asked.location) == (303, "/sign-in?next=%2Fcontact%3Fabout%3DSLI-2011-0001")
    page = client.get(asked.location)
    answer = client.post("/sign-in", data=form_of(page) | {"email": officer.email, "password": PASSWORD})
    assert answer.location == "/contact?about=SLI-2011-0001"
    assert client.get(answer.location).status_code == 200


def test_a_page_of_another_role_is_not_opened(
    client: FlaskClient, officer: Person, sign_in_as: Callable[[Any], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    sign_in_as(officer)
    monkeypatch.setitem(access.ACCESS, "site.contact", access.roles(Role.APPROVER))
    assert client.get("/contact").status_code == 403
    monkeypatch.setitem(access.ACCESS, "site.contact", access.roles(Role.APPROVER, Role.CASE_OFFICER))
    assert client.get("/contact").status_code == 200


def test_what_was_typed_before_the_session_ended_is_given_back(
    client: FlaskClient, officer: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(access.ACCESS, "sign_in.sign_out", access.SIGNED_IN)
    typed = {
        "title": "Mine",
        "note": "One\nTwo <b>",
        "csrf_token": "old",
        "key": "0" * 32,
        "rev": "3",
        "password": "secret",
    }
    ended = client.post("/sign-out", data=typed)
    assert ended.status_code == 401
    assert "What you typed is kept" in ended.text
    answer = client.post("/sign-in", data=form_of(ended) | {"email": officer.email, "password": PASSWORD})
    assert answer.status_code == 200
    assert form_of(answer, "/sign-out") == {"_redraw": "1", "title": "Mine"}
    assert "One\nTwo &lt;b&gt;</textarea>" in answer.text
    assert "secret" not in answer.text
    assert is_in(client)


def test_kept_text_that_was_changed_or_came_from_another_site_is_dropped(
    client: FlaskClient, officer: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(access.ACCESS, "sign_in.sign_out", access.SIGNED_IN)
    ended = client.post("/sign-out", data={"title": "Mine"})
    kept = form_of(ended)["kept"]
    assert sign_in(client, kept=f"{kept}x").location == "/"
    fresh = client.application.test_client()
    assert (
        fresh.post("/sign-out", data={"title": "x"}, headers={"Sec-Fetch-Site": "cross-site"}).status_code
        == 400
    )


def test_guessing_one_account_is_stopped_and_others_still_sign_in(
    client: FlaskClient, officer: Person, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.config, "THROTTLE_ACCOUNT", "3 per 5 minutes")
    statuses = [sign_in(client, "guessed@dclg.example", f"guess {number}").status_code for number in range(4)]
    assert statuses == [200, 200, 200, 429]
    assert sign_in(client).status_code == 303


def test_the_throttle_counts_by_itself_when_redis_is_away(
    lonely_app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The database is away too, so a sign-in that gets past the throttle answers 503.
    client = lonely_app.test_client()
    monkeypatch.setitem(lonely_app.config, "THROTTLE_ACCOUNT", "2 per 5 minutes")
    hidden = form_of(client.get("/sign-in"))
    typed = hidden | {"email": "a@b.example", "password": "x"}
    assert [client.post("/sign-in", data=typed).status_code for _ in range(3)] == [503, 503, 429]


def test_ready_says_so_with_the_schema_at_its_head(client: FlaskClient) -> None:
    answer = client.get("/readyz")
    assert (answer.status_code, answer.text) == (200, "ready\n")
    allowed = client.get("/status", headers={"Authorization": "Bearer only-for-monitors"})
    assert allowed.text == "ready\n"


def test_a_request_that_leaves_its_session_changed_fails(
    app: Flask, client: FlaskClient, officer: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    from workflow.web.context import read_session  # noqa: PLC0415

    def meddle() -> str:
        found = read_session().get(Person, officer.id)
        assert found is not None
        found.name = "Somebody else"
        return "changed"

    monkeypatch.setitem(app.view_functions, "site.healthz", meddle)
    assert client.get("/healthz").status_code == 500
