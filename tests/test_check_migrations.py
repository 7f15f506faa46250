"""The check of the migrations finds what it says it finds."""

from tests.check_migrations import found, problems

PATIENT = "SET lock_timeout = '1s'; SET statement_timeout = '5s';"


def test_our_migrations_hold_nobody_up() -> None:
    assert [problem for problem in found() if problem] == []


def test_an_index_that_stops_every_change_meanwhile_is_found() -> None:
    assert "require-concurrent-index-creation" in problems(
        f"{PATIENT} CREATE INDEX ix_bid_title ON bid (title);"
    )


def test_a_change_that_would_wait_for_a_lock_without_end_is_found() -> None:
    source = "ALTER TABLE bid ADD COLUMN note text;"
    assert "require-lock-timeout" in problems(source)
    assert problems(f"{PATIENT} {source}") == ""
