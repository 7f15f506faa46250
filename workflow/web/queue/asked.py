"""What a reader asked of the queue, read from the address and written into links: filters, order, view."""

from collections.abc import Mapping
from datetime import date
from typing import NamedTuple
from urllib.parse import urlencode

from flask import request, url_for

from workflow.accounts.queries import Viewer
from workflow.bids.live import LATE, SOON, TEMPORARY, QueueFilter, Sort
from workflow.bids.told import first_alike
from workflow.cases.registry import registry
from workflow.web.roles import is_staff

SOON_DAYS = 5
LONGEST = 100
DUE_WORDS: Mapping[str, str] = {LATE: "Late", SOON: f"In the next {SOON_DAYS} working days"}
ROUTE_WORDS: Mapping[str, str] = {TEMPORARY: "Temporary government support"}
SORT_WORDS: Mapping[Sort, str] = {
    Sort.DUE: "Due first",
    Sort.CHANGED: "Changed last",
    Sort.NEWEST: "Newest first",
}

MINE, BLOCKED = "mine", "blocked"
"""The views that are worked out from what may be done, not from what is stored."""

VIEW_WORDS: Mapping[str, str] = {MINE: "Waiting for you", BLOCKED: "Blocked"}


class Asked(NamedTuple):
    """The filter that the queries read, and the view: MINE, BLOCKED, all for an empty one; any other shows nothing."""

    filter: QueueFilter
    view: str

    @property
    def is_filtered(self) -> bool:
        """Whether anything but the order was asked for."""
        one = self.filter
        return bool(one.text or one.states or one.funds or one.due or one.route or self.view)


def asked_of_request(today: date, soon: date) -> Asked:
    """What the address asks for; an order that means nothing is the usual one."""

    def given(name: str) -> tuple[str, ...]:
        # No fund or state holds what the database cannot even be asked for.
        values = (value.replace("\x00", "") for value in request.args.getlist(name)[:20])
        return tuple(dict.fromkeys(filter(None, values)))

    sort = request.args.get("sort", "")
    return Asked(
        QueueFilter(
            today=today,
            soon=soon,
            text=request.args.get("text", "").strip()[:LONGEST].replace("\x00", ""),
            states=given("state"),
            funds=given("fund"),
            due=request.args.get("due", ""),
            route=request.args.get("route", ""),
            sort=Sort(sort) if sort in set(Sort) else Sort.DUE,
        ),
        request.args.get("view", ""),
    )


def pairs_of(asked: Asked) -> list[tuple[str, str]]:
    """What was asked for as names and values of an address, the order last."""
    one = asked.filter
    pairs = [("text", one.text), *(("state", state) for state in one.states)]
    pairs += [*(("fund", fund) for fund in one.funds), ("due", one.due), ("route", one.route)]
    pairs += [("view", asked.view), ("sort", "" if one.sort is Sort.DUE else one.sort.value)]
    return [(name, value) for name, value in pairs if value]


def address(pairs: list[tuple[str, str]], endpoint: str = "queue.queue") -> str:
    """The address of the queue that asks for some pairs."""
    return f"{url_for(endpoint)}?{urlencode(pairs)}" if pairs else url_for(endpoint)


def href(asked: Asked, *, after: str | None = None, without: tuple[str, str] | None = None) -> str:
    """The address of what was asked for, at a place in it, or without one of the filters."""
    pairs = [pair for pair in pairs_of(asked) if pair != without]
    return address(pairs + ([("after", after)] if after else []))


def chips(reader: Viewer, asked: Asked, funds: list[tuple[str, str]]) -> list[tuple[str, str, bool, str]]:
    """A chip for each thing that was asked for; pressing one takes it away."""
    words: Mapping[str, Mapping[str, str]] = {
        "state": dict(state_choices(reader)),
        "fund": dict(funds),
        "due": DUE_WORDS,
        "route": ROUTE_WORDS,
        "view": VIEW_WORDS,
    }
    return [
        (
            words.get(name, {}).get(value, value),
            href(asked, without=(name, value)),
            False,
            "Remove the filter",
        )
        for name, value in pairs_of(asked)
        if name != "sort"
    ]


def sorts(asked: Asked) -> list[tuple[str, str, bool]]:
    """The orders as links, and which is the current one."""
    plain = [pair for pair in pairs_of(asked) if pair[0] != "sort"]
    return [
        (
            words,
            address(plain + ([] if sort is Sort.DUE else [("sort", sort.value)])),
            sort is asked.filter.sort,
        )
        for sort, words in SORT_WORDS.items()
    ]


def state_choices(reader: Viewer) -> list[tuple[str, str]]:
    """The live states of the current definition, as (name, the reader's words), in its order; staff never see a draft.

    Others choose by the words that they read: of states that read alike the first stands for all.
    """
    found = registry()
    workflow = found.definitions["bid", found.current["bid"]]
    live = [state for state in workflow.states if not state.final]
    if is_staff(reader):
        return [(state.name, state.label) for state in live if not state.initial]
    return [(state.name, state.outside_label) for state in live if first_alike(state.name) == state.name]
