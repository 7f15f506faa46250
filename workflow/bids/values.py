"""What the sections of a bid say, as the forms hand it to the commands. Money is pence, dates are London dates."""

from datetime import date
from typing import NamedTuple

from workflow.bids.models import AreaKind, CostHead, SpendRoute, SupportType
from workflow.money import Pence


class Summary(NamedTuple):
    """What the bid is, in words."""

    title: str
    summary: str
    need: str


class Outcomes(NamedTuple):
    """Which outcomes it serves, and with which kind of support: one main, any others."""

    outcome_codes: tuple[str, ...]
    main_support: SupportType
    other_support: tuple[SupportType, ...]


class Exclusion(NamedTuple):
    """Whether it is linked to one service's operational needs, and why. Source: seed, paragraph 2."""

    operational_need: bool
    operational_reason: str


class Route(NamedTuple):
    """Who leads the work; temporary government support says why, until when, and what then."""

    spend_route: SpendRoute
    transition_reason: str | None
    transition_ends_on: date | None
    exit_plan: str | None


class Area(NamedTuple):
    """Where it works."""

    area_kind: AreaKind
    area_region: str | None
    area_codes: tuple[str, ...]


class BudgetLine(NamedTuple):
    """Pence for one financial year and one kind of cost."""

    year: int
    head: CostHead
    pence: Pence


class Budget(NamedTuple):
    """What is asked for, and what comes from elsewhere."""

    lines: tuple[BudgetLine, ...]
    match_pence: Pence
    match_source: str | None


class Facts(NamedTuple):
    """Whether it sells goods or services, and whether it costs councils anything new."""

    sells: bool
    new_cost_for_councils: bool
    new_cost_reason: str | None


class PartnerLine(NamedTuple):
    """A partner by its code, with its task and the pence it is to have in each financial year."""

    code: str
    task: str
    shares: tuple[tuple[int, Pence], ...] = ()


class DeliverableLine(NamedTuple):
    """Something that will be there by a date."""

    text: str
    due_on: date
    outcome_code: str | None


class IndicatorLine(NamedTuple):
    """How one will see that it worked."""

    text: str
    baseline: str
    target: str


class RiskLine(NamedTuple):
    """What may go wrong, and the answer."""

    text: str
    answer: str


Line = PartnerLine | DeliverableLine | IndicatorLine | RiskLine

Values = Summary | Outcomes | Exclusion | Route | Area | Budget | Facts | None
