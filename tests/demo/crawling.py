"""Every page of the demonstration that somebody can reach, walked over by readers of every kind."""

import fcntl
import pickle
import shutil
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

from flask import Flask, has_request_context, request
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.datastructures import ImmutableMultiDict

from tests.crawl import SIGNED_OUT, Crawl, Visit, readers
from tests.demonstration import Seeded, demo_settings_for
from tests.harness import Cluster
from tests.live import token_for
from workflow.accounts.commands import declare_interest
from workflow.accounts.models import Cover, Delegation, Interest, Person
from workflow.app import create_app
from workflow.approval.questions import ask
from workflow.approval.steps import letters_of
from workflow.bids.commands import may_be_written
from workflow.bids.models import BidVersion
from workflow.cases import Case
from workflow.config import Settings
from workflow.consultation.commands import Answer, save_draft, send_answer
from workflow.consultation.models import Consultation, Invitation, Response, ResponseDraft
from workflow.consultation.terms import Position
from workflow.db import Sessions, make_engine, make_sessions, person, unit_of_work
from workflow.demo.people import PEOPLE
from workflow.documents.commands import attach, store
from workflow.monitoring.models import Claim

ANSWERED = "officer@hartlepool.example"
"""Somebody whose council has sent an answer."""

NAME = "workflow_crawled"
SENT_AWAY = {303, 403}

PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"


def browser_of(app: Flask, reader: str) -> FlaskClient:
    """A client that does not read strictly, as hundreds of pages are walked; other tests do that."""
    client = FlaskClient(app, app.response_class)
    if reader != SIGNED_OUT:
        client.set_cookie(*token_for(app, reader))
    return client


class Noting(ImmutableMultiDict[str, str]):
    """What was sent, which notes the names that a view looks for."""

    def get(self, key: Any, *args: Any, **kwargs: Any) -> Any:
        """As ever, and noted."""
        _note(key)
        return super().get(key, *args, **kwargs)

    def getlist(self, key: Any, *args: Any, **kwargs: Any) -> Any:
        """As ever, and noted."""
        _note(key)
        return super().getlist(key, *args, **kwargs)

    def __contains__(self, key: Any) -> bool:
        _note(key)
        return super().__contains__(key)


def _note(name: Any) -> None:
    if has_request_context() and request.endpoint is not None:
        _noted[request.endpoint].add(str(name))


_noted: dict[str, set[str]] = defaultdict(set)


@dataclass(frozen=True)
class Crawled:
    """What was found by one walk over all pages, for every file of tests, and the demonstration as it stood then.

    `noted` are the names of the questions that each route was seen to look for.
    """

    stands: Seeded
    visits: list[Visit]
    values: dict[str, dict[str, list[Any]]]
    wrong: list[str]
    noted: dict[str, set[str]]

    def on(self, app: Flask) -> Crawl:
        """The walk, as if it had been over this application."""
        found = Crawl(app, visits=self.visits, wrong=self.wrong, noted=self.noted)
        for name, of_readers in self.values.items():
            for reader, values in of_readers.items():
                found.seen_values[name][reader] = dict.fromkeys(values)
        return found


def crawled_once(cluster: Cluster, seeded: Seeded, shared: Path) -> Crawled:
    """The walk of this run; the first worker that asks for it walks, and the others wait for that.

    `shared` is a folder that all workers of the run have in common.
    """
    stands = Seeded(cluster.named(NAME), shared / "crawled")
    done = shared / "crawled.pickle"
    with (shared / "crawled.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not done.exists():
            cluster.drop(stands.database)
            shutil.rmtree(stands.state, ignore_errors=True)
            shutil.copytree(seeded.state, stands.state)
            cluster.clone(seeded.database.name, name=NAME)
            found = _walked(demo_settings_for(stands.database, cluster, stands.state))
            values = {
                name: {reader: list(of_one) for reader, of_one in of_readers.items()}
                for name, of_readers in found.seen_values.items()
            }
            kept = Crawled(stands, found.visits, values, found.wrong, dict(_noted))
            # Written under another name first, so that nobody finds half of it.
            half = done.with_suffix(".half")
            half.write_bytes(pickle.dumps(kept))
            half.rename(done)
        read: Crawled = pickle.loads(done.read_bytes())
    return read


def _walked(settings: Settings) -> Crawl:
    """The walk over an application of its own; nobody is connected to its database afterwards."""
    engine = make_engine(settings.database_url)
    sessions = make_sessions(engine)
    app = create_app(settings, sessions=sessions, testing=True)
    app.request_class = type("NotingRequest", (app.request_class,), {"parameter_storage_class": Noting})
    try:
        return crawl(app, sessions, readers())
    finally:
        engine.dispose()


def crawl(app: Flask, sessions: Sessions, walkers: Sequence[str]) -> Crawl:
    """Every page that can be reached by some readers."""
    made = prepare(app, sessions)
    with sessions() as session:
        states = dict(session.execute(select(Case.reference, Case.state)).all())
    found = Crawl(app, lambda reference: states.get(reference, ""))
    clients = {reader: browser_of(app, reader) for reader in [ANSWERED, *walkers]}
    for reader, client in clients.items():
        found.walk(reader, client, ["/"] if reader else ["/", "/demo"])
    for path in made:
        show_everybody(found, path, clients)
    for endpoint in sorted(routes(app) - found.shown()):
        guess(found, endpoint, clients)
    return found


def show_everybody(found: Crawl, path: str, clients: dict[str, FlaskClient]) -> None:
    """Visit a page that a walk may pass by as each reader who is shown it, or as somebody else when there is none."""
    shown = [reader for reader, client in clients.items() if is_shown(client, path)]
    for reader in shown:
        found.visit(reader, clients[reader], path)
    others = (one.email for one in PEOPLE if not shown and one.email not in clients)
    for reader in others:
        client = browser_of(found.app, reader)
        if is_shown(client, path):
            found.visit(reader, client, path)
            return


def is_shown(client: FlaskClient, path: str) -> bool:
    """Whether this reader is given the page."""
    return client.get(path, buffered=True).status_code == 200


def guess(found: Crawl, endpoint: str, clients: dict[str, FlaskClient]) -> None:
    """Try a route that no link led to, until somebody is shown it.

    What stands in the database by then is led to by `prepare`, so that there is little to guess.
    """
    for reader, client in clients.items():
        for path in found.guesses(endpoint, reader):
            status = client.get(path, buffered=True).status_code
            if status == 200:
                found.visit(reader, client, path)
                return
            if status in SENT_AWAY:
                break  # The guard does not let this reader in, whatever the rest of the address.


def routes(app: Flask) -> set[str]:
    """The routes that can be asked for a page."""
    return {rule.endpoint for rule in app.url_map.iter_rules() if "GET" in (rule.methods or set())}


def prepare(app: Flask, sessions: Sessions) -> list[str]:
    """Add what a page needs that the demonstration does not begin with: answers under way, a question, files, a
    connection.

    Returns the addresses of what was added, and of what a walk may pass by.
    """
    response_id = answer_for_councils(app, sessions)
    clock, folder = app.extensions["clock"], app.config["SETTINGS"].state / "files"
    with sessions() as session:
        bid = session.execute(
            select(Case.id, Case.department_id, Case.reference)
            .where(Case.state == "deciding")
            .order_by(Case.id)
        ).first()
        people = dict(session.execute(select(Person.email, Person.id)).all())
        home = dict(session.execute(select(Person.id, Person.organisation_id)).all())
        claim = session.execute(
            select(Claim.id, Case.reference).join(Case, Case.id == Claim.case_id).order_by(Claim.id)
        ).first()
    assert bid is not None
    assert claim is not None
    asker = next(one for one, where in home.items() if where == bid[1] and one in deciders(people))
    officer = people["case.officer@dclg.example"]
    with unit_of_work(sessions, clock, actor=person(asker)) as work:
        number = ask(work, bid[0], asked_of=officer, text="Who pays in the second year?", key=uuid4().hex)
        kept = [
            store(work, folder, name="letter.pdf", data=PDF, kind="letter").id for _ in ("decision", "claim")
        ]
        for file, subject in zip(kept, (letters_of(bid[0]), f"claim:{claim[0]}"), strict=True):
            attach(work, file, subject, "letter")
    connected = people["assessor2@dclg.example"]
    with unit_of_work(sessions, clock, actor=person(connected)) as work:
        declare_interest(
            work, connected, nature="My brother works there", organisation_id=home[people[ANSWERED]]
        )
    return [
        *passed_by(app, sessions),
        address(app, "approval.answer_question", reference=bid[2], number=number),
        address(app, "approval.letter", reference=bid[2], document_id=kept[0]),
        address(app, "monitoring.document", reference=claim[1], document_id=kept[1]),
        address(app, "consultation.answer", response_id=response_id),
    ]


def passed_by(app: Flask, sessions: Sessions) -> list[str]:
    """The addresses of what the demonstration holds and a walk over one page of each kind may pass by."""
    with sessions() as session:
        sent = session.scalars(
            select(Case).where(select(BidVersion.number).where(BidVersion.bid_id == Case.id).exists())
        )
        put_back = sorted({(case.state, case.reference) for case in sent if may_be_written(case)})
        rows = {
            "authority.end_cover": session.execute(select(Cover.for_person_id, Cover.id)).all(),
            "authority.end_limit": session.execute(select(Delegation.person_id, Delegation.id)).all(),
            "authority.settle": session.execute(
                select(Interest.person_id, Interest.id).where(Interest.resolved_at.is_(None))
            ).all(),
        }
        asked = session.scalars(
            select(Invitation.consultation_id)
            .join(ResponseDraft, ResponseDraft.invitation_id == Invitation.id)
            .order_by(Invitation.id)
        ).all()
    return [
        *(address(app, "bids.put_back", reference=reference) for _, reference in put_back[:2]),
        *(
            address(app, endpoint, person_id=person_id, row_id=row_id)
            for endpoint, found in rows.items()
            for person_id, row_id in sorted(found)[:2]
        ),
        *(address(app, "consultation.check", consultation_id=one) for one in asked[:2]),
    ]


def address(app: Flask, endpoint: str, **values: Any) -> str:
    """The address of a page."""
    return app.url_map.bind("localhost").build(endpoint, values)


def deciders(people: dict[str, int]) -> set[int]:
    """The ids of the first approver of each department."""
    return {number for email, number in people.items() if email.startswith("approver1@")}


def answer_for_councils(app: Flask, sessions: Sessions) -> int:
    """Fill in one council's answer and leave it unsent, and send another's, so that there are both to look at.

    Returns the id of the one that was sent.
    """
    sent = 0
    said = Answer(Position.SUPPORT, "", {}, "An officer", "officer@council.example", publish=True)
    clock = app.extensions["clock"]
    for reader, is_sent in (("officer@gateshead.example", False), (ANSWERED, True)):
        invitation_id, person_id = waiting_for(sessions, reader)
        with unit_of_work(sessions, clock, actor=person(person_id)) as work:
            if is_sent:
                sent = send_answer(work, invitation_id, link_version=None, answer=said, key=uuid4().hex)[
                    "response_id"
                ]
            else:
                save_draft(work, invitation_id, link_version=None, seen_rev=0, fields=asdict(said))
    return sent


def waiting_for(sessions: Sessions, reader: str) -> tuple[int, int]:
    """The ids of an invitation that somebody's council has not answered, and of that person."""
    with sessions() as session:
        found = session.execute(
            select(Invitation.id, Person.id)
            .join(Person, Person.organisation_id == Invitation.organisation_id)
            .join(Consultation, Consultation.id == Invitation.consultation_id)
            .where(
                Person.email == reader,
                Consultation.closed_at.is_(None),
                ~select(Response.id).where(Response.invitation_id == Invitation.id).exists(),
            )
        ).first()
    assert found is not None, f"{reader} has nothing to answer in the demonstration"
    return found[0], found[1]
