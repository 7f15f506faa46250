"""A department, bodies, councils, people, a fund and an open round: what tests of bids and of their pages stand on."""

from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from workflow import cases, deadlines
from workflow.accounts.models import Organisation, OrganisationKind, Person, RoleAssignment
from workflow.accounts.queries import Viewer, viewer_for
from workflow.accounts.roles import Role
from workflow.bids import commands
from workflow.bids.models import (
    AreaKind,
    CostHead,
    Outcome,
    Prospectus,
    Round,
    Section,
    SpendRoute,
    SupportType,
)
from workflow.bids.values import (
    Area,
    Budget,
    BudgetLine,
    DeliverableLine,
    Exclusion,
    Facts,
    IndicatorLine,
    Outcomes,
    RiskLine,
    Route,
    Summary,
    Values,
)
from workflow.cases import Applied, Case
from workflow.clock import FixedClock
from workflow.db import SYSTEM, Sessions, Work, person, unit_of_work
from workflow.deadlines.models import BankHoliday
from workflow.funds.models import Fund, Power
from workflow.funds.rules import ConsultationRule, Recipients, Recovery
from workflow.money import Pence
from workflow.wiring import deploy_definitions, wire

HOLIDAYS = [date(2010, 12, 27), date(2011, 4, 22), date(2011, 4, 25), date(2011, 4, 29), date(2011, 5, 2)]

PEOPLE = {
    "writer": ("LGID", Role.DRAFTER),
    "signatory": ("LGID", Role.SIGNATORY),
    "adass": ("ADASS", Role.SIGNATORY),
    "solace": ("SOLACE", Role.DRAFTER),
    "officer": ("DCLG", Role.CASE_OFFICER),
    "assessor": ("DCLG", Role.ASSESSOR),
    "approver": ("DCLG", Role.APPROVER),
    "auditor": ("DCLG", Role.AUDITOR),
    "administrator": ("DCLG", Role.ADMINISTRATOR),
    "stranger": ("DfE", Role.CASE_OFFICER),
    "kent": ("KEN", Role.COUNCIL_OFFICER),
}

WHOLE: dict[Section, Values] = {
    Section.SUMMARY: Summary(
        "Peer challenge for every council", "A peer team visits each council.", "They asked."
    ),
    Section.OUTCOMES: Outcomes(("stand",), SupportType.CHALLENGE_REVIEW, (SupportType.DIFFUSION,)),
    Section.EXCLUSION: Exclusion(
        operational_need=False, operational_reason="It serves all services of a council."
    ),
    Section.ROUTE: Route(SpendRoute.SECTOR_LED, None, None, None),
    Section.AREA: Area(AreaKind.NATIONAL, None, ()),
    Section.BUDGET: Budget(
        (
            BudgetLine(2011, CostHead.STAFF, Pence(12_000_000)),
            BudgetLine(2011, CostHead.TRAVEL, Pence(1_000_050)),
            BudgetLine(2012, CostHead.STAFF, Pence(9_000_000)),
        ),
        Pence(4_000_000),
        "The councils",
    ),
    Section.FACTS: Facts(sells=False, new_cost_for_councils=False, new_cost_reason=None),
}


@dataclass
class World:
    """Everything by name; commands run at the clock's moment."""

    sessions: Sessions
    clock: FixedClock
    ids: dict[str, int] = field(default_factory=dict)

    def work(self, who: str | None = None) -> AbstractContextManager[Work]:
        """A unit of work of a person by name, or of the system."""
        actor = SYSTEM if who is None else person(self.ids[who])
        return unit_of_work(self.sessions, self.clock, actor=actor)

    def viewer(self, session: Session, who: str) -> Viewer:
        """Somebody who looks."""
        return viewer_for(session, self.ids[who], self.clock.now())

    def start(
        self, who: str = "writer", lead: str = "LGID", title: str = "Peer challenge", **given: Any
    ) -> str:
        """Start a bid; returns its reference."""
        with self.work(who) as work:
            return commands.start_bid(
                work,
                round_code=given.get("round_code", "TOP-1"),
                lead_id=self.ids[lead],
                title=title,
                key=given.get("key", uuid4().hex),
            )

    def case(self, reference: str) -> Case:
        """A bid's case as it stands now."""
        with self.sessions() as session:
            return session.scalars(select(Case).where(Case.reference == reference)).one()

    def save(
        self, reference: str, section: Section, values: Values, *, seen_rev: int = 0, who: str = "writer"
    ) -> int:
        """Save one section; returns its revision."""
        case_id = self.case(reference).id
        with self.work(who) as work:
            return commands.save_section(work, case_id, section, values, seen_rev=seen_rev, key=uuid4().hex)

    def add(self, reference: str, section: Section, line: Any, *, who: str = "writer") -> None:
        """Add a row to a list section."""
        case_id = self.case(reference).id
        with self.work(who) as work:
            commands.add_row(work, case_id, section, line, seen_rev=0, key=uuid4().hex)

    def whole(self, title: str = "Peer challenge for every council", **given: Any) -> str:
        """A draft with every section finished."""
        reference = self.start(title=title, **given)
        for section, values in WHOLE.items():
            said = values._replace(title=title) if isinstance(values, Summary) else values
            self.save(reference, section, said)
        self.save(reference, Section.PARTNERS, None)
        self.add(
            reference, Section.DELIVERABLES, DeliverableLine("75 challenges", date(2012, 3, 31), "stand")
        )
        self.add(reference, Section.INDICATORS, IndicatorLine("Councils challenged", "0", "75"))
        self.add(reference, Section.RISKS, RiskLine("Too few peers", "Train 400"))
        return reference

    def apply(self, who: str | None, reference: str, action: str, *, key: str = "", **data: Any) -> Applied:
        """Do an action from a fresh form."""
        case = self.case(reference)
        with self.work(who) as work:
            return cases.apply(
                work, case.id, action=action, seen_rev=case.rev, data=data, key=key or uuid4().hex
            )

    def submitted(self, **given: Any) -> str:
        """A bid that was signed and sent."""
        reference = self.whole(**given)
        self.apply("signatory", reference, "submit", declaration=True)
        return reference


def build(world: World) -> World:
    """Write the world's rows and put the product's own lifecycle in use."""
    wire()
    with world.work() as work:
        session = work.session
        session.add_all(BankHoliday(day=day, title="Holiday", source="a test") for day in HOLIDAYS)
        deadlines.load_deadline_rules(session)
        deploy_definitions(session, work.now)
        _organisations(world, session)
        _people(world, session)
        _money(world, session)
    return world


def _organisations(world: World, session: Session) -> None:
    sector = OrganisationKind.SECTOR_BODY
    rows = [
        Organisation(code=code, name=name, short_name=code, kind=kind, **more)
        for code, name, kind, more in (
            ("DCLG", "Department for Communities and Local Government", OrganisationKind.DEPARTMENT, {}),
            ("DfE", "Department for Education", OrganisationKind.DEPARTMENT, {}),
            ("LGID", "Local Government Improvement", sector, {"specified_from": date(2010, 4, 1)}),
            ("ADASS", "Directors of Adult Social Services", sector, {"specified_from": date(2012, 4, 1)}),
            ("SOLACE", "Society of Chief Executives", sector, {}),
            (
                "KEN",
                "Kent County Council",
                OrganisationKind.LOCAL_AUTHORITY,
                {"region": "South East", "authority_type": "county"},
            ),
        )
    ]
    session.add_all(rows)
    session.flush()
    world.ids |= {row.code: row.id for row in rows}


def _people(world: World, session: Session) -> None:
    for name, (code, role) in PEOPLE.items():
        someone = Person(email=f"{name}@example.test", name=name.title(), organisation_id=world.ids[code])
        session.add(someone)
        session.flush()
        world.ids[name] = someone.id
        session.add(
            RoleAssignment(
                person_id=someone.id, role=role, organisation_id=world.ids[code], valid_from=date(2010, 1, 1)
            )
        )


def _money(world: World, session: Session) -> None:
    power = Power(
        code="s78",
        law="section 78 of the Local Government Finance Act 1988",
        title="Revenue support grant",
        recipients=Recipients.SPECIFIED_BODIES,
        has_conditions=False,
        has_claims=False,
        recovery=Recovery.NONE,
        in_force_from=date(1988, 7, 29),
    )
    session.add(power)
    session.flush()
    fund = Fund(
        code="TOPSLICE",
        title="Top-slice",
        department_id=world.ids["DCLG"],
        holder_id=world.ids["DCLG"],
        power_id=power.id,
        consultation_rule=ConsultationRule.FULL,
        recovery_rule=Recovery.NONE,
    )
    session.add(fund)
    session.flush()
    world.ids |= {"power": power.id, "fund": fund.id}
    _round(world, session, fund)


def _round(world: World, session: Session, fund: Fund) -> None:
    prospectus = Prospectus(
        fund_id=fund.id,
        version=1,
        title="Improvement outcomes",
        summary="What councils agreed.",
        published_on=date(2011, 2, 1),
        provenance="invented",
    )
    session.add(prospectus)
    session.flush()
    session.add_all(
        Outcome(prospectus_id=prospectus.id, code=code, title=title)
        for code, title in (
            ("help", "The sector can help itself"),
            ("stand", "Councils know where they stand"),
        )
    )
    round_ = Round(
        code="TOP-1",
        fund_id=fund.id,
        prospectus_id=prospectus.id,
        title="Sector-led improvement, first round",
        guidance="Say what councils get.",
        opens_on=date(2011, 3, 1),
        closes_on=date(2011, 4, 8),
        least_pence=5_000_000,
        most_pence=200_000_000,
        first_year=2011,
        last_year=2013,
        provenance="invented",
    )
    session.add(round_)
    session.flush()
    world.ids["round"] = round_.id
