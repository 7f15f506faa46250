"""A bid in any state, and somebody of every role around it, for tests that try what each of them may do through HTTP.

Everything happens in one transaction: what one try changed is taken back by a savepoint, so that the next begins where it began.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Connection, text
from sqlalchemy.orm import Session

import tests.world
from tests.web.conftest import StrictClient
from tests.world import World
from workflow.accounts import commands
from workflow.accounts.models import Organisation, OrganisationKind, Person, RoleAssignment
from workflow.accounts.roles import ROLES, Role, Side
from workflow.cases import Case
from workflow.db import SYSTEM, unit_of_work
from workflow.web import sessions as web_sessions

TOKEN = re.compile(r'name="csrf_token"[^>]*?value="([^"]+)"')
HOMES = {Side.BODY: "LGID", Side.COUNCIL: "GAT", Side.DEPARTMENT: "DCLG", Side.ALL: "DCLG"}
"""Where somebody of each side is at home: with the bid's own body, a council that is asked, the fund's own department."""

ELSEWHERE = {Side.BODY: "OTHERBODY", Side.COUNCIL: "FARAWAY", Side.DEPARTMENT: "OTHERDEPT"}
"""Organisations of the same kind that have nothing to do with the bid."""


def only(role: str, *, elsewhere: bool = False) -> str:
    """The name, in the small world, of somebody who holds one role and no other."""
    return f"{role} elsewhere" if elsewhere else f"only {role}"


def add_everybody(world: World) -> None:
    """Add somebody with each role alone, and the same for organisations that have nothing to do with the bid."""
    kinds = {
        "OTHERBODY": OrganisationKind.SECTOR_BODY,
        "FARAWAY": OrganisationKind.LOCAL_AUTHORITY,
        "OTHERDEPT": OrganisationKind.DEPARTMENT,
    }
    with unit_of_work(world.sessions, world.clock, actor=SYSTEM) as work:
        for code, kind in kinds.items():
            home = Organisation(code=code, name=code.title(), short_name=code, kind=kind)
            work.session.add(home)
            work.session.flush()
            world.ids[code] = home.id
        for role in Role:
            side = ROLES[role].side
            places = [(only(role), HOMES[side])]
            if side in ELSEWHERE:
                places.append((only(role, elsewhere=True), ELSEWHERE[side]))
            for name, home_code in places:
                world.ids[name] = _holder(work.session, name, role, world.ids[home_code])


def _holder(session: Session, name: str, role: Role, home_id: int) -> int:
    email = f"{name.replace(' ', '.')}@stage.example"
    someone = Person(email=email, name=name.capitalize(), organisation_id=home_id)
    session.add(someone)
    session.flush()
    session.add(
        RoleAssignment(person_id=someone.id, role=role, organisation_id=home_id, valid_from=date(2010, 4, 1))
    )
    return someone.id


@dataclass
class Stage:
    """A bid, the world around it, and browsers of everybody in it."""

    app: Flask
    world: World
    connection: Connection
    bid_id: int
    knows_everybody: bool = True

    @property
    def case(self) -> Case:
        """The bid as it is stored now."""
        return self.world.case(self.bid_id)

    def __post_init__(self) -> None:
        # Signed in before anything is tried, so that it need not be done for each try anew.
        self._tokens: dict[str, str] = {}
        self._browsers: dict[tuple[str, bool], FlaskClient] = {}
        everybody = [
            name for name in self.world.ids if name.startswith("only ") or name.endswith(" elsewhere")
        ]
        for who in everybody if self.knows_everybody else ():
            self.token(who)

    def browser(self, who: str, *, strict: bool = False) -> FlaskClient:
        """The browser of somebody of the world; a strict one reads every page that it is given strictly."""
        made = self._browsers.get((who, strict))
        if made is None:
            made = (StrictClient if strict else FlaskClient)(self.app, self.app.response_class)
            with unit_of_work(self.world.sessions, self.world.clock, actor=SYSTEM) as work:
                token = commands.start_session(work, self.world.ids[who])
            with self.app.test_request_context():
                made.set_cookie(web_sessions.cookie_name(), token)
            self._browsers[who, strict] = made
        return made

    def token(self, who: str) -> str:
        """A token against forgery for somebody's forms."""
        if who not in self._tokens:
            found = TOKEN.search(self.browser(who).get("/help").text)
            assert found is not None
            self._tokens[who] = found[1]
        return self._tokens[who]

    def path(self, action: str) -> str:
        """The address of an action on the bid."""
        return f"/bids/{self.case.reference}/actions/{action}"

    @contextmanager
    def a_try(self) -> Iterator[None]:
        """What happens inside did not happen, once it is left; nobody who signed in meanwhile is signed in."""
        kept = dict(self._browsers), dict(self._tokens)
        with a_try(self.connection, self.world):
            yield
        self._browsers, self._tokens = kept

    def check_constraints(self) -> None:
        """Check now what the database would check when a transaction is committed."""
        self.connection.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))
        self.connection.execute(text("SET CONSTRAINTS ALL DEFERRED"))


@contextmanager
def a_try(connection: Connection, world: World) -> Iterator[None]:
    """What happens to the database, the clock and the world inside did not happen, once it is left."""
    moment, known = (world.clock.business, world.clock.machine), dict(world.ids)
    savepoint = connection.begin_nested()
    try:
        yield
    finally:
        savepoint.rollback()
        world.clock.business, world.clock.machine = moment
        world.ids = known


def way_to(state: str, own: dict[str, Callable[[World], int]]) -> Callable[[World], int] | None:
    """What brings a bid into a state: the small world's `to_<state>`, else one of a test's own."""
    found: Callable[[World], int] | None = getattr(tests.world, f"to_{state}", None) or own.get(state)
    return found
