"""A department, a lead body, councils with their people, and a bid that has passed its first check.

The lifecycle here is the consultation's part of the bid's, with the same guards, effects and audiences.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from itertools import count
from typing import Any
from uuid import uuid4

from sqlalchemy.orm import Session

from workflow import audit, cases, deadlines
from workflow.accounts.models import Organisation, OrganisationKind, Person, RoleAssignment
from workflow.accounts.queries import Viewer, viewer_for
from workflow.accounts.roles import Role
from workflow.bids.models import Bid, BidVersion, Prospectus, Round
from workflow.cases import Applied, Case
from workflow.cases.definitions import deploy
from workflow.cases.registry import Notice, Registry, _installed, install
from workflow.clock import FixedClock
from workflow.consultation import audiences, commands, effects, queries, rules
from workflow.consultation.commands import Answer
from workflow.consultation.models import Consultation, Invitation
from workflow.consultation.terms import Position
from workflow.db import SYSTEM, Actor, Sessions, Work, person, unit_of_work
from workflow.deadlines.models import BankHoliday
from workflow.engine import NOBODY, Action, DeadlineRule, State, Workflow
from workflow.engine import SYSTEM as SYSTEM_ROLE
from workflow.funds.models import Fund, Power
from workflow.funds.rules import ConsultationRule, Recipients, Recovery
from workflow.wiring.registry import REGISTRY as DEPLOYED

OPENED = datetime(2011, 2, 7, 10, 0, tzinfo=UTC)
"""Monday 7 February 2011: 84 days later is a holiday, so that a full consultation closes on Tuesday 3 May."""

CLOSES_ON = date(2011, 5, 3)
LAST_MOMENT = datetime(2011, 5, 3, 22, 59, 59, tzinfo=UTC)
TOO_LATE = datetime(2011, 5, 3, 23, 0, 0, tzinfo=UTC)
CLOSED = datetime(2011, 5, 3, 23, 0, 30, tzinfo=UTC)
HOLIDAYS = [date(2010, 12, 27), date(2011, 4, 22), date(2011, 4, 25), date(2011, 4, 29), date(2011, 5, 2)]

LIFE = Workflow(
    "bid",
    1,
    states=(
        State("draft", "Draft", "signatory", "Draft", waiver="a test", initial=True),
        State("screening", "Being checked", "case_officer", "First check", waiver="a test"),
        State(
            "consulting",
            "Councils are asked",
            SYSTEM_ROLE,
            "Councils are asked",
            deadline=DeadlineRule("consultation_close"),
            breach_action="close_consultation",
        ),
        State("responding", "Answering councils", "signatory", "Answering councils", waiver="a test"),
        State("appraisal", "Being assessed", NOBODY, "With the department", final=True),
    ),
    actions=(
        Action(
            "open_consultation",
            "Ask councils",
            ("screening",),
            ("consulting",),
            ("case_officer",),
            "consultation_opened",
            guards=(rules.consultees_chosen, rules.closing_date_good),
            effects=("open_consultation",),
            notices=("consultation_invitation",),
        ),
        Action(
            "close_consultation",
            "Close",
            ("consulting",),
            ("responding",),
            (SYSTEM_ROLE,),
            "consultation_closed",
            guards=(rules.consultation_is_over,),
            effects=("close_consultation",),
        ),
        Action(
            "send_response",
            "Send",
            ("responding",),
            ("responding",),
            ("drafter", "signatory"),
            "response_sent",
            guards=(rules.response_not_sent_before, rules.every_answer_has_a_disposition),
            effects=("mark_response_sent",),
        ),
        Action(
            "accept_response",
            "Accept",
            ("responding",),
            ("appraisal",),
            ("case_officer",),
            "response_accepted",
            guards=(rules.response_was_sent, rules.every_answer_has_a_disposition),
            effects=("accept_response",),
        ),
    ),
)


REGISTRY = Registry(
    definitions={("bid", 1): LIFE},
    current={"bid": 1},
    facts=DEPLOYED.facts,
    effects={
        name: getattr(effects, name)
        for name in ("open_consultation", "close_consultation", "mark_response_sent", "accept_response")
    },
    notices={"consultation_invitation": Notice("consultation_invitation", audiences.invited_councils)},
    due_on={"consultation_close": queries.consultation_closes_on},
    deadline_notices={},
)


@dataclass
class World:
    """Everything a test of consultation needs, by name. `at` is the moment at which its commands run."""

    sessions: Sessions
    clock: FixedClock
    case_id: int = 0
    ids: dict[str, int] = field(default_factory=dict)
    numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def work(self, who: Actor | str = SYSTEM, *, at: datetime | None = None) -> Any:
        """A unit of work of a person by name, or of any actor, at a moment."""
        actor = person(self.ids[who]) if isinstance(who, str) else who
        return unit_of_work(self.sessions, self.clock, actor=actor, now=at or self.clock.now())

    def viewer(self, session: Session, name: str) -> Viewer:
        """Somebody who looks."""
        return viewer_for(session, self.ids[name], self.clock.now())

    def apply(self, who: Actor | str, action: str, *, at: datetime | None = None, **data: Any) -> Applied:
        """Do an action on the bid from a fresh form."""
        with self.work(who, at=at) as work:
            rev = work.session.get_one(Case, self.case_id).rev
            return cases.apply(work, self.case_id, action=action, seen_rev=rev, data=data, key=uuid4().hex)

    def open(self, consultees: Any = "all", **data: Any) -> int:
        """Open a full consultation until 3 May 2011, unless told otherwise; returns its id."""
        given = {
            "kind": "full",
            "consultees": consultees,
            "closes_on": CLOSES_ON,
            "reason": "",
            "questions": "",
        }
        self.apply("officer", "open_consultation", at=OPENED, **(given | data))
        with self.sessions() as session:
            return session.query(Consultation.id).order_by(Consultation.id.desc()).limit(1).scalar() or 0

    def close(self) -> None:
        """The system closes it, half a minute after its last moment."""
        self.apply(SYSTEM, "close_consultation", at=CLOSED)

    def invitation(self, council: str) -> int:
        """The id of a council's invitation, by the council's code."""
        with self.sessions() as session:
            return (
                session.query(Invitation.id)
                .filter(Invitation.organisation_id == self.ids[council])
                .order_by(Invitation.id.desc())
                .limit(1)
                .scalar()
                or 0
            )

    def answer(
        self, council: str, position: Position = Position.SUPPORT, *, at: datetime | None = None, **words: Any
    ) -> dict[str, Any]:
        """A council answers with its secret link."""
        invitation_id = self.invitation(council)
        given: dict[str, Any] = {
            "text": "Two days.",
            "answers": {},
            "name": "Pat",
            "email": f"pat@{council.lower()}.example",
            "publish": True,
        }
        with self.work(Actor("link", link_id=invitation_id), at=at or self.clock.now()) as work:
            return commands.send_answer(
                work,
                invitation_id,
                link_version=1,
                answer=Answer(position, **(given | words)),
                key=uuid4().hex,
            )


COUNCILS = {
    "KEN": ("Kent County Council", "county", "South East"),
    "LCE": ("Leicester City Council", "unitary", "East Midlands"),
    "ROT": ("Rotherham Metropolitan Borough Council", "metropolitan", "Yorkshire and The Humber"),
}
PEOPLE = {
    "officer": ("DCLG", Role.CASE_OFFICER),
    "drafter": ("ADASS", Role.DRAFTER),
    "signatory": ("ADASS", Role.SIGNATORY),
    "auditor": ("DCLG", Role.AUDITOR),
    "stranger": ("DfE", Role.CASE_OFFICER),
    "kent": ("KEN", Role.COUNCIL_OFFICER),
    "leicester": ("LCE", Role.CORPORATE_MAILBOX),
}


def build(world: World) -> World:
    """Write the world's rows, and put its lifecycle in use."""
    with world.work(at=OPENED) as work:
        session = work.session
        session.add_all(BankHoliday(day=day, title="Holiday", source="a test") for day in HOLIDAYS)
        deadlines.load_deadline_rules(session)
        deploy(session, [LIFE], OPENED)
        _organisations(world, session)
        _people(world, session)
        _bid(world, session)
    return world


def _organisations(world: World, session: Session) -> None:
    kinds = {
        "DCLG": OrganisationKind.DEPARTMENT,
        "DfE": OrganisationKind.DEPARTMENT,
        "ADASS": OrganisationKind.SECTOR_BODY,
    }
    rows = [Organisation(code=code, name=code, short_name=code, kind=kind) for code, kind in kinds.items()]
    rows += [
        Organisation(
            code=code,
            name=name,
            short_name=name,
            kind=OrganisationKind.LOCAL_AUTHORITY,
            authority_type=type_,
            region=region,
            mailbox=f"consultations@{code.lower()}.example",
        )
        for code, (name, type_, region) in COUNCILS.items()
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
                person_id=someone.id,
                role=role,
                organisation_id=world.ids[code],
                valid_from=date(2010, 1, 1),
            )
        )


def _bid(world: World, session: Session) -> None:
    power = Power(
        code="s78",
        law="LGFA 1988 s.78",
        title="RSG",
        recipients=Recipients.ANY_PERSON,
        has_conditions=False,
        has_claims=False,
        recovery=next(iter(Recovery)),
        in_force_from=date(1988, 1, 1),
    )
    session.add(power)
    session.flush()
    fund = Fund(
        code="RSG",
        title="Top-slice",
        department_id=world.ids["DCLG"],
        holder_id=world.ids["DCLG"],
        power_id=power.id,
        consultation_rule=next(iter(ConsultationRule)),
        recovery_rule=next(iter(Recovery)),
    )
    session.add(fund)
    session.flush()
    prospectus = Prospectus(
        fund_id=fund.id,
        version=1,
        title="Improvement",
        summary="",
        published_on=date(2010, 10, 1),
        provenance="a test",
    )
    session.add(prospectus)
    session.flush()
    round_ = Round(
        code="R1",
        fund_id=fund.id,
        prospectus_id=prospectus.id,
        title="First",
        guidance="",
        opens_on=date(2010, 11, 1),
        closes_on=date(2011, 1, 31),
        least_pence=1,
        most_pence=10**12,
        first_year=2011,
        last_year=2014,
        provenance="a test",
    )
    session.add(round_)
    session.flush()
    case = Case(
        kind="bid",
        reference="SLI-2011-0001",
        title="Towards Excellence",
        workflow_key="bid",
        workflow_version=1,
        state="screening",
        shared=True,
        rev=1,
        department_id=world.ids["DCLG"],
        proposer_id=world.ids["ADASS"],
        fund_id=fund.id,
        amount_pence=145_000_000,
        opened_at=OPENED,
        changed_at=OPENED,
        changed_by=world.ids["officer"],
        changed_what="Started",
    )
    session.add(case)
    session.flush()
    world.case_id = case.id
    session.add(Bid(id=case.id, round_id=round_.id, lead_id=world.ids["ADASS"], title=case.title))
    session.flush()
    session.add(
        BidVersion(
            bid_id=case.id,
            number=1,
            snapshot='{"amounts":[[2011,"staff",145000000]],"title":"Towards Excellence"}',
            sha256="0" * 64,
            made_at=OPENED,
            made_by=world.ids["signatory"],
        )
    )
    # The stream of a case begins with its opening, so that the next event follows.
    audit.record(
        Work(session, OPENED, OPENED, SYSTEM),
        f"case:{case.id}",
        "bid_opened",
        {"to": "screening"},
        seq=1,
        definition="bid/1",
    )


@contextmanager
def lifecycle_in_use() -> Iterator[None]:
    """Put the lifecycle of these tests in use, and what was in use back afterwards."""
    before = list(_installed)
    install(REGISTRY)
    yield
    _installed[:] = before
