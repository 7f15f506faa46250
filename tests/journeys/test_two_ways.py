"""The main journeys, each once with no script running and once by the keyboard alone, on the demonstration."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from flask import Flask
from playwright.sync_api import Browser, Locator
from sqlalchemy import select

from tests.demonstration import Seeded, demo_settings_for
from tests.harness import Cluster
from tests.journeys.hands import Hands, Keyboard, NoScripts
from tests.live import served, sign_in
from workflow.app import create_app
from workflow.cases import Case
from workflow.consultation.models import Consultation, Invitation, Response
from workflow.db import make_engine, make_sessions
from workflow.demo.accounts import PASSWORD
from workflow.notifications import links

pytestmark = pytest.mark.slow

WAYS: dict[str, type[NoScripts] | type[Keyboard]] = {"no scripts": NoScripts, "keyboard": Keyboard}


@dataclass
class Visitor:
    """Somebody at the demonstration who uses one of the two ways."""

    app: Flask
    address: str
    hands: Hands

    def open(self, path: str) -> None:
        """Type an address."""
        answer = self.hands.page.goto(self.address + path)
        assert answer is not None
        assert answer.status == 200, f"{path}: {answer.status}"

    def signed_in(self, email: str) -> None:
        """Be signed in already."""
        sign_in(self.app, self.hands.page.context, self.address, email)

    def the(self, selector: str) -> Locator:
        """Something in the page's main part."""
        return self.hands.page.locator(f"main {selector}")

    def box(self, name: str, value: str = "") -> Locator:
        """A field by its name, and a choice by its value too."""
        return self.the(f'[name="{name}"]' + (f'[value="{value}"]' if value else ""))

    def go_on(self, words: str = "") -> None:
        """Press the page's main button, or the one with these words; nothing is wrong with what was given."""
        buttons = self.the("button[type=submit]")
        self.hands.press((buttons.filter(has_text=words) if words else buttons).first)
        summary = self.the(".govuk-error-summary")
        assert summary.count() == 0, summary.inner_text()

    @property
    def text(self) -> str:
        """What the page says."""
        return self.hands.page.locator("body").inner_text()


@pytest.fixture(scope="module", params=list(WAYS))
def visitor(
    request: pytest.FixtureRequest, cluster: Cluster, seeded: Seeded, browser: Browser
) -> Iterator[Visitor]:
    """A visitor, on a database of their own."""
    clone = cluster.clone(seeded.database.name)
    settings = demo_settings_for(clone, cluster, seeded.state)
    engine = make_engine(settings.database_url)
    app = create_app(settings, sessions=make_sessions(engine), testing=True)
    with_scripts = request.param == "keyboard"
    context = browser.new_context(java_script_enabled=with_scripts, viewport={"width": 1280, "height": 720})
    with served(app) as address:
        yield Visitor(app, address, WAYS[request.param](context.new_page()))
    context.close()
    engine.dispose()
    cluster.drop(clone)


@pytest.fixture(autouse=True)
def _focus_was_seen(visitor: Visitor) -> Iterator[None]:
    visitor.hands.page.context.clear_cookies()
    yield
    complaints = getattr(visitor.hands, "complaints", [])
    found = list(dict.fromkeys(complaints))
    complaints.clear()
    assert not found, "\n".join(found)


def reference_of(visitor: Visitor, title: str) -> str:
    """The reference of a bid of the demonstration."""
    with visitor.app.extensions["sessions"]() as session:
        return str(session.scalars(select(Case.reference).where(Case.title == title)).one())


def test_somebody_signs_in_and_out(visitor: Visitor) -> None:
    visitor.open("/sign-in")
    visitor.hands.write(visitor.box("email"), "drafter@lgid.example")
    visitor.hands.write(visitor.box("password"), PASSWORD)
    visitor.go_on()
    assert "Meera Blake" in visitor.text
    visitor.hands.press(visitor.hands.page.get_by_role("button", name="Sign out"))
    assert "Meera Blake" not in visitor.text


def test_a_visitor_finds_out_whether_a_body_can_be_paid(visitor: Visitor) -> None:
    visitor.open("/can-we-get-this-money")
    asked = 0
    while (choices := visitor.the("input[type=radio]")).count() or visitor.the("select").count():
        asked += 1
        if choices.count():
            visitor.hands.choose(choices.nth(choices.count() - 1 if asked > 1 else 0))
        else:
            visitor.hands.pick(visitor.the("select"), "another")
        visitor.go_on()
    assert asked <= 6
    assert visitor.the("h1").count() == 1


def test_a_council_answers_from_its_link(visitor: Visitor) -> None:
    visitor.open(link_of_a_council(visitor.app))
    visitor.go_on()
    visitor.hands.choose(visitor.box("position", "support_with_changes"))
    visitor.hands.write(visitor.box("text"), "Two days instead of four.")
    visitor.go_on()
    if visitor.the("textarea").count():
        visitor.hands.write(visitor.the("textarea").first, "Yes, it would.")
        visitor.go_on()
    visitor.hands.write(visitor.box("name"), "Pat Officer")
    visitor.hands.write(visitor.box("email"), "pat@council.example")
    visitor.hands.choose(visitor.box("publish", "yes"))
    visitor.go_on()
    visitor.go_on()
    assert visitor.hands.page.url.endswith("/sent")


def link_of_a_council(app: Flask) -> str:
    """The secret link of a council that has not answered an open consultation."""
    with app.extensions["sessions"]() as session:
        found = session.execute(
            select(Invitation.id, Invitation.version)
            .join(Consultation, Consultation.id == Invitation.consultation_id)
            .where(
                Consultation.closed_at.is_(None),
                Consultation.closes_at > app.extensions["clock"].now(),
                ~select(Response.id).where(Response.invitation_id == Invitation.id).exists(),
            )
            .order_by(Invitation.id)
        ).first()
    assert found is not None
    return f"/r/{links.derive(app.config['SETTINGS'].secret_key, 'answer', *found)}"


def test_a_section_is_written_and_the_bid_is_signed_and_sent(visitor: Visitor) -> None:
    reference = reference_of(visitor, "Knowledge Hub")
    visitor.signed_in("drafter@lgid.example")
    visitor.open(f"/bids/{reference}/sections")
    visitor.hands.press(visitor.the(f'a[href="/bids/{reference}/sections/summary"]').first)
    visitor.hands.write(visitor.box("need"), "What one council learned is hard to find for the next.")
    visitor.go_on()
    visitor.signed_in("signatory@lgid.example")
    visitor.open(f"/bids/{reference}")
    visitor.hands.press(visitor.the(f'a[href="/bids/{reference}/actions/submit"]').first)
    visitor.hands.choose(visitor.box("declaration", "true"))
    visitor.hands.choose(visitor.box("declaration", "may_sign"))
    visitor.go_on()
    assert visitor.hands.page.url.endswith("/sent")


def test_an_approver_decides(visitor: Visitor) -> None:
    reference = reference_of(visitor, "Peer challenge: one for every council over three years")
    visitor.signed_in("approver2@dclg.example")
    visitor.open("/")
    visitor.hands.press(visitor.the(f'a[href^="/bids/{reference}"]').first)
    if "/actions/" not in visitor.hands.page.url:
        visitor.hands.press(visitor.the(f'a[href="/bids/{reference}/actions/approve"]').first)
    visitor.hands.choose(visitor.box("no_conflict", "no"))
    visitor.hands.write(visitor.box("reason"), "Good value, and councils support it.")
    visitor.go_on()
    assert visitor.the("h1").inner_text().endswith("Check your decision")
    visitor.go_on("Approve")
    assert "Approved" in visitor.text
