"""Walks through the pages as a reader does, by the links on them, so that no page has to be listed to be looked at.

A route that no link leads to is tried with the parts of the addresses that were met on the way.
"""

import re
from collections import defaultdict, deque
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
_FORM = re.compile(r'<form\b[^>]*\bmethod="get".*?</form>', re.DOTALL)
_KINDS = ("action", "name")
"""The parts of an address that choose what a page shows, rather than of which thing."""

SIGNED_OUT = ""
TRIES = 20
"""How many addresses of a route that no link led to are tried by each reader."""

MOST_ALIKE = 1
"""How many pages of one kind a reader is shown of bids in different states."""

MOST_OF_A_ROUTE = 5
"""How many pages of one route and choice a reader is shown, however they are asked for."""

MOST_MEASURED = 4
"""How many more pages of one route are only measured."""

HUBS = ("bids.show",)
"""Where the ways to everything else about a bid begin: this one is shown in every state."""


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
    seen_values: dict[str, dict[str, dict[Any, None]]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(dict))
    )
    linked: set[tuple[str, str]] = field(default_factory=set)
    wrong: list[str] = field(default_factory=list)
    noted: dict[str, set[str]] = field(default_factory=dict)
    """The names of the questions that each route was seen to look for, where somebody noted them."""

    def walk(self, reader: str, client: FlaskClient, starts: Iterable[str]) -> None:
        """Follow every link from some addresses, one of each kind of page."""
        waiting = deque((path, "") for path in starts)
        queued: set[str] = set()
        asked: set[Any] = set()
        alike: dict[Any, int] = defaultdict(int)
        while waiting:
            path, linked_from = waiting.popleft()
            if path in queued:
                continue
            queued.add(path)
            found = self._note(reader, path)
            if found is None or (key := self._key(*found, path)) in asked:
                continue
            asked.add(key)
            alike[key[:3]] += 1
            alike[key[:2]] += 1
            is_known = alike[key[:3]] > MOST_ALIKE or alike[key[:2]] > MOST_OF_A_ROUTE
            if is_known and found[0].endpoint not in HUBS:
                continue
            answer = self.visit(reader, client, path, linked_from=linked_from)
            if answer is None:
                continue
            if answer.location and answer.location.startswith("/"):
                waiting.appendleft((answer.location, linked_from))
            elif answer.mimetype == "text/html":
                links = dict.fromkeys(_HREF.findall(answer.text))
                led = [*map(unescape, links), *_questions_asked(answer.text, path)]
                waiting.extend((to, found[0].endpoint) for to in led if to not in queued)

    def visit(
        self, reader: str, client: FlaskClient, path: str, *, linked_from: str = ""
    ) -> TestResponse | None:
        """Open one page and keep what it was."""
        found = self.match(path)
        if found is None:
            return None
        rule, values = found
        self._note(reader, path)
        answer = client.get(path, buffered=True)
        if answer.status_code >= 500:
            self.wrong.append(f"{path} as {reader or 'nobody'}: {answer.status_code}")
        # What is shown within another page and may run nothing, such as a letter, is looked at there.
        is_framed = "sandbox" in answer.headers.get("Content-Security-Policy", "")
        is_page = answer.mimetype == "text/html" and not answer.location and not is_framed
        kind = Kind(rule.endpoint, _chosen(values), _questions(path), answer.status_code)
        pieces = _pieces(answer.text) if is_page else frozenset()
        self.visits.append(Visit(reader, path, kind, is_page, pieces, linked_from))
        return answer

    def _note(self, reader: str, path: str) -> tuple[Rule, dict[str, Any]] | None:
        """The route of an address, with its parts noted as what this reader was led to."""
        found = self.match(path)
        if found is not None and (reader, path) not in self.linked:
            self.linked.add((reader, path))
            for name, value in found[1].items():
                self.seen_values[name][reader][value] = None
        return found

    def known(self, name: str, reader: str) -> list[Any]:
        """The parts of addresses that somebody was led to by a name, first the reader's own, the newest first."""
        of_all = {value: None for values in self.seen_values[name].values() for value in values}
        return list(dict.fromkeys([*reversed(self.seen_values[name][reader]), *reversed(of_all)]))

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

    def guesses(self, endpoint: str, reader: str) -> Iterator[str]:
        """Addresses of a route, made of the parts of addresses that a reader met."""
        adapter = self.app.url_map.bind("localhost")
        for rule in self.app.url_map.iter_rules(endpoint):
            if "GET" not in (rule.methods or set()):
                continue
            names = sorted(rule.arguments)
            choices = [self.known(name, reader) for name in names]
            for values in islice(product(*choices), TRIES):
                yield adapter.build(endpoint, dict(zip(names, values, strict=True)))

    def shown(self) -> set[str]:
        """The routes of which somebody was given a page, and not only a refusal."""
        return {visit.kind.endpoint for visit in self.visits if visit.kind.status == 200}

    def worth_looking_at(self) -> list[Visit]:
        """One page of each kind, and those that hold a kind of element that no page before them holds."""
        had: set[str] = set()
        kinds: set[tuple[str, tuple[str, ...], int]] = set()
        chosen = []
        for visit in sorted(self.visits, key=lambda visit: -len(visit.pieces)):
            about = (visit.kind.endpoint, visit.kind.chosen, visit.kind.status)
            if visit.is_page and (about not in kinds or visit.pieces - had):
                kinds.add(about)
                had |= visit.pieces
                chosen.append(visit)
        return chosen

    def only_to_measure(self) -> list[Visit]:
        """Other pages whose elements are put together as on no page of their kind before."""
        looked = set(map(id, self.worth_looking_at()))
        had: set[tuple[str, frozenset[str]]] = set()
        measured: dict[str, int] = defaultdict(int)
        chosen = []
        for visit in self.visits:
            shape = (visit.kind.endpoint, visit.pieces)
            is_new = visit.is_page and id(visit) not in looked and shape not in had
            if is_new and measured[visit.kind.endpoint] < MOST_MEASURED:
                had.add(shape)
                measured[visit.kind.endpoint] += 1
                chosen.append(visit)
        return chosen


def _chosen(values: dict[str, Any]) -> tuple[str, ...]:
    return tuple(str(values[name]) for name in _KINDS if str(values.get(name, "")).isidentifier())


def _questions(path: str) -> tuple[str, ...]:
    return tuple(sorted({name for name, _ in parse_qsl(urlsplit(path).query)}))


def _questions_asked(markup: str, path: str) -> Iterator[str]:
    """The addresses that a page's forms lead to which change nothing, such as filters, with the first of each choice."""
    for part in _FORM.findall(markup):
        form: Any = next(one for one in elements(part, is_page=False) if one.tag == "form")
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
