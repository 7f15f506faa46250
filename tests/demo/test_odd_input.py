"""Odd addresses, questions and forms, thrown at every address of the access table by several people: never an error of ours,
and each answer says how to go on.

Which questions an address answers to is not listed: it is noted while the pages are walked over. The bids of the demonstration
stand in every stage, so that every page has something to show.
"""

from collections.abc import Iterator, Sequence
from itertools import cycle, islice
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st
from werkzeug.test import TestResponse

from tests.crawl import SIGNED_OUT, Crawl, Visit
from tests.demo.crawling import Crawled, browser_of
from tests.demonstration import Seeded
from tests.odd import BYTES, TEXTS, UNSEEN, is_silent, may_be_checked
from tests.web.strict import elements
from workflow.cases.registry import registry
from workflow.web.access import ACCESS

WHO = (
    SIGNED_OUT,
    "drafter@lgid.example",
    "case.officer@dclg.example",
    "approver1@dclg.example",
    "finance@dclg.example",
    "auditor@nao.example",
    "officer@gateshead.example",
    "network@dh.example",
    "review@dclg.example",
    "admin@dclg.example",
)
QUERIES = ("after=%ff%fe", "text=%ed%a0%80&show=%00", "&&==&;", "before=%", "state=a&state=%00&fund=%f0%9f")
MORE_NAMES = ("next", "_redraw", "key")
KEPT = ("csrf_token", "rev", "key")
LONGEST_ADDRESS = 4000
"""The web server refuses longer ones before the product sees them."""

WORDS_A_QUESTION = 3

letters = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
odd = st.one_of(st.sampled_from(TEXTS), letters, st.integers().map(str))


@pytest.fixture(scope="session")
def begins_as(crawled: Crawled) -> Seeded:
    """The demonstration as it was walked over."""
    return crawled.stands


@pytest.fixture(scope="module")
def walked(demo_app: Flask, crawled: Crawled) -> Crawl:
    """The pages that readers reach."""
    return crawled.on(demo_app)


@pytest.fixture(scope="module")
def browsers(demo_app: Flask, walked: Crawl) -> dict[str, FlaskClient]:
    """A browser for each of several people."""
    return {reader: browser_of(demo_app, reader) for reader in {*WHO, *(one.reader for one in walked.visits)}}


def test_a_question_that_nobody_would_ask_is_answered_on_every_page(
    walked: Crawl, browsers: dict[str, FlaskClient]
) -> None:
    wrong = [
        f"{address} as {visit.reader or 'nobody'}: {silent}"
        for visit in one_each(walked)
        for address in odd_questions(visit, walked.noted.get(visit.kind.endpoint, set()))
        if (silent := is_silent(browsers[visit.reader].get(address, buffered=True)))
    ]
    assert not wrong, "\n".join(wrong)


def one_each(walked: Crawl) -> list[Visit]:
    """A page of each kind that was shown to somebody."""
    return list(
        {
            (one.kind.endpoint, one.kind.chosen): one for one in walked.visits if one.kind.status == 200
        }.values()
    )


def odd_questions(visit: Visit, names: set[str]) -> Iterator[str]:
    """The page with odd values for all that it looks for."""
    path = urlsplit(visit.path).path
    for number, name in enumerate(sorted(names)):
        begins = (sum(map(ord, visit.kind.endpoint)) + number * WORDS_A_QUESTION) % len(TEXTS)
        # The other words rotate; what cannot be stored is asked for by every name.
        for text in (*UNSEEN, *islice(cycle(TEXTS), begins, begins + WORDS_A_QUESTION)):
            yield f"{path}?{urlencode([(name, text[:LONGEST_ADDRESS])])}"
        code = BYTES[(begins + number) % len(BYTES)]
        yield f"{path}?{quote(name)}={code}&{quote(name)}=x&{quote(name)}="


def test_the_walk_noted_what_pages_look_for(walked: Crawl) -> None:
    assert {"text", "after", "show"} <= walked.noted["queue.queue"] | walked.noted["consultation.of_bid"]
    assert walked.wrong == []


def known(walked: Crawl, name: str) -> list[Any]:
    """Parts of addresses that lead somewhere."""
    if name == "action":
        return [action.name for workflow in registry().definitions.values() for action in workflow.actions]
    return walked.known(name, SIGNED_OUT)[:200]


def address(draw: Any, walked: Crawl, endpoint: str) -> str:
    """An address of a route: each part known, or odd."""
    rule = draw(st.sampled_from(list(walked.app.url_map.iter_rules(endpoint))))
    path: str = rule.rule
    for name in sorted(rule.arguments):
        is_number = f"<int:{name}>" in path
        wrong = st.integers(min_value=0).filter(bool) if is_number else odd
        right = st.sampled_from(known(walked, name) or [1])
        said = quote(str(draw(st.one_of(right, right, wrong))), safe="")[:LONGEST_ADDRESS] or "x"
        path = path.replace(f"<int:{name}>" if is_number else f"<{name}>", said)
    return path


def questions(looked_for: set[str]) -> st.SearchStrategy[str]:
    """Questions to a route by the names that it was seen to look for."""
    names = [*sorted(looked_for), *MORE_NAMES]
    asked = st.lists(st.tuples(st.sampled_from(names), odd), max_size=3)
    return st.one_of(st.sampled_from(QUERIES), asked.map(urlencode).map(lambda text: text[:LONGEST_ADDRESS]))


def boxes(page: TestResponse) -> list[tuple[str, str]]:
    """The boxes of the forms of a page's main part, by name, with what stands in them."""
    if page.status_code not in {200, 401} or page.mimetype != "text/html":
        return []
    main: Any = next((element for element in elements(page.text) if element.tag == "main"), None)
    if main is None:  # A letter in its frame is no page of the product.
        return []
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
    names = st.one_of(st.sampled_from(MORE_NAMES), letters)
    more: list[tuple[str, str]] = draw(st.lists(st.tuples(names, odd), max_size=2))
    return said + more


def bodies(form: list[tuple[str, str]]) -> list[dict[str, Any]]:
    """What may be sent of a form: as a browser does, most of the time, or as something else altogether."""
    usual = {"data": urlencode(form), "content_type": "application/x-www-form-urlencoded"}
    broken = {"data": b"\xff\x00--x\r\n\r\n", "content_type": "multipart/form-data; boundary=x"}
    return [usual, usual, {"json": dict(form)}, broken]


@pytest.mark.parametrize("endpoint", sorted(ACCESS))
def test_whatever_is_sent_there_is_a_page_that_says_what_is_so(
    endpoint: str, walked: Crawl, browsers: dict[str, FlaskClient]
) -> None:
    @examples(
        max_examples=2,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(data=st.data())
    def throw(data: st.DataObject) -> None:
        browser = browsers[data.draw(st.sampled_from(WHO))]
        path = address(data.draw, walked, endpoint)
        asked = browser.get(
            path, query_string=data.draw(questions(walked.noted.get(endpoint, set()))), buffered=True
        )
        assert not is_silent(asked)
        form = typed(data.draw, boxes(asked))
        if endpoint == "demo.clock":
            form = [pair for pair in form if pair[0] != "csrf_token"]  # Moving the clock is another matter.
        answer = browser.post(path, **data.draw(st.sampled_from(bodies(form))), buffered=True)
        silent = is_silent(answer, is_checked=may_be_checked(path, form))
        assert not silent or "_redraw" in dict(form), silent

    throw()
