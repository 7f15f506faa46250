"""The list of funds and one envelope: its years, its provenance, its entries, and who sees it."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import event
from sqlalchemy.engine import Connection

from tests.funds.conftest import Money, make_money
from tests.web.strict import text_of
from workflow.accounts.models import Organisation, OrganisationKind, Person, RoleAssignment
from workflow.accounts.roles import Role
from workflow.db import SYSTEM, Work
from workflow.funds import commands
from workflow.funds.commands import open_fund
from workflow.funds.queries import PAGE
from workflow.funds.rules import ConsultationRule, Recovery

SignIn = Callable[[Any], None]


@pytest.fixture
def money(session: Any, clock: Any) -> Money:
    """A fund of two years with something of everything in its first."""
    made = make_money(Work(session, clock.now(), clock.real(), SYSTEM))
    made.fund = open_fund(
        made.work,
        code="RSG",
        title="Improvement money",
        department_id=made.department.id,
        holder_id=made.body.id,
        power_id=made.fund.power_id,
        consultation_rule=ConsultationRule.FULL,
        recovery_rule=Recovery.NONE,
        provenance="Total from the paper; the yearly profile is invented.",
    )
    made.allocate(2011, 10_000_00)
    made.allocate(2012, 7_500_00)
    case = made.case("Peer challenge for every council")
    commands.reserve(made.work, made.fund.id, case, {2011: 3_000_00}, key="r1")
    commands.commit(made.work, made.fund.id, case, {2011: 2_000_00}, key="c1")
    commands.pay(made.work, made.fund.id, case, 2011, 500_00, key="p1")
    session.commit()
    return made


def person(money: Money, role: Role, home: Organisation | None = None) -> Person:
    session, home = money.work.session, home or money.department
    made = Person(email=f"{role}-{home.code}@example.test".lower(), name="N.B.", organisation_id=home.id)
    session.add(made)
    session.flush()
    session.add(
        RoleAssignment(person_id=made.id, role=role, organisation_id=home.id, valid_from=date(2010, 4, 1))
    )
    session.commit()
    return made


def elsewhere(money: Money) -> Organisation:
    made = Organisation(
        code="DH", name="Health", short_name="DH", kind=OrganisationKind.DEPARTMENT, is_legal_person=True
    )
    money.work.session.add(made)
    money.work.session.flush()
    return made


def test_the_envelope_shows_each_year_in_full_pounds_with_its_total(
    client: FlaskClient, sign_in_as: SignIn, money: Money
) -> None:
    sign_in_as(person(money, Role.FINANCE_OFFICER))
    words = text_of(client.get("/funds/RSG").text)
    assert "2011 to 2012 £10,000 £500 £1,500 £1,000 £7,000" in words
    assert "2012 to 2013 £7,500 £0 £0 £0 £7,500" in words
    assert "Total £17,500 £500 £1,500 £1,000 £14,500" in words


def test_every_figure_says_where_it_comes_from(client: FlaskClient, sign_in_as: SignIn, money: Money) -> None:
    sign_in_as(person(money, Role.FINANCE_OFFICER))
    for address in ("/funds", "/funds/RSG"):
        assert "the yearly profile is invented" in text_of(client.get(address).text)


def test_entries_say_what_was_left_after_each(client: FlaskClient, sign_in_as: SignIn, money: Money) -> None:
    sign_in_as(person(money, Role.FINANCE_OFFICER))
    words = text_of(client.get("/funds/RSG?year=2011").text)
    paid, promised, set_aside, allocated = (
        words.index(text)
        for text in ("+£500 £7,000", "−£2,000 +£2,000 – £7,000", "+£3,000 – – £7,000", "– – – £10,000")
    )
    assert paid < promised < set_aside < allocated


def test_older_entries_go_on_where_the_page_ended_with_the_right_remainder(
    client: FlaskClient, sign_in_as: SignIn, money: Money
) -> None:
    case = money.case("Many small steps")
    for number in range(PAGE):
        commands.reserve(money.work, money.fund.id, case, {2011: 1_00}, key=f"small:{number}")
    money.work.session.commit()
    sign_in_as(person(money, Role.FINANCE_OFFICER))
    first = client.get("/funds/RSG?year=2011")
    assert "Newest entries" not in first.text
    older = first.text.split("after=")[1].split('"')[0]
    second = text_of(client.get(f"/funds/RSG?year=2011&after={older}").text)
    assert "Older entries" not in second
    assert "+£500 £7,000" in second
    assert "– – – £10,000" in second


def test_a_year_the_fund_does_not_have_shows_no_entry_and_no_error(
    client: FlaskClient, sign_in_as: SignIn, money: Money
) -> None:
    sign_in_as(person(money, Role.FINANCE_OFFICER))
    answer = client.get("/funds/RSG?year=1999")
    assert answer.status_code == 200
    assert "There is no entry here" in answer.text


def test_a_fund_of_another_department_answers_as_one_that_does_not_exist(
    client: FlaskClient, sign_in_as: SignIn, money: Money
) -> None:
    sign_in_as(person(money, Role.FINANCE_OFFICER, elsewhere(money)))
    hidden, missing = client.get("/funds/RSG"), client.get("/funds/NONE")
    assert (hidden.status_code, missing.status_code) == (404, 404)
    assert text_of(hidden.text) == text_of(missing.text)
    assert "You see no fund" in client.get("/funds").text


def test_bids_are_links_for_the_department_and_plain_words_for_the_body_that_holds_the_fund(
    client: FlaskClient, sign_in_as: SignIn, money: Money
) -> None:
    sign_in_as(person(money, Role.FINANCE_OFFICER))
    assert 'href="/bids/SLI-2011-' in client.get("/funds/RSG?year=2011").text
    sign_in_as(person(money, Role.SIGNATORY, money.body))
    page = client.get("/funds/RSG?year=2011").text
    assert 'href="/bids/SLI-2011-' not in page
    assert "SLI-2011-" in page


def test_nobody_sees_funds_without_signing_in(client: FlaskClient, money: Money) -> None:
    assert client.get("/funds/RSG").status_code in {302, 303}


def test_a_fund_page_asks_the_database_the_same_number_of_times_however_many_entries(
    client: FlaskClient, sign_in_as: SignIn, money: Money, connection: Connection
) -> None:
    sign_in_as(person(money, Role.FINANCE_OFFICER))

    def asked() -> int:
        seen: list[str] = []

        def note(_conn: Any, _cursor: Any, statement: str, *_: Any) -> None:
            seen.append(statement)

        event.listen(connection, "before_cursor_execute", note)
        client.get("/funds/RSG?year=2011")
        event.remove(connection, "before_cursor_execute", note)
        return len([one for one in seen if one.lstrip().upper().startswith("SELECT")])

    few = asked()
    case = money.case("More")
    for number in range(20):
        commands.reserve(money.work, money.fund.id, case, {2011: 1_00}, key=f"more:{number}")
    money.work.session.commit()
    assert asked() == few <= 15


def test_who_is_outside_the_department_reads_nothing_of_what_is_set_aside(
    money: Money, client: FlaskClient, sign_in_as: SignIn
) -> None:
    for outside in (person(money, Role.NETWORK_OFFICIAL), person(money, Role.SIGNATORY, money.body)):
        sign_in_as(outside)
        words = text_of(client.get("/funds/RSG?year=2011").text)
        assert "Set aside" not in words
        assert "£1,000" not in words
        assert "£8,000" in words
        rows = client.get("/funds/RSG/entries.csv?year=2011").text
        assert "Set aside" not in rows
        assert "3000.00" not in rows


def test_a_years_entries_can_be_downloaded_with_what_was_left_after_each(
    money: Money, client: FlaskClient, sign_in_as: SignIn
) -> None:
    sign_in_as(person(money, Role.FINANCE_OFFICER))
    answer = client.get("/funds/RSG/entries.csv?year=2011")
    assert answer.mimetype == "text/csv"
    lines = answer.text.splitlines()
    assert lines[0].startswith("number,date,what,bid,set aside")
    assert [line.split(",")[7] for line in lines[1:]] == ["7000.00", "7000.00", "7000.00", "10000.00"]
