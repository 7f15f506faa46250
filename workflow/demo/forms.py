"""The forms of the demonstration."""

from datetime import date

from workflow.accounts.roles import ROLES
from workflow.demo.people import PEOPLE, Someone
from workflow.web.forms import DateField, HiddenField, Option, PlainForm, SelectField

LATEST = date(2027, 12, 31)
"""The bank holidays of the data end a year later."""


def _roles(someone: Someone) -> str:
    return ", ".join(ROLES[role].label for role in someone.roles).lower()


class SignInAsForm(PlainForm):
    """One press: who to be."""

    person = HiddenField(longest=254)
    go = HiddenField(longest=100)

    def data_tuple(self) -> str:
        """The address of the person, or nothing."""
        return str(self.person.data or "")


class AnybodyForm(PlainForm):
    """Choose anybody of the demonstration."""

    person = SelectField(
        "Somebody else",
        required="Choose somebody",
        options=[
            Option(someone.email, f"{someone.name}, {_roles(someone)}, {someone.home}") for someone in PEOPLE
        ],
    )

    def data_tuple(self) -> str:
        """The address of the person."""
        return str(self.person.data)


class StartAgainForm(PlainForm):
    """Nothing to fill in: the press is what counts."""

    def data_tuple(self) -> None:
        """Nothing."""


class StepForm(PlainForm):
    """One press on the clock: `next`, `day` or `week`."""

    step = HiddenField(longest=10)

    def data_tuple(self) -> str:
        """How far."""
        return str(self.step.data or "")


class DayForm(PlainForm):
    """A later day, at 9:00am in London."""

    day = DateField("A later day", hint="For example, 31 7 2011", required="Enter a day", latest=LATEST)

    def data_tuple(self) -> date:
        """The London date."""
        assert self.day.data is not None
        found: date = self.day.data
        return found
