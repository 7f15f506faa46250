"""What the register, the list and the public page read, for whom, and in how many statements."""

from datetime import date

import pytest
from sqlalchemy import event, insert, text, update
from sqlalchemy.orm import Session

from tests.consultation.world import CLOSED, LAST_MOMENT, OPENED, TOO_LATE, World
from workflow.accounts.models import Organisation, OrganisationKind, RoleAssignment
from workflow.accounts.roles import Role
from workflow.cases import Case
from workflow.consultation import commands, queries, register, setting_up
from workflow.consultation.answers import LinkHolder, consultation_of_link, invited
from workflow.consultation.audiences import lead_body_if_few_answered, silent_councils
from workflow.consultation.published import published
from workflow.consultation.rules import Length
from workflow.consultation.terms import ConsultationKind, Position, Unit
from workflow.db import Actor
from workflow.errors import NotHere
from workflow.notifications import Notification, State


def test_the_register_counts_every_council_once_by_region_type_and_position(world: World) -> None:
    consultation_id = world.open()
    world.answer("KEN", Position.OPPOSE)
    world.answer("KEN", Position.SUPPORT)
    world.answer("LCE", Position.OPPOSE, at=TOO_LATE)
    rotherham = world.invitation("ROT")
    with world.work(Actor("link", link_id=rotherham)) as work:
        commands.start_answer(work, rotherham, link_version=1)
    with world.sessions() as session:
        counts = register.register_counts(session, world.viewer(session, "officer"), consultation_id)
    assert (counts.invited, counts.answered, counts.opened, counts.not_opened, counts.late) == (3, 1, 2, 0, 1)
    assert counts.undisposed == 1
    assert {one.label: (one.answered, one.invited) for one in counts.regions} == {
        "East Midlands": (0, 1),
        "South East": (1, 1),
        "Yorkshire and The Humber": (0, 1),
    }
    assert counts.positions[Position.SUPPORT] == 1
    assert sum(counts.positions.values()) == 1


@pytest.mark.parametrize(
    ("show", "codes"),
    [
        ("all", ["KEN", "LCE", "ROT"]),
        ("answered", ["KEN"]),
        ("not_answered", ["LCE", "ROT"]),
        ("late", ["LCE"]),
        ("to_answer", ["KEN"]),
        ("no such view", []),
    ],
)
def test_a_view_of_the_register_shows_its_councils_and_an_unknown_one_shows_none(
    world: World, show: str, codes: list[str]
) -> None:
    consultation_id = world.open()
    world.answer("KEN")
    world.answer("LCE", at=TOO_LATE)
    with world.sessions() as session:
        rows, more = register.register_rows(
            session, world.viewer(session, "drafter"), consultation_id, show=show
        )
    assert [row.code for row in rows] == codes
    assert not more


def test_the_register_is_read_page_by_page_without_losing_or_repeating_a_council(world: World) -> None:
    consultation_id = world.open()
    with world.sessions() as session:
        viewer, seen, after, more = world.viewer(session, "officer"), [], None, True
        while more:
            rows, more = register.register_rows(session, viewer, consultation_id, after=after, limit=1)
            seen += [row.code for row in rows]
            after = rows[-1].invitation_id
    assert seen == ["KEN", "LCE", "ROT"]


def test_a_stranger_sees_no_row_and_no_figure(world: World) -> None:
    consultation_id = world.open()
    world.answer("KEN")
    with world.sessions() as session:
        for name in ("stranger", "kent"):
            viewer = world.viewer(session, name)
            assert register.register_rows(session, viewer, consultation_id) == ([], False)
            assert register.register_counts(session, viewer, consultation_id).invited == 0


def test_a_council_finds_the_consultations_that_ask_it_and_whether_it_answered(world: World) -> None:
    world.open(["KEN"])
    with world.sessions() as session:
        rows, _ = queries.consultations(session, world.viewer(session, "kent"))
        assert [(row.reference, row.answered, row.sees_register) for row in rows] == [
            ("SLI-2011-0001", False, False)
        ]
        assert queries.consultations(session, world.viewer(session, "leicester")) == ([], False)
        assert queries.consultations(session, world.viewer(session, "stranger")) == ([], False)
        for name in ("officer", "drafter", "auditor"):
            [row], _ = queries.consultations(session, world.viewer(session, name))
            assert row.sees_register
            assert row.invitation_id is None
    world.answer("KEN")
    with world.sessions() as session:
        [row], _ = queries.consultations(session, world.viewer(session, "kent"))
        assert row.answered
        assert queries.consultations(session, world.viewer(session, "kent"), show="closed") == ([], False)
        assert queries.consultations(session, world.viewer(session, "kent"), show="nonsense") == ([], False)
        assert queries.consultations(session, world.viewer(session, "kent"), after=row.id) == ([], False)


def test_a_link_leads_to_its_own_consultation_and_a_replaced_one_nowhere(world: World) -> None:
    consultation_id = world.open()
    kent = world.invitation("KEN")
    with world.sessions() as session:
        assert consultation_of_link(session, LinkHolder(kent, 1)) == consultation_id
        assert invited(session, LinkHolder(kent, 1), consultation_id).council == "Kent County Council"
        with pytest.raises(NotHere):
            consultation_of_link(session, LinkHolder(kent, 2))
        with pytest.raises(NotHere):
            invited(session, LinkHolder(kent, 1), consultation_id + 1)


def test_the_public_reads_what_is_asked_and_no_more_than_numbers(world: World) -> None:
    consultation_id = world.open(questions="Does it serve a need?")
    world.answer("KEN")
    with world.sessions() as session:
        found = published(session, None, consultation_id)
        with pytest.raises(NotHere):
            published(session, None, consultation_id + 1)
    assert (found.about.closes_on, found.about.questions) == (
        date(2011, 5, 3),
        ((1, "Does it serve a need?"),),
    )
    assert found.tally.invited == 3
    assert (found.said, found.publishable, found.report) == ((), 0, None)


def test_a_bid_to_help_councils_that_it_names_is_read_by_those_it_concerns_and_not_by_the_public(
    world: World,
) -> None:
    consultation_id = world.open()
    with world.work() as work:
        work.session.execute(
            text(
                "UPDATE bid SET main_support = 'intervention', area_kind = 'authorities', area_codes = '[\"KEN\"]'"
            )
        )
    with world.sessions() as session:
        assert queries.public_consultations(session, None, show="all") == ([], False)
        for reader in (None, world.viewer(session, "stranger")):
            with pytest.raises(NotHere):
                published(session, reader, consultation_id)
        for who in ("kent", "officer"):
            assert published(session, world.viewer(session, who), consultation_id).about.title


def test_after_the_close_everybody_reads_the_answers_that_count_and_may_be_published(world: World) -> None:
    consultation_id = world.open()
    world.answer("KEN", Position.OPPOSE, text="First words.")
    world.answer("KEN", Position.SUPPORT, text="Last words.")
    world.answer("LCE", Position.OPPOSE, text="Not for all.", publish=False)
    world.answer("ROT", Position.OPPOSE, text="Too late.", at=TOO_LATE)
    world.close()
    with world.sessions() as session:
        found = published(session, None, consultation_id)
    assert [one.text for one in found.said] == ["Last words."]
    assert (found.publishable, found.tally.answered, found.tally.held) == (1, 2, 1)


def test_facts_of_many_bids_take_as_many_statements_as_those_of_one(world: World) -> None:
    world.open()
    world.answer("KEN")
    world.close()

    def statements(session: Session, ids: list[int]) -> int:
        counted: list[int] = []
        engine = session.connection().engine
        listener = lambda *_: counted.append(1)  # noqa: E731
        event.listen(engine, "before_cursor_execute", listener)
        queries.facts(session, ids, now=CLOSED, person_id=None)
        event.remove(engine, "before_cursor_execute", listener)
        return len(counted)

    with world.sessions() as session:
        queries.facts(session, [world.case_id], now=CLOSED, person_id=None)
        one = statements(session, [world.case_id])
        many = statements(session, [world.case_id, *range(10**6, 10**6 + 50)])
    assert one == many


def test_facts_know_what_is_missing_and_a_bid_without_a_consultation_has_the_rules_of_today(
    world: World,
) -> None:
    with world.sessions() as session:
        bare = queries.facts(session, [world.case_id], now=OPENED, person_id=None)[world.case_id]
    assert bare.consultation_id is None
    assert bare.lengths[ConsultationKind.FULL] == Length(84)
    assert bare.lengths[ConsultationKind.LIGHT] == Length(28)
    assert bare.lengths[ConsultationKind.COVERED] == Length(10, Unit.WORKING_DAYS)
    world.open()
    world.answer("KEN")
    world.close()
    with world.sessions() as session:
        found = queries.facts(session, [world.case_id], now=CLOSED, person_id=None)[world.case_id]
    assert (found.invited, found.answered, found.undisposed, found.undisposed_names) == (
        3,
        1,
        1,
        ("Kent County Council",),
    )


def test_only_silent_councils_are_reminded_and_the_lead_body_hears_of_a_low_response(world: World) -> None:
    world.open()
    with world.sessions() as session:
        case = session.get_one(Case, world.case_id)
        assert len(lead_body_if_few_answered(session, case, now=LAST_MOMENT, data={})) == 2
    world.answer("KEN")
    with world.sessions() as session:
        case = session.get_one(Case, world.case_id)
        addresses = {one.address for one in silent_councils(session, case, now=LAST_MOMENT, data={})}
        assert lead_body_if_few_answered(session, case, now=LAST_MOMENT, data={}) == []
    assert addresses == {"consultations@lce.example", "consultations@rot.example", "leicester@example.test"}


def test_the_authorities_to_choose_from_are_those_that_live_that_day(world: World) -> None:
    with world.work() as work:
        work.session.execute(
            insert(Organisation),
            [
                {
                    "code": "OLD",
                    "name": "Old Council",
                    "short_name": "Old",
                    "kind": OrganisationKind.LOCAL_AUTHORITY,
                    "valid_to": date(2009, 3, 31),
                    "is_legal_person": True,
                    "former_gss_codes": [],
                    "has_social_care_duty": False,
                    "is_section_33": True,
                    "is_charitable": False,
                    "provenance": "",
                }
            ],
        )
    with world.sessions() as session:
        viewer = world.viewer(session, "officer")
        assert [one.code for one in queries.authorities(session, viewer, OPENED)] == ["KEN", "LCE", "ROT"]
        dates = setting_up.possible_dates(session, viewer, OPENED)
    assert dates.earliest == {
        ConsultationKind.FULL: date(2011, 5, 3),
        ConsultationKind.LIGHT: date(2011, 3, 7),
        ConsultationKind.COVERED: date(2011, 2, 21),
    }


def test_somebody_of_two_councils_is_listed_once_and_answers_for_the_one_whose_link_was_used(
    world: World,
) -> None:
    with world.work() as work:
        work.session.add(
            RoleAssignment(
                person_id=world.ids["kent"],
                role=Role.COUNCIL_OFFICER,
                organisation_id=world.ids["ROT"],
                valid_from=date(2011, 1, 1),
            )
        )
    consultation_id = world.open()
    world.answer("KEN")
    with world.sessions() as session:
        viewer = world.viewer(session, "kent")
        [row], _ = queries.consultations(session, viewer)
        rotherham = world.invitation("ROT")
        assert (row.invitation_id, row.answered) == (rotherham, False)
        assert invited(session, viewer, consultation_id).council == "Kent County Council"
        assert invited(session, viewer, consultation_id, prefer=rotherham).id == rotherham


def test_a_council_whose_message_bounced_is_counted_and_listed_until_it_answers(world: World) -> None:
    consultation_id = world.open()
    with world.work() as work:
        for code in ("KEN", "ROT"):
            work.session.execute(
                update(Notification)
                .where(Notification.address == f"consultations@{code.lower()}.example")
                .values(state=State.BOUNCED)
            )
    world.answer("KEN")
    with world.sessions() as session:
        viewer = world.viewer(session, "officer")
        rows, _ = register.register_rows(session, viewer, consultation_id, show="failed")
        counts = register.register_counts(session, viewer, consultation_id)
    assert [(row.code, row.failed) for row in rows] == [("ROT", True)]
    assert counts.failed == 1
