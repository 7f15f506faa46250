"""How each action of a bid is done through its form: who does it, what must be so before, and what is sent.

An action of the definition without a line here fails `test_actions_by_role.py`, and so does a state without a way to it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import select

from tests.world import (
    AFTER_CLOSE,
    APPROVAL,
    ASKED,
    CLAIM,
    OFFER,
    World,
    answer,
    draft,
    to_active,
    to_consulting,
    to_deciding,
)
from workflow.approval.models import AccountingTest, Criterion
from workflow.bids.rules import CRITERIA
from workflow.consultation.dispositions import set_disposition
from workflow.consultation.models import Response
from workflow.consultation.terms import Outcome as Done
from workflow.db import SYSTEM
from workflow.money import Pence
from workflow.monitoring.models import Claim

Form = Mapping[str, str | list[str]]
Before = Callable[[World, int], Any]


def nothing(_world: World, _bid_id: int) -> None:
    """Nothing has to happen before."""


@dataclass(frozen=True)
class Recipe:
    """One way to do an action: as `who`, once `before` happened, with what a browser would send.

    `form` may also be a function of the world and the bid, for what is known only then.
    """

    who: str
    form: Form | Callable[[World, int], Form] = field(default_factory=dict)
    before: Before = nothing

    def sent(self, world: World, bid_id: int) -> dict[str, str | list[str]]:
        """What is sent beside the hidden fields of the page."""
        return dict(self.form(world, bid_id) if callable(self.form) else self.form)


def on(name: str, day: date) -> dict[str, str]:
    """A date as its three boxes send it."""
    return {f"{name}-day": str(day.day), f"{name}-month": str(day.month), f"{name}-year": str(day.year)}


def yes_to(*names: str) -> dict[str, str]:
    """Radios answered with yes."""
    return dict.fromkeys(names, "yes")


REASON = {"reason": "Because it is so."}


# The ways to the states that the small world has none to.


def to_submitted(world: World) -> int:
    """A bid that was signed and sent."""
    bid_id = draft(world)
    world.act("signatory", bid_id, "submit", {"declaration": True})
    return bid_id


def to_approved(world: World) -> int:
    """A bid that two approvers approved."""
    bid_id = to_deciding(world)
    world.act("approver1", bid_id, "approve", APPROVAL)
    world.act("approver2", bid_id, "approve", APPROVAL)
    return bid_id


def to_offered(world: World) -> int:
    """A bid that was approved and offered its money."""
    bid_id = to_approved(world)
    world.act("finance", bid_id, "offer", OFFER)
    return bid_id


def to_closing(world: World) -> int:
    """An award that is being closed."""
    bid_id = to_active(world)
    world.act("responsible", bid_id, "start_closing", {"reason": "The work is done."})
    return bid_id


def to_responding(world: World) -> int:
    """A bid whose councils were asked, one of which answered; its time is over."""
    bid_id = to_consulting(world)
    answer(world, bid_id, "GAT")
    world.move_to(AFTER_CLOSE)
    world.act(SYSTEM, bid_id, "close_consultation")
    return bid_id


WAYS: dict[str, Callable[[World], int]] = {
    "draft": draft,
    "submitted": to_submitted,
    "responding": to_responding,
    "approved": to_approved,
    "offered": to_offered,
    "closing": to_closing,
}


# What must be so before an action.


def answered(world: World, bid_id: int) -> None:
    """The lead body said what it did about the one answer."""
    with world.sessions() as session:
        response_id = session.scalars(select(Response.id).order_by(Response.id.desc())).first()
    assert response_id is not None
    world.work(
        "drafter",
        lambda work: set_disposition(work, response_id, outcome=Done.CHANGED, text="We took two days off."),
    )


def responded(world: World, bid_id: int) -> None:
    """The lead body also sent it."""
    answered(world, bid_id)
    world.act("drafter", bid_id, "send_response", {"summary": "One answer, one change."})


def claimed(world: World, bid_id: int) -> int:
    """A payment was requested; its id."""
    return int(world.act("drafter", bid_id, "make_claim", CLAIM).extra["claim_id"])


def checked(world: World, bid_id: int) -> int:
    """A payment request was also checked; its id."""
    claim_id = claimed(world, bid_id)
    accepted = {"claim_id": claim_id, "accepted_pence": Pence(12_345_678), "reason": ""}
    world.act("manager", bid_id, "check_claim", accepted)
    return claim_id


def newest_claim(world: World, bid_id: int) -> dict[str, str | list[str]]:
    """The newest payment request, as it is chosen on a page."""
    with world.sessions() as session:
        found = session.scalars(select(Claim.id).order_by(Claim.id.desc())).first()
    return {"claim_id": str(found)}


def closure_proposed(world: World, bid_id: int) -> None:
    """The final figures were proposed."""
    world.act("finance", bid_id, "propose_closure", {"summary": "The rest was not needed."})


def due(world: World, bid_id: int) -> None:
    """The time of the state is over."""
    due_on = world.case(bid_id).due_on
    assert due_on is not None
    world.move_to(datetime(due_on.year, due_on.month, due_on.day, tzinfo=UTC) + timedelta(days=2))


RECIPES: dict[str, Recipe] = {
    # from the first word to the end of the first check
    "submit": Recipe("signatory", {"declaration": ["true", "may_sign"]}),
    "take_case": Recipe("case"),
    "pass_first_check": Recipe("case", yes_to(*CRITERIA)),
    # councils
    "open_consultation": Recipe(
        "case",
        {"kind": "full", "asked": "all", **on("closes_on", date(2011, 7, 29))},
    ),
    "send_response": Recipe("drafter", {"summary": "One answer, one change."}, answered),
    "accept_response": Recipe("case", {**REASON, **on("report_on", date(2011, 6, 1))}, responded),
    # assessment and decision
    "recommend": Recipe(
        "assessor",
        {
            **{f"score_{one}": "4" for one in Criterion},
            **{f"test_{one}": "yes" for one in AccountingTest},
            **{f"amount_{year}": str(pence // 100) for year, pence in ASKED.items()},
            "recommendation": "Approve it.",
            "unsure_of": "Nothing.",
        },
    ),
    "approve": Recipe("approver1", {"no_conflict": "no", **REASON}),
    # the award
    "offer": Recipe("finance", {"conditions": "Deliver it.", "eligible_heads": "Delivery"}),
    "accept_offer": Recipe("signatory", {"declared": "yes"}),
    "make_claim": Recipe(
        "drafter", {"year": "2011", "amount": "123,456.78", "narrative": "30 peer challenges"}
    ),
    "check_claim": Recipe(
        "manager",
        lambda world, bid_id: {**newest_claim(world, bid_id), "accepted": "120000", "reason": "Travel"},
        claimed,
    ),
    "pay_claim": Recipe("payer", newest_claim, checked),
    "start_closing": Recipe("responsible", REASON),
    "propose_closure": Recipe("finance", {"summary": "The rest was not needed."}),
    "confirm_closure": Recipe("responsible", {"declared": "yes"}, closure_proposed),
    # leaving
    "withdraw": Recipe("signatory", REASON),
}
"""By the name of the action; what the calendar does needs no line but the time that has to pass."""

IN_STATE: dict[tuple[str, str], Recipe] = {}
"""Where an action is done in another way from one of its states: by state and action."""

BY_CALENDAR: dict[str, Before] = {}
"""What has to happen before the calendar acts, where it is not that the time of the state is over."""
