"""Every page of the demonstration that somebody can reach, walked over by readers of every kind."""

from collections.abc import Sequence
from dataclasses import asdict
from uuid import uuid4

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from tests.crawl import SIGNED_OUT, Crawl
from tests.live import token_for
from workflow.accounts.models import Person
from workflow.cases import Case
from workflow.consultation.commands import Answer, save_draft, send_answer
from workflow.consultation.models import Consultation, Invitation, Response
from workflow.consultation.terms import Position
from workflow.db import Sessions, person, unit_of_work


def browser_of(app: Flask, reader: str) -> FlaskClient:
    """A client that does not read strictly, as hundreds of pages are walked; other tests do that."""
    client = FlaskClient(app, app.response_class)
    if reader != SIGNED_OUT:
        client.set_cookie(*token_for(app, reader))
    return client


def crawl(app: Flask, sessions: Sessions, readers: Sequence[str]) -> Crawl:
    """Every page that can be reached by some readers."""
    answer_for_councils(app, sessions)
    with sessions() as session:
        states = dict(session.execute(select(Case.reference, Case.state)).all())
    found = Crawl(app, lambda reference: states.get(reference, ""))
    clients = {reader: browser_of(app, reader) for reader in readers}
    for reader, client in clients.items():
        found.walk(reader, client, ["/"] if reader else ["/", "/demo"])
    for endpoint in sorted(routes(app) - found.shown()):
        guess(found, endpoint, clients)
    return found


def guess(found: Crawl, endpoint: str, clients: dict[str, FlaskClient]) -> None:
    """Try a route that no link led to, until somebody is shown it."""
    for path in found.guesses(endpoint):
        for reader, client in clients.items():
            answer = found.visit(reader, client, path)
            if answer is not None and answer.status_code == 200:
                return


def routes(app: Flask) -> set[str]:
    """The routes that can be asked for a page."""
    return {rule.endpoint for rule in app.url_map.iter_rules() if "GET" in (rule.methods or set())}


def answer_for_councils(app: Flask, sessions: Sessions) -> None:
    """Fill in one council's answer and leave it unsent, and send another's, so that there are both to look at."""
    said = Answer(Position.SUPPORT, "", {}, "An officer", "officer@council.example", publish=True)
    clock = app.extensions["clock"]
    for reader, is_sent in (("officer@gateshead.example", False), ("officer@hartlepool.example", True)):
        invitation_id, person_id = waiting_for(sessions, reader)
        with unit_of_work(sessions, clock, actor=person(person_id)) as work:
            if is_sent:
                send_answer(work, invitation_id, link_version=None, answer=said, key=uuid4().hex)
            else:
                save_draft(work, invitation_id, link_version=None, seen_rev=0, fields=asdict(said))


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
