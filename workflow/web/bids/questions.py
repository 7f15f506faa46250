"""The sections that are one page with boxes: their headings, their forms, and what stands in the boxes before."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from workflow.bids.content import Content
from workflow.bids.models import Section
from workflow.web.bids.section_forms import (
    AreaForm,
    ExclusionForm,
    FactsForm,
    OutcomesForm,
    RouteForm,
    SectionForm,
    SummaryForm,
    box_name,
    budget_form,
)


def _fixed(form: type[SectionForm]) -> Callable[[Content], type[SectionForm]]:
    return lambda _content: form


@dataclass(frozen=True, slots=True)
class Question:
    """A section's page: its heading, its form, and what stands in it before anything is typed."""

    heading: str
    form: Callable[[Content], type[SectionForm]]
    before: Callable[[Content], dict[str, Any]]


def _columns(*names: str) -> Callable[[Content], dict[str, Any]]:
    return lambda content: {name: getattr(content.bid, name) for name in names}


def _yes_no(*names: str, also: Sequence[str] = ()) -> Callable[[Content], dict[str, Any]]:
    def before(content: Content) -> dict[str, Any]:
        said = {name: getattr(content.bid, name) for name in names}
        words = {name: None if value is None else ("yes" if value else "no") for name, value in said.items()}
        return words | {name: getattr(content.bid, name) for name in also}

    return before


def _budget_before(content: Content) -> dict[str, Any]:
    asked = {box_name(one.year, one.head): one.pence for one in content.amounts}
    return asked | {"match": content.bid.match_pence or None, "match_source": content.bid.match_source}


QUESTIONS: Mapping[Section, Question] = {
    Section.SUMMARY: Question("Title and summary", _fixed(SummaryForm), _columns("title", "summary", "need")),
    Section.OUTCOMES: Question(
        "Outcomes and kind of support",
        _fixed(OutcomesForm),
        _columns("outcome_codes", "main_support", "other_support"),
    ),
    Section.EXCLUSION: Question(
        "Is this for one service’s day-to-day needs?",
        _fixed(ExclusionForm),
        _yes_no("operational_need", also=("operational_reason",)),
    ),
    Section.ROUTE: Question(
        "Who leads the work",
        _fixed(RouteForm),
        _columns("spend_route", "transition_reason", "transition_ends_on", "exit_plan"),
    ),
    Section.AREA: Question(
        "Area and councils", _fixed(AreaForm), _columns("area_kind", "area_region", "area_codes")
    ),
    Section.BUDGET: Question("How much do you ask for in each year?", budget_form, _budget_before),
    Section.FACTS: Question(
        "Sales and new costs",
        _fixed(FactsForm),
        _yes_no("sells", "new_cost_for_councils", also=("new_cost_reason",)),
    ),
}
"""The sections that are one page with boxes; the others are lists, in `list_forms`."""
