"""The ways out that are open from many stages: withdrawing a bid, and running out of time."""

from workflow.bids import effects as bid_effects
from workflow.bids import rules as bids
from workflow.cases.registry import DeadlineNotice, DueOn, Effect, Notice
from workflow.consultation import audiences as councils
from workflow.engine import NOBODY, Action, State
from workflow.wiring import audiences as who
from workflow.wiring.bid import award, consulting, deciding, first_check

STATES: tuple[State, ...] = (
    State("lapsed", "Ran out of time", owner=NOBODY, outside_label="Ran out of time", final=True),
    State("withdrawn", "Withdrawn", owner=NOBODY, outside_label="Withdrawn", final=True),
)

BEFORE_ACCEPTING = ("approved", "offered")
"""The states of an award in which the recipient has signed nothing yet."""

MAY_BE_LEFT = tuple(
    state.name
    for state in (*first_check.STATES, *consulting.STATES, *deciding.STATES, *award.STATES)
    if not state.final and (state not in award.STATES or state.name in BEFORE_ACCEPTING)
)
"""The states from which the lead body may take its bid back: all before it has signed the agreement."""

ACTIONS: tuple[Action, ...] = (
    Action(
        "withdraw",
        "Withdraw this bid",
        sources=MAY_BE_LEFT,
        targets=("withdrawn",),
        roles=("signatory",),
        event="bid_withdrawn",
        guards=(bids.money_can_go_back,),
        form="withdraw",
        reason_required=True,
        effects=("say_what_was_released",),
        money=("release_all",),
        notices=("bid_withdrawn", "bid_withdrawn_office", "consultation_withdrawn", "partner_bid_ended"),
        optional=True,
    ),
)

EFFECTS: dict[str, Effect] = {"say_what_was_released": bid_effects.say_what_was_released}

MONEY_EFFECTS: dict[str, Effect] = {"release_all": bid_effects.release_all}

NOTICES: dict[str, Notice] = {
    "bid_withdrawn": Notice("bid_withdrawn", who.LEAD_BODY),
    "bid_withdrawn_office": Notice("bid_withdrawn_office", who.shown_to(who.CASE_OFFICERS | who.FINANCE)),
    "consultation_withdrawn": Notice("consultation_withdrawn", councils.invited_councils),
    "partner_bid_ended": Notice("partner_bid_ended", who.partners),
}

DEADLINE_NOTICES: dict[str, DeadlineNotice] = {}

DUE_ON: dict[str, DueOn] = {}
