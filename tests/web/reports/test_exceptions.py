"""What auditors find: what was done differently with its reason, a sample that can be drawn again, and their own reading."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.reports.second_department import add_someone
from tests.web.strict import text_of
from tests.world import APPROVAL, World, make_world, to_consulting, to_deciding, to_screening
from workflow.accounts.models import Organisation, OrganisationKind
from workflow.accounts.queries import viewer_for
from workflow.accounts.roles import Role
from workflow.clock import FixedClock
from workflow.consultation.terms import ConsultationKind
from workflow.db import SYSTEM, Sessions, Work
from workflow.funds.rules import ConsultationRule
from workflow.reports import exceptions
from workflow.reports.exceptions import Different

Read = Callable[[str], str]


@pytest.fixture
def world(sessions: Sessions, clock: FixedClock) -> World:
    made = make_world(sessions, clock)

    def office(work: Work) -> None:
        row = Organisation(code="NAO", name="Audit Office", short_name="NAO", kind=OrganisationKind.OTHER)
        work.session.add(row)
        work.session.flush()
        made.ids["NAO"] = row.id

    made.work(SYSTEM, office)
    add_someone(made, "auditor", "NAO", Role.AUDITOR)
    return made


@pytest.fixture
def read(client: FlaskClient, sign_in_as: Callable[[Any], None], world: World) -> Read:
    sign_in_as(SimpleNamespace(id=world.ids["auditor"]))

    def opened(path: str) -> str:
        answer = client.get(path)
        assert answer.status_code == 200
        return text_of(answer.text)

    return opened


def kinds(world: World) -> list[Different]:
    with world.sessions() as session:
        auditor = viewer_for(session, world.ids["auditor"], world.clock.now())
        return [one.kind for one in exceptions.exceptions(session, auditor)]


def test_a_consultation_with_less_time_than_usual_is_found_with_its_reason(world: World, read: Read) -> None:
    to_screening(world)
    assert kinds(world) == []
    to_consulting(world)
    assert Different.SHORTER_CONSULTATION in kinds(world)
    assert "The outcome was consulted on." in read("/reports/exceptions")


@pytest.mark.parametrize(
    ("kind", "rule", "shorter"),
    [
        (ConsultationKind.LIGHT, ConsultationRule.FULL, True),
        (ConsultationKind.LIGHT, ConsultationRule.LIGHT, False),
        (ConsultationKind.COVERED, ConsultationRule.LIGHT, True),
        (ConsultationKind.FULL, ConsultationRule.LIGHT, False),
        (ConsultationKind.COVERED, ConsultationRule.COVERED, False),
    ],
)
def test_a_consultation_is_short_by_the_rule_of_its_own_fund(
    kind: ConsultationKind, rule: ConsultationRule, shorter: bool
) -> None:
    assert exceptions.is_shorter(kind, rule) is shorter


def test_a_bid_approved_within_a_day_of_its_recommendation_is_found_and_a_slower_one_is_not(
    world: World,
) -> None:
    fast = to_deciding(world)
    world.act("approver1", fast, "approve", APPROVAL)
    assert Different.DECIDED_FAST not in kinds(world)
    world.act("approver2", fast, "approve", APPROVAL)
    assert Different.DECIDED_FAST in kinds(world)


def test_the_same_number_draws_the_same_bids_and_another_one_others(world: World) -> None:
    for number in range(8):
        to_screening(world, title=f"Bid {number}")
    with world.sessions() as session:
        auditor = viewer_for(session, world.ids["auditor"], world.clock.now())

        def drawn(seed: int, size: int = 3) -> list[str]:
            return [one.reference for one in exceptions.sample(session, auditor, seed=seed, size=size)]

        assert drawn(1) == drawn(1)
        assert drawn(1) == drawn(1, 5)[:3]
        assert len({tuple(drawn(seed)) for seed in range(10)}) > 1
        assert drawn(1, 0) == []
        assert len(drawn(1, 10**9)) == 8


def test_what_an_auditor_reads_of_a_bid_is_written_down_and_shown(world: World, read: Read) -> None:
    reference = world.case(to_screening(world)).reference
    read(f"/bids/{reference}")
    assert f"Auditor {reference} /bids/{reference}" in read("/reports/exceptions")


def test_what_others_read_is_not_written_down(
    world: World, client: FlaskClient, sign_in_as: Callable[[Any], None], read: Read
) -> None:
    reference = world.case(to_screening(world)).reference
    sign_in_as(SimpleNamespace(id=world.ids["case"]))
    client.get(f"/bids/{reference}")
    sign_in_as(SimpleNamespace(id=world.ids["auditor"]))
    assert f"/bids/{reference}" not in read("/reports/exceptions").partition("What auditors read")[2]


@pytest.mark.parametrize("odd", ["sample=x", "sample=-1&size=x", "size=999999999", "sample=9999999999&size="])
def test_an_odd_number_is_the_usual_one(read: Read, odd: str) -> None:
    assert "A sample of bids" in read(f"/reports/exceptions?{odd}")


def test_the_file_holds_what_the_page_shows(world: World, client: FlaskClient, read: Read) -> None:
    to_consulting(world)
    read("/reports/exceptions")
    assert "Councils had less time than usual" in client.get("/reports/exceptions.csv").text
