"""The offer: made, accepted, declined, or ended by its date."""

from workflow.approval import rules as approval
from workflow.approval import standing
from workflow.bids import rules as bids
from workflow.engine import SYSTEM, Action
from workflow.monitoring import rules as monitoring
from workflow.monitoring.branches import offers
from workflow.monitoring.branches import rules as branches

ACTIONS = (
    Action(
        "offer",
        "Make the offer",
        sources=("approved",),
        targets=("offered",),
        roles=("finance_officer",),
        event="offer_made",
        guards=(
            approval.no_conflict,
            branches.support_has_an_end,
            standing.power_still_fits,
            offers.years_still_run,
            monitoring.award_adds_up,
        ),
        form="offer",
        effects=("make_award",),
        notices=("offer_made",),
        duty="offer",
    ),
    Action(
        "accept_offer",
        "Accept the offer",
        sources=("offered",),
        targets=("active",),
        roles=("signatory",),
        event="offer_accepted",
        guards=(offers.offer_in_time, offers.work_not_over),
        form="accept_offer",
        effects=("accept_award",),
        notices=("offer_accepted",),
    ),
    Action(
        "decline_offer",
        "Decline the offer",
        sources=("offered",),
        targets=("declined",),
        roles=("signatory",),
        event="offer_declined",
        guards=(bids.money_can_go_back,),
        form="decline_offer",
        reason_required=True,
        effects=("offer_declined", "say_what_was_released"),
        money=("release_all",),
        notices=("offer_declined",),
        optional=True,
    ),
    Action(
        "lapse_offer",
        "End an offer that was not accepted in time",
        sources=("offered",),
        targets=("lapsed",),
        roles=(SYSTEM,),
        event="offer_lapsed",
        guards=(bids.money_can_go_back,),
        effects=("say_what_was_released",),
        money=("release_all",),
        notices=("offer_lapsed", "offer_lapsed_office"),
    ),
)
