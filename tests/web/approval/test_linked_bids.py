"""Linked bids on the pages of a decision: named wherever somebody decides, or reads why it was decided."""

from tests.approval.test_linked import LARGER, SMALLER, recommended
from tests.web.monitoring.drawing import Desk
from tests.web.strict import text_of
from tests.world import APPROVAL, World, to_consulting
from workflow.accounts.queries import viewer_for
from workflow.money import Pence
from workflow.reports.readiness import readiness

SUM = "£1,100,000"


def two(world: World) -> tuple[int, int]:
    """A bid of £600,000 that awaits its decision, and one of £500,000 linked to it."""
    first = to_consulting(world, asked=LARGER, title="First half")
    second = to_consulting(world, asked=SMALLER, title="Second half")
    return recommended(world, first, LARGER), second


def test_the_decision_the_form_and_its_check_name_the_linked_bids_and_the_sum(
    desk: Desk, world: World
) -> None:
    first, second = two(world)
    reference = world.case(second).reference
    form = "actions/approve"
    check = desk.send("approver1", first, form, no_conflict="no", reason="Good value.")
    pages = [desk.read("approver1", first, part) for part in ("decision", form, "why")]
    pages.append(text_of(check.text))
    for page in pages:
        assert reference in page
        assert SUM in page
    assert "Decided together with 1 linked bid" in pages[0]
    assert "To be decided together with 1 linked bid" in pages[2]


def test_why_keeps_what_a_decision_was_weighed_with_whatever_became_of_the_other_bid(
    desk: Desk, world: World
) -> None:
    first, second = two(world)
    for who in ("approver1", "approver2"):
        world.act(who, first, "approve", APPROVAL)
    world.act("signatory", second, "withdraw", {"reason": "One is enough."})
    page = desk.read("approver1", first, "why")
    assert (
        f"Decided together with 1 linked bid of the same lead body for the same outcome, {SUM} in all" in page
    )
    assert "Approvals 2 of 2" in desk.read("approver1", first, "decision")


def test_an_approval_of_the_sum_is_shown_as_it_was_given_though_the_bid_alone_needs_fewer(
    desk: Desk, world: World
) -> None:
    small = {2011: Pence(6_000_000)}
    bids = [to_consulting(world, asked=small, title=f"Part {number}") for number in range(2)]
    recommended(world, bids[0], small)
    for who in ("approver1", "approver2"):
        world.act(who, bids[0], "approve", APPROVAL)
    assert "Approvals 2 of 2" in desk.read("approver1", bids[0], "decision")


def test_what_could_not_be_decided_names_the_sum_with_linked_bids(desk: Desk, world: World) -> None:
    halves = {2011: Pence(600_000_000)}
    for number in range(2):
        to_consulting(world, asked=halves, title=f"Half {number}")
    with world.sessions() as session:
        reader = viewer_for(session, world.ids["responsible"], world.clock.now())
        found = readiness(session, reader, world.clock.now())
    named = [bid for finding in found.findings for bid in finding.bids]
    assert {(bid.pence, bid.linked) for bid in named} == {(1_200_000_000, "1 linked bid")}
