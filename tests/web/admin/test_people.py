"""The pages of those who look after people. Source: domain, section 8, administrator."""

from collections.abc import Callable
from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from tests.reports.second_department import add_someone
from tests.web.conftest import form_of
from tests.web.strict import text_of
from tests.world import World, make_world, to_screening
from workflow.accounts import commands
from workflow.accounts.models import Organisation, RoleAssignment
from workflow.accounts.roles import Role
from workflow.clock import FixedClock
from workflow.db import SYSTEM, Sessions, Work
from workflow.notifications.models import Suppression

LAST = {"last_day-day": "31", "last_day-month": "3", "last_day-year": "2011"}


@pytest.fixture
def world(sessions: Sessions, clock: FixedClock, sign_in_as: Callable[[Any], None]) -> World:
    made = make_world(sessions, clock)
    add_someone(made, "admin", "DCLG", Role.ADMINISTRATOR)
    sign_in_as(SimpleNamespace(id=made.ids["admin"]))
    return made


def read(client: FlaskClient, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return text_of(answer.text)


def leaves(world: World, who: str) -> None:
    world.work(SYSTEM, lambda work: commands.note_leaving(work, world.ids[who], last_day=date(2011, 3, 31)))


def role_of(world: World, who: str) -> RoleAssignment:
    with world.sessions() as session:
        return session.scalars(select(RoleAssignment).where(RoleAssignment.person_id == world.ids[who])).one()


def test_somebody_who_leaves_is_shown_with_open_bids_and_who_takes_over_and_no_bid_is_named(
    world: World, client: FlaskClient
) -> None:
    for number in range(4):
        to_screening(world, title=f"Secret {number}")
    assert "Nobody who leaves still holds a role" in read(client, "/admin")
    leaves(world, "case")
    words = read(client, "/admin")
    assert "Thursday 31 March 2011 4 open bids Case officer: nobody else" in words
    assert "Secret" not in words
    add_someone(world, "colleague", "DCLG", Role.CASE_OFFICER)
    assert "Case officer: Colleague" in read(client, "/admin")


def test_a_role_is_ended_by_the_command_and_the_person_is_no_longer_waited_for(
    world: World, client: FlaskClient
) -> None:
    leaves(world, "case")
    held = role_of(world, "case")
    page = f"/admin/people/{world.ids['case']}/roles/{held.id}"
    assert "Nobody else holds this role" in read(client, page)
    answer = client.post(page, data=form_of(client.get(page)) | LAST)
    assert answer.status_code == 303
    assert role_of(world, "case").valid_to == date(2011, 3, 31)
    assert "Nobody who leaves still holds a role" in read(client, "/admin")


def test_a_last_day_before_the_role_began_is_refused_beside_its_box(
    world: World, client: FlaskClient
) -> None:
    held = role_of(world, "case")
    page = f"/admin/people/{world.ids['case']}/roles/{held.id}"
    typed = LAST | {"last_day-year": "2009"}
    answer = client.post(page, data=form_of(client.get(page)) | typed)
    assert "The last day must not be before the first." in text_of(answer.text)
    assert role_of(world, "case").valid_to is None


def test_the_last_day_of_somebody_is_noted(world: World, client: FlaskClient) -> None:
    page = f"/admin/people/{world.ids['finance']}/leaving"
    assert client.post(page, data=form_of(client.get(page)) | LAST).status_code == 303
    assert "Finance" in read(client, "/admin").partition("Addresses not working")[0]


def test_an_address_that_bounced_is_shown_and_gone_when_another_is_entered(
    world: World, client: FlaskClient
) -> None:
    def bounce(work: Work) -> None:
        work.session.add(Suppression(address="corporate@gat.example", code="550", since=work.now))

    world.work(SYSTEM, bounce)
    assert "Council GAT corporate@gat.example" in read(client, "/admin")
    page = "/admin/organisations/GAT/address"
    for typed in ("nonsense", "one@gat.example,two@gat.example"):
        wrong = client.post(page, data=form_of(client.get(page)) | {"address": typed})
        assert "Enter an email address" in text_of(wrong.text)
    client.post(page, data=form_of(client.get(page)) | {"address": "new@gat.example"})
    assert "Messages reach every address" in read(client, "/admin")
    with world.sessions() as session:
        assert (
            session.scalar(select(Organisation.mailbox).where(Organisation.code == "GAT"))
            == "new@gat.example"
        )


def test_people_are_found_by_a_part_of_their_name_or_organisation(world: World, client: FlaskClient) -> None:
    del world
    listed = read(client, "/admin?text=lgid").partition("People Name")[2]
    assert "Drafter" in listed
    assert "Assessor" not in listed
    assert "Nobody is found" in read(client, "/admin?text=%25%25%5F")


def test_an_auditor_reads_the_list_and_changes_nothing(
    world: World, client: FlaskClient, sign_in_as: Callable[[Any], None]
) -> None:
    add_someone(world, "auditor", "DCLG", Role.AUDITOR)
    sign_in_as(SimpleNamespace(id=world.ids["auditor"]))
    person_id, role_id = world.ids["case"], role_of(world, "case").id
    assert "Case officer" in read(client, f"/admin/people/{person_id}")
    assert client.get(f"/admin/people/{person_id}/roles/{role_id}").status_code == 403
    assert client.get(f"/admin/people/{person_id}/leaving").status_code == 403
