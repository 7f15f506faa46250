"""Every page of the demonstration that somebody can reach, walked over by readers of every kind."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any
from uuid import uuid4

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from tests.crawl import SIGNED_OUT, Crawl
from tests.live import token_for
from workflow.accounts.models import Person
from workflow.approval.questions import ask
from workflow.approval.steps import letters_of
from workflow.cases import Case
from workflow.consultation.commands import Answer, save_draft, send_answer
from workflow.consultation.models import Consultation, Invitation, Response
from workflow.consultation.terms import Position
from workflow.db import Sessions, person, unit_of_work
from workflow.demo.people import PEOPLE
from workflow.documents.commands import attach, store
from workflow.monitoring.models import Claim

ANSWERED = "officer@hartlepool.example"
"""Somebody whose council has sent an answer."""

PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"


def browser_of(app: Flask, reader: str) -> FlaskClient:
    """A client that does not read strictly, as hundreds of pages are walked; other tests do that."""
    client = FlaskClient(app, app.response_class)
    if reader != SIGNED_OUT:
        client.set_cookie(*token_for(app, reader))
    return client


def crawl(app: Flask, sessions: Sessions, readers: Sequence[str]) -> Crawl:
    """Every page that can be reached by some readers."""
    made = prepare(app, sessions)
    with sessions() as session:
        states = dict(session.execute(select(Case.reference, Case.state)).all())
    found = Crawl(app, lambda reference: states.get(reference, ""))
    clients = {reader: browser_of(app, reader) for reader in [ANSWERED, *readers]}
    for reader, client in clients.items():
        found.walk(reader, client, ["/"] if reader else ["/", "/demo"])
    for name, value in made:
        found.seen_values[name][ANSWERED][value] = None
    clients |= {one.email: browser_of(app, one.email) for one in PEOPLE if one.email not in clients}
    for endpoint in sorted(routes(app) - found.shown()):
        guess(found, endpoint, clients)
    return found


def guess(found: Crawl, endpoint: str, clients: dict[str, FlaskClient]) -> None:
    """Try a route that no link led to, until somebody is shown it."""
    for reader, client in clients.items():
        for path in found.guesses(endpoint, reader):
            answer = client.get(path, buffered=True)
            if answer.status_code == 200:
                found.visit(reader, client, path)
                return


def routes(app: Flask) -> set[str]:
    """The routes that can be asked for a page."""
    return {rule.endpoint for rule in app.url_map.iter_rules() if "GET" in (rule.methods or set())}


def prepare(app: Flask, sessions: Sessions) -> list[tuple[str, Any]]:
    """Add what a page needs that the demonstration does not begin with: answers under way, a question, files.

    Returns the parts of addresses that lead to what was added.
    """
    made: list[tuple[str, Any]] = [("response_id", answer_for_councils(app, sessions))]
    clock, folder = app.extensions["clock"], app.config["SETTINGS"].state / "files"
    with sessions() as session:
        bid = session.execute(
            select(Case.id, Case.department_id, Case.reference)
            .where(Case.state == "deciding")
            .order_by(Case.id)
        ).first()
        people = dict(session.execute(select(Person.email, Person.id)).all())
        home = dict(session.execute(select(Person.id, Person.organisation_id)).all())
        claim = session.scalars(select(Claim.id).order_by(Claim.id)).first()
    assert bid is not None
    assert claim is not None
    asker = next(one for one, where in home.items() if where == bid[1] and one in deciders(people))
    officer = people["case.officer@dclg.example"]
    with unit_of_work(sessions, clock, actor=person(asker)) as work:
        number = ask(work, bid[0], asked_of=officer, text="Who pays in the second year?", key=uuid4().hex)
        for subject in (letters_of(bid[0]), f"claim:{claim}"):
            kept = store(work, folder, name="letter.pdf", data=PDF, kind="letter")
            attach(work, kept.id, subject, "letter")
            made.append(("document_id", kept.id))
    return [*made, ("reference", bid[2]), ("number", number)]


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
