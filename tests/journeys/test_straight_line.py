"""One bid in a straight line, lived in a browser by the people whose steps they are, against the whole running product."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, ConsoleMessage, FilePayload, Page

from tests.demonstration import Seeded
from tests.harness import Cluster
from tests.journeys.product import Product, running_product

DRAFTER, SIGNATORY = "drafter@lgid.example", "signatory@lgid.example"
CASE_OFFICER, ASSESSOR = "case.officer@dclg.example", "assessor@dclg.example"
APPROVER_1, APPROVER_2 = "approver1@dclg.example", "approver2@dclg.example"
FINANCE, MANAGER = "finance@dclg.example", "grants@dclg.example"
PAYER, RESPONSIBLE = "payments@dclg.example", "responsible@dclg.example"
CONFLICT = 409
COUNCILS = 12
"""The authorities of the North East in 2011; all 353 at once are asked in the tests of consultation."""

TITLE = "Shared learning for small districts"


pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def product(cluster: Cluster, seeded: Seeded) -> Iterator[Product]:
    """The product with a state folder and a database of its own."""
    database = cluster.clone(seeded.database.name)
    with running_product(database) as running:
        yield running
    cluster.drop(database)


@dataclass
class Person:
    """Somebody with a browser of their own."""

    product: Product
    page: Page

    def open(self, path: str) -> None:
        """Open an address of the product."""
        answer = self.page.goto(f"{self.product.address}{path}")
        assert answer is not None
        assert answer.status < 400 or answer.status == CONFLICT, f"{path}: {answer.status}, {self.heading}"

    def fill(self, **texts: str) -> None:
        """Type into boxes by the names of their fields; a date is written `31 3 2012`."""
        for name, text in texts.items():
            if self.page.locator(f'[name="{name}-day"]').count():
                for part, value in zip(("day", "month", "year"), text.split(), strict=True):
                    self.page.fill(f'[name="{name}-{part}"]', value)
            else:
                self.page.fill(f'[name="{name}"]', text)

    def choose(self, **values: str) -> None:
        """Choose radios, tick boxes or pick from lists by the names of their fields."""
        for name, value in values.items():
            if self.page.locator(f'select[name="{name}"]').count():
                self.page.select_option(f'select[name="{name}"]', value)
            else:
                self.page.check(f'input[name="{name}"][value="{value}"]')

    def unfold(self) -> None:
        """Open every part of the page that is folded away."""
        folded = self.page.locator("main details:not([open]) > summary")
        while folded.count():
            folded.first.click()

    def press(self, words: str = "") -> None:
        """Press the page's main button, or the one with these words, and land on a page without an error."""
        buttons = self.page.locator("main button[type=submit]")
        (buttons.filter(has_text=words) if words else buttons).first.click()
        self.page.wait_for_load_state()
        summary = self.page.locator(".govuk-error-summary")
        assert summary.count() == 0, summary.inner_text()

    def act(self, reference: str, action: str) -> None:
        """Open the page of an action."""
        self.open(f"/bids/{reference}/actions/{action}")

    @property
    def heading(self) -> str:
        """The page's heading."""
        return self.page.locator("h1").inner_text()

    @property
    def text(self) -> str:
        """What the page says."""
        return self.page.locator("main").inner_text()


@dataclass
class Cast:
    """Opens a browser for each person, and remembers what their consoles complained about."""

    product: Product
    browser: Browser
    complaints: list[str]

    def somebody(self) -> Person:
        """A browser that nobody signed in with."""
        page = self.browser.new_context().new_page()
        page.set_default_timeout(45_000)
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        return Person(self.product, page)

    def person(self, email: str) -> Person:
        """Somebody signed in with e-mail and password."""
        person = self.somebody()
        person.open("/sign-in")
        person.fill(email=email, password="improvement-2011")
        person.press()
        return person

    def _hear(self, message: ConsoleMessage) -> None:
        # A browser names each page that says why something is not possible; that is how it should answer.
        if message.type == "error" and f"status of {CONFLICT}" not in message.text:
            self.complaints.append(message.text)


@pytest.fixture(scope="module")
def cast(product: Product, browser: Browser) -> Iterator[Cast]:
    """Everybody's browsers."""
    opened = Cast(product, browser, [])
    yield opened
    assert opened.complaints == []


def test_a_bid_lives_from_draft_to_closed_by_web_forms(cast: Cast, product: Product) -> None:
    reference = write_and_sign(cast)
    check_and_ask(cast, product, reference)
    answer_by_link(cast, product, reference)
    close_and_respond(cast, product, reference)
    decide(cast, reference)
    award_and_pay(cast, product, reference)
    close(cast, reference)
    every_figure_adds_up(product)
    each_message_came_once(product, reference)


def write_and_sign(cast: Cast) -> str:
    drafter = cast.person(DRAFTER)
    drafter.open("/bids/new")
    drafter.choose(round="RSG-2011-1")
    if drafter.page.locator('input[name="lead"]').count():
        drafter.choose(lead=drafter.page.locator('input[name="lead"]').first.get_attribute("value") or "")
    drafter.fill(title=TITLE)
    drafter.press()
    reference = drafter.page.url.split("/bids/")[1].split("/")[0]
    write_sections(drafter, reference)
    signatory = cast.person(SIGNATORY)
    signatory.act(reference, "submit")
    signatory.choose(declaration="true")
    signatory.choose(declaration="may_sign")
    signatory.press()
    assert reference in signatory.text
    return reference


def write_sections(drafter: Person, reference: str) -> None:
    def section(name: str) -> None:
        drafter.open(f"/bids/{reference}/sections/{name}")

    section("summary")
    drafter.fill(summary="One free peer challenge for each council.", need="Councils asked for it.")
    drafter.press()
    section("outcomes")
    drafter.page.locator('input[name="outcome_codes"]').first.check()
    drafter.choose(main_support="challenge_review")
    drafter.press()
    section("exclusion")
    drafter.choose(operational_need="no")
    drafter.fill(operational_reason="It serves the whole council.")
    drafter.press()
    section("route")
    drafter.choose(spend_route="sector_led")
    drafter.press()
    section("area")
    drafter.choose(area_kind="national")
    drafter.press()
    section("budget")
    drafter.fill(amount_2011_delivery="200,000", amount_2012_delivery="£100,000.50")
    drafter.press()
    section("facts")
    drafter.choose(sells="no", new_cost_for_councils="no")
    drafter.press()
    rows = {
        "deliverables": {"text": "75 peer challenges", "due_on": "31 3 2012"},
        "indicators": {"text": "Councils reviewed", "baseline": "0", "target": "75"},
        "risks": {"text": "Too few peers", "answer": "Train 400 of them"},
    }
    for name, texts in rows.items():
        section(f"{name}/new")
        drafter.fill(**texts)
        drafter.press()
    for name in ("deliverables", "indicators", "risks", "partners"):
        section(name)
        drafter.press()
    drafter.open(f"/bids/{reference}/sections")
    assert "11 of 11 sections are complete" in drafter.text


def check_and_ask(cast: Cast, product: Product, reference: str) -> None:
    officer = cast.person(CASE_OFFICER)
    officer.open("/queue")
    assert TITLE in officer.text
    officer.act(reference, "take_case")
    officer.press()
    officer.act(reference, "pass_first_check")
    for name in ("complete", "fits_prospectus", "not_operational", "power_fits", "route_explained"):
        officer.choose(**{name: "yes"})
    officer.press()
    officer.act(reference, "open_consultation")
    officer.choose(kind="light", asked="some")
    officer.unfold()
    officer.choose(regions="North East")
    officer.fill(
        closes_on="29 4 2011",
        reason="The outcome was consulted on.",
        election_reason="The work begins in May.",
        questions="Does it serve a need?",
    )
    officer.press()
    officer.open(f"/bids/{reference}/consultation")
    assert f"0 of {COUNCILS}" in officer.text
    assert "Tuesday 3 May 2011" in officer.text, (
        "a close on the day of the royal wedding moves, and councils are told"
    )
    product.wait_for_letters(reference, "think of this bid", COUNCILS)


def answer_by_link(cast: Cast, product: Product, reference: str) -> None:
    invited = next(
        letter
        for letter in product.letters_about(reference, "think of this bid")
        if "Gateshead" in letter.subject
    )
    council = cast.somebody()
    council.page.goto(product.link_in(invited))
    assert "/r/" not in council.page.url
    council.press()
    council.choose(position="support_with_changes")
    council.fill(text="Two days instead of four, so that we can release people.")
    council.press()
    council.page.locator("main textarea").first.fill("Yes, it does.")
    council.press()
    council.fill(name="Cath Renwick", email="officer@gateshead.example")
    council.choose(publish="yes")
    council.press()
    council.press()
    assert "sent" in council.text.lower() or "have your" in council.text.lower()
    product.wait_for_letters(reference, "We have the answer of", 1)


def close_and_respond(cast: Cast, product: Product, reference: str) -> None:
    officer = cast.person(CASE_OFFICER)
    travel(officer, "4 5 2011")
    product.wait_for_letters(reference, "The time to answer is over", 3)
    drafter = cast.person(DRAFTER)
    drafter.act(reference, "send_response")
    assert "Gateshead" in drafter.text, "the council without a word about its answer is named"
    drafter.open(f"/bids/{reference}/consultation?show=to_answer")
    drafter.page.locator('main a[href*="/consultations/answers/"]').first.click()
    drafter.choose(outcome="changed")
    drafter.fill(text="The challenge now takes two days.")
    drafter.press()
    drafter.act(reference, "send_response")
    drafter.fill(summary="One answer, and one change made.")
    drafter.press()
    officer.act(reference, "accept_response")
    officer.fill(reason="Every answer was considered.")
    officer.fill(report_on="1 6 2011")
    officer.press()


def travel(person: Person, day: str) -> None:
    """Move the clock to a day; where much is due on the way it takes more than one press."""
    person.open("/demo/clock")
    while True:
        person.fill(day=day)
        person.press("Go to this day")
        if "press again" not in person.page.locator("body").inner_text():
            return


def decide(cast: Cast, reference: str) -> None:
    assessor = cast.person(ASSESSOR)
    assessor.act(reference, "recommend")
    for name in ("fit", "outcome", "value", "deliverability", "sector_support", "duplication"):
        assessor.choose(**{f"score_{name}": "4"})
    for name in ("regularity", "propriety", "value_for_money", "feasibility"):
        assessor.choose(**{f"test_{name}": "yes"})
    assessor.fill(amount_2011="200,000", amount_2012="100,000.50")
    assessor.fill(recommendation="Approve it in full.", unsure_of="Nothing.")
    assessor.press()
    assessor.open("/funds/RSG")
    assert "£200,000" in assessor.text
    first = cast.person(APPROVER_1)
    approve(first, reference)
    first.act(reference, "approve")
    assert "approved this bid already" in first.text
    approve(cast.person(APPROVER_2), reference)


def approve(person: Person, reference: str) -> None:
    person.act(reference, "approve")
    person.choose(no_conflict="no")
    person.fill(reason="Good value, and councils support it.")
    person.press()
    assert "Check your decision" in person.text
    person.press()


def award_and_pay(cast: Cast, product: Product, reference: str) -> None:
    finance = cast.person(FINANCE)
    finance.act(reference, "offer")
    finance.fill(conditions="75 peer challenges in the first year.", eligible_heads="Delivery")
    finance.press()
    signatory = cast.person(SIGNATORY)
    signatory.act(reference, "accept_offer")
    signatory.choose(declared="yes")
    signatory.press()
    drafter = cast.person(DRAFTER)
    drafter.act(reference, "make_claim")
    drafter.choose(year="2011")
    drafter.fill(amount="150,000.25", narrative="50 peer challenges.")
    drafter.page.set_input_files(
        'input[name="evidence"]',
        files=FilePayload(name="ledger.pdf", mimeType="application/pdf", buffer=b"%PDF-1.4\n%%EOF\n"),
    )
    drafter.press()
    manager = cast.person(MANAGER)
    manager.act(reference, "check_claim")
    manager.page.locator('input[name="claim_id"]').first.check()
    manager.fill(accepted="150,000", reason="25p is travel, which is not agreed.")
    manager.press()
    payer = cast.person(PAYER)
    payer.act(reference, "pay_claim")
    payer.page.locator('input[name="claim_id"]').first.check()
    payer.press()
    product.wait_for_letters(reference, "paid", 1)


def close(cast: Cast, reference: str) -> None:
    responsible = cast.person(RESPONSIBLE)
    responsible.act(reference, "start_closing")
    responsible.fill(reason="The work is done.")
    responsible.press()
    finance = cast.person(FINANCE)
    finance.act(reference, "propose_closure")
    finance.fill(summary="The rest was not needed.")
    finance.press()
    responsible.act(reference, "confirm_closure")
    responsible.choose(declared="yes")
    responsible.press()
    responsible.open(f"/bids/{reference}")
    assert "Closed" in responsible.text
    responsible.open(f"/bids/{reference}/history")
    assert responsible.page.locator("main li").count() >= 18


def every_figure_adds_up(product: Product) -> None:
    for words in (("check",), ("audit", "verify")):
        done = product.command(*words)
        assert done.returncode == 0, done.stdout + done.stderr


EXPECTED = {
    "We have your bid": 2,
    "A bid waits for its first check": 2,
    "think of this bid": COUNCILS + 2,
    "Councils are being asked": 2,
    "Councils are asked about this bid": 2,
    "We have the answer of": 2,
    "The time to answer is over": 4,
    "has said what it did about each answer": 2,
    "What you did about each answer was accepted": 2,
    "What became of your answer": 2,
    "A bid waits for its assessment": 2,
    "A bid waits for your decision": 3,
    "What was decided about a bid you answered on": 2,
    "This bid was approved": 2,
    "offers Local Government": 1,
    "has accepted its offer": 2,
    "A payment request waits to be checked": 1,
    "Accepted in part": 2,
    "A checked payment request waits to be paid": 1,
    "Paid:": 2,
    "Closing has started": 3,
    "Final figures wait": 1,
    "Closed:": 2,
}
"""How many addresses each message of the line goes to; two councils have an officer beside their mailbox.

Four people approve for the department, but one of them is lent by the body that bids and is not asked. News of the network
go to one official and one improvement body. Gateshead, which answered, has a mailbox and an officer.
The message about approvals is left out: it is worded by what is so when it leaves.
"""


def each_message_came_once(product: Product, reference: str) -> None:
    for words, count in EXPECTED.items():
        letters = product.wait_for_letters(reference, words, count)
        by_address = Counter(letter.to for letter in letters)
        assert len(letters) == count, f"{words}: {sorted(by_address)}"
        assert set(by_address.values()) == {1}, f"{words}: {by_address}"
    every = Counter(letter.id for letter in product.letters())
    assert [message for message, count in every.items() if count > 1] == []
