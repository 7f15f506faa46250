"""What changed between two texts of a bid, question by question, in the words that people outside read."""

from dataclasses import dataclass

from workflow.bids.content import Content
from workflow.bids.sections import SECTIONS
from workflow.web.bids.reading import Answers, section_answers


@dataclass(frozen=True, slots=True)
class Difference:
    """One question whose answer changed; an empty text says that it was not there."""

    question: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class SectionDiff:
    """One section in which something changed."""

    name: str
    label: str
    rows: tuple[Difference, ...]


def compared(before: Content, after: Content) -> tuple[SectionDiff, ...]:
    """The sections that changed, in the order of the task list."""
    found = (
        SectionDiff(
            section.value,
            words.label,
            differences(section_answers(before, section), section_answers(after, section)),
        )
        for section, words in SECTIONS.items()
    )
    return tuple(one for one in found if one.rows)


def differences(before: Answers, after: Answers) -> tuple[Difference, ...]:
    """The answers that changed. A question asked twice, as the rows of a list may be, is told apart by its turn."""
    was, now = _by_turn(before), _by_turn(after)
    keys = [*now, *(key for key in was if key not in now)]
    return tuple(
        Difference(key[0], was.get(key, ""), now.get(key, ""))
        for key in keys
        if was.get(key, "") != now.get(key, "") or (key in was) != (key in now)
    )


def _by_turn(answers: Answers) -> dict[tuple[str, int], str]:
    found: dict[tuple[str, int], str] = {}
    for question, text in answers:
        turn = sum(1 for known, _ in found if known == question)
        found[question, turn] = text
    return found
