"""The pages of the closing figures: proposed, declined with a reason, proposed anew."""

from tests.web.monitoring.drawing import Desk
from tests.world import World, to_active


def test_whoever_confirms_can_decline_and_the_finance_officer_reads_why_before_new_figures(
    world: World, desk: Desk
) -> None:
    bid_id = to_active(world)
    world.act("responsible", bid_id, "start_closing", {"reason": "The work is done."})
    world.act("finance", bid_id, "propose_closure", {"summary": "The rest was not needed."})
    assert "decline them and say why" in desk.read("responsible", bid_id, "actions/confirm_closure")
    assert "The rest was not needed." in desk.read("responsible", bid_id, "actions/decline_closure")
    empty = desk.send("responsible", bid_id, "actions/decline_closure", reason="")
    assert "Say what is wrong with the figures" in empty.text
    sent = desk.send("responsible", bid_id, "actions/decline_closure", reason="Travel of March is missing.")
    assert sent.status_code == 303
    assert "Travel of March is missing." in desk.read("finance", bid_id, "actions/propose_closure")
    assert "Travel of March is missing." in desk.read("finance", bid_id, "award")
    assert "Travel of March is missing." not in desk.read("drafter", bid_id, "award")
