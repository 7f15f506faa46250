"""Signing in, roles, limits, cover and connections, each on its own days."""

import hashlib
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from workflow.accounts import commands, queries
from workflow.accounts.directory import add_organisation, add_person, set_mailboxes
from workflow.accounts.models import (
    Cover,
    Organisation,
    OrganisationKind,
    Person,
    RoleAssignment,
    UserSession,
)
from workflow.accounts.roles import ROLES, Role
from workflow.audit.models import Event, EventText
from workflow.clock import FixedClock
from workflow.db import SYSTEM, Sessions, person, unit_of_work
from workflow.errors import Invalid, NotAllowed, NotHere
from workflow.money import Pence

DAY = date(2011, 3, 29)
PASSWORD = "three random words"


@pytest.fixture
def home(sessions: Sessions, clock: FixedClock) -> Organisation:
    with unit_of_work(sessions, clock, actor=SYSTEM) as work:
        return add_organisation(work, code="DCLG", name="Department", kind=OrganisationKind.DEPARTMENT)


@pytest.fixture
def jo(sessions: Sessions, clock: FixedClock, home: Organisation) -> Person:
    with unit_of_work(sessions, clock, actor=SYSTEM) as work:
        known = commands.hash_password(PASSWORD)
        return add_person(
            work, email="Jo@DCLG.example ", name="Jo", organisation_id=home.id, password_hash=known
        )


def test_an_address_is_kept_in_lower_case_and_signs_in_however_it_is_typed(
    sessions: Sessions, clock: FixedClock, jo: Person
) -> None:
    assert jo.email == "jo@dclg.example"
    with unit_of_work(sessions, clock, actor=SYSTEM) as work:
        assert commands.sign_in(work, email=" JO@dclg.EXAMPLE", password=PASSWORD)


def test_a_wrong_password_an_unknown_address_and_somebody_who_left_are_answered_alike(
    sessions: Sessions, clock: FixedClock, jo: Person
) -> None:
    with unit_of_work(sessions, clock, actor=SYSTEM) as work:
        assert commands.sign_in(work, email=jo.email, password="wrong") is None
        assert commands.sign_in(work, email="nobody@dclg.example", password=PASSWORD) is None
        assert commands.sign_in(work, email=jo.email, password="") is None
        work.session.get_one(Person, jo.id).active = False
    with unit_of_work(sessions, clock, actor=SYSTEM) as work:
        assert commands.sign_in(work, email=jo.email, password=PASSWORD) is None


def test_a_failed_sign_in_is_written_down_for_an_address_that_nobody_has_too(
    sessions: Sessions, session: Session, clock: FixedClock, jo: Person
) -> None:
    with unit_of_work(sessions, clock, actor=SYSTEM) as work:
        commands.sign_in(work, email="nobody@dclg.example", password=PASSWORD)

    event = session.scalars(select(Event).where(Event.stream == commands.UNKNOWN)).one()
    assert event.event == "sign_in_failed"
    assert "nobody" not in event.canonical


def test_only_the_digest_of_a_token_is_kept(
    sessions: Sessions, session: Session, clock: FixedClock, jo: Person
) -> None:
    with unit_of_work(sessions, clock, actor=SYSTEM) as work:
        token = commands.start_session(work, jo.id)

    kept = session.scalars(select(UserSession.token_digest)).one()
    assert kept == hashlib.sha256(token.encode()).hexdigest()
    assert queries.person_of_session(session, kept, clock.real()) == jo.id


def test_a_sign_in_ends_by_signing_out_by_idleness_and_after_seven_days(
    sessions: Sessions, session: Session, clock: FixedClock, jo: Person
) -> None:
    with unit_of_work(sessions, clock, actor=SYSTEM) as work:
        first, second = (_digest(commands.start_session(work, jo.id)) for _ in range(2))
        commands.sign_out(work, first)
        commands.sign_out(work, first)

    def holder(digest: str, after: timedelta) -> int | None:
        return queries.person_of_session(session, digest, clock.real() + after)

    assert holder(first, timedelta()) is None
    assert holder(second, timedelta(hours=11, minutes=59)) == jo.id
    assert holder(second, timedelta(hours=12)) is None
    clock.move(timedelta(days=6, hours=23))
    with unit_of_work(sessions, clock, actor=SYSTEM) as work:
        commands.see_session(work, second)
    assert holder(second, timedelta(minutes=59)) == jo.id
    assert holder(second, timedelta(hours=1)) is None


def test_a_new_password_ends_every_sign_in_and_has_no_rule_but_its_length(
    sessions: Sessions, session: Session, clock: FixedClock, jo: Person
) -> None:
    with unit_of_work(sessions, clock, actor=person(jo.id)) as work:
        digest = _digest(commands.start_session(work, jo.id))
        commands.set_password(work, jo.id, "aaaaaaaa")
    assert queries.person_of_session(session, digest, clock.real()) is None
    with unit_of_work(sessions, clock, actor=SYSTEM) as work:
        assert commands.sign_in(work, email=jo.email, password="aaaaaaaa")
        for wrong in ("aaaaaaa", "a" * 201):
            with pytest.raises(Invalid, match="between 8 and 200"):
                commands.set_password(work, jo.id, wrong)
        with pytest.raises(NotHere):
            commands.set_password(work, 0, "aaaaaaaa")


def test_a_role_counts_from_its_first_day_to_its_last(
    sessions: Sessions, session: Session, clock: FixedClock, jo: Person, home: Organisation
) -> None:
    with unit_of_work(sessions, clock, actor=SYSTEM) as work:
        granted = commands.grant_role(work, jo.id, Role.ASSESSOR, home.id, valid_from=DAY)
        work.session.flush()
        commands.end_role(work, granted.id, last_day=date(2011, 3, 31))

    def roles(moment: datetime) -> frozenset[Role]:
        return queries.viewer_for(session, jo.id, moment).roles

    assert roles(datetime(2011, 3, 28, 22, 59, tzinfo=UTC)) == frozenset()
    # London is an hour ahead of UTC from 27 March on.
    assert roles(datetime(2011, 3, 28, 23, 0, tzinfo=UTC)) == {Role.ASSESSOR}
    assert roles(datetime(2011, 3, 31, 22, 59, tzinfo=UTC)) == {Role.ASSESSOR}
    assert roles(datetime(2011, 3, 31, 23, 0, tzinfo=UTC)) == frozenset()
    assert [one.id for one in queries.people_with(session, Role.ASSESSOR, home.id, clock.now())] == [jo.id]


def test_nobody_grants_a_role_or_a_limit_to_themselves(
    sessions: Sessions, clock: FixedClock, jo: Person, home: Organisation
) -> None:
    with unit_of_work(sessions, clock, actor=person(jo.id)) as work:
        with pytest.raises(NotAllowed):
            commands.grant_role(work, jo.id, Role.APPROVER, home.id, valid_from=DAY)
        with pytest.raises(NotAllowed):
            commands.grant_delegation(work, jo.id, home.id, Pence(100), valid_from=DAY)


def test_the_table_refuses_what_the_command_would(session: Session, jo: Person, home: Organisation) -> None:
    session.add(
        RoleAssignment(
            person_id=jo.id,
            role=Role.APPROVER,
            organisation_id=home.id,
            valid_from=DAY,
            granted_by=jo.id,
        )
    )
    with pytest.raises(IntegrityError, match="granted_by_another"):
        session.flush()


def test_the_last_day_is_not_before_the_first(
    sessions: Sessions, clock: FixedClock, jo: Person, home: Organisation
) -> None:
    with unit_of_work(sessions, clock, actor=SYSTEM) as work, pytest.raises(Invalid, match="last day"):
        commands.grant_role(
            work, jo.id, Role.APPROVER, home.id, valid_from=DAY, valid_to=DAY - timedelta(days=1)
        )


def test_the_highest_limit_in_force_that_day_counts_and_none_is_not_nothing(
    sessions: Sessions, session: Session, clock: FixedClock, jo: Person, home: Organisation
) -> None:
    def limits(**later: int) -> dict[int, Pence]:
        return queries.standing_of(session, jo.id, clock.now() + timedelta(**later)).limits

    assert limits() == {}
    with unit_of_work(sessions, clock, actor=SYSTEM) as work:
        commands.grant_delegation(work, jo.id, home.id, Pence(500), valid_from=DAY)
        commands.grant_delegation(work, jo.id, home.id, Pence(900), valid_from=DAY, valid_to=DAY)

    assert limits() == {home.id: 900}
    assert limits(days=1) == {home.id: 500}
    assert limits(days=-1) == {}


def test_cover_names_whom_one_stands_in_for_on_its_days(
    session: Session, clock: FixedClock, jo: Person, home: Organisation
) -> None:
    away = Person(email="away@dclg.example", name="Away", organisation_id=home.id)
    session.add(away)
    session.flush()
    session.add(Cover(for_person_id=away.id, person_id=jo.id, valid_from=DAY, valid_to=DAY))
    session.flush()

    assert queries.standing_of(session, jo.id, clock.now()).principals == {away.id}
    assert queries.standing_of(session, jo.id, clock.now() + timedelta(days=1)).principals == frozenset()
    assert queries.standing_of(session, away.id, clock.now()).principals == frozenset()


def test_a_connection_names_one_thing_says_why_and_counts_from_when_it_is_declared(
    sessions: Sessions, session: Session, clock: FixedClock, jo: Person, home: Organisation
) -> None:
    with unit_of_work(sessions, clock, actor=person(jo.id)) as work:
        commands.declare_interest(work, jo.id, nature="A sister works there", organisation_id=home.id)
        with pytest.raises(Invalid, match="either"):
            commands.declare_interest(work, jo.id, nature="Both", organisation_id=home.id, case_id=1)
        with pytest.raises(Invalid, match="what the connection is"):
            commands.declare_interest(work, jo.id, nature="  ", organisation_id=home.id)

    assert queries.standing_of(session, jo.id, clock.now()).interests == {home.id}
    assert queries.standing_of(session, jo.id, clock.now() - timedelta(seconds=1)).interests == frozenset()


def test_every_change_is_an_event_without_names_and_the_failed_sign_in_is_one_too(
    sessions: Sessions, session: Session, clock: FixedClock, jo: Person, home: Organisation
) -> None:
    with unit_of_work(sessions, clock, actor=SYSTEM) as work:
        commands.sign_in(work, email=jo.email, password="wrong")
        commands.sign_in(work, email=jo.email, password=PASSWORD)
        commands.grant_role(work, jo.id, Role.DRAFTER, home.id, valid_from=DAY)
        commands.sign_out_everywhere(work, jo.id)

    events = session.scalars(select(Event).where(Event.stream == f"person:{jo.id}").order_by(Event.seq)).all()
    assert [event.event for event in events] == [
        "person_added",
        "sign_in_failed",
        "signed_in",
        "role_granted",
        "signed_out_everywhere",
    ]
    assert not any("jo@dclg" in event.canonical for event in events)
    kept = session.scalars(select(EventText.text).where(EventText.event_id == events[0].id)).all()
    assert set(kept) == {"Jo", "jo@dclg.example"}


def test_two_people_cannot_have_one_address(
    sessions: Sessions, clock: FixedClock, jo: Person, home: Organisation
) -> None:
    with unit_of_work(sessions, clock, actor=SYSTEM) as work:
        with pytest.raises(Invalid, match="already"):
            add_person(work, email=jo.email.upper(), name="Other", organisation_id=home.id)
        with pytest.raises(Invalid, match="email address"):
            add_person(work, email="no address", name="Other", organisation_id=home.id)


def test_a_mailbox_that_stays_the_same_is_no_change(
    sessions: Sessions, clock: FixedClock, home: Organisation
) -> None:
    with unit_of_work(sessions, clock, actor=SYSTEM) as work:
        assert set_mailboxes(work, {"DCLG": "Office@dclg.example"}) == 1
        assert set_mailboxes(work, {"DCLG": "office@dclg.example", "NONE": "x@y.example"}) == 0
        assert set_mailboxes(work, {}) == 0
        assert queries.organisation(work.session, "DCLG").id == home.id


def test_who_is_not_there_is_not_found(session: Session, clock: FixedClock) -> None:
    with pytest.raises(NotHere):
        queries.viewer_for(session, 0, clock.now())
    with pytest.raises(NotHere):
        queries.organisation(session, "NONE")
    assert queries.people_named(session, []) == {}
    assert queries.organisations_named(session, []) == {}


def test_every_role_has_its_row() -> None:
    assert set(ROLES) == set(Role)
    assert all(row.label and row.sees and row.may_do for row in ROLES.values())


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
