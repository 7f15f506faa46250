"""Quiet hours, waiting times and secret links."""

from datetime import UTC, date, datetime, timedelta

import pytest

from workflow.engine.working_days import Calendar
from workflow.notifications import links
from workflow.notifications.rules import leave_at, message_id, wait_after

CALENDAR = Calendar.of_whole_years([date(2011, 4, 22), date(2011, 4, 25), date(2011, 4, 29)])
SECRET = "s" * 32


@pytest.mark.parametrize(
    ("moment", "leaves"),
    [
        (datetime(2011, 3, 29, 8, 0, tzinfo=UTC), datetime(2011, 3, 29, 8, 0, tzinfo=UTC)),
        (datetime(2011, 3, 29, 6, 59, tzinfo=UTC), datetime(2011, 3, 29, 7, 0, tzinfo=UTC)),
        (datetime(2011, 3, 29, 17, 0, tzinfo=UTC), datetime(2011, 3, 30, 7, 0, tzinfo=UTC)),
        (datetime(2011, 4, 21, 18, 0, tzinfo=UTC), datetime(2011, 4, 26, 7, 0, tzinfo=UTC)),
        (datetime(2011, 1, 8, 12, 0, tzinfo=UTC), datetime(2011, 1, 10, 8, 0, tzinfo=UTC)),
    ],
)
def test_mail_that_is_not_urgent_leaves_in_london_working_hours(moment: datetime, leaves: datetime) -> None:
    assert leave_at(moment, CALENDAR) == leaves


def test_the_waiting_times_are_those_of_the_table_and_then_it_gives_up() -> None:
    minutes = [wait_after(n, 0) for n in range(1, 9)]
    assert minutes == [
        *(timedelta(minutes=m) for m in (1, 5, 15, 60, 180, 360, 720)),
        None,
    ]
    assert wait_after(1, 1) == timedelta(seconds=72)


def test_a_secret_link_reads_back_its_row_and_version() -> None:
    token = links.derive(SECRET, "answer", 812, 3)
    assert len(token) == 43
    assert links.read(token, "answer", [SECRET]) == (812, 3)


def test_a_link_of_another_purpose_row_or_key_is_no_link() -> None:
    token = links.derive(SECRET, "answer", 812, 3)
    assert links.read(token, "dispute", [SECRET]) is None
    assert links.read(token, "answer", ["other" * 8]) is None
    assert links.read(links.derive(SECRET, "answer", 813, 3)[:12] + token[12:], "answer", [SECRET]) is None


def test_an_old_key_still_verifies_during_a_rotation() -> None:
    assert links.read(links.derive(SECRET, "answer", 1, 1), "answer", ["new" * 12, SECRET]) == (1, 1)


@pytest.mark.parametrize(
    "token", ["", "x", "é" * 43, "=" * 43, "A" * 42, "A" * 44, "A" * 10_000, "../../etc"]
)
def test_nonsense_is_no_link(token: str) -> None:
    assert links.read(token, "answer", [SECRET]) is None


def test_a_message_id_is_the_same_at_every_attempt() -> None:
    assert (
        message_id("k", "grants.example")
        == message_id("k", "grants.example")
        != message_id("j", "grants.example")
    )
