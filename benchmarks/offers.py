"""What the engine costs: planning one action, and listing every action of the fifty bids of a queue's page.

`plan` is the whole plan of an approval, against calling the same guards bare in a loop, on facts that were read before:
what is over is the engine's own. `offers` lists every action of 50 bids with its reasons, against the guards of the same
actions called bare. `offers-statements` is how many statements the 50 take, against how many one bid takes: they have to
be the same, because a longer page may never ask more often.
"""

import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from sqlalchemy import Engine, event
from sqlalchemy.orm import Session

from benchmarks._copies import copies_of
from benchmarks.line import Line, alternating, at_most
from tests.world import APPROVAL, START, World, make_world, to_deciding
from workflow.accounts.queries import viewer_for
from workflow.cases import Case
from workflow.cases.facts import actor_for, facts_for, view_of
from workflow.cases.queries import offers_for
from workflow.cases.registry import registry
from workflow.clock import FixedClock
from workflow.db import SYSTEM, make_engine, make_sessions, unit_of_work
from workflow.embedded.migrate import migrate
from workflow.embedded.roles import APP, OWNER
from workflow.embedded.servers import start_postgres
from workflow.engine import GuardContext, Plan, offers, plan

CLAIMS = ("plan", "offers", "offers-statements")
DATABASE = "benchmark"
ROWS = 50
ROUNDS = 9
TIMES = 2000
PAGES = 20


@dataclass(frozen=True)
class Ready:
    """A database with fifty bids that wait for their decision."""

    engine: Engine
    world: World
    bids: Sequence[int]


def run() -> list[Line]:
    """Measure the engine alone, and then as a page uses it."""
    with _ready() as ready, make_sessions(ready.engine)() as session:
        return [_planning(session, ready), *_listing(session, ready)]


@contextmanager
def _ready() -> Iterator[Ready]:
    folder = Path(tempfile.mkdtemp(prefix="gw-bench-"))
    folder.chmod(0o711)  # The server of root runs as another account, which has to pass through.
    postgres = start_postgres(folder / "p", databases=(DATABASE,))
    engine = make_engine(postgres.url(DATABASE, APP))
    try:
        migrate(postgres.url(DATABASE, OWNER))
        sessions = make_sessions(engine)
        world = make_world(sessions, FixedClock(START))
        first = to_deciding(world)
        with unit_of_work(sessions, world.clock, actor=SYSTEM) as work:
            bids = [first, *copies_of(work, first, ROWS - 1)]
        yield Ready(engine, world, bids)
    finally:
        engine.dispose()
        postgres.stop()
        shutil.rmtree(folder, ignore_errors=True)


def _planning(session: Session, ready: Ready) -> Line:
    """The plan of an approval that nothing stands in the way of, all facts read before."""
    case = session.get_one(Case, ready.bids[0])
    viewer = viewer_for(session, ready.world.ids["approver1"], ready.world.clock.now())
    facts = facts_for(session, [case], now=ready.world.clock.now(), person_id=viewer.person_id)[case.id]
    workflow, view = registry().definitions[case.workflow_key, case.workflow_version], view_of(case)
    actor = actor_for(viewer, case, facts["actor"].principals)
    data = dict(APPROVAL)
    if not isinstance(plan(workflow, view, "approve", actor, facts, data), Plan):
        raise RuntimeError("the approval that is measured is refused")  # noqa: TRY004 - a fault of the measurement.
    context = GuardContext(view, actor, facts, data)
    guards = [guard.check for guard in workflow.action_by_name["approve"].guards]

    def bare() -> None:
        for check in guards:
            check(context)

    whole = partial(plan, workflow, view, "approve", actor, facts, data)
    of_guards, of_plan = alternating(partial(_each, bare, TIMES), partial(_each, whole, TIMES), ROUNDS)
    note = f"{of_plan * 1e6:.1f} microseconds, its {len(guards)} guards alone {of_guards * 1e6:.1f}"
    return at_most("plan", of_plan / of_guards, "ratio", 2.0, note)


def _listing(session: Session, ready: Ready) -> list[Line]:
    """Every action of fifty bids with its reasons: first on facts that were read before, then as the queue's page asks."""
    now = ready.world.clock.now()
    viewer = viewer_for(session, ready.world.ids["approver1"], now)
    cases = [session.get_one(Case, bid) for bid in ready.bids]
    workflow = registry().definitions[cases[0].workflow_key, cases[0].workflow_version]
    facts = facts_for(session, cases, now=now, person_id=viewer.person_id)
    asked = [
        (view_of(case), actor_for(viewer, case, facts[case.id]["actor"].principals), facts[case.id])
        for case in cases
    ]
    contexts = [GuardContext(view, actor, known, None) for view, actor, known in asked]
    guards = [
        guard.check
        for action in workflow.actions_from[cases[0].state]
        for guard in action.guards
        if not guard.needs_data
    ]

    def bare() -> None:
        for context in contexts:
            for check in guards:
                check(context)

    def listed() -> int:
        return sum(len(offers(workflow, view, actor, known)) for view, actor, known in asked)

    count = listed()
    page = partial(offers_for, session, viewer, cases, now)
    of_guards, of_offers = alternating(partial(_each, bare, PAGES), partial(_each, listed, PAGES), ROUNDS)
    of_one = _statements(ready.engine, partial(offers_for, session, viewer, cases[:1], now))
    of_all = _statements(ready.engine, page)
    note = (
        f"{of_offers / count * 1e6:.1f} microseconds an action, {count} actions of {ROWS} bids; "
        f"with their facts {_each(page, PAGES) * 1e3:.0f} ms"
    )
    return [
        at_most("offers", of_offers / of_guards, "ratio", 2.0, note),
        at_most(
            "offers-statements", of_all / of_one, "ratio", 1.0, f"{of_all} for {ROWS} bids, {of_one} for one"
        ),
    ]


def _each(do: Callable[[], object], times: int) -> float:
    """Seconds that one of `times` calls takes."""
    started = time.perf_counter()
    for _time in range(times):
        do()
    return (time.perf_counter() - started) / times


def _statements(engine: Engine, do: Callable[[], object]) -> int:
    """How many statements reach the database."""
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        seen.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        do()
    finally:
        event.remove(engine, "before_cursor_execute", note)
    return len(seen)
