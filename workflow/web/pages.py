"""Drawing a page: what every template is given besides what its view gives it."""

from collections.abc import Callable
from typing import Any, NamedTuple

from flask import Flask, current_app, g, make_response, render_template, request
from werkzeug.wrappers import Response

from workflow.accounts.queries import IDLE, Viewer
from workflow.accounts.roles import Thing
from workflow.web.context import current_viewer, settings
from workflow.web.headers import nonce
from workflow.web.roles import is_staff, line_of

STAFF, PUBLIC = "layout/staff.html", "layout/public.html"


class Link(NamedTuple):
    """A link: its words and its address."""

    text: str
    href: str


class NavigationItem(NamedTuple):
    """One entry of the navigation: its words, its address, and for whom it is there."""

    text: str
    path: str
    is_for: Callable[[Viewer | None], bool]


def _anyone(_viewer: Viewer | None) -> bool:
    return True


def _signed_in(viewer: Viewer | None) -> bool:
    return viewer is not None


def _staff(viewer: Viewer | None) -> bool:
    return viewer is not None and is_staff(viewer)


def _sees_bids(viewer: Viewer | None) -> bool:
    return viewer is not None and any(viewer.opens(one) for one in (Thing.SENT_BID, Thing.PART_IN_BID))


def _opens(thing: Thing) -> Callable[[Viewer | None], bool]:
    return lambda viewer: viewer is not None and viewer.opens(thing)


# An entry shows only where its address exists, so a room that is not built yet is not promised.
NAVIGATION = (
    NavigationItem("Your work", "/", _signed_in),
    NavigationItem("Queue", "/queue", lambda viewer: _staff(viewer) and _sees_bids(viewer)),
    NavigationItem("Bids", "/bids", _sees_bids),
    NavigationItem("Funding rounds", "/rounds", lambda viewer: not _staff(viewer)),
    NavigationItem("Consultations", "/consultations", _anyone),
    NavigationItem("Funds", "/funds", _opens(Thing.FUND_ENTRIES)),
    NavigationItem("Reports", "/reports", _staff),
    NavigationItem("Network", "/network", _opens(Thing.NETWORK)),
    NavigationItem("People", "/admin", _opens(Thing.PEOPLE)),
    NavigationItem("Who may decide", "/authority", _opens(Thing.AUTHORITY)),
    NavigationItem("Ahead", "/foresee", lambda viewer: _staff(viewer) and _opens(Thing.SENT_BID)(viewer)),
    NavigationItem("Readiness", "/readiness", _opens(Thing.READINESS)),
    NavigationItem("Open register", "/open", lambda viewer: not _staff(viewer)),
    NavigationItem("Messages", "/notices", _signed_in),
)
FOOTER = (
    Link("Help", "/help"),
    Link("Accessibility statement", "/accessibility"),
    Link("Cookies", "/cookies"),
    Link("Privacy", "/privacy"),
    Link("Contact", "/contact"),
)


def render(template: str, *, status: int = 200, **context: Any) -> Response:
    """A page as an answer. `form`, where given, adds its errors to the page's title."""
    return make_response(render_template(template, **context), status)


def layout_for(viewer: Viewer | None) -> str:
    """The layout of a page that staff and others both read: the dense one for staff."""
    return STAFF if _staff(viewer) else PUBLIC


def navigation(viewer: Viewer | None) -> list[dict[str, Any]]:
    """The entries of the navigation for one reader: that of this very page is current, that of a page above it active."""
    return [
        {
            "text": item.text,
            "href": item.path,
            "active": _is_under(item.path),
            "current": request.path == item.path,
        }
        for item in NAVIGATION
        if item.is_for(viewer) and exists(item.path)
    ]


def _is_under(path: str) -> bool:
    return request.path == path or (path != "/" and request.path.startswith(f"{path}/"))


def exists(path: str) -> bool:
    """Whether some room answers an address, so that no page links to what is not built."""
    return bool(current_app.url_map.bind("localhost").test(path, "GET"))


def _of_reader() -> dict[str, Any]:
    """What depends on who reads; without the database nobody is known and the demonstration has no clock."""
    if g.get("is_offline"):
        return {"viewer": None, "layout": PUBLIC, "navigation": [], "demo_band": None, "hide_sign_in": True}
    viewer = current_viewer()
    band = current_app.extensions.get("demo_band")
    return {
        "viewer": viewer,
        "viewer_line": line_of(viewer) if viewer else "",
        "idle_seconds": int(IDLE.total_seconds()),
        "layout": layout_for(viewer),
        "navigation": navigation(viewer),
        "demo_band": band() if band else None,
    }


def register(app: Flask) -> None:
    """Give every template what the layout needs."""

    @app.context_processor
    def frame() -> dict[str, Any]:
        # A template that is included twice in one request is given the same reader.
        if "frame" not in g:
            g.frame = _of_reader()
        return {
            **g.frame,
            "asset": app.extensions["assets"].url,
            "cspNonce": nonce(),
            "footer_links": FOOTER,
            "service_name": settings().service_name,
            "settings": settings(),
        }
