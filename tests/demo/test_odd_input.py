"""Odd addresses, questions and forms, thrown at every address of the access table by several people: never an error page.

The bids of the demonstration stand in every stage, so that every page has something to show.
"""

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st
from sqlalchemy import select
from werkzeug.test import TestResponse

from tests.web.strict import elements
from workflow.accounts import commands
from workflow.accounts.models import Person
from workflow.bids.models import Section
from workflow.cases import Case
from workflow.cases.registry import registry
from workflow.consultation.models import Consultation, Invitation
from workflow.consultation.models import Response as Answered
from workflow.db import SYSTEM, Sessions, unit_of_work
from workflow.notifications import links
from workflow.web import sessions as web_sessions
from workflow.web.access import ACCESS

WHO = (
    "",
    "drafter@lgid.example",
    "case.officer@dclg.example",
    "approver1@dclg.example",
    "finance@dclg.example",
    "auditor@nao.example",
    "officer@gateshead.example",
    "network@dh.example",
)
TEXTS = (
    "", "\x00", "a\x00b", "\x1b[31m", "\u202etxt", "\U0001f600", "\u2028", "\ufffe", "e\u0301", "\u0130", "\r\nA: b",
    "<script>alert(1)</script>", "\"'><b>", "' OR 1=1 --", "%s%n%", "{{ 7 * 7 }}", "../../etc/passwd", "=1+1",
    "-1", "0", "1e309", "nan", "infinity", "none.9", "2011-02-30.1", "9" * 18, "9" * 30, "9" * 5000, "x" * 10_001,
)  # fmt: skip
QUERIES = ("after=%ff%fe", "text=%ed%a0%80&show=%00", "&&==&;", "before=%", "state=a&state=%00&fund=%f0%9f")
NAMES = (
    "after",
    "before",
    "show",
    "text",
    "state",
    "fund",
    "due",
    "year",
    "to",
    "next",
    "round",
    "_redraw",
    "key",
)
KEPT = ("csrf_token", "rev", "key")
LONGEST_ADDRESS = 4000
"""The web server refuses longer ones before the product sees them."""

letters = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
odd = st.one_of(st.sampled_from(TEXTS), letters, st.integers().map(str))
questions = st.one_of(
    st.sampled_from(QUERIES),
    st.lists(st.tuples(st.sampled_from(NAMES), odd), max_size=3).map(urlencode),
)


class People:
    """A browser for each of several people, by address; the empty one is nobody's."""

    def __init__(self, app: Flask, sessions: Sessions) -> None:
        self.app, self.sessions = app, sessions
        self.browsers: dict[str, FlaskClient] = {}

    def browser(self, who: str) -> FlaskClient:
        """The browser of one of them, signed in anew where it was signed out meanwhile."""
        browser = self.browsers.setdefault(who, self.app.test_client())
        if who:
            with unit_of_work(self.sessions, self.app.extensions["clock"], actor=SYSTEM) as work:
                person_id = work.session.scalars(select(Person.id).where(Person.email == who)).one()
                token = commands.start_session(work, person_id)
            with self.app.test_request_context():
                browser.set_cookie(web_sessions.cookie_name(), token)
        return browser


@pytest.fixture(scope="module")
def people(demo_app: Flask, demo_sessions: Sessions) -> People:
    return People(demo_app, demo_sessions)


@pytest.fixture(scope="module")
def known(demo_app: Flask, demo_sessions: Sessions) -> SimpleNamespace:
    """What addresses are made of that lead somewhere."""
    secret = demo_app.config["SETTINGS"].secret_key
    with demo_sessions() as session:
        ids = [*session.scalars(select(Consultation.id)), *session.scalars(select(Answered.id).limit(5))]
        invitations = session.execute(select(Invitation.id, Invitation.version).limit(5)).all()
        return SimpleNamespace(
            reference=list(session.scalars(select(Case.reference))),
            number=[*ids, 1, 2],
            token=[links.derive(secret, "answer", *invitation) for invitation in invitations],
            code=["RSG", "BIG"],
            action=[action.name for action in registry().definitions["bid", 1].actions],
            name=[section.value for section in Section],
        )


def address(draw: Any, app: Flask, endpoint: str, known: SimpleNamespace) -> str:
    """An address of a route: each part known, or odd."""
    rule = draw(st.sampled_from([one for one in app.url_map.iter_rules() if one.endpoint == endpoint]))
    path: str = rule.rule
    for name in sorted(rule.arguments):
        is_number = f"<int:{name}>" in path
        right = st.sampled_from(getattr(known, "number" if is_number else name))
        wrong = st.integers(min_value=0).filter(bool) if is_number else odd
        said = quote(str(draw(st.one_of(right, right, wrong))), safe="")[:LONGEST_ADDRESS] or "x"
        path = path.replace(f"<int:{name}>" if is_number else f"<{name}>", said)
    return path


def boxes(page: TestResponse) -> list[tuple[str, str]]:
    """The boxes of the forms of a page's main part, by name, with what stands in them."""
    if page.status_code not in {200, 401} or page.mimetype != "text/html":
        return []
    main: Any = next(element for element in elements(page.text) if element.tag == "main")
    found: list[Any] = [
        box for form in main.iter("form") for box in form.iter() if box.tag in {"input", "textarea", "select"}
    ]
    return [(str(box.get("name")), str(box.get("value") or "")) for box in found if box.get("name")]


def typed(draw: Any, found: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """A form as a person, or nobody in their right mind, would send it."""
    keeps = draw(st.booleans())
    said = [
        (name, value if keeps and name in KEPT else draw(st.one_of(st.just(value), odd)))
        for name, value in found[:40]
    ]
    more: list[tuple[str, str]] = draw(
        st.lists(st.tuples(st.one_of(st.sampled_from(NAMES), letters), odd), max_size=2)
    )
    return said + more


@pytest.mark.parametrize("endpoint", sorted(ACCESS))
def test_whatever_is_sent_there_is_a_page_that_says_what_is_so(
    endpoint: str, demo_app: Flask, people: People, known: SimpleNamespace
) -> None:
    @examples(
        max_examples=4,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(data=st.data())
    def throw(data: st.DataObject) -> None:
        browser = people.browser(data.draw(st.sampled_from(WHO)))
        path = address(data.draw, demo_app, endpoint, known)
        asked = browser.get(path, query_string=data.draw(questions))
        assert asked.status_code < 500
        form: Any = typed(data.draw, boxes(asked))
        if endpoint == "demo.clock":
            form = [pair for pair in form if pair[0] != "csrf_token"]  # Moving the clock is another matter.
        bodies: list[dict[str, Any]] = [
            {"data": urlencode(form), "content_type": "application/x-www-form-urlencoded"},
            {"json": dict(form)},
            {"data": b"\xff\x00--x\r\n\r\n", "content_type": "multipart/form-data; boundary=x"},
        ]
        sent = data.draw(st.sampled_from([bodies[0], *bodies]))
        assert browser.post(path, **sent).status_code < 500

    throw()
