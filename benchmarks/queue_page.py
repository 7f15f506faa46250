"""The queue page: against the same table on a bare Flask page, and its cost as the list grows from 25 to 100,000 bids.

The bare page is a Flask application with one route that draws the same rows from memory with the same Jinja macros and
nothing else: no database, no session, no guard, no offers. The product's page signs its reader in, asks for the page, the
count, the facts of all rooms and the offers of every row. Both are called through WSGI in one process, in turn, so that
what disturbs the machine disturbs both. A page shows 25 bids whatever the list holds, so a long list is compared with a
list of one page, and what a list of none takes is told beside it.
"""

import gzip
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

from flask import Flask, render_template_string
from flask.testing import FlaskClient
from sqlalchemy import Engine, event, text

from benchmarks.line import Line, at_most
from tests.bids.world import World, build
from tests.web.conftest import settings_for
from workflow.accounts import commands as accounts
from workflow.app import create_app
from workflow.clock import FixedClock
from workflow.db import make_engine, make_sessions
from workflow.embedded.migrate import migrate
from workflow.embedded.roles import APP, OWNER, SUPERUSER
from workflow.embedded.servers import Postgres, start_postgres
from workflow.web import sessions as web_sessions

CLAIMS = ("queue-page", "queue-statements", "queue-1000", "queue-100000", "queue-weight")
DATABASE = "benchmark"
WARM, TURNS = 10, 100
ROWS = 25
READERS = ("officer", "stranger", "administrator")
"""Of the department with many bids, of one with 25, and of nobody's."""

BARE = """<!DOCTYPE html><html lang="en"><head><title>Queue</title></head><body><h1>Queue</h1>
{% import "components/ui.html" as ui %}
{% set rows = [] %}
{% for line in lines %}
{% set _ = rows.append((ui.named(line.title, line.href, under=line.under), ui.over(ui.tag(line.label, "blue"), line.more),
  line.amount, ui.due(line.due, line.due_on))) %}
{% endfor %}
{{ ui.table("Bids", [("Bid", "lead"), ("Status", ""), ("Amount", "number"), ("Due", "")], rows) }}</body></html>"""


@dataclass(frozen=True)
class Ready:
    """What is measured: browsers of readers of a long list, of 25 bids and of none, and one of the bare page."""

    postgres: Postgres
    engine: Engine
    world: World
    reader: FlaskClient
    of_25: FlaskClient
    of_none: FlaskClient
    bare: FlaskClient

    @property
    def short_lists(self) -> tuple[tuple[FlaskClient, str], ...]:
        """The queues of 25 bids and of none."""
        return (self.of_25, "/queue"), (self.of_none, "/queue")


def run() -> list[Line]:
    """Measure the page where the list holds 25 bids, where it holds 1,000, and the last page of 100,000."""
    with _ready() as ready:
        reference = ready.world.submitted()
        _copies(ready, reference, 0, ROWS - 1)
        _copies(ready, reference, -ROWS, 0, department="DfE")
        full, bare = _in_turn((ready.reader, "/queue"), (ready.bare, "/"))
        count, page = _statements(ready, "/queue"), ready.reader.get("/queue").data
        weight = len(gzip.compress(page, 6)) / 1024
        _copies(ready, reference, ROWS, 1000)
        # The short lists are other readers', so that all are asked of one database at one time.
        many, few, none = _in_turn((ready.reader, "/queue"), *ready.short_lists)
        _copies(ready, reference, 1000, 100_000)
        far, few_again, none_again = _in_turn((ready.reader, _last_page(ready)), *ready.short_lists)
    pages = (
        f"{full * 1000:.1f} ms against {bare * 1000:.1f} ms of a bare Flask page with the same {ROWS} rows"
    )
    return [
        at_most("queue-page", full / bare, "ratio", 6, pages),
        at_most("queue-statements", count, "statements", 15, f"a page of {ROWS} bids with their offers"),
        at_most("queue-1000", many / few, "ratio", 1.3, _note(many, few, none)),
        at_most("queue-100000", far / few_again, "ratio", 1.5, _note(far, few_again, none_again)),
        at_most("queue-weight", weight, "KB", 15, f"{ROWS} rows, compressed"),
    ]


def _note(many: float, few: float, none: float) -> str:
    return f"{many * 1000:.1f} ms against {few * 1000:.1f} ms of a list of {ROWS}; a list of none takes {none * 1000:.1f} ms"


@contextmanager
def _ready() -> Iterator[Ready]:
    folder = Path(tempfile.mkdtemp(prefix="gw-queue-"))
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
    url = postgres.url(DATABASE, APP)
    engine = make_engine(url)
    sessions = make_sessions(engine)
    world = build(World(sessions, FixedClock(_start())))
    app = create_app(settings_for(url, "redis://127.0.0.1:1/0"), sessions=sessions, clock=world.clock)
    officer, stranger, administrator = (_browser(app, world, who) for who in READERS)
    return Ready(postgres, engine, world, officer, stranger, administrator, _bare(app).test_client())


def _browser(app: Flask, world: World, who: str) -> FlaskClient:
    with world.work() as work:
        token = accounts.start_session(work, world.ids[who])
    browser = app.test_client()
    with app.test_request_context():
        browser.set_cookie(web_sessions.cookie_name(), token)
    return browser


def _start() -> Any:
    from tests.conftest import START  # noqa: PLC0415  It registers hooks of pytest when it is imported earlier.

    return START


def _bare(product: Flask) -> Flask:
    """One route that draws the same number of rows with the product's own macros, and nothing else."""
    bare = Flask("bare")
    bare.jinja_loader = product.jinja_env.loader
    bare.jinja_env.filters.update(product.jinja_env.filters)
    line = {
        "title": "Peer challenge for every council",
        "href": "/bids/SLI-2011-0001",
        "under": "SLI-2011-0001 · Local Government Improvement",
        "label": "Submitted",
        "more": "You: Take this bid for its first check",
        "amount": "£220,000.50",
        "due": "5 working days left",
        "due_on": _start().date(),
    }

    @bare.get("/")
    def queue() -> str:
        return render_template_string(BARE, lines=[line] * ROWS)

    return bare


def _copies(ready: Ready, reference: str, first: int, last: int, department: str = "DCLG") -> None:
    """Copies of a bid with its case, in the database; dates are spread so that the order means something."""
    with ready.engine.begin() as connection:
        connection.execute(
            text("""
            WITH made AS (
                INSERT INTO "case" (kind, reference, title, workflow_key, workflow_version, state, ended, rev,
                    department_id, proposer_id, fund_id, amount_pence, due_on, opened_at, changed_at, changed_what)
                SELECT kind, 'COPY-' || n, 'Copy ' || n, workflow_key, workflow_version, state, ended, rev,
                    :department, proposer_id, fund_id, amount_pence, due_on + abs(n) % 200, opened_at, changed_at,
                    changed_what
                FROM "case", generate_series(CAST(:first AS integer), CAST(:last AS integer) - 1) AS n
                WHERE reference = :reference RETURNING id
            )
            INSERT INTO bid (id, round_id, lead_id, title, other_support, outcome_codes, area_codes, match_pence)
            SELECT made.id, round_id, lead_id, bid.title, other_support, outcome_codes, area_codes, match_pence
            FROM made, bid JOIN "case" c ON c.id = bid.id WHERE c.reference = :reference
            """),
            {
                "reference": reference,
                "first": first,
                "last": last,
                "department": ready.world.ids[department],
            },
        )
    owner = make_engine(ready.postgres.url(DATABASE, SUPERUSER))
    with owner.connect() as connection:
        connection.execution_options(isolation_level="AUTOCOMMIT").execute(text("VACUUM ANALYZE"))
    owner.dispose()


def _last_page(ready: Ready) -> str:
    """The address of the page with the last bids of the queue."""
    with ready.engine.connect() as connection:
        row = connection.execute(
            text("""
            SELECT due_on, id FROM "case" WHERE NOT ended AND department_id = :department
            ORDER BY coalesce(due_on, 'infinity'::date) DESC, id DESC OFFSET :rows LIMIT 1
            """),
            {"rows": ROWS, "department": ready.world.ids["DCLG"]},
        ).one()
    return f"/queue?after={row.due_on.isoformat()}.{row.id}"


def _in_turn(*pages: tuple[FlaskClient, str]) -> list[float]:
    """The median seconds of each page, warm, asked for one after the other so that a busy moment meets all of them."""
    turns = [[_once(partial(client.get, path)) for client, path in pages] for _ in range(WARM + TURNS)]
    return [median(took) for took in zip(*turns[WARM:], strict=True)]


def _once(do: Callable[[], Any]) -> float:
    started = time.perf_counter()
    answer = do()
    took = time.perf_counter() - started
    if answer.status_code != 200:
        raise RuntimeError(f"the page answered {answer.status_code}")
    return took


def _statements(ready: Ready, path: str) -> int:
    """How many statements reach the database for one page."""
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        seen.append(statement)

    event.listen(ready.engine, "before_cursor_execute", note)
    ready.reader.get(path)
    event.remove(ready.engine, "before_cursor_execute", note)
    return len(seen)
