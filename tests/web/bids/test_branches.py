"""The pages of a bid's branches: what is to be put right, versions, the first check, copying, a partner's part."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from tests import world as line
from tests.web.conftest import form_of
from tests.world import World, make_world
from workflow.accounts.models import Organisation, OrganisationKind, Person
from workflow.accounts.roles import Role
from workflow.bids import commands, values
from workflow.bids.models import BidSection, Round, Section
from workflow.cases.registry import _installed
from workflow.clock import FixedClock
from workflow.db import SYSTEM, Sessions, Work
from workflow.money import Pence

SignIn = Callable[[str], None]


@pytest.fixture
def small(sessions: Sessions, clock: FixedClock, app: Flask) -> Iterator[World]:
    """The small world behind the application, with second officers and a partner."""
    del app
    before = list(_installed)
    made = make_world(sessions, clock)
    line.with_officers(made)
    line.with_officers(made, {"partner": Role.PARTNER}, home="GAT")
    yield made
    _installed[:] = before


@pytest.fixture
def enter(small: World, sign_in_as: Callable[[object], None]) -> SignIn:
    """Sign the browser in as somebody of the small world."""

    def sign_in(name: str) -> None:
        with small.sessions() as session:
            found = session.get_one(Person, small.ids[name])
        sign_in_as(found)

    return sign_in


def send(client: FlaskClient, path: str, **typed: Any) -> Any:
    return client.post(path, data={**form_of(client.get(path)), **typed})


def at(world: World, bid_id: int, part: str = "") -> str:
    return f"/bids/{world.case(bid_id).reference}{part}"


def rewrite(world: World, bid_id: int) -> None:
    with world.sessions() as session:
        rev = session.get_one(BidSection, (bid_id, Section.SUMMARY)).rev
    said = values.Summary("Peer challenge", "What it is, in plain words.", "Why it is needed.")
    world.clock.move(timedelta(minutes=1))
    world.work(
        "drafter",
        lambda work: commands.save_section(
            work, bid_id, Section.SUMMARY, said, seen_rev=rev, key=uuid4().hex
        ),
    )


def test_a_case_officer_names_defects_in_boxes_and_the_lead_body_finds_them_where_it_writes(
    client: FlaskClient, small: World, enter: SignIn
) -> None:
    bid_id = line.to_checking(small)
    enter("case")
    done = send(
        client, at(small, bid_id, "/actions/return_bid"), summary="Say for whom.", risks="Say what you do."
    )
    assert done.status_code == 303
    assert small.case(bid_id).state == "returned"
    enter("drafter")
    tasks = client.get(at(small, bid_id, "/sections")).text
    assert tasks.count("There is a problem") == 2
    assert "Send it again by" in tasks
    assert "Say for whom." in client.get(at(small, bid_id, "/sections/summary")).text
    assert "Say what you do." in client.get(at(small, bid_id, "/sections/risks")).text
    assert "Please put this right" not in client.get(at(small, bid_id, "/sections/area")).text
    rewrite(small, bid_id)
    assert client.get(at(small, bid_id, "/sections")).text.count("There is a problem") == 1
    assert "have changed this section since" in client.get(at(small, bid_id, "/sections/summary")).text


def test_a_bid_is_not_sent_back_without_a_word(client: FlaskClient, small: World, enter: SignIn) -> None:
    bid_id = line.to_checking(small)
    enter("case")
    answer = send(client, at(small, bid_id, "/actions/return_bid"))
    assert "Say in at least one section what is to be put right" in answer.text
    assert small.case(bid_id).state == "screening"


def test_a_version_shows_what_changed_in_the_words_of_the_sections(
    client: FlaskClient, small: World, enter: SignIn
) -> None:
    bid_id = line.to_returned(small)
    rewrite(small, bid_id)
    small.act("signatory", bid_id, "submit", {"declaration": True})
    enter("case")
    page = client.get(at(small, bid_id, "/versions/2")).text
    assert "<del>What it is.</del>" in page
    assert "<ins>What it is, in plain words.</ins>" in page
    assert "Version 2" in client.get(at(small, bid_id, "/versions")).text
    assert "What changed since" not in client.get(at(small, bid_id, "/versions/1")).text
    assert client.get(at(small, bid_id, "/versions/3")).status_code == 404


def test_words_that_were_not_sent_reach_no_page_of_the_department(
    client: FlaskClient, small: World, enter: SignIn
) -> None:
    bid_id = line.to_returned(small)
    rewrite(small, bid_id)
    enter("case")
    for part in ("", "/sections", "/versions/1"):
        assert "in plain words" not in client.get(at(small, bid_id, part)).text


def test_the_proposer_reads_the_question_and_the_reason_and_no_name(
    client: FlaskClient, small: World, enter: SignIn
) -> None:
    bid_id = line.to_checking(small)
    small.act("case", bid_id, "propose_ineligible", line.NOT_ELIGIBLE)
    enter("drafter")
    assert line.NOT_ELIGIBLE["reason"] not in client.get(at(small, bid_id, "/first-check")).text
    small.act("second", bid_id, "confirm_ineligible")
    page = client.get(at(small, bid_id, "/first-check")).text
    assert line.NOT_ELIGIBLE["reason"] in page
    assert "Is it free of one service’s day-to-day needs?" in page
    assert "Second" not in page
    enter("case")
    assert "Second" in client.get(at(small, bid_id, "/first-check")).text


def test_a_second_officer_sees_what_is_proposed_before_confirming_it(
    client: FlaskClient, small: World, enter: SignIn
) -> None:
    bid_id = line.to_checking(small)
    small.act("case", bid_id, "propose_ineligible", line.NOT_ELIGIBLE)
    enter("second")
    path = at(small, bid_id, "/actions/confirm_ineligible")
    assert line.NOT_ELIGIBLE["reason"] in client.get(path).text
    assert send(client, path, read="yes").status_code == 303
    assert small.case(bid_id).state == "ineligible"


def test_the_lead_body_asks_for_another_look_on_a_page_that_says_until_when(
    client: FlaskClient, small: World, enter: SignIn
) -> None:
    bid_id = line.to_ineligible(small)
    enter("signatory")
    path = at(small, bid_id, "/actions/ask_review")
    assert "Tuesday 12 April 2011" in client.get(path).text
    assert send(client, path, reason="It serves all services.").status_code == 303
    enter("head")
    assert "It serves all services." in client.get(at(small, bid_id, "/actions/refuse_review")).text


def test_text_is_put_back_after_showing_what_is_lost(
    client: FlaskClient, small: World, enter: SignIn
) -> None:
    bid_id = line.to_returned(small)
    rewrite(small, bid_id)
    enter("drafter")
    path = at(small, bid_id, "/put-back")
    assert "in plain words" in client.get(path).text
    assert send(client, path).status_code == 303
    assert "in plain words" not in client.get(at(small, bid_id, "/sections/summary")).text
    enter("case")
    assert client.get(path).status_code == 403


def test_a_bid_that_ran_out_of_time_is_copied_into_an_open_round(
    client: FlaskClient, small: World, enter: SignIn
) -> None:
    bid_id = line.to_lapsed(small)
    enter("drafter")
    path = at(small, bid_id, "/copy")
    assert "No funding round is open today" in client.get(path).text
    small.work(SYSTEM, partial(_open_round, code="R2"))
    answer = send(client, path, round="R2")
    assert answer.status_code == 303
    assert "Peer challenge" in client.get(answer.location).text


def _open_round(work: Work, *, code: str) -> None:
    first = work.session.scalars(select(Round).where(Round.code == "R1")).one()
    copied = {
        name: getattr(first, name)
        for name in (
            "fund_id",
            "prospectus_id",
            "guidance",
            "opens_on",
            "least_pence",
            "most_pence",
            "provenance",
        )
    }
    last = {"closes_on": first.closes_on + timedelta(days=200), "first_year": 2011, "last_year": 2012}
    work.session.add(Round(code=code, title="Round two", **copied, **last))


def test_a_change_is_shown_with_its_weight_before_it_is_sent(
    client: FlaskClient, small: World, enter: SignIn
) -> None:
    bid_id = line.to_consulting(small)
    rewrite(small, bid_id)
    enter("signatory")
    path = at(small, bid_id, "/actions/send_change")
    page = client.get(path).text
    assert "This is a small change." in page
    assert "<ins>What it is, in plain words.</ins>" in page
    assert send(client, path, note="Plainer words.").status_code == 303
    assert "Plainer words." in client.get(at(small, bid_id, "/versions")).text


def named(world: World, bid_id: int) -> None:
    part = values.PartnerLine("GAT", "Lends ten peers", ((2011, Pence(2_000_000)),))
    world.work(
        "drafter",
        lambda work: commands.add_row(work, bid_id, Section.PARTNERS, part, seen_rev=1, key=uuid4().hex),
    )


def test_a_partner_sees_its_own_part_of_a_draft_and_nothing_else(
    client: FlaskClient, small: World, enter: SignIn
) -> None:
    bid_id = line.draft(small)
    named(small, bid_id)
    enter("partner")
    page = client.get(at(small, bid_id, "/part")).text
    assert "Lends ten peers" in page
    assert "£20,000" in page
    assert "What it is." not in page
    assert "£300,000" not in page
    for part in ("", "/sections", "/history", "/versions", "/partners", "/first-check", "/copy", "/put-back"):
        assert client.get(at(small, bid_id, part)).status_code in {403, 404}


def test_a_partner_confirms_writes_and_leaves_through_its_pages(
    client: FlaskClient, small: World, enter: SignIn
) -> None:
    bid_id = line.draft(small)
    named(small, bid_id)
    enter("partner")
    assert send(client, at(small, bid_id, "/part")).status_code == 303
    assert "Confirmed" in client.get(at(small, bid_id, "/part")).text
    assert send(client, at(small, bid_id, "/part/comment"), words="We can lend twelve.").status_code == 303
    assert "We can lend twelve." in client.get(at(small, bid_id, "/part")).text
    assert "Say why you take no part" in send(client, at(small, bid_id, "/part/withdraw"), words=" ").text
    assert send(client, at(small, bid_id, "/part/withdraw"), words="We reorganise.").status_code == 303
    enter("drafter")
    page = client.get(at(small, bid_id, "/partners")).text
    assert "We can lend twelve." in page
    assert "We reorganise." in page


def test_everybody_who_reads_a_bid_sees_that_a_partner_has_not_confirmed(
    client: FlaskClient, small: World, enter: SignIn
) -> None:
    """Source: domain, section 10, case 24."""
    bid_id = line.draft(small)
    named(small, bid_id)
    small.act("signatory", bid_id, "submit", {"declaration": True})
    enter("case")
    assert "Not yet" in client.get(at(small, bid_id, "/partners")).text
    assert "Not yet" in client.get(at(small, bid_id, "/sections")).text


def test_a_body_that_cannot_be_paid_is_told_on_the_first_page_what_it_may_do_instead(
    client: FlaskClient, small: World, enter: SignIn
) -> None:
    """Source: domain, section 10, case 5."""

    def unspecify(work: Work) -> None:
        body = work.session.get_one(Organisation, small.ids["LGID"])
        body.specified_from, body.kind = None, OrganisationKind.SECTOR_BODY

    small.work(SYSTEM, unspecify)
    enter("drafter")
    page = client.get("/bids/new").text
    assert "This fund cannot be paid to Improvement body" in page
    assert "What Improvement body can do instead: be a partner of a body that can be paid." in page


def test_withdrawing_warns_asks_for_a_reason_and_ends_the_bid(
    client: FlaskClient, small: World, enter: SignIn
) -> None:
    bid_id = line.to_consulting(small)
    enter("signatory")
    path = at(small, bid_id, "/actions/withdraw")
    assert "You cannot take this back" in client.get(path).text
    assert "Say why you withdraw it" in send(client, path, reason="").text
    assert send(client, path, reason="Our council reorganises.").status_code == 303
    assert small.case(bid_id).state == "withdrawn"


def test_a_changed_version_is_checked_with_what_was_to_be_put_right_beside_the_questions(
    client: FlaskClient, small: World, enter: SignIn
) -> None:
    bid_id = line.to_returned(small)
    rewrite(small, bid_id)
    small.act("signatory", bid_id, "submit", {"declaration": True})
    small.act("case", bid_id, "take_case")
    enter("case")
    page = client.get(at(small, bid_id, "/actions/pass_first_check")).text
    assert "You check version 2." in page
    assert "Risks: Say what you do when too few peers can be found. (that section was not changed)" in page


def test_whoever_signs_a_bid_that_was_sent_back_reads_what_was_to_be_put_right(
    small: World, client: FlaskClient, enter: SignIn
) -> None:
    bid_id = line.to_returned(small)
    enter("signatory")
    check = client.get(at(small, bid_id, "/first-check")).text
    sign = client.get(at(small, bid_id, "/actions/submit")).text
    for defect in line.DEFECTS:
        assert defect["text"] in sign
        assert at(small, bid_id, f"/sections/{defect['section']}") in sign
        assert at(small, bid_id, f"/sections/{defect['section']}") in check
    assert "not changed since" in sign
    assert "Put it right" in check
