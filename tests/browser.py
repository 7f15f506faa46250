"""`python -m tests.browser`: prints the path of a browser for the tests, getting one where it can, or nothing.

The system's browser comes first, then Playwright's own, then Playwright's download, then Debian's package for root.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from playwright.sync_api import sync_playwright

NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")


def present() -> str | None:
    """A browser that is there already; `TEST_BROWSER` names one."""
    return os.environ.get("TEST_BROWSER") or _of_the_system() or _of_playwright()


def obtained() -> str | None:
    """A browser, downloaded or installed when none is there."""
    found = present()
    if not found and _went_well([sys.executable, "-m", "playwright", "install", "--only-shell", "chromium"]):
        found = _of_playwright()
    if not found and os.geteuid() == 0 and shutil.which("apt-get"):
        _went_well(["apt-get", "update"])
        _went_well(["apt-get", "install", "--yes", "--no-install-recommends", "chromium-headless-shell"])
        found = _of_the_system()
    return found


def _of_the_system() -> str | None:
    return next((found for found in map(shutil.which, NAMES) if found), None)


def _of_playwright() -> str | None:
    # A download that lacks a library of the system does not start, so each is asked for its version.
    with sync_playwright() as playwright:
        whole = Path(playwright.chromium.executable_path)
    shells = sorted(whole.parents[2].glob("chromium_headless_shell-*/*/*headless*shell"))
    return next((str(path) for path in [*shells, whole] if path.is_file() and _starts(path)), None)


def _starts(path: Path) -> bool:
    return _went_well([str(path), "--version"])


def _went_well(command: Sequence[str]) -> bool:
    # What these commands say would be taken for the answer, so it goes where complaints go.
    try:
        return subprocess.run(command, check=False, stdout=sys.stderr, timeout=900).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


if __name__ == "__main__":
    sys.stdout.write(obtained() or "")
