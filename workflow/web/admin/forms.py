"""The forms of those who look after people."""

from datetime import date
from typing import NamedTuple, cast

from workflow.accounts.roles import ROLES, Role
from workflow.web.forms import DateField, Option, PlainForm, SelectField, TextField


class LastDay(NamedTuple):
    """A last London day."""

    last_day: date


class Address(NamedTuple):
    """An address that messages go to."""

    address: str


class Given(NamedTuple):
    """A role for the organisation with a code, with its days."""

    role: Role
    code: str
    valid_from: date
    valid_to: date | None


class RoleForm(PlainForm):
    """A role for an organisation, from a day to a day."""

    role = SelectField(
        "Role",
        options=[Option(role.value, row.label) for role, row in ROLES.items()],
        required="Choose a role",
    )
    organisation = TextField(
        "Code of the organisation",
        hint="For example DCLG or GAT.",
        required="Enter the code of an organisation",
        longest=40,
        spellcheck=False,
    )
    valid_from = DateField("First day", hint="Today or later.", required="Enter the first day")
    valid_to = DateField("Last day", hint="Leave this empty if it has no end yet.")

    def data_tuple(self) -> Given:
        """The role."""
        return Given(
            Role(str(self.role.data)),
            str(self.organisation.data),
            cast("date", self.valid_from.data),
            self.valid_to.data,
        )


class LastDayForm(PlainForm):
    """The last day of a role, or of somebody who leaves."""

    last_day = DateField(
        "Last day", hint="The role counts until the end of this day.", required="Enter the last day"
    )

    def data_tuple(self) -> LastDay:
        """The last day."""
        return LastDay(cast("date", self.last_day.data))


class AddressForm(PlainForm):
    """The corporate address of an organisation."""

    address = TextField(
        "Email address that consultations go to",
        required="Enter an email address, like name@example.org",
        longest=254,
        autocomplete="off",
        inputmode="email",
        spellcheck=False,
    )

    def data_tuple(self) -> Address:
        """The address."""
        return Address(str(self.address.data))
