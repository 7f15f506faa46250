"""How each action of a bid is done through its form: who does it, what must be so before, and what is sent.

An action of the definition without a line here fails `test_actions_by_role.py`, and so does a state without a way to it.
"""

import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any
from uuid import uuid4

from sqlalchemy import select

from tests.web.stage import only, way_to
from tests.world import (
    AFTER_CLOSE,
    APPROVAL,
    ASKED,
    CLAIM,
    NOT_ELIGIBLE,
    SMALL,
    World,
    answer,
    draft,
    letter,
    to_active,
    to_checking,
    to_consulting,
    to_deciding,
    to_suspended,
)
from workflow.approval.models import AccountingTest, Criterion
from workflow.bids.commands import save_section
from workflow.bids.models import BidSection, CostHead, Section
from workflow.bids.rules import CRITERIA
from workflow.bids.values import Budget, BudgetLine, Summary, Values
from workflow.consultation.dispositions import set_disposition
from workflow.consultation.models import Response
from workflow.consultation.terms import Outcome as Done
from workflow.db import SYSTEM
from workflow.engine import Action
from workflow.money import Pence
from workflow.monitoring.models import Claim

Form = Mapping[str, str | list[str] | bytes]
Before = Callable[[World, int], Any]


def nothing(_world: World, _bid_id: int) -> None:
    """Nothing has to happen before."""


@dataclass(frozen=True)
class Recipe:
    """One way to do an action: as `who`, once `before` happened, with what a browser would send.

    `form` may also be a function of the world and the bid, for what is known only then; bytes in it are a file. `way` brings a
    bid to the state in another way than for the other actions.
    """

    who: str
    form: Form | Callable[[World, int], Form] = field(default_factory=dict)
    before: Before = nothing
    way: Callable[[World], int] | None = None

    def values(self, world: World, bid_id: int) -> dict[str, str | list[str] | bytes]:
        """What is given beside the hidden fields of the page."""
        return dict(self.form(world, bid_id) if callable(self.form) else self.form)


def as_sent(values: Form) -> dict[str, Any]:
    """What a browser sends of these values; a file can be sent once only."""
    return {
        name: (BytesIO(value), "letter.pdf") if isinstance(value, bytes) else value
        for name, value in values.items()
    }


def on(name: str, day: date) -> dict[str, str]:
    """A date as its three boxes send it."""
    return {f"{name}-day": str(day.day), f"{name}-month": str(day.month), f"{name}-year": str(day.year)}


def yes_to(*names: str) -> dict[str, str]:
    """Radios answered with yes."""
    return dict.fromkeys(names, "yes")


REASON = {"reason": "Because it is so."}
FOLDER = Path(tempfile.gettempdir()) / "workflow-letters"
LETTER = b"%PDF-1.4\n%%EOF\n"
NOVEL = {"marks": ("novel",), **REASON}
TOLD = {**REASON, "note": ""}
OFFICER = only("accounting_officer")


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


def to_approved_of_an_ended_year(world: World) -> int:
    """A bid that was approved and not offered before its year ended."""
    bid_id = to_approved(world)
    world.move_to(datetime(2012, 4, 2, 9, 0, tzinfo=UTC))
    return bid_id


def to_responding(world: World) -> int:
    """A bid whose councils were asked, one of which answered; its time is over."""
    bid_id = to_consulting(world)
    answer(world, bid_id, "GAT")
    world.move_to(AFTER_CLOSE)
    world.act(SYSTEM, bid_id, "close_consultation")
    return bid_id


def to_small_referred(world: World) -> int:
    """A bid that only the accounting officer decides, of an amount that one person alone may reject."""
    bid_id = to_deciding(world, asked=SMALL)
    world.act("approver1", bid_id, "refer", NOVEL)
    return bid_id


def to_referred_after_a_vote(world: World) -> int:
    """The same once one approver has voted for it."""
    bid_id = to_deciding(world)
    world.act("approver1", bid_id, "approve", APPROVAL)
    world.act("approver2", bid_id, "refer", NOVEL)
    return bid_id


WAYS: dict[str, Callable[[World], int]] = {
    "draft": draft,
    "submitted": to_submitted,
    "responding": to_responding,
    "approved": to_approved,
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


def rewrite(world: World, bid_id: int, section: Section, said: Values) -> None:
    """The lead body writes a section anew."""
    with world.sessions() as session:
        rev = session.get_one(BidSection, (bid_id, section)).rev
    world.work(
        "drafter", lambda work: save_section(work, bid_id, section, said, seen_rev=rev, key=uuid4().hex)
    )


def changed(world: World, bid_id: int) -> None:
    """The lead body wrote another summary, and has not sent it."""
    said = Summary("Peer challenge", "What it is, in plainer words.", "Why it is needed.")
    rewrite(world, bid_id, Section.SUMMARY, said)


def changed_much(world: World, bid_id: int) -> None:
    """The lead body asks for more, and has sent that."""
    lines = tuple(BudgetLine(year, CostHead.DELIVERY, Pence(pence + 100)) for year, pence in ASKED.items())
    rewrite(world, bid_id, Section.BUDGET, Budget(lines, Pence(0), None))
    world.act("signatory", bid_id, "send_change", {"note": "We ask for a pound more."})


def answered_late(world: World, bid_id: int) -> None:
    """Another council answered when the time was over."""
    answer(world, bid_id, "SUN")


def newest_answer(world: World, bid_id: int) -> Form:
    """The newest answer of a council, as it is chosen on a page."""
    with world.sessions() as session:
        found = session.scalars(select(Response.id).order_by(Response.id.desc())).first()
    return {"response_id": str(found), **REASON}


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


def finding(world: World, bid_id: int) -> None:
    """A case officer proposed that the bid is not eligible."""
    world.act("case", bid_id, "propose_ineligible", NOT_ELIGIBLE)


def review_asked(world: World, bid_id: int) -> None:
    """The lead body asked that the finding be looked at again."""
    world.act("signatory", bid_id, "ask_review", REASON)


def advised(world: World, bid_id: int) -> None:
    """The assessor advised to reject."""
    world.act("assessor", bid_id, "advise_rejection", REASON)


def voted(world: World, bid_id: int) -> None:
    """One approver approved."""
    world.act("approver1", bid_id, "approve", APPROVAL)


def rejection_proposed(world: World, bid_id: int) -> None:
    """One approver proposed to reject."""
    world.act("approver1", bid_id, "propose_rejection", TOLD)


def consented(world: World, bid_id: int) -> None:
    """The Treasury consented."""
    said = {"reference": "HMT 11", "dated_on": date(2011, 5, 3), "amount_pence": Pence(30_000_000_000)}
    world.act("finance", bid_id, "record_consent", {**said, "document": letter(world, "finance", FOLDER)})


def appeal_asked(world: World, bid_id: int) -> None:
    """The lead body asked for another look at the decision."""
    world.act("signatory", bid_id, "ask_appeal", REASON)


def quarter_over(world: World, _bid_id: int) -> None:
    """The first quarter is over; nobody's session ended meanwhile, because the machine's time stands still."""
    world.clock.business = datetime(2011, 7, 1, 9, tzinfo=UTC)


def year_over(world: World, _bid_id: int) -> None:
    """The first financial year is over, in business time only."""
    world.clock.business = datetime(2012, 4, 10, 9, tzinfo=UTC)


def change_asked(world: World, bid_id: int) -> None:
    """The lead body asked for less money."""
    amounts = {2011: Pence(20_000_000), 2012: Pence(5_000_000)}
    data = {"kind": "amount_down", "amounts": amounts, "ends_on": date(2013, 3, 31), **REASON}
    world.act("signatory", bid_id, "ask_variation", data)


ENDING = {"notice_ends_on": date(2011, 9, 30), "eligible_pence": Pence(0), **REASON}


def to_terminated_while_claimed(world: World) -> int:
    """An award that ended early with a payment request on its way."""
    bid_id = to_active(world)
    claimed(world, bid_id)
    world.act("approver1", bid_id, "terminate", ENDING)
    return bid_id


def to_terminated_while_checked(world: World) -> int:
    """The same with a payment request that was checked."""
    bid_id = to_active(world)
    checked(world, bid_id)
    world.act("approver1", bid_id, "terminate", ENDING)
    return bid_id


def to_closing_while_paused(world: World) -> int:
    """An award whose time ended while its payments were paused."""
    bid_id = to_suspended(world)
    world.act(SYSTEM, bid_id, "end_award")
    return bid_id


def to_closed_with_money_to_pay_back(world: World) -> int:
    """A closed award of which something was not spent as agreed."""
    bid_id = to_active(world)
    world.act("payer", bid_id, "pay_claim", {"claim_id": checked(world, bid_id)})
    world.act("responsible", bid_id, "start_closing", REASON)
    figures = {"summary": "Not all was spent as agreed.", "eligible_pence": Pence(2_345_678)}
    world.act("finance", bid_id, "propose_closure", figures)
    world.act("responsible", bid_id, "confirm_closure", {"declared": True})
    return bid_id


def due(world: World, bid_id: int) -> None:
    """The time of the state is over."""
    due_on = world.case(bid_id).due_on
    assert due_on is not None
    world.move_to(datetime(due_on.year, due_on.month, due_on.day, tzinfo=UTC) + timedelta(days=2))


RECIPES: dict[str, Recipe] = {
    # from the first word to the end of the first check
    "submit": Recipe("signatory", {"declaration": ["true", "may_sign"]}),
    "take_case": Recipe("case"),
    "pass_first_check": Recipe("case", yes_to(*CRITERIA), way=to_checking),
    "return_bid": Recipe("case", {"budget": "The amount for 2012 to 2013 is not explained."}),
    "propose_ineligible": Recipe("case", {"criterion": "not_operational", **REASON}),
    "confirm_ineligible": Recipe(only("second_officer"), {"read": "yes"}, finding),
    "decline_ineligible": Recipe(only("second_officer"), REASON, finding),
    "ask_review": Recipe("signatory", REASON),
    "accept_review": Recipe(only("head_of_team"), REASON, review_asked),
    "refuse_review": Recipe(only("head_of_team"), REASON, review_asked),
    # councils
    "open_consultation": Recipe(
        "case",
        {"kind": "full", "asked": "all", **on("closes_on", date(2011, 7, 29))},
    ),
    "extend_consultation": Recipe("case", {**on("closes_on", date(2011, 6, 10)), **REASON}),
    "restart_consultation": Recipe("case", {**on("closes_on", date(2011, 8, 31)), **REASON}, changed_much),
    "accept_late": Recipe("case", newest_answer, answered_late),
    "send_change": Recipe("signatory", {"note": "We say it more clearly."}, changed),
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
    "approve": Recipe("approver1", {"no_conflict": "no", "checked": "yes", **REASON}),
    "send_back": Recipe("approver1", REASON),
    "defer": Recipe("approver1", {**on("until_on", date(2011, 7, 1)), **REASON}),
    "resume": Recipe("approver1"),
    "declare_conflict": Recipe("approver1", REASON, voted),
    "refer": Recipe("approver1", {"marks": ["novel"], **REASON}),
    "record_consent": Recipe(
        "finance",
        {
            "reference": "HMT 11",
            **on("dated_on", date(2011, 5, 3)),
            "amount": "300,000,000",
            "document": LETTER,
        },
    ),
    "approve_referred": Recipe(OFFICER, {"no_conflict": "no", "checked": "yes", **REASON}, consented),
    "seek_direction": Recipe(OFFICER, {"objection_value_for_money": "It costs too much."}),
    "record_direction": Recipe(
        OFFICER,
        {
            "minister": "The Secretary of State",
            **on("dated_on", date(2011, 5, 3)),
            "document": LETTER,
            "copied": ["auditor", "treasury"],
            **on("publish_on", date(2011, 6, 1)),
        },
    ),
    "give_up_direction": Recipe(OFFICER, REASON),
    "advise_rejection": Recipe("assessor", REASON),
    "reject_on_advice": Recipe("approver1", REASON, advised),
    "reject": Recipe("approver1", REASON, way=lambda world: to_deciding(world, asked=SMALL)),
    "propose_rejection": Recipe("approver1", REASON),
    "confirm_rejection": Recipe("approver2", {"confirmed": "yes"}, rejection_proposed),
    "decline_rejection": Recipe("approver2", REASON, rejection_proposed),
    "ask_appeal": Recipe("signatory", REASON),
    "accept_appeal": Recipe(OFFICER, REASON, appeal_asked),
    "refuse_appeal": Recipe(OFFICER, REASON, appeal_asked),
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
    "decline_closure": Recipe("responsible", REASON, closure_proposed),
    "decline_offer": Recipe("signatory", REASON),
    "send_return": Recipe(
        "drafter",
        {
            "progress": "15",
            "confidence": "medium",
            "narrative": "12 of 75 done.",
            "spent": "452,300",
            "forecast": "1,930,000",
        },
        quarter_over,
    ),
    "suspend": Recipe("responsible", REASON),
    "lift_suspension": Recipe("approver1", REASON),
    "settle_year": Recipe(
        "finance",
        {"year": "2011", "accrued": "0", "carried": "1,000", "agreement": "Letter 7", **REASON},
        year_over,
    ),
    "terminate": Recipe("approver1", {**on("notice_ends_on", date(2011, 9, 30)), "eligible": "0", **REASON}),
    "record_recovery": Recipe("finance", {"amount": "1,000"}, way=to_closed_with_money_to_pay_back),
    "ask_variation": Recipe(
        "signatory",
        {
            "kind": "amount_down",
            "year_2011": "200,000",
            "year_2012": "50,000",
            **on("ends_on", date(2013, 3, 31)),
            **REASON,
        },
    ),
    "agree_variation": Recipe("approver1", REASON, change_asked),
    "refuse_variation": Recipe("approver1", REASON, change_asked),
    "withdraw_variation": Recipe("signatory", REASON, change_asked),
    # leaving
    "withdraw": Recipe("signatory", REASON),
}
"""By the name of the action; what the calendar does needs no line but the time that has to pass."""

IN_STATE: dict[tuple[str, str], Recipe] = {
    ("terminated", "check_claim"): Recipe(
        "manager",
        lambda world, bid_id: {**newest_claim(world, bid_id), "accepted": "120000", "reason": "Travel"},
        way=to_terminated_while_claimed,
    ),
    ("terminated", "pay_claim"): Recipe("payer", newest_claim, way=to_terminated_while_checked),
    ("closing", "lift_suspension"): Recipe("approver1", REASON, way=to_closing_while_paused),
    ("approved", "send_back"): Recipe(OFFICER, REASON, way=to_approved_of_an_ended_year),
    ("referred", "reject"): Recipe(OFFICER, REASON, way=to_small_referred),
    ("referred", "declare_conflict"): Recipe("approver1", REASON, way=to_referred_after_a_vote),
}
"""Where an action is done in another way from one of its states: by state and action."""

BY_CALENDAR: dict[str, Before] = {}
"""What has to happen before the calendar acts, where it is not that the time of the state is over."""


def recipe_of(state: str, action: Action) -> Recipe:
    """How an action is done from a state; for the calendar's own there is nothing to do."""
    return IN_STATE.get((state, action.name)) or RECIPES.get(action.name) or Recipe("nobody")


def by_way(state: str, actions: Iterable[Action]) -> Iterator[tuple[Callable[[World], int], list[Action]]]:
    """The actions of a state, by the way that brings a bid there; most have the same.

    Raises:
        LookupError: when nothing brings a bid there.
    """
    usual = way_to(state, WAYS)
    found: dict[Callable[[World], int] | None, list[Action]] = defaultdict(list)
    for action in actions:
        found[recipe_of(state, action).way or usual].append(action)
    for way, those in found.items():
        if way is None:
            raise LookupError(f"Nothing brings a bid to {state}")
        yield way, those
