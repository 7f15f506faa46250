"""Every action of a bid from every state, through HTTP: the right role does it, and every other is refused with reasons.

What is tried comes from the definition, so an action or a state that is added without a way to it fails here.
"""

import re
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Connection
from werkzeug.test import TestResponse

from tests.web.conftest import form_of
from tests.web.recipes import BY_CALENDAR, IN_STATE, RECIPES, WAYS, Recipe, as_sent, by_way, due, recipe_of
from tests.web.stage import Stage, a_try, add_everybody, only, way_to
from tests.world import make_world
from workflow import audit
from workflow.accounts.roles import Role
from workflow.cases import sweep_breaches
from workflow.clock import FixedClock
from workflow.db import Sessions
from workflow.engine import SYSTEM as SYSTEM_ROLE
from workflow.engine import Action
from workflow.funds.rules import Recovery
from workflow.wiring.bid import BID

STATES = [state.name for state in BID.states]
REASONS = re.compile(r'<ol class="app-reasons">.*?<h2>\s*\S', re.DOTALL)
HIDDEN = {403, 404}


def test_every_state_and_every_action_has_a_way_to_it() -> None:
    assert [state for state in STATES if way_to(state, WAYS) is None] == []
    by_people = {action.name for action in BID.actions if not action.is_system_only}
    assert by_people - set(RECIPES) == set()
    assert set(RECIPES) - by_people == set()
    assert {name for _, name in IN_STATE} | set(BY_CALENDAR) <= {action.name for action in BID.actions}


@pytest.mark.parametrize("state", STATES)
def test_each_action_is_done_by_the_right_role_and_refused_to_every_other(
    state: str, app: Flask, sessions: Sessions, connection: Connection, clock: FixedClock
) -> None:
    world = make_world(sessions, clock, recovery=Recovery.RESTORES_ALLOCATION)
    add_everybody(world)
    wrong = []
    for way, actions in by_way(state, BID.actions_from[state]):
        with a_try(connection, world):
            stage = Stage(app, world, connection, way(world))
            assert stage.case.state == state
            wrong += [f"{state}, {one.name}: {line}" for one in actions for line in _tried(stage, state, one)]
    assert not wrong, "\n".join(wrong)


def _tried(stage: Stage, state: str, action: Action) -> list[str]:
    """What is wrong with an action in a state, one line each."""
    recipe, wrong = recipe_of(state, action), []
    if SYSTEM_ROLE in action.roles:
        with stage.a_try():
            wrong += _by_calendar(stage, action)
    with stage.a_try():
        recipe.before(stage.world, stage.bid_id)
        wrong += _refused_to_all(stage, action, recipe)
        if not action.is_system_only:
            wrong += _done(stage, action, recipe)
    return wrong


def _done(stage: Stage, action: Action, recipe: Recipe) -> list[str]:
    """What is wrong when the right person does it."""
    before, browser = stage.case, stage.browser(recipe.who, strict=True)
    page = browser.get(stage.path(action.name))
    if page.status_code != 200:
        return [f"{recipe.who} is shown {page.status_code}: {_said(page)}"]
    sent = {**form_of(page), **as_sent(recipe.values(stage.world, stage.bid_id))}
    answer = browser.post(stage.path(action.name), data=sent)
    if answer.status_code != 303:
        return [f"{recipe.who} is answered {answer.status_code}: {_said(answer)}"]
    return [*_recorded(stage, action, before.rev), *_lands(stage, recipe, answer)]


def _recorded(stage: Stage, action: Action, rev: int) -> list[str]:
    stage.check_constraints()
    after = stage.case
    with stage.world.sessions() as session:
        event = audit.events_of(session, f"case:{after.id}", 1)[0]
    return [
        *([f"leads to {after.state}"] if after.state not in action.targets else []),
        *([f"is revision {after.rev} after {rev}"] if after.rev != rev + 1 else []),
        *([f"is recorded as {event.event}"] if event.event != action.event else []),
    ]


def _lands(stage: Stage, recipe: Recipe, answer: TestResponse) -> list[str]:
    """The page that an action leads to is there, strictly read, and what happened can be seen in the history."""
    page = stage.browser(recipe.who, strict=True).get(answer.location)
    return [] if page.status_code == 200 else [f"leads to a page of status {page.status_code}"]


def _by_calendar(stage: Stage, action: Action) -> list[str]:
    """What is wrong when its time comes."""
    BY_CALENDAR.get(action.name, due)(stage.world, stage.bid_id)
    rev = stage.case.rev
    sweep_breaches(stage.world.sessions, stage.world.clock)
    return _recorded(stage, action, rev)


def _refused_to_all(stage: Stage, action: Action, recipe: Recipe) -> list[str]:
    """To whom it is not refused who does not hold its role for this bid."""
    values, wrong = recipe.values(stage.world, stage.bid_id), []
    for role in Role:
        who = only(role, elsewhere=role in action.roles)
        if who in stage.world.ids:
            wrong += _refused_to(stage, action, who, as_sent(values))
    return wrong


def _refused_to(stage: Stage, action: Action, who: str, sent: dict[str, Any]) -> list[str]:
    before = stage.case
    data = {**sent, "csrf_token": stage.token(who), "rev": str(before.rev), "key": "0" * 32}
    answer = stage.browser(who).post(stage.path(action.name), data=data)
    after = stage.case
    if (after.rev, after.state) != (before.rev, before.state):
        return [f"is done by {who}"]
    if answer.status_code in HIDDEN:
        return []
    if answer.status_code != 409 or not REASONS.search(answer.text):
        return [f"{who} is answered {answer.status_code} without a reason"]
    return []


def _said(answer: TestResponse) -> str:
    """The words of the page's main part, on one line."""
    main = answer.text.partition("<main")[2]
    return " ".join(re.sub(r"<[^>]*>", " ", main).split())[:400]
