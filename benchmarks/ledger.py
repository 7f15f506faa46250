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
EACH = 20
WARM = 12
"""How many bids one client decides in one round, and how many before the first, as a server does that has been running:
the driver prepares a statement at its sixth time, and the server keeps a plan from the sixth after that.
"""
BIDS = WARM + EACH * ROUNDS

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
    with _ready() as ready, _clients(ready) as clients:
        raw, decided = alternating(lambda: _raw(ready), clients.decide, ROUNDS)
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
        copies = copies_of(work, first, CLIENTS * BIDS)
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


class _Order(NamedTuple):
    """What one client is told: where the database is, what time it is, who it is, and which bids to decide."""

    url: str
    moment: datetime
    approver: int
    bids: list[int]


class _Clients:
    """Eight processes with a connection each, which decide their next bids whenever they are told to."""

    def __init__(self, gate: Barrier, results: "Queue[str]") -> None:
        self._gate, self._results = gate, results

    def decide(self) -> float:
        """Decisions a second, from the moment all begin to the moment the last is done."""
        with suppress(BrokenBarrierError):  # A client that failed says why in its result.
            self._gate.wait(120)
        started = time.perf_counter()
        self.results()
        return CLIENTS * EACH / (time.perf_counter() - started)

    def results(self) -> None:
        """Wait until every client is done with what it was told.

        Raises:
            RuntimeError: with what a client could not do.
        """
        errors = [self._results.get(timeout=300) for _ in range(CLIENTS)]
        if any(errors):
            raise RuntimeError(f"a decision failed: {next(error for error in errors if error)}")


@contextmanager
def _clients(ready: Ready) -> Iterator[_Clients]:
    """The processes, started and warm; they end when they have decided all their bids, or with the measurement."""
    spawning = multiprocessing.get_context("spawn")
    gate, results = spawning.Barrier(CLIENTS + 1), spawning.Queue()
    approver, url = ready.world.ids["approver1"], ready.postgres.url(DATABASE, APP)
    orders = [
        _Order(url, ready.world.clock.now(), approver, [next(ready.bids) for _ in range(BIDS)])
        for _ in range(CLIENTS)
    ]
    processes = [spawning.Process(target=_client, args=(order, gate, results)) for order in orders]
    for process in processes:
        process.start()
    try:
        clients = _Clients(gate, results)
        clients.results()
        yield clients
    finally:
        gate.abort()
        for process in processes:
            process.join()


def _client(order: _Order, gate: Barrier, results: "Queue[str]") -> None:
    """One client: a connection of its own, and one whole transaction for each bid."""
    wire()
    engine = make_engine(order.url, pool_size=1)
    sessions, clock = make_sessions(engine), FixedClock(order.moment)
    with sessions() as session:
        rows = session.execute(text('SELECT id, rev FROM "case" WHERE id = ANY(:ids)'), {"ids": order.bids})
        revisions: dict[int, int] = {row.id: row.rev for row in rows}

    def decide(bids: list[int]) -> None:
        for bid in bids:
            with unit_of_work(sessions, clock, actor=person(order.approver)) as work:
                apply(work, bid, action="approve", seen_rev=revisions[bid], data=APPROVAL, key=uuid4().hex)

    try:
        decide(order.bids[:WARM])
        results.put("")
        for start in range(WARM, BIDS, EACH):
            gate.wait(300)
            decide(order.bids[start : start + EACH])
            results.put("")
    except (WorkflowError, SQLAlchemyError, BrokenBarrierError) as error:
        results.put(f"{type(error).__name__}: {error}")
        gate.abort()
    engine.dispose()


def _problems(ready: Ready) -> list[str]:
    """The raw side has no entries, so only its year may not add up."""
    engine = make_engine(ready.postgres.url(DATABASE, APP))
    with make_sessions(engine)() as session:
        found = [problem for problem in ledger_problems(session) if ", 2012:" not in problem]
        promised = session.execute(text("SELECT committed FROM fund_year WHERE year = 2011")).scalar_one()
    engine.dispose()
    expected = CLIENTS * BIDS * PENCE
    return (
        found if promised == expected else [*found, f"{promised} pence are promised, {expected} were decided"]
    )
