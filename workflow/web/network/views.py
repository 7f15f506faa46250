"""News, all bids, and overlaps, as three views of one page."""

from typing import Any

from flask import Blueprint, request, url_for
from werkzeug.wrappers import Response

from workflow.reports import network
from workflow.web.bids.words import AREAS, SUPPORT
from workflow.web.context import read_session, viewer
from workflow.web.pages import render

blueprint = Blueprint("network", __name__)

NEWS_WORDS = {
    "consulting": ("Councils are asked", "purple"),
    "approved": ("Approved", "green"),
    "rejected": ("Not approved", "red"),
    "ineligible": ("Not eligible", "red"),
}
"""What is news, by the state that a bid came to, with its colour."""

THEMES = {
    "peer_challenge": "peer challenge",
    "open_figures": "figures that residents and councils can compare",
    "leadership": "leaders who can lead change",
    "what_works": "using elsewhere what works somewhere",
    "help_early": "early help by peers for a council in difficulty",
    "communities": "communities and charities that run services",
    "redesign": "services redesigned with the people who use them",
}
"""What outcomes are about, by the name that the data has for it."""


@blueprint.get("/network")
def index() -> Response:
    """News for officials of all departments and for improvement bodies, the newest first."""
    before = request.args.get("before", type=int)
    found, more = network.news(read_session(), viewer(), before=before)
    next_href = url_for("network.index", before=found[-1].event_id) if more else ""
    return render(
        "pages/network/news.html", news=found, news_words=NEWS_WORDS, next_href=next_href, **_words()
    )


@blueprint.get("/network/bids")
def bids() -> Response:
    """Every bid that the network is told of, with its stage."""
    found, more = network.bids(read_session(), viewer(), after=request.args.get("after", type=int))
    next_href = url_for("network.bids", after=found[-1].id) if more else ""
    return render("pages/network/bids.html", bids=found, next_href=next_href, **_words())


@blueprint.get("/network/overlaps")
def overlaps() -> Response:
    """Bids of different departments with one aim, one kind of support and a place in common."""
    found = network.overlaps(read_session(), viewer())
    return render("pages/network/overlaps.html", overlaps=found, themes=THEMES, **_words())


def _words() -> dict[str, Any]:
    return {"support_words": SUPPORT, "area_words": AREAS}
