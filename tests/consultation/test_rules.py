"""The pure rules of consultation: who is asked, until when, when it is over, and when every answer was considered."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from workflow.consultation import rules
from workflow.consultation.rules import ConsultationFacts, Length
from workflow.consultation.terms import ConsultationKind
from workflow.engine import Actor, CaseView, Guard, GuardContext, Reason
from workflow.engine.working_days import Calendar

HOLIDAYS = [
    date(2010, 12, 27),
    date(2011, 4, 22),
    date(2011, 4, 25),
    date(2011, 4, 29),
    date(2011, 5, 2),
    date(2012, 12, 26),
]
CALENDAR = Calendar.of_whole_years(HOLIDAYS)
LEAST = {ConsultationKind.FULL: Length(84), ConsultationKind.LIGHT: Length(28)}


def facts_on(day: date, **changes: Any) -> ConsultationFacts:
    now = datetime(day.year, day.month, day.day, 9, tzinfo=UTC)
    return replace(ConsultationFacts(now, CALENDAR.start_day(now), CALENDAR, LEAST), **changes)


def ask(guard: Guard, facts: ConsultationFacts, data: dict[str, Any] | None = None) -> Reason | None:
    case = CaseView(1, "bid", 1, "screening", 3)
    return guard.check(GuardContext(case, Actor(7, frozenset()), {"consultation": facts}, data))


@pytest.mark.parametrize("chosen", ["", None, [], (), "KEN"])
def test_a_consultation_of_nobody_is_refused(chosen: object) -> None:
    reason = ask(rules.consultees_chosen, facts_on(date(2011, 2, 7)), {"consultees": chosen})
    assert reason is not None
    assert reason.field == "consultees"


@pytest.mark.parametrize("chosen", ["all", ["KEN"], ("KEN", "LCE")])
def test_all_councils_or_a_list_of_them_may_be_asked(chosen: object) -> None:
    assert ask(rules.consultees_chosen, facts_on(date(2011, 2, 7)), {"consultees": chosen}) is None


def test_a_close_on_the_royal_wedding_becomes_the_next_tuesday() -> None:
    assert rules.real_closing_date(CALENDAR, date(2011, 4, 29)) == date(2011, 5, 3)


@pytest.mark.parametrize(
    ("asked", "good"),
    [
        (date(2011, 5, 1), True),
        (date(2011, 5, 2), True),
        (date(2011, 5, 3), True),
        (date(2011, 4, 28), False),
    ],
)
def test_a_full_consultation_takes_84_days_counted_to_the_real_close(asked: date, good: bool) -> None:
    # From Monday 7 February 2011, 84 days end on a holiday, Monday 2 May, so Tuesday 3 May is the first good day;
    # a date typed in the long week-end before it rolls onto that day and is good too.
    reason = ask(rules.closing_date_good, facts_on(date(2011, 2, 7)), {"kind": "full", "closes_on": asked})
    assert (reason is None) is good
    if reason is not None:
        assert "Tuesday 3 May 2011" in reason.how


def test_a_light_consultation_needs_28_days_and_a_reason() -> None:
    facts = facts_on(date(2011, 2, 7))
    good = {
        "kind": "light",
        "closes_on": date(2011, 3, 7),
        "reason": "Only the councils of Kent are concerned.",
    }
    assert ask(rules.closing_date_good, facts, good) is None
    without = ask(rules.closing_date_good, facts, {**good, "reason": "  "})
    assert without is not None
    assert without.field == "reason"
    early = ask(rules.closing_date_good, facts, {**good, "closes_on": date(2011, 3, 4)})
    assert early is not None
    assert early.code == "closing_date_too_early"


def test_an_opening_after_office_hours_counts_from_the_next_working_day() -> None:
    evening = datetime(2011, 2, 7, 17, 0, tzinfo=UTC)
    facts = ConsultationFacts(evening, CALENDAR.start_day(evening), CALENDAR, LEAST)
    data = {"kind": "light", "closes_on": date(2011, 3, 7), "reason": "One area only."}
    assert ask(rules.closing_date_good, facts, data) is not None
    assert ask(rules.closing_date_good, facts, {**data, "closes_on": date(2011, 3, 8)}) is None


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"kind": "full"},
        {"kind": "full", "closes_on": "2011-05-03"},
        {"kind": "long", "closes_on": date(2011, 5, 3)},
        {"kind": None, "closes_on": date(2011, 5, 3)},
        {"kind": "full", "closes_on": date(2111, 5, 3)},
        {"kind": "full", "closes_on": date(1911, 5, 3)},
    ],
)
def test_a_missing_or_impossible_close_is_a_reason_and_no_fault(data: dict[str, Any]) -> None:
    assert ask(rules.closing_date_good, facts_on(date(2011, 2, 7)), data) is not None


def test_a_close_beyond_the_calendar_is_a_reason_that_names_who_can_help() -> None:
    reason = ask(
        rules.closing_date_good, facts_on(date(2012, 10, 1)), {"kind": "full", "closes_on": date(2013, 1, 10)}
    )
    assert reason is not None
    assert reason.code == "calendar_ends"


def test_nothing_closes_a_consultation_before_thirty_seconds_after_its_last_moment() -> None:
    closes_at = rules.closing_moment(date(2011, 5, 3))
    assert closes_at == datetime(2011, 5, 3, 23, 0, tzinfo=UTC)  # Midnight of a London summer.
    facts = facts_on(date(2011, 5, 3), closes_on=date(2011, 5, 3), closes_at=closes_at)
    for seconds, over in ((0, False), (29, False), (30, True)):
        reason = ask(rules.consultation_is_over, replace(facts, now=closes_at + timedelta(seconds=seconds)))
        assert (reason is None) is over
    assert ask(rules.consultation_is_over, facts_on(date(2011, 5, 3))) is not None


def test_the_last_second_of_the_london_day_is_in_time_and_the_next_is_late() -> None:
    closes_at = rules.closing_moment(date(2011, 5, 3))
    assert rules.is_on_time(datetime(2011, 5, 3, 22, 59, 59, 999999, tzinfo=UTC), closes_at)
    assert not rules.is_on_time(datetime(2011, 5, 3, 23, 0, 0, tzinfo=UTC), closes_at)


def test_an_answer_without_a_word_on_it_is_named_by_its_council() -> None:
    facts = facts_on(date(2011, 5, 4), undisposed=1, undisposed_names=("Kent County Council",))
    reason = ask(rules.every_answer_has_a_disposition, facts)
    assert reason is not None
    assert "Kent County Council" in reason.text
    assert ask(rules.every_answer_has_a_disposition, replace(facts, undisposed=0)) is None


@pytest.mark.parametrize(
    ("names", "sentence"),
    [
        ((), ""),
        (("A",), "A"),
        (("A", "B"), "A and B"),
        (("A", "B", "C"), "A, B and C"),
        (("A", "B", "C", "D", "E", "F"), "A, B, C, D, E and 1 other"),
        (("A", "B", "C", "D", "E", "F", "G"), "A, B, C, D, E and 2 others"),
    ],
)
def test_names_read_as_a_sentence_and_are_never_a_wall(names: tuple[str, ...], sentence: str) -> None:
    assert rules.named(names, len(names)) == sentence


def test_the_department_accepts_only_a_response_that_was_sent() -> None:
    facts = facts_on(date(2011, 5, 4))
    assert ask(rules.response_was_sent, facts) is not None
    assert ask(rules.response_was_sent, replace(facts, response_sent=True)) is None
