"""The table of roles, called: for each role a person, and for each kind of page that it is there, or not.

Source: domain, section 8: what one may not see answers as if it were not there.
"""

from collections.abc import Callable
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from tests.reports.second_department import add_bid, add_department, add_someone
from tests.web.strict import text_of
from tests.world import World, draft, make_world, to_deciding
from workflow.accounts import commands
from workflow.accounts.roles import NEVER_TOGETHER, ROLES, Role, Side, Thing
from workflow.audit.models import Event
from workflow.bids.models import Partner
from workflow.clock import FixedClock
from workflow.consultation.models import Consultation
from workflow.db import SYSTEM, Sessions, Work
from workflow.errors import Invalid, Refused

NOT_THERE = "You cannot see this page, or it does not exist."
HOMES = {Side.BODY: "LGID", Side.COUNCIL: "GAT", Side.DEPARTMENT: "DCLG", Side.ALL: "LGA"}
ELSEWHERE = {Role.PARTNER: "LGA", Role.NETWORK_OFFICIAL: "DfE"}
OUTSIDE = [role for role in Role if not ROLES[role].shows(Thing.SENT_BID)]


@dataclass
class Office:
    """A browser in a small world in which one bid awaits its decision, and the address of each kind of page."""

    world: World
    client: FlaskClient
    sign_in_as: Callable[[Any], None]
    pages: dict[Thing, str]
    bid_id: int

    def enter(self, role: Role) -> None:
        """Sign in as somebody with this role and no other."""
        add_someone(self.world, f"any_{role}", ELSEWHERE.get(role) or HOMES[ROLES[role].side], role)
        self.sign_in_as(SimpleNamespace(id=self.world.ids[f"any_{role}"]))

    def sees(self, thing: Thing) -> bool:
        """Whether the page shows what it is for; where it does not, it is as if it were not there."""
        answer = self.client.get(self.pages[thing])
        words = text_of(answer.text)
        if answer.status_code == 200:
            return thing is not Thing.SCORES or "Approve it." in words
        assert answer.status_code == 404, (thing, answer.status_code)
        assert NOT_THERE in words
        return False

    def act(self, action: str) -> Any:
        """Send the form of an action that nobody drew."""
        reference = self.world.case(self.bid_id).reference
        return self.client.post(
            f"/bids/{reference}/actions/{action}", data={"rev": "1", "key": uuid4().hex, "reason": "Because."}
        )


@pytest.fixture
def office(
    sessions: Sessions, clock: FixedClock, client: FlaskClient, sign_in_as: Callable[[Any], None]
) -> Office:
    world = make_world(sessions, clock)
    add_department(world)
    own = world.case(draft(world, title="Own draft")).reference
    bid_id = to_deciding(world)
    sent = world.case(bid_id).reference
    others = world.case(add_bid(world, title="Draft of others", state="draft", shared=False)).reference

    def name_partner(work: Work) -> None:
        work.session.add(Partner(bid_id=bid_id, organisation_id=world.ids["LGA"], task="Peers"))

    world.work(SYSTEM, name_partner)
    with sessions() as session:
        consultation = session.scalars(select(Consultation.id)).one()
    pages = {
        Thing.OWN_DRAFT: f"/bids/{own}",
        Thing.OTHERS_DRAFT: f"/bids/{others}",
        Thing.SENT_BID: f"/bids/{sent}",
        Thing.SCORES: f"/bids/{sent}/decision",
        Thing.FUND_ENTRIES: "/funds/RSG-SLI",
        Thing.ANSWERS: f"/bids/{sent}/consultation",
        Thing.OWN_ANSWER: f"/consultations/{consultation}/respond",
        Thing.NETWORK: "/network",
        Thing.EXCEPTIONS: "/reports/exceptions",
        Thing.PEOPLE: "/admin",
        Thing.AUTHORITY: "/authority",
        Thing.READINESS: "/readiness",
        Thing.TIMES: "/reports/times",
        Thing.PUBLISHED: "/open",
    }
    return Office(world, client, sign_in_as, pages, bid_id)


def test_a_role_opens_what_the_table_says_and_of_the_rest_is_told_that_it_is_not_there(
    office: Office,
) -> None:
    wrong: list[tuple[Role, Thing]] = []
    for role in Role:
        office.enter(role)
        wrong += [(role, one) for one in office.pages if office.sees(one) is not ROLES[role].shows(one)]
    assert wrong == []


def test_every_kind_of_page_has_an_address_here_or_a_test_of_its_own(office: Office) -> None:
    assert set(Thing) - set(office.pages) == {Thing.PART_IN_BID}


def test_who_does_not_see_a_bid_cannot_act_on_it_either(office: Office) -> None:
    for role in OUTSIDE:
        office.enter(role)
        assert office.act("approve").status_code in {403, 404}, role
    assert office.world.case(office.bid_id).state == "deciding"


def test_private_office_sees_what_its_principal_sees_and_never_votes(office: Office) -> None:
    office.enter(Role.PRIVATE_OFFICE)
    assert office.sees(Thing.SCORES)
    answer = office.act("approve")
    assert answer.status_code == 409
    assert "Your role cannot do this" in text_of(answer.text)


@pytest.fixture
def refusals(office: Office) -> Callable[[], list[str]]:
    """The events that say that somebody who looks after people was refused."""

    def found() -> list[str]:
        with office.world.sessions() as session:
            events = session.scalars(select(Event).where(Event.event == "decision_refused"))
            return [one.stream for one in events]

    return found


def test_case_17_an_administrator_who_tries_to_decide_is_refused_and_it_is_audited(
    office: Office, refusals: Callable[[], list[str]]
) -> None:
    office.enter(Role.ADMINISTRATOR)
    answer = office.act("approve")
    assert answer.status_code == 403
    assert "You look after people and settings, so you cannot act on a bid." in text_of(answer.text)
    assert refusals() == [f"person:{office.world.ids['any_administrator']}"]
    assert office.world.case(office.bid_id).state == "deciding"


def test_an_administrator_is_told_the_same_of_a_bid_that_is_not_there(
    office: Office, refusals: Callable[[], list[str]]
) -> None:
    office.enter(Role.ADMINISTRATOR)
    assert office.client.get("/bids/SLI-1999-0001/actions/approve").status_code == 403
    assert office.client.post("/bids/SLI-1999-0001/actions/approve").status_code == 403
    assert len(refusals()) == 1  # Looking changes nothing, so only the attempt is written down.


@pytest.mark.parametrize("role", sorted(NEVER_TOGETHER))
def test_who_looks_after_people_or_audits_does_nothing_to_a_bid_whatever_else_they_hold(
    office: Office, role: Role
) -> None:
    """The role is granted beside the approver's by somebody who goes round the command."""
    world = office.world
    world.work(SYSTEM, lambda work: _grant_beside(work, world, role))
    with pytest.raises(Refused):
        world.act("approver1", office.bid_id, "approve", {"no_conflict": True, "reason": "Good value."})


def _grant_beside(work: Work, world: World, role: Role) -> None:
    from workflow.accounts.models import RoleAssignment  # noqa: PLC0415 - only where the command is gone round.

    work.session.add(
        RoleAssignment(
            person_id=world.ids["approver1"],
            role=role,
            organisation_id=world.ids["DCLG"],
            valid_from=world.clock.now().date(),
        )
    )


@pytest.mark.parametrize("role", sorted(NEVER_TOGETHER))
def test_nobody_is_given_such_a_role_beside_another(office: Office, role: Role) -> None:
    world = office.world
    with pytest.raises(Invalid, match="at once"):
        world.work(
            SYSTEM,
            lambda work: commands.grant_role(
                work, world.ids["case"], role, world.ids["DCLG"], valid_from=world.clock.now().date()
            ),
        )
