"""The demonstration comes into an empty database by the commands, once."""

import dataclasses
from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import Engine, func, select

from tests.harness import Database
from tests.web.conftest import settings_for
from workflow.accounts import commands
from workflow.accounts.directory import add_person
from workflow.accounts.models import Organisation, OrganisationKind, Person
from workflow.audit import verify
from workflow.audit.models import Event
from workflow.clock import SystemClock
from workflow.config import Settings
from workflow.db import SYSTEM, Sessions, make_engine, make_sessions, unit_of_work
from workflow.deadlines import start
from workflow.demo.accounts import PASSWORD, accounts
from workflow.demo.clock import OPENS_AT, DemoClock
from workflow.demo.seed import refuse_demonstration, seed_demonstration
from workflow.embedded.filling import fill
from workflow.errors import SettingsError
from workflow.reference import load_reference
from workflow.reports.check import check
from workflow.wiring import deploy_definitions, wire


@pytest.fixture
def engine(database: Database) -> Iterator[Engine]:
    made = make_engine(database.app_url)
    yield made
    made.dispose()


@pytest.fixture
def own(engine: Engine) -> Sessions:
    return make_sessions(engine)


@pytest.fixture
def settings(database: Database) -> Settings:
    return settings_for(database.app_url, "redis://127.0.0.1:1/0", WORKFLOW_DEMO="on")


@pytest.fixture
def loaded(own: Sessions) -> Sessions:
    wire()
    start(own, OPENS_AT)
    with unit_of_work(own, DemoClock(own), actor=SYSTEM) as work:
        deploy_definitions(work.session, work.now)
        load_reference(work.session, work.now)
    return own


def test_everybody_listed_can_sign_in_and_every_council_of_2011_has_a_mailbox(
    settings: Settings, engine: Engine, loaded: Sessions
) -> None:
    seed_demonstration(settings, engine)

    with unit_of_work(loaded, DemoClock(loaded), actor=SYSTEM) as work:
        for account in accounts():
            assert commands.sign_in(work, email=account["email"], password=account["password"]), account
    with loaded() as session:
        boxes = select(func.count()).where(
            Organisation.kind == OrganisationKind.LOCAL_AUTHORITY, Organisation.mailbox.like("%.example")
        )
        assert session.scalar(boxes) == 353
        assert verify(session) == []
        assert check(session) == []


def test_seeding_twice_changes_nothing(settings: Settings, engine: Engine, loaded: Sessions) -> None:
    seed_demonstration(settings, engine)
    with loaded() as session:
        before = session.scalar(select(func.count()).select_from(Event))

    seed_demonstration(settings, engine)
    with loaded() as session:
        assert session.scalar(select(func.count()).select_from(Event)) == before


def test_business_time_begins_at_nine_on_29_march_2011(
    settings: Settings, engine: Engine, loaded: Sessions
) -> None:
    seed_demonstration(settings, engine)

    assert timedelta(0) <= DemoClock(loaded).now() - OPENS_AT < timedelta(minutes=2)


def test_the_demonstration_is_kept_out_of_a_database_with_real_people(
    settings: Settings, engine: Engine, loaded: Sessions
) -> None:
    with unit_of_work(loaded, SystemClock(), actor=SYSTEM) as work:
        home = work.session.scalars(select(Organisation.id).where(Organisation.code == "DCLG")).one()
        add_person(work, email="real@gov.example", name="Somebody", organisation_id=home)

    with pytest.raises(SettingsError, match="not the demonstration's"):
        seed_demonstration(settings, engine)
    with loaded() as session:
        assert session.scalar(select(func.count()).select_from(Person)) == 1


def test_without_the_demonstration_its_database_is_refused_and_its_people_are_not_made(
    settings: Settings, engine: Engine, loaded: Sessions
) -> None:
    off = dataclasses.replace(settings, demo=False)
    with pytest.raises(SettingsError, match="demonstration is off"):
        seed_demonstration(off, engine)
    refuse_demonstration(loaded)
    seed_demonstration(settings, engine)

    with pytest.raises(SettingsError, match="passwords are public"):
        fill(off)


def test_accounts_name_the_password_and_the_role_of_each() -> None:
    rows = accounts()

    assert all(row["password"] == PASSWORD and row["email"].endswith(".example") for row in rows)
    assert len({row["email"] for row in rows}) == len(rows)
    assert {"Bid writer", "Signatory", "Case officer", "Assessor", "Approver"} <= {
        row["role"] for row in rows
    }
