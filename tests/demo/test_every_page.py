"""Every page of the demonstration, as each kind of reader: in a browser at the width of a desk and of a small phone.

Nothing is listed here: the pages are found by the links on them. A route of which nobody was shown a page fails.
"""

from collections.abc import Iterator
from dataclasses import asdict
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import ConsoleMessage, Page
from sqlalchemy import select

from tests.crawl import SIGNED_OUT, Crawl, Visit, readers
from tests.live import served, sign_in, token_for
from tests.web import axe
from workflow.accounts.models import Person
from workflow.cases import Case
from workflow.consultation.commands import Answer, save_draft, send_answer
from workflow.consultation.models import Consultation, Invitation, Response
from workflow.consultation.terms import Position
from workflow.db import Sessions, person, unit_of_work

DESK, PHONE = {"width": 1280, "height": 900}, {"width": 320, "height": 640}
NOT_PAGES = {
    "consultation.link": "leads on to the page of the council's answer, which is looked at",
    "site.healthz": "for monitors",
    "site.readyz": "for monitors",
    "site.status": "for monitors, behind a token",
}
"""Routes that show a reader no page, and what they are for."""

pytestmark = pytest.mark.slow


def browser_of(app: Flask, reader: str) -> FlaskClient:
    """A client that does not read strictly, as hundreds of pages are walked; other tests do that."""
    client = FlaskClient(app, app.response_class)
    if reader != SIGNED_OUT:
        client.set_cookie(*token_for(app, reader))
    return client


@pytest.fixture(scope="module")
def crawled(demo_app: Flask, demo_sessions: Sessions) -> Crawl:
    """Every page that can be reached, walked as each kind of reader."""
    answer_for_councils(demo_app, demo_sessions)
    with demo_sessions() as session:
        states = dict(session.execute(select(Case.reference, Case.state)).all())
    found = Crawl(demo_app, lambda reference: states.get(reference, ""))
    clients = {reader: browser_of(demo_app, reader) for reader in readers()}
    for reader, client in clients.items():
        found.walk(reader, client, ["/"] if reader else ["/", "/demo"])
    for endpoint in sorted(routes(demo_app) - found.shown()):
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


def test_somebody_is_shown_a_page_of_every_route(crawled: Crawl, demo_app: Flask) -> None:
    assert not crawled.wrong, "\n".join(crawled.wrong)
    assert routes(demo_app) - crawled.shown() - set(NOT_PAGES) == set()


def test_no_link_leads_to_an_error_page(crawled: Crawl) -> None:
    lost = {
        f"{visit.path} as {visit.reader or 'nobody'} from {visit.linked_from}: {visit.kind.status}"
        for visit in crawled.visits
        # In the mailbox of the demonstration everybody reads letters to others, with their links.
        if visit.linked_from not in {"", "demo.letter"} and visit.kind.status not in {200, 302, 303, 409}
    }
    assert not lost, "\n".join(sorted(lost))


@pytest.fixture
def look(page: Page, demo_app: Flask) -> Iterator["Look"]:
    """A browser's window on the demonstration."""
    with served(demo_app) as address:
        yield Look(demo_app, page, address)


class Look:
    """Looks at pages in one window and writes down all that is wrong with them."""

    def __init__(self, app: Flask, page: Page, address: str) -> None:
        self.app, self.page, self.address = app, page, address
        self.reader: str | None = None
        self.complaints: list[str] = []
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def at(self, visit: Visit) -> list[str]:
        """What is wrong with a page, one line each."""
        if visit.reader != self.reader:
            sign_in(self.app, self.page.context, self.address, visit.reader)
            self.reader = visit.reader
        self.complaints.clear()
        self.page.set_viewport_size(DESK)  # type: ignore[arg-type]
        self.page.goto(self.address + visit.path)
        wrong = self._measure("desk")
        self.page.set_viewport_size(PHONE)  # type: ignore[arg-type]
        wrong += self._measure("phone")
        return [f"{visit.path} as {visit.reader or 'nobody'}: {line}" for line in wrong + self.complaints]

    def _measure(self, width: str) -> list[str]:
        headings = self.page.locator("h1").count()
        wide = axe.widest(self.page)
        return [
            *(f"{width}: {line}" for line in axe.violations(self.page)),
            *([f"{width}: {headings} headings of the first level"] if headings != 1 else []),
            *([f"{width}: {wide} px wider than the window"] if wide > 0 else []),
        ]

    def _hear(self, message: ConsoleMessage) -> None:
        # A browser names each page that says why something is not possible; that is how it should answer.
        if message.type == "error" and "the server responded with a status of 4" not in message.text:
            self.complaints.append(message.text)


def test_every_page_is_sound_at_a_desk_and_on_a_small_phone(crawled: Crawl, look: Look) -> None:
    visits = sorted(crawled.worth_looking_at(), key=lambda visit: visit.reader)
    wrong = [line for visit in visits for line in look.at(visit)]
    assert not wrong, "\n".join(wrong)
