"""A full decision through the service layer against the fastest that PostgreSQL itself can do on the same row.

The raw side is pgbench with eight clients on one conditional UPDATE of one fund-year. The service side is eight processes
that each approve bids of the same fund and year: the request key, the lock on the case, the facts of all rooms, every
guard, the vote, the deadlines, the messages owed, the event with its chain, the promise with its ledger entry, and the
commit. Both run on a PostgreSQL of their own with its safe settings (fsync on). At the end the ledger has to add up.
"""

import multiprocessing
import os
import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from multiprocessing.queues import Queue
from multiprocessing.synchronize import Barrier
from pathlib import Path
from threading import BrokenBarrierError
from typing import NamedTuple
from uuid import uuid4

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from benchmarks._copies import copies_of
from benchmarks.line import Line, alternating, at_least
from tests.world import APPROVAL, START, World, make_world, to_deciding
from workflow import deadlines
from workflow.cases import apply
from workflow.clock import FixedClock
from workflow.db import SYSTEM, make_engine, make_sessions, person, unit_of_work
from workflow.embedded.migrate import migrate
from workflow.embedded.roles import APP, OWNER, SUPERUSER
from workflow.embedded.servers import Postgres, start_postgres
from workflow.errors import WorkflowError
from workflow.funds import reserve
from workflow.money import Pence
from workflow.reports.ledger_checks import ledger_problems
from workflow.wiring import wire

CLAIMS = ("ledger",)
CLIENTS = 8
ROUNDS = 3
EACH = 15
WARM = 3
"""How many bids one client decides in one round, and how many before it, as a server does that has been running."""

PENCE = Pence(100_000)
DATABASE = "benchmark"
RAW_SECONDS = 3
RAW = """\\set a random(1, 2)
UPDATE fund_year SET reserved = reserved + :a, version = version + 1
WHERE id = {id} AND reserved + committed + :a <= ceiling RETURNING version;
"""


@dataclass(frozen=True)
class Ready:
    """What both sides run on: a server, a fund-year that only the raw side touches, and bids waiting for a decision."""

    postgres: Postgres
    world: World
    raw_year: int
    bids: Iterator[int]


def run() -> list[Line]:
    """Measure both in turn, and check afterwards that nothing was promised twice."""
    with _ready() as ready:
        raw, decided = alternating(lambda: _raw(ready), lambda: _decisions(ready), ROUNDS)
        problems = _problems(ready)
    for problem in problems:
        print(problem)
    note = f"{decided:.0f} decisions a second, pgbench {raw:.0f} updates a second, {CLIENTS} clients, {os.cpu_count()} cores"
    line = at_least("ledger", decided / raw, "ratio", 0.10, note)
    return [line._replace(ok=line.ok and not problems)]


@contextmanager
def _ready() -> Iterator[Ready]:
    folder = Path(tempfile.mkdtemp(prefix="gw-bench-"))
    folder.chmod(0o711)  # The server of root runs as another account, which has to pass through.
    try:
        postgres = start_postgres(folder / "p", databases=(DATABASE,))
        try:
            migrate(postgres.url(DATABASE, OWNER))
            yield _filled(postgres)
        finally:
            postgres.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _filled(postgres: Postgres) -> Ready:
    """One bid walks to its decision by the real commands, and is copied as often as there are decisions to make."""
    engine = make_engine(postgres.url(DATABASE, APP))
    sessions = make_sessions(engine)
    world = make_world(sessions, FixedClock(START))
    first = to_deciding(world, asked={2011: PENCE})
    with unit_of_work(sessions, world.clock, actor=SYSTEM) as work:
        copies = copies_of(work, first, CLIENTS * (WARM + EACH) * ROUNDS)
        for bid in copies:
            deadlines.arm(work, f"case:{bid}", "first_approval", start=work.now)
            reserve(work, world.ids["fund"], bid, {2011: PENCE}, key=f"bench:{bid}")
        raw_year = work.session.execute(text("SELECT id FROM fund_year WHERE year = 2012")).scalar_one()
    with make_engine(postgres.url(DATABASE, SUPERUSER)).connect() as connection:
        connection.execution_options(isolation_level="AUTOCOMMIT").execute(text("VACUUM ANALYZE"))
    engine.dispose()
    return Ready(postgres, world, raw_year, iter(copies))


def _raw(ready: Ready) -> float:
    """Updates a second of eight clients of pgbench on one row."""
    with tempfile.NamedTemporaryFile("w", suffix=".sql") as script:
        script.write(RAW.format(id=ready.raw_year))
        script.flush()
        command: list[str | Path] = [
            ready.postgres.programs / "pgbench",
            "--no-vacuum",
            "--protocol=prepared",
        ]
        command += [f"--client={CLIENTS}", "--jobs=2", f"--time={RAW_SECONDS}", f"--file={script.name}"]
        command += [f"--host={ready.postgres.sockets}", f"--username={APP}", DATABASE]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
    found = re.search(r"tps = ([0-9.]+) \(without initial", done.stdout)
    if found is None:
        raise RuntimeError(f"pgbench said nothing of its speed: {done.stdout}")
    return float(found[1])


def _decisions(ready: Ready) -> float:
    """Decisions a second of eight processes, from the moment all are connected to the moment the last is done."""
    spawning = multiprocessing.get_context("spawn")
    ready_to_go = spawning.Barrier(CLIENTS + 1)
    results = spawning.Queue()
    approver = ready.world.ids["approver1"]
    url = ready.postgres.url(DATABASE, APP)
    clients = []
    for _ in range(CLIENTS):
        bids = [next(ready.bids) for _ in range(WARM + EACH)]
        order = _Order(url, ready.world.clock.now(), approver, bids)
        clients.append(spawning.Process(target=_client, args=(order, ready_to_go, results)))
    for client in clients:
        client.start()
    with suppress(BrokenBarrierError):  # A client that failed says why in its result.
        ready_to_go.wait(120)
    started = time.perf_counter()
    errors = [results.get(timeout=300) for _ in clients]
    took = time.perf_counter() - started
    for client in clients:
        client.join()
    if any(errors):
        raise RuntimeError(f"a decision failed: {next(error for error in errors if error)}")
    return CLIENTS * EACH / took


class _Order(NamedTuple):
    """What one client is told: where the database is, what time it is, who it is, and which bids to decide."""

    url: str
    moment: datetime
    approver: int
    bids: list[int]


def _client(order: _Order, ready_to_go: Barrier, results: "Queue[str]") -> None:
    """One client: a connection of its own, and one whole transaction for each bid."""
    wire()
    engine = make_engine(order.url, pool_size=1)
    sessions, clock = make_sessions(engine), FixedClock(order.moment)
    with sessions() as session:
        rows = session.execute(text('SELECT id, rev FROM "case" WHERE id = ANY(:ids)'), {"ids": order.bids})
        revisions: dict[int, int] = {row.id: row.rev for row in rows}

    def decide(bid: int) -> None:
        with unit_of_work(sessions, clock, actor=person(order.approver)) as work:
            apply(work, bid, action="approve", seen_rev=revisions[bid], data=APPROVAL, key=uuid4().hex)

    problem = ""
    try:
        for bid in order.bids[:WARM]:
            decide(bid)
        ready_to_go.wait(120)
        for bid in order.bids[WARM:]:
            decide(bid)
    except (WorkflowError, SQLAlchemyError, BrokenBarrierError) as error:
        problem = f"{type(error).__name__}: {error}"
        ready_to_go.abort()
    engine.dispose()
    results.put(problem)


def _problems(ready: Ready) -> list[str]:
    """The raw side has no entries, so only its year may not add up."""
    engine = make_engine(ready.postgres.url(DATABASE, APP))
    with make_sessions(engine)() as session:
        found = [problem for problem in ledger_problems(session) if ", 2012:" not in problem]
        promised = session.execute(text("SELECT committed FROM fund_year WHERE year = 2011")).scalar_one()
    engine.dispose()
    expected = CLIENTS * (WARM + EACH) * ROUNDS * PENCE
    return (
        found if promised == expected else [*found, f"{promised} pence are promised, {expected} were decided"]
    )
