"""A second department beside the one of the small world, with a bid of its own, as rows."""

from datetime import date

from tests.world import World
from workflow.accounts.models import Organisation, OrganisationKind, Person, RoleAssignment
from workflow.accounts.roles import Role
from workflow.bids.models import AreaKind, Bid, Outcome, Prospectus, Round, SupportType
from workflow.cases import Case
from workflow.db import SYSTEM, Work
from workflow.funds.allocations import open_fund
from workflow.funds.models import Power
from workflow.funds.rules import ConsultationRule, Recipients, Recovery
from workflow.money import Pence
from workflow.reports.models import OutcomeTheme


def add_someone(world: World, name: str, home: str, role: Role, *, of: str | None = None) -> None:
    """Somebody with one role, at home in an organisation and holding the role for it, or for another."""

    def add(work: Work) -> None:
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
                organisation_id=world.ids[of or home],
                valid_from=date(2010, 4, 1),
            )
        )

    world.work(SYSTEM, add)


def add_department(world: World) -> None:
    """The Department for Education with a fund, a round and an outcome, and a body that bids to it."""

    def add(work: Work) -> None:
        rows = [
            Organisation(code="DfE", name="Education", short_name="DfE", kind=OrganisationKind.DEPARTMENT),
            Organisation(code="ADCS", name="Directors", short_name="ADCS", kind=OrganisationKind.SECTOR_BODY),
            Organisation(code="LGA", name="Association", short_name="LGA", kind=OrganisationKind.SECTOR_BODY),
        ]
        power = Power(
            code="ea-14",
            law="Education Act 2002, section 14",
            title="Education",
            recipients=Recipients.ANY_PERSON,
            has_conditions=True,
            has_claims=True,
            recovery=Recovery.DEPARTMENT_INCOME,
            in_force_from=date(2002, 7, 24),
        )
        work.session.add_all([*rows, power])
        work.session.flush()
        world.ids |= {row.code: row.id for row in rows}
        fund = open_fund(
            work,
            code="DFE",
            title="Children",
            department_id=world.ids["DfE"],
            holder_id=world.ids["DfE"],
            power_id=power.id,
            consultation_rule=ConsultationRule.FULL,
            recovery_rule=Recovery.DEPARTMENT_INCOME,
        )
        prospectus = Prospectus(
            fund_id=fund.id,
            version=1,
            title="T",
            summary="S",
            published_on=date(2011, 1, 4),
            provenance="test",
        )
        work.session.add(prospectus)
        work.session.flush()
        outcome = Outcome(prospectus_id=prospectus.id, code="C1", title="Peer challenge of safeguarding")
        round_ = Round(
            code="R2",
            fund_id=fund.id,
            prospectus_id=prospectus.id,
            title="Round",
            guidance="G",
            opens_on=date(2011, 3, 1),
            closes_on=date(2011, 6, 30),
            least_pence=Pence(1),
            most_pence=Pence(10**12),
            first_year=2011,
            last_year=2012,
            provenance="test",
        )
        work.session.add_all([outcome, round_])
        work.session.flush()
        world.ids |= {"fund2": fund.id, "round2": round_.id}
        first = work.session.query(Outcome).filter(Outcome.code == "O1").one()
        for one in (outcome, first):
            work.session.add(OutcomeTheme(outcome_id=one.id, theme="peer_challenge", provenance="test"))

    world.work(SYSTEM, add)


def add_bid(
    world: World,
    *,
    title: str = "Safeguarding reviews",
    support: SupportType = SupportType.CHALLENGE_REVIEW,
    area: AreaKind = AreaKind.NATIONAL,
    region: str | None = None,
    codes: tuple[str, ...] = (),
    state: str = "submitted",
    shared: bool = True,
) -> int:
    """A bid of the second department, where it stands; its rows only, without what led there."""

    def add(work: Work) -> int:
        case = Case(
            kind="bid",
            reference=f"SLI-2011-9{len(title):03d}",
            title=title,
            workflow_key="bid",
            workflow_version=2,
            state=state,
            rev=1,
            shared=shared,
            department_id=world.ids["DfE"],
            proposer_id=world.ids["ADCS"],
            fund_id=world.ids["fund2"],
            amount_pence=Pence(120_000_000),
            opened_at=work.now,
            changed_at=work.now,
            changed_what="test",
        )
        work.session.add(case)
        work.session.flush()
        work.session.add(
            Bid(
                id=case.id,
                round_id=world.ids["round2"],
                lead_id=world.ids["ADCS"],
                title=title,
                main_support=support,
                other_support=[],
                outcome_codes=["C1"],
                area_kind=area,
                area_region=region,
                area_codes=list(codes),
            )
        )
        return case.id

    found: int = world.work(SYSTEM, add)
    return found
