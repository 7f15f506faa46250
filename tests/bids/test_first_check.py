"""Sending a bid back with named defects, finding it not eligible by two officers, and looking at that again."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from tests import world as line
from tests.world import START, World, make_world
from workflow.accounts.models import RoleAssignment
from workflow.accounts.queries import viewer_for
from workflow.accounts.roles import Role
from workflow.bids import commands, values
from workflow.bids.branches.queries import defects_of, findings_of
from workflow.bids.models import BidSection, BidVersion, Section
from workflow.cases import sweep_breaches
from workflow.cases.registry import _installed
from workflow.clock import FixedClock
from workflow.db import SYSTEM, Sessions, Work
from workflow.errors import Invalid, Refused
from workflow.notifications import Notification

DUE = date(2011, 4, 12)
"""Ten working days after Tuesday 29 March 2011."""


@pytest.fixture
def world(sessions: Sessions, clock: FixedClock) -> Iterator[World]:
    """The small world at 09:00 on Tuesday 29 March 2011, with a second officer and a head of team."""
    before = list(_installed)
    clock.move(START - clock.now())
    made = make_world(sessions, clock)
    line.with_officers(made)
    yield made
    _installed[:] = before


def codes(refused: Refused) -> set[str]:
    return {reason.code for reason in refused.reasons}


def save(world: World, bid_id: int, section: Section, said: values.Values) -> None:
    with world.sessions() as session:
        rev = session.get_one(BidSection, (bid_id, section)).rev
    world.clock.move(timedelta(minutes=1))
    world.work(
        "drafter",
        lambda work: commands.save_section(work, bid_id, section, said, seen_rev=rev, key=uuid4().hex),
    )


def written_to(world: World, template: str) -> set[str]:
    with world.sessions() as session:
        return set(session.scalars(select(Notification.address).where(Notification.template == template)))


def test_a_case_officer_sends_a_bid_back_with_named_defects_and_a_date(world: World) -> None:
    bid_id = line.to_returned(world)
    case = world.case(bid_id)
    assert (case.state, case.due_on) == ("returned", DUE)
    with world.sessions() as session:
        viewer = viewer_for(session, world.ids["drafter"], world.clock.now())
        found = [(one.section, one.text, one.is_put_right) for one in defects_of(session, viewer, case)]
    assert found == [
        (Section.BUDGET, line.DEFECTS[0]["text"], False),
        (Section.RISKS, line.DEFECTS[1]["text"], False),
    ]
    assert written_to(world, "bid_returned") == {"drafter@lgid.example", "signatory@lgid.example"}


@pytest.mark.parametrize(
    ("defects", "code"),
    [
        ([], "no_defect"),
        ([{"section": "risks", "text": "  "}], "no_defect"),
        ([{"section": "risks", "text": "x" * 2001}], "defect_too_long"),
    ],
)
def test_a_bid_is_not_sent_back_for_nothing(world: World, defects: list[dict[str, str]], code: str) -> None:
    bid_id = line.to_checking(world)
    with pytest.raises(Refused) as refused:
        world.act("case", bid_id, "return_bid", {"defects": defects})
    assert codes(refused.value) == {code}


def test_a_section_that_no_bid_has_cannot_be_named(world: World) -> None:
    bid_id = line.to_checking(world)
    with pytest.raises(Invalid):
        world.act("case", bid_id, "return_bid", {"defects": [{"section": "colour", "text": "Blue"}]})


def test_a_defect_is_ticked_off_once_its_section_was_saved_and_the_bid_comes_again_as_version_2(
    world: World,
) -> None:
    bid_id = line.to_returned(world)
    save(world, bid_id, Section.SUMMARY, values.Summary("Peer challenge", "What.", "Why, now with figures."))
    world.clock.move(timedelta(minutes=1))
    world.work(
        "drafter",
        lambda work: commands.add_row(
            work,
            bid_id,
            Section.RISKS,
            values.RiskLine("Ill peers", "Stand-ins"),
            seen_rev=0,
            key=uuid4().hex,
        ),
    )
    with world.sessions() as session:
        viewer = viewer_for(session, world.ids["drafter"], world.clock.now())
        found = {one.section: one.is_put_right for one in defects_of(session, viewer, world.case(bid_id))}
    assert found == {Section.BUDGET: False, Section.RISKS: True}
    world.act("signatory", bid_id, "submit", {"declaration": True})
    assert world.case(bid_id).state == "submitted"
    with world.sessions() as session:
        numbers = session.scalars(select(BidVersion.number).where(BidVersion.bid_id == bid_id)).all()
    assert sorted(numbers) == [1, 2]


def test_a_bid_that_was_sent_back_may_come_again_when_its_round_is_over(world: World) -> None:
    bid_id = line.to_returned(world)
    world.move_to(datetime(2011, 4, 12, 22, 58, tzinfo=UTC))  # 11:58pm in London on the last day.
    world.act("signatory", bid_id, "submit", {"declaration": True})
    assert world.case(bid_id).state == "submitted"


def test_changes_that_come_after_the_date_are_too_late_and_the_bid_lapses(world: World) -> None:
    bid_id = line.to_returned(world)
    world.move_to(datetime(2011, 4, 12, 23, 0, tzinfo=UTC))
    with pytest.raises(Refused) as refused:
        world.act("signatory", bid_id, "submit", {"declaration": True})
    assert codes(refused.value) == {"changes_too_late"}
    world.move_to(datetime(2011, 4, 12, 23, 1, tzinfo=UTC))
    assert sweep_breaches(world.sessions, world.clock) == 1
    assert world.case(bid_id).state == "lapsed"
    assert written_to(world, "bid_lapsed") == {"drafter@lgid.example", "signatory@lgid.example"}
    assert written_to(world, "bid_lapsed_office") == {"case@dclg.example"}


def test_firearms_training_is_not_eligible_confirmed_by_a_second_officer_with_the_reason_for_the_proposer(
    world: World,
) -> None:
    """Source: domain, section 10, case 3."""
    bid_id = line.to_checking(world, title="Firearms training")
    world.act("case", bid_id, "propose_ineligible", line.NOT_ELIGIBLE)
    assert world.case(bid_id).state == "screening"
    with world.sessions() as session:
        proposer = viewer_for(session, world.ids["drafter"], world.clock.now())
        assert findings_of(session, proposer, world.case(bid_id)) == []
    world.act("second", bid_id, "confirm_ineligible")
    case = world.case(bid_id)
    assert (case.state, case.ended, case.due_on) == ("ineligible", True, None)
    with world.sessions() as session:
        (found,) = findings_of(session, proposer, case)
    assert (found.criterion, found.reason) == ("not_operational", line.NOT_ELIGIBLE["reason"])
    assert (found.review_until, found.proposed_by, found.decided_by) == (DUE, "", "")
    assert written_to(world, "bid_ineligible") == {"drafter@lgid.example", "signatory@lgid.example"}


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("open_consultation", line.LIGHT),
        ("return_bid", {"defects": line.DEFECTS}),
    ],
)
def test_a_bid_goes_nowhere_else_while_a_second_officer_is_to_say_whether_it_is_eligible(
    world: World, name: str, data: dict[str, Any]
) -> None:
    bid_id = line.to_screening(world)
    world.act("case", bid_id, "propose_ineligible", line.NOT_ELIGIBLE)
    with pytest.raises(Refused) as refused:
        world.act("case", bid_id, name, data)
    assert codes(refused.value) == {"finding_waits"}
    world.act("second", bid_id, "decline_ineligible", {"reason": "It is a joint review."})
    world.act("case", bid_id, name, data)


def test_a_joint_review_by_councils_and_police_that_is_no_daily_need_goes_to_consultation(
    world: World,
) -> None:
    """Source: domain, section 10, case 4."""
    bid_id = line.to_consulting(world, title="Joint council and police review")
    assert world.case(bid_id).state == "consulting"


def test_nobody_confirms_alone(world: World) -> None:
    """The officer who proposed it cannot confirm it, even with the second officer's role too."""
    with_role = partial(line.with_officers, world, {"case_too": Role.SECOND_OFFICER})
    with_role()
    bid_id = line.to_checking(world)
    world.act("case", bid_id, "propose_ineligible", line.NOT_ELIGIBLE)

    def promote(work: Work) -> None:
        work.session.add(
            RoleAssignment(
                person_id=world.ids["case"],
                role=Role.SECOND_OFFICER,
                organisation_id=world.ids["DCLG"],
                valid_from=date(2010, 4, 1),
            )
        )

    world.work(SYSTEM, promote)
    for action, data in (("confirm_ineligible", {}), ("decline_ineligible", {"reason": "No."})):
        with pytest.raises(Refused) as refused:
            world.act("case", bid_id, action, data)
        assert codes(refused.value) == {"already_screen"}


def test_while_a_finding_waits_nothing_else_is_done_and_a_declined_one_lets_the_check_go_on(
    world: World,
) -> None:
    bid_id = line.to_checking(world)
    world.act("case", bid_id, "propose_ineligible", line.NOT_ELIGIBLE)
    for action, data in (("pass_first_check", line.FIRST_CHECK), ("return_bid", {"defects": line.DEFECTS})):
        with pytest.raises(Refused) as refused:
            world.act("case", bid_id, action, data)
        assert codes(refused.value) == {"finding_waits"}
    world.act("second", bid_id, "decline_ineligible", {"reason": "It serves all services."})
    world.act("case", bid_id, "pass_first_check", line.FIRST_CHECK)
    assert written_to(world, "ineligibility_declined") == {"case@dclg.example"}


def test_a_review_asked_for_in_time_is_decided_by_others_and_the_bid_is_checked_again(world: World) -> None:
    bid_id = line.to_ineligible(world)
    world.move_to(datetime(2011, 4, 12, 22, 59, tzinfo=UTC))
    world.act("signatory", bid_id, "ask_review", {"reason": "It trains all services."})
    with pytest.raises(Refused) as refused:
        world.act("second", bid_id, "accept_review", {"reason": "Yes."})
    assert codes(refused.value) == {"already_exclude"}
    assert written_to(world, "review_to_decide") == {"second2@dclg.example", "head@dclg.example"}
    world.act("head", bid_id, "accept_review", {"reason": "The first check missed a page."})
    case = world.case(bid_id)
    assert (case.state, case.ended) == ("screening", False)
    assert case.due_on is not None


def test_a_review_is_asked_for_once_and_not_after_ten_working_days(world: World) -> None:
    bid_id, late = line.to_ineligible(world), line.to_ineligible(world, title="Late")
    world.act("signatory", bid_id, "ask_review", {"reason": "It trains all services."})
    world.act("head", bid_id, "refuse_review", {"reason": "It does not."})
    assert world.case(bid_id).state == "ineligible"
    with pytest.raises(Refused) as again:
        world.act("signatory", bid_id, "ask_review", {"reason": "Please."})
    assert codes(again.value) == {"review_asked_before"}
    world.move_to(datetime(2011, 4, 12, 23, 0, tzinfo=UTC))
    with pytest.raises(Refused) as refused:
        world.act("signatory", late, "ask_review", {"reason": "Please."})
    assert codes(refused.value) == {"review_too_late"}


def test_nobody_decides_a_review_that_was_not_asked_for(world: World) -> None:
    bid_id = line.to_ineligible(world)
    with pytest.raises(Refused) as refused:
        world.act("head", bid_id, "accept_review", {"reason": "Yes."})
    assert codes(refused.value) == {"no_review"}


def test_a_finding_keeps_its_question_and_its_reason_for_ever(world: World) -> None:
    line.to_ineligible(world)
    for statement in (
        "UPDATE ineligibility SET reason = 'Another'",
        "UPDATE ineligibility SET criterion = 'complete'",
        "DELETE FROM ineligibility",
        "UPDATE partner_share SET pence = 1",
    ):
        with world.sessions() as session, pytest.raises(DBAPIError, match="permission denied"):
            session.execute(text(statement))
