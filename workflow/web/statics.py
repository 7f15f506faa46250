"""The built style sheet, script and icon: where they are, and how they are served.

They lie in one folder named by the hash of what is in it, so a browser may keep them for ever.
"""

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import Flask
from whitenoise import WhiteNoise

from workflow.errors import SettingsError

ROOT = Path(__file__).resolve().parents[2]
BUILT = ROOT / "build" / "assets"
PREFIX = "/static/"
FILES = ("app.css", "app.js", "icon.svg")
_HASHED = re.compile(r"^/static/[0-9a-f]{16}/[a-z.]+$")


@dataclass(frozen=True, slots=True)
class Assets:
    """One build: its folder's name, and the version of the components it was made from."""

    built: Path
    folder: str
    frontend_version: str

    def url(self, name: str) -> str:
        """The address of one file."""
        return f"{PREFIX}{self.folder}/{name}"

    def are_present(self) -> bool:
        """Whether every file is still there."""
        return all((self.built / self.folder / name).is_file() for name in FILES)


def find_assets(built: Path = BUILT) -> Assets:
    """The newest build.

    Raises:
        SettingsError: when there is none; the text says how to make one.
    """
    try:
        manifest = json.loads((built / "manifest.json").read_text(encoding="utf-8"))
        assets = Assets(built, manifest["folder"], manifest["govuk-frontend"])
    except (OSError, ValueError, KeyError) as wrong:
        raise SettingsError(_missing(built)) from wrong
    if not assets.are_present():
        raise SettingsError(_missing(built))
    return assets


def _missing(built: Path) -> str:
    return f"The style sheet and script of the pages are not in {built}. Run `npm ci && npm run build`, or `make run`."


def is_for_ever(_path: str, url: str) -> bool:
    """Whether a file never changes under its address: all that lie in a hashed folder do not."""
    return _HASHED.match(url) is not None


def serve(app: Flask, assets: Assets) -> None:
    """Serve the build, compressed as it was at build time, before a request reaches the application."""
    wrapped: Any = WhiteNoise(
        app.wsgi_app,
        root=str(assets.built),
        prefix=PREFIX,
        immutable_file_test=is_for_ever,
        add_headers_function=_protect,
        allow_all_origins=False,
    )
    app.wsgi_app = wrapped  # type: ignore[method-assign]
    app.extensions["assets"] = assets


def _protect(headers: Any, _path: str, _url: str) -> None:
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Cross-Origin-Resource-Policy"] = "same-origin"
