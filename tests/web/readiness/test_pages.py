"""What could not be decided, as those who can cure it read it, and as others do not."""

from collections.abc import Callable
from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import event, select

from tests.reports.second_department import add_department, add_someone
from tests.web.strict import text_of
from tests.world import World, make_world, to_deciding, to_referred, to_screening, with_deciders
from workflow.accounts import covering, granting
from workflow.accounts.commands import declare_interest
from workflow.accounts.models import Delegation, RoleAssignment
from workflow.accounts.queries import viewer_for
from workflow.accounts.roles import Role
from workflow.clock import FixedClock, london_date
from workflow.db import Sessions
from workflow.money import Pence
from workflow.reports.readiness import readiness

NONE = "Everything that was looked at can be decided"


class Office:
    """A browser in a small world whose department has enough people, until something is taken away."""

    def __init__(self, world: World, client: FlaskClient, sign_in_as: Callable[[Any], None]) -> None:
        self.world, self.client, self._sign_in_as = world, client, sign_in_as

    @property
    def today(self) -> date:
        return london_date(self.world.clock.now())

    def enter(self, who: str) -> None:
        """Sign in as somebody; days pass in these tests, so the sign-in is made anew before each page."""
        self._who = who
        self._sign_in_as(SimpleNamespace(id=self.world.ids[who]))

    def read(self, path: str = "/readiness") -> str:
        """The words of the page."""
        self.enter(self._who)
        answer = self.client.get(path)
        assert answer.status_code == 200
        return text_of(answer.text)

    def end_limit(self, who: str, last_day: date) -> None:
        """End somebody's limit on a day."""
        with self.world.sessions() as session:
            found = session.scalars(
                select(Delegation.id).where(Delegation.person_id == self.world.ids[who])
            ).one()
        self.world.work("responsible", lambda work: granting.end_limit(work, found, last_day=last_day))

    def end_role(self, who: str, last_day: date) -> None:
        """End somebody's role on a day."""
        with self.world.sessions() as session:
            found = session.scalars(
                select(RoleAssignment.id).where(RoleAssignment.person_id == self.world.ids[who])
            ).one()
        self.world.work("admin", lambda work: granting.end_role(work, found, last_day=last_day))


@pytest.fixture
def office(
    sessions: Sessions, clock: FixedClock, client: FlaskClient, sign_in_as: Callable[[Any], None]
) -> Office:
    world = make_world(sessions, clock)
    add_someone(world, "head", "DCLG", Role.HEAD_OF_TEAM)
    add_someone(world, "admin", "DCLG", Role.ADMINISTRATOR)
    add_someone(world, "auditor", "DCLG", Role.AUDITOR)
    add_someone(world, "ao", "DCLG", Role.ACCOUNTING_OFFICER)
    made = Office(world, client, sign_in_as)
    made.enter("responsible")
    return made


def test_where_everything_can_be_decided_the_page_says_so(office: Office) -> None:
    to_deciding(office.world)
    words = office.read()
    assert NONE in words
    assert "Bids looked at that wait for a decision: 1." in words


def test_a_second_approval_that_nobody_can_give_next_week_is_named_before_it_hurts(office: Office) -> None:
    bid = office.world.case(to_deciding(office.world))
    friday = date(2011, 5, 6)
    office.end_limit("approver2", friday)
    words = office.read()
    assert "Nobody can give the second of 2 approvals still needed for a bid of £300,000" in words
    assert "From Saturday 7 May 2011" in words
    assert "Approver2 has a limit only until Friday 6 May 2011." in words
    assert bid.reference in words
    assert "Nobody can give the second of 2 approvals still needed for bids above £100,000" in words
    assert f'href="/authority/{office.world.ids["approver2"]}"' in office.client.get("/readiness").text
    start = office.today
    saturday = date(2011, 5, 7)
    ids = (office.world.ids["approver2"], office.world.ids["DCLG"])
    office.world.work(
        "responsible", lambda work: granting.give_limit(work, *ids, Pence(1_000_000_000), valid_from=saturday)
    )
    assert start < friday
    assert NONE in office.read()


def test_a_lack_beyond_the_days_looked_at_is_not_named_until_one_looks_further(office: Office) -> None:
    to_deciding(office.world)
    office.end_limit("approver2", office.today + timedelta(days=20))
    assert NONE in office.read("/readiness?days=7")
    assert "Nobody can give the second" in office.read("/readiness?days=30")


def test_whoever_is_away_is_not_counted_on_and_the_lack_ends_with_the_cover(office: Office) -> None:
    to_deciding(office.world)
    first, last = office.today + timedelta(days=1), office.today + timedelta(days=5)
    ids = (office.world.ids["approver1"], office.world.ids["case"])
    office.world.work("head", lambda work: covering.give_cover(work, *ids, valid_from=first, valid_to=last))
    words = office.read()
    assert "From Thursday 5 May 2011, until the end of Monday 9 May 2011" in words
    assert "Approver1 is away until Monday 9 May 2011; Case stands in, under a limit of their own." in words


def test_a_role_that_ends_is_named_with_the_administrator_who_gives_another(office: Office) -> None:
    to_deciding(office.world)
    office.end_role("approver1", office.today + timedelta(days=2))
    office.enter("admin")
    page = office.client.get("/readiness").text
    words = text_of(page)
    assert "Approver1 is approver only until Friday 6 May 2011." in words
    assert "An administrator gives the role, with its days." in words
    assert f'href="/admin/people/{office.world.ids["approver1"]}"' in page


def test_amounts_that_lack_the_same_people_are_one_finding_whatever_else_lacks_between(
    office: Office,
) -> None:
    office.end_limit("approver2", office.today + timedelta(days=1))
    office.end_role("assessor", office.today + timedelta(days=5))
    words = office.read()
    assert words.count("No assessor can assess") == 1
    assert "No assessor can assess any bid that could come" in words


def test_an_administrator_reads_of_people_and_of_no_bid(office: Office) -> None:
    bid = office.world.case(to_deciding(office.world))
    office.world.work(
        "approver1",
        lambda work: declare_interest(
            work, office.world.ids["approver1"], nature="My sister.", case_id=bid.id
        ),
    )
    assert "Approver1 has a connection to it." in office.read()
    assert bid.title in office.read()
    office.enter("admin")
    words = office.read()
    assert "Approver1 takes no part in it." in words
    assert bid.reference not in words
    assert bid.title not in words
    assert "connection to it" not in words


def test_somebody_who_did_an_earlier_step_and_a_limit_that_is_too_low_are_said_to_bar(
    office: Office,
) -> None:
    world = office.world
    bid = to_deciding(world)
    world.act("approver1", bid, "approve", {"no_conflict": True, "reason": "Good value."})
    office.end_limit("approver2", office.today)
    world.move_to(world.clock.now() + timedelta(days=1))
    ids = (world.ids["approver2"], world.ids["DCLG"])
    world.work(
        "responsible",
        lambda work: granting.give_limit(work, *ids, Pence(20_000_000), valid_from=office.today),
    )
    words = office.read()
    assert "Nobody can approve a bid of £300,000 Now" in words
    assert "Approver1 did an earlier step of it." in words
    assert "Approver2 can approve up to £200,000." in words


def test_a_referred_bid_waits_for_the_accounting_officer_alone(office: Office) -> None:
    world = office.world
    with_deciders(world)
    to_referred(world)
    assert NONE in office.read()
    for who in ("accounting", "ao"):
        office.end_role(who, office.today)
    words = office.read()
    assert "No accounting officer can decide a bid of £300,000" in words
    assert "From Thursday 5 May 2011" in words


@pytest.mark.parametrize("who", ["responsible", "head", "ao", "auditor", "admin"])
def test_those_who_can_cure_it_or_audit_it_read_it(office: Office, who: str) -> None:
    to_deciding(office.world)
    office.end_limit("approver2", office.today)
    office.enter(who)
    assert "Nobody can give the second" in office.read()


@pytest.mark.parametrize("who", ["approver1", "case", "assessor", "finance", "drafter", "signatory"])
def test_to_others_it_is_as_if_it_were_not_there(office: Office, who: str) -> None:
    office.enter(who)
    assert office.client.get("/readiness").status_code == 404


def test_nobody_reads_of_another_department(office: Office) -> None:
    add_department(office.world)
    add_someone(office.world, "other", "DfE", Role.SENIOR_OFFICER)
    bid = office.world.case(to_deciding(office.world))
    office.end_limit("approver2", office.today)
    office.enter("other")
    words = office.read()
    assert "Approver2" not in words
    assert bid.reference not in words
    assert office.client.get("/readiness?fund=RSG-SLI").status_code == 404


def test_the_number_of_statements_does_not_grow_with_the_bids(office: Office) -> None:
    world = office.world

    def count() -> int:
        seen: list[str] = []
        with world.sessions() as session:
            reader = viewer_for(session, world.ids["responsible"], world.clock.now())
            bind = session.get_bind()
            note = lambda *given: seen.append(given[2])  # noqa: E731 - a listener of one line.
            event.listen(bind, "before_cursor_execute", note)
            found = readiness(session, reader, world.clock.now())
            event.remove(bind, "before_cursor_execute", note)
        assert found.looked_at
        return len(seen)

    to_screening(world)
    one = count()
    for number in range(3):
        to_screening(world, title=f"Another {number}")
    assert count() == one <= 12
