"""Walks through the pages as a reader does, by the links on them, so that no page has to be listed to be looked at.

A route that no link leads to is tried with the parts of the addresses that were met on the way.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from html import unescape
from itertools import islice, product
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect, Rule
from werkzeug.test import TestResponse

from tests.web.strict import elements
from workflow.accounts.roles import Role
from workflow.demo.people import PEOPLE

_HREF = re.compile(r'<a\b[^>]*?\bhref="(/[^"#]*)"')
_PIECE = re.compile(r"<(\w+)((?:\s[^<>]*)?)>")
_CLASS = re.compile(r'\b(?:class|type|role|scope)="([^"]*)"')
_KINDS = ("action", "name")
"""The parts of an address that choose what a page shows, rather than of which thing."""

SIGNED_OUT = ""
TRIES = 60


def readers() -> list[str]:
    """One person of the demonstration for each role, by e-mail, and nobody; each person once."""
    chosen = {SIGNED_OUT: None}
    for role in Role:
        holder = next((one.email for one in PEOPLE if role in one.roles), None)
        if holder is not None:
            chosen[holder] = None
    return list(chosen)


@dataclass(frozen=True, slots=True)
class Kind:
    """What makes two pages the same kind: the route, what its address chooses, its questions, and the status."""

    endpoint: str
    chosen: tuple[str, ...]
    questions: tuple[str, ...]
    status: int


@dataclass(frozen=True, slots=True)
class Visit:
    """One page as one reader was given it; `pieces` are the kinds of elements it is built from."""

    reader: str
    path: str
    kind: Kind
    is_page: bool
    pieces: frozenset[str]
    linked_from: str


@dataclass
class Crawl:
    """The visits to an application, and what is known of its addresses."""

    app: Flask
    stands_in: Callable[[str], str] = lambda _reference: ""
    visits: list[Visit] = field(default_factory=list)
    seen_values: dict[str, dict[Any, None]] = field(default_factory=lambda: defaultdict(dict))
    wrong: list[str] = field(default_factory=list)

    def walk(self, reader: str, client: FlaskClient, starts: Iterable[str]) -> None:
        """Follow every link from some addresses, one of each kind of page."""
        waiting = [(path, "") for path in starts]
        asked: set[Any] = set()
        while waiting:
            path, linked_from = waiting.pop(0)
            found = self.match(path)
            if found is None or (key := self._key(*found, path)) in asked:
                continue
            asked.add(key)
            answer = self.visit(reader, client, path, linked_from=linked_from)
            if answer is None:
                continue
            if answer.location and answer.location.startswith("/"):
                waiting.insert(0, (answer.location, linked_from))
            elif answer.mimetype == "text/html":
                links = dict.fromkeys(_HREF.findall(answer.text))
                waiting += [(unescape(link), found[0].endpoint) for link in links]
                waiting += [(asked_by, found[0].endpoint) for asked_by in _questions_asked(answer.text, path)]

    def visit(
        self, reader: str, client: FlaskClient, path: str, *, linked_from: str = ""
    ) -> TestResponse | None:
        """Open one page and keep what it was."""
        found = self.match(path)
        if found is None:
            return None
        rule, values = found
        answer = client.get(path, buffered=True)
        if answer.status_code >= 500:
            self.wrong.append(f"{path} as {reader or 'nobody'}: {answer.status_code}")
        for name, value in values.items():
            self.seen_values[name][value] = None
        is_page = answer.mimetype == "text/html" and not answer.location
        kind = Kind(rule.endpoint, _chosen(values), _questions(path), answer.status_code)
        pieces = _pieces(answer.text) if is_page else frozenset()
        self.visits.append(Visit(reader, path, kind, is_page, pieces, linked_from))
        return answer

    def match(self, path: str) -> tuple[Rule, dict[str, Any]] | None:
        """The route of an address, with the parts of it; None for what is no page of ours."""
        adapter = self.app.url_map.bind("localhost")
        try:
            rule, values = adapter.match(urlsplit(path).path, method="GET", return_rule=True)
        except (RequestRedirect, HTTPException):
            return None
        return rule, dict(values)

    def _key(self, rule: Rule, values: dict[str, Any], path: str) -> Any:
        reference = values.get("reference")
        return rule.endpoint, _chosen(values), _questions(path), reference and self.stands_in(reference)

    def guesses(self, endpoint: str) -> Iterator[str]:
        """Addresses of a route, made of the parts of addresses that were met."""
        adapter = self.app.url_map.bind("localhost")
        for rule in self.app.url_map.iter_rules(endpoint):
            if "GET" not in (rule.methods or set()):
                continue
            names = sorted(rule.arguments)
            choices = [list(self.seen_values.get(name, {})) for name in names]
            for values in islice(product(*choices), TRIES):
                yield adapter.build(endpoint, dict(zip(names, values, strict=True)))

    def shown(self) -> set[str]:
        """The routes of which somebody was given a page, and not only a refusal."""
        return {visit.kind.endpoint for visit in self.visits if visit.kind.status == 200}

    def worth_looking_at(self) -> list[Visit]:
        """The pages that hold between them every kind of element that any page of their kind holds."""
        had: dict[tuple[str, tuple[str, ...], int], set[str]] = defaultdict(set)
        chosen = []
        for visit in self.visits:
            about = (visit.kind.endpoint, visit.kind.chosen, visit.kind.status)
            is_new = about not in had
            if visit.is_page and (is_new or visit.pieces - had[about]):
                had[about] |= visit.pieces
                chosen.append(visit)
        return chosen


def _chosen(values: dict[str, Any]) -> tuple[str, ...]:
    return tuple(str(values[name]) for name in _KINDS if str(values.get(name, "")).isidentifier())


def _questions(path: str) -> tuple[str, ...]:
    return tuple(sorted({name for name, _ in parse_qsl(urlsplit(path).query)}))


def _questions_asked(markup: str, path: str) -> Iterator[str]:
    """The addresses that a page's forms lead to which change nothing, such as filters, with the first of each choice."""
    if 'method="get"' not in markup:
        return
    forms: list[Any] = [element for element in elements(markup) if element.tag == "form"]
    for form in forms:
        if form.get("method") == "get":
            yield f"{form.get('action') or urlsplit(path).path}?{urlencode(_first_choices(form))}"


def _first_choices(form: Any) -> dict[str, str]:
    chosen: dict[str, str] = {}
    for box in form.iter():
        name, kind = box.get("name"), box.get("type")
        if not name or name in chosen:
            continue
        if box.tag == "select":
            values = [option.get("value") or "" for option in box.iter("option")]
            chosen[name] = next(filter(None, values), "")
        elif box.tag == "input" and kind != "submit":
            chosen[name] = box.get("value") or ""
    return chosen


def _pieces(markup: str) -> frozenset[str]:
    """The kinds of elements of a page: tag, with the classes and the like on it."""
    return frozenset(
        f"{tag} {' '.join(_CLASS.findall(attributes))}" for tag, attributes in _PIECE.findall(markup)
    )
