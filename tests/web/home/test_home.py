"""The first page of those who write bids."""

from datetime import date
from types import SimpleNamespace
from uuid import uuid4

from sqlalchemy import select

from tests.web.monitoring.drawing import Desk
from tests.web.strict import text_of
from tests.world import (
    LIGHT,
    World,
    draft,
    to_active,
    to_consulting,
    to_referred,
    to_returned,
    to_screening,
    with_officers,
)
from workflow.accounts.roles import Role
from workflow.bids import commands, values
from workflow.bids.models import Section
from workflow.bids.partnering import confirm_part
from workflow.deadlines.models import Deadline
from workflow.money import Pence
from workflow.web.filters import london_date, short_date


def home_of(desk: Desk, who: str) -> str:
    desk.sign_in_as(SimpleNamespace(id=desk.world.ids[who]))
    return text_of(desk.client.get("/").text)


def test_a_bid_that_is_not_sent_yet_waits_for_its_writer(desk: Desk, world: World) -> None:
    assert "Nothing waits for you" in home_of(desk, "drafter")
    draft(world, title="Peer challenge")
    words = home_of(desk, "drafter")
    assert "Ready to sign Your signatory sends it" in words
    assert "Peer challenge" in words
    assert "Nothing waits for you" not in words


def test_a_bid_that_was_sent_no_longer_waits_for_its_writer(desk: Desk, world: World) -> None:
    world.act("signatory", draft(world), "submit", {"declaration": True})
    words = home_of(desk, "drafter")
    assert "Nothing waits for you" in words
    assert "Your bids with others" in words


def test_a_bid_that_was_sent_back_waits_for_both_who_write_and_who_sign(desk: Desk, world: World) -> None:
    to_returned(world)
    for who in ("drafter", "signatory"):
        assert "Put right what was named and send it again" in home_of(desk, who)
    assert "Put right what was named" not in home_of(desk, "case")


def test_whoever_is_signed_in_is_warned_before_that_ends_and_nobody_else(desk: Desk, world: World) -> None:
    assert "data-idle-seconds" not in desk.client.get("/").text
    desk.sign_in_as(SimpleNamespace(id=world.ids["drafter"]))
    page = desk.client.get("/").text
    assert 'data-idle-seconds="43200"' in page
    assert "Stay signed in" in page
    assert "You are signed out" in page


def test_what_stay_signed_in_asks_for_leads_whoever_is_signed_out_to_the_sign_in(
    desk: Desk, world: World
) -> None:
    """The script reads from the address it lands on that the press came too late."""
    desk.sign_in_as(SimpleNamespace(id=world.ids["drafter"]))
    asked = desk.client.get("/").text.partition('data-keep="')[2].partition('"')[0]
    assert desk.client.get(asked, follow_redirects=True).status_code == 200
    desk.client.delete_cookie("workflow_session")
    assert desk.client.get(asked, follow_redirects=True).request.path == "/sign-in"


def test_a_bid_that_waits_for_the_treasury_calls_on_the_finance_officer_until_its_consent_is_recorded(
    desk: Desk, world: World
) -> None:
    bid_id = to_referred(world)
    assert "What waits for you" in home_of(desk, "finance")
    assert "Record the Treasury’s consent" in home_of(desk, "finance")
    page = text_of(desk.open("finance", bid_id, "").text)
    assert "You, or another finance officer Record the Treasury’s consent" in page
    assert "Blocked: This bid is contentious" in home_of(desk, "accounting")


def test_a_payment_request_is_due_by_its_own_date_and_not_by_the_end_of_the_award(
    desk: Desk, world: World
) -> None:
    bid_id = to_active(world)
    world.act("drafter", bid_id, "make_claim", {"year": 2011, "amount_pence": 100_000, "narrative": "Work."})
    with world.sessions() as session:
        due_on = session.scalars(select(Deadline.due_on).where(Deadline.kind == "claim_check")).one()
    home = home_of(desk, "manager")
    assert "£1,000 of it" in home
    assert short_date(due_on) in home
    page = text_of(desk.open("manager", bid_id, "").text)
    assert london_date(due_on) in page
    assert "Closing begins after that" not in page


def test_a_partner_finds_the_bids_in_which_its_part_is_confirmed(desk: Desk, world: World) -> None:
    with_officers(world, {"partner": Role.PARTNER}, home="GAT")
    bid_id = draft(world, title="Peer challenge")
    part = values.PartnerLine("GAT", "Lends ten peers", ((2011, Pence(2_000_000)),))
    world.work(
        "drafter",
        lambda work: commands.add_row(work, bid_id, Section.PARTNERS, part, seen_rev=1, key=uuid4().hex),
    )
    assert "You are named as a partner" in home_of(desk, "partner")
    world.work("partner", lambda work: confirm_part(work, bid_id, world.ids["GAT"], key=uuid4().hex))
    home = home_of(desk, "partner")
    assert "You are named as a partner" not in home
    assert "Your part is confirmed" in home
    assert world.case(bid_id).reference in home


def test_the_private_office_is_led_to_what_waits_for_its_principal(desk: Desk, world: World) -> None:
    with_officers(world, {"private": Role.PRIVATE_OFFICE})
    bid_id = to_referred(world)
    assert "Before the accounting officer" in home_of(desk, "private")
    queue = desk.client.get("/queue?state=referred&state=direction_sought").text
    assert world.case(bid_id).reference in queue


def test_the_open_consultations_begin_with_the_one_that_closes_first(desk: Desk, world: World) -> None:
    later = world.case(to_consulting(world, title="Closes later")).reference
    opened = world.case(first := to_screening(world, title="Closes first")).reference
    world.act("case", first, "open_consultation", {**LIGHT, "closes_on": date(2011, 4, 28)})
    desk.sign_in_as(SimpleNamespace(id=world.ids["case"]))
    page = text_of(desk.client.get("/consultations").text)
    assert page.index(opened) < page.index(later)
    assert "working days" in page
    last = text_of(desk.client.get("/consultations?show=all").text)
    assert last.index(later) < last.index(opened)
