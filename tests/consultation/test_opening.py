"""Opening a consultation: who is asked, which text, until when, and one mail an address."""

from datetime import date
from uuid import uuid4

import pytest
from sqlalchemy import event, func, insert, select

from tests.consultation.world import CLOSES_ON, OPENED, World
from workflow import cases
from workflow.accounts.models import Organisation, OrganisationKind, RoleAssignment
from workflow.accounts.roles import Role
from workflow.cases import Case
from workflow.consultation.models import Consultation, ConsultationQuestion, Invitation
from workflow.db import Work, person
from workflow.deadlines import open_deadlines
from workflow.errors import Invalid, Refused
from workflow.notifications import Notification


def invited_codes(world: World) -> list[str]:
    with world.sessions() as session:
        return list(
            session.scalars(
                select(Organisation.code)
                .join(Invitation, Invitation.organisation_id == Organisation.id)
                .order_by(Organisation.code)
            )
        )


def test_all_asks_the_authorities_that_live_that_day_and_nobody_else(world: World) -> None:
    with world.work() as work:
        ended = {"valid_to": OPENED.date().replace(day=6)}
        last_day = {"valid_to": OPENED.date()}
        coming = {"valid_from": OPENED.date().replace(day=8)}
        for code, dates in (("OLD", ended), ("LAS", last_day), ("NEW", coming)):
            work.session.add(
                Organisation(
                    code=code, name=code, short_name=code, kind=OrganisationKind.LOCAL_AUTHORITY, **dates
                )
            )
    world.open()
    assert invited_codes(world) == ["KEN", "LAS", "LCE", "ROT"]


def test_a_chosen_list_asks_just_those_and_an_unknown_code_is_named(world: World) -> None:
    with pytest.raises(Invalid, match="XYZ"):
        world.open(["KEN", "XYZ"])
    with pytest.raises(Invalid, match="ADASS"):
        world.open(["ADASS"])
    world.open(["KEN", "LCE"])
    assert invited_codes(world) == ["KEN", "LCE"]


def test_a_close_on_the_royal_wedding_is_told_as_the_next_tuesday_and_the_deadline_agrees(
    world: World,
) -> None:
    consultation_id = world.open(kind="light", reason="One area.", closes_on=date(2011, 4, 29))
    with world.sessions() as session:
        made = session.get_one(Consultation, consultation_id)
        deadline = open_deadlines(session, [f"case:{world.case_id}"])[f"case:{world.case_id}"][0]
        assert session.get_one(Case, world.case_id).due_on == date(2011, 5, 3)
    assert (made.asked_closes_on, made.closes_on) == (date(2011, 4, 29), date(2011, 5, 3))
    assert deadline.due_on == made.closes_on
    assert deadline.due_at == made.closes_at


def test_a_full_consultation_of_less_than_84_days_is_refused_and_nothing_is_kept(world: World) -> None:
    with pytest.raises(Refused):
        world.open(closes_on=date(2011, 4, 28))
    assert invited_codes(world) == []


def test_the_questions_are_kept_in_order_and_a_sixth_is_refused(world: World) -> None:
    with pytest.raises(Invalid):
        world.open(questions="\n".join("abcdef"))
    world.open(questions="Does it serve a need?\n\n  What should change? ")
    with world.sessions() as session:
        rows = session.execute(select(ConsultationQuestion.number, ConsultationQuestion.text)).all()
    assert sorted(map(tuple, rows)) == [(1, "Does it serve a need?"), (2, "What should change?")]


def test_every_mailbox_and_person_of_a_council_gets_one_mail_that_names_its_councils(world: World) -> None:
    with world.work() as work:
        work.session.add(
            RoleAssignment(
                person_id=world.ids["kent"],
                role=Role.COUNCIL_OFFICER,
                organisation_id=world.ids["ROT"],
                valid_from=date(2011, 1, 1),
            )
        )
    world.open()
    with world.sessions() as session:
        mails = {
            row.address: row.payload
            for row in session.scalars(
                select(Notification).where(Notification.template == "consultation_invitation")
            )
        }
    assert sorted(mails) == [
        "consultations@ken.example",
        "consultations@lce.example",
        "consultations@rot.example",
        "kent@example.test",
        "leicester@example.test",
    ]
    both = {one["invitation_id"] for one in mails["kent@example.test"]["named"]}
    assert both == {world.invitation("KEN"), world.invitation("ROT")}


def test_opening_again_adds_nothing(world: World) -> None:
    world.open()
    with pytest.raises(Refused):
        world.open()
    with world.sessions() as session:
        assert session.scalar(select(func.count()).select_from(Invitation)) == 3
        assert session.scalar(select(func.count()).select_from(Consultation)) == 1


def test_all_353_are_asked_with_as_many_statements_as_three(world: World) -> None:
    few = _statements_to_open(world)
    with world.work() as work:
        work.session.execute(
            insert(Organisation),
            [
                {
                    "code": f"C{number:03}",
                    "name": f"Council {number:03}",
                    "short_name": f"Council {number:03}",
                    "kind": OrganisationKind.LOCAL_AUTHORITY,
                    "mailbox": f"mail{number}@example.test",
                    "is_legal_person": True,
                    "former_gss_codes": [],
                    "has_social_care_duty": False,
                    "is_section_33": True,
                    "is_charitable": False,
                    "provenance": "a test",
                }
                for number in range(350)
            ],
        )
    assert _statements_to_open(world) == few
    world.open()
    assert len(invited_codes(world)) == 353
    with world.sessions() as session:
        owed = session.scalar(select(func.count()).select_from(Notification))
    assert owed == 355  # A mailbox each, and the two people of the first three councils.


def _statements_to_open(world: World) -> int:
    """How many statements an opening to all councils takes; all of it is taken back."""
    counted = []

    def count(*_: object) -> None:
        counted.append(1)

    data = {"kind": "full", "consultees": "all", "closes_on": CLOSES_ON, "reason": "", "questions": ""}
    with world.sessions() as session:
        event.listen(session.connection().engine, "before_cursor_execute", count)
        work = Work(session, OPENED, OPENED, person(world.ids["officer"]))
        rev = session.get_one(Case, world.case_id).rev
        cases.apply(work, world.case_id, action="open_consultation", seen_rev=rev, data=data, key=uuid4().hex)
        event.remove(session.connection().engine, "before_cursor_execute", count)
        session.rollback()
    return len(counted)
