"""Giving, ending and reading what people may decide, through the pages, by the right people and by others."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from tests.reports.second_department import add_someone
from tests.web.conftest import form_of
from tests.web.strict import text_of
from tests.world import World, make_world, to_deciding
from workflow.accounts import covering
from workflow.accounts.models import Cover, Delegation, Interest, RoleAssignment
from workflow.accounts.queries import standing_of
from workflow.accounts.roles import Role
from workflow.audit.models import Event
from workflow.clock import FixedClock, london_date
from workflow.db import Sessions
from workflow.errors import NotAllowed, Refused
from workflow.notifications import Notification
from workflow.wiring.mailroom import Mailroom

TODAY = date(2011, 3, 29)
YES = {"no_conflict": True, "reason": "Good value."}


class Office:
    """A browser in a small world with somebody for each part."""

    def __init__(self, world: World, client: FlaskClient, sign_in_as: Callable[[Any], None]) -> None:
        self.world, self.client, self._sign_in_as = world, client, sign_in_as

    def enter(self, who: str) -> None:
        """Sign in as somebody."""
        self._sign_in_as(SimpleNamespace(id=self.world.ids[who]))

    def page(self, who: str) -> str:
        """The address of somebody's page."""
        return f"/authority/{self.world.ids[who]}"

    def read(self, path: str) -> str:
        """The words of a page that is there."""
        answer = self.client.get(path)
        assert answer.status_code == 200
        return text_of(answer.text)

    def send(self, path: str, **typed: str) -> Any:
        """Fill in the form of a page and send it."""
        return self.client.post(path, data=form_of(self.client.get(path)) | typed)

    def told(self, who: str) -> list[str]:
        """What messages about grants are owed to somebody, by what they say."""
        mailroom = Mailroom("https://grants.example", self.world.clock)
        with self.world.sessions() as session:
            owed = session.scalars(
                select(Notification)
                .where(Notification.person_id == self.world.ids[who], Notification.payload.has_key("grant"))
                .order_by(Notification.id)
            ).all()
            facts = [(one.template, mailroom.context(session, one)) for one in owed]
            return [f"{template}: {found['what']}" for template, found in facts if found]

    def events(self, who: str) -> list[str]:
        """The events on somebody's stream."""
        with self.world.sessions() as session:
            stream = f"person:{self.world.ids[who]}"
            return list(
                session.scalars(select(Event.event).where(Event.stream == stream).order_by(Event.seq))
            )


def days(**named: date | None) -> dict[str, str]:
    """The boxes of days as a person fills them."""
    return {
        f"{name}-{part}": str(getattr(day, part)) if day else ""
        for name, day in named.items()
        for part in ("day", "month", "year")
    }


@pytest.fixture
def office(
    sessions: Sessions, clock: FixedClock, client: FlaskClient, sign_in_as: Callable[[Any], None]
) -> Office:
    world = make_world(sessions, clock)
    add_someone(world, "head", "DCLG", Role.HEAD_OF_TEAM)
    add_someone(world, "admin", "DCLG", Role.ADMINISTRATOR)
    add_someone(world, "approver3", "DCLG", Role.APPROVER)
    made = Office(world, client, sign_in_as)
    made.enter("responsible")
    return made


def give_limit(office: Office, who: str, amount: str, first: date, last: date | None = None) -> Any:
    department = str(office.world.ids["DCLG"])
    typed = days(valid_from=first, valid_to=last)
    return office.send(f"{office.page(who)}/limits/new", department=department, limit=amount, **typed)


def give_cover(office: Office, away: str, by: str, first: date, last: date) -> Any:
    typed = days(valid_from=first, valid_to=last)
    return office.send(f"{office.page(away)}/cover/new", person=str(office.world.ids[by]), **typed)


def test_a_limit_is_given_with_days_and_the_approver_is_told_and_reads_it_on_their_own_page(
    office: Office,
) -> None:
    assert give_limit(office, "approver3", "1,000,000", TODAY, date(2011, 9, 30)).status_code == 303
    assert "limit_granted" in office.events("approver3")
    assert office.told("approver3") == [
        (
            "grant_made: Approving up to £1,000,000 for Department, from Tuesday 29 March 2011 "
            "until the end of Friday 30 September 2011"
        )
    ]
    office.enter("approver3")
    words = office.read("/me/authority")
    assert "What I may decide" in words
    assert "£1,000,000 Department" in words
    assert "Responsible" in words
    assert "Give a limit" not in words


def test_a_second_limit_on_the_same_days_is_refused_until_the_first_is_ended_and_the_past_stands(
    office: Office,
) -> None:
    refused = give_limit(office, "approver1", "20,000,000", TODAY)
    assert "can approve up to £10,000,000 on some of these days already" in text_of(refused.text)
    with office.world.sessions() as session:
        first = session.scalars(
            select(Delegation).where(Delegation.person_id == office.world.ids["approver1"])
        ).one()
    end = f"{office.page('approver1')}/limits/{first.id}/end"
    assert office.send(end, **days(last_day=TODAY)).status_code == 303
    assert office.told("approver1")[-1].startswith("grant_ended: Approving up to £10,000,000")
    assert "limit_ended" in office.events("approver1")
    tomorrow = TODAY + timedelta(days=1)
    assert give_limit(office, "approver1", "20,000,000", tomorrow).status_code == 303
    office.world.move_to(datetime(2011, 3, 30, 8, 0, tzinfo=UTC))
    with office.world.sessions() as session:
        standing = standing_of(session, office.world.ids["approver1"], office.world.clock.now())
    assert standing.limits[office.world.ids["DCLG"]] == 2_000_000_000
    office.enter("responsible")
    as_at = office.read(f"{office.page('approver1')}?on=2011-03-29").partition("Cover")[0]
    assert "£10,000,000" in as_at
    listed = office.read("/authority?on=2011-03-29")
    assert "Approver1 Approver £10,000,000" in listed
    assert "Approver1 Approver £20,000,000" in office.read("/authority")


def test_a_limit_cannot_be_ended_in_the_past_or_made_longer(office: Office) -> None:
    give_limit(office, "approver3", "1,000", TODAY, date(2011, 4, 30))
    with office.world.sessions() as session:
        found = session.scalars(
            select(Delegation).where(Delegation.person_id == office.world.ids["approver3"])
        ).one()
    office.world.move_to(datetime(2011, 3, 31, 8, 0, tzinfo=UTC))
    office.enter("responsible")
    end = f"{office.page('approver3')}/limits/{found.id}/end"
    assert "must be today or later" in text_of(office.send(end, **days(last_day=date(2011, 3, 30))).text)
    assert "give it anew" in text_of(office.send(end, **days(last_day=date(2011, 5, 1))).text)


def test_a_limit_is_refused_from_a_past_day_and_to_somebody_who_is_no_approver(office: Office) -> None:
    yesterday = TODAY - timedelta(days=1)
    assert "must be today or later" in text_of(give_limit(office, "approver3", "1", yesterday).text)
    assert "is not an approver" in text_of(give_limit(office, "assessor", "1", TODAY).text)
    assert "Enter an amount" in text_of(give_limit(office, "approver3", "", TODAY).text)


def test_nobody_gives_themselves_a_limit_a_role_or_cover(office: Office) -> None:
    own = office.page("responsible")
    answer = office.client.get(f"{own}/limits/new")
    assert answer.status_code == 403
    assert "Nobody grants anything to themselves" in text_of(answer.text)
    assert office.client.post(f"{own}/limits/new").status_code == 403
    assert give_cover(office, "approver1", "responsible", TODAY, TODAY).status_code == 200
    world = office.world
    ids = (world.ids["approver1"], world.ids["responsible"])
    with pytest.raises(NotAllowed):  # One is not among those to choose from, and the command says no too.
        world.work(
            "responsible",
            lambda work: covering.give_cover(work, *ids, valid_from=TODAY, valid_to=TODAY),
        )
    office.enter("admin")
    page = f"/admin/people/{office.world.ids['admin']}/roles/new"
    assert office.client.get(page).status_code == 403
    assert office.client.post(page).status_code == 403


@pytest.mark.parametrize("who", ["approver1", "case", "drafter", "admin"])
def test_others_neither_see_what_somebody_may_decide_nor_give_anything(office: Office, who: str) -> None:
    office.enter(who)
    there = office.page("approver2")
    assert office.client.get("/authority").status_code == 404
    assert office.client.get(there).status_code == 404
    for form in ("limits/new", "cover/new"):
        answer = office.client.post(f"{there}/{form}")
        assert answer.status_code == 403
        assert "You cannot open this page" in text_of(answer.text)
    assert "What I may decide" in office.read("/me/authority")


def test_a_head_of_team_says_who_stands_in_and_gives_no_limit(office: Office) -> None:
    office.enter("head")
    assert office.client.get(f"{office.page('approver1')}/limits/new").status_code == 403
    assert give_cover(office, "approver1", "approver3", TODAY, TODAY + timedelta(days=9)).status_code == 303
    assert office.told("approver3")[0].startswith("grant_made: You stand in for Approver1")
    assert office.told("approver1")[0].startswith("grant_made: Approver3 stands in for you")
    assert "cover_granted" in office.events("approver3")
    assert "stand_in_granted" in office.events("approver1")
    assert "Stands in for Approver1" in office.read("/authority")
    office.enter("approver3")
    assert "You stand in for Approver1" in office.read("/me/authority")


def test_the_person_responsible_of_another_department_sees_nobody_here(office: Office) -> None:
    from tests.reports.second_department import add_department  # noqa: PLC0415 - only here.

    add_department(office.world)
    add_someone(office.world, "other", "DfE", Role.SENIOR_OFFICER)
    office.enter("other")
    assert "Approver1" not in office.read("/authority")
    assert office.client.get(office.page("approver1")).status_code == 404
    assert office.client.post(f"{office.page('approver1')}/limits/new").status_code == 404


def test_cover_is_refused_when_it_is_too_long_twice_or_in_a_chain(office: Office) -> None:
    week = TODAY + timedelta(days=6)
    too_long = give_cover(office, "approver1", "approver3", TODAY, TODAY + timedelta(days=92))
    assert "at most 92 days" in text_of(too_long.text)
    assert give_cover(office, "approver1", "approver3", TODAY, week).status_code == 303
    twice = give_cover(office, "approver1", "approver2", week, week)
    assert "Somebody stands in for Approver1 on some of these days already" in text_of(twice.text)
    chain = give_cover(office, "approver3", "approver2", week, week)
    assert "Approver3 stands in for somebody else" in text_of(chain.text)
    away = give_cover(office, "approver2", "approver1", week, week)
    assert "Approver1 is away on some of these days" in text_of(away.text)


def test_cover_is_ended_and_both_are_told(office: Office) -> None:
    give_cover(office, "approver1", "approver3", TODAY, TODAY + timedelta(days=6))
    with office.world.sessions() as session:
        found = session.scalars(select(Cover)).one()
    end = f"{office.page('approver1')}/cover/{found.id}/end"
    assert office.send(end, **days(last_day=TODAY)).status_code == 303
    for who in ("approver1", "approver3"):
        assert office.told(who)[-1].startswith("grant_ended: ")
    assert "cover_ended" in office.events("approver3")
    office.world.move_to(datetime(2011, 3, 30, 8, 0, tzinfo=UTC))
    with office.world.sessions() as session:
        later = standing_of(session, office.world.ids["approver3"], office.world.clock.now())
    assert later.principals == frozenset()


def test_whoever_stands_in_decides_under_their_own_limit_and_counts_as_one_with_the_other(
    office: Office,
) -> None:
    bid = to_deciding(office.world)
    today = london_date(office.world.clock.now())
    office.enter("responsible")
    give_cover(office, "approver1", "approver3", today, today + timedelta(days=6))
    with pytest.raises(Refused, match="Nothing is delegated to you today"):
        office.world.act("approver3", bid, "approve", YES)  # Without a limit of their own.
    assert give_limit(office, "approver3", "10,000,000", today).status_code == 303
    office.world.act("approver1", bid, "approve", YES)
    with pytest.raises(Refused):
        office.world.act("approver3", bid, "approve", YES)  # The other has approved already.


def test_a_limit_that_has_not_begun_or_is_over_approves_nothing(office: Office) -> None:
    bid = to_deciding(office.world)
    today = london_date(office.world.clock.now())
    office.enter("responsible")
    tomorrow = today + timedelta(days=1)
    assert give_limit(office, "approver3", "10,000,000", tomorrow, tomorrow).status_code == 303
    with pytest.raises(Refused):
        office.world.act("approver3", bid, "approve", YES)
    office.world.move_to(office.world.clock.now() + timedelta(days=2))
    with pytest.raises(Refused):
        office.world.act("approver3", bid, "approve", YES)


def test_one_declares_a_connection_oneself_and_the_person_responsible_settles_it(office: Office) -> None:
    office.enter("approver1")
    wrong = office.send("/me/connections/new", organisation="council", nature="My sister works there.")
    assert "Is it Council GAT or Council NTY or Council STY?" in text_of(wrong.text)
    sent = office.send("/me/connections/new", organisation="gat", nature="My sister works there.")
    assert sent.status_code == 303
    assert "Council GAT My sister works there." in office.read("/me/authority")
    with office.world.sessions() as session:
        found = session.scalars(select(Interest)).one()
    settle = f"{office.page('approver1')}/connections/{found.id}"
    assert office.client.get(settle).status_code == 403
    office.enter("responsible")
    assert office.send(settle, words="").status_code == 200
    assert office.send(settle, words="She has left the council.").status_code == 303
    assert office.told("approver1") == ["connection_settled: Council GAT"]
    assert "interest_resolved" in office.events("approver1")
    assert "Connections that are settled" in office.read(office.page("approver1"))
    with office.world.sessions() as session:
        standing = standing_of(session, office.world.ids["approver1"], office.world.clock.now())
    assert standing.interests == frozenset()


def test_an_administrator_gives_and_ends_roles_and_the_person_is_told(office: Office) -> None:
    office.enter("admin")
    page = f"/admin/people/{office.world.ids['case']}/roles/new"
    typed = {"role": "head_of_team", "organisation": "DCLG", **days(valid_from=TODAY, valid_to=None)}
    assert office.send(page, **typed).status_code == 303
    assert office.told("case") == ["grant_made: Head of team for Department, from Tuesday 29 March 2011"]
    assert "on some of these days already" in text_of(office.send(page, **typed).text)
    assert "Only a department" in text_of(office.send(page, **typed | {"organisation": "GAT"}).text)
    assert "No organisation has this code" in text_of(office.send(page, **typed | {"organisation": "x"}).text)
    with office.world.sessions() as session:
        given = session.scalars(
            select(RoleAssignment).where(RoleAssignment.granted_by == office.world.ids["admin"])
        ).one()
    end = f"/admin/people/{office.world.ids['case']}/roles/{given.id}"
    assert office.send(end, **days(last_day=TODAY)).status_code == 303
    assert office.told("case")[-1].startswith("grant_ended: Head of team")


def test_an_auditor_reads_the_list_page_by_page_and_gives_nothing(office: Office) -> None:
    for number in range(20):
        add_someone(office.world, f"more{number}", "DCLG", Role.CASE_OFFICER)
    add_someone(office.world, "auditor", "DCLG", Role.AUDITOR)
    office.enter("auditor")
    first = office.client.get("/authority")
    assert "More19" not in text_of(first.text)
    following = f"/authority?on=2011-03-29&after={office.world.ids['more13']}"
    assert "More19" in office.read(following)
    assert "Give a limit" not in office.read(office.page("approver1"))
    assert office.client.post(f"{office.page('approver1')}/limits/new").status_code == 403


def test_what_is_refused_leaves_no_row_no_event_and_no_message(office: Office) -> None:
    give_limit(office, "approver1", "20,000,000", TODAY)
    assert office.told("approver1") == []
    assert "limit_granted" not in office.events("approver1")
