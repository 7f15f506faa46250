"""The sections of a bid: their words, their order, and when each is whole. Pure, over what was read."""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from workflow.bids.content import Content
from workflow.bids.models import AreaKind, Section, SpendRoute


class SectionWords(NamedTuple):
    """What a section is called, and under which heading of the task list it stands."""

    label: str
    group: str


SECTIONS: Mapping[Section, SectionWords] = {
    Section.SUMMARY: SectionWords("Title and summary", "The proposal"),
    Section.OUTCOMES: SectionWords("Outcomes and kind of support", "The proposal"),
    Section.EXCLUSION: SectionWords("Is this for one service’s day-to-day needs?", "The proposal"),
    Section.DELIVERABLES: SectionWords("What it will deliver", "The proposal"),
    Section.INDICATORS: SectionWords("How you will see that it worked", "The proposal"),
    Section.RISKS: SectionWords("Risks", "The proposal"),
    Section.PARTNERS: SectionWords("Partners", "Who and where"),
    Section.AREA: SectionWords("Area and councils", "Who and where"),
    Section.ROUTE: SectionWords("Who leads the work", "Who and where"),
    Section.BUDGET: SectionWords("Budget by year", "Money"),
    Section.FACTS: SectionWords("Sales and new costs", "Money"),
}
"""The sections in the order of the task list."""


def _summary(content: Content) -> bool:
    return bool(content.bid.title and content.bid.summary and content.bid.need)


def _outcomes(content: Content) -> bool:
    known = {outcome.code for outcome in content.outcomes}
    chosen = set(content.bid.outcome_codes)
    return content.bid.main_support is not None and bool(chosen) and chosen <= known


def _exclusion(content: Content) -> bool:
    return content.bid.operational_need is not None and bool(content.bid.operational_reason)


def _route(content: Content) -> bool:
    bid = content.bid
    if bid.spend_route is SpendRoute.CENTRAL_TRANSITIONAL:
        return bool(bid.transition_reason and bid.transition_ends_on and bid.exit_plan)
    return bid.spend_route is not None


def _area(content: Content) -> bool:
    match content.bid.area_kind:
        case AreaKind.REGION:
            return bool(content.bid.area_region)
        case AreaKind.AUTHORITIES:
            return bool(content.bid.area_codes)
        case AreaKind.NATIONAL:
            return True
        case None:
            return False


def _budget(content: Content) -> bool:
    years = range(content.round.first_year, content.round.last_year + 1)
    return bool(content.amounts) and all(amount.year in years for amount in content.amounts)


def _facts(content: Content) -> bool:
    bid = content.bid
    return bid.sells is not None and (
        bid.new_cost_for_councils is False or bool(bid.new_cost_for_councils and bid.new_cost_reason)
    )


_IS_WHOLE: Mapping[Section, Callable[[Content], bool]] = {
    Section.SUMMARY: _summary,
    Section.OUTCOMES: _outcomes,
    Section.EXCLUSION: _exclusion,
    Section.DELIVERABLES: lambda content: bool(content.deliverables),
    Section.INDICATORS: lambda content: bool(content.indicators),
    Section.RISKS: lambda content: bool(content.risks),
    # A bid without partners is whole once somebody has said so by saving the section.
    Section.PARTNERS: lambda _content: True,
    Section.AREA: _area,
    Section.ROUTE: _route,
    Section.BUDGET: _budget,
    Section.FACTS: _facts,
}


def is_whole(content: Content, section: Section) -> bool:
    """Whether a section was saved and says all that it must."""
    return section.value in content.sections and _IS_WHOLE[section](content)


def unfinished(content: Content) -> tuple[Section, ...]:
    """The sections that are not whole, in the order of the task list."""
    return tuple(section for section in SECTIONS if not is_whole(content, section))
