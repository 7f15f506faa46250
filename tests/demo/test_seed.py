"""The demonstration comes into an empty database by the commands, once."""

import dataclasses
from collections.abc import Iterator

import pytest
from sqlalchemy import func, select

from tests.harness import Database
from workflow.accounts import commands
from workflow.accounts.directory import add_person
from workflow.accounts.models import Organisation, OrganisationKind, Person
from workflow.app import create_app
from workflow.audit import verify
from workflow.audit.models import Event
from workflow.clock import SystemClock
from workflow.config import Settings
from workflow.db import SYSTEM, Sessions, make_engine, make_sessions, unit_of_work
from workflow.demo.accounts import PASSWORD, accounts
from workflow.demo.clock import OPENS_AT, DemoClock
from workflow.demo.seed import refuse_demonstration, seed_demonstration
from workflow.embedded.filling import fill
from workflow.errors import SettingsError
from workflow.notifications.models import Notification, State
from workflow.reference import load_reference
from workflow.reports.check import check
from workflow.wiring import deploy_definitions, wire


@pytest.fixture
def loaded(database: Database) -> Iterator[Sessions]:
    """A database of the test's own, with the reference data and nobody in it."""
    wire()
    engine = make_engine(database.app_url)
    sessions = make_sessions(engine)
    with unit_of_work(sessions, SystemClock(), actor=SYSTEM) as work:
        deploy_definitions(work.session, work.now)
        load_reference(work.session, work.now)
    yield sessions
    engine.dispose()


def test_everybody_listed_can_sign_in_and_every_council_of_2011_has_a_mailbox(
    demo_sessions: Sessions,
) -> None:
    with unit_of_work(demo_sessions, DemoClock(demo_sessions), actor=SYSTEM) as work:
        for account in accounts():
            assert commands.sign_in(work, email=account["email"], password=account["password"]), account
    with demo_sessions() as session:
        boxes = select(func.count()).where(
            Organisation.kind == OrganisationKind.LOCAL_AUTHORITY, Organisation.mailbox.like("%.example")
        )
        assert session.scalar(boxes) == 353


def test_its_history_holds_every_invariant_and_every_message_was_sent_once(
    demo_sessions: Sessions, demo_settings: Settings
) -> None:
    with demo_sessions() as session:
        assert verify(session) == []
        assert check(session) == []
        sent = session.scalar(select(func.count()).where(Notification.state == State.SENT))
        unworded = select(Notification.template).where(Notification.state == State.DEAD)
        assert session.scalars(unworded).all() == []
    # Other tests put messages of theirs beside those of the history, under names of another time.
    written = list((demo_settings.state / "mail").glob("01*.eml"))
    assert sent == len(written) > 100


def test_its_history_is_told_in_the_past(demo_sessions: Sessions) -> None:
    with demo_sessions() as session:
        bid = select(Event.at).where(Event.stream.like("case:%")).order_by(Event.id)
        moments = list(session.scalars(bid))

    assert moments == sorted(moments)
    assert moments[0].year == 2010
    assert moments[-1] < OPENS_AT


def test_seeding_twice_changes_nothing(demo_settings: Settings, demo_sessions: Sessions) -> None:
    counted = select(func.count()).select_from(Event)
    with demo_sessions() as session:
        before = session.scalar(counted)

    seed_demonstration(demo_settings, demo_sessions.kw["bind"])

    with demo_sessions() as session:
        assert session.scalar(counted) == before


def test_the_demonstration_is_kept_out_of_a_database_with_real_people(
    demo_settings: Settings, loaded: Sessions
) -> None:
    with unit_of_work(loaded, SystemClock(), actor=SYSTEM) as work:
        home = work.session.scalars(select(Organisation.id).where(Organisation.code == "DCLG")).one()
        add_person(work, email="real@gov.example", name="Somebody", organisation_id=home)

    with pytest.raises(SettingsError, match="not the demonstration's"):
        seed_demonstration(demo_settings, loaded.kw["bind"])
    with loaded() as session:
        assert session.scalar(select(func.count()).select_from(Person)) == 1


def test_without_the_demonstration_its_people_are_not_made(demo_settings: Settings, loaded: Sessions) -> None:
    off = dataclasses.replace(demo_settings, demo=False)

    with pytest.raises(SettingsError, match="demonstration is off"):
        seed_demonstration(off, loaded.kw["bind"])
    refuse_demonstration(loaded)


def test_without_the_demonstration_its_database_is_refused(
    demo_settings: Settings, demo_sessions: Sessions
) -> None:
    assert demo_sessions is not None
    with pytest.raises(SettingsError, match="passwords are public"):
        fill(dataclasses.replace(demo_settings, demo=False))


def test_the_pages_serve_nothing_of_a_database_that_is_not_the_demonstrations(
    demo_settings: Settings, loaded: Sessions
) -> None:
    app = create_app(demo_settings, sessions=loaded, testing=True)
    for path in ("/", "/demo", "/sign-in"):
        answer = app.test_client().get(path)
        assert answer.status_code == 503
        assert "Set WORKFLOW_DEMO=off" in answer.text


def test_accounts_name_the_password_and_the_role_of_each() -> None:
    rows = accounts()

    assert all(row["password"] == PASSWORD and row["email"].endswith(".example") for row in rows)
    assert len({row["email"] for row in rows}) == len(rows)
    assert {"Bid writer", "Signatory", "Case officer", "Assessor", "Approver"} <= {
        row["role"] for row in rows
    }
