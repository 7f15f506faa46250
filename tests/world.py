"""A small world: one department, one body, four councils, one fund and one round; and the straight line through it.

The rows are those that the reference data would bring, few enough to read. Every step of the line is the real command, done
by the right person.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from typing import Any
from uuid import uuid4

from sqlalchemy import select

from workflow import documents
from workflow.accounts.models import Delegation, Organisation, OrganisationKind, Person, RoleAssignment
from workflow.accounts.roles import Role
from workflow.approval.defaults import load_tiers
from workflow.bids import commands, values
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
from workflow.bids.rules import CRITERIA
from workflow.cases import Applied, Case, apply
from workflow.clock import FixedClock
from workflow.consultation.commands import Answer, send_answer
from workflow.consultation.dispositions import set_disposition
from workflow.consultation.models import Consultation, Invitation
from workflow.consultation.terms import Outcome as Done
from workflow.consultation.terms import Position
from workflow.db import SYSTEM, Actor, Sessions, Work, person, unit_of_work
from workflow.deadlines import load_bank_holidays, load_deadline_rules
from workflow.funds.allocations import open_fund, set_ceiling
from workflow.funds.models import Power
from workflow.funds.rules import ConsultationRule, Recipients, Recovery
from workflow.money import Pence
from workflow.wiring import deploy_definitions, wire

START = datetime(2011, 3, 29, 8, 0, tzinfo=UTC)
"""09:00 in London on Tuesday 29 March 2011."""

STAFF = {
    "case": Role.CASE_OFFICER,
    "assessor": Role.ASSESSOR,
    "approver1": Role.APPROVER,
    "approver2": Role.APPROVER,
    "finance": Role.FINANCE_OFFICER,
    "manager": Role.GRANT_MANAGER,
    "payer": Role.PAYMENT_AUTHORISER,
    "responsible": Role.SENIOR_OFFICER,
}
BODY = {"drafter": Role.DRAFTER, "signatory": Role.SIGNATORY}
COUNCILS = ("GAT", "SUN", "NTY", "STY")
"""Codes of the four councils."""


@dataclass
class World:
    """The people and ids of the small world, with a clock that every unit of work reads."""

    sessions: Sessions
    clock: FixedClock
    ids: dict[str, int] = field(default_factory=dict)

    def work(self, who: str | Actor, do: Callable[[Work], Any]) -> Any:
        """Run a command in a unit of work of its own, as somebody by name."""
        actor = who if isinstance(who, Actor) else person(self.ids[who])
        with unit_of_work(self.sessions, self.clock, actor=actor) as work:
            return do(work)

    def case(self, case_id: int) -> Case:
        """The case as it is stored now."""
        with self.sessions() as session:
            return session.get_one(Case, case_id)

    def act(
        self, who: str | Actor, case_id: int, action: str, data: Mapping[str, Any] | None = None, **given: Any
    ) -> Applied:
        """Apply an action as the page would: at the revision just read, with a key of its own."""
        rev = given.pop("seen_rev", None)
        seen = self.case(case_id).rev if rev is None else rev
        key = given.pop("key", None) or uuid4().hex
        result: Applied = self.work(
            who, lambda work: apply(work, case_id, action=action, seen_rev=seen, data=data, key=key)
        )
        return result

    def move_to(self, moment: datetime) -> None:
        """Move both clocks forward to a business moment."""
        self.clock.move(moment - self.clock.now())


def make_world(
    sessions: Sessions,
    clock: FixedClock,
    *,
    ceiling_pence: int = 3_500_000_000,
    recovery: Recovery = Recovery.NONE,
) -> World:
    """Put the small world into an empty database."""
    wire()
    world = World(sessions, clock)
    with unit_of_work(sessions, clock, actor=SYSTEM) as work:
        load_deadline_rules(work.session)
        load_bank_holidays(work.session, HOLIDAYS)
        _organisations(work, world)
        _people(work, world)
        _fund(work, world, ceiling_pence, recovery)
        deploy_definitions(work.session, work.now)
        load_tiers(work.session, [world.ids["DCLG"]])
    return world


HOLIDAYS = [
    (date(2010, 12, 27), "Christmas Day", "test"),
    (date(2011, 1, 3), "New Year", "test"),
    (date(2011, 4, 22), "Good Friday", "test"),
    (date(2011, 4, 25), "Easter Monday", "test"),
    (date(2011, 4, 29), "Royal wedding", "test"),
    (date(2011, 5, 2), "Early May", "test"),
    (date(2011, 5, 30), "Spring", "test"),
    (date(2011, 8, 29), "Summer", "test"),
    (date(2011, 12, 26), "Boxing Day", "test"),
    (date(2011, 12, 27), "Christmas Day", "test"),
    (date(2012, 1, 2), "New Year", "test"),
    (date(2012, 12, 25), "Christmas Day", "test"),
    (date(2013, 12, 25), "Christmas Day", "test"),
]


def _organisations(work: Work, world: World) -> None:
    rows = [
        Organisation(code="DCLG", name="Department", short_name="DCLG", kind=OrganisationKind.DEPARTMENT),
        Organisation(
            code="LGID",
            name="Improvement body",
            short_name="LGID",
            kind=OrganisationKind.SECTOR_BODY,
            specified_from=date(2009, 4, 1),
        ),
        *(
            Organisation(
                code=code,
                name=f"Council {code}",
                short_name=code,
                kind=OrganisationKind.LOCAL_AUTHORITY,
                region="North East",
                authority_type="metropolitan",
                mailbox=f"corporate@{code.lower()}.example",
            )
            for code in COUNCILS
        ),
    ]
    work.session.add_all(rows)
    work.session.flush()
    world.ids |= {row.code: row.id for row in rows}


def _people(work: Work, world: World) -> None:
    for names, home in ((STAFF, "DCLG"), (BODY, "LGID")):
        for name, role in names.items():
            someone = Person(
                email=f"{name}@{home.lower()}.example", name=name.title(), organisation_id=world.ids[home]
            )
            work.session.add(someone)
            work.session.flush()
            world.ids[name] = someone.id
            work.session.add(
                RoleAssignment(
                    person_id=someone.id,
                    role=role,
                    organisation_id=world.ids[home],
                    valid_from=date(2010, 4, 1),
                )
            )
    for name in ("approver1", "approver2"):
        work.session.add(
            Delegation(
                person_id=world.ids[name],
                organisation_id=world.ids["DCLG"],
                limit_pence=Pence(1_000_000_000),
                valid_from=date(2010, 4, 1),
            )
        )


def _fund(work: Work, world: World, ceiling_pence: int, recovery: Recovery) -> None:
    power = Power(
        code="lgfa-78",
        law="LGFA 1988 section 78",
        title="Revenue support grant",
        recipients=Recipients.SPECIFIED_BODIES,
        has_conditions=False,
        has_claims=True,
        recovery=recovery,
        in_force_from=date(1989, 4, 1),
    )
    work.session.add(power)
    work.session.flush()
    fund = open_fund(
        work,
        code="RSG-SLI",
        title="RSG top-slice",
        department_id=world.ids["DCLG"],
        holder_id=world.ids["DCLG"],
        power_id=power.id,
        consultation_rule=ConsultationRule.FULL,
        recovery_rule=recovery,
    )
    world.ids["fund"] = fund.id
    for year in (2011, 2012):
        set_ceiling(work, fund.id, year, ceiling_pence, key=f"ceiling{year}", **CEILING)
    prospectus = Prospectus(
        fund_id=fund.id,
        version=1,
        title="What this is for",
        summary="Text",
        consulted_from=date(2010, 10, 1),
        consulted_to=date(2010, 12, 24),
        published_on=date(2011, 1, 4),
        provenance="test",
    )
    work.session.add(prospectus)
    work.session.flush()
    work.session.add(Outcome(prospectus_id=prospectus.id, code="O1", title="Councils know where they stand"))
    work.session.add(
        Round(
            code="R1",
            fund_id=fund.id,
            prospectus_id=prospectus.id,
            title="Round one",
            guidance="Text",
            opens_on=date(2011, 3, 1),
            closes_on=date(2011, 4, 8),
            least_pence=Pence(100_000),
            most_pence=Pence(1_000_000_000),
            first_year=2011,
            last_year=2012,
            provenance="test",
        )
    )


CEILING: dict[str, Any] = {"reason": "Test", "effective_on": date(2011, 2, 1)}
"""What a revision of an allocation says beside its amount."""

ASKED = {2011: Pence(20_000_000), 2012: Pence(10_000_000)}
"""What the small world's bids ask for, by year."""


def _save(work: Work, *, bid_id: int, section: Section, said: values.Values) -> None:
    commands.save_section(work, bid_id, section, said, seen_rev=0, key=uuid4().hex)


def _add(work: Work, *, bid_id: int, section: Section, line: values.Line) -> None:
    commands.add_row(work, bid_id, section, line, seen_rev=0, key=uuid4().hex)


def draft(world: World, *, title: str = "Peer challenge", asked: Mapping[int, Pence] = ASKED) -> int:
    """A bid whose sections are all finished; returns its id."""
    reference = world.work(
        "drafter",
        lambda work: commands.start_bid(
            work, round_code="R1", lead_id=world.ids["LGID"], title=title, key=uuid4().hex
        ),
    )
    with world.sessions() as session:
        bid_id = session.scalars(select(Case.id).where(Case.reference == reference)).one()
    lines = tuple(values.BudgetLine(year, CostHead.DELIVERY, pence) for year, pence in asked.items())
    sections: dict[Section, values.Values] = {
        Section.SUMMARY: values.Summary(title, "What it is.", "Why it is needed."),
        Section.OUTCOMES: values.Outcomes(("O1",), SupportType.CHALLENGE_REVIEW, (SupportType.DIFFUSION,)),
        Section.EXCLUSION: values.Exclusion(False, "It serves all services."),
        Section.ROUTE: values.Route(SpendRoute.SECTOR_LED, None, None, None),
        Section.AREA: values.Area(AreaKind.NATIONAL, None, ()),
        Section.BUDGET: values.Budget(lines, Pence(0), None),
        Section.FACTS: values.Facts(False, False, None),
        Section.PARTNERS: None,
    }
    for section, said in sections.items():
        world.work("drafter", partial(_save, bid_id=bid_id, section=section, said=said))
    rows: dict[Section, values.Line] = {
        Section.DELIVERABLES: values.DeliverableLine("75 peer challenges", date(2012, 3, 31), "O1"),
        Section.INDICATORS: values.IndicatorLine("Councils reviewed", "0", "75"),
        Section.RISKS: values.RiskLine("Too few peers", "Train 400"),
    }
    for section, line in rows.items():
        world.work("drafter", partial(_add, bid_id=bid_id, section=section, line=line))
    return bid_id


FIRST_CHECK = {"answers": dict.fromkeys(CRITERIA, True), "reason": ""}
LIGHT = {
    "kind": "light",
    "consultees": "all",
    "closes_on": date(2011, 4, 29),
    "reason": "The outcome was consulted on.",
    "questions": "Does it serve a need in your area?",
}
RECOMMENDATION = {
    "amounts": ASKED,
    "scores": dict.fromkeys(
        ("fit", "outcome", "value", "deliverability", "sector_support", "duplication"), 4
    ),
    "tests": dict.fromkeys(("regularity", "propriety", "value_for_money", "feasibility"), True),
    "recommendation": "Approve it.",
    "unsure_of": "Nothing.",
}
APPROVAL = {"no_conflict": True, "reason": "Good value."}
OFFER = {"conditions": "Deliver it.", "eligible_heads": "Delivery"}
CLAIM = {"year": 2011, "amount_pence": Pence(12_345_678), "narrative": "30 peer challenges"}


def to_screening(world: World, **given: Any) -> int:
    """A bid that was sent, taken, and passed its first check."""
    bid_id = draft(world, **given)
    world.act("signatory", bid_id, "submit", {"declaration": True})
    world.act("case", bid_id, "take_case")
    world.act("case", bid_id, "pass_first_check", FIRST_CHECK)
    return bid_id


def to_consulting(world: World, **given: Any) -> int:
    """A bid about which four councils are asked until Tuesday 3 May 2011."""
    bid_id = to_screening(world, **given)
    world.act("case", bid_id, "open_consultation", LIGHT)
    return bid_id


def answer(world: World, bid_id: int, code: str, position: Position = Position.SUPPORT) -> dict[str, Any]:
    """A council's answer through its link."""
    with world.sessions() as session:
        invitation = session.scalars(
            select(Invitation)
            .join(Consultation, Consultation.id == Invitation.consultation_id)
            .where(Consultation.bid_id == bid_id, Invitation.organisation_id == world.ids[code])
            .order_by(Invitation.id.desc())
            .limit(1)
        ).one()
    given = Answer(
        position, "We would want fewer days.", {}, "Pat Officer", f"pat@{code.lower()}.example", publish=True
    )
    result: dict[str, Any] = world.work(
        Actor("link", link_id=invitation.id),
        lambda work: send_answer(
            work, invitation.id, link_version=invitation.version, answer=given, key=uuid4().hex
        ),
    )
    return result


AFTER_CLOSE = datetime(2011, 5, 3, 23, 1, tzinfo=UTC)
"""A minute into Wednesday 4 May 2011 in London."""


def to_appraisal(world: World, **given: Any) -> int:
    """A bid whose councils were answered."""
    return appraised(world, to_consulting(world, **given))


def appraised(world: World, bid_id: int) -> int:
    """The same for a bid about which councils are asked."""
    response = answer(world, bid_id, "GAT")
    if world.clock.now() < AFTER_CLOSE:
        world.move_to(AFTER_CLOSE)
    world.act(SYSTEM, bid_id, "close_consultation")
    world.work(
        "drafter",
        lambda work: set_disposition(
            work, response["response_id"], outcome=Done.CHANGED, text="We took two days off."
        ),
    )
    world.act("drafter", bid_id, "send_response", {"summary": "One answer, one change."})
    world.act("case", bid_id, "accept_response", {"reason": "All considered.", "report_on": date(2011, 6, 1)})
    return bid_id


def to_deciding(world: World, **given: Any) -> int:
    """A bid that was recommended; its money is set aside."""
    asked = given.get("asked", ASKED)
    bid_id = to_appraisal(world, **given)
    world.act("assessor", bid_id, "recommend", {**RECOMMENDATION, "amounts": dict(asked)})
    return bid_id


def to_active(world: World, **given: Any) -> int:
    """A bid that runs: two approvals, offered, accepted."""
    bid_id = to_deciding(world, **given)
    world.act("approver1", bid_id, "approve", APPROVAL)
    world.act("approver2", bid_id, "approve", APPROVAL)
    world.act("finance", bid_id, "offer", OFFER)
    world.act("signatory", bid_id, "accept_offer", {"declared": True})
    return bid_id


def to_closed(world: World, **given: Any) -> int:
    """A bid that lived the whole line: one request, checked by one and paid by another, closed by two."""
    bid_id = to_active(world, **given)
    claim_id = world.act("drafter", bid_id, "make_claim", CLAIM).extra["claim_id"]
    world.act(
        "manager",
        bid_id,
        "check_claim",
        {"claim_id": claim_id, "accepted_pence": Pence(12_000_000), "reason": "Travel"},
    )
    world.act("payer", bid_id, "pay_claim", {"claim_id": claim_id})
    world.act("responsible", bid_id, "start_closing", {"reason": "The work is done."})
    world.act("finance", bid_id, "propose_closure", {"summary": "The rest was not needed."})
    world.act("responsible", bid_id, "confirm_closure", {"declared": True})
    return bid_id


ROUND_IS_OVER = datetime(2011, 4, 8, 23, 1, tzinfo=UTC)
"""A minute into Saturday 9 April 2011 in London; the round closed on the Friday."""


def to_withdrawn(world: World, **given: Any) -> int:
    """A bid that its signatory took back after councils were asked."""
    bid_id = to_consulting(world, **given)
    world.act("signatory", bid_id, "withdraw", {"reason": "Our council reorganises."})
    return bid_id


def to_lapsed(world: World, **given: Any) -> int:
    """A draft whose round closed before it was sent; the clock moves past the round."""
    bid_id = draft(world, **given)
    if world.clock.now() < ROUND_IS_OVER:
        world.move_to(ROUND_IS_OVER)
    world.act(SYSTEM, bid_id, "lapse_draft")
    return bid_id


DEFECTS = [
    {"section": "budget", "text": "The amount for 2012 to 2013 is not explained."},
    {"section": "risks", "text": "Say what you do when too few peers can be found."},
]
NOT_ELIGIBLE = {"criterion": "not_operational", "reason": "It buys firearms training for one police service."}
LOOKS_AGAIN = {"second": Role.SECOND_OFFICER, "second2": Role.SECOND_OFFICER, "head": Role.HEAD_OF_TEAM}
"""Who decides with the case officer whether a bid is eligible; the world has them from the first bid that needs them."""


def with_officers(world: World, people: Mapping[str, Role] = LOOKS_AGAIN, home: str = "DCLG") -> None:
    """Give a body of the world more people, once; each has one role there."""

    def add(work: Work) -> None:
        for name, role in people.items():
            if name in world.ids:
                continue
            someone = Person(
                email=f"{name}@{home.lower()}.example", name=name.title(), organisation_id=world.ids[home]
            )
            work.session.add(someone)
            work.session.flush()
            world.ids[name] = someone.id
            work.session.add(
                RoleAssignment(
                    person_id=someone.id,
                    role=role,
                    organisation_id=world.ids[home],
                    valid_from=date(2010, 4, 1),
                )
            )

    world.work(SYSTEM, add)


def to_checking(world: World, **given: Any) -> int:
    """A bid that was sent and taken, and whose first check is not made yet."""
    bid_id = draft(world, **given)
    world.act("signatory", bid_id, "submit", {"declaration": True})
    world.act("case", bid_id, "take_case")
    return bid_id


def to_returned(world: World, **given: Any) -> int:
    """A bid that was sent back with two things to put right."""
    bid_id = to_checking(world, **given)
    world.act("case", bid_id, "return_bid", {"defects": DEFECTS})
    return bid_id


def to_ineligible(world: World, **given: Any) -> int:
    """A bid that two officers found not eligible."""
    with_officers(world)
    bid_id = to_checking(world, **given)
    world.act("case", bid_id, "propose_ineligible", NOT_ELIGIBLE)
    world.act("second", bid_id, "confirm_ineligible")
    return bid_id


def with_deciders(world: World) -> None:
    """Add an accounting officer, a third approver and a second assessor, once."""
    people = {"accounting": Role.ACCOUNTING_OFFICER, "approver3": Role.APPROVER, "assessor2": Role.ASSESSOR}

    def add(work: Work) -> None:
        for name, role in people.items():
            if name in world.ids:
                continue
            home = world.ids["DCLG"]
            someone = Person(email=f"{name}@dclg.example", name=name.title(), organisation_id=home)
            work.session.add(someone)
            work.session.flush()
            world.ids[name] = someone.id
            dated: dict[str, Any] = {
                "person_id": someone.id,
                "organisation_id": home,
                "valid_from": date(2010, 4, 1),
            }
            work.session.add(RoleAssignment(role=role, **dated))
            if role is Role.APPROVER:
                work.session.add(Delegation(limit_pence=Pence(1_000_000_000), **dated))

    world.work(SYSTEM, add)


def letter(world: World, who: str, folder: Path, name: str = "letter.pdf") -> tuple[int, ...]:
    """A letter that somebody uploaded, as a form would give it."""
    pdf = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"
    kept: int = world.work(
        who, lambda work: documents.store(work, folder, name=name, data=pdf, kind="document").id
    )
    return (kept,)


CONTENTIOUS = {"marks": ("contentious",), "marked_why": "Who leads a council in trouble is fought over."}
SMALL = {2011: Pence(5_000_000)}
"""£50,000, which one person may approve or reject."""


def to_sent_back(world: World, **given: Any) -> int:
    """A bid that an approver sent back to be assessed again; its money is free."""
    bid_id = to_deciding(world, **given)
    world.act("approver1", bid_id, "send_back", {"reason": "The second year is not explained."})
    return bid_id


def to_rejected(world: World, **given: Any) -> int:
    """A bid of £50,000 that one person rejected."""
    bid_id = to_deciding(world, **{"asked": SMALL, **given})
    world.act("approver1", bid_id, "reject", {"reason": "Another fund pays for this.", "note": "See file 7."})
    return bid_id


def to_deferred(world: World, until: date = date(2011, 9, 1), **given: Any) -> int:
    """A bid whose decision is put off."""
    bid_id = to_deciding(world, **given)
    data = {"until_on": until, "reason": "We wait for the pilot’s report."}
    world.act("approver1", bid_id, "defer", data)
    return bid_id


def to_referred(world: World, marked: Mapping[str, Any] = CONTENTIOUS, **given: Any) -> int:
    """A bid that the assessor found contentious, so that only the accounting officer decides."""
    with_deciders(world)
    asked = given.get("asked", ASKED)
    bid_id = to_appraisal(world, **given)
    world.act("assessor", bid_id, "recommend", {**RECOMMENDATION, **marked, "amounts": dict(asked)})
    return bid_id


def to_direction_sought(world: World, **given: Any) -> int:
    """A referred bid for which the accounting officer seeks a minister's direction."""
    bid_id = to_referred(world, **given)
    objections = {"value_for_money": "Three councils offer the same for half the price."}
    world.act("accounting", bid_id, "seek_direction", {"objections": objections})
    return bid_id


def to_offered(world: World, **given: Any) -> int:
    """A bid that was approved and offered its money."""
    bid_id = to_deciding(world, **given)
    world.act("approver1", bid_id, "approve", APPROVAL)
    world.act("approver2", bid_id, "approve", APPROVAL)
    world.act("finance", bid_id, "offer", OFFER)
    return bid_id


def to_declined(world: World, **given: Any) -> int:
    """A bid whose offer the lead body declined."""
    bid_id = to_offered(world, **given)
    world.act("signatory", bid_id, "decline_offer", {"reason": "We cannot meet the conditions."})
    return bid_id


def to_offer_lapsed(world: World, **given: Any) -> int:
    """A bid whose offer nobody accepted in time; the calendar ends it."""
    bid_id = to_offered(world, **given)
    world.act(SYSTEM, bid_id, "lapse_offer")
    return bid_id


def to_suspended(world: World, **given: Any) -> int:
    """An award whose payments are paused."""
    bid_id = to_active(world, **given)
    world.act("responsible", bid_id, "suspend", {"reason": "The accounts are late."})
    return bid_id


def to_closing(world: World, **given: Any) -> int:
    """An award that is being closed."""
    bid_id = to_active(world, **given)
    world.act("responsible", bid_id, "start_closing", {"reason": "The work is done."})
    return bid_id


def to_terminated(world: World, **given: Any) -> int:
    """An award that ended before its time."""
    bid_id = to_active(world, **given)
    ending = {
        "reason": "The body is wound up.",
        "notice_ends_on": date(2011, 9, 30),
        "eligible_pence": Pence(0),
    }
    world.act("approver1", bid_id, "terminate", ending)
    return bid_id


def to_closed_to_answers(world: World, **given: Any) -> int:
    """A bid whose councils were asked and whose time for answers is over; nobody answered yet."""
    bid_id = to_consulting(world, **given)
    if world.clock.now() < AFTER_CLOSE:
        world.move_to(AFTER_CLOSE)
    world.act(SYSTEM, bid_id, "close_consultation")
    return bid_id


def to_late_held(world: World, code: str = "GAT", **given: Any) -> tuple[int, int]:
    """The same with a late answer of one council that is held; the ids of the bid and of the answer."""
    bid_id = to_closed_to_answers(world, **given)
    return bid_id, answer(world, bid_id, code)["response_id"]
