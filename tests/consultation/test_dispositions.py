"""The lead body's word on each answer, and its response to all."""

import pytest

from tests.consultation.world import CLOSED, World
from workflow import audit
from workflow.consultation.answers import answer, invited, next_to_dispose
from workflow.consultation.dispositions import set_disposition
from workflow.consultation.models import ConsultationReport, Invitation
from workflow.consultation.terms import Outcome, Position
from workflow.errors import Invalid, NotAllowed, NotHere, Refused


def response_of(world: World, council: str) -> int:
    with world.sessions() as session:
        return session.get_one(Invitation, world.invitation(council)).response_id or 0


def dispose(
    world: World, council: str, *, who: str = "drafter", text: str = "Teams are smaller now."
) -> None:
    with world.work(who, at=CLOSED) as work:
        set_disposition(work, response_of(world, council), outcome=Outcome.CHANGED, text=text)


@pytest.fixture
def closed(world: World) -> World:
    """Kent and Leicester have answered, and the consultation has closed."""
    world.open()
    world.answer("KEN", Position.OPPOSE)
    world.answer("LCE")
    world.close()
    return world


def test_one_answer_without_a_word_stops_the_response_and_its_council_is_named(closed: World) -> None:
    dispose(closed, "KEN")
    with pytest.raises(Refused, match="Leicester City Council") as raised:
        closed.apply("signatory", "send_response", summary="We changed it.", at=CLOSED)
    assert "Kent" not in str(raised.value)
    dispose(closed, "LCE")
    closed.apply("signatory", "send_response", summary="We changed it.", at=CLOSED)


def test_the_department_cannot_accept_before_the_lead_body_has_sent(closed: World) -> None:
    with pytest.raises(Refused) as raised:
        closed.apply("officer", "accept_response", at=CLOSED)
    assert {reason.code for reason in raised.value.reasons} == {"response_not_sent", "disposition_missing"}
    dispose(closed, "KEN")
    dispose(closed, "LCE")
    closed.apply("drafter", "send_response", summary="We changed it.", at=CLOSED)
    applied = closed.apply("officer", "accept_response", at=CLOSED)
    assert applied.state == "appraisal"
    with closed.sessions() as session:
        report = session.query(ConsultationReport).one()
    # 84 days after Tuesday 3 May 2011 is Tuesday 26 July.
    assert str(report.report_on) == "2011-07-26"
    assert report.accepted_by == closed.ids["officer"]


def test_a_response_without_words_is_sent_back_to_its_field(closed: World) -> None:
    dispose(closed, "KEN")
    dispose(closed, "LCE")
    with pytest.raises(Invalid) as raised:
        closed.apply("signatory", "send_response", summary=" ", at=CLOSED)
    assert raised.value.field == "summary"


def test_a_word_may_be_changed_until_the_response_is_sent_and_both_are_kept_as_events(closed: World) -> None:
    dispose(closed, "KEN", text="first")
    dispose(closed, "KEN", text="second")
    dispose(closed, "LCE")
    with closed.sessions() as session:
        invitation_id = closed.invitation("KEN")
        events = audit.events_of(session, f"invitation:{invitation_id}", limit=10)
    assert [event.event for event in events].count("disposition_set") == 2
    closed.apply("signatory", "send_response", summary="We changed it.", at=CLOSED)
    with pytest.raises(Refused, match="sent already"):
        dispose(closed, "KEN", text="third")


def test_nobody_but_the_lead_body_says_what_was_done(closed: World) -> None:
    with pytest.raises(NotAllowed):
        dispose(closed, "KEN", who="officer")
    for stranger in ("stranger", "kent"):
        with pytest.raises(NotHere):
            dispose(closed, "KEN", who=stranger)


def test_while_councils_may_still_change_their_answer_nothing_is_said_about_it(world: World) -> None:
    world.open()
    world.answer("KEN")
    with pytest.raises(Refused):
        dispose(world, "KEN")


def test_an_answer_that_was_replaced_gets_no_word(world: World) -> None:
    world.open()
    world.answer("KEN", Position.OPPOSE)
    replaced = response_of(world, "KEN")
    world.answer("KEN", Position.SUPPORT)
    world.close()
    with world.work("drafter", at=CLOSED) as work, pytest.raises(Refused):
        set_disposition(work, replaced, outcome=Outcome.NOTED, text="Thank you.")


def test_a_word_of_nothing_is_sent_back_to_its_field(closed: World) -> None:
    with pytest.raises(Invalid) as raised:
        dispose(closed, "KEN", text="  ")
    assert raised.value.field == "text"


def test_the_next_answer_without_a_word_comes_by_council_until_none_is_left(closed: World) -> None:
    with closed.sessions() as session:
        viewer = closed.viewer(session, "drafter")
        consultation_id = session.get_one(Invitation, closed.invitation("KEN")).consultation_id
        assert next_to_dispose(session, viewer, consultation_id) == response_of(closed, "KEN")
    dispose(closed, "KEN")
    with closed.sessions() as session:
        assert next_to_dispose(session, viewer, consultation_id) == response_of(closed, "LCE")
        assert next_to_dispose(session, closed.viewer(session, "stranger"), consultation_id) is None
    dispose(closed, "LCE")
    with closed.sessions() as session:
        assert next_to_dispose(session, viewer, consultation_id) is None


def test_a_council_reads_what_was_done_beside_its_own_words(closed: World) -> None:
    dispose(closed, "KEN")
    with closed.sessions() as session:
        consultation_id = session.get_one(Invitation, closed.invitation("KEN")).consultation_id
        own = invited(session, closed.viewer(session, "kent"), consultation_id)
    assert own.said[0].done == "Teams are smaller now."


def test_an_answer_is_read_by_the_department_the_lead_body_and_auditors_only(closed: World) -> None:
    kent = response_of(closed, "KEN")
    with closed.sessions() as session:
        for reader in ("officer", "drafter", "auditor"):
            about, said = answer(session, closed.viewer(session, reader), kent)
            assert (about.reference, said[0].position) == ("SLI-2011-0001", Position.OPPOSE)
        for stranger in ("stranger", "kent", "leicester"):
            with pytest.raises(NotHere):
                answer(session, closed.viewer(session, stranger), kent)
