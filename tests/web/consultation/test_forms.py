"""The form that opens a consultation: who is asked becomes codes, and what is missing is said at its field."""

from datetime import date
from typing import Any

import pytest
from flask import Flask

from tests.consultation.world import OPENED, World
from workflow.cases import Case
from workflow.clock import FixedClock
from workflow.web.actions import form_for
from workflow.web.consultation.forms import OpenConsultationForm

TYPED = {
    "kind": "full",
    "closes_on-day": "3",
    "closes_on-month": "5",
    "closes_on-year": "2011",
    "asked": "all",
    "questions": "Does it serve a need?",
}


def opening(app: Flask, world: World, **typed: Any) -> tuple[OpenConsultationForm, dict[str, list[str]]]:
    """The form as it was sent, and its errors by field, but for the one of the missing session."""
    with app.test_request_context(method="POST", data={**TYPED, **typed}), world.sessions() as session:
        case = session.get_one(Case, world.case_id)
        made = form_for("open_consultation", session, world.viewer(session, "officer"), case, OPENED)
        assert isinstance(made, OpenConsultationForm)
        made.validate()
        errors = {name: errors for name, errors in made.errors.items() if name not in {"csrf_token", "key"}}
        return made, errors


def test_every_councils_choice_is_all(app: Flask, world: World) -> None:
    form, errors = opening(app, world)
    assert not errors
    assert form.data_tuple() == ("full", "all", date(2011, 5, 3), "", "Does it serve a need?", "")


@pytest.mark.parametrize(
    ("typed", "codes"),
    [
        ({"regions": ["South East"]}, ("KEN",)),
        ({"types": ["unitary", "county"]}, ("KEN", "LCE")),
        ({"regions": ["South East"], "types": ["unitary"]}, ()),
    ],
)
def test_regions_and_types_become_the_codes_of_their_councils(
    app: Flask, world: World, typed: dict[str, Any], codes: tuple[str, ...]
) -> None:
    form, errors = opening(app, world, asked="some", **typed)
    assert not errors
    assert form.data_tuple().consultees == codes


def test_councils_can_be_ticked_one_by_one_and_an_unknown_one_is_refused(app: Flask, world: World) -> None:
    form, errors = opening(app, world, asked="chosen", consultees=["KEN", "ROT"])
    assert not errors
    assert form.data_tuple().consultees == ("KEN", "ROT")
    assert "consultees" in opening(app, world, asked="chosen", consultees=["XYZ"])[1]


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"asked": ""}, "asked"),
        ({"asked": "some"}, "asked"),
        ({"asked": "chosen"}, "asked"),
        ({"kind": ""}, "kind"),
        ({"kind": "long"}, "kind"),
        ({"closes_on-year": ""}, "closes_on"),
        ({"closes_on-day": "31", "closes_on-month": "2"}, "closes_on"),
        ({"questions": "x" * 1700}, "questions"),
    ],
)
def test_what_is_missing_or_wrong_is_said_at_its_field(
    app: Flask, world: World, typed: dict[str, str], field: str
) -> None:
    assert field in opening(app, world, **typed)[1]


def test_the_earliest_dates_of_both_kinds_stand_beside_the_date(
    app: Flask, world: World, clock: FixedClock
) -> None:
    form, _ = opening(app, world)
    assert "Tuesday 3 May 2011" in form.closes_on.hint
    assert "Monday 7 March 2011" in form.closes_on.hint
