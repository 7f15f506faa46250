"""Odd text, dates and hidden fields in the form of every action: no error of ours, and each answer says how to go on."""

from collections.abc import Iterator
from html import escape
from itertools import chain, cycle, islice
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Connection
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

from tests.odd import BYTES, DATES, TEXTS, UNSEEN, boxes_for_typing, is_silent, kept_unseen, may_be_checked
from tests.web.recipes import as_sent, by_way, recipe_of
from tests.web.stage import Stage, a_try, add_everybody
from tests.web.strict import elements
from tests.world import make_world
from workflow.clock import FixedClock
from workflow.db import Sessions
from workflow.engine import Action
from workflow.funds.rules import Recovery
from workflow.wiring.bid import BID

FIRST_SOURCE: dict[str, list[Action]] = {
    state.name: [one for one in BID.actions if one.sources[0] == state.name and not one.is_system_only]
    for state in BID.states
}
"""The actions, each in the first of the states that it may start in."""

HIDDEN = ("rev", "key", "csrf_token")
TYPED = "An \U0001f600 “odd” <text>"
WORDS_A_FORM = 3
DATES_A_FIELD = 4

Values = list[tuple[str, Any]]
FORM = "application/x-www-form-urlencoded"


@pytest.mark.parametrize("state", [state for state, actions in FIRST_SOURCE.items() if actions])
def test_whatever_is_sent_to_an_action_is_answered_with_how_to_go_on(
    state: str, app: Flask, sessions: Sessions, connection: Connection, clock: FixedClock
) -> None:
    world = make_world(sessions, clock, recovery=Recovery.RESTORES_ALLOCATION)
    add_everybody(world)
    wrong = []
    for way, actions in by_way(state, FIRST_SOURCE[state]):
        with a_try(connection, world):
            stage = Stage(app, world, connection, way(world), knows_everybody=False)
            wrong += [line for action in actions for line in thrown(stage, action)]
    assert not wrong, "\n".join(wrong)


def thrown(stage: Stage, action: Action) -> list[str]:
    """What is wrong with the answers to everything odd that is sent to an action."""
    recipe = recipe_of(stage.case.state, action)
    with stage.a_try():
        recipe.before(stage.world, stage.bid_id)
        browser, path = stage.browser(recipe.who), stage.path(action.name)
        page = browser.get(path)
        right = {**dict(boxes(page)), **recipe.values(stage.world, stage.bid_id)}
        wrong = []
        for what, values in oddities(action.name, right, boxes(page)):
            with stage.a_try():
                answer = sent(browser, path, values)
            if silent := is_silent(answer, is_checked=may_be_checked(path, values)):
                wrong.append(f"{action.name}, {what}: {silent}")
        code = BYTES[len(action.name) % len(BYTES)]
        with stage.a_try():
            answer = browser.post(path, data=encoded(boxes(page), code), content_type=FORM)
        if silent := is_silent(answer):
            wrong.append(f"{action.name}, {code} everywhere: {silent}")
        with stage.a_try():
            wrong += lost(browser, path, action.name, right, page)
        wrong += [f"{action.name}, {line}" for line in unseen(stage, browser, path, right, page)]
    return wrong


def unseen(
    stage: Stage, browser: FlaskClient, path: str, right: dict[str, Any], page: TestResponse
) -> Iterator[str]:
    """The boxes of a form that is right otherwise which take what cannot be seen, or say nothing of it."""
    names = [name for form in main_of(page).iter("form") for name in boxes_for_typing(form)]
    for text in UNSEEN if names else ():
        with stage.a_try():
            answer = sent(browser, path, flat({**right, **dict.fromkeys(names, text)}))
        yield from (f"{text!r} everywhere: {line}" for line in kept_unseen(answer, names))


def sent(browser: FlaskClient, path: str, values: Values) -> TestResponse:
    """A form sent with these values, a name as often as it stands there."""
    return browser.post(path, data=MultiDict(list(as_sent_pairs(values))))


def as_sent_pairs(values: Values) -> Iterator[tuple[str, Any]]:
    """The values with new files for the bytes among them."""
    for name, value in values:
        yield name, as_sent({name: value})[name]


def encoded(found: Values, code: str) -> str:
    """A form as no browser encodes it: the same bytes in every box, which are no text."""
    kept = [pair for pair in found if pair[0] in HIDDEN]
    return "&".join([urlencode(kept), *(f"{quote(one)}={code}" for one, _ in found if one not in HIDDEN)])


def boxes(page: TestResponse) -> Values:
    """The names of the boxes of the page's form, each once, with what stands in them."""
    found: dict[str, str] = {}
    for form in main_of(page).iter("form"):
        for box in form.iter():
            if box.tag in {"input", "textarea", "select"} and box.get("name"):
                is_chosen = box.get("type") in {"radio", "checkbox"}
                found.setdefault(box.get("name"), "" if is_chosen else box.get("value") or "")
    return list(found.items())


def main_of(page: TestResponse) -> Any:
    """The main part of a page."""
    return next(element for element in elements(page.text) if element.tag == "main")


def oddities(name: str, right: dict[str, Any], found: Values) -> Iterator[tuple[str, Values]]:
    """What is sent: odd everywhere, and odd in one field of a form that is right otherwise."""
    shown = [one for one, _ in found if one not in HIDDEN]
    kept = [(one, right[one]) for one in HIDDEN if one in right]
    # Each form begins elsewhere in the list, so that all of it is sent between them.
    odd = islice(cycle(TEXTS), sum(map(ord, name)) % len(TEXTS), None)
    for text in islice(odd, WORDS_A_FORM):
        yield f"{text[:20]!r} everywhere", [*kept, *((one, text) for one in shown)]
    for number, one in enumerate(shown):
        text = next(odd)
        others = [pair for pair in flat(right) if pair[0] != one]
        yield f"{text[:20]!r} as {one}", [*others, (one, text)]
        if number % 2:
            yield f"no {one}", others
        else:
            yield f"{one} twice", [*flat(right), (one, text), (one, text)]
    for day in [one.removesuffix("-day") for one in shown if one.endswith("-day")]:
        begins = sum(map(ord, name + day)) % len(DATES)
        for date in islice(cycle(DATES), begins, begins + DATES_A_FIELD):
            parts = dict(zip((f"{day}-day", f"{day}-month", f"{day}-year"), date, strict=True))
            yield f"{date} as {day}", flat({**right, **parts})
    for one, text in (
        ("rev", ""),
        ("rev", "-1"),
        ("rev", "9" * 30),
        ("key", ""),
        ("key", "\x00"),
        ("csrf_token", "x"),
    ):
        yield f"{text!r} as {one}", flat({**right, one: text})
    yield "nothing", []


def flat(values: dict[str, Any]) -> Values:
    """Values as pairs, those of a list each by itself."""
    return list(
        chain.from_iterable(
            [(name, one) for one in value] if isinstance(value, list) else [(name, value)]
            for name, value in values.items()
        )
    )


def lost(browser: FlaskClient, path: str, name: str, right: dict[str, Any], page: TestResponse) -> list[str]:
    """The boxes for text whose words are not on the page that comes back because another is wrong."""
    texts = text_boxes(page)
    sentence = {one: f"{TYPED} {number}" for number, one in enumerate(texts)}
    for one in [other for other in right if other not in {*texts, *HIDDEN}] or texts[-1:]:
        answer = sent(browser, path, flat({**right, **sentence, one: "\x00"}))
        if answer.status_code != 303:
            gone = [other for other in texts if other != one and escape(sentence[other]) not in tidy(answer)]
            return [f"{name}: what was typed as {other} is gone" for other in gone]
    return []


def tidy(answer: TestResponse) -> str:
    """A page with its quotation marks written as Python writes them."""
    return answer.text.replace("&#34;", "&quot;").replace("&#39;", "&#x27;")


def text_boxes(page: TestResponse) -> list[str]:
    """The names of the boxes that take any text."""
    return [
        box.get("name")
        for form in main_of(page).iter("form")
        for box in form.iter()
        if box.get("name")
        and (box.tag == "textarea" or (box.tag == "input" and box.get("type", "text") == "text"))
        and box.get("inputmode") != "numeric"
    ]
