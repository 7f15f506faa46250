"""The list of tasks of a bid that is written: each section with how far it is, and what is to be put right in it."""

from collections.abc import Sequence

from flask import url_for

from workflow.bids.branches.queries import Defect
from workflow.bids.content import Content
from workflow.bids.models import Section
from workflow.bids.sections import SECTIONS, is_whole
from workflow.cases import Case
from workflow.web.bids.list_forms import LISTS
from workflow.web.bids.reading import section_answers

LONGEST_HINT = 80
"""A longer hint is cut to a line."""


def tasks_of(
    case: Case, content: Content, defects: Sequence[Defect]
) -> dict[str, list[tuple[str, str, str, str, str]]]:
    """The sections by group, as `ui.tasks` takes them; one in which something is still to be put right says what."""
    wrong = {defect.section: defect.text for defect in reversed(defects) if not defect.is_put_right}
    groups: dict[str, list[tuple[str, str, str, str, str]]] = {}
    for section, words in SECTIONS.items():
        status, colour = ("There is a problem", "red") if section in wrong else _status(content, section)
        href = url_for("bids.section", reference=case.reference, name=section.value)
        hint = f"“{wrong[section]}”" if section in wrong else _hint(content, section)
        groups.setdefault(words.group, []).append((words.label, href, hint, status, colour))
    return groups


def _status(content: Content, section: Section) -> tuple[str, str]:
    if is_whole(content, section):
        return "Completed", ""
    return ("In progress", "blue") if section.value in content.sections else ("Not yet started", "")


def _hint(content: Content, section: Section) -> str:
    """What a section that was saved says, in a line: its first answer, or the first of its rows and how many more."""
    if section.value not in content.sections:
        return ""
    said = section_answers(content, section)
    if section in LISTS:
        rows = LISTS[section].rows(content)
        first = LISTS[section].cells(rows[0], content)[0] if rows else "None"
        first = f"{first}, and {len(rows) - 1} more" if len(rows) > 1 else first
    else:
        first = said[0][1].splitlines()[0] if said and said[0][1] else ""
    if section is Section.FACTS:
        return ""
    return first if len(first) <= LONGEST_HINT else f"{first[: LONGEST_HINT - 1]}…"
