"""A world of many bids that compete for one fund, and everything that can happen to it, one step at a time.

Its bids come from the factories of deep states, side by side; each walk begins there and is taken back afterwards. After every
step the money, the revisions and the events must agree; `reached` keeps where bids stood and what was done, over all walks.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

from flask import Flask
from sqlalchemy import Connection, func, select, text
from sqlalchemy.orm import Session

from tests.web.recipes import (
    FOLDER,
    IN_STATE,
    RECIPES,
    Form,
    Recipe,
    as_sent,
    on,
    quarter_over,
    recipe_of,
    year_over,
)
from tests.web.stage import a_try
from tests.world import (
    AFTER_CLOSE,
    CEILING,
    LIGHT,
    SMALL,
    START,
    World,
    draft,
    letter,
    to_active,
    to_appraisal,
    to_checking,
    to_closed_to_answers,
    to_deciding,
    to_direction_sought,
    to_ineligible,
    to_offered,
    to_returned,
    to_screening,
)
from workflow import audit
from workflow.accounts.models import Person, RoleAssignment
from workflow.accounts.queries import viewer_for
from workflow.audit.models import Event
from workflow.bids.models import Round
from workflow.cases import Case, sweep_breaches
from workflow.cases.models import RequestKey
from workflow.cases.queries import offers_for
from workflow.db import SYSTEM
from workflow.engine import SYSTEM as SYSTEM_ROLE
from workflow.engine import Action
from workflow.errors import NotHere, Refused, Stale, WorkflowError
from workflow.funds.allocations import set_ceiling
from workflow.funds.errors import CutBelowCommitted
from workflow.funds.ledger import COLUMNS
from workflow.funds.models import FundYear, LedgerEntry
from workflow.notifications import Notification
from workflow.reports.check import CASES, check
from workflow.reports.invariants import broken
from workflow.reports.ledger_checks import ledger_problems
from workflow.web.actions import form_for
from workflow.web.forms import HiddenField
from workflow.wiring.bid import BID

Way = Callable[[World], int]
ROUND_CLOSES = date(2011, 5, 20)
"""Later than the small world's, so that drafts compete with what was decided weeks after they could have been sent."""
EVERY = 4
"""Every so-manieth step is pressed twice."""

AT_THE_END = (quarter_over, year_over)
AFTER_QUARTER_OR_YEAR = tuple(
    name for over in AT_THE_END for name, one in RECIPES.items() if one.before is over
)
"""What can be done once much time has passed, in the order of that time: last of all, for most else is too late by then."""

TO_COME = {"closes_on", "report_on", "until_on", "publish_on", "notice_ends_on"}
"""The dates in forms that must lie ahead."""

TRIED = 2
"""On how many bids an action is tried, and how many of those who hold its role try it beside the one of the recipe."""


def _consulting(world: World) -> int:
    bid_id = to_screening(world)
    world.act("case", bid_id, "open_consultation", {**LIGHT, "closes_on": date(2011, 6, 3)})
    return bid_id


def _small(world: World) -> int:
    return to_deciding(world, asked=SMALL)


def _own_way(state: str, action: str) -> Way:
    found = (IN_STATE.get((state, action)) or RECIPES[action]).way
    assert found is not None
    return found


LIVED: dict[str, Way] = {
    "responding": to_closed_to_answers,
    "responding too": to_closed_to_answers,
    "appraisal": to_appraisal,
    "deciding": to_deciding,
    "deciding, one person may reject": _small,
    "referred, one person may reject": _own_way("referred", "reject"),
    "referred after a vote": _own_way("referred", "declare_conflict"),
    "direction_sought": to_direction_sought,
    "offered": to_offered,
    "offered too": to_offered,
    "active": to_active,
    "closing, its payments paused": _own_way("closing", "lift_suspension"),
    "terminated, a request checked": _own_way("terminated", "pay_claim"),
    "closed, money to pay back": _own_way("closed", "record_recovery"),
}
"""Bids that were sent at once: each lives its first five weeks beside the others, so the clock begins anew for each."""

NEW: dict[str, Way] = {
    "draft": draft,
    "draft too": draft,
    "checking": to_checking,
    "checked": to_screening,
    "returned": to_returned,
    "ineligible": to_ineligible,
    "consulting": _consulting,
}
"""Bids that are begun when those have been decided."""

FACTORIES = LIVED | NEW


@dataclass
class Reached:
    """Where bids stood and what was done to them in the walks, what the factories did left out."""

    states: set[str] = field(default_factory=set)
    actions: set[str] = field(default_factory=set)
    refusals: int = 0

    def missing(self) -> list[str]:
        """A line for each state and action of the definition that no walk reached; nothing where all were."""
        states = [one.name for one in BID.states if one.name not in self.states]
        actions = [one for one in BID.actions if one.name not in self.actions]
        return [
            *(f"no bid ever stood in {name}" for name in states),
            *(
                f"{'the calendar never' if one.is_system_only else 'nobody ever'} did {one.name}"
                for one in actions
            ),
        ]


@dataclass(frozen=True)
class Picture:
    """What must be as it was when something was refused: each bid's state and revision, the balances, and what was written."""

    cases: Mapping[int, tuple[str, int]]
    balances: tuple[tuple[int, ...], ...]
    written: tuple[int, ...]


@dataclass
class Arena:
    """The world, its bids in the order of the factories, and what happened to them."""

    world: World
    app: Flask
    connection: Connection
    bids: list[int]
    holders: Mapping[str, list[str]]
    reached: Reached = field(default_factory=Reached)
    _keys: int = field(default=0)
    _seen: int = 0
    _is_ending: bool = False
    _plain: set[str] = field(
        default_factory=set
    )  # Actions whose forms hide nothing but a revision and a key.

    @contextmanager
    def a_walk(self) -> Iterator[None]:
        """What happens inside did not happen, once it is left, but for what was reached."""
        with a_try(self.connection, self.world), self.world.sessions() as session:
            self._seen = session.scalar(select(func.max(Event.id))) or 0
            self._is_ending = False
            yield

    # what happens

    def act(self, name: str, pick: int) -> str:
        """Let somebody who may do an action to one of the bids, which `pick` chooses; what came of it, in words."""
        action = BID.action_by_name[name]
        said = "no bid stands where it begins"
        states = {bid_id: state for bid_id, (state, _) in self.picture().cases.items()}
        ready = [one for one in self._turned(pick) if states[one] in action.sources]
        for bid_id in ready[:TRIED]:
            recipe = recipe_of(states[bid_id], action)
            who = self._who_may(bid_id, action, recipe, pick) or self._made_possible(
                bid_id, action, recipe, pick
            )
            said = "nobody may" if who is None else self._done(bid_id, action, recipe, who)
            if said.startswith("done"):
                break
        return said

    def refuse(self, name: str, pick: int) -> str:
        """Let somebody try what may not be done, or do it from an old page; it must be refused and change nothing."""
        action, bid_id = BID.action_by_name[name], self._turned(pick)[0]
        everybody = sorted({who for names in self.holders.values() for who in names})
        who = everybody[pick % len(everybody)]
        case = self.world.case(bid_id)
        recipe = recipe_of(case.state, action)
        may = self._may(bid_id, action, who)
        data = self._data(bid_id, action, recipe, who) if case.state in action.sources else None
        before = self.picture()
        told: WorkflowError | None = None
        try:
            self.world.act(who, bid_id, name, data or {}, seen_rev=case.rev - 1 if may else case.rev)
        except (Refused, Stale, NotHere) as error:
            told = error
        assert told is not None, (
            f"{who} did {name} to a bid in {case.state}, which is offered to nobody like that"
        )
        assert isinstance(told, Stale) == may, f"{who}, {name}: {told!r}"
        assert self.picture() == before, f"{name} by {who} was refused and changed something"
        self.reached.refusals += 1
        return "refused"

    def let_time_pass(self, *, to_the_end: bool = False) -> str:
        """Go to the next date of a bid, or to the last, and let the calendar act."""
        with self.world.sessions() as session:
            dates = session.scalars(select(Case.due_on).where(~Case.ended)).all()
        # Of some dates people are only reminded, so that they stay as they are when they have passed.
        passed = (self.world.clock.now() - timedelta(days=2)).date()
        found = [due for due in dates if due is not None and due > passed]
        if not found:
            return "nothing is due"
        due = max(found) if to_the_end else min(found)
        moment = datetime(due.year, due.month, due.day, tzinfo=UTC) + timedelta(days=2)
        if moment > self.world.clock.now():
            self.world.move_to(moment)
        acted = sweep_breaches(self.world.sessions, self.world.clock)
        self.holds()
        return f"the calendar acted {acted} times by {due}"

    def end(self) -> None:
        """Do what waits for the end of a quarter or a year, let all time pass, and ask everything."""
        self._is_ending = True
        for name in AFTER_QUARTER_OR_YEAR:
            self.act(name, 0)
        for _ in range(2):
            self.let_time_pass(to_the_end=True)
        self.holds_to_the_end()

    def allocate(self, year: int, spare_pence: int) -> str:
        """Leave a year so much beside what is promised; less than nothing must be refused."""
        before = self.picture()
        with self.world.sessions() as session:
            row = session.scalars(
                select(FundYear).where(FundYear.fund_id == self.world.ids["fund"], FundYear.year == year)
            ).one()
        amount = row.reserved + row.committed + spare_pence
        self._keys += 1
        key = f"arena{self._keys}"
        try:
            self.world.work(
                SYSTEM, lambda work: set_ceiling(work, row.fund_id, year, amount, key=key, **CEILING)
            )
        except CutBelowCommitted:
            assert spare_pence < 0
            assert self.picture() == before, "an allocation was refused and changed something"
            return "refused"
        assert spare_pence >= 0, f"{year} was cut below what is promised"
        self.holds()
        return "done"

    # what must be so

    def holds(self) -> None:
        """The money, the revisions and the events agree; asked after every step."""
        self._look()
        with self.world.sessions() as session:
            _none(ledger_problems(session) + broken(session, CASES))
            sums = [func.coalesce(func.sum(getattr(LedgerEntry, name)), 0) for name in COLUMNS]
            entries = select(LedgerEntry.fund_year_id, *sums).group_by(LedgerEntry.fund_year_id)
            replayed = {row[0]: tuple(map(int, row[1:])) for row in session.execute(entries)}
            for year in session.scalars(select(FundYear)):
                assert tuple(getattr(year, name) for name in COLUMNS) == replayed[year.id]
                assert year.reserved + year.committed <= year.ceiling

    def holds_to_the_end(self) -> None:
        """Everything that `workflow check` asks, every chain of events, and what a commit would check."""
        self.connection.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))
        self.connection.execute(text("SET CONSTRAINTS ALL DEFERRED"))
        with self.world.sessions() as session:
            _none(check(session, real=self.world.clock.real()) + audit.verify(session))

    def picture(self) -> Picture:
        """What is stored now, as far as a refusal could change it."""
        with self.world.sessions() as session:
            cases = session.execute(select(Case.id, Case.state, Case.rev))
            years = session.scalars(select(FundYear).order_by(FundYear.id))
            tables = (Event, LedgerEntry, Notification, RequestKey)
            counts = [select(func.count()).select_from(one).scalar_subquery() for one in tables]
            return Picture(
                {row.id: (row.state, row.rev) for row in cases},
                tuple(tuple(getattr(year, name) for name in COLUMNS) for year in years),
                tuple(session.execute(select(*counts)).one()),
            )

    # how it is done

    def _turned(self, pick: int) -> list[int]:
        first = pick % len(self.bids)
        return self.bids[first:] + self.bids[:first]

    def _look(self) -> None:
        """Keep where the bids stand and what was done since the last look."""
        with self.world.sessions() as session:
            self.reached.states |= set(session.scalars(select(Case.state).distinct()))
            for event in session.scalars(
                select(Event).where(Event.id > self._seen, Event.stream.like("case:%"))
            ):
                self.reached.actions.add(json.loads(event.canonical)["payload"].get("action", ""))
                self._seen = max(self._seen, event.id)

    def _may(self, bid_id: int, action: Action, who: str) -> bool:
        with self.world.sessions() as session:
            now = self.world.clock.now()
            case = session.get_one(Case, bid_id)
            found = offers_for(session, viewer_for(session, self.world.ids[who], now), [case], now)[bid_id]
        return any(offer.may for offer in found if offer.action.name == action.name)

    def _who_may(self, bid_id: int, action: Action, recipe: Recipe, pick: int) -> str | None:
        """Somebody to whom the action is offered: as `pick` says first, and the one of the recipe before the last."""
        held = [who for role in action.roles if role != SYSTEM_ROLE for who in self.holders.get(role, [])]
        turned = [held[(pick + number) % len(held)] for number in range(len(held))]
        tried = dict.fromkeys([*turned[:TRIED], recipe.who])
        known = [who for who in tried if who in self.world.ids]
        return next((who for who in known if self._may(bid_id, action, who)), None)

    def _made_possible(self, bid_id: int, action: Action, recipe: Recipe, pick: int) -> str | None:
        """Who may once what the action needs has happened; None when that cannot happen to this bid."""
        if recipe.before in AT_THE_END and not self._is_ending:
            return None
        try:
            with _all_or_nothing(self.connection):
                recipe.before(self.world, bid_id)
        except (WorkflowError, LookupError):
            return None
        self.holds()
        return self._who_may(bid_id, action, recipe, pick)

    def _done(self, bid_id: int, action: Action, recipe: Recipe, who: str) -> str:
        data = self._data(bid_id, action, recipe, who)
        if data is None:
            return "its form is not right now"
        before, key = self.picture(), uuid4().hex
        seen = before.cases[bid_id][1]
        try:
            applied = self.world.act(who, bid_id, action.name, data, seen_rev=seen, key=key)
        except WorkflowError as error:
            assert self.picture() == before, f"{action.name} by {who} was refused and changed something"
            return f"refused: {error}"
        assert (applied.rev, applied.state in action.targets) == (seen + 1, True)
        self.holds()
        if applied.rev % EVERY == 0:
            after = self.picture()
            again = self.world.act(who, bid_id, action.name, data, seen_rev=seen, key=key)
            assert (again, self.picture()) == (applied, after), "a second click did something"
        return f"done by {who}: {applied.state}"

    def _data(self, bid_id: int, action: Action, recipe: Recipe, who: str) -> dict[str, Any] | None:
        """What the action's form makes of what the recipe types; None where the form says that it is not right."""
        world = self.world
        values = moved_on(recipe.values(world, bid_id), world.clock.now() - AFTER_CLOSE)
        files = [name for name, value in values.items() if isinstance(value, bytes)]
        hidden = {"rev": str(world.case(bid_id).rev), "key": uuid4().hex}
        if action.name not in self._plain:
            with self.app.test_request_context("/"), world.sessions() as session:
                drawn = self._form(session, bid_id, action, who)
                own = {one.name: one.data for one in drawn if isinstance(one, HiddenField)}
            self._plain |= {action.name} if own.keys() == hidden.keys() else set()
            hidden |= {name: value for name, value in own.items() if value}
        sent = {**hidden, **as_sent(values)}
        with self.app.test_request_context("/", method="POST", data=sent), world.sessions() as session:
            form = self._form(session, bid_id, action, who)
            if not form.validate():
                return None
            data: dict[str, Any] = form.data_tuple()._asdict()
        return data | {name: letter(world, who, FOLDER) for name in files}

    def _form(self, session: Session, bid_id: int, action: Action, who: str) -> Any:
        now = self.world.clock.now()
        viewer, case = viewer_for(session, self.world.ids[who], now), session.get_one(Case, bid_id)
        return form_for(action.form or action.name, session, viewer, case, now, meta={"csrf": False})


def _none(problems: list[str]) -> None:
    assert not problems, "\n".join(problems)


@contextmanager
def _all_or_nothing(connection: Connection) -> Iterator[None]:
    """What happens inside is kept, or none of it when an error leaves it."""
    with connection.begin_nested():
        yield


def moved_on(values: Form, passed: timedelta) -> dict[str, Any]:
    """What a recipe types, its dates of things to come moved on by the time that has passed, in whole weeks."""
    found, weeks = dict(values), timedelta(weeks=-(-passed.days // 7))
    for name in TO_COME & {one.removesuffix("-day") for one in values}:
        day, month, year = (int(str(values[f"{name}-{part}"])) for part in ("day", "month", "year"))
        found |= on(name, date(year, month, day) + weeks)
    return found


def make_arena(
    world: World, app: Flask, connection: Connection, factories: Mapping[str, Way] = FACTORIES
) -> Arena:
    """Put the bids of the factories into the world, side by side, on Wednesday 4 May 2011."""
    world.work(SYSTEM, _round_stays_open)
    bids = []
    for name, way in factories.items():
        moment = START if name in LIVED else AFTER_CLOSE
        world.clock.business = world.clock.machine = moment
        bids.append(way(world))
    world.clock.business = world.clock.machine = AFTER_CLOSE
    return Arena(world, app, connection, bids, _holders(world))


def _round_stays_open(work: Any) -> None:
    work.session.scalars(select(Round)).one().closes_on = ROUND_CLOSES


def _holders(world: World) -> dict[str, list[str]]:
    """The names of those who hold each role in the bid's own body or department."""
    # The world's ids are those of organisations too, which are named by their codes, and of the one fund.
    names = {number: name for name, number in world.ids.items() if name[0].islower() and name != "fund"}
    homes = {world.ids["DCLG"], world.ids["LGID"]}
    found: dict[str, list[str]] = {}
    with world.sessions() as session:
        rows = session.execute(
            select(RoleAssignment.role, Person.id)
            .join(Person, Person.id == RoleAssignment.person_id)
            .where(RoleAssignment.organisation_id.in_(homes))
            .order_by(Person.id)
        )
        for role, person_id in rows:
            found.setdefault(role, []).append(names[person_id])
    return found
