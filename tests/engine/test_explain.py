from dataclasses import replace
from datetime import date

import pytest

from tests.engine.samples import PAPER, case_in, with_state
from workflow.engine import Explanation, Voice, explain

DUE = date(2011, 6, 14)


def department(state: str, **facts: int) -> Explanation:
    return explain(PAPER, case_in(state), facts, voice=Voice.DEPARTMENT, due_on=DUE)


def outside(state: str) -> Explanation:
    return explain(PAPER, case_in(state), {}, voice=Voice.OUTSIDE, due_on=DUE)


def test_the_department_reads_who_until_when_and_then_what() -> None:
    assert department("judging", votes=1) == Explanation(
        "1 more judges",
        DUE,
        "Granted (clerk) or Second look (judge of papers) or Turned down",
        "Their manager is told",
    )


def test_a_deadline_that_acts_says_what_it_does() -> None:
    assert department("draft") == Explanation(
        "Writer", DUE, "Being judged (judge of papers)", "By itself: Let it lapse"
    )


def test_a_state_that_time_ends_waits_for_nobody() -> None:
    assert department("waiting") == Explanation(
        "The end of the time allowed", DUE, "Ended", "By itself: End it"
    )


def test_a_state_without_a_deadline_says_nothing_of_being_late() -> None:
    assert department("granted").if_late == ""
    assert department("granted").then == "Objection period"


def test_an_owner_who_only_prepares_is_told_what_others_do_next() -> None:
    workflow = with_state("judging", owner="chair")
    found = explain(workflow, case_in("judging"), {}, voice=Voice.DEPARTMENT)
    assert found.then == "Turned down"
    workflow = with_state("judging", owner="nobody_here")
    found = explain(workflow, case_in("judging"), {}, voice=Voice.DEPARTMENT)
    assert found.then == "Granted (clerk) or Second look (judge of papers) or Turned down"


def test_an_end_waits_for_nobody() -> None:
    assert department("refused") == Explanation("Nobody: this paper has ended", None, "Nothing more follows")
    assert outside("ended") == Explanation("Ended", None, "")


def test_an_end_promises_nobody_outside_that_it_is_opened_again() -> None:
    assert outside("refused") == Explanation("Not granted", None, "")


def test_people_outside_read_no_role_no_internal_stage_and_no_date_that_shows_one() -> None:
    # Both states read "With us" outside, so a date of one of them would tell the two apart.
    assert outside("judging") == Explanation("With us", None, "Granted or Not granted")
    assert outside("review") == Explanation("With us", None, "Granted or Not granted")


def test_what_comes_next_outside_is_seen_through_internal_stages() -> None:
    actions = tuple(
        replace(action, sources=("review",)) if action.name in {"grant", "refuse"} else action
        for action in PAPER.actions
    )
    found = explain(replace(PAPER, actions=actions), case_in("judging"), {}, voice=Voice.OUTSIDE)
    assert found.then == "Granted or Not granted"


def test_people_outside_read_the_date_of_a_stage_that_they_know() -> None:
    assert outside("draft") == Explanation("Draft", DUE, "With us or Ran out of time")


@pytest.mark.parametrize("state", [state.name for state in PAPER.states])
def test_no_role_and_no_internal_word_is_ever_said_outside(state: str) -> None:
    said = outside(state)
    words = f"{said.waiting_for} {said.then} {said.if_late}".casefold()
    for inside in ("judge", "clerk", "chair", "second look", "objection period", "turned down"):
        assert inside not in words


def test_a_state_that_the_definition_does_not_know_cannot_be_explained() -> None:
    with pytest.raises(KeyError):
        department("melted")
