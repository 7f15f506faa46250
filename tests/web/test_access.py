"""The access table, called: every route is asked for by nobody and by somebody without a role."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.routing import Rule as Route

from workflow.accounts.models import Organisation, OrganisationKind, Person
from workflow.web import access
from workflow.web.access import ACCESS, Who


def routes(app: Flask) -> Iterator[tuple[str, str, Route]]:
    """Every route as (method, address, route), with 1 for each number and "x" for each text in it."""
    adapter = app.url_map.bind("localhost")
    for route in app.url_map.iter_rules():
        values = {name: _sample(route, name) for name in route.arguments}
        address = adapter.build(route.endpoint, values)
        for method in sorted((route.methods or set()) & {"GET", "POST"}):
            yield method, address, route


def _sample(route: Route, name: str) -> int | str:
    return 1 if type(route._converters[name]).__name__ == "IntegerConverter" else "x"


@pytest.fixture
def stranger(session: Session) -> Person:
    """Somebody of a council who has no role at all."""
    council = Organisation(
        code="E-x", name="A council", short_name="A council", kind=OrganisationKind.LOCAL_AUTHORITY
    )
    session.add(council)
    session.flush()  # For its id.
    person = Person(email="nobody@council.example", name="N.B.", organisation_id=council.id)
    session.add(person)
    session.commit()
    return person


def test_every_route_has_a_row_and_every_row_of_a_built_room_a_route(app: Flask) -> None:
    endpoints = {route.endpoint for route in app.url_map.iter_rules()}
    rooms = {endpoint.partition(".")[0] for endpoint in endpoints}
    assert endpoints <= set(ACCESS)
    assert {row for row in ACCESS if row.partition(".")[0] in rooms} <= endpoints


def test_a_route_without_a_row_keeps_the_application_from_starting(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(ACCESS, "site.help_page")
    with pytest.raises(RuntimeError, match=r"site\.help_page"):
        access.check(app)


def test_nobody_gets_past_the_sign_in_where_the_table_asks_for_it(app: Flask, client: FlaskClient) -> None:
    wrong = []
    for method, address, route in routes(app):
        rule = ACCESS[route.endpoint]
        answer = client.open(address, method=method)
        asks = answer.status_code == 401 or (answer.location or "").startswith("/sign-in?next=")
        expected = {Who.SIGNED_IN: True, Who.ROLES: True, Who.ANYONE: False, Who.DEMO: False}[rule.who]
        if asks is not expected or answer.status_code >= 500:
            wrong.append((method, address, answer.status_code))
        if rule.who is Who.DEMO and answer.status_code != 404:
            wrong.append((method, address, answer.status_code))
    assert wrong == []


def test_somebody_without_a_role_changes_nothing_and_meets_no_error(
    app: Flask, client: FlaskClient, stranger: Person, sign_in_as: Callable[[Any], None]
) -> None:
    sign_in_as(stranger)
    wrong = []
    for method, address, route in routes(app):
        if route.endpoint == "sign_in.sign_out":
            continue
        answer = client.open(address, method=method)
        refused = {403} if ACCESS[route.endpoint].who is Who.ROLES else {200, 303, 400, 403, 404, 409}
        if answer.status_code not in refused:
            wrong.append((method, address, answer.status_code))
    assert wrong == []
