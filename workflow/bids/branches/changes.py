"""What changed between two versions of a bid, by section, and whether councils have to be asked again. Pure.

Source: domain, section 4, versions: a change is minor unless it raises any year's amount, changes the outcomes, the area or the
lead, or adds cost to councils; then it is material.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from workflow.bids.branches.versions import Said
from workflow.bids.models import Change, Section
from workflow.money import format_pounds, year_label

HOLDS: Mapping[Section, tuple[str, ...]] = {
    Section.SUMMARY: ("title", "summary", "need"),
    Section.OUTCOMES: ("outcomes", "main_support", "other_support"),
    Section.EXCLUSION: ("operational_need", "operational_reason"),
    Section.DELIVERABLES: ("deliverables",),
    Section.INDICATORS: ("indicators",),
    Section.RISKS: ("risks",),
    Section.PARTNERS: ("partners",),
    Section.AREA: ("area",),
    Section.ROUTE: ("spend_route", "transition_reason", "transition_ends_on", "exit_plan"),
    Section.BUDGET: ("amounts", "match_pence", "match_source"),
    Section.FACTS: ("sells", "new_cost_for_councils", "new_cost_reason"),
}
"""Which words of a snapshot each section holds, in the order of the task list."""


@dataclass(frozen=True, slots=True)
class Changed:
    """What changed: the sections in the order of the task list, the kind, and why it is material, in sentences."""

    sections: tuple[Section, ...]
    kind: Change
    why: tuple[str, ...]


def changed_between(before: Said, after: Said) -> Changed | None:
    """What the later of two versions changed, None when they say the same. Both are read by `said_by`."""
    sections = tuple(
        section for section, names in HOLDS.items() if _part(before, names) != _part(after, names)
    )
    why = tuple(_why_material(before, after))
    if not sections and not why:
        return None
    return Changed(sections, Change.MATERIAL if why else Change.MINOR, why)


def _part(said: Said, names: Iterable[str]) -> list[object]:
    return [said.get(name) for name in names]


def _why_material(before: Said, after: Said) -> Iterable[str]:
    was, now = _by_year(before), _by_year(after)
    for year, pence in sorted(now.items()):
        if pence > was.get(year, 0):
            yield (
                f"More is asked for in {year_label(year)}: {format_pounds(pence)} instead of "
                f"{format_pounds(was.get(year, 0))}."
            )
    if sorted(before["outcomes"]) != sorted(after["outcomes"]):
        yield "The outcomes changed."
    if _area(before) != _area(after):
        yield "The area changed."
    if before["lead"] != after["lead"]:
        yield "Another body leads."
    costs = (after["new_cost_for_councils"], after["new_cost_reason"])
    if after["new_cost_for_councils"] and costs != (
        before["new_cost_for_councils"],
        before["new_cost_reason"],
    ):
        yield "It costs councils something that it did not cost before."


def _by_year(said: Said) -> dict[int, int]:
    found: dict[int, int] = {}
    for year, _, pence in said["amounts"]:
        found[year] = found.get(year, 0) + pence
    return found


def _area(said: Said) -> tuple[object, object, list[str]]:
    area = said["area"]
    return area["kind"], area["region"], sorted(area["codes"])
