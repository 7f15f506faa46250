from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from workflow.funds.errors import Overcommitted
from workflow.funds.rules import (
    PowerTerms,
    Recipient,
    Recipients,
    Shortfall,
    power_fits,
    shortfalls,
)
from workflow.money import Pence

RSG = PowerTerms("Local Government Finance Act 1988 s.78", Recipients.SPECIFIED_BODIES, date(1988, 7, 29))
AGENCY = Recipient("Improvement Agency", is_legal_person=True, specified_from=date(2000, 4, 1))
SOLACE = Recipient("SOLACE", is_legal_person=True)


def test_a_specified_body_may_receive_revenue_support_grant() -> None:
    assert power_fits(RSG, AGENCY, 2011) is None


def test_a_body_that_is_not_specified_is_told_who_may_receive_and_what_it_may_do_instead() -> None:
    reason = power_fits(RSG, SOLACE, 2011)
    assert reason is not None
    assert reason.code == "power_does_not_fit"
    assert "SOLACE" in reason.text
    assert "bodies specified before the year begins" in reason.text
    assert "another fund" in reason.how
    assert "partner" in reason.how


def test_a_body_specified_from_april_2012_may_not_receive_for_2011_to_2012_but_for_the_year_after() -> None:
    late = replace(AGENCY, specified_from=date(2012, 4, 1))
    assert power_fits(RSG, late, 2011) is not None
    assert power_fits(RSG, late, 2012) is None
    assert power_fits(RSG, replace(late, specified_from=date(2012, 4, 2)), 2012) is not None


def test_a_body_that_is_no_legal_person_fits_no_power() -> None:
    reason = power_fits(RSG, replace(AGENCY, is_legal_person=False), 2011)
    assert reason is not None
    assert reason.code == "not_a_legal_person"


@pytest.mark.parametrize(
    ("who", "attributes", "fits"),
    [
        (Recipients.ANY_PERSON, {}, True),
        (Recipients.VOLUNTARY, {"is_voluntary": True}, True),
        (Recipients.VOLUNTARY, {"is_charitable": True}, False),
        (Recipients.CHARITABLE, {"is_charitable": True}, True),
        (Recipients.CHARITABLE, {"is_voluntary": True}, False),
        (Recipients.SECTION_33, {"is_section_33": True}, True),
        (Recipients.SECTION_33, {"is_voluntary": True, "is_charitable": True}, False),
    ],
)
def test_each_kind_of_power_reads_its_own_attribute(
    who: Recipients, attributes: dict[str, Any], fits: bool
) -> None:
    recipient = replace(SOLACE, **attributes)
    assert (power_fits(replace(RSG, recipients=who), recipient, 2011) is None) is fits


@pytest.mark.parametrize(
    ("on", "fits"),
    [
        (date(2007, 11, 7), False),
        (date(2007, 11, 8), True),
        (date(2012, 3, 13), True),
        (date(2012, 3, 14), False),
        (None, True),
    ],
)
def test_a_power_is_asked_whether_it_was_in_force_on_the_day(on: date | None, fits: bool) -> None:
    power = PowerTerms("Charities Act 2006 s.70", Recipients.ANY_PERSON, date(2007, 11, 8), date(2012, 3, 13))
    assert (power_fits(power, SOLACE, 2011, on=on) is None) is fits


def test_a_shortfall_is_told_for_every_year_and_only_for_those() -> None:
    asked = {2013: 5, 2011: 10, 2012: 7}
    assert shortfalls({2011: 9, 2012: 7}, asked) == (
        Shortfall(2011, Pence(10), Pence(9)),
        Shortfall(2013, Pence(5), Pence(0)),
    )
    assert shortfalls({2011: 10, 2012: 7, 2013: 5}, asked) == ()


def test_a_refusal_without_a_shortfall_says_to_try_again() -> None:
    assert "Try again" in Overcommitted(()).reasons[0].how
