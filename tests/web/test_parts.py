"""The parts of a page and the frame around them: strictly valid, and without a barrier that a program can find."""

import threading
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from flask import Blueprint, Flask, redirect, url_for
from jinja2 import ChoiceLoader, FileSystemLoader
from playwright.sync_api import Browser, Page
from werkzeug.serving import make_server
from werkzeug.wrappers import Response

from tests.web import axe
from tests.web.conftest import NOWHERE, StrictClient, settings_for
from tests.web.strict import text_of
from workflow.app import create_app
from workflow.errors import Problem, Stale
from workflow.web import access, errors
from workflow.web.forms import (
    ActionForm,
    CheckboxesField,
    DateField,
    LongTextField,
    MoneyField,
    Option,
    PasswordField,
    RadiosField,
    SelectField,
    TextField,
    UploadField,
)
from workflow.web.pages import Link, render

OPTIONS = [
    Option("a", "Councils together", "Sector bodies lead"),
    Option("b", "Temporary government support"),
]
PAGES = (
    "/sign-in",
    "/help",
    "/cookies",
    "/privacy",
    "/accessibility",
    "/contact",
    "/parts",
    "/fields",
    "/not",
    "/stale",
    "/nothing",
)


class Fields(ActionForm):
    title = TextField("Title", required="Enter a title", longest=120, hint="Up to 120 characters")
    summary = LongTextField("Summary", required="Enter a summary", longest=2000)
    amount = MoneyField("Amount", required="Enter an amount", least=100)
    ends = DateField("End date", required="Enter the end date", hint="For example, 31 3 2014")
    route = RadiosField("Who leads the work?", options=OPTIONS, required="Choose who leads")
    kinds = CheckboxesField("Kinds of support", options=OPTIONS, required="Choose at least one")
    council = SelectField("Council", options=OPTIONS, required="Choose a council")
    file = UploadField("File", required="Choose a file")
    pw = PasswordField("Password")


gallery = Blueprint("gallery", __name__)


@gallery.get("/parts")
def parts() -> Response:
    return render("gallery/parts.html", now_day=date(2011, 3, 24))


@gallery.route("/fields", methods=["GET", "POST"])
def fields() -> Response:
    form = Fields(rev=3)
    if form.validate_on_submit():
        return redirect(url_for("gallery.parts"), 303)
    return render("gallery/fields.html", form=form)


@gallery.get("/not")
def blocked() -> Response:
    reasons = [
        Problem("a", "The bid changed after it was assessed", "Assess version 3.", "T.A., assessor."),
        Problem("b", "You have an interest on record", "", "D.H., person responsible."),
    ]
    return errors.blocked(
        reasons, heading="You cannot approve this bid yet", back=Link("Back to the bid", "/parts")
    )


@gallery.get("/stale")
def stale() -> Response:
    raise Stale(by="K.P., case officer", when=datetime(2011, 3, 29, 8, 40, tzinfo=UTC), what="Title saved")


class Showing(NamedTuple):
    """The gallery as an application, and where a browser finds it."""

    app: Flask
    address: str


@pytest.fixture(scope="module")
def showing() -> Iterator[Showing]:
    with pytest.MonkeyPatch.context() as patch:
        for endpoint in ("parts", "fields", "blocked", "stale"):
            patch.setitem(access.ACCESS, f"gallery.{endpoint}", access.ANYONE)
        app = create_app(settings_for(NOWHERE, "redis://127.0.0.1:1/0"), testing=True)
        app.test_client_class = StrictClient
        here = FileSystemLoader(Path(__file__).parent)
        app.jinja_loader = ChoiceLoader([app.jinja_loader, here])  # type: ignore[list-item]
        app.extensions["demo_band"] = lambda: {
            "now": datetime(2011, 3, 29, 8, 40, tzinfo=UTC),
            "links": [{"text": "Move the clock", "href": "/demo/clock"}],
            "note": "Demonstration data: the bodies and councils are real; the bids are invented.",
        }
        app.register_blueprint(gallery)
        server = make_server("127.0.0.1", 0, app, threaded=True)
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield Showing(app, f"http://127.0.0.1:{server.server_port}")
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.mark.parametrize("path", PAGES)
def test_a_page_of_the_kit_is_strictly_valid(showing: Showing, path: str) -> None:
    assert showing.app.test_client().get(path).status_code in {200, 404, 409}


def test_the_demonstration_says_that_it_is_one_and_what_time_it_is(showing: Showing) -> None:
    words = text_of(showing.app.test_client().get("/parts").text)
    assert words.startswith("Skip to main content Demonstration Tuesday 29 March 2011, 9:40am Move the clock")
    assert "the bids are invented" in words


def test_whatever_is_given_to_a_part_is_escaped(showing: Showing) -> None:
    evil = "<script>alert(1)</script>\"'&"
    with showing.app.test_request_context("/"):
        ui: Any = showing.app.jinja_env.get_template("components/ui.html").module
        bars: Any = showing.app.jinja_env.get_template("components/bars.html").module
        drawn = [
            ui.heading(evil, caption=evil),
            ui.tag(evil),
            ui.label(evil),
            ui.back(evil, evil),
            ui.link_button(evil, evil),
            ui.explain([(evil, evil, evil)]),
            ui.subnav([(evil, evil, True)], evil),
            ui.chips([(evil, evil, False, evil)], evil),
            ui.facts([(evil, evil, evil)]),
            ui.counts([(evil, evil, evil, True)]),
            ui.stages([(evil, "now", [evil])]),
            ui.timeline([(evil, evil, evil)]),
            ui.table(evil, [(evil, ""), (evil, "number")], [[evil, evil]], [evil, evil]),
            ui.named(evil, evil, evil, [evil]),
            ui.over(evil, evil),
            ui.reasons([Problem("x", evil, evil, evil)]),
            ui.section(evil, [(evil, evil)]),
            ui.empty(evil),
            ui.summary([(evil, evil, evil, evil)]),
            ui.tasks("t", [(evil, evil, evil, evil, "red")]),
            ui.success(evil),
            ui.pagination(evil, evil),
            bars.bars(evil, [(evil, evil, [("paid", 1)])], 2),
        ]
    for markup in drawn:
        assert "<script" not in str(markup), markup


@pytest.fixture(params=[1280, 320])
def page(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": request.param, "height": 900})
    yield context.new_page()
    context.close()


@pytest.mark.browser
def test_no_page_of_the_kit_has_a_barrier_an_error_or_a_sideways_scroll(showing: Showing, page: Page) -> None:
    told: list[str] = []
    page.on("pageerror", lambda error: told.append(str(error)))
    # The browser itself notes every answer from 400 on, which is what these pages are.
    page.on("console", lambda line: told.append(line.text) if "status of 4" not in line.text else None)
    for path in PAGES:
        page.goto(showing.address + path)
        assert axe.violations(page) == [], path
        assert axe.widest(page) <= 0, path
    assert told == []


@pytest.mark.parametrize("page", [1280], indirect=True)
@pytest.mark.browser
def test_a_table_in_text_twice_as_large_scrolls_in_a_box_of_its_own_that_the_keyboard_reaches(
    showing: Showing, page: Page
) -> None:
    page.goto(f"{showing.address}/parts")
    # The longest word of a table decides how wide it is; a long one stands for many columns.
    page.evaluate(
        "document.querySelector('.app-wide td div').innerHTML = `<nobr>${'Wide '.repeat(80)}</nobr>`"
    )
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    page.locator(".app-wide[tabindex='0'][role='region'][aria-label]").first.wait_for()
    assert axe.widest(page) <= 0
    assert axe.violations(page) == []
    page.evaluate("document.querySelector('.app-wide td div').textContent = 'Narrow'")
    page.evaluate("document.documentElement.style.fontSize = ''")
    page.wait_for_function("!document.querySelector('.app-wide').hasAttribute('tabindex')")


@pytest.mark.browser
def test_an_error_summary_takes_the_focus_and_each_link_leads_to_its_box(
    showing: Showing, page: Page
) -> None:
    page.goto(f"{showing.address}/fields")
    page.get_by_role("button", name="Save and continue").click()
    page.locator(".govuk-error-summary").wait_for()
    assert page.title().startswith("Error: ")
    assert page.evaluate("document.activeElement.className") == "govuk-error-summary"
    assert axe.violations(page) == []
    for link in page.locator(".govuk-error-summary a").all():
        target = (link.get_attribute("href") or "#")[1:]
        link.click()
        assert page.evaluate("document.activeElement.id") == target


@pytest.mark.browser
def test_the_fields_can_be_filled_in_by_keyboard_and_without_scripts(
    showing: Showing, browser: Browser
) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{showing.address}/fields")
    page.focus("#title")
    keys = [
        "Peer challenge",
        "Tab",
        "A summary",
        "Tab",
        "1,000",
        "Tab",
        "31",
        "Tab",
        "3",
        "Tab",
        "2014",
        "Tab",
        "Space",
        "Tab",
        "Space",
    ]
    for key in keys:
        if key in {"Tab", "Space"}:
            page.keyboard.press(key)
        else:
            page.keyboard.type(key)
    page.locator("#council").select_option("a")
    page.locator("#file").set_input_files({"name": "plan.txt", "mimeType": "text/plain", "buffer": b"x"})
    page.get_by_role("button", name="Save and continue").click()
    page.wait_for_url("**/parts")
    context.close()
