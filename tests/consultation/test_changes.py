"""More time, asking anew, starting before polls: through the deployed lifecycle, with its deadlines and its mail."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, text

from tests.world import LIGHT, World, answer, make_world, to_consulting, to_screening
from workflow.clock import FixedClock, london_date
from workflow.consultation.defaults import load_election_periods
from workflow.consultation.elections import Election, next_good_day
from workflow.consultation.models import Consultation, ConsultationMove, Invitation
from workflow.consultation.tallies import newest, tally_of
from workflow.consultation.terms import AppliesTo
from workflow.db import SYSTEM, Sessions
from workflow.deadlines import calendar, open_deadlines
from workflow.errors import Refused
from workflow.notifications import Notification

LATER = {"closes_on": date(2011, 5, 20), "reason": "Easter and the royal wedding."}


@pytest.fixture
def world(sessions: Sessions, clock: FixedClock) -> World:
    return make_world(sessions, clock)


def reasons(refused: pytest.ExceptionInfo[Refused]) -> set[str]:
    return {reason.code for reason in refused.value.reasons}


def mail_to(world: World, template: str) -> set[str]:
    with world.sessions() as session:
        return set(session.scalars(select(Notification.address).where(Notification.template == template)))


def the_newest(world: World, bid_id: int) -> Consultation:
    with world.sessions() as session:
        found = newest(session, bid_id)
    assert found is not None
    return found


# --- more time ---


def test_more_time_moves_the_close_its_deadline_and_tells_every_council_and_the_lead_body(
    world: World,
) -> None:
    bid_id = to_consulting(world)
    world.act("case", bid_id, "extend_consultation", LATER)
    consultation = the_newest(world, bid_id)
    assert consultation.closes_on == date(2011, 5, 20)
    with world.sessions() as session:
        [deadline] = open_deadlines(session, [f"case:{bid_id}"])[f"case:{bid_id}"]
        [moved] = session.scalars(select(ConsultationMove))
    assert deadline.due_on == date(2011, 5, 20)
    assert (moved.from_on, moved.to_on, moved.reason) == (
        date(2011, 5, 3),
        date(2011, 5, 20),
        LATER["reason"],
    )
    told = mail_to(world, "consultation_extended")
    assert {"corporate@gat.example", "signatory@lgid.example"} <= told
    world.move_to(datetime(2011, 5, 10, 9, tzinfo=UTC))
    assert answer(world, bid_id, "GAT")["late"] is False


@pytest.mark.parametrize("closes_on", [date(2011, 4, 28), date(2011, 4, 29), date(2011, 5, 3)])
def test_time_is_never_taken_away_from_councils_or_given_back_as_it_was(
    world: World, closes_on: date
) -> None:
    bid_id = to_consulting(world)
    with pytest.raises(Refused) as refused:
        world.act("case", bid_id, "extend_consultation", {**LATER, "closes_on": closes_on})
    assert reasons(refused) == {"closing_date_not_later"}


def test_after_the_last_moment_no_time_is_given_any_more(world: World) -> None:
    bid_id = to_consulting(world)
    world.move_to(datetime(2011, 5, 3, 23, 0, 0, tzinfo=UTC))
    with pytest.raises(Refused) as refused:
        world.act("case", bid_id, "extend_consultation", LATER)
    assert reasons(refused) == {"consultation_over"}


def test_only_a_case_officer_gives_more_time_and_says_why(world: World) -> None:
    bid_id = to_consulting(world)
    for who, data, code in (
        ("signatory", LATER, "role_not_held"),
        ("assessor", LATER, "role_not_held"),
        ("case", {**LATER, "reason": " "}, "reason_missing"),
    ):
        with pytest.raises(Refused) as refused:
            world.act(who, bid_id, "extend_consultation", data)
        assert code in reasons(refused)


# --- asking anew ---

ANEW = {"closes_on": date(2011, 6, 30), "reason": "It asks for twice the money now."}


def changed(world: World, bid_id: int, change: str = "material") -> None:
    """A newer version of the bid, as a change of the lead body leaves it."""
    with world.sessions() as session:
        session.execute(
            text(
                "INSERT INTO bid_version (bid_id, number, snapshot, sha256, made_at, made_by, change, note)"
                " SELECT bid_id, number + 1, snapshot, sha256, made_at, made_by, :change, 'Twice the money'"
                " FROM bid_version WHERE bid_id = :bid ORDER BY number DESC LIMIT 1"
            ),
            {"bid": bid_id, "change": change},
        )
        session.commit()


def test_a_materially_changed_bid_is_asked_about_anew_for_the_full_length_and_old_answers_stay(
    world: World,
) -> None:
    bid_id = to_consulting(world)
    answer(world, bid_id, "GAT")
    before = the_newest(world, bid_id)
    changed(world, bid_id)
    world.act("case", bid_id, "restart_consultation", ANEW)
    after = the_newest(world, bid_id)
    assert (after.occurrence, after.version_number, after.change_reason) == (2, 2, ANEW["reason"])
    with world.sessions() as session:
        assert session.get_one(Consultation, before.id).replaced_at is not None
        assert (tally_of(session, after.id).invited, tally_of(session, after.id).answered) == (4, 0)
        assert tally_of(session, before.id).answered == 1
        [deadline] = open_deadlines(session, [f"case:{bid_id}"])[f"case:{bid_id}"]
    assert deadline.due_on == date(2011, 6, 30)
    assert {f"corporate@{code}.example" for code in ("gat", "sun", "nty", "sty")} == mail_to(
        world, "consultation_restarted"
    )


def test_it_is_asked_anew_while_councils_are_being_answered_too(world: World) -> None:
    bid_id = to_consulting(world)
    world.move_to(datetime(2011, 5, 3, 23, 1, tzinfo=UTC))
    world.act(SYSTEM, bid_id, "close_consultation")
    changed(world, bid_id)
    assert world.act("case", bid_id, "restart_consultation", ANEW).state == "consulting"


@pytest.mark.parametrize("change", [None, "minor"])
def test_a_bid_that_did_not_materially_change_is_not_asked_about_anew(
    world: World, change: str | None
) -> None:
    bid_id = to_consulting(world)
    if change:
        changed(world, bid_id, change)
    with pytest.raises(Refused) as refused:
        world.act("case", bid_id, "restart_consultation", ANEW)
    assert reasons(refused) == {"nothing_to_ask_anew"}


def test_asking_anew_gives_the_full_length_again(world: World) -> None:
    bid_id = to_consulting(world)
    changed(world, bid_id)
    world.move_to(datetime(2011, 4, 20, 9, tzinfo=UTC))
    with pytest.raises(Refused) as refused:
        world.act("case", bid_id, "restart_consultation", {**ANEW, "closes_on": date(2011, 5, 4)})
    assert reasons(refused) == {"closing_date_too_early"}


# --- before polls ---

FULL: dict[str, Any] = {**LIGHT, "kind": "full", "reason": "", "closes_on": date(2011, 7, 29)}


@pytest.fixture
def elections(world: World) -> None:
    with world.sessions() as session:
        assert load_election_periods(session) == 2
        assert load_election_periods(session) == 0
        session.commit()


@pytest.mark.usefixtures("elections")
def test_case_21_a_consultation_of_11_april_2011_is_refused_naming_the_period_and_6_may(world: World) -> None:
    bid_id = to_screening(world)
    world.move_to(datetime(2011, 4, 11, 9, tzinfo=UTC))
    with pytest.raises(Refused) as refused:
        world.act("case", bid_id, "open_consultation", FULL)
    [reason] = refused.value.reasons
    assert (reason.code, reason.field) == ("election_period", "election_reason")
    assert "the election period of councils, Friday 25 March 2011 to Thursday 5 May 2011" in reason.text
    assert "Friday 6 May 2011" in reason.how
    assert "Friday 29 July 2011" in reason.how


@pytest.mark.usefixtures("elections")
def test_with_a_published_reason_it_may_start_before_polls(world: World) -> None:
    bid_id = to_screening(world)
    given = {**FULL, "election_reason": "Children are at risk."}
    world.act("case", bid_id, "open_consultation", given)
    assert the_newest(world, bid_id).election_reason == "Children are at risk."


@pytest.mark.parametrize(
    ("moment", "free"),
    [
        (datetime(2011, 3, 25, 0, 0, tzinfo=UTC), False),
        (datetime(2011, 5, 5, 22, 59, tzinfo=UTC), False),
        (datetime(2011, 5, 5, 23, 0, tzinfo=UTC), True),
    ],
)
def test_the_period_holds_from_its_first_day_to_the_end_of_polling_day_in_london(
    moment: datetime, free: bool
) -> None:
    election = Election(AppliesTo.COUNCILS, date(2011, 3, 25), date(2011, 5, 5))
    assert election.holds(london_date(moment)) is not free


def test_the_next_good_day_skips_periods_that_touch_and_days_off(world: World) -> None:
    with world.sessions() as session:
        known = calendar(session)
    one = Election(AppliesTo.COUNCILS, date(2011, 3, 25), date(2011, 5, 5))
    other = Election(AppliesTo.DEPARTMENTS, date(2011, 5, 6), date(2011, 5, 6))
    assert next_good_day([one], known, date(2011, 4, 11)) == date(2011, 5, 6)
    assert next_good_day([one, other], known, date(2011, 4, 11)) == date(2011, 5, 9)
    assert next_good_day([one], known, date(2011, 5, 6)) == date(2011, 5, 6)
    assert next_good_day([], known, date(2011, 4, 23)) == date(2011, 4, 26)


def test_without_elections_nobody_is_asked_for_a_reason_and_none_is_kept(world: World) -> None:
    bid_id = to_screening(world)
    world.act("case", bid_id, "open_consultation", {**LIGHT, "election_reason": "typed all the same"})
    assert the_newest(world, bid_id).election_reason is None


def test_a_second_extension_is_kept_beside_the_first(world: World) -> None:
    bid_id = to_consulting(world)
    world.act("case", bid_id, "extend_consultation", LATER)
    world.clock.move(timedelta(days=1))
    world.act("case", bid_id, "extend_consultation", {**LATER, "closes_on": date(2011, 6, 3)})
    with world.sessions() as session:
        moves = [(one.from_on, one.to_on) for one in session.scalars(select(ConsultationMove).order_by("id"))]
        assert session.scalars(select(Invitation.version)).all() == [1, 1, 1, 1]
    assert moves == [(date(2011, 5, 3), date(2011, 5, 20)), (date(2011, 5, 20), date(2011, 6, 3))]
