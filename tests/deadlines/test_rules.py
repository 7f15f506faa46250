"""Deadlines as pure arithmetic: when they fall, their steps, and which of the due steps still speak."""

from datetime import UTC, date, datetime

import pytest

from workflow.deadlines.defaults import DEFAULTS
from workflow.deadlines.rules import DueStep, Terms, breach_moment, due_date, plan_steps, sort_due
from workflow.engine.working_days import Calendar
from workflow.errors import Invalid

HOLIDAYS = [
    date(2011, 4, 22),
    date(2011, 4, 25),
    date(2011, 4, 29),
    date(2011, 5, 2),
    date(2011, 5, 30),
    date(2011, 8, 29),
    date(2011, 12, 26),
    date(2011, 12, 27),
]
CALENDAR = Calendar.of_whole_years(HOLIDAYS)
DUE = datetime(2011, 7, 21, tzinfo=UTC)


def due(number: int, action: str, offset: int, *, to: str | None = None, group: str = "main") -> DueStep:
    return DueStep(number, 1, action, to, offset, group, datetime(2011, 7, 1, 7, number, tzinfo=UTC))


def test_a_quarterly_return_is_reminded_on_the_four_days_of_its_rule_and_held_from_the_tenth_working_day() -> (
    None
):
    steps = plan_steps(DEFAULTS["quarterly_return"], CALENDAR, date(2011, 7, 21))
    days = [(step.step, step.fire_at.date()) for step in steps]
    assert days == [
        ("remind-10", date(2011, 7, 7)),
        ("remind-3", date(2011, 7, 18)),
        ("remind+0", date(2011, 7, 21)),
        ("remind+5", date(2011, 7, 28)),
        ("breach", date(2011, 8, 3)),  # 00:00 in London on 4 August is 23:00 UTC the day before.
        ("escalate+15:senior_officer", date(2011, 8, 11)),
    ]


def test_a_reminder_fires_at_eight_in_london_in_winter_and_in_summer() -> None:
    terms = Terms("date", reminders=(0,))
    winter, summer = (plan_steps(terms, CALENDAR, day)[0] for day in (date(2011, 1, 5), date(2011, 7, 5)))
    assert (winter.fire_at.hour, summer.fire_at.hour) == (8, 7)


def test_a_closing_date_on_the_royal_wedding_becomes_the_next_working_day_and_closes_half_a_minute_after_it() -> (
    None
):
    terms = DEFAULTS["consultation_close"]
    falls_on = due_date(terms, CALENDAR, start=None, due_on=date(2011, 4, 29))
    assert falls_on == date(2011, 5, 3)
    assert breach_moment(terms, CALENDAR, falls_on) == datetime(2011, 5, 3, 23, 0, 30, tzinfo=UTC)


def test_a_lapse_one_working_day_late_happens_when_that_day_begins() -> None:
    # Friday 1 July plus one working day is Monday 4 July, whose London midnight is 23:00 UTC of Sunday.
    moment = breach_moment(DEFAULTS["acceptance"], CALENDAR, date(2011, 7, 1))
    assert moment == datetime(2011, 7, 3, 23, 0, tzinfo=UTC)


def test_a_period_is_counted_by_its_unit() -> None:
    start = datetime(2011, 3, 29, 9, tzinfo=UTC)
    falls = {
        kind: due_date(DEFAULTS[kind], CALENDAR, start=start, due_on=None)
        for kind in ("screening", "consultation_close", "annual_review")
        if kind != "annual_review"
    }
    assert falls == {"screening": date(2011, 4, 5), "consultation_close": date(2011, 6, 21)}


def test_a_kind_that_is_a_date_asks_for_the_date() -> None:
    with pytest.raises(Invalid, match="Choose a date"):
        due_date(DEFAULTS["award_end"], CALENDAR, start=DUE, due_on=None)


def test_only_the_newest_of_several_overdue_reminders_goes() -> None:
    result = sort_due(
        [due(1, "remind", -10), due(2, "remind", -3), due(3, "remind", 0)],
        version=1,
        is_running=True,
        is_late=False,
    )
    assert (result.fire, result.collapse, result.cancel) == ((3,), (1, 2), ())


def test_an_escalation_supersedes_the_reminders_of_its_group() -> None:
    result = sort_due(
        [due(1, "remind", 5), due(2, "escalate", 1, to="head_of_team")],
        version=1,
        is_running=True,
        is_late=True,
    )
    assert (result.fire, result.collapse) == ((2,), (1,))


def test_escalations_to_two_people_both_go() -> None:
    steps = [due(1, "escalate", 1, to="head_of_team"), due(2, "escalate", 5, to="senior_officer")]
    assert sort_due(steps, version=1, is_running=True, is_late=True).fire == (1, 2)


def test_a_notice_of_another_group_does_not_silence_the_reminder() -> None:
    steps = [due(1, "remind", -10), due(2, "escalate", -10, to="lead_body", group="low_response")]
    assert sort_due(steps, version=1, is_running=True, is_late=False).fire == (1, 2)


def test_closes_in_three_days_is_cancelled_after_the_close() -> None:
    result = sort_due([due(1, "remind", -3)], version=1, is_running=True, is_late=True)
    assert (result.fire, result.cancel) == ((), (1,))


@pytest.mark.parametrize(("version", "is_running"), [(2, True), (1, False)])
def test_a_step_of_an_older_plan_or_of_a_met_deadline_is_cancelled(version: int, is_running: bool) -> None:
    result = sort_due(
        [due(1, "escalate", 1, to="head_of_team")], version=version, is_running=is_running, is_late=True
    )
    assert (result.fire, result.cancel) == ((), (1,))
