"""What a change to the text is, when it can be made, and copying a bid into another round."""

import json
from collections.abc import Iterator
from datetime import date
from functools import partial
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select, update

from tests import world as line
from tests.world import START, World, make_world
from workflow.accounts.queries import viewer_for
from workflow.audit.streams import events_of, payload_of
from workflow.bids import commands, values
from workflow.bids.branches.changes import changed_between
from workflow.bids.branches.commands import copy_bid, put_back
from workflow.bids.branches.versions import as_sent, said_by
from workflow.bids.content import content_of, snapshot_of
from workflow.bids.models import Bid, BidSection, BidVersion, Change, CostHead, Round, Section
from workflow.bids.queries import content_by_reference
from workflow.bids.sections import unfinished
from workflow.cases import Case
from workflow.cases.registry import _installed
from workflow.clock import FixedClock
from workflow.db import SYSTEM, Sessions, Work
from workflow.errors import Invalid, NotHere, Refused
from workflow.money import Pence
from workflow.notifications import Notification

BEFORE: dict[str, Any] = {
    "title": "Peer challenge",
    "lead": "LGID",
    "outcomes": ["O1", "O2"],
    "area": {"kind": "authorities", "region": None, "codes": ["GAT", "SUN"]},
    "amounts": [[2011, "staff", 500], [2011, "delivery", 500], [2012, "staff", 700]],
    "new_cost_for_councils": False,
    "new_cost_reason": None,
    "risks": [],
}


@pytest.fixture
def world(sessions: Sessions, clock: FixedClock) -> Iterator[World]:
    """The small world at 09:00 on Tuesday 29 March 2011."""
    before = list(_installed)
    clock.move(START - clock.now())
    yield make_world(sessions, clock)
    _installed[:] = before


@pytest.mark.parametrize(
    ("now", "why"),
    [
        ({"amounts": [[2011, "staff", 1001], [2012, "staff", 700]]}, "More is asked for in 2011 to 2012"),
        ({"amounts": [[2011, "staff", 1000], [2013, "staff", 1]]}, "More is asked for in 2013 to 2014"),
        ({"outcomes": ["O1"]}, "The outcomes changed."),
        ({"area": {"kind": "national", "region": None, "codes": []}}, "The area changed."),
        ({"lead": "SOLACE"}, "Another body leads."),
        ({"new_cost_for_councils": True, "new_cost_reason": "Days"}, "It costs councils something"),
    ],
)
def test_a_change_that_alters_what_councils_were_asked_is_material_and_says_why(
    now: dict[str, Any], why: str
) -> None:
    found = changed_between(BEFORE, BEFORE | now)
    assert found is not None
    assert found.kind is Change.MATERIAL
    assert found.why[0].startswith(why)


@pytest.mark.parametrize(
    "now",
    [
        {"title": "Peer challenges"},
        {"amounts": [[2011, "delivery", 1000], [2012, "staff", 600]]},
        {"risks": [{"text": "Rain", "answer": "Tents"}]},
    ],
)
def test_any_other_change_is_minor(now: dict[str, Any]) -> None:
    found = changed_between(BEFORE, BEFORE | now)
    assert found is not None
    assert (found.kind, found.why) == (Change.MINOR, ())
    assert len(found.sections) == 1


def test_the_order_in_which_outcomes_and_councils_are_named_changes_nothing_of_substance() -> None:
    turned = {"outcomes": ["O2", "O1"], "area": {**BEFORE["area"], "codes": ["SUN", "GAT"]}}
    found = changed_between(BEFORE, BEFORE | turned)
    assert found is None or found.kind is Change.MINOR


def test_the_same_text_is_no_change() -> None:
    assert changed_between(BEFORE, json.loads(json.dumps(BEFORE))) is None


def save(world: World, bid_id: int, section: Section, said: values.Values) -> None:
    with world.sessions() as session:
        rev = session.get_one(BidSection, (bid_id, section)).rev
    world.work(
        "drafter",
        lambda work: commands.save_section(work, bid_id, section, said, seen_rev=rev, key=uuid4().hex),
    )


NEW_WORDS = values.Summary("Peer challenge", "What it is, now clearer.", "Why it is needed.")


def unsent(world: World, bid_id: int) -> bool:
    with world.sessions() as session:
        return session.get_one(Bid, bid_id).unsent


def test_words_that_were_not_sent_are_read_by_those_who_write_and_nobody_else(world: World) -> None:
    bid_id = line.to_returned(world)
    save(world, bid_id, Section.SUMMARY, NEW_WORDS)
    reference = world.case(bid_id).reference
    with world.sessions() as session:
        said = {}
        for who in ("drafter", "case"):
            viewer = viewer_for(session, world.ids[who], world.clock.now())
            said[who] = content_by_reference(session, viewer, reference)[1].bid.summary
    assert said == {"drafter": "What it is, now clearer.", "case": "What it is."}


def test_text_that_is_typed_back_as_it_was_counts_as_unchanged(world: World) -> None:
    bid_id = line.to_returned(world)
    save(world, bid_id, Section.SUMMARY, NEW_WORDS)
    assert unsent(world, bid_id)
    save(world, bid_id, Section.SUMMARY, NEW_WORDS._replace(summary="What it is."))
    assert not unsent(world, bid_id)


def test_a_budget_that_is_changed_shows_in_lists_only_once_it_is_sent(world: World) -> None:
    bid_id = line.to_returned(world)
    asked = values.Budget((values.BudgetLine(2011, CostHead.STAFF, Pence(900_000)),), Pence(0), None)
    save(world, bid_id, Section.BUDGET, asked)
    assert world.case(bid_id).amount_pence == 30_000_000
    world.act("signatory", bid_id, "submit", {"declaration": True})
    assert world.case(bid_id).amount_pence == 900_000


def test_the_text_can_be_put_back_to_what_was_sent_with_every_row(world: World) -> None:
    bid_id = line.to_returned(world)
    save(world, bid_id, Section.SUMMARY, NEW_WORDS)
    risk = values.RiskLine("Rain", "Tents")
    world.work(
        "drafter",
        lambda work: commands.add_row(work, bid_id, Section.RISKS, risk, seen_rev=0, key=uuid4().hex),
    )
    world.work("drafter", lambda work: put_back(work, bid_id, key=uuid4().hex))
    assert not unsent(world, bid_id)
    with world.sessions() as session:
        content = content_of(session, bid_id)
        sent = session.get_one(BidVersion, (bid_id, 1))
        assert said_by(snapshot_of(content)) == said_by(sent.snapshot)
        assert unfinished(content) == ()


def test_a_version_reads_as_it_was_sent_in_every_word(world: World) -> None:
    bid_id = line.to_returned(world)
    with world.sessions() as session:
        content = content_of(session, bid_id)
        sent = session.get_one(BidVersion, (bid_id, 1))
        again = snapshot_of(as_sent(content, sent.snapshot, sent.made_at))
    assert again == sent.snapshot


def test_text_cannot_be_changed_while_the_department_has_it(world: World) -> None:
    bid_id = line.to_screening(world)
    with pytest.raises(Invalid):
        save(world, bid_id, Section.SUMMARY, NEW_WORDS)


def _open_round(work: Work, *, code: str) -> None:
    first = work.session.scalars(select(Round).where(Round.code == "R1")).one()
    work.session.add(
        Round(
            code=code,
            fund_id=first.fund_id,
            prospectus_id=first.prospectus_id,
            title="Round two",
            guidance="Text",
            opens_on=date(2011, 3, 1),
            closes_on=date(2011, 12, 1),
            least_pence=Pence(100_000),
            most_pence=Pence(1_000_000_000),
            first_year=2012,
            last_year=2013,
            provenance="test",
        )
    )


def copied(world: World, bid_id: int, *, who: str = "drafter", key: str | None = None) -> int:
    reference = world.work(who, lambda work: copy_bid(work, bid_id, round_code="R2", key=key or uuid4().hex))
    with world.sessions() as session:
        return session.scalars(select(Case.id).where(Case.reference == reference)).one()


@pytest.mark.parametrize("reach", [line.to_lapsed, line.to_withdrawn, line.to_ineligible])
def test_a_bid_that_ended_begins_another_with_its_words_and_what_does_not_fit_is_left_to_finish(
    world: World, reach: Any
) -> None:
    world.work(SYSTEM, partial(_open_round, code="R2"))
    bid_id = reach(world)
    copy_id = copied(world, bid_id)
    case = world.case(copy_id)
    assert (case.state, case.title, case.amount_pence) == ("draft", "Peer challenge", 10_000_000)
    with world.sessions() as session:
        content = content_of(session, copy_id)
        assert content.bid.copied_from_id == bid_id
        assert content.by_year() == {2012: 10_000_000}
        assert [one.text for one in content.deliverables] == ["75 peer challenges"]
        assert unfinished(content) == ()


def test_copying_twice_with_one_press_begins_one_bid(world: World) -> None:
    world.work(SYSTEM, partial(_open_round, code="R2"))
    bid_id, key = line.to_lapsed(world), uuid4().hex
    assert copied(world, bid_id, key=key) == copied(world, bid_id, key=key)


def test_nobody_copies_the_bid_of_another_body(world: World) -> None:
    world.work(SYSTEM, partial(_open_round, code="R2"))
    bid_id = line.to_lapsed(world)
    with pytest.raises(NotHere):
        copied(world, bid_id, who="case")


def test_nothing_is_copied_into_a_round_that_is_over(world: World) -> None:
    bid_id = line.to_lapsed(world)
    with pytest.raises((Invalid, Refused)):
        world.work("drafter", lambda work: copy_bid(work, bid_id, round_code="R1", key=uuid4().hex))


def sent_change(world: World, bid_id: int) -> str:
    result = world.act("signatory", bid_id, "send_change", {"note": "We say it more clearly."})
    return str(result.extra["change"])


def test_a_small_change_while_councils_are_asked_is_a_version_of_its_own_and_tells_those_who_answered(
    world: World,
) -> None:
    bid_id = line.to_consulting(world)
    line.answer(world, bid_id, "GAT")
    save(world, bid_id, Section.SUMMARY, NEW_WORDS)
    due = world.case(bid_id).due_on
    assert sent_change(world, bid_id) == "minor"
    case = world.case(bid_id)
    assert (case.state, case.due_on) == ("consulting", due)
    with world.sessions() as session:
        version = session.get_one(BidVersion, (bid_id, 2))
        assert (version.change, version.note) == (Change.MINOR, "We say it more clearly.")
        told = session.scalars(select(Notification.address).where(Notification.template == "change_sent"))
        assert set(told) == {"corporate@gat.example"}


def test_asking_for_more_while_councils_are_asked_is_material_and_stops_the_assessment(world: World) -> None:
    bid_id = line.to_consulting(world)
    asked = tuple(
        values.BudgetLine(year, CostHead.STAFF, Pence(pence + 1)) for year, pence in line.ASKED.items()
    )
    save(world, bid_id, Section.BUDGET, values.Budget(asked, Pence(0), None))
    assert sent_change(world, bid_id) == "material"
    with pytest.raises(Refused) as refused:
        line.appraised(world, bid_id)
    assert "changed_since_asked" in {reason.code for reason in refused.value.reasons}


def test_nothing_is_sent_when_nothing_changed(world: World) -> None:
    bid_id = line.to_consulting(world)
    with pytest.raises(Refused) as refused:
        sent_change(world, bid_id)
    assert {reason.code for reason in refused.value.reasons} == {"nothing_changed"}


def test_answers_to_councils_are_not_sent_while_a_change_of_the_text_waits_to_be_sent(world: World) -> None:
    bid_id = line.to_consulting(world)
    save(world, bid_id, Section.SUMMARY, NEW_WORDS)
    with pytest.raises(Refused) as refused:
        line.appraised(world, bid_id)
    assert "changes_unsent" in {reason.code for reason in refused.value.reasons}


def test_a_section_that_a_change_elsewhere_made_unfinished_is_not_believed_to_be_whole(world: World) -> None:
    bid_id = line.draft(world)

    def shorten(work: Work) -> None:
        work.session.scalars(select(Round).where(Round.code == "R1")).one().last_year = 2011

    world.work(SYSTEM, shorten)
    with pytest.raises(Refused) as refused:
        world.act("signatory", bid_id, "submit", {"declaration": True})
    (reason,) = refused.value.reasons
    assert reason.text == "1 section is not finished: Budget by year."


def test_the_record_says_when_one_person_wrote_and_signed(world: World) -> None:
    """Source: domain, section 5: a small body may let one person draft and sign, and the record says so."""
    by_two, by_one = line.draft(world), line.draft(world)
    with world.sessions() as session:
        session.execute(
            update(BidSection).where(BidSection.bid_id == by_one).values(saved_by=world.ids["signatory"])
        )
        session.commit()
    said = {}
    for bid_id in (by_two, by_one):
        world.act("signatory", bid_id, "submit", {"declaration": True})
        with world.sessions() as session:
            newest = events_of(session, f"case:{bid_id}")[0]
            said[bid_id] = payload_of(newest).get("written_and_signed_by_one", False)
    assert said == {by_two: False, by_one: True}
