"""Fills in the sections of a bid from its story, one by one, as a bid writer does."""

from collections.abc import Callable
from datetime import date
from functools import partial
from typing import Any
from uuid import uuid4

from workflow.bids import commands, values
from workflow.bids.models import CostHead, Section, SpendRoute
from workflow.db import Work
from workflow.demo.story import Stage, Story
from workflow.money import Pence

Do = Callable[[Callable[[Work], Any]], Any]


def fill_in(do: Do, bid_id: int, story: Story) -> None:
    """Save every section; a story that is written in part leaves its budget open."""
    for section, said in _sections(story).items():
        if section is Section.BUDGET and story.stage is Stage.WRITTEN_IN_PART:
            continue
        do(partial(_save, bid_id=bid_id, section=section, said=said))
    for section, line in _lines(story):
        do(partial(_add, bid_id=bid_id, section=section, line=line))


def _sections(story: Story) -> dict[Section, values.Values]:
    budget = tuple(
        line
        for year, pence in story.amounts.items()
        for line in (
            values.BudgetLine(year, CostHead.DELIVERY, Pence(pence * 4 // 5)),
            values.BudgetLine(year, CostHead.STAFF, Pence(pence - pence * 4 // 5)),
        )
    )
    found: dict[Section, values.Values] = {
        Section.SUMMARY: values.Summary(story.title, story.summary, story.need),
        Section.OUTCOMES: values.Outcomes(story.outcomes, story.support, ()),
        Section.EXCLUSION: values.Exclusion(
            False, "It serves councils as a whole, not one service’s day-to-day needs."
        ),
        Section.ROUTE: _route(story),
        Section.AREA: values.Area(story.area, story.region, story.councils),
        Section.BUDGET: values.Budget(budget, Pence(0), None),
        Section.FACTS: values.Facts(False, False, None),
    }
    if not story.partners:
        found[Section.PARTNERS] = None
    return found


def _route(story: Story) -> values.Route:
    if story.ends_on is None:
        return values.Route(SpendRoute.SECTOR_LED, None, None, None)
    return values.Route(
        SpendRoute.CENTRAL_TRANSITIONAL,
        "The sector needs time to carry this work by itself.",
        story.ends_on,
        "Councils pay for their own reviews from then on.",
    )


def _lines(story: Story) -> list[tuple[Section, values.Line]]:
    last_day = date(max(story.amounts) + 1, 3, 31)
    found: list[tuple[Section, values.Line]] = [
        (Section.PARTNERS, values.PartnerLine(code, task)) for code, task in story.partners
    ]
    return [
        *found,
        (Section.DELIVERABLES, values.DeliverableLine(story.deliverable, last_day, story.outcomes[0])),
        (Section.INDICATORS, values.IndicatorLine(*story.indicator)),
        (Section.RISKS, values.RiskLine("Fewer councils take part than hoped", "Ask early, and ask again")),
    ]


def _save(work: Work, *, bid_id: int, section: Section, said: values.Values) -> None:
    commands.save_section(work, bid_id, section, said, seen_rev=0, key=uuid4().hex)


def _add(work: Work, *, bid_id: int, section: Section, line: values.Line) -> None:
    commands.add_row(work, bid_id, section, line, seen_rev=0, key=uuid4().hex)
