"""What a decision is made on, gathered once for the decision tab and for the forms of assessor and approver."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from workflow import deadlines
from workflow.accounts.queries import Viewer
from workflow.approval import coverage
from workflow.approval import queries as approval
from workflow.approval.coverage import Objection
from workflow.approval.queries import AppraisalView
from workflow.approval.rules import votes_needed
from workflow.cases import Case
from workflow.cases.facts import actor_for, view_of
from workflow.cases.registry import registry
from workflow.clock import london_date
from workflow.consultation import register
from workflow.consultation.models import Consultation
from workflow.consultation.register import RegisterCounts
from workflow.consultation.tallies import newest
from workflow.engine import Action, Offer, offers
from workflow.funds import statements
from workflow.funds.rules import Held
from workflow.funds.statements import Envelope
from workflow.money import Pence, total
from workflow.web.bids.frame import facts_known
from workflow.web.filters import due_words
from workflow.web.filters import london_date as in_words


@dataclass(frozen=True, slots=True)
class YearEffect:
    """What a bid does to one year of its fund, in pence.

    `before` and `after` are what is promised without and with this bid; `others` is set aside for other bids.
    """

    year: int
    ceiling: Pence
    before: Pence
    this_bid: Pence
    others: Pence
    left: Pence

    @property
    def after(self) -> Pence:
        """What is promised with this bid."""
        return Pence(self.before + self.this_bid)


@dataclass(frozen=True, slots=True)
class Brief:
    """Everything on one page: the assessment with its votes, the money, what councils said, the time left.

    `asked` is what the bid asks for, by year. `days_left` is in working days, None without a due date. `offers` are the
    actions of the case's state with what stands in the reader's way.
    """

    facts: Mapping[str, Any]
    assessment: AppraisalView | None
    fund: Envelope
    effects: tuple[YearEffect, ...]
    asked: Mapping[int, int]
    needed: int
    councils: RegisterCounts | None
    objection: Objection | None
    days_left: int | None
    offers: tuple[Offer, ...] = ()
    consultation: Consultation | None = None

    @property
    def recommended_pence(self) -> Pence:
        """What the assessor recommends over all years; nothing before there is an assessment."""
        return total(list(self.facts["approval"].recommended.values()))

    @property
    def asked_pence(self) -> Pence:
        """What the bid asks for over all years."""
        return total(list(self.asked.values()))

    @property
    def years(self) -> list[int]:
        """The years that the bid asks for or is recommended in."""
        return sorted(set(self.asked) | set(self.facts["approval"].recommended))

    @property
    def left(self) -> Mapping[int, Pence]:
        """What is left to promise in the fund, by year."""
        return {effect.year: effect.left for effect in self.effects}

    @property
    def is_awaited(self) -> bool:
        """Whether somebody has to decide now."""
        return self.facts["approval"].state in AWAITED

    def asks(self, case: Case) -> list[tuple[str, str, str]]:
        """Whom the decision waits for, until when, and what happens when nobody takes it."""
        workflow = registry().workflow_of(case)
        said = None if workflow is None else workflow.state_by_name[case.state].waits_for
        waits = said(self.facts) if said is not None else _WAITS.get(case.state, "")
        parts = [("Waiting for", waits, "")]
        if case.due_on is not None:
            left = "" if self.days_left is None else due_words(self.days_left)
            parts.append(("Until", in_words(case.due_on), left))
        held = [year for year, pence in self.facts["funds"].reserved.items() if pence]
        until = f"The money stays set aside, at most to 31 March {min(held) + 1}" if held else ""
        return [*parts, ("If nobody decides by then", _IF_NOT.get(case.state, ""), until)]

    @property
    def is_for_one(self) -> bool:
        """Whether the accounting officer decides alone, so that no votes are counted."""
        return self.facts["approval"].state in {"referred", "direction_sought"}

    def barred(self, names: Sequence[str], roles: Collection[str]) -> Offer | None:
        """The first of these actions that is the reader's by a role, and that something stands in the way of now."""
        offers_now = {offer.action.name: offer for offer in self.offers}
        found = (offers_now[name] for name in names if name in offers_now)
        return next((one for one in found if not one.may and set(roles) & set(one.action.roles)), None)

    def open_to_reader(self, names: Sequence[str]) -> list[Action]:
        """Those of these actions that the reader may do now, in this order."""
        may = {offer.action.name: offer.action for offer in self.offers if offer.may}
        return [may[name] for name in names if name in may]


_WAITS = {
    "deferred": "The day until which the decision is put off",
    "direction_sought": "A minister’s direction",
}
_IF_NOT = {
    "deciding": "Managers are told; it never decides itself",
    "referred": "The person responsible is told; it never decides itself",
    "direction_sought": "The person responsible is told",
    "deferred": "It comes back for a decision by itself",
}

AWAITED = frozenset({"deciding", "deferred", "referred", "direction_sought"})
"""The states in which a decision is owed."""


def first_of(who: Viewer, case: Case, facts: Mapping[str, Any], names: Collection[str]) -> Action | None:
    """The first of these actions that nothing stands in the way of for this viewer; facts are those of the case."""
    offered = offered_to(who, case, facts)
    return next((offer.action for offer in offered if offer.may and offer.action.name in names), None)


def offered_to(who: Viewer, case: Case, facts: Mapping[str, Any]) -> tuple[Offer, ...]:
    """The actions that start where the case stands, with what stands in this viewer's way."""
    workflow = registry().workflow_of(case)
    if workflow is None:
        return ()
    return offers(workflow, view_of(case), actor_for(who, case, facts["actor"].principals), facts)


def brief_of(session: Session, who: Viewer, case: Case, now: datetime, *, to_act: bool = True) -> Brief:
    """The brief of a case that the viewer may see and whose fund is theirs; with the offers, if it is read `to_act`.

    Raises:
        NotHere: when the viewer may not see the fund.
    """
    facts = facts_known(session, who, case, now)
    fund = statements.envelope_of(session, who, case.fund_id)
    consultation = newest(session, case.id)
    return Brief(
        facts=facts,
        assessment=approval.appraisal_of(session, who, case),
        fund=fund,
        effects=_effects(fund, facts["funds"].held),
        asked=facts["bids"].asked,
        needed=votes_needed(facts["approval"]),
        councils=None if consultation is None else register.register_counts(session, who, consultation.id),
        objection=None if consultation is None else coverage.strongest_objection(session, case),
        days_left=working_days_left(session, case, now),
        offers=offered_to(who, case, facts) if to_act else (),
        consultation=consultation,
    )


def working_days_left(session: Session, case: Case, now: datetime) -> int | None:
    """Working days from today to the case's due date, negative when it is late; None without one."""
    if case.due_on is None:
        return None
    return deadlines.calendar(session).working_days_left(london_date(now), case.due_on)


def _effects(fund: Envelope, held: Mapping[int, Held]) -> tuple[YearEffect, ...]:
    effects = []
    for year in fund.years:
        mine = held.get(year.year, Held())
        effects.append(
            YearEffect(
                year.year,
                year.ceiling,
                before=Pence(year.committed - mine.committed),
                this_bid=Pence(mine.reserved + mine.committed),
                others=Pence(year.reserved - mine.reserved),
                left=year.available,
            )
        )
    return tuple(effects)
