from dataclasses import replace

import pytest
from sqlalchemy import event

from tests.funds.conftest import Money
from workflow.accounts.models import OrganisationKind
from workflow.accounts.queries import Grant, Viewer
from workflow.accounts.roles import Role
from workflow.errors import NotHere
from workflow.funds.commands import commit, reserve
from workflow.funds.queries import balances, entries, facts, fund_by_code, funds_of, revisions
from workflow.funds.recipients import recipient_of
from workflow.funds.rules import EntryKind, Held
from workflow.money import Pence


@pytest.fixture
def officer(money: Money) -> Viewer:
    """A finance officer of the fund's department."""
    return Viewer(
        person_id=1,
        name="Ann",
        email="ann@example.org",
        organisation_id=money.department.id,
        organisation_code="DCLG",
        organisation_name="Communities",
        organisation_kind=OrganisationKind.DEPARTMENT,
        grants=frozenset({Grant(Role.FINANCE_OFFICER, money.department.id)}),
    )


def with_role(viewer: Viewer, role: Role, organisation_id: int) -> Viewer:
    return replace(viewer, grants=frozenset({Grant(role, organisation_id)}))


def test_the_envelope_is_told_by_year_with_what_is_left_to_promise(money: Money, officer: Viewer) -> None:
    money.allocate(2012, 50)
    money.allocate(2011, 100)
    case = money.case()
    reserve(money.work, money.fund.id, case, {2011: 30, 2012: 5}, key="1")
    commit(money.work, money.fund.id, case, {2011: 20}, key="2")
    first, second = balances(money.work.session, officer, "TOP")
    assert (first.year, first.ceiling, first.reserved, first.committed, first.available) == (
        2011,
        100,
        10,
        20,
        70,
    )
    assert (second.year, second.available) == (2012, 45)


@pytest.mark.parametrize(
    ("role", "where", "sees"),
    [
        (Role.CASE_OFFICER, "department", True),
        (Role.SIGNATORY, "body", True),
        (Role.AUDITOR, "elsewhere", True),
        (Role.NETWORK_OFFICIAL, "elsewhere", True),
        (Role.FINANCE_OFFICER, "elsewhere", False),
        (Role.SIGNATORY, "elsewhere", False),
        (Role.ADMINISTRATOR, "department", False),
        (Role.COUNCIL_OFFICER, "department", False),
    ],
)
def test_a_fund_is_seen_by_its_department_its_holder_and_those_who_see_all(
    money: Money, officer: Viewer, role: Role, where: str, sees: bool
) -> None:
    places = {"department": money.department.id, "body": money.body.id, "elsewhere": 999_999}
    viewer = with_role(officer, role, places[where])
    assert [fund.code for fund in funds_of(money.work.session, viewer)] == (["TOP"] if sees else [])
    if sees:
        assert fund_by_code(money.work.session, viewer, "TOP").id == money.fund.id
        return
    for read in (balances, entries, revisions):
        with pytest.raises(NotHere):
            read(money.work.session, viewer, "TOP")


def test_a_fund_that_does_not_exist_answers_like_one_that_may_not_be_seen(
    money: Money, officer: Viewer
) -> None:
    with pytest.raises(NotHere):
        balances(money.work.session, officer, "NONE")


def test_the_ledger_is_read_newest_first_page_by_page_and_names_the_bids(
    money: Money, officer: Viewer
) -> None:
    money.allocate(2011, 100)
    money.allocate(2012, 100)
    case = money.case("Peer challenge")
    for number in range(3):
        reserve(money.work, money.fund.id, case, {2011: 1}, key=f"{number}")
    page = entries(money.work.session, officer, "TOP", limit=2)
    assert [(row.kind, row.reserved, row.title) for row in page] == [
        (EntryKind.RESERVE, 1, "Peer challenge")
    ] * 2
    rest = entries(money.work.session, officer, "TOP", after=page[-1].id)
    assert [(row.kind, row.year, row.reference is None) for row in rest] == [
        (EntryKind.RESERVE, 2011, False),
        (EntryKind.CEILING, 2012, True),
        (EntryKind.CEILING, 2011, True),
    ]
    assert [row.kind for row in entries(money.work.session, officer, "TOP", 2012)] == [EntryKind.CEILING]
    assert [(year, row.amount) for year, row in revisions(money.work.session, officer, "TOP")] == [
        (2012, 100),
        (2011, 100),
    ]


def test_facts_of_many_cases_take_a_constant_number_of_statements(money: Money) -> None:
    money.allocate(2011, 100)
    cases = [money.case() for _ in range(20)]
    reserve(money.work, money.fund.id, cases[0], {2011: 30}, key="1")
    session = money.work.session
    counted: list[str] = []
    bind = session.get_bind()
    event.listen(bind, "before_cursor_execute", lambda *args: counted.append(args[2]))
    one = facts(session, cases[:1], now=money.work.now, person_id=None)
    of_one = len(counted)
    many = facts(session, cases, now=money.work.now, person_id=None)
    assert (of_one, len(counted) - of_one) == (1, 1)
    assert one[cases[0]] == many[cases[0]]
    assert many[cases[0]].available == {2011: Pence(70)}
    assert many[cases[0]].held == {2011: Held(reserved=Pence(30))}
    assert many[cases[1]].held == {}
    assert many[cases[1]].confirmed == {2011}


def test_an_organisation_is_read_as_the_powers_see_it(money: Money) -> None:
    recipient = recipient_of(money.body)
    assert (recipient.name, recipient.is_legal_person, recipient.is_voluntary) == (
        "Improvement Agency",
        True,
        False,
    )
    money.body.kind = OrganisationKind.VOLUNTARY
    assert recipient_of(money.body).is_voluntary
