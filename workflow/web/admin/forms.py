"""The forms of those who look after people."""

from datetime import date
from typing import NamedTuple, cast

from workflow.web.forms import DateField, PlainForm, TextField


class LastDay(NamedTuple):
    """A last London day."""

    last_day: date


class Address(NamedTuple):
    """An address that messages go to."""

    address: str


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
