"""Answers that are held: late ones, those from addresses that nobody knows, and those that somebody says are wrong."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select

from tests.world import AFTER_CLOSE, World, make_world, to_consulting, to_late_held
from workflow.clock import FixedClock
from workflow.consultation import holds
from workflow.consultation.commands import Answer, save_draft, send_answer, start_answer
from workflow.consultation.contacts import Contacts
from workflow.consultation.dispositions import set_disposition
from workflow.consultation.models import (
    Disposition,
    Invitation,
    InvitationStart,
    Response,
    ResponseHold,
)
from workflow.consultation.receipts import COPIES_A_DAY
from workflow.consultation.tallies import newest, tally_of
from workflow.consultation.terms import HoldKind, Outcome, Position, Resolution
from workflow.db import SYSTEM, Actor, Sessions, Work
from workflow.errors import Invalid, NotHere, Refused
from workflow.notifications import Notification

FORWARDED = "somebody@elsewhere.example"


@pytest.fixture
def world(sessions: Sessions, clock: FixedClock) -> World:
    return make_world(sessions, clock)


@pytest.fixture
def bid_id(world: World) -> int:
    return to_consulting(world)


def invitation_of(world: World, code: str) -> Invitation:
    with world.sessions() as session:
        return session.scalars(
            select(Invitation)
            .where(Invitation.organisation_id == world.ids[code])
            .order_by(Invitation.id.desc())
            .limit(1)
        ).one()


def send(world: World, code: str, email: str, position: Position = Position.SUPPORT) -> dict[str, Any]:
    """An answer by the council's link."""
    invitation = invitation_of(world, code)
    given = Answer(position, "Fewer days.", {}, "Pat", email, publish=True)
    result: dict[str, Any] = world.work(
        Actor("link", link_id=invitation.id),
        lambda work: send_answer(
            work, invitation.id, link_version=invitation.version, answer=given, key=uuid4().hex
        ),
    )
    return result


def by_link(world: World, code: str, do: Callable[[Work, int], Any]) -> Any:
    invitation = invitation_of(world, code)
    return world.work(Actor("link", link_id=invitation.id), lambda work: do(work, invitation.version))


def dispute(world: World, code: str, response_id: int) -> None:
    by_link(
        world,
        code,
        lambda work, version: holds.dispute_answer(
            work, response_id, link_version=version, said="Not ours.", key=uuid4().hex
        ),
    )


def confirm(world: World, code: str, response_id: int) -> None:
    by_link(
        world,
        code,
        lambda work, version: holds.confirm_answer(work, response_id, link_version=version, key=uuid4().hex),
    )


def tally(world: World, bid_id: int) -> tuple[int, int]:
    with world.sessions() as session:
        consultation = newest(session, bid_id)
        assert consultation is not None
        found = tally_of(session, consultation.id)
    return found.answered, found.held


def addresses(world: World, template: str) -> list[str]:
    with world.sessions() as session:
        return sorted(session.scalars(select(Notification.address).where(Notification.template == template)))


def codes(refused: pytest.ExceptionInfo[Refused]) -> set[str]:
    return {reason.code for reason in refused.value.reasons}


# --- late ---


def test_case_8_a_late_answer_is_held_with_its_arrival_and_counted_only_with_a_reason(world: World) -> None:
    bid_id, response_id = to_late_held(world)
    assert tally(world, bid_id) == (0, 1)
    with pytest.raises(Refused) as refused:
        world.act("case", bid_id, "accept_late", {"response_id": response_id, "reason": ""})
    assert codes(refused) == {"reason_missing"}
    world.act(
        "case", bid_id, "accept_late", {"response_id": response_id, "reason": "Their office had flooded."}
    )
    assert tally(world, bid_id) == (1, 0)
    with world.sessions() as session:
        assert session.get_one(Response, response_id).late is True
        assert session.get_one(Response, response_id).arrived_at == AFTER_CLOSE
    assert "corporate@gat.example" in addresses(world, "answer_settled")
    assert "pat@gat.example" in addresses(world, "answer_settled")


def test_a_late_answer_that_is_counted_needs_its_word_before_the_response_is_sent(world: World) -> None:
    bid_id, response_id = to_late_held(world)
    world.act("case", bid_id, "accept_late", {"response_id": response_id, "reason": "Flooded."})
    with pytest.raises(Refused) as refused:
        world.act("drafter", bid_id, "send_response", {"summary": "All done."})
    assert codes(refused) == {"disposition_missing"}
    assert "Council GAT" in refused.value.reasons[0].text


@pytest.mark.parametrize(("days", "taken"), [(7, True), (8, False)])
def test_late_answers_are_counted_within_five_working_days_of_the_close(
    world: World, days: int, taken: bool
) -> None:
    # The close is Tuesday 3 May, so that Tuesday 10 May is the last day.
    bid_id, response_id = to_late_held(world)
    world.move_to(datetime(2011, 5, 3, 9, tzinfo=UTC) + timedelta(days=days))
    given = {"response_id": response_id, "reason": "Flooded."}
    if taken:
        world.act("case", bid_id, "accept_late", given)
        return
    with pytest.raises(Refused) as refused:
        world.act("case", bid_id, "accept_late", given)
    assert codes(refused) == {"too_late_to_accept"}


@pytest.mark.parametrize("who", ["drafter", "signatory", "assessor", "approver1"])
def test_only_a_case_officer_counts_a_late_answer(world: World, who: str) -> None:
    bid_id, response_id = to_late_held(world)
    with pytest.raises(Refused) as refused:
        world.act(who, bid_id, "accept_late", {"response_id": response_id, "reason": "Please."})
    assert "role_not_held" in codes(refused)


# --- from an address that nobody knows ---


@pytest.mark.parametrize(
    ("email", "known"),
    [
        ("corporate@kent.gov.uk", True),
        ("Anyone@Kent.gov.uk", True),
        ("anyone@social.kent.gov.uk", True),
        ("anyone@notkent.gov.uk", False),
        ("anyone@gov.uk", False),
        ("parish@gmail.com", True),
        ("other@gmail.com", False),
        ("nobody", False),
    ],
)
def test_a_councils_addresses_are_those_it_was_invited_at_and_their_domains(email: str, known: bool) -> None:
    contacts = Contacts(frozenset({"corporate@kent.gov.uk", "parish@gmail.com"}))
    assert contacts.knows(email) is known


def test_case_23_a_forwarded_link_answers_from_elsewhere_it_is_held_and_the_council_is_told(
    world: World, bid_id: int
) -> None:
    result = send(world, "GAT", FORWARDED)
    assert (result["outside"], result["late"]) == (True, False)
    assert tally(world, bid_id) == (0, 1)
    assert addresses(world, "answer_received") == ["corporate@gat.example", FORWARDED]
    confirm(world, "GAT", result["response_id"])
    assert tally(world, bid_id) == (1, 0)
    assert "corporate@gat.example" in addresses(world, "answer_settled")


def test_an_answer_from_elsewhere_never_replaces_the_councils_own_before_it_is_confirmed(
    world: World, bid_id: int
) -> None:
    own = send(world, "GAT", "pat@gat.example")
    other = send(world, "GAT", FORWARDED, Position.OPPOSE)
    assert invitation_of(world, "GAT").response_id == own["response_id"]
    confirm(world, "GAT", other["response_id"])
    assert invitation_of(world, "GAT").response_id == other["response_id"]


def test_the_department_does_not_go_on_before_somebody_has_settled_it(world: World, bid_id: int) -> None:
    own = send(world, "SUN", "pat@sun.example")
    held = send(world, "GAT", FORWARDED)
    world.move_to(AFTER_CLOSE)
    world.act(SYSTEM, bid_id, "close_consultation")
    world.work(
        "drafter",
        lambda work: set_disposition(work, own["response_id"], outcome=Outcome.NOTED, text="Thanks."),
    )
    world.act("drafter", bid_id, "send_response", {"summary": "One answer."})
    with pytest.raises(Refused) as refused:
        world.act("case", bid_id, "accept_response", {})
    assert codes(refused) == {"answer_held"}
    assert "Council GAT" in refused.value.reasons[0].text
    world.work(
        "case",
        lambda work: holds.rule_on_answer(
            work,
            held["response_id"],
            resolution=Resolution.SET_ASIDE,
            reason="The council knows nothing of it.",
            key=uuid4().hex,
        ),
    )
    assert world.act("case", bid_id, "accept_response", {}).state == "appraisal"


def test_strangers_get_only_a_few_copies_a_day_however_many_answers_name_them(
    world: World, bid_id: int
) -> None:
    for _ in range(COPIES_A_DAY + 2):
        send(world, "GAT", FORWARDED)
    assert addresses(world, "answer_received").count(FORWARDED) == COPIES_A_DAY
    send(world, "GAT", "yet.another@elsewhere.example")
    assert "yet.another@elsewhere.example" not in addresses(world, "answer_received")
    world.clock.move(timedelta(days=1))
    send(world, "GAT", FORWARDED)
    assert addresses(world, "answer_received").count(FORWARDED) == COPIES_A_DAY + 1
    assert bid_id


# --- this is wrong ---


def test_an_answer_that_somebody_says_is_wrong_is_held_and_the_one_before_counts_meanwhile(
    world: World, bid_id: int
) -> None:
    first = send(world, "GAT", "pat@gat.example")
    second = send(world, "GAT", "sam@gat.example", Position.OPPOSE)
    dispute(world, "GAT", second["response_id"])
    assert invitation_of(world, "GAT").response_id == first["response_id"]
    assert tally(world, bid_id) == (1, 1)
    assert addresses(world, "answer_disputed") == ["case@dclg.example", "corporate@gat.example"]
    with world.sessions() as session:
        [held] = session.scalars(select(ResponseHold))
    assert (held.kind, held.said) == (HoldKind.DISPUTED, "Not ours.")


def test_saying_it_again_changes_nothing_and_writes_to_nobody_again(world: World, bid_id: int) -> None:
    sent = send(world, "GAT", "pat@gat.example")
    dispute(world, "GAT", sent["response_id"])
    before = addresses(world, "answer_disputed")
    dispute(world, "GAT", sent["response_id"])
    assert addresses(world, "answer_disputed") == before
    assert tally(world, bid_id) == (0, 1)


@pytest.mark.parametrize(("resolution", "answered"), [(Resolution.COUNTED, 1), (Resolution.SET_ASIDE, 0)])
def test_the_case_officer_settles_it_with_a_reason_that_the_council_reads(
    world: World, bid_id: int, resolution: Resolution, answered: int
) -> None:
    sent = send(world, "GAT", "pat@gat.example")
    dispute(world, "GAT", sent["response_id"])

    def rule(work: Work, reason: str = "We asked the chief executive.") -> Any:
        return holds.rule_on_answer(
            work, sent["response_id"], resolution=resolution, reason=reason, key=uuid4().hex
        )

    with pytest.raises(Invalid):
        world.work("case", lambda work: rule(work, " "))
    for who in ("drafter", "assessor"):
        with pytest.raises(NotHere):
            world.work(who, rule)
    world.work("case", rule)
    assert tally(world, bid_id) == (answered, 0)
    with pytest.raises(Refused) as refused:
        world.work("case", rule)
    assert codes(refused) == {"not_held"}


def test_a_link_that_was_replaced_confirms_and_disputes_nothing(world: World, bid_id: int) -> None:
    sent = send(world, "GAT", FORWARDED)
    gateshead = invitation_of(world, "GAT")
    for version, link_id in ((gateshead.version + 1, gateshead.id), (gateshead.version, gateshead.id + 1)):
        with pytest.raises(NotHere):
            world.work(
                Actor("link", link_id=link_id),
                lambda work, version=version: holds.confirm_answer(  # type: ignore[misc]
                    work, sent["response_id"], link_version=version, key=uuid4().hex
                ),
            )
    assert tally(world, bid_id) == (0, 1)


# --- drafts and words ---


def test_a_page_drawn_before_an_answer_was_sent_never_passes_for_a_new_draft(
    world: World, bid_id: int
) -> None:
    gateshead = invitation_of(world, "GAT")

    def save(work: Work, seen: int) -> int:
        return save_draft(
            work, gateshead.id, link_version=1, seen_rev=seen, fields={"text": "Typed.", "answers": {}}
        )

    assert by_link(world, "GAT", lambda work, _: save(work, 0)) == 1
    send(world, "GAT", "pat@gat.example")
    assert by_link(world, "GAT", lambda work, _: save(work, 2)) == 3
    with pytest.raises(Refused):
        by_link(world, "GAT", lambda work, _: save(work, 1))
    assert bid_id


def test_everybody_who_starts_is_kept_once(world: World, bid_id: int) -> None:
    gateshead = invitation_of(world, "GAT")
    for _ in range(2):
        by_link(world, "GAT", lambda work, version: start_answer(work, gateshead.id, link_version=version))
    with world.sessions() as session:
        assert len(session.scalars(select(InvitationStart)).all()) == 1
    assert bid_id


def test_two_colleagues_of_the_lead_body_do_not_overwrite_each_others_words(
    world: World, bid_id: int
) -> None:
    sent = send(world, "GAT", "pat@gat.example")
    world.move_to(AFTER_CLOSE)
    world.act(SYSTEM, bid_id, "close_consultation")

    def say(text: str, seen: int) -> None:
        world.work(
            "drafter",
            lambda work: set_disposition(
                work, sent["response_id"], outcome=Outcome.CHANGED, text=text, seen_rev=seen
            ),
        )

    say("We took two days off.", 0)
    with pytest.raises(Refused) as refused:
        say("We did nothing.", 0)
    assert codes(refused) == {"disposition_changed"}
    say("We took three days off.", 1)
    with world.sessions() as session:
        said = session.get_one(Disposition, sent["response_id"])
    assert (said.text, said.rev) == ("We took three days off.", 2)
