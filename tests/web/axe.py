"""Runs axe over a page in the browser: no violation outside a short list of what is known and not ours."""

import json
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

SOURCE = Path(__file__).resolve().parents[2] / "node_modules" / "axe-core" / "axe.min.js"
ALLOWED: frozenset[str] = frozenset()
"""Rules that a page may break. A conditional radio of the components would bring `aria-allowed-attr`."""


def violations(page: Page) -> list[str]:
    """Every violation on the page, as one line a rule and element.

    The policy of the pages lets no foreign script in, and `evaluate` is not held to it.
    """
    if not page.evaluate("'axe' in window"):
        page.evaluate(SOURCE.read_text(encoding="utf-8"))
    found: list[dict[str, Any]] = page.evaluate(
        "async () => (await axe.run({resultTypes: ['violations']})).violations"
    )
    return [
        f"{one['id']}: {node['html'][:200]} {json.dumps(node['failureSummary'])[:300]}"
        for one in found
        if one["id"] not in ALLOWED
        for node in one["nodes"]
    ]


def widest(page: Page) -> int:
    """By how many pixels the page is wider than its window."""
    return int(page.evaluate("document.documentElement.scrollWidth - window.innerWidth"))
