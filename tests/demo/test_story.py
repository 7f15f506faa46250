"""The story: every role has something to do at once, and every state of a bid's life has a bid."""

import csv
import re

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from tests.demo.test_pages import press
from workflow.accounts.roles import ROLES, Role
from workflow.cases import Case
from workflow.consultation.models import Consultation, Invitation, Response
from workflow.db import Sessions
from workflow.deadlines.models import Deadline
from workflow.demo.clock import DemoClock
from workflow.demo.people import PEOPLE
from workflow.demo.stories import STORIES
from workflow.demo.travel import next_target
from workflow.demo.waiting import WAITS, WALK, Waits, located
from workflow.funds.models import Fund, FundYear
from workflow.money import Pence
from workflow.reference.files import DATA
from workflow.wiring.bid import BID


@pytest.mark.parametrize("one", WAITS, ids=lambda one: one.role)
def test_something_waits_for_each_role_and_one_press_leads_to_it(newcomer: FlaskClient, one: Waits) -> None:
    if one.person:
        answer = press(newcomer, "/demo/sign-in", "/demo", person=one.person, go=one.path)
        page = newcomer.get(answer.location)  # type: ignore[attr-defined]
        assert page.status_code in {200, 409}
        assert newcomer.get("/").status_code == 200
    else:
        page = newcomer.get(one.path)
        assert page.status_code == 200
    assert one.shows in page.text


def test_no_role_is_left_out() -> None:
    tried = {one.person for one in WAITS}
    roles = {role for someone in PEOPLE if someone.email in tried for role in someone.roles}

    assert roles == set(Role) & set(ROLES)


@pytest.mark.parametrize("state", [state.name for state in BID.states])
def test_a_bid_stands_in_every_state_of_the_lifecycle(demo_sessions: Sessions, state: str) -> None:
    with demo_sessions() as session:
        assert session.scalar(select(func.count()).where(Case.state == state, Case.kind == "bid")), state


def test_every_step_of_the_walk_leads_somewhere(newcomer: FlaskClient, demo_sessions: Sessions) -> None:
    with demo_sessions() as session:
        where = located(session, [step.path for step in WALK])
    for step in WALK:
        assert where[step.path] != "/"
        if not step.person:
            assert newcomer.get(where[step.path], follow_redirects=True).status_code == 200


def test_the_next_deadline_is_the_close_of_the_consultation(demo_sessions: Sessions) -> None:
    with demo_sessions() as session:
        closes = session.scalars(
            select(Consultation.closes_at)
            .join(Case, Case.id == Consultation.bid_id)
            .where(Case.title == "Police and council joint improvement reviews")
        ).one()
        # Answers on their way count for some seconds more, and only then it closes.
        closed = next_target(session, DemoClock(demo_sessions).now())
        acted_on = session.scalars(
            select(Deadline.breach_at).where(Deadline.due_at == closes, Deadline.kind == "consultation_close")
        ).one()
        assert closes < closed == acted_on


@pytest.mark.parametrize(
    ("title", "asked", "answered"),
    [
        ("Police and council joint improvement reviews", 12, 9),
        ("Local accounts for adult social care", 152, 61),
        ("Regional safeguarding peer reviews", 51, 41),
    ],
)
def test_as_many_councils_were_asked_and_answered_as_the_story_says(
    demo_sessions: Sessions, title: str, asked: int, answered: int
) -> None:
    with demo_sessions() as session:
        invited = (
            select(Invitation.id)
            .join(Consultation, Consultation.id == Invitation.consultation_id)
            .join(Case, Case.id == Consultation.bid_id)
            .where(Case.title == title)
        )
        assert session.scalar(select(func.count()).select_from(invited.subquery())) == asked
        said = select(func.count(Response.id)).where(Response.invitation_id.in_(invited))
        assert session.scalar(said) == answered


def test_the_last_bid_of_the_first_year_asks_for_more_than_is_left(demo_sessions: Sessions) -> None:
    with demo_sessions() as session:
        year = session.scalars(
            select(FundYear)
            .join(Fund, Fund.id == FundYear.fund_id)
            .where(Fund.code == "RSG", FundYear.year == 2011)
        ).one()
        assert year.ceiling - year.reserved - year.committed == Pence(120_000_000)


def test_titles_and_known_amounts_are_those_of_the_data() -> None:
    with (DATA / "improvement_programmes.csv").open(encoding="utf-8") as file:
        rows = {row["ref"]: row for row in csv.DictReader(file)}
    for story in STORIES:
        row = rows[story.ref]
        shared = set(re.findall(r"\w{4,}", story.title.casefold())) & set(
            re.findall(r"\w{4,}", row["title"].casefold())
        )
        assert shared, story.ref
        if row["amount_gbp"]:
            assert sum(story.amounts.values()) == int(row["amount_gbp"]) * 100, story.ref
