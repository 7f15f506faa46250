"""The built style sheet and script: found, for ever, small, and of the version that the macros were made for."""

import gzip
import json
import re
from importlib.metadata import version
from pathlib import Path

import pytest
from flask import Flask

from workflow.errors import SettingsError
from workflow.web import statics

ROOT = Path(__file__).resolve().parents[2]


def test_the_macros_and_the_style_sheet_are_of_one_version() -> None:
    package = json.loads((ROOT / "package.json").read_text())["dependencies"]["govuk-frontend"]
    lock = json.loads((ROOT / "package-lock.json").read_text())["packages"]["node_modules/govuk-frontend"]
    assert package == lock["version"] == statics.find_assets().frontend_version == "6.3.0"
    assert version("govuk-frontend-jinja") == "4.1.0"  # The release of the macros that tracks 6.3.0.


def test_the_lock_file_holds_integrity_and_no_address() -> None:
    packages = json.loads((ROOT / "package-lock.json").read_text())["packages"]
    assert all("resolved" not in one for one in packages.values())
    assert all("integrity" in one for name, one in packages.items() if name)


def test_without_its_assets_the_application_does_not_start_and_says_so_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as told:
        statics.find_assets(tmp_path)
    assert "\n" not in str(told.value)
    assert "npm run build" in str(told.value)
    (tmp_path / "manifest.json").write_text('{"folder": "0123456789abcdef", "govuk-frontend": "6.3.0"}')
    with pytest.raises(SettingsError):
        statics.find_assets(tmp_path)


def test_a_first_view_is_small_and_few(lonely_app: Flask) -> None:
    client = lonely_app.test_client()
    page = client.get("/help", headers={"Accept-Encoding": "gzip"})
    assert page.headers["Content-Encoding"] == "gzip"
    text = gzip.decompress(page.data).decode()
    links = re.findall(r'(?:href|src)="(/static/[^"]+)"', text)
    assert len(links) + 1 <= 6
    sizes = [len(page.data)]
    for link in links:
        answer = client.get(link, buffered=True, headers={"Accept-Encoding": "gzip"})
        assert answer.headers["Content-Encoding"] == "gzip"
        sizes.append(int(answer.headers["Content-Length"]))
    assert sum(sizes) <= 60 * 1024


def test_assets_may_be_kept_for_ever_and_pages_not_at_all(lonely_app: Flask) -> None:
    client = lonely_app.test_client()
    style = client.get(lonely_app.extensions["assets"].url("app.css"))
    assert style.headers["Cache-Control"] == "max-age=315360000, public, immutable"
    assert style.headers["X-Content-Type-Options"] == "nosniff"
    assert client.get("/help").headers["Cache-Control"] == "no-store"


def test_only_what_lies_in_a_hashed_folder_is_kept_for_ever() -> None:
    assert statics.is_for_ever("", "/static/0123456789abcdef/app.css")
    assert not statics.is_for_ever("", "/static/manifest.json")


def test_the_style_sheet_has_no_crest_and_no_licensed_letters() -> None:
    assets = statics.find_assets()
    style = (assets.built / assets.folder / "app.css").read_text()
    assert "GDS Transport" not in style
    assert "url(" not in style


def test_a_page_is_compressed_only_for_who_asks_and_caches_are_told(lonely_app: Flask) -> None:
    client = lonely_app.test_client()
    plain = client.get("/help")
    assert "Content-Encoding" not in plain.headers
    assert "Accept-Encoding" in plain.headers["Vary"]
    packed = client.get("/help", headers={"Accept-Encoding": "gzip"})
    assert len(packed.data) == int(packed.headers["Content-Length"]) < len(plain.data)
    assert "Content-Encoding" not in client.get("/healthz", headers={"Accept-Encoding": "gzip"}).headers


def test_every_class_of_a_page_is_in_the_style_sheet() -> None:
    # A component whose line is missing in app.scss, or a part that nobody styled, would be drawn bare.
    assets = statics.find_assets()
    style = (assets.built / assets.folder / "app.css").read_text()
    known = set(re.findall(r"\.((?:app|govuk)-(?:\\!|[\w-])+)", style))
    known |= {name.partition("__")[0] for name in known}  # A block whose parts alone have a style.
    known |= {
        f"govuk-table__{part}" for part in ("head", "body", "row")
    }  # Names that the components give to nothing.
    unknown = set()
    for folder in ("layout", "components", "pages"):
        for path in (ROOT / "templates" / folder).rglob("*.html"):
            source = re.sub(r"\{[{%#].*?[}%#]\}", " ", path.read_text(encoding="utf-8"), flags=re.DOTALL)
            for words in re.findall(r'class="([^"]*)"', source):
                names = [word for word in words.split() if re.fullmatch(r"(app|govuk)-[\w!-]*[\w]", word)]
                unknown |= {(name, path.name) for name in names if name.replace("!", "\\!") not in known}
    assert unknown == set()
