"""A form with every kind of field, which the tests of the kit fill in."""

from collections.abc import Callable
from datetime import date
from typing import Any

from workflow.web.forms import (
    ActionForm,
    CheckboxesField,
    DateField,
    LongTextField,
    MoneyField,
    Option,
    PasswordField,
    RadiosField,
    SelectField,
    TextField,
    UploadField,
)

ROUTES = [Option("sector", "Councils together", "The sector leads"), Option("central", "Government")]


class EveryField(ActionForm):
    title = TextField("Title", required="Enter a title", longest=20, hint="At most 20")
    summary = LongTextField("Summary", longest=100)
    amount = MoneyField("Amount", least=100, most=10_000_000)
    ends_on = DateField("End date", earliest=date(2011, 4, 1), latest=date(2015, 3, 31))
    route = RadiosField("Who leads?", options=ROUTES, required="Choose who leads")
    kinds = CheckboxesField("Kinds", options=ROUTES)
    council = SelectField("Council", options=ROUTES)
    evidence = UploadField("Evidence")
    secret = PasswordField("Password")


Send = Callable[..., EveryField]
RIGHT = {"title": "Peer challenge", "route": "sector", "rev": "3", "key": "0" * 32}


def draw(form: Any) -> str:
    return "".join(str(field()) for field in form.visible())


def date_of(day: str, month: str, year: str) -> dict[str, str]:
    return {"ends_on-day": day, "ends_on-month": month, "ends_on-year": year}
