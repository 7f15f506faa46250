"""What lies ahead: the page says what the sweep then does, and changes nothing."""

from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import event, func, select

from tests.reports.second_department import add_department, add_someone
from tests.web.strict import text_of
from tests.world import (
    World,
    draft,
    make_world,
    to_checking,
    to_consulting,
    to_deciding,
    to_offered,
    with_deciders,
)
from workflow.accounts import covering
from workflow.accounts.queries import viewer_for
from workflow.accounts.roles import Role
from workflow.clock import FixedClock, london_date
from workflow.db import Sessions
from workflow.deadlines.models import DeadlineStep, StepState
from workflow.notifications import Notification
from workflow.wiring.foreseeing import Ahead, foresee
from workflow.wiring.reminders import sweep_reminders


class Office:
    """A browser in a small world, and what is foreseen there."""

    def __init__(self, world: World, client: FlaskClient, sign_in_as: Callable[[Any], None]) -> None:
        self.world, self.client, self._sign_in_as = world, client, sign_in_as

    def read(self, who: str = "case", days: int = 7) -> str:
        """The words of the page for somebody."""
        self._sign_in_as(SimpleNamespace(id=self.world.ids[who]))
        answer = self.client.get(f"/foresee?days={days}")
        assert answer.status_code == 200
        return text_of(answer.text)

    def status(self, who: str) -> int:
        """How the page answers somebody."""
        self._sign_in_as(SimpleNamespace(id=self.world.ids[who]))
        return self.client.get("/foresee").status_code

    def ahead(self, days: int) -> Ahead:
        """What is foreseen for the case officer."""
        now = self.world.clock.now()
        with self.world.sessions() as session:
            return foresee(session, viewer_for(session, self.world.ids["case"], now), now, days)


@pytest.fixture
def office(
    sessions: Sessions, clock: FixedClock, client: FlaskClient, sign_in_as: Callable[[Any], None]
) -> Office:
    world = make_world(sessions, clock)
    add_someone(world, "head", "DCLG", Role.HEAD_OF_TEAM)
    add_someone(world, "auditor", "DCLG", Role.AUDITOR)
    add_someone(world, "admin", "DCLG", Role.ADMINISTRATOR)
    return Office(world, client, sign_in_as)


def told(world: World) -> set[str]:
    """The names to which a reminder is owed."""
    with world.sessions() as session:
        owed = session.scalars(
            select(Notification).where(
                Notification.template.in_(["deadline_reminder", "deadline_missed", "consultation_reminder"])
            )
        )
        return {str(one.payload["name"]) for one in owed}


def test_whom_the_page_names_is_whom_the_sweep_then_tells(office: Office) -> None:
    to_deciding(office.world)
    ahead = office.ahead(30)
    named = {name for one in ahead.sent for name in one.told.names}
    assert {"Approver1", "Approver2", "Responsible"} <= named
    assert told(office.world) & named == set()
    end = office.world.clock.now() + timedelta(days=30)
    for moment in sorted({one.at for one in ahead.sent}):
        office.world.move_to(moment)
        sweep_reminders(office.world.sessions, office.world.clock)
    office.world.move_to(end)
    sweep_reminders(office.world.sessions, office.world.clock)
    assert told(office.world) >= named
    assert told(office.world) - named == set()


def test_looking_ahead_changes_nothing(office: Office) -> None:
    to_deciding(office.world)

    def counts() -> tuple[int, int]:
        with office.world.sessions() as session:
            pending = select(func.count(DeadlineStep.id)).where(DeadlineStep.state == StepState.PENDING)
            owed = select(func.count(Notification.id))
            return session.scalar(pending) or 0, session.scalar(owed) or 0

    before = counts()
    office.read(days=30)
    assert counts() == before


def test_somebody_who_did_an_earlier_step_is_not_among_those_who_are_reminded(office: Office) -> None:
    bid = to_deciding(office.world)
    office.world.act("approver1", bid, "approve", {"no_conflict": True, "reason": "Good value."})
    reminders = [one for one in office.ahead(30).sent if not one.missed]
    assert reminders
    assert {one.told.names for one in reminders} == {("Approver2",)}


def test_people_outside_the_department_are_counted_and_not_named(office: Office) -> None:
    to_offered(office.world)
    words = office.read(days=30)
    assert "1 person of Improvement body (signatory)" in words
    assert "Signatory," not in words.replace("(signatory)", "")


def test_councils_that_have_not_answered_are_counted(office: Office) -> None:
    to_consulting(office.world)
    assert "4 councils that have not answered" in office.read(days=30)


def test_what_runs_out_leaves_its_queue_and_enters_the_next(office: Office) -> None:
    to_consulting(office.world)
    ahead = office.ahead(60)
    (one,) = ahead.happening
    queues = {queue.state: (queue.today, queue.at_end) for queue in ahead.queues}
    assert queues["consulting"] == (1, 0)
    assert queues["responding"] == (0, 1)
    words = office.read(days=30)
    assert one.reference not in words.partition("What expires")[2].partition("What will be sent")[0]
    office.world.move_to(office.world.clock.now() + timedelta(days=20))
    page = office.read(days=30).partition("What expires")[2]
    assert "What happens by itself" in page
    assert one.reference in page


def test_a_draft_that_the_department_has_not_seen_is_not_foreseen(office: Office) -> None:
    reference = office.world.case(draft(office.world)).reference
    assert reference not in office.read(days=30)


def test_who_is_away_and_which_role_ends_is_said_with_its_days(office: Office) -> None:
    world = office.world
    with_deciders(world)
    today = london_date(world.clock.now())
    ids = (world.ids["approver1"], world.ids["approver3"])
    world.work(
        "head",
        lambda work: covering.give_cover(
            work, *ids, valid_from=today + timedelta(days=1), valid_to=today + timedelta(days=3)
        ),
    )
    words = office.read()
    assert "Approver1 Approver3 Wed 30 Mar 2011 Fri 1 Apr 2011" in words


def test_an_empty_week_says_so_for_each_part(office: Office) -> None:
    words = office.read()
    for part in ("No bid is live", "Nothing runs out", "No role or limit ends", "Nobody is noted as away"):
        assert part in words
    assert "No reminder is due in these days." in words


def test_it_is_there_for_staff_and_auditors_and_not_for_others(office: Office) -> None:
    assert {who: office.status(who) for who in ("case", "approver1", "responsible", "auditor")} == {
        "case": 200,
        "approver1": 200,
        "responsible": 200,
        "auditor": 200,
    }
    assert {who: office.status(who) for who in ("admin", "drafter", "signatory")} == {
        "admin": 404,
        "drafter": 404,
        "signatory": 404,
    }


def test_nothing_of_another_department_is_foreseen(office: Office) -> None:
    add_department(office.world)
    add_someone(office.world, "other", "DfE", Role.CASE_OFFICER)
    bid = office.world.case(to_checking(office.world))
    assert bid.reference in office.read(days=30)
    assert bid.reference not in office.read("other", days=30)


def test_the_number_of_statements_does_not_grow_with_what_is_foreseen(office: Office) -> None:
    def count() -> int:
        seen: list[str] = []
        with office.world.sessions() as session:
            now = office.world.clock.now()
            reader = viewer_for(session, office.world.ids["case"], now)
            bind = session.get_bind()

            def note(*given: Any) -> None:
                seen.append(given[2])

            event.listen(bind, "before_cursor_execute", note)
            assert foresee(session, reader, now, 60).sent
            event.remove(bind, "before_cursor_execute", note)
        return len(seen)

    to_consulting(office.world)
    one = count()
    for number in range(3):
        to_consulting(office.world, title=f"Another {number}")
    assert count() == one <= 11
