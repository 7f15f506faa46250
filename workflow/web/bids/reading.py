"""What each section says, as rows of question and answer, for reading and for checking before it is signed."""

from collections.abc import Callable, Mapping

from workflow.bids.content import Content
from workflow.bids.models import Section, SpendRoute, SupportType
from workflow.bids.sections import SECTIONS, is_whole
from workflow.money import format_pounds, year_label
from workflow.web.bids.list_forms import LISTS
from workflow.web.bids.words import AREAS, HEADS, ROUTES, SUPPORT
from workflow.web.filters import london_date

Answers = list[tuple[str, str]]
NOTHING = "Nothing yet"


def _summary(content: Content) -> Answers:
    bid = content.bid
    return [
        ("Title", bid.title),
        ("What will be done", bid.summary or ""),
        ("Why it is needed", bid.need or ""),
    ]


def _outcomes(content: Content) -> Answers:
    bid = content.bid
    titles = [one.title for one in content.outcomes if one.code in bid.outcome_codes]
    others = [SUPPORT[SupportType(kind)][0] for kind in bid.other_support]
    main = SUPPORT[bid.main_support][0] if bid.main_support else ""
    return [
        ("Main kind of support", main),
        ("Other kinds of support", ", ".join(others) or "None"),
        ("Outcomes", "\n".join(titles)),
    ]


def _exclusion(content: Content) -> Answers:
    bid = content.bid
    return [
        ("For one service’s day-to-day needs?", _yes_no(bid.operational_need)),
        ("Why", bid.operational_reason or ""),
    ]


def _route(content: Content) -> Answers:
    bid = content.bid
    rows = [("Who leads the work", ROUTES[bid.spend_route][0] if bid.spend_route else "")]
    if bid.spend_route is SpendRoute.CENTRAL_TRANSITIONAL:
        ends_on = london_date(bid.transition_ends_on) if bid.transition_ends_on else ""
        rows += [
            ("Why it is needed", bid.transition_reason or ""),
            ("When it ends", ends_on),
            ("What happens then", bid.exit_plan or ""),
        ]
    return rows


def _area(content: Content) -> Answers:
    bid = content.bid
    where = AREAS[bid.area_kind] if bid.area_kind else ""
    rows = [("Where it will work", where)]
    if bid.area_region:
        rows.append(("Region", bid.area_region))
    if bid.area_codes:
        rows.append(("Councils", ", ".join(bid.area_codes)))
    return rows


def _budget(content: Content) -> Answers:
    bid = content.bid
    rows = [
        (f"Asked for in {year_label(year)}", format_pounds(pence))
        for year, pence in content.by_year().items()
    ]
    total = [("Asked for altogether", format_pounds(content.total_pence))] if content.amounts else []
    match = format_pounds(bid.match_pence) if bid.match_pence else "None"
    return [
        *total,
        *rows,
        ("Money from elsewhere", f"{match}, {bid.match_source}" if bid.match_source else match),
    ]


def _facts(content: Content) -> Answers:
    bid = content.bid
    rows = [
        ("Sells goods or services", _yes_no(bid.sells)),
        ("Costs councils anything new", _yes_no(bid.new_cost_for_councils)),
    ]
    return [*rows, ("What it costs them", bid.new_cost_reason)] if bid.new_cost_reason else rows


def _yes_no(value: bool | None) -> str:
    return "" if value is None else ("Yes" if value else "No")


_READERS: Mapping[Section, Callable[[Content], Answers]] = {
    Section.SUMMARY: _summary,
    Section.OUTCOMES: _outcomes,
    Section.EXCLUSION: _exclusion,
    Section.ROUTE: _route,
    Section.AREA: _area,
    Section.BUDGET: _budget,
    Section.FACTS: _facts,
}


def section_answers(content: Content, section: Section) -> Answers:
    """The questions and answers of one section; a list is one row for each of its rows."""
    if section not in LISTS:
        return _READERS[section](content)
    page = LISTS[section]
    return [_row(page.columns, page.cells(row, content)) for row in page.rows(content)]


def _row(columns: tuple[str, ...], cells: tuple[str, ...]) -> tuple[str, str]:
    """A row of a list: its first cell, then the others with the names of their columns."""
    named = [f"{name}: {cell}" for name, cell in zip(columns[1:], cells[1:], strict=True)]
    return cells[0], "\n".join(named)


def answers_of(content: Content) -> list[tuple[str, str, bool, Answers]]:
    """Every section as (name, label, is whole, answers); an empty answer says so."""
    return [
        (
            section.value,
            words.label,
            is_whole(content, section),
            [(label, text or NOTHING) for label, text in section_answers(content, section)],
        )
        for section, words in SECTIONS.items()
    ]


def amounts_table(content: Content) -> tuple[list[int], list[tuple[str, list[int]]]]:
    """The years of the budget, and for each kind of cost its pence in each year."""
    years = list(content.by_year())
    rows = []
    for head, words in HEADS.items():
        found = {one.year: one.pence for one in content.amounts if one.head is head}
        if found:
            rows.append((words, [found.get(year, 0) for year in years]))
    return years, rows
