"""The six steps of the walk, lived in a browser by somebody who sees the product for the first time, and starting again."""

import re
import time
from collections import Counter
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, expect

from tests.demonstration import Seeded
from tests.harness import Cluster
from tests.journeys.product import Product, running_product

pytestmark = pytest.mark.slow

BID = "Police and council joint improvement reviews"
BLOCKED = 409
STARTS_AGAIN_WITHIN_S = 30.0
"""On a busy machine; on a quiet one it takes about two."""
CLOSES_WITHIN_S = 60.0
"""Until the consultation is closed, its page says so and its mail has left, after the clock passed the last moment."""


@pytest.fixture(scope="module")
def product(cluster: Cluster, seeded: Seeded) -> Iterator[Product]:
    """The product with a state folder of its own, on a clone of the demonstration and with a copy of its mail."""
    database = cluster.clone(seeded.database.name)
    with running_product(database, told=seeded.state) as running:
        yield running
    cluster.drop(database)


@pytest.fixture
def newcomer(product: Product, browser: Browser) -> Iterator[Page]:
    """Somebody's browser; nothing may be written to its console but the pages that say why not."""
    complaints: list[str] = []

    def hear(message: ConsoleMessage) -> None:
        if message.type == "error" and f"status of {BLOCKED}" not in message.text:
            complaints.append(message.text)

    page = browser.new_context(base_url=product.address).new_page()
    page.set_default_timeout(60_000)
    page.on("console", hear)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    assert complaints == []


def test_the_walk_is_lived_in_six_steps_and_started_again(newcomer: Page, product: Product) -> None:
    before = product.letter_count()
    answer_for_gateshead(newcomer)
    look_as_the_first(newcomer)
    approve_as_the_second(newcomer)
    go_to_the_next_deadline(newcomer, product)
    read_what_the_public_reads(newcomer)
    check_the_review(newcomer)
    every_figure_adds_up(product)
    start_again(newcomer, product, before)
    every_figure_adds_up(product)


def step(page: Page, number: int, words: str) -> None:
    """Press what a step of the walk offers."""
    page.goto("/demo")
    card = page.locator("ol.app-cards > li").nth(number - 1)
    card.get_by_text(words).click()
    page.wait_for_load_state()


def answer_for_gateshead(page: Page) -> None:
    step(page, 1, "Open Gateshead’s mail")
    page.wait_for_url(re.compile(r"/demo/mailbox/\d"))
    letter = page.frame_locator("iframe")
    letter.get_by_role("link", name=re.compile("Read the bid and answer")).first.click()
    page.wait_for_url(re.compile("/respond"))
    expect(page.locator("h1")).to_contain_text("Gateshead")
    press(page)
    page.check('input[name="position"][value="support"]')
    if page.locator('textarea[name="text"]').count():
        page.fill('textarea[name="text"]', "We would take part.")
    press(page)
    for box in page.locator("main textarea").all():
        box.fill("Yes, with our police force.")
    press(page)
    page.fill('input[name="name"]', "Cath Renwick")
    page.fill('input[name="email"]', "officer@gateshead.example")
    page.check('input[name="publish"][value="yes"]')
    press(page)
    press(page)
    expect(page.locator("main")).to_contain_text(re.compile("sent|have your", re.IGNORECASE))


def look_as_the_first(page: Page) -> None:
    step(page, 2, "Look as Nia Prosser")
    expect(page.locator("h1")).to_contain_text("cannot")
    expect(page.locator("main")).to_contain_text("You approved this bid already")
    expect(page.locator("main")).to_contain_text("Max Okafor")


def approve_as_the_second(page: Page) -> None:
    step(page, 3, "Decide as Max Okafor")
    expect(page.locator("main")).to_contain_text("£1,800,000")
    page.check('input[name="no_conflict"][value="no"]')
    page.fill('textarea[name="reason"]', "Every council can have it, and councils support it.")
    press(page)
    for _page in range(2):  # A check before it is made, where there is one.
        if "/actions/approve" in page.url:
            press(page)
    expect(page.locator("main")).to_contain_text("Approved, to be offered")
    page.goto("/funds/RSG")
    expect(page.locator("main")).to_contain_text(re.compile("promised", re.IGNORECASE))


def go_to_the_next_deadline(page: Page, product: Product) -> None:
    page.goto("/demo")
    page.get_by_role("button", name="Go to the next deadline").click()
    page.wait_for_load_state()
    expect(page.locator(".app-band")).to_contain_text("Thursday 31 March 2011")
    until = time.monotonic() + CLOSES_WITHIN_S
    while not product.letters_about(BID, "The time to answer is over"):
        assert time.monotonic() < until
        time.sleep(0.3)
    ids = Counter(letter.id for letter in product.letters())
    assert [one for one, count in ids.items() if count > 1] == []


def read_what_the_public_reads(page: Page) -> None:
    page.context.clear_cookies()
    step(page, 5, "Open the public page")
    until = time.monotonic() + CLOSES_WITHIN_S
    while "10 of 12" not in page.locator("main").inner_text():
        assert time.monotonic() < until, page.locator("main").inner_text()
        page.reload()


def check_the_review(page: Page) -> None:
    step(page, 6, "Open the review")
    for figure in ("77.28", "62.47", "81.33"):
        expect(page.locator("main")).to_contain_text(figure)


def start_again(page: Page, product: Product, before: int) -> None:
    page.goto("/demo")
    page.get_by_role("link", name="Put everything back to 29 March 2011").click()
    began = time.monotonic()
    page.get_by_role("button", name="Start again").click()
    page.wait_for_url(re.compile("/demo$"))
    assert time.monotonic() - began < STARTS_AGAIN_WITHIN_S
    expect(page.locator(".app-band")).to_contain_text("Tuesday 29 March 2011")
    assert product.letter_count() == before
    step(page, 3, "Decide as Max Okafor")
    expect(page.locator("h1")).not_to_contain_text("cannot")


def press(page: Page) -> None:
    """Press the page's main button, and land on a page without an error."""
    page.locator("main button[type=submit]").first.click()
    page.wait_for_load_state()
    assert page.locator(".govuk-error-summary").count() == 0, page.locator("main").inner_text()


def every_figure_adds_up(product: Product) -> None:
    for words in (("check",), ("audit", "verify")):
        done = product.command(*words)
        assert done.returncode == 0, done.stdout + done.stderr
