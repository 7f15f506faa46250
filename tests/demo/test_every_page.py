"""Every page of the demonstration, as each kind of reader: in a browser at the width of a desk and of a small phone.

Nothing is listed here: the pages are found by the links on them. A route of which nobody was shown a page fails.
"""

from collections.abc import Iterator

import pytest
from flask import Flask
from playwright.sync_api import ConsoleMessage, Page

from tests.crawl import Crawl, Visit
from tests.demo.crawling import Crawled, routes
from tests.demonstration import Seeded
from tests.live import served, sign_in
from tests.web import axe

DESK, PHONE = {"width": 1280, "height": 900}, {"width": 320, "height": 640}
NOT_PAGES = {
    "consultation.link": "leads on to the page of the council's answer, which is looked at",
    "demo.as_sent": "the letter in the frame of its page, which is looked at",
    "site.healthz": "for monitors",
    "site.readyz": "for monitors",
    "site.status": "for monitors, behind a token",
}
"""Routes that show a reader no page, and what they are for."""

pytestmark = pytest.mark.slow


@pytest.fixture(scope="session")
def begins_as(crawled: Crawled) -> Seeded:
    """The demonstration as it was walked over."""
    return crawled.stands


@pytest.fixture
def walked(crawled: Crawled, demo_app: Flask) -> Crawl:
    """Every page that can be reached, walked as each kind of reader."""
    return crawled.on(demo_app)


def test_somebody_is_shown_a_page_of_every_route(walked: Crawl, demo_app: Flask) -> None:
    assert not walked.wrong, "\n".join(walked.wrong)
    assert routes(demo_app) - walked.shown() - set(NOT_PAGES) == set()


def test_no_link_leads_to_an_error_page(walked: Crawl) -> None:
    lost = {
        f"{visit.path} as {visit.reader or 'nobody'} from {visit.linked_from}: {visit.kind.status}"
        for visit in walked.visits
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

    def at(self, visit: Visit, *, is_thorough: bool) -> list[str]:
        """What is wrong with a page, one line each; thoroughly with axe and at both widths, else only on a phone."""
        if visit.reader != self.reader:
            sign_in(self.app, self.page.context, self.address, visit.reader)
            self.reader = visit.reader
        self.complaints.clear()
        wrong = []
        if is_thorough:
            self.page.set_viewport_size(DESK)  # type: ignore[arg-type]
            self.page.goto(self.address + visit.path)
            wrong += self._measure("desk", is_thorough=True)
            self.page.set_viewport_size(PHONE)  # type: ignore[arg-type]
        else:
            self.page.set_viewport_size(PHONE)  # type: ignore[arg-type]
            self.page.goto(self.address + visit.path)
        wrong += self._measure("phone", is_thorough=is_thorough)
        return [f"{visit.path} as {visit.reader or 'nobody'}: {line}" for line in wrong + self.complaints]

    def _measure(self, width: str, *, is_thorough: bool) -> list[str]:
        headings = self.page.locator("h1").count()
        wide = axe.widest(self.page)
        return [
            *(f"{width}: {line}" for line in (axe.violations(self.page) if is_thorough else ())),
            *([f"{width}: {headings} headings of the first level"] if headings != 1 else []),
            *([f"{width}: {wide} px wider than the window"] if wide > 0 else []),
        ]

    def _hear(self, message: ConsoleMessage) -> None:
        # A browser names each page that says why something is not possible; that is how it should answer.
        if message.type == "error" and "the server responded with a status of 4" not in message.text:
            self.complaints.append(message.text)


def test_every_page_is_sound_at_a_desk_and_on_a_small_phone(walked: Crawl, look: Look) -> None:
    visits = [(visit, True) for visit in walked.worth_looking_at()]
    visits += [(visit, False) for visit in walked.only_to_measure()]
    visits.sort(key=lambda pair: pair[0].reader)
    wrong = [line for visit, is_thorough in visits for line in look.at(visit, is_thorough=is_thorough)]
    assert not wrong, "\n".join(wrong)
