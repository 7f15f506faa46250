"""The text councils are asked about, as its page reads it."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from workflow.bids.content import read_snapshot
from workflow.bids.models import AreaKind, SpendRoute, SupportType
from workflow.web.bids.words import AREAS, ROUTES, SUPPORT
from workflow.web.filters import counted, short_date


def readable(snapshot: str) -> dict[str, Any]:
    """What a signed version says, with its dates and its closed lists in words."""
    said = read_snapshot(snapshot)
    for one in said.get("deliverables", ()):
        one["due_on"] = short_date(date.fromisoformat(one["due_on"]))
    support, route = said.get("main_support"), said.get("spend_route")
    said["support_words"] = SUPPORT[SupportType(support)][0] if support else ""
    said["route_words"] = ROUTES[SpendRoute(route)][0] if route else ""
    said["area_words"] = _area(said.get("area") or {})
    return said


def _area(area: Mapping[str, Any]) -> str:
    if not area.get("kind"):
        return ""
    kind = AreaKind(area["kind"])
    match kind:
        case AreaKind.NATIONAL:
            return AREAS[kind]
        case AreaKind.REGION:
            return str(area.get("region") or AREAS[kind])
        case AreaKind.AUTHORITIES:
            return counted(len(area.get("codes") or ()), "council")
