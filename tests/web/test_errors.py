"""What a person sees when something goes wrong, and that nothing typed is lost."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Blueprint, Flask
from flask.testing import FlaskClient
from sqlalchemy.exc import DataError, OperationalError
from werkzeug.wrappers import Response

from tests.web.conftest import NOWHERE, StrictClient, form_of, settings_for
from tests.web.strict import text_of
from workflow.app import create_app
from workflow.errors import Invalid, KeyMisused, NotAllowed, NotHere, Problem, Refused, Stale
from workflow.web import access, errors
from workflow.web.forms import ActionForm, LongTextField, TextField
from workflow.web.pages import Link, render

CHANGED = Stale(by="K.P., case officer", when=datetime(2011, 3, 29, 8, 40, tzinfo=UTC), what="Title saved")
REASONS = (
    Problem("interest", "You have an interest on record", who="D.H., senior officer responsible."),
    Problem("version", "The bid changed after it was assessed", "Assess version 3.", "T.A., assessor."),
)


class NoteForm(ActionForm):
    title = TextField("Title", required="Enter a title")
    note = LongTextField("Note")


class Thrown:
    """What the view of the next request raises."""

    error: Exception | None = None


@pytest.fixture
def thrown(odd_app: tuple[Flask, Thrown]) -> Iterator[Thrown]:
    yield odd_app[1]
    odd_app[1].error = None


@pytest.fixture(scope="module")
def odd_app() -> Iterator[tuple[Flask, Thrown]]:
    """An application with a form whose view raises what a test asks for, and an action that is blocked."""
    thrown = Thrown()
    with pytest.MonkeyPatch.context() as patch:
        for endpoint in ("odd.note", "odd.blocked"):
            patch.setitem(access.ACCESS, endpoint, access.ANYONE)
        app = create_app(settings_for(NOWHERE, "redis://127.0.0.1:1/0"), testing=True)
        app.test_client_class = StrictClient
        app.register_blueprint(_odd(thrown))
        yield app, thrown


def _odd(thrown: Thrown) -> Blueprint:
    odd = Blueprint("odd", __name__)

    @odd.route("/note", methods=["GET", "POST"])
    def note() -> Any:
        form = NoteForm(rev=4)
        if thrown.error is not None and not form.is_redraw:
            raise thrown.error
        if form.validate_on_submit():
            return Response("applied", mimetype="text/plain")
        return render("pages/sign_in/sign_in.html", form=_as_sign_in(form))

    @odd.get("/blocked")
    def blocked() -> Response:
        return errors.blocked(
            REASONS,
            heading="You cannot approve this bid yet",
            back=Link("Back to the bid", "/help"),
            ways_on=[Link("Add a note", "/help")],
        )

    return odd


@pytest.fixture
def client(odd_app: tuple[Flask, Thrown]) -> Iterator[FlaskClient]:
    with odd_app[0].test_client() as made:
        yield made


def _as_sign_in(form: NoteForm) -> Any:
    """The sign-in page stands in for a page of a room: it draws two fields called email and password."""
    form.email, form.password = form.title, form.note
    form.kept = form.rev
    return form


TYPED = {"title": "Mine", "note": "Line one\nline <two>", "rev": "3", "key": "0" * 32, "csrf_token": "x"}


@pytest.mark.parametrize(
    ("error", "status", "says"),
    [
        (NotHere(), 404, "You cannot see this page, or it does not exist."),
        (NotAllowed("Only the case officer may do this."), 403, "Only the case officer may do this."),
        (Refused(REASONS), 409, "You have an interest on record"),
        (Invalid("The dates overlap."), 409, "The dates overlap."),
        (KeyMisused(), 409, "This form was already used"),
        (CHANGED, 409, "Changed by K.P., case officer At 9:40am on Tuesday 29 March 2011 What Title saved"),
        (OperationalError("select 1", {}, Exception("secret address")), 503, "the service is not available"),
        (
            DataError("select 1", {}, Exception("secret value")),
            404,
            "You cannot see this page, or it does not exist.",
        ),
        (ZeroDivisionError("secret detail"), 500, "there is a problem with the service"),
    ],
)
def test_each_error_has_its_page(
    client: FlaskClient, thrown: Thrown, error: Exception, status: int, says: str
) -> None:
    thrown.error = error
    answer = client.get("/note")
    assert answer.status_code == status
    assert says in text_of(answer.text)
    assert "secret" not in answer.text
    assert "Traceback" not in answer.text


@pytest.mark.parametrize(
    "error", [Refused(REASONS), CHANGED, OperationalError("x", {}, Exception()), ValueError()]
)
def test_what_was_typed_is_on_the_page_of_an_error(
    client: FlaskClient, thrown: Thrown, error: Exception
) -> None:
    thrown.error = error
    answer = client.post("/note", data=TYPED)
    assert "Line one\nline &lt;two&gt;" in answer.text
    assert "What you typed" in answer.text


def test_a_stale_form_opens_the_current_one_with_what_was_typed_and_applies_nothing(
    client: FlaskClient, thrown: Thrown
) -> None:
    thrown.error = CHANGED
    conflict = client.post("/note", data=TYPED)
    again = form_of(conflict, "/note")
    assert again == {"_redraw": "1", "title": "Mine"}  # The note has lines, so a text area carries it.
    assert "Line one\nline &lt;two&gt;</textarea>" in conflict.text
    drawn = client.post("/note", data=again | {"note": TYPED["note"]})
    assert drawn.status_code == 200
    assert 'value="Mine"' in drawn.text
    assert form_of(drawn)["rev"] == "4"
    assert form_of(drawn)["key"] != TYPED["key"]
    assert "There is a problem" not in drawn.text


def test_a_failed_check_for_forgery_draws_the_form_with_what_was_typed(client: FlaskClient) -> None:
    answer = client.post("/note", data=TYPED)
    assert answer.status_code == 200
    assert "This page was open for too long" in answer.text
    assert 'value="Mine"' in answer.text
    assert "<title>Error: " in answer.text
    sent_again = client.post("/note", data=TYPED | {"csrf_token": form_of(answer)["csrf_token"]})
    assert sent_again.text == "applied"


def test_a_form_from_another_site_is_refused(client: FlaskClient) -> None:
    token = form_of(client.get("/note"))["csrf_token"]
    right = TYPED | {"csrf_token": token}
    assert client.post("/note", data=right, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 400
    assert client.post("/note", data=right, headers={"Sec-Fetch-Site": "same-origin"}).text == "applied"


def test_a_blocked_action_lists_every_reason_and_those_that_can_be_put_right_first(
    client: FlaskClient,
) -> None:
    answer = client.get("/blocked")
    words = text_of(answer.text)
    assert answer.status_code == 409
    assert "There are 2 reasons." in words
    assert words.index("The bid changed") < words.index("You have an interest")
    assert "How to go on Assess version 3. Who can T.A., assessor." in words
    assert "What you can do now Add a note Back to the bid" in words


def test_what_is_too_large_is_told(client: FlaskClient) -> None:
    answer = client.post("/note", data={"note": "x" * (1024 * 1024 + 1)})
    assert answer.status_code == 413
    assert "1 MB" in answer.text


def test_a_wrong_method_and_a_wrong_address_have_pages_too(client: FlaskClient) -> None:
    assert client.post("/blocked", data={}).status_code == 405
    assert client.get("/no/such/page").status_code == 404
    assert client.get("/note\x00").status_code == 404


@pytest.mark.parametrize(
    "kind", ["application/json", "text/plain", "multipart/form-data", "multipart/form-data; boundary=x"]
)
def test_a_wrong_content_type_is_a_form_with_nothing_in_it(client: FlaskClient, kind: str) -> None:
    answer = client.post("/note", data=b'{"title": "x"}', content_type=kind)
    assert answer.status_code == 200
    assert "Enter a title" in answer.text


def test_the_pages_of_the_site_stand_without_a_database(client: FlaskClient) -> None:
    for path in ("/help", "/cookies", "/privacy", "/accessibility", "/contact", "/sign-in"):
        assert client.get(path).status_code == 200


def test_a_reader_with_a_session_is_told_when_the_database_is_away(client: FlaskClient) -> None:
    client.set_cookie("workflow_session", "t" * 43)
    for path in ("/help", "/no/such/page"):
        answer = client.get(path)
        assert answer.status_code == 503
        assert answer.headers["Retry-After"] == "30"


def test_alive_needs_nobody_and_ready_needs_the_database(client: FlaskClient) -> None:
    assert client.get("/healthz").text == "ok\n"
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.text.startswith("database: ")


def test_the_status_is_not_there_without_its_token(client: FlaskClient) -> None:
    assert client.get("/status").status_code == 404
    assert client.get("/status", headers={"Authorization": "Bearer "}).status_code == 404
