"""The decision page on paper and on a narrow screen, in a browser."""

import re

from flask import Flask
from playwright.sync_api import Browser, PdfMargins

from tests.live import served, sign_in
from tests.world import APPROVAL, World, to_deciding

MARGIN: PdfMargins = {"top": "10mm", "bottom": "10mm", "left": "12mm", "right": "12mm"}


def test_what_decides_a_bid_prints_on_one_sheet_and_fits_the_narrowest_screen(
    app: Flask, world: World, browser: Browser
) -> None:
    bid_id = to_deciding(world)
    world.act("approver1", bid_id, "approve", APPROVAL)
    path = f"/bids/{world.case(bid_id).reference}/decision"
    context = browser.new_context(viewport={"width": 320, "height": 700})
    with served(app) as address:
        sign_in(app, context, address, "approver2@dclg.example")
        page = context.new_page()
        page.goto(address + path)
        assert page.evaluate("document.documentElement.scrollWidth") == 320
        page.set_viewport_size({"width": 1280, "height": 900})
        paper = page.pdf(format="A4", margin=MARGIN)
        context.close()
    assert re.findall(rb"/Count (\d+)", paper) == [b"1"]
